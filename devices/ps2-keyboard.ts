/**
 * A 104-key PS/2 keyboard: scan code sets 1, 2 and 3, typematic, lights, and a buffer of 16 bytes.
 *
 * | command   | answer       | meaning                                                                |
 * |-----------|--------------|------------------------------------------------------------------------|
 * | ED lights | FA, FA       | bit 0 scroll lock, 1 num lock, 2 caps lock                             |
 * | EE        | EE           | echo                                                                   |
 * | F0 set    | FA, FA       | use that set; 0 asks: FA, FA, set                                      |
 * | F2        | FA AB 83     | identify                                                               |
 * | F3 rate   | FA, FA       | typematic: bits 6-5 delay, 4-0 rate                                    |
 * | F4        | FA           | clear the buffer, start scanning                                       |
 * | F5        | FA           | defaults, stop scanning                                                |
 * | F6        | FA           | defaults                                                               |
 * | F7-FA     | FA           | set 3: all keys typematic, make-break, make, typematic and make-break  |
 * | FB-FD key | FA, FA       | set 3: one key typematic, make-break, make                             |
 * | FE        | last byte    | resend                                                                 |
 * | FF        | FA, AA       | reset and self-test                                                    |
 *
 * It has no ports: the 8042 is given it. Source: IBM PS/2 Hardware Interface Technical Reference, "Keyboards (101- and
 * 102-Key)".
 */
import { Chip } from './chip.ts';
import { instructionsIn } from './crystal.ts';
import type { Alarm, Clock } from './device.ts';
import { KEYS, type KeyName, type KeyType, keyNamed } from './keys.ts';
import type { Ps2Device } from './ps2.ts';
import { type Modifiers, type ScanCodeSet, strokesFor } from './scan-codes.ts';

const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
const ECHO = 0xee;
const SELF_TEST_PASSED = 0xaa;
const IDENTITY = [0xab, 0x83];

const SET_LIGHTS = 0xed;
const SELECT_SET = 0xf0;
const IDENTIFY = 0xf2;
const SET_TYPEMATIC = 0xf3;
const ENABLE = 0xf4;
const DISABLE = 0xf5;
const SET_DEFAULTS = 0xf6;
const ALL_KEYS = 0xf7;
const ONE_KEY = 0xfb;
const ONE_KEY_LAST = 0xfd;
const RESET = 0xff;

const BUFFER_BYTES = 16;
/** 500 ms, then 10.9 a second. */
const DEFAULT_TYPEMATIC = 0x2b;
const NUM_LOCK_LIGHT = 0x02;
/** A real keyboard takes 300 to 500 ms; a guest that polls a counted number of times should not have to. */
const SELF_TEST_MICROSECONDS = 1000;

/** What F7, F8 and F9 make of every key, and FB, FC and FD of one. */
const TYPES = ['typematic', 'make-break', 'make'] as const;

/** A set 3 key that repeats and also reports its break: what command FA sets. */
type Reporting = KeyType | 'typematic-break';

export interface Ps2KeyboardState {
  set: ScanCodeSet;
  scanning: boolean;
  lights: number;
  typematic: number;
  /** How each key of KEYS reports in set 3. */
  reporting: Reporting[];
  /** Keys that are held, in the order in which they went down. */
  held: KeyName[];
  /** Print Screen went down as SysRq, with alt. */
  sysRq: boolean;
  /** Scan codes not yet sent, next one first. */
  buffer: number[];
  /** Answers to commands; they go before scan codes. */
  answers: number[];
  lastSent: number;
  /** A command that waits for its second byte. */
  command: number | null;
  /** The key that repeats, and when it will next. */
  repeating: { key: KeyName; at: number } | null;
  selfTestAt: number | null;
}

export interface Ps2KeyboardOptions {
  clock: Clock;
}

export class Ps2Keyboard extends Chip<Ps2KeyboardState> implements Ps2Device {
  readonly name = 'ps2-keyboard';
  private readonly clock: Clock;
  private readonly repeat: Alarm;
  private readonly selfTest: Alarm;
  private wake: () => void = () => {};

  constructor(options: Ps2KeyboardOptions) {
    super(powerOn);
    this.clock = options.clock;
    this.repeat = this.clock.alarm('ps2-keyboard.typematic', () => this.repeatKey());
    this.selfTest = this.clock.alarm('ps2-keyboard.self-test', () => this.finishSelfTest());
  }

  /** A person presses a key. One that is already down stays down. Throws RangeError for a key the board has not. */
  press(key: KeyName): void {
    keyNamed(key);
    if (this.s.held.includes(key)) return;
    this.s.held.push(key);
    if (!this.s.scanning) return;
    this.report(key, true);
    this.startRepeating(key);
  }

  /** A person lets a key go. */
  release(key: KeyName): void {
    const at = this.s.held.indexOf(key);
    if (at < 0) return;
    this.s.held.splice(at, 1);
    if (this.s.repeating?.key === key) this.stopRepeating();
    if (this.s.scanning) this.report(key, false);
  }

  /** Whether all it had to say has been taken. A host that types text waits for this before each stroke. */
  get idle(): boolean {
    return !this.waiting;
  }

  /** Lights: bit 0 scroll lock, bit 1 num lock, bit 2 caps lock. */
  get lights(): number {
    return this.s.lights;
  }

  get waiting(): boolean {
    return this.s.answers.length > 0 || this.s.buffer.length > 0;
  }

  send(): number {
    const byte = this.s.answers.shift() ?? this.s.buffer.shift() ?? 0;
    this.s.lastSent = byte;
    return byte;
  }

  receive(byte: number): void {
    const { command } = this.s;
    this.s.command = null;
    // A byte from the host cuts a longer answer short, but not what acknowledges the bytes before.
    this.s.answers = this.s.answers.filter((answer) => answer === ACKNOWLEDGE);
    // A byte that looks like a command is one, even where the second byte of another was expected.
    if (command !== null && this.takeParameter(command, byte)) return;
    this.takeCommand(byte);
  }

  attach(wake: () => void): void {
    this.wake = wake;
  }

  protected settle(): void {
    const { repeating, selfTestAt } = this.s;
    if (repeating) this.repeat.set(repeating.at);
    else this.repeat.clear();
    if (selfTestAt !== null) this.selfTest.set(selfTestAt);
    else this.selfTest.clear();
  }

  // Commands.

  private takeCommand(byte: number): void {
    switch (byte) {
      case SET_LIGHTS:
      case SELECT_SET:
      case SET_TYPEMATIC:
        this.s.command = byte;
        this.answer(ACKNOWLEDGE);
        break;
      case ECHO:
        this.answer(ECHO);
        break;
      case IDENTIFY:
        this.answer(ACKNOWLEDGE, ...IDENTITY);
        break;
      case ENABLE:
        this.s.buffer = [];
        this.s.scanning = true;
        this.answer(ACKNOWLEDGE);
        break;
      case DISABLE:
      case SET_DEFAULTS:
        this.setDefaults();
        this.s.scanning = byte === SET_DEFAULTS;
        this.answer(ACKNOWLEDGE);
        break;
      case RESEND:
        this.answer(this.s.lastSent);
        break;
      case RESET:
        this.setDefaults();
        this.s.scanning = false;
        this.s.answers = [];
        this.s.selfTestAt = this.clock.now + instructionsIn(this.clock, SELF_TEST_MICROSECONDS);
        this.selfTest.set(this.s.selfTestAt);
        this.answer(ACKNOWLEDGE);
        break;
      default:
        if (byte >= ALL_KEYS && byte <= ONE_KEY_LAST) this.takeReportingCommand(byte);
        else this.answer(RESEND);
    }
  }

  /** F7-FA for all keys, FB-FD for one, whose set 3 code follows. */
  private takeReportingCommand(byte: number): void {
    if (byte >= ONE_KEY) this.s.command = byte;
    else this.s.reporting.fill(TYPES[byte - ALL_KEYS] ?? 'typematic-break');
    this.answer(ACKNOWLEDGE);
  }

  /** The second byte of a command; false if it cannot be one. */
  private takeParameter(command: number, byte: number): boolean {
    switch (command) {
      case SET_LIGHTS:
        if (byte > 7) return false;
        this.s.lights = byte;
        this.answer(ACKNOWLEDGE);
        return true;
      case SET_TYPEMATIC:
        if (byte > 0x7f) return false;
        this.s.typematic = byte;
        this.answer(ACKNOWLEDGE);
        return true;
      case SELECT_SET:
        if (byte > 3) return false;
        this.answer(ACKNOWLEDGE);
        if (byte === 0) this.answer(this.s.set);
        else this.s.set = byte as ScanCodeSet;
        return true;
      default: {
        const index = KEYS.findIndex((key) => key.set3 === byte);
        const type = TYPES[command - ONE_KEY];
        if (index < 0 || type === undefined) return false;
        this.s.reporting[index] = type;
        // The list goes on, a key a byte, until the next command ends it.
        this.s.command = command;
        this.answer(ACKNOWLEDGE);
        return true;
      }
    }
  }

  private answer(...bytes: number[]): void {
    this.s.answers.push(...bytes);
    this.wake();
  }

  private setDefaults(): void {
    const { s } = this;
    s.set = 2;
    s.typematic = DEFAULT_TYPEMATIC;
    s.reporting = defaultReporting();
    s.buffer = [];
    this.stopRepeating();
  }

  private finishSelfTest(): void {
    this.s.selfTestAt = null;
    this.s.lights = 0;
    this.s.scanning = true;
    this.answer(SELF_TEST_PASSED);
  }

  // Scan codes.

  private report(key: KeyName, down: boolean): void {
    const { s } = this;
    if (s.set === 3) {
      const how = this.reportingOf(key);
      if (!down && (how === 'make' || how === 'typematic')) return;
    }
    if (key === 'print-screen' && down) s.sysRq = this.modifiers.alt;
    for (const byte of strokesFor(key, down, s.set, this.modifiers)) this.put(byte);
    this.wake();
  }

  private get modifiers(): Modifiers {
    const held = (key: KeyName) => this.s.held.includes(key);
    return {
      leftShift: held('left-shift'),
      rightShift: held('right-shift'),
      control: held('left-control') || held('right-control'),
      alt: held('left-alt') || held('right-alt'),
      numLock: (this.s.lights & NUM_LOCK_LIGHT) !== 0,
      sysRq: this.s.sysRq,
    };
  }

  private reportingOf(key: KeyName): Reporting {
    return this.s.reporting[KEYS.findIndex(({ name }) => name === key)] ?? 'typematic';
  }

  /** A full buffer takes one more byte, which says that keys were lost: 00, or FF in set 1. */
  private put(byte: number): void {
    const { buffer, set } = this.s;
    if (buffer.length < BUFFER_BYTES) buffer.push(byte);
    else if (buffer.length === BUFFER_BYTES) buffer.push(set === 1 ? 0xff : 0x00);
  }

  // Typematic.

  private startRepeating(key: KeyName): void {
    const how = this.s.set === 3 ? this.reportingOf(key) : 'typematic';
    // Pause reports its break together with its make, so there is nothing to repeat.
    if (key === 'pause' || how === 'make' || how === 'make-break') {
      this.stopRepeating();
      return;
    }
    this.repeatAfter(key, ((this.s.typematic >> 5) + 1) * 250_000);
  }

  private repeatKey(): void {
    const key = this.s.repeating?.key;
    if (key === undefined || !this.s.scanning) {
      this.stopRepeating();
      return;
    }
    this.report(key, true);
    // "Period": (8 + A) * 2^B * 4.17 ms, A bits 2-0 and B bits 4-3.
    const { typematic } = this.s;
    this.repeatAfter(key, (8 + (typematic & 7)) * 2 ** ((typematic >> 3) & 3) * 4170);
  }

  private repeatAfter(key: KeyName, microseconds: number): void {
    const at = this.clock.now + instructionsIn(this.clock, microseconds);
    this.s.repeating = { key, at };
    this.repeat.set(at);
  }

  private stopRepeating(): void {
    this.s.repeating = null;
    this.repeat.clear();
  }
}

function defaultReporting(): Reporting[] {
  return KEYS.map((key) => key.type);
}

// The self-test that a real keyboard makes at power-on is taken as over, its AA as read.
function powerOn(): Ps2KeyboardState {
  return {
    set: 2,
    scanning: true,
    lights: 0,
    typematic: DEFAULT_TYPEMATIC,
    reporting: defaultReporting(),
    held: [],
    sysRq: false,
    buffer: [],
    answers: [],
    lastSent: SELF_TEST_PASSED,
    command: null,
    repeating: null,
    selfTestAt: null,
  };
}
