/** Moving: by instructions, lines, calls and stops, in both directions. */

import type { Verb } from '../stepper/stepper.ts';
import type { Reason } from '../stepper/stops.ts';
import type { MoveOptions } from '../stepper/target.ts';
import type { Line } from '../views/text.ts';
import type { DebugCommand } from './command.ts';
import type { Conversation } from './conversation.ts';

export const MOVES: readonly DebugCommand[] = [
  repeated(['step', 's'], 'an instruction, or N; into what it calls and what interrupts', 'step'),
  repeated(['over', 'o'], 'as step, calls and interrupts in one', 'over'),
  repeated(['line', 'l'], 'to the next line of source', 'step', { byLine: true }),
  repeated(['next', 'n'], 'as line, calls and interrupts in one', 'over', { byLine: true }),
  {
    names: ['out', 'finish'],
    usage: '',
    help: 'until this routine has returned',
    run: (c) => moved(c, () => c.target.move('out')),
  },
  repeated(['back', 'b'], 'an instruction backwards, or N', 'back'),
  repeated(['back-over', 'bo'], 'backwards over what was called', 'backOver'),
  repeated(['back-line', 'bl'], 'to the line of source before', 'back', { byLine: true }),
  { names: ['run', 'r', 'continue', 'c'], usage: '[INSTRUCTIONS]', help: 'to the next stop, or for so long', run },
  {
    names: ['run-back', 'rb'],
    usage: '',
    help: 'to the stop before',
    run: (c) => moved(c, () => c.target.move('runBack')),
  },
  {
    names: ['until', 'u'],
    usage: 'PLACE',
    help: 'to an address or a line of source, unless a stop comes first',
    run: until,
  },
  { names: ['goto', 'g'], usage: 'TIME', help: 'to a virtual time, past or to come', run: goTo },
];

function repeated(names: readonly string[], help: string, verb: Verb, options?: MoveOptions): DebugCommand {
  return {
    names,
    usage: '[N]',
    help,
    run: (c, [count = '1']) => {
      const times = Number(count);
      if (!Number.isSafeInteger(times) || times < 1) return undefined;
      return moved(c, async () => {
        let reason = await c.target.move(verb, options);
        for (let i = 1; i < times && reason.kind === 'step'; i++) reason = await c.target.move(verb, options);
        return reason;
      });
    },
  };
}

async function moved(c: Conversation, move: () => Promise<Reason>): Promise<Line[]> {
  await c.remember();
  return c.moved(await move());
}

function run(c: Conversation, [count]: readonly string[]): Promise<Line[]> | undefined {
  if (count === undefined) return moved(c, () => c.target.move('run'));
  const instructions = Number(count.replaceAll('_', ''));
  const { now } = c.scene.sight;
  if (!(instructions > 0) || now === undefined) return undefined;
  return moved(c, () => c.target.move('run', { until: now + instructions }));
}

async function until(c: Conversation, [place]: readonly string[]): Promise<Line[] | undefined> {
  const addresses = await c.places(place);
  if (addresses.length === 0) return undefined;
  const points = await Promise.all(addresses.map((address) => c.target.add({ kind: 'address', address })));
  try {
    return await moved(c, async () => {
      const reason = await c.target.move('run');
      return reason.kind === 'stop' && points.some(({ id }) => id === reason.stop.id) ? { kind: 'step' } : reason;
    });
  } finally {
    for (const { id } of points) await c.target.remove(id);
  }
}

function goTo(c: Conversation, [text]: readonly string[]): Promise<Line[]> | undefined {
  const time = Number(text?.replaceAll('_', ''));
  if (text === undefined || !Number.isSafeInteger(time) || time < 0) return undefined;
  return moved(c, () => c.target.goTo(time));
}
