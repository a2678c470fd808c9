/**
 * A PS/2 mouse with two buttons, or as Microsoft's IntelliMouse with three and a wheel.
 *
 * | command       | answer           | meaning                                                       |
 * |---------------|------------------|---------------------------------------------------------------|
 * | E6, E7        | FA               | scaling 1:1, 2:1 (of what stream mode reports)                |
 * | E8 resolution | FA, FA           | 0-3: 1, 2, 4, 8 counts a millimetre                           |
 * | E9            | FA and 3 bytes   | status: modes and buttons, resolution, sample rate            |
 * | EA, F0        | FA               | stream mode, remote mode                                      |
 * | EB            | FA and a report  | read data                                                     |
 * | EC, EE        | FA               | leave wrap mode, enter it: every byte comes back              |
 * | F2            | FA, id           | 00, or 03 after the sample rates 200, 100, 80 in turn         |
 * | F3 rate       | FA, FA           | 10, 20, 40, 60, 80, 100, 200 reports a second                 |
 * | F4, F5        | FA               | enable, disable reporting (stream mode)                       |
 * | F6            | FA               | defaults                                                      |
 * | FE            | last answer      | resend                                                        |
 * | FF            | FA, AA, id       | reset and self-test                                           |
 *
 * | report | bits                                                                                          |
 * |--------|-----------------------------------------------------------------------------------------------|
 * | 1      | 7 y overflow, 6 x overflow, 5 y sign, 4 x sign, 3 always 1, 2 middle, 1 right, 0 left button   |
 * | 2, 3   | x to the right, y away from the person                                                        |
 * | 4      | with a wheel: its steps, towards the person positive, -8 to 7                                 |
 *
 * It has no ports: the 8042 is given it. Source: IBM PS/2 Hardware Interface Technical Reference, "Mouse"; Microsoft,
 * "Wheel Mouse Support", for id 03.
 */
import { Chip } from './chip.ts';
import { instructionsIn } from './crystal.ts';
import type { Alarm, Clock } from './device.ts';
import type { Ps2Device } from './ps2.ts';

const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
const ERROR = 0xfc;
const SELF_TEST_PASSED = 0xaa;

const SCALING_1 = 0xe6;
const SCALING_2 = 0xe7;
const SET_RESOLUTION = 0xe8;
const STATUS = 0xe9;
const STREAM = 0xea;
const READ_DATA = 0xeb;
const LEAVE_WRAP = 0xec;
const ENTER_WRAP = 0xee;
const REMOTE = 0xf0;
const IDENTIFY = 0xf2;
const SET_RATE = 0xf3;
const ENABLE = 0xf4;
const DISABLE = 0xf5;
const DEFAULTS = 0xf6;
const RESET = 0xff;

const RATES = [10, 20, 40, 60, 80, 100, 200];
/** Sample rates that, set one after another, ask for the wheel. */
const WHEEL_KNOCK = [200, 100, 80];
const WHEEL_ID = 3;

const COUNTS_AT_2_1 = [0, 1, 1, 3, 6, 9];
const OVERFLOW = 255;
/** A real mouse takes 300 to 500 ms; a guest that polls a counted number of times should not have to. */
const SELF_TEST_MICROSECONDS = 1000;

export type MouseButton = 'left' | 'right' | 'middle';
const BUTTONS: Record<MouseButton, number> = { left: 1, right: 2, middle: 4 };

export interface Ps2MouseState {
  /** 0, or 3 once it has been asked for its wheel. */
  id: number;
  remote: boolean;
  wrap: boolean;
  reporting: boolean;
  scaling2: boolean;
  resolution: number;
  rate: number;
  /** The last three sample rates set. */
  knock: number[];
  /** Buttons that are down, as bits of a report. */
  buttons: number;
  /** Buttons as last reported. */
  reported: number;
  /** Counts since the last report. */
  x: number;
  y: number;
  wheel: number;
  /** Acknowledgements to send; they go first. */
  acknowledgements: number;
  /** What follows them: the rest of an answer, or a report. */
  outgoing: number[];
  /** What a resend gives: the last answer or report. */
  last: number[];
  command: number | null;
  /** That byte has come once already, and was out of range. */
  retried: boolean;
  /** The earliest time of the next report in stream mode, and whether the alarm for it is set. */
  nextReport: number;
  reportDue: boolean;
  selfTestAt: number | null;
}

export class Ps2Mouse extends Chip<Ps2MouseState> implements Ps2Device {
  readonly name = 'ps2-mouse';
  private readonly clock: Clock;
  private readonly sample: Alarm;
  private readonly selfTest: Alarm;
  private wake: () => void = () => {};

  constructor(options: { clock: Clock }) {
    super(powerOn);
    this.clock = options.clock;
    this.sample = this.clock.alarm('ps2-mouse.sample', () => this.reportNow());
    this.selfTest = this.clock.alarm('ps2-mouse.self-test', () => this.finishSelfTest());
  }

  /** A person moves it: counts to the right and away, at 4 counts a millimetre; steps of the wheel, towards positive. */
  move(right: number, away: number, wheel = 0): void {
    const { s } = this;
    const scale = 2 ** (s.resolution - 2);
    s.x += right * scale;
    s.y += away * scale;
    s.wheel += wheel;
    this.stream();
  }

  press(button: MouseButton): void {
    this.s.buttons |= BUTTONS[button];
    this.stream();
  }

  release(button: MouseButton): void {
    this.s.buttons &= ~BUTTONS[button];
    this.stream();
  }

  get waiting(): boolean {
    return this.s.acknowledgements > 0 || this.s.outgoing.length > 0;
  }

  send(): number {
    const { s } = this;
    const isAcknowledgement = s.acknowledgements > 0;
    if (isAcknowledgement) s.acknowledgements--;
    const byte = isAcknowledgement ? ACKNOWLEDGE : (s.outgoing.shift() ?? 0);
    if (!this.waiting) this.stream();
    return byte;
  }

  receive(byte: number): void {
    const { s } = this;
    // A byte from the host cuts reports and longer answers short, but not what acknowledges the bytes before.
    s.outgoing = [];
    if (s.wrap && byte !== LEAVE_WRAP && byte !== RESET) {
      this.say(byte);
      return;
    }
    const { command } = s;
    s.command = null;
    if (command === null) this.takeCommand(byte);
    else this.takeParameter(command, byte);
  }

  attach(wake: () => void): void {
    this.wake = wake;
  }

  protected settle(): void {
    const { reportDue, nextReport, selfTestAt } = this.s;
    if (reportDue) this.sample.set(nextReport);
    else this.sample.clear();
    if (selfTestAt !== null) this.selfTest.set(selfTestAt);
    else this.selfTest.clear();
  }

  private acknowledge(...rest: number[]): void {
    this.s.acknowledgements++;
    this.say(...rest);
    this.s.last = [ACKNOWLEDGE, ...rest];
  }

  private say(...bytes: number[]): void {
    this.s.last = bytes;
    this.s.outgoing.push(...bytes);
    this.wake();
  }

  private takeCommand(byte: number): void {
    const { s } = this;
    switch (byte) {
      case SCALING_1:
      case SCALING_2:
        s.scaling2 = byte === SCALING_2;
        break;
      case SET_RESOLUTION:
      case SET_RATE:
        s.command = byte;
        s.retried = false;
        break;
      case STATUS:
        this.acknowledge(this.status, s.resolution, s.rate);
        return;
      case STREAM:
      case REMOTE:
        s.remote = byte === REMOTE;
        this.forget();
        break;
      case READ_DATA:
        this.acknowledge(...this.takeReport(false));
        return;
      case LEAVE_WRAP:
      case ENTER_WRAP:
        s.wrap = byte === ENTER_WRAP;
        this.forget();
        break;
      case IDENTIFY:
        this.acknowledge(s.id);
        return;
      case ENABLE:
      case DISABLE:
        s.reporting = byte === ENABLE;
        this.forget();
        break;
      case DEFAULTS:
        this.setDefaults();
        break;
      case RESEND:
        this.say(...s.last);
        return;
      case RESET:
        this.setDefaults();
        s.id = 0;
        s.selfTestAt = this.clock.now + instructionsIn(this.clock, SELF_TEST_MICROSECONDS);
        this.settle();
        break;
      default:
        this.say(RESEND);
        return;
    }
    this.acknowledge();
  }

  /** "Error handling": a byte out of range is asked for again (FE), once; the second time the command is over (FC). */
  private takeParameter(command: number, byte: number): void {
    const { s } = this;
    if (command === SET_RESOLUTION && byte <= 3) {
      s.resolution = byte;
    } else if (command === SET_RATE && RATES.includes(byte)) {
      s.rate = byte;
      s.knock = [...s.knock.slice(-2), byte];
      if (WHEEL_KNOCK.every((rate, i) => rate === s.knock[i])) s.id = WHEEL_ID;
    } else if (!s.retried) {
      s.retried = true;
      s.command = command;
      this.say(RESEND);
      return;
    } else {
      this.say(ERROR);
      return;
    }
    this.acknowledge();
  }

  private get status(): number {
    const { remote, reporting, scaling2, buttons } = this.s;
    const pressed =
      (buttons & BUTTONS.left ? 4 : 0) | (buttons & BUTTONS.middle ? 2 : 0) | (buttons & BUTTONS.right ? 1 : 0);
    return (remote ? 0x40 : 0) | (reporting ? 0x20 : 0) | (scaling2 ? 0x10 : 0) | pressed;
  }

  private setDefaults(): void {
    Object.assign(this.s, { remote: false, wrap: false, reporting: false, scaling2: false, resolution: 2, rate: 100 });
    this.s.knock = [];
    this.forget();
  }

  private forget(): void {
    Object.assign(this.s, { x: 0, y: 0, wheel: 0, reported: this.s.buttons, reportDue: false });
    this.sample.clear();
  }

  private finishSelfTest(): void {
    this.s.selfTestAt = null;
    this.say(SELF_TEST_PASSED, this.s.id);
  }

  // Reports.

  private get hasNews(): boolean {
    const { x, y, wheel, buttons, reported, id } = this.s;
    return Math.trunc(x) !== 0 || Math.trunc(y) !== 0 || (id === WHEEL_ID && wheel !== 0) || buttons !== reported;
  }

  /** Stream mode: news is reported at once, but not more often than the sample rate says. */
  private stream(): void {
    const { s } = this;
    if (s.remote || s.wrap || !s.reporting || s.reportDue || this.waiting || !this.hasNews) return;
    s.reportDue = true;
    s.nextReport = Math.max(s.nextReport, this.clock.now);
    this.sample.set(s.nextReport);
  }

  private reportNow(): void {
    const { s } = this;
    s.reportDue = false;
    // While the last one is still being sent, the counts go on adding up; send() comes back here.
    if (this.waiting) return;
    s.nextReport = this.clock.now + instructionsIn(this.clock, 1_000_000 / s.rate);
    this.say(...this.takeReport(s.scaling2));
  }

  /** What has happened since the last report, as far as it fits into one; the rest stays for the next. */
  private takeReport(scaling2: boolean): number[] {
    const { s } = this;
    const take = (axis: 'x' | 'y') => {
      const counts = Math.trunc(s[axis]);
      s[axis] -= counts;
      const scaled = scaling2 ? scaleTwoToOne(counts) : counts;
      return { value: Math.max(-256, Math.min(OVERFLOW, scaled)), overflow: scaled < -256 || scaled > OVERFLOW };
    };
    const [x, y] = [take('x'), take('y')];
    const wheel = Math.max(-8, Math.min(7, s.wheel));
    s.wheel -= wheel;
    s.reported = s.buttons;
    const first =
      0x08 |
      s.buttons |
      (x.value < 0 ? 0x10 : 0) |
      (y.value < 0 ? 0x20 : 0) |
      (x.overflow ? 0x40 : 0) |
      (y.overflow ? 0x80 : 0);
    return [first, x.value & 0xff, y.value & 0xff, ...(s.id === WHEEL_ID ? [wheel & 0xff] : [])];
  }
}

/** "Scaling 2:1": small movements count less, larger ones twice. */
function scaleTwoToOne(counts: number): number {
  const size = Math.abs(counts);
  return Math.sign(counts) * (COUNTS_AT_2_1[size] ?? size * 2);
}

function powerOn(): Ps2MouseState {
  return {
    id: 0,
    remote: false,
    wrap: false,
    reporting: false,
    scaling2: false,
    resolution: 2,
    rate: 100,
    knock: [],
    buttons: 0,
    reported: 0,
    x: 0,
    y: 0,
    wheel: 0,
    acknowledgements: 0,
    outgoing: [],
    last: [SELF_TEST_PASSED, 0],
    command: null,
    retried: false,
    nextReport: 0,
    reportDue: false,
    selfTestAt: null,
  };
}
