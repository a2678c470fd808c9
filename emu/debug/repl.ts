/**
 * The stepper as a conversation in lines: a command in, text out. The same in a terminal, in a pipe and in a test.
 */

import { disassemble } from '../../asm/index.ts';
import { describeStop } from '../machine/stop.ts';
import { ExpressionError, parseExpression } from './expression.ts';
import { monitor } from './gdb/monitor.ts';
import { codeBits } from './instruction-kind.ts';
import { peekBytes } from './memory-view.ts';
import type { Stepper } from './stepper.ts';
import { describeStopAt, type Reason, type StopAt } from './stops.ts';

interface ReplCommand {
  /** Its names, the shortest last. */
  readonly names: readonly string[];
  readonly usage: string;
  readonly help: string;
  /** @returns text, or undefined when the arguments are wrong */
  run(repl: Repl, args: readonly string[]): string | undefined;
}

const FLAGS = ['cf', 'pf', 'af', 'zf', 'sf', 'tf', 'if', 'df', 'of'];
const FLAG_BITS = [0, 2, 4, 6, 7, 8, 9, 10, 11];
const LINES_SHOWN = 8;
const hex = (value: number, digits = 8) => (value >>> 0).toString(16).padStart(digits, '0');

const MOVES: readonly ReplCommand[] = [
  {
    names: ['step', 's'],
    usage: '[N]',
    help: 'an instruction, or N',
    run: (r, [n]) => r.repeated(n, () => r.stepper.step()),
  },
  {
    names: ['over', 'o'],
    usage: '[N]',
    help: 'as step, calls and interrupts in one',
    run: (r, [n]) => r.repeated(n, () => r.stepper.over()),
  },
  { names: ['out'], usage: '', help: 'until this routine has returned', run: (r) => r.moved(r.stepper.out()) },
  {
    names: ['back', 'b'],
    usage: '[N]',
    help: 'an instruction backwards, or N',
    run: (r, [n]) => r.repeated(n, () => r.stepper.back()),
  },
  {
    names: ['back-over', 'bo'],
    usage: '[N]',
    help: 'backwards over what was called',
    run: (r, [n]) => r.repeated(n, () => r.stepper.backOver()),
  },
  { names: ['run', 'r'], usage: '[INSTRUCTIONS]', help: 'to the next stop', run: (r, [n]) => r.run(n) },
  { names: ['run-back', 'rb'], usage: '', help: 'to the stop before', run: (r) => r.moved(r.stepper.runBack()) },
  { names: ['goto', 'g'], usage: 'TIME', help: 'to a virtual time', run: (r, [time]) => r.goTo(time) },
];
const STOPS: readonly ReplCommand[] = [
  {
    names: ['at'],
    usage: 'ADDRESS [if CONDITION]',
    help: 'stop before an instruction',
    run: (r, args) => r.stopAt(args, ([a]) => r.addressStop(a)),
  },
  {
    names: ['watch'],
    usage: 'ADDRESS [BYTES] [read|write|access|change] [if CONDITION]',
    help: 'stop when memory is touched',
    run: (r, args) => r.stopAt(args, (words) => r.memoryStop(words)),
  },
  {
    names: ['trap'],
    usage: '[VECTOR] [if CONDITION]',
    help: 'stop when a trap has been delivered',
    run: (r, args) => r.stopAt(args, ([v]) => r.trapStop(v)),
  },
  {
    names: ['irq-edge'],
    usage: 'N [rise|fall]',
    help: 'stop when an interrupt wire moves',
    run: (r, args) => r.stopAt(args, (words) => r.edgeStop(words)),
  },
  {
    names: ['port'],
    usage: 'PORT [read|write]',
    help: 'stop after a port access',
    run: (r, args) => r.stopAt(args, (words) => r.portStop(words)),
  },
  {
    names: ['text'],
    usage: 'TEXT',
    help: 'stop when COM1 has sent this',
    run: (r, args) => (args.length === 0 ? undefined : r.set({ kind: 'text', text: args.join(' ') })),
  },
  { names: ['stops'], usage: '', help: 'what is set', run: (r) => r.listStops() },
  {
    names: ['delete', 'd'],
    usage: 'NUMBER',
    help: 'take a stop away',
    run: (r, [n]) => (r.stepper.remove(Number(n)) ? '' : undefined),
  },
];
const LOOKS: readonly ReplCommand[] = [
  {
    names: ['registers', 'regs'],
    usage: '',
    help: 'the registers; * where one has changed',
    run: (r) => r.registers(),
  },
  { names: ['print', 'p'], usage: 'EXPRESSION', help: 'what it is worth', run: (r, args) => r.print(args.join(' ')) },
  { names: ['x'], usage: 'ADDRESS [BYTES]', help: 'memory', run: (r, args) => r.memory(args) },
  { names: ['code', 'u'], usage: '[ADDRESS]', help: 'instructions', run: (r, [address]) => r.code(address) },
  { names: ['where', 'w'], usage: '', help: 'where the machine stands', run: (r) => r.where() },
];
const COMMANDS = [...MOVES, ...STOPS, ...LOOKS];

export class Repl {
  private before: Uint32Array | undefined;

  constructor(readonly stepper: Stepper) {}

  /** Answer a line. @returns text without an end of line; empty when there is nothing to say */
  answer(line: string): string {
    const [name = '', ...args] = line.trim().split(/\s+/);
    if (name === '') return '';
    if (name === 'help') return help();
    const command = COMMANDS.find(({ names }) => names.includes(name));
    if (!command) return monitor(this.stepper, line.trim()).trimEnd();
    try {
      return command.run(this, args) ?? `usage: ${command.names[0]} ${command.usage}`.trimEnd();
    } catch (error) {
      if (error instanceof ExpressionError || error instanceof RangeError) return error.message;
      throw error;
    }
  }

  /** How a line that begins so may go on: commands, then symbols. */
  complete(line: string): string[] {
    const words = line.split(/\s+/);
    const last = words.at(-1) ?? '';
    if (words.length === 1) return COMMANDS.flatMap(({ names }) => names).filter((name) => name.startsWith(last));
    return this.stepper.symbols.namesFrom(last);
  }

  // ---- moving

  moved(reason: Reason): string {
    const { symbols } = this.stepper;
    const nameOf = (address: number) => symbols.nameOf(address);
    const why = {
      stop: () => (reason.kind === 'stop' ? `stop ${reason.stop.id}: ${describeStopAt(reason.stop.at, nameOf)}\n` : ''),
      machine: () => (reason.kind === 'machine' ? `${describeStop(reason.stop, nameOf)}\n` : ''),
      start: () => 'the history begins here\n',
      step: () => '',
      paused: () => '',
    };
    return why[reason.kind]() + this.where();
  }

  repeated(count: string | undefined, move: () => Reason): string | undefined {
    const times = count === undefined ? 1 : Number(count);
    if (!Number.isSafeInteger(times) || times < 1) return undefined;
    this.remember();
    let reason = move();
    for (let i = 1; i < times && reason.kind === 'step'; i++) reason = move();
    return this.moved(reason);
  }

  run(instructions: string | undefined): string | undefined {
    const count = instructions === undefined ? undefined : Number(instructions);
    if (count !== undefined && !(count > 0)) return undefined;
    this.remember();
    return this.moved(this.stepper.run(count === undefined ? {} : { until: this.stepper.pc.machine.now + count }));
  }

  goTo(text: string | undefined): string | undefined {
    const time = Number(text);
    if (text === undefined || !Number.isSafeInteger(time) || time < 0) return undefined;
    this.remember();
    return this.moved(this.stepper.goTo(time));
  }

  // ---- stops

  set(at: StopAt, condition?: string): string {
    const { symbols } = this.stepper;
    const options = condition ? { condition: parseExpression(condition, (name) => symbols.addressOf(name)) } : {};
    const { id } = this.stepper.add(at, options);
    return `stop ${id}: ${describeStopAt(at, (address) => symbols.nameOf(address))}`;
  }

  stopAt(args: readonly string[], make: (words: readonly string[]) => StopAt | undefined): string | undefined {
    const cut = args.indexOf('if');
    const at = make(cut < 0 ? args : args.slice(0, cut));
    return at && this.set(at, cut < 0 ? undefined : args.slice(cut + 1).join(' '));
  }

  addressStop(text: string | undefined): StopAt | undefined {
    const address = this.value(text);
    return address === undefined ? undefined : { kind: 'address', address };
  }

  memoryStop(words: readonly string[]): StopAt | undefined {
    const on = (['read', 'write', 'access', 'change'] as const).find((kind) => words.includes(kind)) ?? 'write';
    const [place, size = '4'] = words.filter((word) => word !== on);
    const first = this.value(place);
    const bytes = Number(size);
    return first === undefined || !(bytes > 0) ? undefined : { kind: 'memory', first, bytes, on };
  }

  trapStop(vector: string | undefined): StopAt | undefined {
    if (vector === undefined) return { kind: 'trap' };
    const number = this.value(vector);
    return number === undefined || number > 255 ? undefined : { kind: 'trap', vector: number };
  }

  edgeStop([text, edge = 'both']: readonly string[]): StopAt | undefined {
    const line = Number(text);
    if (text === undefined || !(line >= 0 && line <= 15) || !['rise', 'fall', 'both'].includes(edge)) return undefined;
    return { kind: 'irq', line, edge: edge as 'rise' | 'fall' | 'both' };
  }

  portStop([text, on = 'access']: readonly string[]): StopAt | undefined {
    const port = this.value(text);
    if (port === undefined || port > 0xffff || !['read', 'write', 'access'].includes(on)) return undefined;
    return { kind: 'port', first: port, last: port, on: on as 'read' | 'write' | 'access' };
  }

  listStops(): string {
    const { stops, symbols } = this.stepper;
    if (stops.length === 0) return 'no stops are set';
    const nameOf = (address: number) => symbols.nameOf(address);
    return stops.map(({ id, at, hits }) => `${id}: ${describeStopAt(at, nameOf)}, met ${hits} times`).join('\n');
  }

  // ---- looking

  where(): string {
    const { pc, symbols, here, history } = this.stepper;
    const [line] = disassemble(peekBytes(pc, here, 15), { bits: codeBits(pc), address: here, limit: 1 });
    const symbol = symbols.nameOf(here);
    const state = [history.isPast ? 'past' : '', pc.cpu.isHalted ? 'waiting' : ''].filter((word) => word !== '');
    const tags = state.length === 0 ? '' : ` (${state.join(', ')})`;
    const place = `${hex(pc.cpu.segment('cs').selector, 4)}:${hex(pc.cpu.eip)}${symbol ? ` <${symbol}>` : ''}`;
    return `${pc.machine.now}${tags}  ${place}  ${line?.text ?? '(no code can be seen here)'}`;
  }

  registers(): string {
    const now = this.words();
    const { cpu } = this.stepper.pc;
    const names = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp'];
    const shown = names.map(
      (name, i) => `${name} ${hex(now[i]!)}${this.before && this.before[i] !== now[i] ? '*' : ' '}`,
    );
    const flags = FLAGS.map((flag, i) => ((cpu.eflags >>> FLAG_BITS[i]!) & 1 ? flag.toUpperCase() : flag)).join(' ');
    const segments = (['cs', 'ss', 'ds', 'es', 'fs', 'gs'] as const).map(
      (s) => `${s} ${hex(cpu.segment(s).selector, 4)}`,
    );
    return [
      shown.slice(0, 4).join(' '),
      shown.slice(4).join(' '),
      `eip ${hex(cpu.eip)}  eflags ${hex(cpu.eflags)} ${flags} iopl ${(cpu.eflags >>> 12) & 3}  ring ${cpu.cpl}`,
      segments.join('  '),
      `cr0 ${hex(cpu.cr0)}  cr2 ${hex(cpu.cr2)}  cr3 ${hex(cpu.cr3)}  cr4 ${hex(cpu.cr4)}`,
    ].join('\n');
  }

  print(text: string): string | undefined {
    if (text === '') return undefined;
    const value = this.value(text);
    if (value === undefined) return 'it reads memory that cannot be seen';
    const symbol = this.stepper.symbols.nameOf(value);
    return `0x${hex(value)} = ${value}${symbol ? ` <${symbol}>` : ''}`;
  }

  memory([place, size = '64']: readonly string[]): string | undefined {
    const from = this.value(place);
    const length = Number(size);
    if (from === undefined || !(length > 0 && length <= 65536)) return undefined;
    const bytes = peekBytes(this.stepper.pc, from, length);
    if (bytes.length === 0) return 'nothing can be seen there';
    return Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
      const part = bytes.subarray(row * 16, row * 16 + 16);
      const numbers = Array.from(part, (byte) => hex(byte, 2)).join(' ');
      const text = Array.from(part, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
      return `${hex(from + row * 16)}  ${numbers.padEnd(47)}  ${text}`;
    }).join('\n');
  }

  code(place: string | undefined): string | undefined {
    const { pc, here, symbols } = this.stepper;
    const from = place === undefined ? here : this.value(place);
    if (from === undefined) return undefined;
    const lines = disassemble(peekBytes(pc, from, LINES_SHOWN * 15), {
      bits: codeBits(pc),
      address: from,
      limit: LINES_SHOWN,
    });
    return lines
      .map(
        ({ address, text }) =>
          `${address === here ? '=>' : '  '} ${hex(address)} ${(symbols.nameOf(address) ?? '').padEnd(24)} ${text}`,
      )
      .join('\n');
  }

  private value(text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    return parseExpression(text, (name) => this.stepper.symbols.addressOf(name))(this.stepper.pc);
  }

  private words(): Uint32Array {
    const { cpu } = this.stepper.pc;
    return Uint32Array.of(cpu.eax, cpu.ebx, cpu.ecx, cpu.edx, cpu.esi, cpu.edi, cpu.ebp, cpu.esp);
  }

  private remember(): void {
    this.before = this.words();
  }
}

function help(): string {
  const list = (title: string, commands: readonly ReplCommand[]) => [
    title,
    ...commands.map(({ names, usage, help: text }) => `  ${`${names.join(', ')} ${usage}`.padEnd(34)} ${text}`),
  ];
  return [
    ...list('Moving', MOVES),
    ...list('Stops', STOPS),
    ...list('Looking', LOOKS),
    'The machine (as gdb has them behind monitor)',
    '  info pic|irq|idt|traps, why irq N, why fault, history, snapshot, hash, irq N, key NAME, nmi',
    '  quit',
    'Addresses and conditions are expressions: do_IRQ+4, [esp], byte[ebx] == 3 && cpl == 0',
  ].join('\n');
}
