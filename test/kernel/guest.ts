/** The guest kernel on the emulated PC, for specs: boot it, type at it, read what it says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strokesOf } from '../../devices/key-text.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { DEFAULT_RAM_BYTES, Pc, type PcOptions, type SerialSink } from '../../emu/machine/pc.ts';
import { describeStop, type Stop } from '../../emu/machine/stop.ts';
import { debugInfoOf } from '../../emu/trace/debug-info.ts';
import { TrapLog } from '../../emu/trace/trap-log.ts';

/** Where kernel.elf and programs.cpio are: what `make build` made, or another build of the same sources. */
export const GUEST_FOLDER = process.env.TRAPGATE_GUEST ?? new URL('../../dist/guest', import.meta.url).pathname;

const PROMPT = '\n# ';
const PATIENCE_SECONDS = 20;
const NEWLINE = 0x0a;

const guestFile = (name: string) => new Uint8Array(readFileSync(join(GUEST_FOLDER, name)));
/** Read once: every guest boots it. */
let kernelFile: ImageFile | undefined;
let kernelConstants: ReadonlyMap<string, number> | undefined;

function constantsOf(file: ImageFile): ReadonlyMap<string, number> {
  if (file !== kernelFile) return debugInfoOf(file).constants;
  kernelConstants ??= debugInfoOf(file).constants;
  return kernelConstants;
}

export interface GuestOptions {
  readonly ramBytes?: number;
  /** Another build of the kernel than the one in GUEST_FOLDER. */
  readonly kernel?: Uint8Array;
  /** How many of the latest traps `traps` keeps; default: all. */
  readonly keptTraps?: number;
  /** What else the machine is built with. */
  readonly pc?: Pick<PcOptions, 'watchdog' | 'parallel' | 'tone' | 'disk'>;
  /** What COM2 and on send to. */
  readonly com?: readonly SerialSink[];
  /** Files beside those of the archive, each a multiboot module of its own. */
  readonly files?: readonly GuestFile[];
}

export interface GuestFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Moment {
  /** How many the processor had taken. */
  readonly traps: number;
  /** Virtual time in instructions. */
  readonly time: number;
}

export class Guest {
  readonly pc: Pc;
  readonly traps: TrapLog;
  /** All that COM1 has sent, without carriage returns. */
  console = '';
  /** When each whole line of the console began and ended. */
  readonly lines: { readonly begin: Moment; readonly end: Moment }[] = [];
  private lineBegin: Moment | undefined;
  private readonly symbols: ReadonlyMap<string, number>;
  private readonly file: ImageFile;

  /**
   * Power on with this kernel command line.
   * @param programs whether the archive is handed over
   */
  constructor(commandLine = '', programs = true, options: GuestOptions = {}) {
    const { ramBytes = DEFAULT_RAM_BYTES, kernel, files = [], pc = {}, keptTraps = Infinity, com = [] } = options;
    this.pc = new Pc({
      ...pc,
      ramBytes,
      serial: [
        (byte) => {
          if (byte !== 0x0d) this.console += String.fromCharCode(byte);
          this.noteLine(byte);
        },
        ...com,
      ],
    });
    const archive = programs ? [{ name: 'programs.cpio', bytes: guestFile('programs.cpio') }] : [];
    const modules = [...archive, ...files].map(({ name, bytes }) => ({ commandLine: `/boot/${name}`, bytes }));
    kernelFile ??= new ImageFile('kernel.elf', guestFile('kernel.elf'));
    this.file = kernel ? new ImageFile('kernel.elf', kernel) : kernelFile;
    const loaded = this.pc.boot({ file: this.file, commandLine, modules });
    this.symbols = new Map(loaded.symbols.map(({ name, address }) => [name, address]));
    this.traps = new TrapLog(this.pc.machine, keptTraps);
  }

  /** Power on and run to the shell's first prompt. */
  static shell(programs = true, options: GuestOptions = {}): Guest {
    const guest = new Guest('', programs, options);
    guest.until(PROMPT);
    return guest;
  }

  /** A label of the kernel. @throws Error when there is none of that name */
  address(label: string): number {
    const address = this.symbols.get(label);
    if (address === undefined) throw new Error(`the kernel has no label ${label}`);
    return address;
  }

  /** An `equ` of the kernel, or a field's place in its structure. @throws Error when there is none of that name */
  constant(name: string): number {
    const value = constantsOf(this.file).get(name);
    if (value === undefined) throw new Error(`the kernel has no constant ${name}`);
    return value;
  }

  /** Four bytes of memory. */
  word(address: number): number {
    const bytes = this.pc.machine.memory.read(address, 4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  /** Run until the console, from character `from` on, has said `text`; gives the place behind it. */
  until(text: string, from = 0): number {
    const { machine } = this.pc;
    const end = machine.now + PATIENCE_SECONDS * machine.clock.frequency;
    for (;;) {
      const at = this.console.indexOf(text, from);
      if (at >= 0) return at + text.length;
      const stop = machine.run({ until: Math.min(end, machine.now + machine.clock.frequency / 100) });
      if (stop.kind !== 'budget' && !this.console.includes(text, from)) throw this.lost(text, describeStop(stop));
      if (machine.now >= end) throw this.lost(text, `${PATIENCE_SECONDS} virtual seconds have passed`);
    }
  }

  /** Send a line to COM1 and wait for the next prompt: the lines it said, without time stamps. */
  command(line: string): string[] {
    const from = this.console.length;
    this.pc.serial.send(Buffer.from(`${line}\n`));
    const start = this.until('\n', from);
    const end = this.until(PROMPT, start - 1) - PROMPT.length;
    return withoutStamps(this.console.slice(start, Math.max(start, end)));
  }

  /** Press and release the keys that make this text. */
  type(text: string): void {
    this.pc.typist.type(strokesOf(text));
  }

  /** Run until the machine stops by itself. */
  toStop(): Stop {
    const { machine } = this.pc;
    return machine.run({ instructions: PATIENCE_SECONDS * machine.clock.frequency });
  }

  /** The screen's rows, blanks at their ends cut off. */
  screen(): string[] {
    return screenRows(this.pc);
  }

  private noteLine(byte: number): void {
    const now = { traps: this.pc.cpu.trapCount, time: this.pc.machine.now };
    const begin = this.lineBegin ?? now;
    this.lineBegin = byte === NEWLINE ? undefined : begin;
    if (byte === NEWLINE) this.lines.push({ begin, end: now });
  }

  private lost(text: string, why: string): Error {
    return new Error(`waited for ${JSON.stringify(text)}, but ${why}; the console:\n${this.console.slice(-2000)}`);
  }
}

/** Lines of a console, less the time stamps of the kernel's log. */
export function withoutStamps(text: string): string[] {
  return text.split('\n').map((line) => line.replace(/^\[ *\d+\.\d{6}\] /, ''));
}

function screenRows(pc: Pc): string[] {
  const { columns, rows, cells } = pc.vga.text();
  return Array.from({ length: rows }, (_, row) => {
    const line = Array.from({ length: columns }, (_, column) => cells[row * columns + column]! & 0xff);
    return String.fromCharCode(...line).trimEnd();
  });
}
