/** What to stop at. Behind each stop may stand: once, after N, if CONDITION. */

import type { StopAt, StopOptions } from '../stepper/stops.ts';
import { stopsView } from '../views/record.ts';
import { type Line, line } from '../views/text.ts';
import type { DebugCommand } from './command.ts';
import type { Conversation } from './conversation.ts';

type Made = StopAt | readonly StopAt[] | undefined;

export const STOPS: readonly DebugCommand[] = [
  stop(['at', 'break'], 'PLACE', 'before an instruction: an expression, or FILE:LINE', async (c, [place]) =>
    (await c.places(place)).map((address) => ({ kind: 'address', address })),
  ),
  stop(['watch'], 'ADDRESS [BYTES] [read|write|access|change]', 'when memory is touched', memory),
  stop(['trap'], '[VECTOR|unhandled]', 'when a trap or interrupt has been delivered', trap),
  stop(['irq-edge'], 'N [rise|fall]', 'when an interrupt wire moves', edge),
  stop(['eoi'], '[IRQ]', 'when an interrupt has been ended at its 8259', async (c, [irq]) =>
    within(await c.value(irq), 15, (n) => ({ kind: 'eoi', ...(n === undefined ? {} : { irq: n }) })),
  ),
  stop(['port'], 'PORT[-LAST] [read|write]', 'after a port access', port),
  stop(['msr'], '[REGISTER] [read|write]', 'after rdmsr or wrmsr', msr),
  stop(['ring'], '[0-3]', 'when the privilege level changes, or becomes this', async (c, [ring]) =>
    within(await c.value(ring), 3, (to) => ({ kind: 'ring', ...(to === undefined ? {} : { to }) })),
  ),
  stop(['time'], '[+]INSTRUCTIONS', 'at a virtual time, or so much later than now', time),
  stop(['text'], 'TEXT', 'when COM1 has sent this', (_, words) =>
    words.length === 0 ? undefined : { kind: 'text', text: words.join(' ') },
  ),
  {
    names: ['stops'],
    usage: '',
    help: 'what is set',
    run: (c) => stopsView(c.target.stops, (address) => c.nameOf(address)),
  },
  {
    names: ['delete', 'd'],
    usage: 'NUMBER',
    help: 'take a stop away',
    run: async (c, [n]) =>
      n === undefined ? undefined : (await c.target.remove(Number(n))) ? [] : [line(`no stop has the number ${n}`)],
  },
];

function stop(
  names: readonly string[],
  usage: string,
  help: string,
  make: (c: Conversation, words: readonly string[]) => Promise<Made> | Made,
): DebugCommand {
  return { names, usage, help, run: (c, args) => set(c, args, make) };
}

async function set(
  c: Conversation,
  args: readonly string[],
  make: (c: Conversation, words: readonly string[]) => Promise<Made> | Made,
): Promise<Line[] | undefined> {
  const { words, options } = narrowed(c, args);
  const made = await make(c, words);
  if (made === undefined) return undefined;
  const all = [made].flat() as StopAt[];
  if (all.length === 0) return undefined;
  const lines: Line[] = [];
  for (const at of all) lines.push(c.stopLine(await c.target.add(at, options)));
  return lines;
}

/** Take 'once', 'after N' and 'if CONDITION' from the end. */
function narrowed(c: Conversation, args: readonly string[]): { words: readonly string[]; options: StopOptions } {
  const cut = args.indexOf('if');
  const conditionText = cut < 0 ? '' : args.slice(cut + 1).join(' ');
  const words = cut < 0 ? [...args] : args.slice(0, cut);
  const once = words.includes('once');
  if (once) words.splice(words.indexOf('once'), 1);
  const after = words.indexOf('after');
  const ignore = after < 0 ? 0 : Number(words[after + 1]);
  if (ignore > 0) words.splice(after, 2);
  return {
    words,
    options: {
      ...(conditionText === '' ? {} : { condition: c.expression(conditionText), conditionText }),
      ...(once ? { once } : {}),
      ...(ignore > 0 ? { ignore } : {}),
    },
  };
}

function within(value: number | undefined, most: number, make: (value: number | undefined) => StopAt): Made {
  return value !== undefined && value > most ? undefined : make(value);
}

async function memory(c: Conversation, words: readonly string[]): Promise<Made> {
  const on = (['read', 'write', 'access', 'change'] as const).find((kind) => words.includes(kind)) ?? 'write';
  const [place, size = '4'] = words.filter((word) => word !== on);
  const first = await c.value(place);
  const bytes = Number(size);
  return first === undefined || !(bytes > 0) ? undefined : { kind: 'memory', first, bytes, on };
}

async function trap(c: Conversation, [vector]: readonly string[]): Promise<Made> {
  if (vector === 'unhandled') return { kind: 'trap', unhandled: true };
  return within(await c.value(vector), 255, (n) => ({ kind: 'trap', ...(n === undefined ? {} : { vector: n }) }));
}

function edge(_: Conversation, [text, edge = 'both']: readonly string[]): Made {
  const irq = Number(text);
  if (text === undefined || !(irq >= 0 && irq <= 15) || !isOneOf(edge, ['rise', 'fall', 'both'])) return undefined;
  return { kind: 'irq', line: irq, edge };
}

async function port(c: Conversation, [text = '', on = 'access']: readonly string[]): Promise<Made> {
  const [from, to] = text.split('-');
  const first = await c.value(from);
  const last = (await c.value(to)) ?? first;
  if (first === undefined || last === undefined || last < first || last > 0xffff) return undefined;
  return isOneOf(on, ['read', 'write', 'access']) ? { kind: 'port', first, last, on } : undefined;
}

async function msr(c: Conversation, words: readonly string[]): Promise<Made> {
  const on = (['read', 'write'] as const).find((kind) => words.includes(kind)) ?? 'access';
  const register = await c.value(words.find((word) => word !== on));
  return { kind: 'msr', on, ...(register === undefined ? {} : { register }) };
}

async function time(c: Conversation, [text = '']: readonly string[]): Promise<Made> {
  const { now } = c.scene.sight;
  const count = Number(text.replace('+', '').replaceAll('_', ''));
  if (text === '' || !Number.isSafeInteger(count) || count < 0 || now === undefined) return undefined;
  return { kind: 'time', time: text.startsWith('+') ? now + count : count };
}

function isOneOf<T extends string>(word: string, words: readonly T[]): word is T {
  return (words as readonly string[]).includes(word);
}
