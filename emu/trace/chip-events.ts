/**
 * What the chips do, as it happens: edges of interrupt wires, INTA cycles, ends of interrupt, and writes to registers,
 * each with its virtual time. (What enters from outside is in the input log.)
 *
 * While nobody listens it costs nothing: wires, 8259s and the bus then only find that they have no listener.
 */

import type { IrqWire } from '../machine/irq-lines.ts';
import type { Pc } from '../machine/pc.ts';

export type ChipEvent = { readonly time: number } /** An interrupt wire changed its level: 'IRQ 1', 'NMI'. */ & (
  | { readonly kind: 'line'; readonly line: string; readonly level: boolean }
  /** A request was taken: the processor was given this vector in its INTA cycle, or has polled and may think of it. */
  | { readonly kind: 'inta'; readonly vector: number }
  /** An EOI command took an IRQ out of service. */
  | { readonly kind: 'eoi'; readonly irq: number }
  /** The guest wrote to a register of a chip's, at a port or in memory; the width is in bytes. */
  | (RegisterWrite & { readonly port: number })
  | (RegisterWrite & { readonly address: number })
);

interface RegisterWrite {
  readonly kind: 'register';
  readonly chip: string;
  readonly value: number;
  readonly width: number;
}

/** Ports that carry what people read or hear, or nothing at all: bytes, not settings. */
const STREAMS: ReadonlySet<number> = new Set([0x3f8, 0x2f8, 0x3e8, 0x2e8, 0x378, 0xe9, 0x80]);
/** Chips whose memory is what people read. */
const SCREENS: ReadonlySet<string> = new Set(['vga-text']);

type Listener = (event: ChipEvent) => void;
/** Who listens to which PC; one that nobody listens to is not in it. */
const audiences = new WeakMap<Pc, Set<Listener>>();

/**
 * Hear of everything that the chips of a PC do, beside whoever else does.
 * @returns a function that ends it
 */
export function listenToChips(pc: Pc, listener: Listener): () => void {
  const audience = audiences.get(pc) ?? new Set();
  if (audience.size === 0) {
    audiences.set(pc, audience);
    plugIn(pc, audience);
  }
  audience.add(listener);
  return () => {
    if (audience.delete(listener) && audience.size === 0) unplug(pc);
  };
}

function plugIn(pc: Pc, audience: ReadonlySet<Listener>): void {
  const { machine, pic } = pc;
  const tell = (what: DistributiveOmit<ChipEvent, 'time'>) => {
    const event = { time: machine.now, ...what };
    for (const listener of audience) listener(event);
  };
  for (const line of linesOf(pc)) line.listen(({ name }, level) => tell({ kind: 'line', line: name, level }));
  pic.listen({
    acknowledged: (vector) => tell({ kind: 'inta', vector }),
    ended: (irq) => tell({ kind: 'eoi', irq }),
  });
  machine.ports.listen((chip, port, value, width) => {
    if (!STREAMS.has(port)) tell({ kind: 'register', chip, port, value, width });
  });
  machine.memory.listen((chip, address, value, width) => {
    if (!SCREENS.has(chip)) tell({ kind: 'register', chip, address, value: value >>> 0, width });
  });
}

function unplug(pc: Pc): void {
  audiences.delete(pc);
  for (const line of linesOf(pc)) line.listen(undefined);
  pc.pic.listen(undefined);
  pc.machine.ports.listen(undefined);
  pc.machine.memory.listen(undefined);
}

function linesOf({ wires, nmi }: Pc): IrqWire[] {
  return [...wires, nmi].filter((line) => line !== undefined);
}

/** One event as a line of text: JSON with numbers as they are. */
export function formatChipEvent(event: ChipEvent): string {
  return `${JSON.stringify(event)}\n`;
}

type DistributiveOmit<T, Key extends keyof T> = T extends unknown ? Omit<T, Key> : never;
