/**
 * Follows handlers from the delivery of a trap to the iret that ends it, one instruction at a time, and keeps what
 * the processor had at both ends: that is what can be said of registers, stacks and nesting.
 */

import type { Cpu, GeneralRegister } from '../machine/cpu.ts';
import type { TrapEntry } from './trap-log.ts';

const REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const SEGMENTS = ['ds', 'es', 'fs', 'gs', 'cs', 'ss'] as const;
const IRET = 0xcf;
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
const BIG = 0x4000;
/** No handler takes more of a stack than this. */
const NEAR = 4096;

/** Registers and the top of the stack, for comparing. */
export interface Snapshot {
  readonly registers: Readonly<Record<GeneralRegister, number>>;
  readonly segments: Readonly<Record<(typeof SEGMENTS)[number], number>>;
  readonly eip: number;
  readonly cpl: number;
}

/** One entry of a handler. */
export interface Frame {
  readonly trap: TrapEntry;
  /** At the handler's first instruction. */
  readonly entry: Snapshot;
  /** How many handlers were entered and not left before this one; 0 for the outermost. */
  readonly depth: number;
  /** The lowest ESP that was seen in the handler. */
  readonly lowestStack: number;
  /** ESP before its last iret, also of one that faulted; undefined while there was none. */
  readonly stackAtIret: number | undefined;
  /** Behind its iret; undefined while it runs, or when it was left another way. */
  readonly exit: (Snapshot & { readonly time: number }) | undefined;
}

/** Something seen on the way that no event tells. */
export type Observation = {
  readonly time: number;
  /** Of the next instruction. */
  readonly eip: number;
} & (
  | { readonly kind: 'sleep' | 'idt-write' }
  /** A handler let interrupts in again, or returned to where they are on. */
  | { readonly kind: 'interrupts-off'; readonly instructions: number }
);

const IF = 0x200;

type OpenFrame = { -readonly [Key in keyof Frame]: Frame[Key] };

export class FrameFollower {
  /** In the order of entry. */
  readonly frames: Frame[] = [];
  readonly observations: Observation[] = [];
  private open: OpenFrame[] = [];
  /** Of the threads that do not run: what they have entered and not left. */
  private readonly shelved = new Map<number, OpenFrame[]>();
  private thread = 0;
  private offSince: number | undefined;

  constructor(
    private readonly cpu: Cpu,
    private readonly returned: (time: number, frame: Frame) => void,
  ) {}

  /** Handlers entered and not left. */
  get depth(): number {
    return this.open.length;
  }

  /** The kernel switches to another thread: what this one has entered, it leaves when it runs again. */
  switchTo(thread: number): void {
    this.shelved.set(this.thread, this.open);
    this.open = this.shelved.get(thread) ?? [];
    this.thread = thread;
  }

  /** A trap has been delivered; its handler's first instruction is next. */
  entered(trap: TrapEntry): void {
    const entry = this.snapshot();
    const frame: OpenFrame = {
      trap,
      entry,
      depth: this.open.length,
      lowestStack: entry.registers.esp,
      stackAtIret: undefined,
      exit: undefined,
    };
    this.open.push(frame);
    this.frames.push(frame);
  }

  /** After an instruction or a delivery: whether interrupts are on, and whether the handler sleeps. */
  look(): void {
    const { now, eflags, eip, isHalted } = this.cpu;
    if (!(eflags & IF)) this.offSince ??= now;
    else if (this.offSince !== undefined) {
      this.observations.push({ kind: 'interrupts-off', time: now, eip, instructions: now - this.offSince });
      this.offSince = undefined;
    }
    const top = this.open.at(-1);
    const isInterrupt = top?.trap.cause === 'external' || top?.trap.cause === 'nmi';
    // On another stack it is another thread that sleeps.
    if (isHalted && isInterrupt && this.sameStack(top) && Math.abs(top.entry.registers.esp - this.cpu.esp) < NEAR) {
      this.observations.push({ kind: 'sleep', time: now, eip });
    }
  }

  /** The descriptor table in use was written. */
  tableWritten(): void {
    this.observations.push({ kind: 'idt-write', time: this.cpu.now, eip: this.cpu.eip });
  }

  /** Before one instruction. @returns what to call when it has been executed, without a trap of its own */
  before(): (() => void) | undefined {
    const top = this.open.at(-1);
    if (!top) return undefined;
    const { esp } = this.cpu;
    // Far below is another stack, which the handler has changed to.
    const below = top.lowestStack - esp;
    if (below > 0 && below < NEAR && this.sameStack(top)) top.lowestStack = esp;
    if (!this.isIret()) return undefined;
    // The innermost one may be another thread's, when the kernel has switched: whose stack is this?
    const mine = this.open.findLast(({ entry }) => Math.abs(entry.registers.esp - esp) < NEAR);
    if (mine && this.sameStack(mine)) mine.stackAtIret = esp;
    return () => this.left();
  }

  /**
   * The iret belongs to the handler that was entered from this stack: the innermost one, or, when the kernel has changed
   * threads, another one. What was entered below it on the same stack was abandoned.
   */
  private left(): void {
    const exit = { ...this.snapshot(), time: this.cpu.now };
    const mine = this.open.findLastIndex((frame) => returnsTo(frame.trap, exit));
    const frame = this.open[mine];
    if (!frame) return;
    const top = frame.entry.registers.esp;
    const isAbandoned = ({ entry }: Frame) => entry.registers.esp < top && top - entry.registers.esp < NEAR;
    const stay = this.open.filter((other, i) => i < mine || (i > mine && !isAbandoned(other)));
    this.open.splice(0, this.open.length, ...stay);
    frame.exit = exit;
    this.returned(exit.time, frame);
  }

  private sameStack(frame: Frame): boolean {
    return this.cpu.segment('ss').selector === frame.entry.segments.ss;
  }

  private isIret(): boolean {
    const { cpu } = this;
    const { base } = cpu.segment('cs');
    for (let at = 0; at < 4; at++) {
      const physical = cpu.translate((base + cpu.eip + at) >>> 0);
      const byte = physical === undefined ? undefined : cpu.ram[physical];
      if (byte === IRET) return true;
      if (byte === undefined || !PREFIXES.has(byte)) return false;
    }
    return false;
  }

  private snapshot(): Snapshot {
    const { cpu } = this;
    const registers = Object.fromEntries(REGISTERS.map((name) => [name, cpu.register(name)]));
    const segments = Object.fromEntries(SEGMENTS.map((name) => [name, cpu.segment(name).selector]));
    const big = (cpu.segment('ss').access & BIG) !== 0;
    return {
      registers: { ...registers, esp: big ? cpu.esp : cpu.esp & 0xffff } as Snapshot['registers'],
      segments: segments as Snapshot['segments'],
      eip: cpu.eip,
      cpl: cpu.cpl,
    };
  }
}

/** Whether a return leads into what this trap interrupted: its privilege level and its stack. */
function returnsTo(trap: TrapEntry, { cpl, registers, segments }: Snapshot): boolean {
  return trap.cpl === cpl && trap.ss === segments.ss && trap.esp === registers.esp;
}
