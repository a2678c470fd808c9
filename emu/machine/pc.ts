/**
 * The PC: which chip sits on which ports and which interrupt line. The one place where the parts meet.
 *
 * | IRQ | from             | ports            | chip                                   |
 * |-----|------------------|------------------|----------------------------------------|
 * |     |                  | 20-21, 4d0       | i8259 master, INT to the CPU's INTR    |
 * | 2   | INT of the slave | a0-a1, 4d1       | i8259 slave                            |
 * | 0   | OUT0             | 40-43            | i8254                                  |
 * | 1   | keyboard         | 60, 64           | i8042                                  |
 * |     |                  | 61               | port B: speaker, NMI status            |
 * | 8   | alarm, periodic  | 70-71            | mc146818                               |
 * |     |                  | 92               | port A: fast reset, A20                |
 * |     |                  | e9               | debug console                          |
 * |     |                  | f4-f7            | isa-debug-exit                         |
 * |     |                  | 3b4-3da          | vga-text, memory b8000-bffff           |
 * | 4   | COM1             | 3f8-3ff          | uart16550                              |
 * | 12  | mouse            | 60, 64           | i8042                                  |
 * |     |                  | 604              | power                                  |
 *
 * Memory: RAM but for 640 KB to 768 KB, where the screen is. What a PC has below 1 MB for its ROMs is RAM too
 * (shadow RAM): linkers like to put an image's headers into the page below 1 MB.
 */

import { cmosOf } from '../../devices/cmos.ts';
import { DebugConsole } from '../../devices/debug-console.ts';
import type { Clock, IrqLine } from '../../devices/device.ts';
import { I8042 } from '../../devices/i8042.ts';
import { I8254 } from '../../devices/i8254.ts';
import { I8259Pair } from '../../devices/i8259.ts';
import { IsaDebugExit } from '../../devices/isa-debug-exit.ts';
import { joinLines, unconnected } from '../../devices/line.ts';
import { Mc146818 } from '../../devices/mc146818.ts';
import { Port61 } from '../../devices/port61.ts';
import { Port92 } from '../../devices/port92.ts';
import { Power } from '../../devices/power.ts';
import { Ps2Keyboard } from '../../devices/ps2-keyboard.ts';
import { Ps2Mouse } from '../../devices/ps2-mouse.ts';
import { Uart16550 } from '../../devices/uart16550.ts';
import { VgaText } from '../../devices/vga-text.ts';
import { type BootImage, boot } from './boot.ts';
import { Cpu } from './cpu.ts';
import { HostSerial } from './host-serial.ts';
import type { Input, Setup } from './input-log.ts';
import { IrqWire } from './irq-lines.ts';
import type { LoadedImage } from './loaders/image.ts';
import { Machine } from './machine.ts';
import { Typist } from './typist.ts';

const KB = 1024;
const MB = 1024 * KB;
const LOW_RAM_END = 640 * KB;
const SHADOW_RAM = 768 * KB;
const CASCADE = 2;
const COM1 = 1;

export const DEFAULT_RAM_BYTES = 128 * MB;
/** From 0x3f000000 up the address space belongs to chips. */
export const MAX_RAM_BYTES = 0x3f000000;

export interface PcOptions {
  /** Bytes of RAM: a multiple of 4 KB from 2 MB to 1008 MB; default 128 MB. */
  readonly ramBytes?: number;
  /** Instructions in a virtual second; default 100,000,000. */
  readonly frequency?: number;
  /** Gets each byte that COM1 sends. */
  readonly serial?: (byte: number) => void;
  /** Serial bytes take the time that the guest's divisor says (default), or none. */
  readonly serialPaced?: boolean;
  /** Gets each byte written to the debug console, port 0xe9. */
  readonly debugConsole?: (byte: number) => void;
  /** Date and time at power-on, in seconds since 1970; default: the first of January 2026. */
  readonly startTime?: number;
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
  readonly vga: VgaText;
  /** The interrupt wires, by IRQ number; the cascade has none. */
  readonly wires: readonly (IrqWire | undefined)[];
  /** The host's end of COM1's cable. */
  readonly serial: HostSerial;
  /** Whoever sits at the keyboard. */
  readonly typist: Typist;
  private readonly fingers = new Map<number, IrqLine>();

  /** @throws RangeError when an option is out of range */
  constructor(options: PcOptions = {}) {
    const ramBytes = options.ramBytes ?? DEFAULT_RAM_BYTES;
    if (!(ramBytes >= 2 * MB && ramBytes <= MAX_RAM_BYTES)) {
      throw new RangeError(`${ramBytes} bytes of RAM: this PC has 2 MB to ${MAX_RAM_BYTES / MB} MB`);
    }

    let cpu: Cpu | undefined;
    this.pic = new I8259Pair({ int: { set: (level) => cpu?.setIntr(level) } });
    const machine = Machine.create(
      { ramBytes, ...(options.frequency === undefined ? {} : { frequency: options.frequency }) },
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

    this.wires = Array.from({ length: 16 }, (_, n) =>
      n === CASCADE ? undefined : new IrqWire(`IRQ ${n}`, this.pic.irq(n)),
    );
    const { clock } = machine;
    const nmi = nmiGate(() => this.cpu.raiseNmi());
    // The processor's A20M# pin matters below 1 MB in real mode only; its two drivers are joined, and lead nowhere.
    const a20 = joinLines(unconnected);

    this.pit = new I8254({ clock, out0: this.wire(0) });
    this.keyboard = new Ps2Keyboard({ clock });
    this.mouse = new Ps2Mouse({ clock });
    this.i8042 = new I8042({
      clock,
      irq1: this.wire(1),
      irq12: this.wire(12),
      a20: a20(),
      reset: this.resetLine('the keyboard controller'),
      keyboard: this.keyboard,
      aux: this.mouse,
    });
    this.rtc = new Mc146818({
      clock,
      irq: this.wire(8),
      nmiMask: nmi.mask,
      cmos: cmosOf({ memoryBytes: ramBytes }),
      ...(options.startTime === undefined ? {} : { start: options.startTime }),
    });
    this.serial = new HostSerial(COM1, machine.inputs, () => machine.now, options.serial ?? (() => {}));
    this.com1 = new Uart16550({
      clock,
      name: 'com1',
      port: 0x3f8,
      irq: this.wire(4),
      peer: this.serial,
      paced: options.serialPaced ?? true,
    });
    this.serial.connect(this.com1);
    this.vga = new VgaText({ clock });
    this.typist = new Typist(clock, machine.inputs, () => this.keyboard.idle);

    const { pit } = this;
    for (const device of [
      this.pic,
      pit,
      this.keyboard,
      this.mouse,
      this.i8042,
      new Port61({ clock, gate2: pit.gate(2), output2: () => pit.output(2), nmi: nmi.input }),
      this.rtc,
      new Port92({ a20: a20(), reset: this.resetLine('port 0x92') }),
      this.com1,
      this.vga,
      new DebugConsole({ transmit: options.debugConsole ?? (() => {}) }),
      new IsaDebugExit({ exit: (status) => machine.halt({ kind: 'exit', status }) }),
      new Power({ off: () => machine.halt({ kind: 'power-off' }) }),
    ]) {
      machine.attach(device);
    }
    machine.onInput((input) => this.enter(input));
  }

  get clock(): Clock {
    return this.machine.clock;
  }

  /** What a recording and its replay must have in common. */
  get setup(): Setup {
    return { frequency: this.machine.clock.frequency, ramBytes: this.machine.memory.ramBytes };
  }

  /**
   * Put an image in place, now and at every reset, and the processor at its entry.
   * @throws ImageError when the image cannot be used
   */
  boot(image: BootImage): LoadedImage {
    let loaded: LoadedImage | undefined;
    this.machine.onBoot(() => {
      loaded = boot(this.cpu, this.machine.memory, image);
    });
    return loaded!;
  }

  /** A new driver on an interrupt wire. @throws RangeError for the cascade, 2, and beyond 15 */
  wire(irq: number): IrqLine {
    const wire = this.wires[irq];
    if (!wire) throw new RangeError(`no interrupt wire ${irq}`);
    return wire.driver();
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
        return input.port === COM1 ? this.serial.deliver(input.byte) : true;
      case 'line':
        this.finger(input.line).set(input.level);
        return true;
      case 'button':
        this.machine.halt({ kind: 'reset', by: 'the reset button' });
        return true;
      case 'end':
        this.machine.pause();
        return true;
    }
  }

  private finger(irq: number): IrqLine {
    let line = this.fingers.get(irq);
    if (!line) {
      line = this.wire(irq);
      this.fingers.set(irq, line);
    }
    return line;
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
function nmiGate(raise: () => void): { input: IrqLine; mask: IrqLine } {
  let error = false;
  let masked = false;
  let pin = false;
  const update = () => {
    const level = error && !masked;
    // The pin takes edges.
    if (level && !pin) raise();
    pin = level;
  };
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
