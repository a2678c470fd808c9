/**
 * Intel 8259A programmable interrupt controller, and the PC's pair of them.
 *
 * Eight request lines go in, one INT line comes out. A request is remembered in the IRR, masked by the IMR, ranked
 * against what is in service (ISR), and given a vector when the CPU acknowledges.
 *
 * | port | write                | read                             |
 * |------|----------------------|----------------------------------|
 * | +0   | ICW1, OCW2, OCW3     | IRR or ISR (OCW3), or the poll   |
 * | +1   | ICW2-ICW4, OCW1      | IMR, or the poll                 |
 *
 * | bits of +0, write |                                                                  |
 * |-------------------|------------------------------------------------------------------|
 * | xxx1 LSxI         | ICW1: L = LTIM level triggered, S = SNGL, I = IC4: ICW4 follows   |
 * | RSE0 0LLL         | OCW2: R rotate, S specific, E = EOI, LLL level                    |
 * | 0ES0 1PRR         | OCW3: E = ESMM, S = SMM, P poll, RR = 10 read IRR, 11 read ISR    |
 *
 * | bits of +1, write |                                                                  |
 * |-------------------|------------------------------------------------------------------|
 * | VVVV Vxxx         | ICW2: vectors V*8 to V*8+7                                        |
 * | SSSS SSSS         | ICW3: of the master, inputs that have a slave; of a slave, its id |
 * | 000F BMAU         | ICW4: F = SFNM, B buffered, M master, A = AEOI, U = 8086 mode     |
 * | MMMM MMMM         | OCW1: the mask, once the ICWs are in                              |
 *
 * Source: Intel 8259A data sheet, order number 231468-003. ELCR: Intel 82371AB (PIIX4) data sheet, 4.2.6.
 */
import { Chip } from './chip.ts';
import type { Device, IrqLine, PortWindow } from './device.ts';
import { PortLatch } from './port-latch.ts';

const NONE = -1;
const CASCADE_INPUT = 2;
/** What the data bus reads when no chip drives it. */
const FLOATING_BUS = 0xff;

const ICW1 = 0x10;
const ICW1_IC4 = 0x01;
const ICW1_SNGL = 0x02;
const ICW1_ADI = 0x04;
const ICW1_LTIM = 0x08;

const ICW4_8086 = 0x01;
const ICW4_AEOI = 0x02;
const ICW4_MASTER = 0x04;
const ICW4_BUFFERED = 0x08;
const ICW4_SFNM = 0x10;

const OCW2_EOI = 0x20;
const OCW2_SPECIFIC = 0x40;
const OCW2_ROTATE = 0x80;

const OCW3 = 0x08;
const OCW3_RIS = 0x01;
const OCW3_RR = 0x02;
const OCW3_POLL = 0x04;
const OCW3_SMM = 0x20;
const OCW3_ESMM = 0x40;

export interface I8259State {
  /** Levels of the inputs IR0-IR7, one bit each. */
  lines: number;
  /** Edge sense latches: inputs that rose and have not been acknowledged since. */
  edges: number;
  /** In service register. */
  isr: number;
  /** Interrupt mask register. */
  imr: number;
  icw1: number;
  icw2: number;
  icw3: number;
  icw4: number;
  /** The word that a write to +1 is taken for: 1 is OCW1, 2-4 are the ICWs. */
  expects: 1 | 2 | 3 | 4;
  /** The input of lowest priority; the next one, counting in a circle, has the highest. */
  lowest: number;
  /** Rotate in automatic EOI mode. */
  rotateOnAutomaticEoi: boolean;
  specialMask: boolean;
  /** The next read is a poll. */
  poll: boolean;
  /** +0 reads the ISR rather than the IRR. */
  readIsr: boolean;
  /** Edge/level control register: inputs that are level triggered whatever LTIM says. */
  elcr: number;
}

export interface I8259Options {
  name: string;
  /** The first of its two ports. */
  port: number;
  /** INT, to the CPU or to the master. */
  int: IrqLine;
  /** The SP/EN pin: a master may have slaves on its inputs. Default true. */
  master?: boolean;
  /** Where its edge/level control register is, and which bits of it exist. Absent: there is none. */
  elcr?: { port: number; bits: number };
}

// What the data sheet leaves open at power-on is chosen quiet: everything masked until software says otherwise.
function powerOn(): I8259State {
  return {
    lines: 0,
    edges: 0,
    isr: 0,
    imr: 0xff,
    icw1: 0,
    icw2: 0,
    icw3: 0,
    icw4: ICW4_8086,
    expects: 1,
    lowest: 7,
    rotateOnAutomaticEoi: false,
    specialMask: false,
    poll: false,
    readIsr: false,
    elcr: 0,
  };
}

/** One 8259A. */
export class I8259 extends Chip<I8259State> {
  readonly name: string;
  readonly ports: readonly PortWindow[];
  private readonly int: IrqLine;
  private readonly master: boolean;
  private readonly inputs: readonly IrqLine[];
  private readonly mask: PortLatch;
  /** INT as it was last driven. */
  private driven: boolean | undefined;
  /** Hears of each level that an EOI command ends. */
  onEnd: ((level: number) => void) | undefined;
  /** Hears of each request that a poll has taken: the vector it would have given. */
  onPoll: ((vector: number) => void) | undefined;

  constructor(options: I8259Options) {
    super(powerOn);
    const { port, elcr } = options;
    this.name = options.name;
    this.int = options.int;
    this.master = options.master ?? true;
    this.inputs = Array.from({ length: 8 }, (_, n) => new Input(this, n));
    this.mask = new PortLatch(port + 1);
    const ports: PortWindow[] = [
      {
        first: port,
        last: port + 1,
        latches: [this.mask],
        read: (at) => this.read(at - port),
        write: (at, value) => (at === port ? this.writeCommand(value) : this.writeData(value)),
      },
    ];
    if (elcr !== undefined) {
      ports.push({
        first: elcr.port,
        last: elcr.port,
        read: () => this.s.elcr,
        write: (_, value) => this.writeElcr(value & elcr.bits),
      });
    }
    this.ports = ports;
  }

  /** Input IR0-IR7. Throws RangeError for any other number. */
  irq(n: number): IrqLine {
    const line = this.inputs[n];
    if (line === undefined) throw new RangeError(`an 8259 has no input IR${n}`);
    return line;
  }

  /** Interrupt request register: in edge mode a request lasts until INTA, but only while its line stays high. */
  get irr(): number {
    const levelTriggered = this.levelTriggered;
    return this.s.lines & (this.s.edges | levelTriggered);
  }

  /** Whether INT is high. */
  get requesting(): boolean {
    return this.highestRequest() !== NONE;
  }

  /**
   * The CPU's INTA cycles: freeze the priorities, move the winner from the IRR to the ISR, and say which it was.
   * A request that left before INTA still gets an answer: level 7, with no ISR bit set (page 8, "default IR7").
   */
  acknowledge(): number {
    const level = this.highestRequest();
    if (level === NONE) return 7;
    const bit = 1 << level;
    this.s.edges &= ~bit;
    if (this.s.icw4 & ICW4_AEOI) {
      // Page 16: in AEOI the ISR bit falls at the trailing edge of the last INTA, so it is never seen set.
      if (this.s.rotateOnAutomaticEoi) this.s.lowest = level;
    } else {
      this.s.isr |= bit;
    }
    this.update();
    return level;
  }

  /** The byte on the data bus at the second INTA for the level acknowledged. */
  vector(level: number): number {
    const { icw1, icw2, icw4 } = this.s;
    if (icw4 & ICW4_8086) return (icw2 & 0xf8) | level;
    // Page 10: in MCS-80 mode the second INTA gives the low byte of a CALL address, 4 or 8 bytes apart.
    return icw1 & ICW1_ADI ? (icw1 & 0xe0) | (level << 2) : (icw1 & 0xc0) | (level << 3);
  }

  /** Whether this input leads to a slave, which then gives the vector in the master's place. */
  hasSlaveOn(level: number): boolean {
    return this.cascades && (this.s.icw3 & (1 << level)) !== 0;
  }

  /** The cascade address this chip answers to as a slave. */
  get slaveId(): number {
    return this.s.icw3 & 7;
  }

  override peek(): Readonly<I8259State> {
    this.s.imr = this.imr;
    return this.s;
  }

  override save(): I8259State {
    this.s.imr = this.imr;
    return super.save();
  }

  protected settle(): void {
    this.mask.hold(undefined);
    this.driven = undefined;
    this.update();
  }

  /** Drives INT, and says what of the mask may be had without asking. */
  private update(): void {
    const { imr, s } = this;
    s.imr = imr;
    const requests = this.irr;
    const level = requests !== 0 && this.highestRequest() !== NONE;
    if (level !== this.driven) {
      this.driven = level;
      this.int.set(level);
    }
    // While no request waits, the mask makes no difference; and +1 is OCW1 only behind the ICWs.
    this.mask.hold(s.poll ? undefined : imr, requests === 0 && s.expects === 1);
  }

  /** The mask. While writes of it are taken without this chip being told, it is in the latch. */
  private get imr(): number {
    return this.mask.isFree ? this.mask.byte : this.s.imr;
  }

  private set imr(value: number) {
    this.s.imr = value;
    this.mask.hold(undefined);
  }

  /** For the chip's inputs. */
  input(n: number, level: boolean): void {
    const bit = 1 << n;
    if (((this.s.lines & bit) !== 0) === level) return;
    if (level) {
      this.s.lines |= bit;
      this.s.edges |= bit;
    } else {
      this.s.lines &= ~bit;
      this.s.edges &= ~bit;
    }
    this.update();
  }

  private get levelTriggered(): number {
    return this.s.icw1 & ICW1_LTIM ? 0xff : this.s.elcr;
  }

  private get cascades(): boolean {
    const { icw1, icw4 } = this.s;
    if (icw1 & ICW1_SNGL) return false;
    // Page 12: in buffered mode SP/EN is an output, and the M/S bit of ICW4 says which of the two it is.
    return icw4 & ICW4_BUFFERED ? (icw4 & ICW4_MASTER) !== 0 : this.master;
  }

  /** 0 for the input of highest priority, 7 for the lowest. */
  private rank(level: number): number {
    return (level - this.s.lowest - 1) & 7;
  }

  /** The input of highest priority among `bits`, or NONE. */
  private highest(bits: number): number {
    if (bits === 0) return NONE;
    // Turned so that the level of highest priority is bit 0.
    const top = (this.s.lowest + 1) & 7;
    const turned = (bits | (bits << 8)) >> top;
    return (31 - Math.clz32(turned & -turned) + top) & 7;
  }

  /** The priority resolver: the input that INT is high for, or NONE. */
  private highestRequest(): number {
    const { imr } = this;
    const { isr, specialMask, icw4 } = this.s;
    const level = this.highest(this.irr & ~imr);
    if (level === NONE) return NONE;
    // Page 15: in special mask mode a level in service that is masked holds nobody back.
    const busy = this.highest(specialMask ? isr & ~imr : isr);
    if (busy === NONE || this.rank(level) < this.rank(busy)) return level;
    // Page 17: in special fully nested mode a slave in service is not locked out from the master's priority logic.
    if (level === busy && icw4 & ICW4_SFNM && this.hasSlaveOn(level)) return level;
    return NONE;
  }

  private read(offset: number): number {
    if (this.s.poll) return this.readPoll();
    if (offset === 1) return this.imr;
    return this.s.readIsr ? this.s.isr : this.irr;
  }

  /** Page 16, poll command: the read is an INTA that says which level it took, with bit 7, or 0 for none. */
  private readPoll(): number {
    this.s.poll = false;
    const level = this.requesting ? this.acknowledge() : NONE;
    this.update();
    if (level === NONE) return 0;
    this.onPoll?.(this.vector(level));
    return 0x80 | level;
  }

  private writeCommand(value: number): void {
    if (value & ICW1) this.writeIcw1(value);
    else if (value & OCW3) this.writeOcw3(value);
    else this.writeOcw2(value);
    this.update();
  }

  private writeData(value: number): void {
    switch (this.s.expects) {
      case 1:
        this.imr = value;
        break;
      case 2:
        this.s.icw2 = value;
        this.s.expects = !(this.s.icw1 & ICW1_SNGL) ? 3 : this.s.icw1 & ICW1_IC4 ? 4 : 1;
        break;
      case 3:
        this.s.icw3 = value;
        this.s.expects = this.s.icw1 & ICW1_IC4 ? 4 : 1;
        break;
      case 4:
        this.s.icw4 = value & 0x1f;
        this.s.expects = 1;
        break;
    }
    this.update();
  }

  /** Page 10, items a to f of what ICW1 starts. */
  private writeIcw1(value: number): void {
    const s = this.s;
    s.icw1 = value;
    s.edges = 0;
    this.imr = 0;
    s.isr = 0;
    s.lowest = 7;
    s.icw3 = this.master ? 0 : 7;
    s.specialMask = false;
    s.readIsr = false;
    s.poll = false;
    s.rotateOnAutomaticEoi = false;
    s.icw4 = 0;
    s.expects = 2;
  }

  private writeOcw2(value: number): void {
    const s = this.s;
    const rotate = (value & OCW2_ROTATE) !== 0;
    const specific = (value & OCW2_SPECIFIC) !== 0;
    if (!(value & OCW2_EOI)) {
      if (!specific) s.rotateOnAutomaticEoi = rotate;
      else if (rotate) s.lowest = value & 7;
      return; // The eighth combination, specific alone, does nothing.
    }
    // Page 15: a non-specific EOI does not clear an ISR bit that special mask mode has masked.
    const level = specific ? value & 7 : this.highest(s.specialMask ? s.isr & ~this.imr : s.isr);
    if (level === NONE) return;
    if (s.isr & (1 << level)) this.onEnd?.(level);
    s.isr &= ~(1 << level);
    if (rotate) s.lowest = level;
  }

  private writeOcw3(value: number): void {
    const s = this.s;
    if (value & OCW3_ESMM) s.specialMask = (value & OCW3_SMM) !== 0;
    if (value & OCW3_POLL) s.poll = true;
    if (value & OCW3_RR) s.readIsr = (value & OCW3_RIS) !== 0;
  }

  private writeElcr(value: number): void {
    this.s.elcr = value;
    this.update();
  }
}

/** One of a chip's inputs. */
class Input implements IrqLine {
  constructor(
    private readonly chip: I8259,
    private readonly n: number,
  ) {}

  set(level: boolean): void {
    this.chip.input(this.n, level);
  }
}

/** Who wants to know what the pair does. */
export interface I8259Listener {
  /** An INTA cycle gave this vector, or a poll took its request. */
  acknowledged(vector: number): void;
  /** An EOI command took this level, 0 to 15, out of service. */
  ended(level: number): void;
}

export interface I8259PairState {
  master: I8259State;
  slave: I8259State;
}

/**
 * The PC's pair: the master at 0x20 with IRQ 0-7, the slave at 0xa0 with IRQ 8-15 on the master's input 2, and the
 * PIIX's edge/level control registers at 0x4d0 and 0x4d1. IRQ 0, 1, 2, 8 and 13 are always edge triggered.
 */
export class I8259Pair implements Device<I8259PairState> {
  readonly name = 'i8259';
  readonly master: I8259;
  readonly slave: I8259;
  readonly ports: readonly PortWindow[];
  private listener: I8259Listener | undefined;

  /** `int` is the CPU's INTR pin. */
  constructor(options: { int: IrqLine }) {
    this.master = new I8259({
      name: 'i8259.master',
      port: 0x20,
      int: options.int,
      elcr: { port: 0x4d0, bits: 0xf8 },
    });
    this.slave = new I8259({
      name: 'i8259.slave',
      port: 0xa0,
      int: this.master.irq(CASCADE_INPUT),
      master: false,
      elcr: { port: 0x4d1, bits: 0xde },
    });
    this.ports = [...this.master.ports, ...this.slave.ports];
  }

  /** The board's interrupt line IRQ 0-15. Throws RangeError for 2, which is the cascade, and beyond 15. */
  irq(n: number): IrqLine {
    if (n === CASCADE_INPUT) throw new RangeError('IRQ 2 is the cascade of the two 8259s');
    return n < 8 ? this.master.irq(n) : this.slave.irq(n - 8);
  }

  /** Hear of INTA cycles and ends of interrupt; one listener at a time, undefined takes it away. */
  listen(listener: I8259Listener | undefined): void {
    this.listener = listener;
    this.master.onEnd = listener && ((level) => listener.ended(level));
    this.slave.onEnd = listener && ((level) => listener.ended(level + 8));
    const polled = listener && ((vector: number) => listener.acknowledged(vector));
    this.master.onPoll = polled;
    this.slave.onPoll = polled;
  }

  /** The CPU's INTA cycles: the vector of the winner, of the slave's where the master's winner is the slave. */
  acknowledge(): number {
    const vector = this.takeRequest();
    this.listener?.acknowledged(vector);
    return vector;
  }

  private takeRequest(): number {
    const level = this.master.acknowledge();
    if (!this.master.hasSlaveOn(level)) return this.master.vector(level);
    // Page 17: the master puts the slave's number on the cascade lines, and the slave with that id gives the vector.
    if (level !== this.slave.slaveId || level !== CASCADE_INPUT) return FLOATING_BUS;
    return this.slave.vector(this.slave.acknowledge());
  }

  reset(): void {
    this.slave.reset();
    this.master.reset();
  }

  peek(): Readonly<I8259PairState> {
    return { master: this.master.peek(), slave: this.slave.peek() };
  }

  save(): I8259PairState {
    return { master: this.master.save(), slave: this.slave.save() };
  }

  load(state: I8259PairState): void {
    this.slave.load(state.slave);
    this.master.load(state.master);
  }
}
