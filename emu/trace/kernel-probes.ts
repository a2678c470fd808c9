/**
 * What the guest kernel of this repository does behind its interrupts, heard of without its help: breakpoints at the
 * routines that raise and run softirqs, queue and run works, switch threads, and return to ring 3. Their names, and where
 * their arguments' fields are, come from the image's symbols and constants; another image simply has none.
 */

import type { Pc } from '../machine/pc.ts';
import type { SymbolTable } from './symbols.ts';

/** One thing that a kernel did. */
export type KernelEvent = { readonly time: number } & (
  | {
      readonly kind: 'softirq';
      readonly phase: 'raise' | 'enter' | 'leave';
      readonly nr: number;
      readonly name: string;
    }
  /** `thread`: the pid of whoever runs it; of a queued one, of whoever was current. */
  | {
      readonly kind: 'work';
      readonly phase: 'queue' | 'begin' | 'end';
      readonly work: number;
      readonly name: string;
      readonly thread: number;
    }
  /** From now on this thread runs. */
  | { readonly kind: 'thread'; readonly pid: number; readonly name: string }
  /** iret to ring 3. */
  | { readonly kind: 'ring3' }
);

const NEEDED = ['context_switch', '__do_softirq', '__raise_softirq_irqoff', 'softirq_vec', 'softirq_names'] as const;
const IRET = 0xcf;
const LONGEST_NAME = 32;

/** A call that has been entered: what to do when it returns. */
interface OpenCall {
  readonly returns: number;
  readonly esp: number;
  readonly left: () => void;
}

export class KernelProbes {
  private readonly entries = new Map<number, () => void>();
  /** Addresses that calls return to. */
  private readonly returns = new Set<number>();
  private open: OpenCall[] = [];
  private current = { pid: 0, name: '' };

  private constructor(
    private readonly pc: Pc,
    private readonly symbols: SymbolTable,
    private readonly constants: ReadonlyMap<string, number>,
    private readonly heard: (event: KernelEvent) => void,
  ) {
    const at = (name: string, act: () => void) => {
      const address = symbols.addressOf(name);
      if (address !== undefined) this.entries.set(address, act);
    };
    at('context_switch', () => this.switched(this.argument(2)));
    at('__do_softirq', () => this.watchActions());
    at('__raise_softirq_irqoff', () => this.softirq('raise', this.argument(1)));
    at('__queue_work', () => this.work('queue', this.argument(3)));
    at('process_one_work', () => this.began(this.argument(2)));
    const restore = symbols.addressOf('trap_return.restore');
    const iret = restore === undefined ? undefined : this.find(restore, IRET);
    if (iret !== undefined) this.entries.set(iret, () => this.returned());
    this.arm();
  }

  /** @returns undefined when the image is no kernel of this kind */
  static of(
    pc: Pc,
    symbols: SymbolTable,
    constants: ReadonlyMap<string, number>,
    heard: (event: KernelEvent) => void,
  ): KernelProbes | undefined {
    const known = NEEDED.every((name) => symbols.addressOf(name) !== undefined);
    return known && constants.has('task.pid') ? new KernelProbes(pc, symbols, constants, heard) : undefined;
  }

  /** The processor stands at a breakpoint. @returns whether it is one of ours; it may go on, then */
  met(): boolean {
    const { cpu } = this.pc;
    const { eip, esp } = cpu;
    const call = this.open.find(({ returns, esp: entry }) => returns === eip && entry + 4 === esp);
    if (call) {
      this.open = this.open.filter((other) => other !== call);
      call.left();
    }
    this.entries.get(eip)?.();
    cpu.passBreakpoint(cpu.now);
    return call !== undefined || this.entries.has(eip) || this.returns.has(eip);
  }

  private arm(): void {
    this.pc.cpu.setBreakpoints([...this.entries.keys(), ...this.returns]);
  }

  /** A routine has been entered: hear of its return. */
  private whenLeft(left: () => void): void {
    const { esp } = this.pc.cpu;
    const returns = this.word(esp);
    this.open.push({ returns, esp, left });
    if (this.returns.has(returns)) return;
    this.returns.add(returns);
    this.arm();
  }

  /** The actions there are by now: open_softirq may have been called since. */
  private watchActions(): void {
    const table = this.symbols.addressOf('softirq_vec')!;
    let added = false;
    for (let nr = 0; nr < (this.constants.get('NR_SOFTIRQS') ?? 0); nr++) {
      const action = this.word(table + 4 * nr);
      if (action === 0 || this.entries.has(action)) continue;
      this.entries.set(action, () => {
        // The argument is the entry of the table: one function may serve two numbers.
        const which = (this.argument(1) - table) / 4;
        this.softirq('enter', which);
        this.whenLeft(() => this.softirq('leave', which));
      });
      added = true;
    }
    if (added) this.arm();
  }

  private softirq(phase: 'raise' | 'enter' | 'leave', nr: number): void {
    const name = this.text(this.word(this.symbols.addressOf('softirq_names')! + 4 * nr));
    this.tell({ kind: 'softirq', phase, nr, name });
  }

  private began(work: number): void {
    const name = this.work('begin', work);
    const thread = this.current.pid;
    this.whenLeft(() => this.tell({ kind: 'work', phase: 'end', work, name, thread }));
  }

  private work(phase: 'queue' | 'begin', work: number): string {
    const routine = this.word(work + (this.constants.get('work_struct.func') ?? 0));
    const name = this.symbols.nameOf(routine) ?? `0x${routine.toString(16)}`;
    this.tell({ kind: 'work', phase, work, name, thread: this.current.pid });
    return name;
  }

  private switched(task: number): void {
    const pid = this.word(task + this.constants.get('task.pid')!);
    this.current = { pid, name: this.text(task + (this.constants.get('task.name') ?? 0)) };
    this.tell({ kind: 'thread', ...this.current });
  }

  private returned(): void {
    // The frame of iret: EIP, CS, EFLAGS.
    if ((this.word(this.pc.cpu.esp + 4) & 3) === 3) this.tell({ kind: 'ring3' });
  }

  private tell(event: WithoutTime<KernelEvent>): void {
    this.heard({ time: this.pc.machine.now, ...event });
  }

  /** At a routine's entry: its nth argument, from 1. */
  private argument(n: number): number {
    return this.word(this.pc.cpu.esp + 4 * n);
  }

  private word(linear: number): number {
    const bytes = [0, 1, 2, 3].map((i) => this.byte(linear + i));
    return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
  }

  private byte(linear: number): number {
    const { cpu } = this.pc;
    const at = cpu.locate(linear >>> 0);
    return at === undefined ? 0 : (cpu.ram[at] ?? 0);
  }

  private text(linear: number): string {
    let text = '';
    for (let i = 0; i < LONGEST_NAME; i++) {
      const byte = this.byte(linear + i);
      if (byte === 0) break;
      text += String.fromCharCode(byte);
    }
    return text;
  }

  private find(from: number, byte: number): number | undefined {
    for (let at = from; at < from + 32; at++) if (this.byte(at) === byte) return at;
    return undefined;
  }
}

type WithoutTime<T> = T extends unknown ? Omit<T, 'time'> : never;
