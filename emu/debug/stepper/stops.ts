/**
 * What one can ask the stepper to stop at. Each is precise to the instruction, and none asks anything per instruction:
 * the core stops at addresses and memory by itself, and the rest is heard of when it happens.
 */

import type { Stop } from '../../machine/stop.ts';
import type { TrapCause } from '../../trace/trap-log.ts';
import type { Expression } from '../sight/expression.ts';

export type StopAt =
  /** Before the instruction at this linear address. */
  | { readonly kind: 'address'; readonly address: number }
  /**
   * When a trap or interrupt has been delivered, before its handler's first instruction; any, or one vector. 'unhandled':
   * one that came of another's failed delivery: #DF, or a fault whose error code names a gate (SDM 3A, 6.13).
   */
  | { readonly kind: 'trap'; readonly vector?: number; readonly cause?: TrapCause; readonly unhandled?: true }
  /** After the instruction in which the interrupt wire rises or falls. */
  | { readonly kind: 'irq'; readonly line: number; readonly edge: 'rise' | 'fall' | 'both' }
  /** After the instruction that ends the service of this IRQ at its 8259, 0 to 15; undefined: of any. */
  | { readonly kind: 'eoi'; readonly irq?: number }
  /** After rdmsr or wrmsr has accessed this model-specific register; undefined: any. */
  | { readonly kind: 'msr'; readonly register?: number; readonly on: 'read' | 'write' | 'access' }
  /** After the CPL has become this; undefined: has changed. */
  | { readonly kind: 'ring'; readonly to?: number }
  /** After an access to one of these ports. */
  | { readonly kind: 'port'; readonly first: number; readonly last: number; readonly on: 'read' | 'write' | 'access' }
  /** After an access to these linear addresses; 'change': a write that leaves other bytes there. */
  | {
      readonly kind: 'memory';
      readonly first: number;
      readonly bytes: number;
      readonly on: 'read' | 'write' | 'access' | 'change';
    }
  /** When this virtual time has come. */
  | { readonly kind: 'time'; readonly time: number }
  /** When COM1 has sent this text. */
  | { readonly kind: 'text'; readonly text: string };

export interface StopOptions {
  /** Stop only when this is neither zero nor undefined. */
  readonly condition?: Expression;
  /** The condition as it was written, for lists. */
  readonly conditionText?: string;
  /** Let so many go by first. */
  readonly ignore?: number;
  /** Take it away when it has stopped once. */
  readonly once?: boolean;
}

/** A stop that has been set. */
export interface StopPoint extends StopOptions {
  readonly id: number;
  readonly at: StopAt;
  /** How often it was met with its condition true, going forwards. */
  hits: number;
}

/** Why the stepper stands where it does. */
export type Reason =
  /** `others`: stops that were met by the same instruction. */
  | { readonly kind: 'stop'; readonly stop: StopPoint; readonly others?: readonly StopPoint[] }
  /** The steps asked for are done. */
  | { readonly kind: 'step' }
  /** Nothing earlier is known: the beginning of the history. */
  | { readonly kind: 'start' }
  /** The run asked for has ended, or somebody asked it to, or the processor waits (idle). */
  | { readonly kind: 'paused'; readonly stop?: Stop }
  /** The machine ended it: describeStop says why. */
  | { readonly kind: 'machine'; readonly stop: Stop };

/** A stop in words. */
export function describeStopAt(at: StopAt, nameOf: (address: number) => string | undefined): string {
  const hex = (n: number) => `0x${n.toString(16)}`;
  const place = (address: number) => nameOf(address) ?? hex(address);
  switch (at.kind) {
    case 'address':
      return `at ${place(at.address)}`;
    case 'trap':
      if (at.unhandled) return 'a trap that nothing handles';
      return at.vector === undefined ? 'any trap' : `trap ${hex(at.vector)}`;
    case 'eoi':
      return at.irq === undefined ? 'any EOI' : `EOI of IRQ ${at.irq}`;
    case 'msr':
      return `${at.register === undefined ? 'any MSR' : `MSR ${hex(at.register)}`} ${at.on}`;
    case 'ring':
      return at.to === undefined ? 'ring change' : `ring ${at.to}`;
    case 'irq':
      return `IRQ ${at.line} ${at.edge === 'both' ? 'edge' : at.edge}`;
    case 'port':
      return `port ${hex(at.first)}${at.last === at.first ? '' : `-${hex(at.last)}`} ${at.on}`;
    case 'memory':
      return `${at.on} of ${at.bytes} at ${place(at.first)}`;
    case 'time':
      return `time ${at.time}`;
    case 'text':
      return `text ${JSON.stringify(at.text)}`;
  }
}
