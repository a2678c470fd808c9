/**
 * The PC: which chip sits on which ports and which interrupt line. The one place where the parts meet.
 *
 * | IRQ | from             | ports               | chip                                     |
 * |-----|------------------|---------------------|------------------------------------------|
 * |     |                  | 20-21 a0-a1 4d0-4d1 | i8259 pair, INT to the CPU's INTR        |
 * | 0   | OUT0             | 40-43               | i8254                                    |
 * | 1   | keyboard         | 60, 64              | i8042                                    |
 * |     |                  | 61                  | port B: speaker, NMI status              |
 * | 8   | alarm, periodic  | 70-71               | mc146818                                 |
 * |     |                  | 80                  | POST card                                |
 * |     |                  | 92                  | port A: fast reset, A20                  |
 * |     |                  | e9                  | debug console                            |
 * | 13  | FERR#            | f0-f1               | FPU error                                |
 * |     |                  | f4-f7               | isa-debug-exit                           |
 * | 4   | COM1, COM3       | 3f8-3ff 3e8-3ef     | uart16550                                |
 * | 3   | COM2, COM4       | 2f8-2ff 2e8-2ef     | uart16550                                |
 * | 7   | nACK             | 378-37a             | parallel port                            |
 * |     |                  | 3d4-3d5 ...         | vga-text, memory a0000-bffff             |
 * | NMI | time-out         | 441 443             | ib700 watchdog                           |
 * | 12  | aux              | 60, 64              | i8042, with a mouse                      |
 * | 14  | INTRQ            | 1f0-1f7 3f6         | ATA disk, if there is one                |
 * |     |                  | 604                 | power                                    |
 * |     |                  | cf9                 | reset control                            |
 * | 10  | pin events       | memory 3f200000     | bcm2835-gpio                             |
 *
 * NMI comes from IOCHK# and the parity check through port 0x61, which says which, and bit 7 of port 0x70, which masks
 * it. The NMI button and the watchdog pull IOCHK#, as a card on an ISA bus must.
 *
 * Memory: RAM but for 640 KB to 768 KB, where the screen is. What a PC has below 1 MB for its ROMs is RAM too
 * (shadow RAM): linkers like to put an image's headers into the page below 1 MB.
 */

import { AtaDisk } from '../../devices/ata-disk.ts';
import { Bcm2835Gpio } from '../../devices/bcm2835-gpio.ts';
import { cmosOf } from '../../devices/cmos.ts';
import { DebugConsole } from '../../devices/debug-console.ts';
import type { Clock, Device, IrqLine } from '../../devices/device.ts';
import { DiskImage } from '../../devices/disk-image.ts';
import { FpuError } from '../../devices/fpu-error.ts';
import { I8042 } from '../../devices/i8042.ts';
import { I8254 } from '../../devices/i8254.ts';
import { I8259Pair, type I8259PairState } from '../../devices/i8259.ts';
import { Ib700 } from '../../devices/ib700.ts';
import { IsaDebugExit } from '../../devices/isa-debug-exit.ts';
import { joinLines, pulse } from '../../devices/line.ts';
import { Mc146818 } from '../../devices/mc146818.ts';
import { ParallelPort, ParallelWrapPlug } from '../../devices/parallel-port.ts';
import { Port61 } from '../../devices/port61.ts';
import { Port92 } from '../../devices/port92.ts';
import { PostCard } from '../../devices/post-card.ts';
import { Power } from '../../devices/power.ts';
import { Printer } from '../../devices/printer.ts';
import { Ps2Keyboard } from '../../devices/ps2-keyboard.ts';
import { Ps2Mouse } from '../../devices/ps2-mouse.ts';
import { ResetControl } from '../../devices/reset-control.ts';
import { Speaker, type Tone } from '../../devices/speaker.ts';
import { Uart16550 } from '../../devices/uart16550.ts';
import { VgaText } from '../../devices/vga-text.ts';
import { type BootImage, boot } from './boot.ts';
import { Cpu } from './cpu.ts';
import { type Firmware, loadFirmware, mapFirmware, romBytesOf } from './firmware.ts';
import { HostSerial } from './host-serial.ts';
import type { CaseButton, Input } from './input-log.ts';
import { IrqWire } from './irq-lines.ts';
import type { ImageFile, LoadedImage } from './loaders/image.ts';
import { Machine } from './machine.ts';
import { Typist } from './typist.ts';

const KB = 1024;
const MB = 1024 * KB;
const LOW_RAM_END = 640 * KB;
const SHADOW_RAM = 768 * KB;
const CASCADE = 2;
const PAGE = 4096;
const NOTHING = new Uint8Array(0);
/** COM1 to COM4 share two interrupt lines. */
const SERIAL_PORTS = [
  { port: 0x3f8, irq: 4 },
  { port: 0x2f8, irq: 3 },
  { port: 0x3e8, irq: 4 },
  { port: 0x2e8, irq: 3 },
] as const;

export const DEFAULT_RAM_BYTES = 128 * MB;
/** From 0x3f000000 up the address space belongs to chips. */
export const MAX_RAM_BYTES = 0x3f000000;

/** Gets each byte that a serial port sends. */
export type SerialSink = (byte: number) => void;

/** What the watchdog does when its time is out. */
export type WatchdogAction = 'reset' | 'nmi' | 'none';

export interface PcOptions {
  /** Bytes of RAM: a multiple of 4 KB from 2 MB to 1008 MB; default 128 MB. */
  readonly ramBytes?: number;
  /** Instructions in a virtual second; default 100,000,000. */
  readonly frequency?: number;
  /** What COM1, or COM1 to COM4, send to. COM1 always has a cable; the others have one when they have a sink. */
  readonly serial?: SerialSink | readonly (SerialSink | undefined)[];
  /** Serial bytes take the time that the guest's divisor says (default), or none. */
  readonly serialPaced?: boolean;
  /** A ROM at the top of the 4 GB; boot() its `bios` to start in it. */
  readonly firmware?: Firmware;
  /** A disk on the ATA channel. The file stays as it is: what is written, only the machine has. */
  readonly disk?: ImageFile;
  /** What is on the parallel port: a printer that hands on what it prints, IBM's wrap plug, or (default) nothing. */
  readonly parallel?: ((byte: number) => void) | 'wrap';
  /** Gets each byte written to the debug console, port 0xe9. */
  readonly debugConsole?: (byte: number) => void;
  /** Date and time at power-on, in seconds since 1970; default: the first of January 2026. */
  readonly startTime?: number;
  /** The CMOS as a machine before left it, 128 bytes; default: as a BIOS leaves it. */
  readonly cmos?: readonly number[];
  /** Default: reset, as QEMU's ib700 does. */
  readonly watchdog?: WatchdogAction;
  /** Hears of each tone that the speaker begins or ends. */
  readonly tone?: (tone: Tone) => void;
  /** Hears of each level that an output pin of the GPIO block takes. */
  readonly lamp?: (pin: number, level: boolean) => void;
}

/** What a PC was built as, in plain data: two that were built alike, and hear the same, run alike. */
export interface PcConfiguration {
  readonly ramBytes: number;
  readonly frequency: number;
  readonly startTime?: number;
  readonly cmos?: readonly number[];
  readonly watchdog: WatchdogAction;
  readonly serialPaced: boolean;
  /** The serial ports with a cable, 1 for COM1. */
  readonly cables: readonly number[];
  readonly parallel: 'none' | 'printer' | 'wrap';
}

/** Everything of a PC but processor and RAM, as Pc.saveBoard takes it. */
export interface BoardState {
  /** In the order of `machine.devices`. */
  readonly chips: readonly unknown[];
  /** The interrupt wires that a finger holds high. */
  readonly fingers: readonly number[];
}

/** The machine and its chips by name. */
export class Pc {
  readonly machine: Machine;
  readonly cpu: Cpu;
  readonly pic: I8259Pair;
  readonly pit: I8254;
  readonly rtc: Mc146818;
  readonly keyboard: Ps2Keyboard;
  readonly mouse: Ps2Mouse;
  readonly i8042: I8042;
  readonly com1: Uart16550;
  /** COM1 to COM4. */
  readonly com: readonly Uart16550[];
  readonly parallel: ParallelPort;
  readonly gpio: Bcm2835Gpio;
  readonly port61: Port61;
  readonly speaker: Speaker;
  readonly vga: VgaText;
  /** The interrupt wires, by IRQ number; the cascade has none. */
  readonly wires: readonly (IrqWire | undefined)[];
  /** The processor's NMI pin. */
  readonly nmi: IrqWire;
  /** The host's end of COM1's cable. */
  readonly serial: HostSerial;
  /** The host's ends of the cables of COM1 to COM4; undefined where there is none. */
  readonly serials: readonly (HostSerial | undefined)[];
  /** Whoever sits at the keyboard. */
  readonly typist: Typist;
  readonly configuration: PcConfiguration;
  readonly firmware: Firmware | undefined;
  readonly disk: AtaDisk | undefined;
  /** What is on the disk at power-on. */
  readonly diskFile: ImageFile | undefined;
  /** At which of its chip's revisions a state was what the chip's state is. */
  private readonly savedAt = new WeakMap<object, number>();
  private readonly fingers = new Map<number, IrqLine & { level: boolean }>();
  private booted: BootImage | undefined;
  private consoleListener: SerialSink | undefined;

  /** @throws RangeError when an option is out of range; ImageError when firmware cannot be used */
  constructor(options: PcOptions = {}) {
    const ramBytes = options.ramBytes ?? DEFAULT_RAM_BYTES;
    if (!(ramBytes >= 2 * MB && ramBytes <= MAX_RAM_BYTES)) {
      throw new RangeError(`${ramBytes} bytes of RAM: this PC has 2 MB to ${MAX_RAM_BYTES / MB} MB`);
    }

    let cpu: Cpu | undefined;
    this.pic = new I8259Pair({ int: { set: (level) => cpu?.setIntr(level) } });
    const machine = Machine.create(
      {
        ramBytes,
        romBytes: options.firmware ? romBytesOf(options.firmware) : 0,
        ...(options.frequency === undefined ? {} : { frequency: options.frequency }),
      },
      (host, bytes) => {
        cpu = Cpu.create(host, bytes);
        return cpu;
      },
      () => this.pic.acknowledge(),
    );
    this.machine = machine;
    this.cpu = cpu!;
    machine.memory.addRam(0, LOW_RAM_END);
    machine.memory.addRam(SHADOW_RAM, ramBytes - SHADOW_RAM);
    this.firmware = options.firmware;
    if (options.firmware) mapFirmware(machine.memory, options.firmware);
    this.diskFile = options.disk;
    const disk = options.disk && new DiskImage(options.disk.bytes);

    this.wires = Array.from({ length: 16 }, (_, n) =>
      n === CASCADE ? undefined : new IrqWire(`IRQ ${n}`, this.pic.irq(n)),
    );
    const { clock } = machine;
    // The pin takes edges.
    this.nmi = new IrqWire('NMI', { set: (level) => level && this.cpu.raiseNmi() });
    const nmi = nmiGate(this.nmi.driver());
    // The A20 gate has two drivers; the keyboard controller's opens it at power-on.
    const a20 = joinLines({ set: (open) => this.cpu.setA20(open) });
    const a20OfController = a20();
    a20OfController.set(true);

    this.speaker = new Speaker({
      clock,
      wave: () => this.pit.wave(2),
      ...(options.tone === undefined ? {} : { listener: this.outside(options.tone) }),
    });
    this.pit = new I8254({ clock, out0: this.wire(0), changed2: () => this.speaker.update() });
    const { pit } = this;
    this.port61 = new Port61({
      clock,
      gate2: pit.gate(2),
      output2: () => pit.output(2),
      nmi: nmi.input,
      speaker: this.speaker.data,
    });
    this.keyboard = new Ps2Keyboard({ clock });
    this.mouse = new Ps2Mouse({ clock });
    this.i8042 = new I8042({
      clock,
      irq1: this.wire(1),
      irq12: this.wire(12),
      a20: a20OfController,
      reset: this.resetLine('the keyboard controller'),
      keyboard: this.keyboard,
      aux: this.mouse,
    });
    this.rtc = new Mc146818({
      clock,
      irq: this.wire(8),
      nmiMask: nmi.mask,
      cmos: options.cmos ?? cmosOf({ memoryBytes: ramBytes, mouse: true, ...(disk && { disk: disk.geometry }) }),
      ...(options.startTime === undefined ? {} : { start: options.startTime }),
    });
    const sinks = typeof options.serial === 'function' ? [options.serial] : (options.serial ?? []);
    this.serials = SERIAL_PORTS.map((_, i) => this.cable(i + 1, sinks[i]));
    this.serial = this.serials[0]!;
    this.com = SERIAL_PORTS.map(({ port, irq }, i) => this.uart(i, port, irq, options.serialPaced ?? true));
    this.com1 = this.com[0]!;
    this.parallel = new ParallelPort({ irq: this.wire(7) });
    this.gpio = new Bcm2835Gpio({
      irq: this.wire(10),
      ...(options.lamp === undefined ? {} : { changed: this.outside(options.lamp) }),
    });
    this.vga = new VgaText({ clock });
    this.disk = disk && new AtaDisk({ clock, irq: this.wire(14), image: disk });
    this.typist = new Typist(clock, machine.inputs, () => this.keyboard.idle);
    const fpuError = new FpuError({
      irq: this.wire(13),
      ferr: () => this.cpu.ferr,
      ignne: { set: (level) => this.cpu.setIgnne(level) },
    });
    machine.onPins(() => fpuError.update());
    machine.onEnd(() => {
      for (const uart of this.com) uart.drain();
    });

    for (const device of [
      this.pic,
      pit,
      this.keyboard,
      this.mouse,
      this.i8042,
      this.port61,
      this.speaker,
      this.rtc,
      new Port92({ a20: a20(), reset: this.resetLine('port 0x92') }),
      new ResetControl({ reset: this.resetLine('port 0xcf9') }),
      new PostCard(),
      ...this.com,
      ...this.parallelChips(options.parallel),
      this.gpio,
      new Ib700({ clock, act: () => this.watchdogBites(options.watchdog ?? 'reset') }),
      fpuError,
      ...(this.disk ? [this.disk] : []),
      this.vga,
      new DebugConsole({ transmit: this.outside(options.debugConsole) }),
      new IsaDebugExit({ exit: (status) => machine.halt({ kind: 'exit', status }) }),
      new Power({ off: () => machine.halt({ kind: 'power-off' }) }),
    ]) {
      machine.attach(device);
    }
    machine.onInput((input) => this.enter(input));
    this.configuration = {
      ramBytes,
      frequency: clock.frequency,
      ...(options.startTime === undefined ? {} : { startTime: options.startTime }),
      ...(options.cmos === undefined ? {} : { cmos: options.cmos }),
      watchdog: options.watchdog ?? 'reset',
      serialPaced: options.serialPaced ?? true,
      cables: this.serials.flatMap((serial, i) => (serial ? [i + 1] : [])),
      parallel: typeof options.parallel === 'function' ? 'printer' : (options.parallel ?? 'none'),
    };
  }

  get clock(): Clock {
    return this.machine.clock;
  }

  /** Virtual time, in instructions. */
  get now(): number {
    return this.machine.now;
  }

  /** As many of these bytes at a linear address as can be seen, without any side effect: up to where no page is mapped, or a chip decodes. */
  peek(linear: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = (linear + done) % 2 ** 32;
      const take = Math.min(length - done, PAGE - (at % PAGE));
      const physical = this.cpu.translate(at);
      const found = physical === undefined ? NOTHING : this.peekPhysical(physical, take);
      bytes.set(found, done);
      if (found.length < take) return bytes.slice(0, done + found.length);
      done += take;
    }
    return bytes;
  }

  /** The same at a physical address; bytes that lie in one page are seen all or not. */
  peekPhysical(physical: number, length: number): Uint8Array {
    return this.machine.memory.isMemory(physical, length) ? this.machine.memory.read(physical, length) : NOTHING;
  }

  /**
   * Put an image in place, now and at every reset, and the processor at its entry. The firmware's `bios` leaves it
   * where RESET# does, at the reset vector.
   * @throws ImageError when the image cannot be used
   */
  boot(image: BootImage): LoadedImage {
    let loaded: LoadedImage | undefined;
    this.booted = image;
    const { cpu, machine, firmware } = this;
    machine.onBoot(() => {
      loaded =
        image.file === firmware?.bios ? loadFirmware(machine.memory, firmware) : boot(cpu, machine.memory, image);
    });
    return loaded!;
  }

  /** What was booted last; undefined before. */
  get image(): BootImage | undefined {
    return this.booted;
  }

  /** A new driver on an interrupt wire. @throws RangeError for the cascade, 2, and beyond 15 */
  wire(irq: number): IrqLine {
    const wire = this.wires[irq];
    if (!wire) throw new RangeError(`no interrupt wire ${irq}`);
    return wire.driver();
  }

  /** Hear each byte that COM1 sends, also while the past is repeated; one listener at a time. */
  listenToConsole(listener: SerialSink | undefined): void {
    this.consoleListener = listener;
  }

  /**
   * Everything but processor and RAM: the chips' states by name, and the fingers on the interrupt wires. A state that is
   * as it was in `before` is the same object, so that a row of them takes little room.
   */
  saveBoard(before?: BoardState): BoardState {
    const chips = this.machine.devices.map((chip, i) => {
      const known = before?.chips[i];
      const state = known !== undefined && this.isAsSaved(chip, known) ? known : chip.save();
      if (chip.revision !== undefined) this.savedAt.set(state as object, chip.revision);
      return state;
    });
    return { chips, fingers: [...this.fingers].filter(([, { level }]) => level).map(([irq]) => irq) };
  }

  private isAsSaved(chip: Device, known: unknown): boolean {
    const untouched = chip.revision !== undefined && this.savedAt.get(known as object) === chip.revision;
    return untouched || isSame(known, chip.peek());
  }

  /** The inverse of saveBoard. Virtual time must be the saved one already; the processor's state is to be loaded behind. */
  loadBoard({ chips, fingers }: BoardState): void {
    this.machine.quietly(() => {
      const { devices } = this.machine;
      for (const [i, chip] of devices.entries()) if (chip !== this.pic) chip.load(chips[i]);
      for (const irq of new Set([...fingers, ...this.fingers.keys()])) this.finger(irq).set(fingers.includes(irq));
      // The edges on its inputs that all this has made are forgotten with the state they went into.
      this.pic.load(chips[devices.indexOf(this.pic)] as I8259PairState);
    });
  }

  /** What somebody has typed, sent or scheduled and has not entered by now never does. */
  forgetWaitingInputs(): void {
    this.machine.inputs.forgetUpcoming();
    this.typist.forgetWaiting();
    for (const serial of this.serials) serial?.forgetWaiting();
  }

  /** Something from outside has arrived: hand it to its chip. */
  private enter(input: Input): boolean {
    switch (input.kind) {
      case 'key':
        if (input.down) this.keyboard.press(input.key);
        else this.keyboard.release(input.key);
        return true;
      case 'mouse':
        this.mouse.move(input.right, input.away, input.wheel);
        return true;
      case 'mouse-button':
        if (input.down) this.mouse.press(input.button);
        else this.mouse.release(input.button);
        return true;
      case 'serial':
        return this.serials[input.port - 1]?.deliver(input.byte) ?? true;
      case 'line':
        this.finger(input.line).set(input.level);
        return true;
      case 'gpio':
        this.gpio.press(input.pin, input.down);
        return true;
      case 'button':
        this.pressCaseButton(input.button);
        return true;
      case 'end':
        this.machine.pause();
        return true;
    }
  }

  private pressCaseButton(button: CaseButton): void {
    if (button === 'reset') this.machine.halt({ kind: 'reset', by: 'the reset button' });
    else pulse(this.port61.iochk);
  }

  private watchdogBites(action: WatchdogAction): void {
    if (action === 'reset') this.machine.halt({ kind: 'reset', by: 'the watchdog' });
    else if (action === 'nmi') pulse(this.port61.iochk);
  }

  /** The host's end of a serial cable; COM1 has one whether somebody listens or not. */
  private cable(number: number, sink: SerialSink | undefined): HostSerial | undefined {
    if (number !== 1 && sink === undefined) return undefined;
    const heard = this.outside(sink);
    const transmitted: SerialSink = (byte) => {
      if (number === 1) this.consoleListener?.(byte);
      heard(byte);
    };
    return new HostSerial(number, this.machine.inputs, () => this.machine.now, transmitted);
  }

  private uart(index: number, port: number, irq: number, paced: boolean): Uart16550 {
    const peer = this.serials[index];
    const name = `com${index + 1}`;
    const line = this.wire(irq);
    const uart = new Uart16550({ clock: this.clock, name, port, irq: line, paced, ...(peer && { peer }) });
    peer?.connect(uart);
    return uart;
  }

  /** The parallel port, and the printer if there is one. */
  private parallelChips(what: PcOptions['parallel']): Device[] {
    if (what === undefined) return [this.parallel];
    if (what === 'wrap') {
      this.parallel.connect(new ParallelWrapPlug(this.parallel));
      return [this.parallel];
    }
    const printer = new Printer({ clock: this.clock, port: this.parallel, print: this.outside(what) });
    this.parallel.connect(printer);
    return [this.parallel, printer];
  }

  private finger(irq: number): IrqLine {
    const known = this.fingers.get(irq);
    if (known) return known;
    const wire = this.wire(irq);
    const finger = {
      level: false,
      set(level: boolean) {
        this.level = level;
        wire.set(level);
      },
    };
    this.fingers.set(irq, finger);
    return finger;
  }

  /** What the world hears of the machine, it hears once: nothing while the past is repeated. */
  private outside<A extends unknown[]>(hear: ((...args: A) => void) | undefined): (...args: A) => void {
    return (...args) => {
      if (!this.machine.inputs.isPast) hear?.(...args);
    };
  }

  private resetLine(by: string): IrqLine {
    return {
      set: (level) => {
        if (level) this.machine.halt({ kind: 'reset', by });
      },
    };
  }
}

/** The AT's NMI logic: errors on the board reach the NMI pin unless bit 7 of port 0x70 masks them. */
function nmiGate(pin: IrqLine): { input: IrqLine; mask: IrqLine } {
  let error = false;
  let masked = false;
  const update = () => pin.set(error && !masked);
  const part = (set: (level: boolean) => void): IrqLine => ({
    set: (level) => {
      set(level);
      update();
    },
  });
  return {
    input: part((level) => {
      error = level;
    }),
    mask: part((level) => {
      masked = level;
    }),
  };
}

/** Whether two plain values are equal to the last leaf. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return Number.isNaN(a) && Number.isNaN(b);
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !isSame(a[i], b[i])) return false;
    return true;
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
