/**
 * National Semiconductor PC16550D UART with FIFOs, wired as a PC's serial port.
 *
 * | port | DLAB | read                              | write                                         |
 * |------|------|-----------------------------------|-----------------------------------------------|
 * | +0   | 0    | RBR receiver buffer               | THR transmitter holding                       |
 * | +1   | 0    | IER interrupt enable              | 0 received data, 1 THR empty, 2 line, 3 modem  |
 * | +0,1 | 1    | DLL, DLM: the divisor of 115,200 baud                                            ||
 * | +2   |      | IIR 0 = 0 pending, 3-1 which, 7-6 FIFOs | FCR 0 enable, 1-2 clear, 7-6 trigger level |
 * | +3   |      | LCR 1-0 bits - 5, 2 stop bits, 3 parity, 4 even, 5 stick, 6 break, 7 DLAB         ||
 * | +4   |      | MCR 0 DTR, 1 RTS, 2 OUT1, 3 OUT2 (lets the interrupt out), 4 loopback             ||
 * | +5   |      | LSR 0 DR, 1 OE, 2 PE, 3 FE, 4 BI, 5 THRE, 6 TEMT, 7 error in FIFO                 ||
 * | +6   |      | MSR 0-3 changes of, 4-7 levels of CTS, DSR, RI, DCD                               ||
 * | +7   |      | SCR scratch                                                                      ||
 *
 * Bytes take the time that divisor and format say, at 1.8432 MHz; `paced: false` takes that time away.
 *
 * Source: PC16550D data sheet, June 1995; section numbers are its.
 */
import { Chip } from './chip.ts';
import { Crystal } from './crystal.ts';
import type { Alarm, Clock, IrqLine, PortWindow } from './device.ts';
import { PortLatch } from './port-latch.ts';
import type { SerialPeer } from './serial-peer.ts';
import { type Character, MSR_CTS, MSR_DCD, MSR_DSR, MSR_RI, powerOn, type Uart16550State } from './uart16550-state.ts';

export type { Uart16550State } from './uart16550-state.ts';

const CRYSTAL_HERTZ = 1_843_200;
const CLOCKS_PER_BIT = 16;
const FIFO_DEPTH = 16;
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;

const IER_RECEIVED = 0x01;
const IER_THR_EMPTY = 0x02;
const IER_LINE = 0x04;
const IER_MODEM = 0x08;

/** Section 8.5, highest priority first. */
const IIR_LINE = 0x06;
const IIR_RECEIVED = 0x04;
const IIR_TIMEOUT = 0x0c;
const IIR_THR_EMPTY = 0x02;
const IIR_MODEM = 0x00;
const IIR_NONE = 0x01;
const IIR_FIFOS = 0xc0;

const FCR_ENABLE = 0x01;
const FCR_CLEAR_RECEIVER = 0x02;
const FCR_CLEAR_TRANSMITTER = 0x04;
const FCR_DMA_AND_TRIGGER = 0xc8;

const LCR_TWO_STOPS = 0x04;
const LCR_PARITY = 0x08;
const LCR_BREAK = 0x40;
const LCR_DLAB = 0x80;

const MCR_DTR = 0x01;
const MCR_RTS = 0x02;
const MCR_OUT1 = 0x04;
const MCR_OUT2 = 0x08;
const MCR_LOOP = 0x10;

const LSR_DR = 0x01;
const LSR_OE = 0x02;
const LSR_PE = 0x04;
const LSR_FE = 0x08;
const LSR_BI = 0x10;
const LSR_THRE = 0x20;
const LSR_TEMT = 0x40;
const LSR_FIFO_ERROR = 0x80;
const LSR_BYTE_ERRORS = LSR_PE | LSR_FE | LSR_BI;

export interface Uart16550Options {
  clock: Clock;
  /** For instance 'com1'. */
  name: string;
  /** First of its eight ports. */
  port: number;
  irq: IrqLine;
  /** What its cable leads to. Absent: nothing, and CTS, DSR and DCD are low. */
  peer?: SerialPeer;
  /** Bytes take the time that divisor and format say (default), or none. */
  paced?: boolean;
}

export class Uart16550 extends Chip<Uart16550State> {
  readonly name: string;
  readonly ports: readonly PortWindow[];
  private readonly o: Uart16550Options;
  private readonly crystal: Crystal;
  private readonly paced: boolean;
  private readonly sent: Alarm;
  private readonly arrived: Alarm;
  private readonly timeout: Alarm;
  private readonly emptied: Alarm;
  private readonly lineStatus: PortLatch;
  /** The write that takes all enables of IER away, where it can wait. */
  private readonly disabled: PortLatch;
  /** The interrupt line as it was last driven. */
  private driven: boolean | undefined;

  constructor(options: Uart16550Options) {
    super(() => powerOn(options.peer !== undefined));
    this.o = options;
    this.name = options.name;
    this.paced = options.paced ?? true;
    const { clock, name, port } = options;
    this.crystal = new Crystal(clock, CRYSTAL_HERTZ);
    this.sent = clock.alarm(`${name}.transmitter`, () => this.endOfTransmission());
    this.arrived = clock.alarm(`${name}.receiver`, () => this.endOfReception());
    this.timeout = clock.alarm(`${name}.timeout`, () => this.fifoTimeout());
    this.emptied = clock.alarm(`${name}.thr-empty`, () => this.endOfDelay());
    this.lineStatus = new PortLatch(port + 5);
    this.disabled = new PortLatch(port + 1);
    this.ports = [
      {
        first: port,
        last: port + 7,
        latches: [this.lineStatus, this.disabled],
        read: (at) => this.read(at - port),
        write: (at, value) => this.write(at - port, value),
      },
    ];
  }

  /**
   * A byte from the other end. False: there is no room (another is on its way in, or the FIFO is full), and the byte
   * is not taken; ready() tells when to try again. In loopback the wire is cut, and the byte is lost.
   */
  receive(byte: number): boolean {
    if (!this.hasRoom) return false;
    this.shiftIn(byte);
    return true;
  }

  /**
   * A byte on the wire, ready or not: a receiver with no room loses it as the data sheet says (overrun). `errors`
   * says what was wrong with its frame: parity, framing (no stop bit), or a break (the byte is then 0).
   */
  shiftIn(byte: number, errors: { parity?: boolean; framing?: boolean; break?: boolean } = {}): void {
    if (this.s.mcr & MCR_LOOP) return;
    // Section 8.4: a break is a whole frame of spaces; the receiver sees a zero without a stop bit.
    const bits = errors.break
      ? LSR_BI | LSR_FE
      : (errors.parity && this.s.lcr & LCR_PARITY ? LSR_PE : 0) | (errors.framing ? LSR_FE : 0);
    this.arrive({ byte: errors.break ? 0 : byte & this.dataMask, errors: bits });
  }

  /** The pin levels that the other end sees; a true is an asserted line. In loopback all are false. */
  get rts(): boolean {
    return (this.outputPins & MCR_RTS) !== 0;
  }
  get dtr(): boolean {
    return (this.outputPins & MCR_DTR) !== 0;
  }

  /** The wires that the other end drives; those left out keep their level. */
  setModem(lines: { cts?: boolean; dsr?: boolean; ring?: boolean; dcd?: boolean }): void {
    const pick = (level: boolean | undefined, bit: number) => ((level ?? (this.s.pins & bit) !== 0) ? bit : 0);
    const before = this.modemLevels;
    this.s.pins =
      pick(lines.cts, MSR_CTS) | pick(lines.dsr, MSR_DSR) | pick(lines.ring, MSR_RI) | pick(lines.dcd, MSR_DCD);
    this.noteModem(before);
    this.update();
  }

  override peek(): Readonly<Uart16550State> {
    this.catchUp();
    return this.s;
  }

  protected settle(): void {
    this.driven = undefined;
    this.disabled.close();
    const { sending, arriving, timeoutAt, thrEmptyAt } = this.s;
    setAlarm(this.emptied, thrEmptyAt && this.crystal.timeOf(thrEmptyAt));
    setAlarm(this.sent, sending && this.crystal.timeOf(sending.until));
    setAlarm(this.arrived, arriving && this.crystal.timeOf(arriving.until));
    setAlarm(this.timeout, timeoutAt && this.crystal.timeOf(timeoutAt));
    this.tellPeer();
    this.updateStatus();
  }

  // What the pins and registers say together.

  private get fifos(): boolean {
    return (this.s.fcr & FCR_ENABLE) !== 0;
  }

  private get depth(): number {
    return this.fifos ? FIFO_DEPTH : 1;
  }

  private get hasRoom(): boolean {
    return this.s.arriving === null && this.s.received.length < this.depth;
  }

  private get dataBits(): number {
    return 5 + (this.s.lcr & 3);
  }

  private get dataMask(): number {
    return (1 << this.dataBits) - 1;
  }

  /** Crystal ticks from start bit to the end of the stop bits: 1, or 2, or 1 1/2 with five data bits (section 8.1). */
  private get frameTicks(): number {
    const { lcr } = this.s;
    const stops = !(lcr & LCR_TWO_STOPS) ? 1 : this.dataBits === 5 ? 1.5 : 2;
    return (1 + this.dataBits + (lcr & LCR_PARITY ? 1 : 0) + stops) * this.bitTicks;
  }

  private get bitTicks(): number {
    const { divisor } = this.s;
    // A divisor of 0 counts as the longest, as the baud generator's counter has it.
    return CLOCKS_PER_BIT * (divisor === 0 ? 65_536 : divisor);
  }

  /** MCR bits 0-3 as they leave the chip; section 8.6: in loopback all four pins are inactive. */
  private get outputPins(): number {
    return this.s.mcr & MCR_LOOP ? 0 : this.s.mcr & 0x0f;
  }

  /** MSR bits 4-7; section 8.6: in loopback they are RTS, DTR, OUT1 and OUT2. */
  private get modemLevels(): number {
    const { mcr, pins } = this.s;
    if (!(mcr & MCR_LOOP)) return pins;
    return (
      (mcr & MCR_RTS ? MSR_CTS : 0) |
      (mcr & MCR_DTR ? MSR_DSR : 0) |
      (mcr & MCR_OUT1 ? MSR_RI : 0) |
      (mcr & MCR_OUT2 ? MSR_DCD : 0)
    );
  }

  /** The line status register, without what a read of it clears. */
  get lsr(): number {
    const s = this.s;
    return (
      (s.received.length > 0 ? LSR_DR : 0) |
      (s.overrun ? LSR_OE : 0) |
      s.topErrors |
      (s.holding.length === 0 ? LSR_THRE : 0) |
      (s.holding.length === 0 && s.sending === null ? LSR_TEMT : 0) |
      (this.fifos && (s.topErrors !== 0 || s.received.some((c) => c.errors !== 0)) ? LSR_FIFO_ERROR : 0)
    );
  }

  /** The highest pending interrupt that is enabled (section 8.5, table IV), as IIR shows it. */
  get interrupt(): number {
    this.catchUp();
    return this.pending;
  }

  private get pending(): number {
    const { ier, received, timedOut, thrEmptyPending, deltas } = this.s;
    if (ier & IER_LINE && this.lsr & (LSR_OE | LSR_BYTE_ERRORS)) return IIR_LINE;
    if (ier & IER_RECEIVED && received.length >= this.trigger) return IIR_RECEIVED;
    if (ier & IER_RECEIVED && timedOut) return IIR_TIMEOUT;
    if (ier & IER_THR_EMPTY && thrEmptyPending) return IIR_THR_EMPTY;
    if (ier & IER_MODEM && deltas !== 0) return IIR_MODEM;
    return IIR_NONE;
  }

  private get trigger(): number {
    return this.fifos ? TRIGGER_LEVELS[(this.s.fcr >> 6) as 0 | 1 | 2 | 3] : 1;
  }

  /** On a PC the pin OUT2 lets the interrupt out to the bus, so in loopback nothing comes out. */
  private update(): void {
    this.catchUp();
    const { ier, lcr, mcr } = this.s;
    const level = (mcr & (MCR_OUT2 | MCR_LOOP)) === MCR_OUT2 && ier !== 0 && this.pending !== IIR_NONE;
    // While the line is low, taking its enables away can wait. With DLAB set IER is not there.
    if (level || lcr & LCR_DLAB) this.disabled.close();
    else this.disabled.letWait(0);
    if (level === this.driven) return;
    this.driven = level;
    this.o.irq.set(level);
  }

  /** What was let wait is done now, before anything looks at IER. */
  private catchUp(): void {
    if (!this.disabled.isMade) return;
    this.disabled.close();
    this.s.ier = 0;
  }

  /** The receiver or the transmitter has changed, and LSR may have with it. */
  private updateStatus(): void {
    // Reading LSR clears the errors that it shows.
    if (this.s.overrun || this.s.topErrors !== 0) this.lineStatus.close();
    else this.lineStatus.hold(this.lsr);
    this.update();
  }

  private tellPeer(): void {
    this.o.peer?.modem?.({ dtr: this.dtr, rts: this.rts, break: (this.s.lcr & LCR_BREAK) !== 0 });
  }

  /** Section 8.7: a delta bit for each level that changed; for RI only its trailing edge. */
  private noteModem(before: number): void {
    const after = this.modemLevels;
    const changed = (before ^ after) & ~(after & MSR_RI);
    this.s.deltas |= changed >> 4;
  }

  // Registers.

  private read(offset: number): number {
    this.catchUp();
    const s = this.s;
    const dlab = (s.lcr & LCR_DLAB) !== 0;
    switch (offset) {
      case 0:
        return dlab ? s.divisor & 0xff : this.readByte();
      case 1:
        return dlab ? s.divisor >> 8 : s.ier;
      case 2:
        return this.readIir();
      case 3:
        return s.lcr;
      case 4:
        return s.mcr;
      case 5:
        return this.readLsr();
      case 6:
        return this.readMsr();
      default:
        return s.scr;
    }
  }

  private write(offset: number, value: number): void {
    this.catchUp();
    const s = this.s;
    const dlab = (s.lcr & LCR_DLAB) !== 0;
    switch (offset) {
      case 0:
        if (dlab) s.divisor = (s.divisor & 0xff00) | value;
        else {
          this.writeByte(value);
          this.updateStatus();
        }
        break;
      case 1:
        if (dlab) s.divisor = (s.divisor & 0xff) | (value << 8);
        else this.writeIer(value);
        break;
      case 2:
        this.writeFcr(value);
        this.updateStatus();
        break;
      case 3:
        this.writeLcr(value);
        break;
      case 4:
        this.writeMcr(value);
        break;
      case 7:
        s.scr = value;
        break;
      default: // LSR and MSR are for reading; what writing does is for the factory's tests.
        return;
    }
    this.update();
  }

  private readByte(): number {
    const s = this.s;
    const top = s.received.shift();
    if (top === undefined) return s.lastRead;
    s.lastRead = top.byte;
    s.timedOut = false;
    s.topShown = false;
    this.showTop();
    this.restartTimeout();
    this.updateStatus();
    this.tellReady();
    return top.byte;
  }

  private readIir(): number {
    const which = this.pending;
    // Section 8.5: reading IIR acknowledges THR empty, when that is what it shows.
    if (which === IIR_THR_EMPTY) {
      this.s.thrEmptyPending = false;
      this.update();
    }
    return which | (this.fifos ? IIR_FIFOS : 0);
  }

  private readLsr(): number {
    const value = this.lsr;
    this.s.overrun = false;
    this.s.topErrors = 0;
    this.updateStatus();
    return value;
  }

  private readMsr(): number {
    const value = this.modemLevels | this.s.deltas;
    this.s.deltas = 0;
    this.update();
    return value;
  }

  private writeIer(value: number): void {
    const s = this.s;
    const enabled = value & ~s.ier;
    s.ier = value & 0x0f;
    // Enabling the interrupt while THR is empty raises it at once, as drivers rely on.
    if (enabled & IER_THR_EMPTY && s.holding.length === 0) s.thrEmptyPending = true;
  }

  /** Section 8.4 (FCR): the other bits are taken only together with bit 0, and changing it clears both FIFOs. */
  private writeFcr(value: number): void {
    const s = this.s;
    const toggled = ((value ^ s.fcr) & FCR_ENABLE) !== 0;
    const on = (value & FCR_ENABLE) !== 0;
    s.fcr = on ? value & (FCR_ENABLE | FCR_DMA_AND_TRIGGER) : 0;
    // Section 8.11: the first THR-empty interrupt after a change of FCR0 is not delayed.
    if (toggled) s.fill = FIFO_DEPTH;
    if (toggled || (on && value & FCR_CLEAR_RECEIVER)) this.clearReceiver();
    if ((toggled || (on && value & FCR_CLEAR_TRANSMITTER)) && s.holding.length > 0) {
      s.holding = [];
      this.emptyThr(0);
    }
    this.tellReady();
  }

  private writeLcr(value: number): void {
    const changed = value ^ this.s.lcr;
    this.s.lcr = value;
    if (changed & LCR_BREAK) this.tellPeer();
  }

  private writeMcr(value: number): void {
    const levels = this.modemLevels;
    const pins = this.outputPins;
    this.s.mcr = value & 0x1f;
    this.noteModem(levels);
    if ((pins ^ this.outputPins) & (MCR_DTR | MCR_RTS)) this.tellPeer();
  }

  // The transmitter.

  private writeByte(value: number): void {
    const s = this.s;
    this.emptyThr(null);
    // A write to a full FIFO, or to a THR not yet empty, takes the last place.
    if (s.holding.length >= this.depth) s.holding.pop();
    s.holding.push(value & this.dataMask);
    s.fill = Math.max(s.fill, s.holding.length);
    if (s.sending === null) this.sendNext();
  }

  /** Moves a byte from THR to the shift register; the start bit goes out at once. */
  private sendNext(): void {
    const s = this.s;
    while (s.sending === null) {
      const byte = s.holding.shift();
      if (byte === undefined) return;
      if (s.holding.length === 0) this.emptyThr(this.thrEmptyDelay);
      if (this.paced) {
        const until = this.crystal.ticks + this.frameTicks;
        s.sending = { byte, until };
        this.sent.set(this.crystal.timeOf(until));
      } else {
        this.deliver(byte);
      }
    }
  }

  /**
   * Section 8.11, "FIFO interrupt mode": the THR-empty interrupt is late by a character less its last stop bit when
   * there have not been two bytes in the FIFO together since it was last empty.
   */
  private get thrEmptyDelay(): number {
    return this.fifos && this.paced && this.s.fill < 2 ? this.frameTicks - this.bitTicks : 0;
  }

  /** THR is empty, and its interrupt comes in so many ticks; null: it is full again, and none comes. */
  private emptyThr(delay: number | null): void {
    const { s } = this;
    s.thrEmptyPending = delay === 0;
    s.thrEmptyAt = delay ? this.crystal.ticks + delay : null;
    if (delay !== null) s.fill = 0;
    setAlarm(this.emptied, s.thrEmptyAt && this.crystal.timeOf(s.thrEmptyAt));
  }

  private endOfDelay(): void {
    this.emptyThr(0);
    this.update();
  }

  private endOfTransmission(): void {
    const { sending } = this.s;
    this.s.sending = null;
    if (sending) this.deliver(sending.byte);
    this.sendNext();
    this.updateStatus();
  }

  /**
   * Sends at once what shift register, THR and FIFO still hold. For a machine that stops for good: the crystal of a real
   * one would go on, and these bytes arrive.
   */
  drain(): void {
    while (this.s.sending) this.endOfTransmission();
    setAlarm(this.sent, null);
  }

  private deliver(byte: number): void {
    // Section 8.6: in loopback the shift registers are joined, and the pin SOUT marks.
    if (this.s.mcr & MCR_LOOP) this.enter({ byte: byte & this.dataMask, errors: 0 });
    else if (!(this.s.lcr & LCR_BREAK)) this.o.peer?.transmit(byte);
  }

  // The receiver.

  private arrive(character: Character): void {
    if (!this.paced) {
      this.enter(character);
      return;
    }
    // A second byte cannot start before the first has ended: whoever drives the wire faster garbles the first.
    const until = this.crystal.ticks + this.frameTicks;
    this.s.arriving = { character, until };
    this.arrived.set(this.crystal.timeOf(until));
  }

  private endOfReception(): void {
    const { arriving } = this.s;
    this.s.arriving = null;
    if (arriving) this.enter(arriving.character);
    this.tellReady();
  }

  /** From the shift register to the FIFO or RBR. Section 8.3, OE: a full FIFO keeps what it has; RBR is overwritten. */
  private enter(character: Character): void {
    const s = this.s;
    if (s.received.length >= this.depth) {
      s.overrun = true;
      if (!this.fifos) {
        s.received = [character];
        s.topShown = false;
      }
    } else {
      s.received.push(character);
    }
    this.showTop();
    this.restartTimeout();
    this.updateStatus();
  }

  /** LSR shows the errors of the character at the top of the FIFO, once. */
  private showTop(): void {
    const top = this.s.received[0];
    if (top === undefined || this.s.topShown) return;
    this.s.topShown = true;
    this.s.topErrors |= top.errors;
    top.errors = 0;
  }

  private clearReceiver(): void {
    const s = this.s;
    s.received = [];
    s.overrun = false;
    s.topErrors = 0;
    s.topShown = false;
    s.timedOut = false;
    this.restartTimeout();
  }

  /** Section 8.9: four character times without a byte in or out, with something in the FIFO, raise the time-out. */
  private restartTimeout(): void {
    const s = this.s;
    s.timeoutAt = this.fifos && s.received.length > 0 ? this.crystal.ticks + 4 * this.frameTicks : null;
    setAlarm(this.timeout, s.timeoutAt && this.crystal.timeOf(s.timeoutAt));
  }

  private fifoTimeout(): void {
    this.s.timeoutAt = null;
    this.s.timedOut = true;
    this.update();
  }

  private tellReady(): void {
    if (this.hasRoom) this.o.peer?.ready?.();
  }
}

function setAlarm(alarm: Alarm, at: number | null): void {
  if (at === null) alarm.clear();
  else alarm.set(at);
}
