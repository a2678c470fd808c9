/**
 * What lies behind the kernel's words: the traps that the processor took between its lines, and the chips as they are.
 *
 *     const { said, between } = behind(guest, () => guest.command('insmod delayed.ko'));
 *     expect(between('queued', 'runs').filter(interruptOf(0))).toHaveLength(50);
 *     expect(pic(guest).imr & bit(10)).toBe(0);
 */
import { expect } from 'vitest';
import type { TrapEntry } from '../../emu/trace/trap-log.ts';
import { type Guest, withoutStamps } from './guest.ts';

const FIRST_VECTOR = 0x20;
/** The kernel's tick: 1,193,182 Hz through 11,932 is 100 Hz. */
const LATCH = 11_932;
const RATE_GENERATOR = 2;
const EFLAGS_IF = 0x200;
/** Lines whose every interrupt is a chip's, and is counted by the kernel. */
const COUNTED_LINES = [0, 1, 4, 8, 12] as const;

export const bit = (line: number) => 1 << line;

/** Says whether a trap is this line's interrupt. */
export const interruptOf = (line: number) => (trap: TrapEntry) => trap.vector === FIRST_VECTOR + line;
export const isException = ({ vector }: TrapEntry) => vector < FIRST_VECTOR;

export interface Behind {
  /** The console's whole lines, without time stamps. */
  readonly said: readonly string[];
  readonly traps: readonly TrapEntry[];
  /** Those from the end of one line to the beginning of a later one; each the first line that contains the text. */
  between(first: string, last: string): readonly TrapEntry[];
  /** Virtual time from the end of one line to the beginning of a later one, in milliseconds. */
  milliseconds(first: string, last: string): number;
}

/** Watch what `act` does. */
export function behind(guest: Guest, act: () => void): Behind {
  const [place, trap, line] = [guest.console.length, guest.traps.entries.length, guest.lines.length];
  act();
  const said = withoutStamps(guest.console.slice(place)).slice(0, -1);
  const traps = guest.traps.entries.slice(trap);
  const find = (text: string, from: number) => {
    const n = said.findIndex((line, n) => n >= from && line.includes(text));
    if (n < 0) throw new Error(`no line says ${JSON.stringify(text)}:\n${said.join('\n')}`);
    return n;
  };
  const span = (first: string, last: string) => {
    const n = find(first, 0);
    return { from: guest.lines[line + n]!.end, to: guest.lines[line + find(last, n + 1)]!.begin };
  };
  return {
    said,
    traps,
    between: (first, last) => {
      const { from, to } = span(first, last);
      return traps.slice(from.traps - trap, to.traps - trap);
    },
    milliseconds: (first, last) => {
      const { from, to } = span(first, last);
      return ((to.time - from.time) / guest.pc.machine.clock.frequency) * 1000;
    },
  };
}

/** The registers of the 8259 pair, as words with a bit for each of the 16 lines. */
export function pic(guest: Guest): { imr: number; irr: number; isr: number; elcr: number } {
  const { master, slave } = guest.pc.pic;
  const [low, high] = [master.peek(), slave.peek()];
  return {
    imr: low.imr | (high.imr << 8),
    irr: master.irr | (slave.irr << 8),
    isr: low.isr | (high.isr << 8),
    elcr: low.elcr | (high.elcr << 8),
  };
}

/** A register of the clock by its number. */
export const rtc = (guest: Guest, register: number) => guest.pc.rtc.peek().bytes[register]!;

/** Run to a moment at which no interrupt is asked for or being served, and the task that runs may be preempted. */
export function settle(guest: Guest): void {
  const { machine, cpu } = guest.pc;
  const preemptCount = guest.address('percpu_areas') + guest.constant('preempt_count');
  const underWay = () => {
    const { imr, irr, isr } = pic(guest);
    return isr !== 0 || (irr & ~imr) !== 0 || (cpu.eflags & EFLAGS_IF) === 0 || guest.word(preemptCount) !== 0;
  };
  for (let tries = 0; underWay(); tries++) {
    if (tries > 10_000) throw new Error('the kernel never came to rest');
    machine.run({ instructions: 997 });
  }
}

/** What the kernel's own table of lines says. */
function descriptors(guest: Guest): { readonly open: boolean; readonly count: number }[] {
  const [size, action, istate, kstat] = [
    'irq_desc_size',
    'irq_desc.action',
    'irq_desc.istate',
    'irq_desc.kstat_irqs',
  ].map((name) => guest.constant(name)) as [number, number, number, number];
  const closed = guest.constant('IRQD_DISABLED') | guest.constant('IRQD_MASKED');
  const table = guest.address('irq_descs');
  return Array.from({ length: 16 }, (_, line) => {
    const field = (offset: number) => guest.word(table + line * size + offset);
    return { open: field(action) !== 0 && (field(istate) & closed) === 0, count: field(kstat) };
  });
}

/** Interrupts by line as /proc/interrupts would show them now. */
export const counted = (guest: Guest): readonly number[] => descriptors(guest).map(({ count }) => count);

/** How many of each line's interrupts the processor has taken, and up to which trap they have been counted. */
const taken = new WeakMap<Guest, { upTo: number; counts: number[] }>();

function interruptsTaken(guest: Guest): number[] {
  const so = taken.get(guest) ?? { upTo: 0, counts: new Array<number>(16).fill(0) };
  const { entries } = guest.traps;
  for (; so.upTo < entries.length; so.upTo++) {
    const line = entries[so.upTo]!.vector - FIRST_VECTOR;
    if (line >= 0 && line < 16) so.counts[line]!++;
  }
  taken.set(guest, so);
  return so.counts;
}

/**
 * Whatever a scenario did, this holds when it is over: nothing is in service and nothing that is let in waits; the
 * 8259s let in those lines that the kernel has open, and no others; each interrupt that the processor took of the
 * board's own chips was counted, once; the timer ticks, the controllers' buffers are empty; and every section that
 * held off preemption, softirqs or interrupts has been left again.
 */
export function expectRest(guest: Guest): void {
  settle(guest);
  const lines = descriptors(guest);
  const { imr, isr } = pic(guest);
  const bitsOf = (has: (line: number) => boolean) =>
    lines.reduce((bits, _, line) => (has(line) ? bits | bit(line) : bits), 0);
  expect({ isr, open: ~imr & 0xffff }).toEqual({ isr: 0, open: bitsOf((line) => lines[line]!.open) });

  const counts = interruptsTaken(guest);
  for (const line of COUNTED_LINES) expect(lines[line]!.count, `interrupts of line ${line}`).toBe(counts[line]);

  const { control, loaded } = guest.pc.pit.peek().counters[0]!;
  expect({ mode: (control >> 1) & 7, loaded }).toEqual({ mode: RATE_GENERATOR, loaded: LATCH });
  expect(guest.pc.i8042.peek().full).toBe(false);
  expect(guest.pc.com1.peek()).toMatchObject({ ier: 1, overrun: false });
}
