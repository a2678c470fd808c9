/** How long interrupts take: from the rise of the line to the handler, the EOI, the bottom half, and the handler's iret. */

import type { MachineEvent } from './events.ts';
import type { KernelEvent } from './kernel-probes.ts';

/** Latencies of one interrupt line, in instructions, in the order in which they came. */
export interface LineLatencies {
  readonly irq: number;
  /** From the rise of the line to the handler's first instruction. */
  readonly toHandler: number[];
  /** ... to the EOI. */
  readonly toEoi: number[];
  /** ... to the first softirq or work that the handler asked for; of a kernel whose softirqs can be heard of. */
  readonly toBottomHalf: number[];
  /** ... to the handler's iret. */
  readonly toReturn: number[];
}

/** What is told of a list of numbers. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Follow each interrupt through a record; those that were not delivered are not counted.
 * @param irqOf the line a vector stands for
 */
export function latenciesOf(
  events: readonly MachineEvent[],
  irqOf: (vector: number) => number | undefined,
): LineLatencies[] {
  const lines = new Map<number, LineLatencies>();
  const rose = new Map<number, number>();
  /** The rise that led to the handler that runs. */
  const served = new Map<number, number>();
  /** Handlers entered and not left, innermost last. */
  const open: number[] = [];
  /** Softirqs and works that a handler asked for, and the rise that led to it. */
  const asked = new Map<string, { irq: number; since: number }>();
  for (const event of events) {
    if (event.kind === 'line') {
      const irq = Number(event.line.replace('IRQ ', ''));
      // A request that goes away before it is acknowledged is forgotten (8259A data sheet, page 8): somebody polled.
      if (!event.level) rose.delete(irq);
      else if (!rose.has(irq)) rose.set(irq, event.time);
    } else if (event.kind === 'interrupt') {
      const irq = irqOf(event.trap.vector);
      const since = irq === undefined ? undefined : rose.get(irq);
      if (irq === undefined || since === undefined) continue;
      rose.delete(irq);
      served.set(irq, since);
      open.push(irq);
      ofLine(lines, irq).toHandler.push(event.time - since);
    } else if (event.kind === 'eoi') {
      const since = served.get(event.irq);
      if (since !== undefined) ofLine(lines, event.irq).toEoi.push(event.time - since);
    } else if (event.kind === 'iret' && event.frame.trap.cause === 'external') {
      const irq = irqOf(event.frame.trap.vector);
      const since = irq === undefined ? undefined : served.get(irq);
      if (irq === undefined || since === undefined) continue;
      served.delete(irq);
      open.splice(open.lastIndexOf(irq), 1);
      ofLine(lines, irq).toReturn.push(event.time - since);
    } else if (event.kind === 'softirq' || event.kind === 'work') {
      const what = bottomHalfOf(event);
      const irq = open.at(-1);
      const since = irq === undefined ? undefined : served.get(irq);
      if (event.phase === 'raise' || event.phase === 'queue') {
        if (irq !== undefined && since !== undefined && !asked.has(what)) asked.set(what, { irq, since });
      } else if (event.phase === 'enter' || event.phase === 'begin') {
        const request = asked.get(what);
        asked.delete(what);
        if (request) ofLine(lines, request.irq).toBottomHalf.push(event.time - request.since);
      }
    }
  }
  return [...lines.values()].sort((a, b) => a.irq - b.irq);
}

/** What a softirq or a work is known by, from its request to its run. */
export function bottomHalfOf(event: Extract<KernelEvent, { readonly kind: 'softirq' | 'work' }>): string {
  return event.kind === 'softirq' ? `softirq ${event.nr}` : `work ${event.work}`;
}

function ofLine(lines: Map<number, LineLatencies>, irq: number): LineLatencies {
  let line = lines.get(irq);
  if (!line) {
    line = { irq, toHandler: [], toEoi: [], toBottomHalf: [], toReturn: [] };
    lines.set(irq, line);
  }
  return line;
}

/** Nearest-rank percentiles; all 0 for an empty list. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (percent: number) => sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: rank(50), p90: rank(90), p99: rank(99), max: rank(100) };
}
