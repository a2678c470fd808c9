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
import type { Input, StampedInput } from '../machine/input-log.ts';
import { at, edge, instructionsOf, type VirtualTime } from './inputs.ts';
import type { TestMachine } from './test-machine.ts';

/** What to explore. */
export interface Exploration {
  /** Boots what is explored; called twice, and the same machine has to come of it. */
  readonly boot: () => Promise<TestMachine>;
  /**
   * The region: from when this place is reached, by label or address, or from a time on, made by `at` ... When the
   * machine stands there already, it is from there, and handlers that were entered before are not followed.
   */
  readonly from: number | string | VirtualTime;
  /** ... until this one is, for the first time, without interrupts. */
  readonly to: number | string | VirtualTime;
  /** What comes at each boundary: a rising edge of these lines, 0 to 15 ... */
  readonly irqs?: readonly number[];
  /** ... and anything else that enters from outside, by a name of its own: `{ 'a byte': { enters: serial('x') } }`. */
  readonly inputs?: Readonly<Record<string, Stimulus>>;
  /**
   * Runs the machine on from the region's beginning, and throws when something is wrong. What is still to enter when
   * `boot` has returned enters in each run.
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
  /** How far one run may go, in instructions: one that is longer has failed. Default 10,000,000. */
  readonly budget?: number;
  /** Hears of each schedule; default: a line on stderr every two seconds. */
  readonly progress?: (progress: Progress) => void;
  /** Ends it when aborted: the one that a test is given is, when the test takes too long and at Ctrl-C. */
  readonly signal?: AbortSignal;
}

/** Something that can come from outside. */
export interface Stimulus {
  readonly enters: Input | readonly Input[];
  /** Instructions from when it enters to what is to come at the boundary, its interrupt; default 0. */
  readonly lead?: number;
}

/** Something that enters at a virtual time. */
export interface Delivery {
  /** 'IRQ 4', or the name that the exploration has for it. */
  readonly what: string;
  readonly inputs: readonly Input[];
  readonly time: number;
  /** The instruction before which it, or its interrupt, comes. */
  readonly place: string;
}

/** A schedule after which the check failed. */
export interface Failure {
  readonly schedule: readonly Delivery[];
  readonly message: string;
  /** Source of a test that repeats it; `program` and `check` are to be filled in. */
  readonly test: string;
}

/** How far an exploration is. */
export interface Progress {
  /** Schedules tried so far ... */
  readonly tried: number;
  /** ... of so many. */
  readonly planned: number;
  /** Different complaints so far. */
  readonly failures: number;
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
const DEFAULT_INSTRUCTIONS = 10_000_000;
const PROGRESS_MS = 2000;

/** @throws Error when the region is not reached, the check fails without any interrupt, or the signal is aborted */
export async function explore(exploration: Exploration): Promise<Findings> {
  const { boot, from, deliveries = 1, most = DEFAULT_MOST, seed = 1, signal } = exploration;
  const instructions = exploration.instructions ?? DEFAULT_INSTRUCTIONS;
  const scout = await boot();
  if (typeof from === 'object') scout.run({ instructions: instructionsOf(from, scout.pc.clock.frequency) - scout.now });
  else if (!reaches(scout, from)()) scout.runTo(from, { instructions });
  // An interrupt may be what leads to the region: one instruction earlier its delivery is still to come, and is seen.
  const events = eventsOf(exploration);
  const earliest = scout.now - Math.max(1, ...events.map(({ lead }) => lead));
  const machine = await boot();
  if (machine.now < earliest) machine.run({ instructions: earliest - machine.now });
  const explorer = new Explorer(machine, exploration);
  const places = walk(scout, exploration.to, instructions);
  const calm = explorer.attempt([]);
  if (calm !== undefined) throw new Error(`the check fails without any interrupt: ${calm}`);

  const single = places.flatMap(({ time, place }) =>
    events.map(({ what, inputs, lead }): Delivery => ({ what, inputs, time: time - lead, place })),
  );
  const possible = combinations(single.length, deliveries);
  const schedules = possible <= most ? allOf(single, deliveries) : drawn(single, deliveries, most, seed);
  const progress = exploration.progress ?? progressOnStderr();
  const failures = new Map<string, Failure>();
  let tried = 0;
  for (const schedule of schedules) {
    // Gives way, so that whoever wants to end it can.
    await new Promise(setImmediate);
    signal?.throwIfAborted();
    const message = explorer.attempt(schedule);
    if (message !== undefined && !failures.has(kindOf(message))) {
      failures.set(kindOf(message), explorer.shrink(schedule, message));
    }
    progress({ tried: ++tried, planned: Math.min(possible, most), failures: failures.size });
  }
  return { tried, possible, boundaries: places.length, failures: [...failures.values()] };
}

class Explorer {
  private readonly history: History;
  private readonly deadline: number;
  private readonly upcoming: readonly StampedInput[];

  constructor(
    private readonly machine: TestMachine,
    private readonly exploration: Exploration,
  ) {
    this.history = new History(machine.pc, { interval: Infinity });
    machine.keepsCapsules = false;
    this.deadline = machine.now + (exploration.budget ?? DEFAULT_INSTRUCTIONS);
    this.upcoming = [...machine.pc.machine.inputs.upcoming];
  }

  /** Try one schedule from the beginning of the region. @returns the complaint; undefined when all is well */
  attempt(schedule: readonly Delivery[]): string | undefined {
    const { machine } = this;
    const { inputs } = machine.pc.machine;
    this.history.startAgain();
    machine.pc.forgetWaitingInputs();
    for (const input of this.upcoming) inputs.schedule(input.at, input);
    machine.forgetEvents();
    machine.deadline = this.deadline;
    for (const delivery of schedule) machine.input(delivery.inputs, at(delivery.time));
    try {
      this.exploration.check(machine);
      return undefined;
    } catch (error) {
      return (error as Error).message;
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
}

/** Whether a machine is where a region begins or ends. */
function reaches(machine: TestMachine, place: number | string | VirtualTime): () => boolean {
  const { cpu, clock } = machine.pc;
  if (typeof place === 'object') {
    const time = instructionsOf(place, clock.frequency);
    return () => machine.now >= time;
  }
  const address = typeof place === 'string' ? machine.addressOf(place) : place;
  return () => cpu.eip === address;
}

/** The boundaries of the region, found by a machine that stands at its beginning. */
function walk(
  machine: TestMachine,
  to: number | string | VirtualTime,
  instructions: number,
): { time: number; place: string }[] {
  const isThere = reaches(machine, to);
  const places: { time: number; place: string }[] = [];
  for (const start = machine.now; ; ) {
    places.push({ time: machine.now, place: machine.describeAddress(machine.pc.cpu.eip) });
    if (isThere()) return places;
    if (machine.now - start >= instructions) throw new Error('the end of the region was not reached');
    machine.pc.machine.run({ instructions: 1 });
  }
}

function eventsOf({ irqs = [], inputs = {} }: Exploration): { what: string; inputs: Input[]; lead: number }[] {
  const named = Object.entries(inputs).map(([what, { enters, lead = 0 }]) => ({ what, inputs: [enters].flat(), lead }));
  return [...irqs.map((irq) => ({ what: `IRQ ${irq}`, inputs: edge(irq), lead: 0 })), ...named];
}

/** Quick explorations say nothing. */
function progressOnStderr(): (progress: Progress) => void {
  let told = performance.now();
  return ({ tried, planned, failures }) => {
    if (performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    process.stderr.write(`explored ${tried} of ${planned} schedules, ${failures} failures\n`);
  };
}

/** What stays the same when the same thing goes wrong elsewhere: the complaint's first line without numbers. */
function kindOf(message: string): string {
  return message.split('\n')[0]!.replaceAll(/\d+/g, '#');
}

function testOf(schedule: readonly Delivery[]): string {
  const said = schedule.map(({ what, place }) => `${what} before ${place.replaceAll(/\s+/g, ' ')}`).join(', ');
  return [
    `test(${JSON.stringify(said)}, async () => {`,
    '  const m = await boot(program);',
    ...schedule.map(({ inputs, time }) => `  m.input(${codeOf(inputs)}, at(${time}));`),
    '  check(m);',
    '});',
    '',
  ].join('\n');
}

/** As one would write it. */
function codeOf(inputs: readonly Input[]): string {
  const last = inputs.at(-1);
  const isEdge = last?.kind === 'line' && JSON.stringify(inputs) === JSON.stringify(edge(last.line));
  return isEdge ? `edge(${last.line})` : JSON.stringify(inputs);
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
