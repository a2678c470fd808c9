/**
 * What the chips do, as it happens: edges of interrupt wires, INTA cycles, ends of interrupt, and writes to registers,
 * each with its virtual time. (What enters from outside is in the input log.)
 *
 * While nobody listens it costs nothing: wires, 8259s and the bus then only find that they have no listener.
 */

import type { Pc } from '../machine/pc.ts';

export type ChipEvent = { readonly time: number } /** An interrupt wire changed its level: 'IRQ 1', 'NMI'. */ & (
  | { readonly kind: 'line'; readonly line: string; readonly level: boolean }
  /** The processor acknowledged: this is the vector it was given. */
  | { readonly kind: 'inta'; readonly vector: number }
  /** An EOI command took an IRQ out of service. */
  | { readonly kind: 'eoi'; readonly irq: number }
  /** The guest wrote to a register of a chip's; the width is in bytes. */
  | {
      readonly kind: 'register';
      readonly chip: string;
      readonly port: number;
      readonly value: number;
      readonly width: number;
    }
);

/** Ports that carry what people read or hear, or nothing at all: bytes, not settings. */
const STREAMS = new Set([0x3f8, 0x2f8, 0x3e8, 0x2e8, 0x378, 0xe9, 0x80]);

/**
 * Hear of everything that the chips of a PC do. One listener at a time.
 * @returns a function that ends it
 */
export function listenToChips(pc: Pc, listener: (event: ChipEvent) => void): () => void {
  const { machine, pic, wires } = pc;
  const tell = (event: DistributiveOmit<ChipEvent, 'time'>) => listener({ time: machine.now, ...event });
  const lines = [...wires, pc.nmi];
  for (const line of lines) line?.listen(({ name }, level) => tell({ kind: 'line', line: name, level }));
  pic.listen({
    acknowledged: (vector) => tell({ kind: 'inta', vector }),
    ended: (irq) => tell({ kind: 'eoi', irq }),
  });
  machine.ports.listen((chip, port, value, width) => {
    if (!STREAMS.has(port)) tell({ kind: 'register', chip, port, value, width });
  });
  return () => {
    for (const line of lines) line?.listen(undefined);
    pic.listen(undefined);
    machine.ports.listen(undefined);
  };
}

/** One event as a line of text: JSON with numbers as they are. */
export function formatChipEvent(event: ChipEvent): string {
  return `${JSON.stringify(event)}\n`;
}

type DistributiveOmit<T, Key extends keyof T> = T extends unknown ? Omit<T, Key> : never;
