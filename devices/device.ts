/**
 * What a chip may know of the world: its own registers, the lines it drives, and the clock.
 * It never sees the machine, the CPU or another chip; emu/machine/pc.ts does the wiring.
 */

import type { PortLatch } from './port-latch.ts';

/** A wire that the chip drives. Setting the level it already has is free and does nothing. */
export interface IrqLine {
  set(level: boolean): void;
}

/** One thing a chip wants to be woken for. It fires once, at its time or, set in the past, at once. */
export interface Alarm {
  /** Virtual time it is set for, in instructions; undefined when it is not set. */
  readonly at: number | undefined;
  set(at: number): void;
  clear(): void;
}

/** Virtual time. Its unit is the retired instruction; nothing here reads the host's clock. */
export interface Clock {
  /** Instructions retired since power-on: a whole number below 2^53, exact also inside a port access. */
  readonly now: number;
  /** Instructions in one virtual second. */
  readonly frequency: number;
  /** Alarms that are due at the same instruction fire in the order in which they were made. */
  alarm(name: string, fire: () => void): Alarm;
}

/** A run of I/O ports a chip decodes. Accesses wider than a byte reach byte-wide chips as bytes, low port first. */
export interface PortWindow {
  readonly first: number;
  readonly last: number;
  /** Read one byte. Absent: the bus floats (0xff). */
  read?(port: number): number;
  /** Write one byte. Absent: ignored. */
  write?(port: number, value: number): void;
  /** A chip that takes 16- or 32-bit accesses whole says so here; it then gets the width in bytes. */
  readWide?(port: number, width: 2 | 4): number;
  writeWide?(port: number, value: number, width: 2 | 4): void;
  /** Registers of these ports that the chip shows without being asked. */
  readonly latches?: readonly PortLatch[];
}

/** A run of physical addresses a chip decodes; 4 KB granular. Widths are in bytes: 1, 2 or 4. */
export interface MemoryWindow {
  readonly first: number;
  readonly last: number;
  read(address: number, width: 1 | 2 | 4): number;
  write(address: number, value: number, width: 1 | 2 | 4): void;
}

/**
 * A chip. `State` is its whole state as one plain object of numbers, booleans, strings and arrays,
 * so that saving, loading, peeking and comparing fall out of it (structuredClone, JSON, deep equality).
 */
export interface Device<State = unknown> {
  readonly name: string;
  readonly ports?: readonly PortWindow[];
  readonly memory?: readonly MemoryWindow[];
  /** As at power-on: state, lines and alarms. */
  reset(): void;
  /** The whole state without side effects, for looking. The caller must not change it. */
  peek(): Readonly<State>;
  /** Of a chip with much state: another number whenever the state may have changed, so that who saves often can tell. */
  readonly revision?: number;
  /** A deep copy of the whole state, alarm times included. */
  save(): State;
  /** The inverse of save: after it the future is the one the saved chip would have had, lines included. */
  load(state: State): void;
}
