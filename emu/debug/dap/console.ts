/** What is typed into the client's debug console: commands of the monitor, input for the guest, expressions. */

import { isMonitorCommand, MONITOR_NAMES, monitor } from '../monitor.ts';
import { peekNumber } from '../sight/memory-view.ts';
import type { Debuggee } from './debuggee.ts';
import { described, valueOfText } from './requests.ts';

const HELP = `An expression: eax, [esp + 4], byte[buffer], jiffies, cpl == 3
> TEXT               send a line to COM1
type TEXT            press the keys of a text
`;

/** Do a line. @throws ExpressionError */
export function consoleLine(debuggee: Debuggee, line: string): string {
  const text = line.trim();
  if (text === 'help') return HELP + monitor(debuggee.stepper, 'help');
  if (text.startsWith('>')) {
    debuggee.sendSerial(`${text.slice(1).trimStart()}\n`);
    return '';
  }
  const typed = /^type (.*)$/s.exec(text)?.[1];
  if (typed !== undefined) {
    debuggee.typeKeys(`${typed}\n`);
    return '';
  }
  return isMonitorCommand(text) ? monitor(debuggee.stepper, text).trimEnd() : valueText(debuggee, text);
}

/** An expression's value; of a place in memory also what lies there. @throws ExpressionError */
export function valueText(debuggee: Debuggee, text: string): string {
  const value = valueOfText(debuggee, text);
  if (value === undefined) return 'it reads memory that cannot be seen';
  const shown = described(debuggee, value);
  // A name alone: what people want to know is what is there.
  const isSymbol = debuggee.stepper.symbols.addressOf(text.trim()) === value;
  const word = isSymbol ? peekNumber(debuggee.stepper.pc, value) : undefined;
  return word === undefined ? shown : `${shown}: ${described(debuggee, word)}`;
}

const REGISTERS = [
  ...[
    'eax',
    'ebx',
    'ecx',
    'edx',
    'esi',
    'edi',
    'ebp',
    'esp',
    'eip',
    'eflags',
    'cs',
    'ss',
    'ds',
    'es',
    'fs',
    'gs',
    'cpl',
  ],
  ...['cr0', 'cr2', 'cr3', 'cr4', 'now'],
];

/** How the text before the cursor may go on. */
export function completionsOf(debuggee: Debuggee, before: string): string[] {
  const word = /[\w.$@?]*$/.exec(before)![0];
  const commands = before.trim() === word ? [...MONITOR_NAMES, 'type', 'help'] : [];
  const registers = word === '' ? [] : REGISTERS;
  const symbols = word === '' ? [] : debuggee.stepper.symbols.namesFrom(word).slice(0, 100);
  return [...commands, ...registers].filter((name) => name.startsWith(word)).concat(symbols);
}
