/**
 * A machine in a test: boots a program or an image, runs to what matters, and remembers what was delivered.
 */

import { readFileSync } from 'node:fs';
import { strokesOf } from '../../devices/key-text.ts';
import { ImageFile } from '../machine/loaders/image.ts';
import type { BootModule } from '../machine/loaders/multiboot.ts';
import { Pc } from '../machine/pc.ts';
import { describeStop, nameOfVector, type Stop } from '../machine/stop.ts';
import { SymbolTable } from '../trace/symbols.ts';
import { type TrapEntry, TrapLog } from '../trace/trap-log.ts';
import { type AssembledProgram, assembleProgram, type Program } from './program.ts';

/** An image file to boot, as the command line would. */
export interface ImageToBoot {
  readonly path: string;
  readonly commandLine?: string;
  /** Files for a multiboot kernel, each with its arguments behind a blank. */
  readonly modules?: readonly string[];
}

export interface TestOptions {
  /** Bytes of RAM; default 16 MB. */
  readonly ramBytes?: number;
}

/** How far to run before giving up, in instructions. */
export interface RunBudget {
  /** Default 10,000,000 for a program; a kernel that boots may want more. */
  readonly instructions?: number;
}

const MB = 2 ** 20;
const DEFAULT_BUDGET = 10_000_000;
const TOLD_TRAPS = 8;

/** Boot a program or an image. @throws Error when it cannot be assembled or loaded */
export async function boot(what: Program | ImageToBoot, options: TestOptions = {}): Promise<TestMachine> {
  return new TestMachine(what, options);
}

export class TestMachine {
  readonly pc: Pc;
  readonly symbols: SymbolTable;
  private readonly program: AssembledProgram | undefined;
  private readonly log: TrapLog;
  private readonly output: number[] = [];

  constructor(what: Program | ImageToBoot, options: TestOptions) {
    this.pc = new Pc({
      ramBytes: options.ramBytes ?? 16 * MB,
      serial: (byte) => this.output.push(byte),
    });
    if ('source' in what) {
      this.program = assembleProgram(what);
      const { bytes, address, symbols } = this.program;
      this.pc.boot({ file: new ImageFile('program', bytes), address });
      this.symbols = new SymbolTable(symbols, address + bytes.length - 1);
    } else {
      const loaded = this.pc.boot({
        file: new ImageFile(what.path, readFileSync(what.path)),
        commandLine: what.commandLine ?? '',
        modules: (what.modules ?? []).map(moduleOf),
      });
      this.symbols = new SymbolTable(loaded.symbols, loaded.last);
    }
    this.log = new TrapLog(this.pc.machine, Infinity);
  }

  /** Everything delivered since power-on, oldest first. */
  get traps(): readonly TrapEntry[] {
    return this.log.entries;
  }

  /** What COM1 has sent so far. */
  get consoleText(): string {
    return Buffer.from(this.output).toString('latin1');
  }

  /** Run so many instructions, or until the machine stops by itself. */
  run({ instructions = DEFAULT_BUDGET }: RunBudget = {}): Stop {
    return this.pc.machine.run({ instructions });
  }

  /**
   * Run until the next trap or interrupt has been delivered; its handler has not begun.
   * @param vector wait for this one, and let others pass
   * @throws Error with the story, when none comes within the budget
   */
  runUntilTrap({ vector, instructions = DEFAULT_BUDGET }: RunBudget & { readonly vector?: number } = {}): TrapEntry {
    const end = this.pc.machine.now + instructions;
    for (;;) {
      const stop = this.pc.machine.run({ until: end, traps: 1 });
      const last = this.log.last;
      if (stop.kind !== 'traps' || !last) {
        const wanted = vector === undefined ? 'no trap was delivered' : `${nameOfVector(vector)} was not delivered`;
        throw new Error(`${wanted}: ${this.describe(stop)}\n${this.story()}`);
      }
      if (vector === undefined || last.vector === vector) return last;
    }
  }

  /**
   * Run until the guest has sent this text on COM1.
   * @throws Error with the end of the console, when it does not within the budget
   */
  runUntilText(text: string, { instructions = 50 * DEFAULT_BUDGET }: RunBudget = {}): void {
    const { machine } = this.pc;
    const end = machine.now + instructions;
    const from = this.output.length;
    while (!Buffer.from(this.output.slice(from)).toString('latin1').includes(text)) {
      const stop = machine.run({ until: Math.min(end, machine.now + 100_000) });
      if (stop.kind !== 'budget' || machine.now >= end) {
        throw new Error(`the console never said ${JSON.stringify(text)}: ${this.describe(stop)}\n${this.consoleText}`);
      }
    }
  }

  /** Type text on the keyboard, from now on. */
  type(text: string): void {
    this.pc.typist.type(strokesOf(text));
  }

  /** The address of a label, or of 'label+4'. @throws Error when there is none */
  addressOf(place: string): number {
    const [, name = '', offset = '0'] = /^([^+]+)(?:\+(\w+))?$/.exec(place) ?? [];
    const address = this.symbols.addressOf(name);
    if (address === undefined) throw new Error(`no symbol is called '${name}'`);
    return address + Number(offset);
  }

  /** A dword of physical memory, at an address or a label. */
  dword(place: number | string): number {
    const { ram } = this.pc.cpu;
    const address = typeof place === 'string' ? this.addressOf(place) : place;
    return new DataView(ram.buffer, ram.byteOffset).getUint32(address, true);
  }

  /** The nth dword on the stack, 0 at the top, through SS and paging. */
  stack(n: number): number {
    const { cpu } = this.pc;
    const address = cpu.translate((cpu.segment('ss').base + cpu.esp + 4 * n) >>> 0);
    if (address === undefined) throw new Error('the stack is in no page that is present');
    return this.dword(address);
  }

  /** An address with its symbol and, in a program, its line. */
  describeAddress(address: number): string {
    const symbol = this.symbols.nameOf(address);
    const line = this.program?.lines.find((entry) => entry.address <= address && address < entry.address + entry.size);
    const text = line && this.program?.sourceLines[line.line - 1]?.trim();
    const name = symbol === undefined ? '' : ` <${symbol}>`;
    return `${hex(address, 8)}${name}${line ? `, line ${line.line}: ${text}` : ''}`;
  }

  /** A trap in one line. */
  describeTrap(entry: TrapEntry): string {
    const { vector, errorCode, cpl, cs, eip, time, cause } = entry;
    const cr2 = entry.cr2 === undefined ? '' : `, cr2 ${hex(entry.cr2, 8)}`;
    return `${nameOfVector(vector, errorCode)} (${cause}) from ring ${cpl} at ${hex(cs, 4)}:${this.describeAddress(eip)}${cr2}, instruction ${time}`;
  }

  /** The last traps, for failure messages. */
  story(): string {
    const told = this.traps.slice(-TOLD_TRAPS);
    if (told.length === 0) return 'Nothing has been delivered so far.';
    return ['Delivered last:', ...told.map((entry) => `  ${this.describeTrap(entry)}`)].join('\n');
  }

  private describe(stop: Stop): string {
    return describeStop(stop, (address) => this.symbols.nameOf(address));
  }
}

function moduleOf(commandLine: string): BootModule {
  return { commandLine, bytes: readFileSync(commandLine.split(' ')[0]!) };
}

export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
