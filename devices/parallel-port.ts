/**
 * The PC's parallel port: a byte out, five wires in, four out, and an interrupt when the printer has acknowledged.
 *
 * | port | bit | register                                                                             |
 * |------|-----|--------------------------------------------------------------------------------------|
 * | +0   | 7-0 | data; read back from the pins, which the peer drives while bit 5 of control is set   |
 * | +1   | 7   | status: the pin BUSY, inverted (0 is busy)                                           |
 * |      | 6   | nACK: 0 while the printer acknowledges                                               |
 * |      | 5   | PE: out of paper                                                                     |
 * |      | 4   | SLCT: the printer is selected                                                        |
 * |      | 3   | nERROR: 0 is an error                                                                |
 * |      | 2   | nIRQ: 0 from the end of an acknowledge, if bit 4 of control is set, to a read of status |
 * |      | 1-0 | 1                                                                                    |
 * | +2   | 0   | control: strobe (the pin is inverted)                                                |
 * |      | 1   | automatic line feed (the pin is inverted)                                            |
 * |      | 2   | nINIT: 0 resets the printer                                                          |
 * |      | 3   | select the printer (the pin is inverted)                                             |
 * |      | 4   | interrupt on the end of nACK                                                         |
 * |      | 5   | the data pins are inputs                                                             |
 * |      | 7-6 | read as 1                                                                            |
 *
 * Source: IBM PS/2 Hardware Interface Technical Reference, "Parallel Port Controller".
 */
import { Chip } from './chip.ts';
import type { IrqLine, PortWindow } from './device.ts';

const STATUS_NOT_BUSY = 0x80;
const STATUS_NACK = 0x40;
const STATUS_PAPER = 0x20;
const STATUS_SELECTED = 0x10;
const STATUS_NERROR = 0x08;
const STATUS_NIRQ = 0x04;
const STATUS_ONES = 0x03;

const CONTROL_STROBE = 0x01;
const CONTROL_AUTOFEED = 0x02;
const CONTROL_NINIT = 0x04;
const CONTROL_SELECT = 0x08;
const CONTROL_INTERRUPT = 0x10;
const CONTROL_INPUT = 0x20;
const CONTROL_BITS = 0x3f;
const CONTROL_ONES = 0xc0;

/** What the port drives; true is what the name says, whatever the level of the pin. */
export interface ParallelOutputs {
  readonly data: number;
  readonly strobe: boolean;
  readonly autofeed: boolean;
  readonly initialize: boolean;
  readonly select: boolean;
}

/** What the other end drives; what is left out keeps its level. */
export interface ParallelInputs {
  busy?: boolean;
  acknowledge?: boolean;
  paperOut?: boolean;
  selected?: boolean;
  error?: boolean;
  /** Seen by the port while its data pins are inputs. */
  data?: number;
}

/** What is at the other end of the cable. */
export interface ParallelPeer {
  /** Any of the wires has changed, or the machine was reset. */
  outputs(wires: ParallelOutputs): void;
}

export interface ParallelPortState {
  data: number;
  control: number;
  /** Bits 7-3 of the status register, as the wires make them. */
  wires: number;
  /** What the peer drives onto the data wires. */
  inputData: number;
  interruptPending: boolean;
}

export interface ParallelPortOptions {
  /** First of its three ports; default 0x378. */
  port?: number;
  irq: IrqLine;
  peer?: ParallelPeer;
}

export class ParallelPort extends Chip<ParallelPortState> {
  readonly name = 'parallel';
  readonly ports: readonly PortWindow[];
  private readonly irq: IrqLine;
  private peer: ParallelPeer | undefined;

  constructor({ port = 0x378, irq, peer }: ParallelPortOptions) {
    super(powerOn);
    this.irq = irq;
    this.peer = peer;
    this.ports = [
      {
        first: port,
        last: port + 2,
        read: (at) => this.read(at - port),
        write: (at, value) => this.write(at - port, value),
      },
    ];
  }

  /** Plug the cable in: the other end hears at once how the wires are. */
  connect(peer: ParallelPeer): void {
    this.peer = peer;
    this.tellPeer();
  }

  /** The other end drives its wires. */
  setInputs(inputs: ParallelInputs): void {
    const { s } = this;
    const pick = (level: boolean | undefined, bit: number) => ((level ?? (s.wires & bit) !== 0) ? bit : 0);
    const not = (level: boolean | undefined) => (level === undefined ? undefined : !level);
    const before = s.wires;
    s.wires =
      pick(not(inputs.busy), STATUS_NOT_BUSY) |
      pick(not(inputs.acknowledge), STATUS_NACK) |
      pick(inputs.paperOut, STATUS_PAPER) |
      pick(inputs.selected, STATUS_SELECTED) |
      pick(not(inputs.error), STATUS_NERROR);
    s.inputData = inputs.data ?? s.inputData;
    const acknowledged = ~before & s.wires & STATUS_NACK;
    // "Interrupt enable": a request is made when the acknowledge goes from active to inactive.
    if (acknowledged && s.control & CONTROL_INTERRUPT) s.interruptPending = true;
    this.update();
  }

  protected settle(): void {
    this.update();
  }

  override reset(): void {
    const { wires, inputData } = this.s;
    super.reset();
    // The other end's wires are its own.
    Object.assign(this.s, { wires, inputData });
    this.tellPeer();
  }

  private update(): void {
    this.irq.set(this.s.interruptPending);
  }

  private tellPeer(): void {
    const { data, control } = this.s;
    this.peer?.outputs({
      data: control & CONTROL_INPUT ? 0xff : data,
      strobe: (control & CONTROL_STROBE) !== 0,
      autofeed: (control & CONTROL_AUTOFEED) !== 0,
      initialize: (control & CONTROL_NINIT) === 0,
      select: (control & CONTROL_SELECT) !== 0,
    });
  }

  private read(offset: number): number {
    const { s } = this;
    if (offset === 0) return s.control & CONTROL_INPUT ? s.inputData : s.data;
    if (offset === 2) return s.control | CONTROL_ONES;
    const value = s.wires | (s.interruptPending ? 0 : STATUS_NIRQ) | STATUS_ONES;
    s.interruptPending = false;
    this.update();
    return value;
  }

  private write(offset: number, value: number): void {
    const { s } = this;
    if (offset === 1) return;
    if (offset === 0) s.data = value;
    else {
      s.control = value & CONTROL_BITS;
      if (!(value & CONTROL_INTERRUPT)) s.interruptPending = false;
    }
    this.tellPeer();
    this.update();
  }
}

// With nothing at the other end all wires are pulled high: busy, no acknowledge, out of paper, selected, no error.
function powerOn(): ParallelPortState {
  return {
    data: 0,
    control: CONTROL_NINIT | CONTROL_SELECT,
    wires: STATUS_NACK | STATUS_PAPER | STATUS_SELECTED | STATUS_NERROR,
    inputData: 0xff,
    interruptPending: false,
  };
}

/**
 * The wrap plug of IBM's diagnostics: strobe to select, data bit 0 to error, init to acknowledge, select to busy, and
 * automatic feed to paper.
 */
export class ParallelWrapPlug implements ParallelPeer {
  constructor(private readonly port: { setInputs(inputs: ParallelInputs): void }) {}

  outputs({ data, strobe, autofeed, initialize, select }: ParallelOutputs): void {
    // A pin that is inverted on its way out is low when its bit is 1.
    this.port.setInputs({
      selected: !strobe,
      error: (data & 1) === 0,
      acknowledge: initialize,
      busy: !select,
      paperOut: !autofeed,
    });
  }
}
