/**
 * The kernel's ways into and out of interrupts and system calls, with another interrupt at each of their instructions:
 * a sample in `make test`, all of them in `make explore`.
 *
 * What is interrupted: the whole way from an interrupt's first instruction, the stub that its gate leads to, until the
 * processor is back at what it did before: the hard interrupt, the softirqs behind it, the change to whoever was woken,
 * that one's return from its system call to ring 3, its next system calls, and the change back.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import {
  at,
  boot,
  type Exploration,
  edge,
  explore,
  key,
  PF,
  type Stimulus,
  serial,
  type TestMachine,
} from '../../emu/testing/index.ts';
import { debugInfoOf } from '../../emu/trace/debug-info.ts';
import { GUEST_FOLDER } from './guest.ts';

const WHOLE = process.env.TRAPGATE_EXPLORE === '1';
/** Of each exploration in `make test`. */
const SAMPLE = 8;
const PATIENCE_MS = 3_600_000;
const KERNEL = join(GUEST_FOLDER, 'kernel.elf');
const PROGRAMS = join(GUEST_FOLDER, 'programs.cpio');
const PROMPT = '\n# ';
const BUDGET = { instructions: 200_000_000 };
const TICK = 1_000_000;

const { constants } = debugInfoOf(new ImageFile('kernel.elf', readFileSync(KERNEL)));
function constant(name: string): number {
  const value = constants.get(name);
  if (value === undefined) throw new Error(`the kernel has no constant ${name}`);
  return value;
}
const perCpu = (m: TestMachine, field: string) => m.dword(m.addressOf('percpu_areas') + constant(field));

/** What comes while another interrupt is served; `lead` is what each device takes from its input to its line. */
const COMES: Readonly<Record<string, Stimulus>> = {
  'a key': { enters: key('b')[0]!, lead: 66_000 },
  'a byte at COM1': { enters: serial('b'), lead: 8_680 },
  'an edge on line 10': { enters: edge(10) },
  'an edge on line 11': { enters: edge(11) },
};

const NMI: Readonly<Record<string, Stimulus>> = { 'an NMI': { enters: { kind: 'button', button: 'nmi' } } };

/** What the processor does when the first interrupt comes. */
const BEFORE = {
  'from hlt': [],
  'from ring 3': ['spin &'],
} as const;

/** The first interrupt: its vector, and what makes it. */
const FIRST = {
  timer: { vector: 0x20, makes: () => {} },
  keyboard: { vector: 0x21, makes: (m: TestMachine) => m.input(key('a')) },
  COM1: { vector: 0x24, makes: (m: TestMachine) => m.input(serial('a')) },
  'COM1, level triggered': {
    vector: 0x24,
    makes: (m: TestMachine) => {
      m.pc.machine.ports.write(0x4d0, 0x10, 1);
      m.input(serial('a'));
    },
  },
  'a line with tasklet and work': { vector: 0x2a, makes: (m: TestMachine) => m.input(edge(10)) },
  'a line with a thread': { vector: 0x2b, makes: (m: TestMachine) => m.input(edge(11)) },
} as const;

type Before = keyof typeof BEFORE;
type First = keyof typeof FIRST;
const EVERY_BEFORE = Object.keys(BEFORE) as Before[];
const EVERY_FIRST = Object.keys(FIRST) as First[];
const SOME_FIRST: First[] = ['COM1', 'a line with tasklet and work'];

/** The shell waits at its prompt, and it is half way between two ticks: nothing else is under way. */
async function atPrompt(before: Before): Promise<TestMachine> {
  const m = await boot({ path: KERNEL, modules: [PROGRAMS] });
  m.runUntilText(PROMPT, BUDGET);
  for (const command of ['insmod soak.ko', ...BEFORE[before]]) {
    m.pc.serial.send(Buffer.from(`${command}\n`));
    m.runUntilText(PROMPT, BUDGET);
  }
  m.runUntil({ kind: 'interrupt', trap: { vector: 0x20 } });
  m.run({ instructions: TICK / 2 });
  m.followHandlers = true;
  return m;
}

/** ... and the first interrupt is about to come. */
async function aboutToCome(before: Before, first: First): Promise<TestMachine> {
  const m = await atPrompt(before);
  FIRST[first].makes(m);
  return m;
}

const TASK_STACKS = Array.from({ length: constant('NR_TASKS') }, (_, task) => {
  const slot = task * constant('THREAD_SLOT');
  return {
    low: `task_stacks+${slot + constant('PAGE_SIZE')}`,
    high: `task_stacks+${slot + constant('THREAD_SLOT')}`,
  };
});
/** A hard interrupt on top of a system call takes some hundred bytes; so much has to be left. */
const MARGIN = 4096;
/** Between two looks whether everything has come to rest, which it has to in so many of them. */
const SLICE = 500;
const SLICES = 2000;

/** What is 0 when the kernel has done all that it was asked for. */
const OWED = [
  ...['preempt_count', 'softirq_pending', 'need_resched', 'irq_regs'],
  ...['tasklet_first', 'tasklet_hi_first', 'running_timer'],
];

/** Interrupts that the kernel has counted, by line. */
function counted(m: TestMachine): number[] {
  const [size, field] = [constant('irq_desc_size'), constant('irq_desc.kstat_irqs')];
  return Array.from({ length: 16 }, (_, line) => m.dword(m.addressOf('irq_descs') + line * size + field));
}

/** When the last thing that has entered comes to the processor. */
function lastToCome(m: TestMachine): number {
  const leads = m.pc.machine.inputs.events.map((input) => {
    const stimulus = Object.values(COMES).find(({ enters }) => [enters].flat()[0]!.kind === input.kind);
    return input.at + (stimulus?.lead ?? 0);
  });
  return Math.max(...leads);
}

/** The processor waits, or runs what it ran before, and no chip waits for it. */
function isAtRest(m: TestMachine, current: number): boolean {
  const { cpu, pic } = m.pc;
  const waiting = [pic.master, pic.slave].some((chip) => (chip.irr & ~chip.peek().imr) !== 0 || chip.peek().isr !== 0);
  return !waiting && (cpu.isHalted || (cpu.cpl === 3 && perCpu(m, 'current') === current));
}

const imrs = ({ pc: { pic } }: TestMachine) => [pic.master.peek().imr, pic.slave.peek().imr];

/**
 * What came is counted, the chips are as they were, and nobody owes the kernel anything.
 * @param first when the first interrupt is delivered
 */
function comesThroughClean(m: TestMachine, first: number): void {
  const before = counted(m);
  const masks = imrs(m);
  const current = perCpu(m, 'current');
  m.run({ instructions: first - m.now });
  for (let slice = 0; slice < SLICES && (m.now <= lastToCome(m) || !isAtRest(m, current)); slice++) {
    m.run({ instructions: SLICE });
  }
  expect(isAtRest(m, current), `at rest, and not at ${m.describeAddress(m.pc.cpu.eip)}`).toBe(true);
  expect(m).toHaveCleanInterrupts({ stacks: TASK_STACKS, stackMargin: MARGIN });
  const acknowledged = before.map(
    (_, line) => m.eventsOf('inta').filter(({ vector }) => vector === constant('ISA_IRQ_VECTOR') + line).length,
  );
  expect(counted(m).map((count, line) => count - before[line]!)).toEqual(acknowledged);
  expect(imrs(m)).toEqual(masks);
  expect(OWED.filter((field) => perCpu(m, field) !== 0)).toEqual([]);
  expect(m.consoleText).not.toMatch(/BUG|WARNING|Oops|No irq handler/);
}

/** The console, which is polled, would take longer than a tick for what an NMI has to say. */
async function withoutMessages(machine: Promise<TestMachine>): Promise<TestMachine> {
  const m = await machine;
  m.pc.machine.memory.write(m.addressOf('console_loglevel'), new Uint8Array(4));
  return m;
}

interface Region {
  readonly boot: () => Promise<TestMachine>;
  readonly from: Exploration['from'];
  readonly to: Exploration['to'];
  /** When the first interrupt is delivered. */
  readonly time: number;
}

async function exploreRegion(
  { boot, from, to, time }: Region,
  inputs: Record<string, Stimulus>,
  { signal, most = Infinity, sample = SAMPLE }: { signal: AbortSignal; most?: number; sample?: number },
): Promise<void> {
  const check = (m: TestMachine) => comesThroughClean(m, time);
  const found = await explore({ boot, from, to, inputs, most: WHOLE ? most : sample, check, signal });
  const { tried, possible, boundaries } = found;
  if (WHOLE) process.stdout.write(`${boundaries} boundaries, ${tried} of ${possible} schedules were tried\n`);
  expect(found).toHoldEverywhere();
  expect(boundaries).toBeGreaterThan(500);
}

/** The way of one interrupt: from its stub until the processor is back where it was. */
async function wayOf(first: First, boot: () => Promise<TestMachine>): Promise<Region> {
  const { vector } = FIRST[first];
  const { eip, time } = (await boot()).runUntilTrap({ vector });
  return { boot, from: `vector_stubs+${vector * constant('VECTOR_STUB_SIZE')}`, to: eip, time };
}

describe.each(EVERY_BEFORE)('an interrupt %s', (before) => {
  test.for(EVERY_FIRST)(
    'of %s: another one anywhere in its way is handled cleanly',
    { timeout: PATIENCE_MS },
    async (first, { signal }) => exploreRegion(await wayOf(first, () => aboutToCome(before, first)), COMES, { signal }),
  );

  test.for(WHOLE ? EVERY_FIRST : SOME_FIRST)(
    'of %s: an NMI anywhere in its way is handled cleanly',
    { timeout: PATIENCE_MS },
    async (first, { signal }) =>
      exploreRegion(await wayOf(first, () => withoutMessages(aboutToCome(before, first))), NMI, { signal }),
  );

  test('any of them: a tick anywhere in its way is handled cleanly', { timeout: PATIENCE_MS }, async ({ signal }) => {
    const boot = () => atPrompt(before);
    const { time } = (await boot()).runUntilTrap({ vector: FIRST.timer.vector });
    // So long before the tick, that all of what comes then is still under way.
    await exploreRegion({ boot, from: at(time - 4000), to: at(time + 1000), time }, COMES, { signal });
  });
});

describe('a program’s fault', () => {
  /** It is loaded, and about to do it. */
  async function faulting(time: number): Promise<TestMachine> {
    const m = await withoutMessages(atPrompt('from hlt'));
    m.input(serial('null_pointer\n'));
    m.run({ instructions: Math.max(0, time - m.now) });
    return m;
  }

  test.for([
    ['an interrupt', COMES],
    ['an NMI', NMI],
  ] as const)(
    '%s anywhere from its delivery to the end of the program is handled cleanly',
    { timeout: PATIENCE_MS },
    async ([_, inputs], { signal }) => {
      const { time } = (await faulting(0)).runUntilTrap({ vector: PF });
      const region = { from: `vector_stubs+${PF * constant('VECTOR_STUB_SIZE')}`, to: 'cpu_idle.again' };
      await exploreRegion({ boot: () => faulting(time - 70_000), ...region, time }, inputs, {
        signal,
        most: 500,
        sample: 1,
      });
    },
  );
});

test('a kernel that does not look for softirqs once more before it leaves them is found out', async () => {
  const JE = 0x74;
  const JMP_SHORT = 0xeb;
  const careless = async () => {
    const m = await aboutToCome('from hlt', 'a line with tasklet and work');
    const { memory } = m.pc.machine;
    // cli, cmp dword [gs:softirq_pending], 0
    const jump = m.addressOf('__do_softirq.round_over') + 9;
    expect(memory.read(jump, 1)[0]).toBe(JE);
    memory.write(jump, Uint8Array.of(JMP_SHORT));
    return m;
  };
  const { time } = (await careless()).runUntilTrap({ vector: FIRST['a line with tasklet and work'].vector });
  const found = await explore({
    boot: careless,
    from: 'tasklet_action',
    to: '__do_softirq.round_over',
    irqs: [10],
    check: (m) => comesThroughClean(m, time),
  });
  expect(found.failures).toHaveLength(1);
  expect(found.failures[0]!.message).toContain("[ 'softirq_pending', 'tasklet_first' ]");
});
