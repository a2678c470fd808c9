/**
 * The interleaving explorer: an interrupt at each instruction boundary of a region, and after each the same question.
 *
 *     const found = await explore({
 *       boot: () => boot(driver),
 *       from: 'critical', to: 'done',
 *       irqs: [5],
 *       check: (m) => { m.runTo('done'); expect(m.dword('count')).toBe(2); },
 *     });
 *     expect(found).toHoldEverywhere();
 *
 * The machine is saved where the region begins and taken back there for each schedule. A schedule that fails is shrunk
 * to the fewest deliveries that still fail, and told as a test that can be put into a file.
 */

import { History } from '../debug/stepper/history.ts';
import { at, edge } from './inputs.ts';
import type { TestMachine } from './test-machine.ts';

/** What to explore. */
export interface Exploration {
  /** Boots what is explored; called twice, and the same machine has to come of it. */
  readonly boot: () => Promise<TestMachine>;
  /** The region: from when this place is reached, by label or address ... */
  readonly from: number | string;
  /** ... until this one is, without interrupts. */
  readonly to: number | string;
  /** The lines that are raised, 0 to 15. */
  readonly irqs: readonly number[];
  /**
   * Runs the machine on from the region's beginning, and throws when something is wrong. What is to enter from outside
   * besides the interrupts, it schedules itself: of inputs that `boot` scheduled only the first run has any.
   */
  readonly check: (machine: TestMachine) => void;
  /** Interrupts in one run; default 1. With more, each combination of boundaries is tried. */
  readonly deliveries?: number;
  /** At most so many schedules; with more to try, that many are drawn. Default 5,000. */
  readonly most?: number;
  /** For drawing; the same seed draws the same. Default 1. */
  readonly seed?: number;
  /** How far to run to `from`, and from there to `to`, in instructions. Default 10,000,000. */
  readonly instructions?: number;
}

/** An interrupt line raised at a virtual time. */
export interface Delivery {
  readonly irq: number;
  readonly time: number;
  /** The instruction before which it comes. */
  readonly place: string;
}

/** A schedule after which the check failed. */
export interface Failure {
  readonly schedule: readonly Delivery[];
  readonly message: string;
  /** Source of a test that repeats it; `program` and `check` are to be filled in. */
  readonly test: string;
}

export interface Findings {
  /** Schedules tried. */
  readonly tried: number;
  /** Schedules there are. */
  readonly possible: number;
  /** Boundaries in the region. */
  readonly boundaries: number;
  /** One for each different complaint, the earliest. */
  readonly failures: readonly Failure[];
}

const DEFAULT_MOST = 5000;

/** @throws Error when the region is not reached, or the check fails without any interrupt */
export async function explore(exploration: Exploration): Promise<Findings> {
  const budget = exploration.instructions === undefined ? {} : { instructions: exploration.instructions };
  const scout = await exploration.boot();
  scout.runTo(exploration.from, budget);
  // What enters at the time of a save enters again after it: the save is made one instruction before the first input.
  const machine = await exploration.boot();
  machine.run({ instructions: scout.now - 1 - machine.now });
  const explorer = new Explorer(machine, exploration);
  const places = explorer.walk(scout, budget);
  const calm = explorer.attempt([]);
  if (calm !== undefined) throw new Error(`the check fails without any interrupt: ${calm}`);

  const single = places.flatMap(({ time, place }) => exploration.irqs.map((irq): Delivery => ({ irq, time, place })));
  const deliveries = exploration.deliveries ?? 1;
  const possible = combinations(single.length, deliveries);
  const schedules =
    possible <= (exploration.most ?? DEFAULT_MOST)
      ? allOf(single, deliveries)
      : drawn(single, deliveries, exploration.most ?? DEFAULT_MOST, exploration.seed ?? 1);
  const failures = new Map<string, Failure>();
  let tried = 0;
  for (const schedule of schedules) {
    tried++;
    const message = explorer.attempt(schedule);
    if (message === undefined) continue;
    const kind = kindOf(message);
    if (!failures.has(kind)) failures.set(kind, explorer.shrink(schedule, message));
  }
  return { tried, possible, boundaries: places.length, failures: [...failures.values()] };
}

class Explorer {
  private readonly history: History;
  private readonly start: number;

  constructor(
    private readonly machine: TestMachine,
    private readonly exploration: Exploration,
  ) {
    this.history = new History(machine.pc, { interval: Infinity });
    machine.keepsCapsules = false;
    this.start = machine.now;
  }

  /** The boundaries of the region, found by a machine that stands at its beginning. */
  walk(
    machine: TestMachine,
    { instructions = 10_000_000 }: { readonly instructions?: number },
  ): { time: number; place: string }[] {
    const { cpu } = machine.pc;
    const end = typeof this.exploration.to === 'string' ? machine.addressOf(this.exploration.to) : this.exploration.to;
    const places: { time: number; place: string }[] = [];
    for (;;) {
      places.push({ time: machine.now, place: machine.describeAddress(cpu.eip) });
      if (cpu.eip === end) return places;
      if (machine.now - this.start >= instructions) throw new Error(`${machine.describeAddress(end)} was not reached`);
      machine.pc.machine.run({ instructions: 1 });
    }
  }

  /** Try one schedule from the beginning of the region. @returns the complaint; undefined when all is well */
  attempt(schedule: readonly Delivery[]): string | undefined {
    const { machine } = this;
    this.history.goTo(this.start);
    this.history.fork();
    machine.forgetEvents();
    for (const { irq, time } of schedule) machine.input(edge(irq), at(time));
    try {
      this.exploration.check(machine);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    } finally {
      // What has not entered by now would enter the next run.
      if (machine.pc.machine.inputs.next !== undefined)
        machine.run({ instructions: this.lastOf(schedule) - machine.now + 1 });
    }
  }

  /** Leave deliveries out while it still fails. */
  shrink(schedule: readonly Delivery[], message: string): Failure {
    for (let i = 0; i < schedule.length && schedule.length > 1; i++) {
      const shorter = schedule.filter((_, n) => n !== i);
      const complaint = this.attempt(shorter);
      if (complaint !== undefined) return this.shrink(shorter, complaint);
    }
    // Once more, for the whole story with its capsule.
    this.machine.keepsCapsules = true;
    const story = this.attempt(schedule) ?? message;
    this.machine.keepsCapsules = false;
    return { schedule, message: story, test: testOf(schedule) };
  }

  private lastOf(schedule: readonly Delivery[]): number {
    return Math.max(this.machine.now, ...schedule.map(({ time }) => time));
  }
}

/** What stays the same when the same thing goes wrong elsewhere: the complaint's first line without numbers. */
function kindOf(message: string): string {
  return message.split('\n')[0]!.replaceAll(/\d+/g, '#');
}

function testOf(schedule: readonly Delivery[]): string {
  const said = schedule.map(({ irq, place }) => `IRQ ${irq} before ${place.replaceAll(/\s+/g, ' ')}`).join(', ');
  return [
    `test(${JSON.stringify(said)}, async () => {`,
    '  const m = await boot(program);',
    ...schedule.map(({ irq, time }) => `  m.input(edge(${irq}), at(${time}));`),
    '  check(m);',
    '});',
    '',
  ].join('\n');
}

function combinations(n: number, k: number): number {
  let result = 1;
  for (let i = 0; i < k; i++) result = (result * (n - i)) / (i + 1);
  return Math.round(result);
}

function* allOf(single: readonly Delivery[], k: number, from = 0): Generator<Delivery[]> {
  if (k === 0) {
    yield [];
    return;
  }
  for (let i = from; i < single.length; i++) {
    for (const rest of allOf(single, k - 1, i + 1)) yield [single[i]!, ...rest];
  }
}

function* drawn(single: readonly Delivery[], k: number, count: number, seed: number): Generator<Delivery[]> {
  const random = generator(seed);
  for (let n = 0; n < count; n++) {
    const chosen = new Set<number>();
    while (chosen.size < k) chosen.add(random() % single.length);
    yield [...chosen].sort((a, b) => a - b).map((i) => single[i]!);
  }
}

/** xorshift32: whole numbers from 1 to 2^32 - 1, the same ones for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}
