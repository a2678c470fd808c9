/**
 * A machine in a test: boots a program or an image, runs to what matters, and remembers what was delivered.
 */

import { readFileSync } from 'node:fs';
import type { Clock, Device, IrqLine } from '../../devices/device.ts';
import { strokesOf } from '../../devices/key-text.ts';
import type { Input } from '../machine/input-log.ts';
import type { Names } from '../machine/keeping/capsule.ts';
import { ImageFile, type ImageSymbol } from '../machine/loaders/image.ts';
import type { BootModule } from '../machine/loaders/multiboot.ts';
import { Pc, type PcOptions } from '../machine/pc.ts';
import { describeStop, nameOfVector, type Stop } from '../machine/stop.ts';
import { debugInfoOf } from '../trace/debug-info.ts';
import {
  type EventKind,
  type EventOf,
  type EventPattern,
  formatEvent,
  type MachineEvent,
  matches,
} from '../trace/events.ts';
import type { Frame, Observation } from '../trace/frames.ts';
import { type Goal, Recorder } from '../trace/recorder.ts';
import { SourceLines } from '../trace/source-lines.ts';
import { SymbolTable } from '../trace/symbols.ts';
import type { TrapEntry } from '../trace/trap-log.ts';
import { failureOf } from './failure.ts';
import { instructionsOf, type VirtualTime } from './inputs.ts';
import { type AssembledProgram, assembleProgram, PROGRAM_FILE, type Program } from './program.ts';

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
  /** How the PC is built otherwise. Its processor is always the same: a P6 with SSE2. */
  readonly pc?: Pick<PcOptions, 'frequency' | 'serialPaced' | 'parallel' | 'disk' | 'startTime' | 'cmos' | 'watchdog'>;
  /** Chips of the test's own, made for the board that they are put on. */
  readonly chips?: (board: Board) => readonly Device[];
  /** Names for places, beside those that the program or image has. */
  readonly symbols?: Readonly<Record<string, number>>;
  /**
   * Follow handlers to their iret, which is slow inside them: for `frames` and the matchers about handlers.
   * Default: for programs yes, for images no.
   */
  readonly followHandlers?: boolean;
}

/** What a chip may know of the world. */
export interface Board {
  readonly clock: Clock;
  /** A driver on an interrupt wire, low until it says otherwise. @throws RangeError for anything but 0, 1, 3 to 15 */
  irq(n: number): IrqLine;
}

/** How far to run before giving up, in instructions. */
export interface RunBudget {
  /** Default 10,000,000 for a program; a kernel that boots may want more. */
  readonly instructions?: number;
}

const MB = 2 ** 20;
const DEFAULT_BUDGET = 10_000_000;
const TOLD_EVENTS = 12;

/** Boot a program or an image. @throws Error when it cannot be assembled or loaded */
export async function boot(what: Program | ImageToBoot, options: TestOptions = {}): Promise<TestMachine> {
  return new TestMachine(what, options);
}

export class TestMachine {
  readonly pc: Pc;
  readonly symbols: SymbolTable;
  /** Whether a failure leaves a capsule; the explorer, which fails often, wants none. */
  keepsCapsules = true;
  /** Chips that nobody else could build again: no capsule can be made of such a machine. */
  readonly hasOwnChips: boolean;
  /** Virtual time beyond which no run goes: it ends with an error instead. The explorer's budget for a schedule. */
  deadline = Infinity;
  private readonly program: AssembledProgram | undefined;
  private readonly lines: SourceLines;
  private readonly recorder: Recorder;
  private readonly output: number[] = [];

  constructor(what: Program | ImageToBoot, options: TestOptions) {
    this.pc = new Pc({
      ...options.pc,
      ramBytes: options.ramBytes ?? 16 * MB,
      serial: (byte) => {
        this.output.push(byte);
        this.recorder.sent(byte);
      },
    });
    const chips = options.chips?.(boardOf(this.pc)) ?? [];
    for (const chip of chips) this.pc.machine.attach(chip);
    this.hasOwnChips = chips.length > 0;
    const names = Object.entries(options.symbols ?? {}).map(labelAt);
    if ('source' in what) {
      this.program = assembleProgram(what);
      const { bytes, address, symbols } = this.program;
      this.pc.boot({ file: new ImageFile('program', bytes), address });
      this.symbols = new SymbolTable([...symbols, ...names], address + bytes.length - 1);
      this.lines = new SourceLines([]);
    } else {
      const file = new ImageFile(what.path, readFileSync(what.path));
      const loaded = this.pc.boot({
        file,
        commandLine: what.commandLine ?? '',
        modules: (what.modules ?? []).map(moduleOf),
      });
      this.symbols = new SymbolTable([...loaded.symbols, ...names], loaded.last);
      this.lines = debugInfoOf(file).lines;
    }
    this.recorder = new Recorder(this.pc, (options.followHandlers ?? 'source' in what) ? 'all' : 'none');
  }

  /** Everything delivered since power-on, oldest first. */
  get traps(): readonly TrapEntry[] {
    return this.recorder.traps;
  }

  /** Everything that happened since power-on, in the order of virtual time. */
  get events(): readonly MachineEvent[] {
    return this.recorder.events;
  }

  /** The events of one kind. */
  eventsOf<Kind extends EventKind>(kind: Kind): EventOf<Kind>[] {
    return this.events.filter((event): event is EventOf<Kind> => event.kind === kind);
  }

  /** The handlers entered while handlers were followed, in the order of their entry. */
  get frames(): readonly Frame[] {
    return this.recorder.frames;
  }

  /** Follow handlers from now on, or no longer: instruction by instruction, from the next trap to its iret. */
  set followHandlers(follow: boolean) {
    this.recorder.follow = follow ? 'all' : 'none';
  }

  /** What was seen while handlers were followed and is no event. */
  get observations(): readonly Observation[] {
    return this.recorder.observations;
  }

  /** Forget traps, events, frames and console: the record begins here. */
  forgetEvents(): void {
    this.output.length = 0;
    this.recorder.restart();
  }

  /** From now on writes to the IDT that is in use are noted, for the sanitizer. */
  watchIdt(): void {
    this.recorder.watchTable();
  }

  /** Virtual time: instructions since power-on. */
  get now(): number {
    return this.pc.machine.now;
  }

  /** What COM1 has sent so far. */
  get consoleText(): string {
    return Buffer.from(this.output).toString('latin1');
  }

  /** Run so many instructions, or until the machine stops by itself. */
  run({ instructions = DEFAULT_BUDGET }: RunBudget = {}): Stop {
    return this.go({ until: this.now + instructions }).stop;
  }

  /**
   * Run until the next trap or interrupt has been delivered; its handler has not begun.
   * @param vector wait for this one, and let others pass
   * @throws Error with the story, when none comes within the budget
   */
  runUntilTrap({ vector, instructions = DEFAULT_BUDGET }: RunBudget & { readonly vector?: number } = {}): TrapEntry {
    const until = this.now + instructions;
    for (;;) {
      const { stop } = this.go({ until, trap: true });
      const last = this.traps.at(-1);
      if (stop.kind !== 'traps' || !last) {
        const wanted = vector === undefined ? 'no trap was delivered' : `${nameOfVector(vector)} was not delivered`;
        throw new Error(failureOf(this, `${wanted}: ${this.describe(stop)}`));
      }
      if (vector === undefined || last.vector === vector) return last;
    }
  }

  /**
   * Run until something happens: `m.runUntil({ kind: 'eoi', irq: 1 })`. The machine stands behind the instruction
   * that did it; after a delivery, before the handler's first one.
   * @param what what the event has to have, or a function that knows it
   * @throws Error with the story, when it does not happen within the budget
   */
  runUntil(what: EventPattern | ((event: MachineEvent) => boolean), budget: RunBudget = {}): MachineEvent {
    const event = typeof what === 'function' ? what : (candidate: MachineEvent) => matches(candidate, what);
    const { stop, event: found } = this.go({
      until: this.now + (budget.instructions ?? DEFAULT_BUDGET),
      event,
    });
    if (found) return found;
    const wanted = typeof what === 'function' ? 'what was waited for' : JSON.stringify(what);
    throw new Error(failureOf(this, `${wanted} did not happen: ${this.describe(stop)}`, irqWanted(what)));
  }

  /**
   * Run until the next instruction is this one.
   * @param place an address or a label
   * @throws Error with the story, when it is not reached within the budget
   */
  runTo(place: number | string, { instructions = DEFAULT_BUDGET }: RunBudget = {}): void {
    const { cpu } = this.pc;
    const address = typeof place === 'string' ? this.addressOf(place) : place;
    cpu.setBreakpoints([address]);
    cpu.passBreakpoint(this.now);
    try {
      const { stop } = this.go({ until: this.now + instructions });
      if (cpu.eip !== address) {
        throw new Error(failureOf(this, `${this.describeAddress(address)} was not reached: ${this.describe(stop)}`));
      }
    } finally {
      cpu.setBreakpoints([]);
    }
  }

  /**
   * Run until the guest has sent this text on COM1.
   * @throws Error with the end of the console, when it does not within the budget
   */
  runUntilText(text: string, { instructions = 50 * DEFAULT_BUDGET }: RunBudget = {}): void {
    const end = this.now + instructions;
    const from = this.output.length;
    while (!Buffer.from(this.output.slice(from)).toString('latin1').includes(text)) {
      const { stop } = this.go({ until: Math.min(end, this.now + 100_000) });
      if (stop.kind !== 'budget' || this.now >= end) {
        throw new Error(`the console never said ${JSON.stringify(text)}: ${this.describe(stop)}\n${this.consoleText}`);
      }
    }
  }

  /**
   * Let something enter from outside: `m.input(key('a'), at(10, 'ms'))`, `m.input(edge(5), at(1234))`.
   * @param what one input, or several that follow each other at once
   * @param when virtual time in instructions, or made by `at`; in the past: now
   */
  input(what: Input | readonly Input[], when: number | VirtualTime = this.now): void {
    const time = typeof when === 'number' ? when : instructionsOf(when, this.pc.clock.frequency);
    for (const input of Array.isArray(what) ? (what as readonly Input[]) : [what as Input]) {
      this.pc.machine.inputs.schedule(Math.max(time, this.now), input);
    }
  }

  /** Type text on the keyboard, from now on. */
  type(text: string): void {
    this.pc.typist.type(strokesOf(text));
  }

  /**
   * The address of a place: 'label', 'label+4', of a program 'line 3', of an image with debug information 'file.asm:12'.
   * @throws Error when there is none
   */
  addressOf(place: string): number {
    const line = this.addressOfLine(place);
    if (line !== undefined) return line;
    const [, name = '', offset = '0'] = /^([^+]+)(?:\+(\w+))?$/.exec(place) ?? [];
    const address = this.symbols.addressOf(name);
    if (address === undefined) throw new Error(`no symbol is called '${name}'`);
    return address + Number(offset);
  }

  private addressOfLine(place: string): number | undefined {
    const own = /^line (\d+)$/.exec(place)?.[1];
    if (own !== undefined) {
      const found = this.program?.lines.find(({ line }) => line === Number(own));
      if (!found) throw new Error(this.program ? `no code is on line ${own}` : 'only programs have lines of their own');
      return found.address;
    }
    const [, path, number] = /^(.+\.\w+):(\d+)$/.exec(place) ?? [];
    if (path === undefined) return undefined;
    const file = this.lines.fileLike(path);
    const found = file === undefined ? undefined : this.lines.addressesOf(file, Number(number));
    if (!found || found.line !== Number(number)) throw new Error(`no code is at ${place}`);
    return found.addresses[0]!;
  }

  /** What a capsule is to know of a program's addresses. */
  get debugging(): { readonly names?: Names; readonly sources?: ReadonlyMap<string, string> } {
    const { program } = this;
    if (!program) return {};
    const lines = program.lines.map(({ address, size, file, line }) => ({ address, size, file, line }));
    return {
      names: { symbols: program.symbols, lines },
      sources: new Map([[PROGRAM_FILE, program.sourceLines.join('\n')]]),
    };
  }

  /** A dword of physical memory, at an address or a label. @throws RangeError when there is no RAM, or no such number */
  dword(place: number | string): number {
    const { ram } = this.pc.cpu;
    const address = typeof place === 'string' ? this.addressOf(place) : place;
    if (!(address >= 0 && address <= ram.length - 4)) throw new RangeError(`there is no RAM at ${address}`);
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
    const place = line ? `line ${line.line}: ${text}` : this.lines.nameOf(address);
    return `${hex(address, 8)}${name}${place === undefined ? '' : `, ${place}`}`;
  }

  /** A trap in one line. */
  describeTrap(entry: TrapEntry): string {
    const { vector, errorCode, cpl, cs, eip, time, cause } = entry;
    const cr2 = entry.cr2 === undefined ? '' : `, cr2 ${hex(entry.cr2, 8)}`;
    return `${nameOfVector(vector, errorCode)} (${cause}) from ring ${cpl} at ${hex(cs, 4)}:${this.describeAddress(eip)}${cr2}, instruction ${time}`;
  }

  /**
   * The traps as text that stays the same while the guest behaves the same: names instead of addresses, no times.
   * For `toMatchInlineSnapshot` and `toMatchFileSnapshot`.
   */
  trapLog(): string {
    return this.traps.map((trap) => formatStable(trap, this.symbols.nameOf(trap.eip))).join('\n');
  }

  /** One event in one line. */
  describeEvent(event: MachineEvent): string {
    return formatEvent(event, (trap) => this.describeTrap(trap));
  }

  /** The last events, for failure messages; register writes are left out. */
  story(): string {
    const told = this.events.filter(({ kind }) => kind !== 'register').slice(-TOLD_EVENTS);
    if (told.length === 0) return 'Nothing has been delivered so far.';
    const lines = told.map((event) => `  ${String(event.time).padStart(9)}  ${this.describeEvent(event)}`);
    return [`Happened last, now ${this.now} at ${this.describeAddress(this.pc.cpu.eip)}:`, ...lines].join('\n');
  }

  private go(goal: Goal): { readonly stop: Stop; readonly event: MachineEvent | undefined } {
    const ran = this.recorder.run({ ...goal, until: Math.min(goal.until, this.deadline) });
    if (ran.stop.kind === 'budget' && goal.until > this.deadline && this.now >= this.deadline) {
      throw new Error(failureOf(this, `still running at its deadline, instruction ${this.deadline}`));
    }
    return ran;
  }

  private describe(stop: Stop): string {
    return describeStop(stop, (address) => this.symbols.nameOf(address));
  }
}

/** The IRQ that an event is about that did not happen: an interrupt's vector at the usual bases, or an EOI's. */
function irqWanted(what: EventPattern | ((event: MachineEvent) => boolean)): number | undefined {
  return typeof what === 'object' && what.kind === 'eoi' ? what.irq : undefined;
}

function formatStable({ vector, errorCode, cause, cpl, cs, eip, cr2 }: TrapEntry, symbol: string | undefined): string {
  const where = symbol ?? `${hex(cs, 4)}:${hex(eip, 8)}`;
  const address = cr2 === undefined ? '' : `, cr2 ${hex(cr2, 8)}`;
  return `${nameOfVector(vector, errorCode)} ${cause}, ring ${cpl}, ${where}${address}`;
}

function labelAt([name, address]: [string, number]): ImageSymbol {
  return { name, address, size: 0, kind: 'other', global: true };
}

function boardOf({ clock, wires }: Pc): Board {
  return {
    clock,
    irq(n) {
      const wire = wires[n];
      if (!wire) throw new RangeError(`there is no interrupt wire ${n}`);
      return wire.driver();
    },
  };
}

function moduleOf(commandLine: string): BootModule {
  return { commandLine, bytes: readFileSync(commandLine.split(' ')[0]!) };
}

export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
