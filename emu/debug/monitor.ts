/** The commands that every face has beside its own: gdb's `monitor COMMAND`, the debug console of an editor, the lines. */

import { isKeyName } from '../machine/input-log.ts';
import { stateHash } from '../machine/state-hash.ts';
import { ExpressionError, parseExpression } from './sight/expression.ts';
import type { Stepper } from './stepper/stepper.ts';
import { sceneOf, usageOf, VIEWS, type View } from './views/index.ts';
import { historyView } from './views/record.ts';
import { plain } from './views/text.ts';
import { type Answer, answerAsJson } from './why/chain.ts';
import { whyFault } from './why/fault.ts';
import { whyIrq } from './why/irq.ts';

interface MonitorCommand {
  readonly usage: string;
  readonly help: string;
  run(stepper: Stepper, args: readonly string[]): string | undefined;
}

/** Room for a view in gdb's console. */
const ROOM = { rows: 16, columns: 80 };

const VIEW_COMMANDS: readonly MonitorCommand[] = VIEWS.map((view) => ({
  usage: usageOf(view),
  help: view.help,
  run: (stepper, [argument]) => showView(stepper, view, argument),
}));

const COMMANDS: readonly MonitorCommand[] = [
  {
    usage: 'why irq N [JSON]',
    help: 'why interrupt N has not come',
    run: (s, [n, form]) => (isIrq(n) ? inForm(whyIrq(s, Number(n)), form) : undefined),
  },
  {
    usage: 'why fault [JSON]',
    help: 'why the last exception was raised',
    run: (stepper, [form]) => inForm(whyFault(stepper), form),
  },
  { usage: 'history', help: 'how far back one can go', run: (stepper) => plain(historyView(stepper)) },
  { usage: 'goto TIME', help: 'to a virtual time, past or to come', run: goTo },
  { usage: 'snapshot', help: 'keep this moment, so that going back here is quick', run: snapshot },
  { usage: 'hash', help: 'the state of the whole machine as a number to compare', run: ({ pc }) => stateHash(pc) },
  { usage: 'irq N [0|1]', help: 'a finger on an interrupt wire: press and let go, or one of them', run: pressIrq },
  { usage: 'key NAME', help: 'press and release a key', run: pressKey },
  { usage: 'nmi', help: 'press the NMI button', run: nmi },
];

const ALL = [...VIEW_COMMANDS, ...COMMANDS];

/** Those that are no views: usage and help. */
export const MONITOR_COMMANDS: readonly (readonly [string, string])[] = COMMANDS.map(({ usage, help }) => [
  usage,
  help,
]);

/**
 * Do a monitor command.
 * @returns lines for the person, each with its end; for an unknown command the list of those there are
 */
export function monitor(stepper: Stepper, line: string): string {
  const words = line.trim().split(/\s+/);
  const command = commandOf(words);
  if (!command) return ALL.map(({ usage, help }) => `${usage.padEnd(24)}${help}\n`).join('');
  try {
    const text = command.run(stepper, words.slice(nameOf(command).length));
    return text === undefined ? `usage: ${command.usage}\n` : ended(text);
  } catch (error) {
    if (error instanceof RangeError || error instanceof ExpressionError) return `${error.message}\n`;
    throw error;
  }
}

/** Whether a line begins as one of the commands does. */
export function isMonitorCommand(line: string): boolean {
  return commandOf(line.trim().split(/\s+/)) !== undefined;
}

/** What the commands are called, views too. */
export const MONITOR_NAMES: readonly string[] = ALL.map((command) => nameOf(command).join(' '));

function commandOf(words: readonly string[]): MonitorCommand | undefined {
  return ALL.find((command) => nameOf(command).every((word, i) => words[i] === word));
}

/** The words of a command that are typed as they stand. */
function nameOf({ usage }: MonitorCommand): string[] {
  return usage.split(' ').filter((word) => /^[a-z]+$/.test(word));
}

function showView(stepper: Stepper, view: View, text: string | undefined): string | undefined {
  const scene = sceneOf(stepper);
  const symbolValue = (name: string) => scene.symbols.addressOf(name) ?? scene.debugInfo.constants.get(name);
  const argument = text === undefined ? undefined : parseExpression(text, symbolValue)(scene.sight);
  if (text !== undefined && argument === undefined) return `${text} reads memory that cannot be seen`;
  if (argument === undefined && view.argument !== undefined && !view.argument.startsWith('[')) return undefined;
  return plain(view.show(scene, ROOM, argument));
}

/** Text, or JSON for programs. */
function inForm(answer: Answer, form: string | undefined): string | undefined {
  if (form === undefined) return answer.text;
  return form.toLowerCase() === 'json' ? answerAsJson(answer) : undefined;
}

const ended = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
const isIrq = (text: string | undefined) => text !== undefined && /^\d+$/.test(text) && Number(text) <= 15;

function goTo(stepper: Stepper, [text]: readonly string[]): string | undefined {
  const time = Number(text);
  if (text === undefined || !Number.isSafeInteger(time) || time < 0) return undefined;
  stepper.goTo(time);
  return `at ${stepper.pc.machine.now}; tell gdb with: maintenance flush register-cache`;
}

function snapshot(stepper: Stepper): string {
  stepper.history.save();
  return `kept the moment ${stepper.pc.machine.now}`;
}

/** What is done to the machine from outside begins a new future. */
function enter(stepper: Stepper): Stepper['pc']['machine'] {
  stepper.history.fork();
  return stepper.pc.machine;
}

function pressIrq(stepper: Stepper, [n, level]: readonly string[]): string | undefined {
  if (!isIrq(n) || n === '2' || !['0', '1', undefined].includes(level)) return undefined;
  const { inputs, now } = enter(stepper);
  const line = Number(n);
  if (level !== '0') inputs.schedule(now, { kind: 'line', line, level: true });
  if (level !== '1') inputs.schedule(level === '0' ? now : now + 1, { kind: 'line', line, level: false });
  return '';
}

function pressKey(stepper: Stepper, [key]: readonly string[]): string | undefined {
  if (key === undefined) return undefined;
  if (!isKeyName(key)) return `no key is called '${key}'`;
  const { inputs, now, clock } = enter(stepper);
  inputs.schedule(now, { kind: 'key', key, down: true });
  inputs.schedule(now + Math.ceil(clock.frequency / 100), { kind: 'key', key, down: false });
  return '';
}

function nmi(stepper: Stepper): string {
  const { inputs, now } = enter(stepper);
  inputs.schedule(now, { kind: 'button', button: 'nmi' });
  return '';
}
