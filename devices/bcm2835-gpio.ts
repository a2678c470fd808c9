/**
 * The GPIO block of Broadcom's BCM2835 (Raspberry Pi): 54 pins at 0x3f200000, all their events on one interrupt.
 *
 * | offset | register        | bits of a pin | meaning                                                              |
 * |--------|-----------------|---------------|----------------------------------------------------------------------|
 * | 00-14  | GPFSEL0-5       | 3             | 0 input, 1 output, 4 5 6 7 3 2: alternate function 0 to 5             |
 * | 1C 20  | GPSET0-1        | 1             | write 1: the output latch goes high; reads 0                          |
 * | 28 2C  | GPCLR0-1        | 1             | write 1: the output latch goes low; reads 0                           |
 * | 34 38  | GPLEV0-1        | 1             | the pin's level; read only                                           |
 * | 40 44  | GPEDS0-1        | 1             | an event was detected; write 1 to clear                              |
 * | 4C 50  | GPREN0-1        | 1             | detect rising edges                                                  |
 * | 58 5C  | GPFEN0-1        | 1             | detect falling edges                                                 |
 * | 64 68  | GPHEN0-1        | 1             | detect a high level                                                  |
 * | 70 74  | GPLEN0-1        | 1             | detect a low level                                                   |
 * | 7C 80  | GPAREN0-1       | 1             | detect rising edges without sampling                                 |
 * | 88 8C  | GPAFEN0-1       | 1             | detect falling edges without sampling                                |
 * | 94     | GPPUD           | 1-0           | 0 no pull, 1 pull-down, 2 pull-up                                     |
 * | 98 9C  | GPPUDCLK0-1     | 1             | 0 to 1: the pin takes the pull that GPPUD says                        |
 *
 * A pin of an alternate function has nothing behind it here and is an input. Sampled and unsampled edges differ by
 * pulses shorter than a cycle of the system clock, which virtual time does not have.
 *
 * Source: Broadcom, BCM2835 ARM Peripherals, 6 February 2012, chapter 6; pull of each pin at reset: table 6-31.
 */
import { Chip } from './chip.ts';
import type { IrqLine, MemoryWindow } from './device.ts';

export const GPIO_BASE = 0x3f20_0000;
export const GPIO_PINS = 54;
const WINDOW = 0x1000;
/** Pins of the second register of each pair. */
const SECOND_BITS = (1 << (GPIO_PINS - 32)) - 1;

const FSEL_LAST = 0x14;
const FSEL_BITS = 0x3fff_ffff;
const FSEL_5_BITS = 0xfff;
const OUTPUT = 1;
const SET = 0x1c;
const CLEAR = 0x28;
const LEVEL = 0x34;
const EVENTS = 0x40;
const PULL = 0x94;
const PULL_CLOCK = 0x98;

/** Where each event enable register of pins 0-31 is. */
const ENABLES = {
  76: 'rising',
  88: 'falling',
  100: 'high',
  112: 'low',
  124: 'asyncRising',
  136: 'asyncFalling',
} as const;
type Enable = (typeof ENABLES)[keyof typeof ENABLES];

/** A bit a pin: [0] for pins 0-31, [1] for 32-53. */
type Bits = [number, number];

export type Pull = 'none' | 'down' | 'up';
const PULLS: readonly Pull[] = ['none', 'down', 'up', 'none'];
/** What the world outside does to a pin. */
export type Drive = 'low' | 'high' | 'open';

export interface Bcm2835GpioState {
  /** GPFSEL0-5. */
  select: number[];
  /** The output latches. */
  latch: Bits;
  /** Levels of the pins. */
  levels: Bits;
  events: Bits;
  enables: Record<Enable, Bits>;
  pullControl: number;
  pullClock: Bits;
  pulls: Pull[];
  drives: Drive[];
}

export class Bcm2835Gpio extends Chip<Bcm2835GpioState> {
  readonly name = 'gpio';
  readonly memory: readonly MemoryWindow[];
  private readonly irq: IrqLine;
  private readonly changed: ((pin: number, level: boolean) => void) | undefined;

  /** `changed` hears of each output pin's level: what a lamp would show. */
  constructor(options: { irq: IrqLine; changed?: (pin: number, level: boolean) => void }) {
    super(powerOn);
    this.irq = options.irq;
    this.changed = options.changed;
    this.memory = [
      {
        first: GPIO_BASE,
        last: GPIO_BASE + WINDOW - 1,
        read: (address, width) => this.readPart(address - GPIO_BASE, width),
        write: (address, value, width) => this.writePart(address - GPIO_BASE, value, width),
      },
    ];
  }

  /** The world outside drives a pin, or lets it go. Throws RangeError for a pin the chip has not. */
  drive(pin: number, drive: Drive): void {
    this.requirePin(pin);
    this.s.drives[pin] = drive;
    this.sample();
  }

  /**
   * A push button between a pin and the rail that the pin's pull leads away from, as its driver wants it wired: to
   * ground where the pull is up, else to 3.3 V. Which of them, the pull tells when the button goes down.
   */
  press(pin: number, down: boolean): void {
    this.requirePin(pin);
    this.drive(pin, !down ? 'open' : this.s.pulls[pin] === 'up' ? 'low' : 'high');
  }

  /** Level of a pin. */
  level(pin: number): boolean {
    this.requirePin(pin);
    return bit(this.s.levels, pin);
  }

  protected settle(): void {
    this.irq.set((this.s.events[0] | this.s.events[1]) !== 0);
  }

  override reset(): void {
    // Whoever holds a button down still does.
    const { drives } = this.s;
    super.reset();
    this.s.drives = drives;
    this.sample();
  }

  private requirePin(pin: number): void {
    if (!(Number.isInteger(pin) && pin >= 0 && pin < GPIO_PINS)) throw new RangeError(`a BCM2835 has no GPIO ${pin}`);
  }

  /** Levels as drivers, latches and pulls make them; then the events that this brings. */
  private sample(): void {
    const { s } = this;
    const before: Bits = [...s.levels];
    for (let pin = 0; pin < GPIO_PINS; pin++) putBit(s.levels, pin, this.levelOf(pin));
    for (const word of [0, 1] as const) {
      const rose = ~before[word] & s.levels[word];
      const fell = before[word] & ~s.levels[word];
      const { rising, asyncRising, falling, asyncFalling } = s.enables;
      s.events[word] |= (rose & (rising[word] | asyncRising[word])) | (fell & (falling[word] | asyncFalling[word]));
    }
    this.detectLevels();
    if (this.changed) this.tellOutputs(before);
  }

  private tellOutputs(before: Bits): void {
    for (let pin = 0; pin < GPIO_PINS; pin++) {
      const level = bit(this.s.levels, pin);
      if (level !== bit(before, pin) && this.functionOf(pin) === OUTPUT) this.changed?.(pin, level);
    }
  }

  /** 6.1, GPHENn: the event comes again for as long as the level lasts. */
  private detectLevels(): void {
    const { events, levels, enables } = this.s;
    for (const word of [0, 1] as const) {
      const mask = word === 0 ? -1 : SECOND_BITS;
      events[word] |= ((levels[word] & enables.high[word]) | (~levels[word] & enables.low[word])) & mask;
    }
    this.settle();
  }

  private levelOf(pin: number): boolean {
    const { latch, drives, pulls, levels } = this.s;
    if (this.functionOf(pin) === OUTPUT) return bit(latch, pin);
    const drive = drives[pin];
    if (drive !== 'open') return drive === 'high';
    // A pin that nobody drives or pulls keeps its charge.
    return pulls[pin] === 'none' ? bit(levels, pin) : pulls[pin] === 'up';
  }

  private functionOf(pin: number): number {
    return ((this.s.select[Math.floor(pin / 10)] ?? 0) >>> ((pin % 10) * 3)) & 7;
  }

  // Registers are 32 bits wide; a narrower read sees a part of one, a narrower write has its other bytes as they read.

  private readPart(offset: number, width: 1 | 2 | 4): number {
    const value = this.read(offset & ~3) >>> ((offset & 3) * 8);
    return width === 4 ? value : value & ((1 << (8 * width)) - 1);
  }

  private writePart(offset: number, value: number, width: 1 | 2 | 4): void {
    const at = offset & ~3;
    if (width === 4 && at === offset) {
      this.write(at, value | 0);
      return;
    }
    const shift = (offset & 3) * 8;
    const mask = (width === 4 ? -1 : (1 << (8 * width)) - 1) << shift;
    // What is written to set, clear and event registers acts by its ones alone.
    const acts = (at >= SET && at < LEVEL) || at === EVENTS || at === EVENTS + 4;
    const rest = acts ? 0 : this.read(at) & ~mask;
    this.write(at, rest | ((value << shift) & mask));
  }

  private read(at: number): number {
    const { s } = this;
    if (at <= FSEL_LAST) return s.select[at / 4] ?? 0;
    if (at === PULL) return s.pullControl;
    for (const [first, bits] of [
      [LEVEL, s.levels],
      [EVENTS, s.events],
      [PULL_CLOCK, s.pullClock],
    ] as const) {
      if (at === first || at === first + 4) return bits[at === first ? 0 : 1] >>> 0;
    }
    const enable = this.enableAt(at);
    return enable ? enable.bits[enable.word] >>> 0 : 0;
  }

  private enableAt(at: number): { bits: Bits; word: 0 | 1 } | undefined {
    for (const word of [0, 1] as const) {
      const name = ENABLES[(at - 4 * word) as keyof typeof ENABLES];
      if (name) return { bits: this.s.enables[name], word };
    }
    return undefined;
  }

  private write(at: number, value: number): void {
    const { s } = this;
    if (at <= FSEL_LAST) {
      s.select[at / 4] = (value & (at === FSEL_LAST ? FSEL_5_BITS : FSEL_BITS)) >>> 0;
      this.sample();
      return;
    }
    if (at === PULL) {
      s.pullControl = value & 3;
      return;
    }
    const pair = (first: number): 0 | 1 | undefined => (at === first ? 0 : at === first + 4 ? 1 : undefined);
    const existing = (word: 0 | 1) => (word === 0 ? value : value & SECOND_BITS);
    const [set, clear, events, clock] = [pair(SET), pair(CLEAR), pair(EVENTS), pair(PULL_CLOCK)];
    const enable = this.enableAt(at);
    if (set !== undefined) s.latch[set] |= existing(set);
    else if (clear !== undefined) s.latch[clear] &= ~value;
    else if (events !== undefined) s.events[events] &= ~value;
    else if (clock !== undefined) this.clockPulls(clock, existing(clock));
    else if (enable) enable.bits[enable.word] = existing(enable.word);
    else return;
    this.sample();
  }

  /** 6.1, GPPUDCLKn: the control signal of GPPUD is clocked into the pins whose clock rises. */
  private clockPulls(word: 0 | 1, value: number): void {
    const { s } = this;
    const rising = value & ~s.pullClock[word];
    s.pullClock[word] = value;
    for (let n = 0; n < 32; n++) {
      if (rising & (1 << n)) s.pulls[word * 32 + n] = PULLS[s.pullControl] ?? 'none';
    }
  }
}

function bit(bits: Readonly<Bits>, pin: number): boolean {
  return (bits[pin < 32 ? 0 : 1] & (1 << (pin & 31))) !== 0;
}

function putBit(bits: Bits, pin: number, level: boolean): void {
  const word = pin < 32 ? 0 : 1;
  bits[word] = level ? bits[word] | (1 << (pin & 31)) : bits[word] & ~(1 << (pin & 31));
}

/** Table 6-31: 0-8, 34-36 and 46-53 are pulled up, 28, 29, 44 and 45 not at all, the others down. */
function pullAtReset(pin: number): Pull {
  if (pin <= 8 || (pin >= 34 && pin <= 36) || pin >= 46) return 'up';
  return [28, 29, 44, 45].includes(pin) ? 'none' : 'down';
}

function powerOn(): Bcm2835GpioState {
  const none = (): Bits => [0, 0];
  const pulls = Array.from({ length: GPIO_PINS }, (_, pin) => pullAtReset(pin));
  const levels = none();
  pulls.forEach((pull, pin) => {
    putBit(levels, pin, pull === 'up');
  });
  return {
    select: [0, 0, 0, 0, 0, 0],
    latch: none(),
    levels,
    events: none(),
    enables: {
      rising: none(),
      falling: none(),
      high: none(),
      low: none(),
      asyncRising: none(),
      asyncFalling: none(),
    },
    pullControl: 0,
    pullClock: none(),
    pulls,
    drives: Array.from({ length: GPIO_PINS }, () => 'open' as const),
  };
}
