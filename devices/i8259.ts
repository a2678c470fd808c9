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
import { INTA_CYCLE, PortLatch } from './port-latch.ts';

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
  /** Interrupt mask register, as peek and save give it. */
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
  /** The non-specific EOI, and INTA, where they can wait. The CPU runs its INTA cycles at the master. */
  private readonly eoi: PortLatch;
  private readonly inta = new PortLatch(INTA_CYCLE);
  /** The input that INT is high for, or NONE. */
  private winner = NONE;
  // What the words that were written mean together; see reconsider().
  private levelTriggered = 0;
  private slaves = 0;
  private isPlain = false;
  private listener: I8259Listener | undefined;

  constructor(options: I8259Options) {
    super(powerOn);
    const { port, elcr } = options;
    this.name = options.name;
    this.int = options.int;
    this.master = options.master ?? true;
    this.inputs = Array.from({ length: 8 }, (_, n) => new Input(this, n));
    this.mask = new PortLatch(port + 1);
    this.mask.hold(this.s.imr);
    this.eoi = new PortLatch(port);
    const ports: PortWindow[] = [
      {
        first: port,
        last: port + 1,
        latches: this.master ? [this.mask, this.eoi, this.inta] : [this.mask, this.eoi],
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
    this.catchUp();
    return this.requests;
  }

  /** Whether INT is high. */
  get requesting(): boolean {
    this.catchUp();
    return this.winner !== NONE;
  }

  /** Hear of what polls take and EOIs end, at once; of INTA cycles who runs them knows. Undefined ends it. */
  listen(listener: I8259Listener | undefined): void {
    this.catchUp();
    this.listener = listener;
    this.reconsider();
  }

  /**
   * The CPU's INTA cycles: freeze the priorities, move the winner from the IRR to the ISR, and say which it was.
   * A request that left before INTA still gets an answer: level 7, with no ISR bit set (page 8, "default IR7").
   */
  acknowledge(): number {
    this.catchUp();
    const level = this.winner;
    if (level === NONE) return 7;
    this.take(level);
    this.update();
    return level;
  }

  /** From the IRR to the ISR. */
  private take(level: number): void {
    const { s } = this;
    const bit = 1 << level;
    s.edges &= ~bit;
    // Page 16: in AEOI the ISR bit falls at the trailing edge of the last INTA, so it is never seen set.
    if (!(s.icw4 & ICW4_AEOI)) s.isr |= bit;
    else if (s.rotateOnAutomaticEoi) s.lowest = level;
  }

  /** The byte on the data bus at the second INTA for the level acknowledged. */
  vector(level: number): number {
    return this.s.icw4 & ICW4_8086 ? (this.s.icw2 & 0xf8) | level : this.callAddress(level);
  }

  /** Page 10: in MCS-80 mode the second INTA gives the low byte of a CALL address, 4 or 8 bytes apart. */
  private callAddress(level: number): number {
    const { icw1 } = this.s;
    return icw1 & ICW1_ADI ? (icw1 & 0xe0) | (level << 2) : (icw1 & 0xc0) | (level << 3);
  }

  /** Whether this input leads to a slave, which then gives the vector in the master's place. */
  hasSlaveOn(level: number): boolean {
    return (this.slaves & (1 << level)) !== 0;
  }

  /** The cascade address this chip answers to as a slave. */
  get slaveId(): number {
    return this.s.icw3 & 7;
  }

  override peek(): Readonly<I8259State> {
    this.catchUp();
    this.s.imr = this.imr;
    return this.s;
  }

  protected settle(): void {
    for (const latch of [this.mask, this.eoi, this.inta]) latch.close();
    this.mask.hold(this.s.imr);
    this.winner = NONE;
    this.reconsider();
    if (this.winner === NONE) this.int.set(false);
  }

  /** A word was written, or somebody began or ceased to listen. */
  private reconsider(): void {
    const { s } = this;
    this.levelTriggered = s.icw1 & ICW1_LTIM ? 0xff : s.elcr;
    this.slaves = this.cascades ? s.icw3 : 0;
    // Plain: neither initialisation nor a poll is under way; an interrupt stays in service until an EOI, which ends the
    // highest whatever the mask is; and nobody wants to hear of it at once.
    const isSet = s.expects === 1 && !s.poll;
    const isUsual = (s.icw4 & (ICW4_8086 | ICW4_AEOI)) === ICW4_8086 && !s.specialMask;
    this.isPlain = isSet && isUsual && this.listener === undefined;
    this.update();
  }

  /** Drives INT, and says what may be done without this chip. */
  private update(): void {
    const { s, mask, eoi, inta, winner: before } = this;
    const imr = mask.byte;
    const requests = s.lines & (s.edges | this.levelTriggered);
    const winner = (requests & ~imr) === 0 ? NONE : this.resolve(requests & ~imr);
    this.winner = winner;
    if (!this.isPlain) this.showMask();
    else if (requests === 0) {
      // While no request waits, neither the mask nor what is in service makes a difference outside.
      mask.free(imr);
      eoi.letWait(OCW2_EOI);
      inta.close();
    } else {
      mask.hold(imr);
      eoi.close();
      // Nothing ranks above a winner in service, so that INT falls. A slave has a part in the cycle, which cannot wait.
      if (winner !== NONE && !this.hasSlaveOn(winner)) inta.letWait((s.icw2 & 0xf8) | winner);
      else inta.close();
    }
    const level = winner !== NONE;
    if (level !== (before !== NONE)) this.int.set(level);
  }

  /** In modes that are not plain there is no more to show. */
  private showMask(): void {
    if (this.s.poll) this.mask.close();
    else this.mask.hold(this.imr);
    this.eoi.close();
    this.inta.close();
  }

  /** What was let wait is done now, before anything else happens to the chip. Which one waits, update() says. */
  private catchUp(): void {
    if (this.winner === NONE) {
      if (this.eoi.isMade) this.endNow();
    } else if (this.inta.isMade) this.takeNow();
  }

  private endNow(): void {
    this.eoi.close();
    this.endService(this.highest(this.s.isr));
  }

  /** The CPU has taken INT for low since. */
  private takeNow(): void {
    this.inta.close();
    this.take(this.winner);
    this.winner = NONE;
  }

  private get requests(): number {
    return this.s.lines & (this.s.edges | this.levelTriggered);
  }

  /** Writes of the mask may be taken without this chip being told, so it lives in the latch. */
  private get imr(): number {
    return this.mask.byte;
  }

  /** For the chip's inputs. */
  input(n: number, level: boolean): void {
    const { s } = this;
    const bit = 1 << n;
    if (((s.lines & bit) !== 0) === level) return;
    this.catchUp();
    s.lines ^= bit;
    s.edges = level ? s.edges | bit : s.edges & ~bit;
    this.update();
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

  /** The priority resolver: which of these requests is higher than all that is in service, or NONE. */
  private resolve(requests: number): number {
    const level = this.highest(requests);
    return this.s.isr === 0 || level === NONE || this.outranksService(level) ? level : NONE;
  }

  /** Whether this level interrupts what is in service. */
  private outranksService(level: number): boolean {
    const { isr, specialMask, icw4 } = this.s;
    // Page 15: in special mask mode a level in service that is masked holds nobody back.
    const busy = this.highest(specialMask ? isr & ~this.imr : isr);
    if (busy === NONE || this.rank(level) < this.rank(busy)) return true;
    // Page 17: in special fully nested mode a slave in service is not locked out from the master's priority logic.
    return level === busy && (icw4 & ICW4_SFNM) !== 0 && this.hasSlaveOn(level);
  }

  private read(offset: number): number {
    this.catchUp();
    if (this.s.poll) return this.readPoll();
    if (offset === 1) return this.imr;
    return this.s.readIsr ? this.s.isr : this.requests;
  }

  /** Page 16, poll command: the read is an INTA that says which level it took, with bit 7, or 0 for none. */
  private readPoll(): number {
    this.s.poll = false;
    const level = this.winner === NONE ? NONE : this.acknowledge();
    this.reconsider();
    if (level === NONE) return 0;
    this.listener?.acknowledged(this.vector(level));
    return 0x80 | level;
  }

  private writeCommand(value: number): void {
    this.catchUp();
    if (value & ICW1) this.writeIcw1(value);
    else if (value & OCW3) this.writeOcw3(value);
    else this.writeOcw2(value);
    this.reconsider();
  }

  private writeData(value: number): void {
    this.catchUp();
    switch (this.s.expects) {
      case 1:
        this.mask.hold(value);
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
    this.reconsider();
  }

  /** Page 10, items a to f of what ICW1 starts. */
  private writeIcw1(value: number): void {
    const s = this.s;
    s.icw1 = value;
    s.edges = 0;
    this.mask.hold(0);
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
    this.endService(level);
    if (rotate && level !== NONE) s.lowest = level;
  }

  private endService(level: number): void {
    if (level === NONE) return;
    const bit = 1 << level;
    if (this.s.isr & bit) this.listener?.ended(level);
    this.s.isr &= ~bit;
  }

  private writeOcw3(value: number): void {
    const s = this.s;
    if (value & OCW3_ESMM) s.specialMask = (value & OCW3_SMM) !== 0;
    if (value & OCW3_POLL) s.poll = true;
    if (value & OCW3_RR) s.readIsr = (value & OCW3_RIS) !== 0;
  }

  private writeElcr(value: number): void {
    this.catchUp();
    this.s.elcr = value;
    this.reconsider();
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
  /** An EOI command took this level out of service: 0 to 7 of the chip, of the pair 0 to 15. */
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
    this.master.listen(listener);
    this.slave.listen(
      listener && {
        acknowledged: (vector) => listener.acknowledged(vector),
        ended: (level) => listener.ended(level + 8),
      },
    );
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
