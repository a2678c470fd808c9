/**
 * The client's breakpoints of every kind, as stops of the stepper. The client always sends the whole list of a kind (or
 * of a file); what it asked for is kept, so that it can be set again on a machine that is launched anew.
 */

import type { DebugProtocol } from '@vscode/debugprotocol';
import { ExpressionError } from '../sight/expression.ts';
import type { StopAt, StopPoint } from '../stepper/stops.ts';
import type { Debuggee } from './debuggee.ts';
import { expressionOf, RequestError } from './requests.ts';

/** What the client wants of one breakpoint beside its place. */
export interface Demands {
  readonly condition?: string | undefined;
  /** '5', '>= 5', '% 3' ... */
  readonly hitCondition?: string | undefined;
  /** Said instead of stopping; {expressions} are replaced by their values. */
  readonly logMessage?: string | undefined;
}

/** A place, looked up in an image. */
export interface Place {
  readonly at: readonly StopAt[];
  /** Besides the expression of the client, this must hold. */
  readonly only?: (debuggee: Debuggee) => boolean;
  /** Fields for the client's breakpoint. */
  readonly shown?: Partial<DebugProtocol.Breakpoint>;
}

export interface Wanted extends Demands {
  /** @throws RequestError, ExpressionError when there is no such place */
  readonly place: (debuggee: Debuggee) => Place;
}

/** Why a stop of this kind is told to have been. */
export type Kind = 'breakpoint' | 'function breakpoint' | 'instruction breakpoint' | 'data breakpoint' | 'exception';

interface Entry {
  readonly id: number;
  readonly kind: Kind;
  readonly wanted: Wanted;
  points: StopPoint[];
}

export class Breakpoints {
  private readonly groups = new Map<string, Entry[]>();
  private nextId = 1;

  /**
   * @param log says a log point's message
   * @param looksBack whether the present move searches backwards: then nothing is logged and nothing counted
   */
  constructor(
    private readonly log: (text: string) => void,
    private readonly looksBack: () => boolean,
  ) {}

  /** Replace a group (`kind`, or `kind` of a file). */
  set(debuggee: Debuggee, kind: Kind, group: string, wanted: readonly Wanted[]): DebugProtocol.Breakpoint[] {
    const name = `${kind}:${group}`;
    for (const { points } of this.groups.get(name) ?? []) for (const { id } of points) debuggee.stepper.remove(id);
    const entries = wanted.map((one): Entry => ({ id: this.nextId++, kind, wanted: one, points: [] }));
    this.groups.set(name, entries);
    return entries.map((entry) => this.bind(debuggee, entry));
  }

  /** Set everything on another machine; gives the breakpoints as they are there. */
  rebind(debuggee: Debuggee): DebugProtocol.Breakpoint[] {
    return [...this.groups.values()].flat().map((entry) => this.bind(debuggee, entry));
  }

  /** Take everything away. */
  clear(debuggee: Debuggee): void {
    for (const { points } of [...this.groups.values()].flat()) {
      for (const { id } of points) debuggee.stepper.remove(id);
    }
    this.groups.clear();
  }

  /** Whose stop it is; undefined for one of the stepper's own. */
  ownerOf(stop: StopPoint): { readonly id: number; readonly kind: Kind } | undefined {
    return [...this.groups.values()].flat().find(({ points }) => points.some(({ id }) => id === stop.id));
  }

  private bind(debuggee: Debuggee, entry: Entry): DebugProtocol.Breakpoint {
    entry.points = [];
    try {
      const place = entry.wanted.place(debuggee);
      const condition = this.conditionOf(debuggee, entry.wanted, place);
      entry.points = place.at.map((at) => debuggee.stepper.add(at, condition && { condition }));
      return { id: entry.id, verified: true, ...place.shown };
    } catch (error) {
      if (!(error instanceof RequestError || error instanceof ExpressionError || error instanceof RangeError))
        throw error;
      return { id: entry.id, verified: false, message: error.message };
    }
  }

  /** All demands in one condition: only what holds counts as a hit, and only a hit is logged. */
  private conditionOf(debuggee: Debuggee, demands: Demands, { only }: Place): StopPoint['condition'] {
    const { condition, hitCondition, logMessage } = demands;
    if (!condition && !hitCondition && !logMessage && !only) return undefined;
    const holds = condition ? expressionOf(debuggee, condition) : undefined;
    const enough = hitCondition ? hitTest(hitCondition) : undefined;
    const say = logMessage ? logText(debuggee, logMessage) : undefined;
    let hits = 0;
    return (pc) => {
      if (only && !only(debuggee)) return 0;
      if (holds && !holds(pc)) return 0;
      // Backwards, every hit was one: how often it had been hit before is not known there.
      if (this.looksBack()) return say ? 0 : 1;
      if (enough && !enough(++hits)) return 0;
      if (!say) return 1;
      this.log(`${say()}\n`);
      return 0;
    };
  }
}

/** @throws RequestError when it cannot be understood */
function hitTest(text: string): (hits: number) => boolean {
  const match = /^\s*(==|=|>=|>|<=|<|%)?\s*(\d+)\s*$/.exec(text);
  const n = Number(match?.[2]);
  if (!match || (match[1] === '%' && n === 0)) {
    throw new RequestError(`hit count '${text}': a number is wanted, or one of == >= > <= < % before it`);
  }
  switch (match[1]) {
    case '>=':
      return (hits) => hits >= n;
    case '>':
      return (hits) => hits > n;
    case '<=':
      return (hits) => hits <= n;
    case '<':
      return (hits) => hits < n;
    case '%':
      return (hits) => hits % n === 0;
    case '=':
    case '==':
      return (hits) => hits === n;
    default:
      // A bare number lets the hits before it go by.
      return (hits) => hits >= n;
  }
}

/** `got {eax} from {[esp]}`; a backslash keeps a brace. @throws ExpressionError for what is in braces */
function logText(debuggee: Debuggee, message: string): () => string {
  const parts = message.split(/(\\[{}]|\{[^{}]*\})/).map((part) => {
    if (/^\\[{}]$/.test(part)) return () => part[1]!;
    if (!part.startsWith('{')) return () => part;
    const value = expressionOf(debuggee, part.slice(1, -1));
    return () => {
      const number = value(debuggee.stepper.pc);
      return number === undefined ? '(cannot be seen)' : `0x${number.toString(16)}`;
    };
  });
  return () => parts.map((part) => part()).join('');
}
