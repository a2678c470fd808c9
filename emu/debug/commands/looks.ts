/** Looking, and changing what is seen. */

import { type SettableRegister, TargetError } from '../stepper/target.ts';
import { codeView } from '../views/code.ts';
import { usageOf, VIEWS, viewNamed } from '../views/index.ts';
import { memoryView } from '../views/memory.ts';
import { registersView } from '../views/registers.ts';
import { hereOf } from '../views/scene.ts';
import { dim, hex, type Line, line, named } from '../views/text.ts';
import type { DebugCommand } from './command.ts';
import type { Conversation } from './conversation.ts';

const ROOM = { rows: 16, columns: 80 };
const LINES_OF_CODE = 8;
const MOST_BYTES = 65536;
const REGISTERS: readonly SettableRegister[] = [
  ...(['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp', 'eip', 'eflags'] as const),
];

export const LOOKS: readonly DebugCommand[] = [
  {
    names: ['registers', 'regs'],
    usage: '',
    help: 'the registers; * where one has changed',
    run: (c) => c.look((scene) => registersView(scene)),
  },
  { names: ['print', 'p'], usage: 'EXPRESSION', help: 'what it is worth', run: print },
  { names: ['x'], usage: 'ADDRESS [BYTES]', help: 'memory', run: memory },
  { names: ['code'], usage: '[PLACE]', help: 'instructions', run: code },
  { names: ['where', 'w'], usage: '', help: 'where the machine stands', run: (c) => c.where() },
  { names: ['info', 'i'], usage: 'VIEW [ARGUMENT]', help: 'one of the views below', run: info },
  {
    names: ['set'],
    usage: 'REGISTER|[ADDRESS]|byte[ADDRESS] VALUE',
    help: 'change a register or memory: another future begins',
    run: set,
  },
];

/** Help for `info`. */
export const VIEW_LIST: readonly (readonly [string, string])[] = VIEWS.map((view) => [usageOf(view), view.help]);

async function print(c: Conversation, args: readonly string[]): Promise<Line[] | undefined> {
  const text = args.join(' ');
  if (text === '') return undefined;
  const value = (await c.value(text))!;
  return [line(`0x${hex(value)} = ${value}`, named(c.nameOf(value)))];
}

async function memory(c: Conversation, [place, size = '64']: readonly string[]): Promise<Line[] | undefined> {
  const [from] = await c.places(place);
  const length = Number(size);
  if (from === undefined || !(length > 0 && length <= MOST_BYTES)) return undefined;
  return c.look((scene) => memoryView(scene, from, length));
}

async function code(c: Conversation, [place]: readonly string[]): Promise<Line[]> {
  const [from] = await c.places(place);
  return c.look((scene) => codeView(scene, from ?? hereOf(scene.sight), { rows: LINES_OF_CODE }));
}

async function info(c: Conversation, [name = '', ...rest]: readonly string[]): Promise<readonly Line[] | undefined> {
  const view = viewNamed(name);
  if (!view) {
    // What only the monitor has: of another program's stub, its own.
    const answer =
      name === '' || c.scene.stepper ? undefined : await c.target.monitor(`info ${[name, ...rest].join(' ')}`);
    return answer === undefined
      ? [...(await c.look(() => VIEW_LIST.map(([usage, help]) => line(usage.padEnd(24), dim(help)))))]
      : answer
          .trimEnd()
          .split('\n')
          .map((text) => line(text));
  }
  const [argument] = view.names.includes('idt') ? [await c.value(rest[0])] : await c.places(rest[0]);
  return c.look((scene) => view.show(scene, ROOM, argument));
}

async function set(c: Conversation, args: readonly string[]): Promise<Line[] | undefined> {
  const words = args.filter((word) => word !== '=');
  const value = await c.value(words.slice(1).join(' '));
  const [what = ''] = words;
  if (value === undefined) return undefined;
  const register = REGISTERS.find((name) => name === what.toLowerCase());
  if (register) {
    await c.target.setRegister(register, value);
    return [];
  }
  const place = /^(byte|word|dword)?\[(.+)\]$/i.exec(what);
  if (!place) throw new TargetError(`'${what}' is neither a register that can be set nor [ADDRESS]`);
  const bytes = { byte: 1, word: 2, dword: 4 }[(place[1] ?? 'dword').toLowerCase() as 'byte' | 'word' | 'dword'];
  const at = await c.value(place[2]);
  if (at === undefined) return undefined;
  await c.target.setMemory(
    at,
    Uint8Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 0xff),
  );
  return [];
}
