/**
 * Intel 8042 with the PS/2's program: the keyboard and mouse controller.
 *
 * | port | read           | write                                                     |
 * |------|----------------|-----------------------------------------------------------|
 * | 0x60 | output buffer  | data for the command before, else a byte for the keyboard |
 * | 0x64 | status         | command                                                   |
 *
 * | status bit | name |                                    | command byte bit | name |                        |
 * |------------|------|------------------------------------|------------------|------|------------------------|
 * | 0          | OBF  | output buffer full                 | 0                | INT  | IRQ 1 on OBF           |
 * | 1          | IBF  | input buffer full: a write is worked on | 1                | INT2 | IRQ 12 on AUXB         |
 * | 2          | SYS  | as in the command byte             | 2                | SYS  | system flag            |
 * | 3          | C/D  | the last write was to 0x64         | 3                | INH  | override the key lock  |
 * | 4          | KEYL | 0: the key lock is locked          | 4                | EN   | 1: keyboard disabled   |
 * | 5          | AUXB | the byte is of the aux port        | 5                | EN2  | 1: aux port disabled   |
 * | 6          | TO   | nobody answered                    | 6                | XLAT | translate to set 1     |
 *
 * | command    |                                            | command |                                         |
 * |------------|--------------------------------------------|---------|-----------------------------------------|
 * | 20-3F      | read RAM; 20 is the command byte           | C0      | read the input port                     |
 * | 60-7F      | write RAM; 60 is the command byte          | C1, C2  | input port bits 0-3, 4-7 to status 4-7   |
 * | A4, A5, A6 | password: is there one, load, enable       | D0, D1  | read, write the output port             |
 * | A7, A8     | disable, enable the aux port               | D2, D3  | put a byte in the output buffer as if of |
 * | A9, AB     | test the aux, keyboard interface           |         | the keyboard, of the aux port           |
 * | AA         | self-test: 55                              | D4      | send a byte to the aux port             |
 * | AD, AE     | disable, enable the keyboard               | E0      | read the test inputs (clock lines)      |
 * |            |                                            | F0-FF   | pulse output port bits 0-3; 0 is reset   |
 *
 * A byte from a device takes the time of its eleven bits, and the device waits while the output buffer is full.
 *
 * Source: IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device Controller".
 */
import { Chip } from './chip.ts';
import { instructionsIn } from './crystal.ts';
import type { Alarm, Clock, IrqLine, PortWindow } from './device.ts';
import { set1Of } from './keys.ts';
import { pulse } from './line.ts';
import type { Ps2Device } from './ps2.ts';

const DATA = 0x60;
const COMMAND = 0x64;

const STATUS_OBF = 0x01;
const STATUS_IBF = 0x02;
const STATUS_COMMAND = 0x08;
const STATUS_UNLOCKED = 0x10;
const STATUS_AUXB = 0x20;
const STATUS_TIMEOUT = 0x40;

const INT = 0x01;
const INT2 = 0x02;
const SYS = 0x04;
const OVERRIDE_LOCK = 0x08;
const DISABLE_KEYBOARD = 0x10;
const DISABLE_AUX = 0x20;
const TRANSLATE = 0x40;

const PORT_RESET = 0x01;
const PORT_A20 = 0x02;
const PORT_IRQ1 = 0x10;
const PORT_IRQ12 = 0x20;

/** Input port: no manufacturing jumper, colour display, 512 KB of RAM on the board, both data lines high. */
const INPUT_PORT = 0x33;
const INPUT_UNLOCKED = 0x80;

/** RAM bytes that the password has: told at its enabling and at its match, and two make codes it passes over. */
const RAM_SECURITY_ON = 0x13;
const RAM_SECURITY_OFF = 0x14;
const RAM_IGNORED = [0x16, 0x17];

const BREAK = 0xf0;
const NO_ANSWER = 0xfe;
const SELF_TEST_PASSED = 0x55;
const PASSWORD_INSTALLED = 0xfa;
const NO_PASSWORD = 0xf1;
const PASSWORD_BYTES = 8;

/** The 8042's program notices a write and acts on it; a writer that does not wait is served all the same. */
const INPUT_MICROSECONDS = 10;
/** Eleven bits at the 16.7 kHz of a fast device. */
const BYTE_MICROSECONDS = 660;

type Source = 'controller' | 'keyboard' | 'aux';

/** A byte for the output buffer. */
interface Outgoing {
  byte: number;
  source: Source;
  timeout: boolean;
}

export interface I8042State {
  /** 32 bytes; the first is the command byte. */
  ram: number[];
  /** What is, or was last, in the output buffer. */
  output: Outgoing;
  full: boolean;
  /** What waits for the buffer to be read. */
  next: Outgoing[];
  lastWriteWasCommand: boolean;
  /** Until when the input buffer shows full. */
  inputUntil: number;
  /** The command whose data byte comes next. */
  command: number | null;
  /** Bits 0-3, 6 and 7; bits 4 and 5 are the interrupt lines. */
  outputPort: number;
  /** Nibble that C1 or C2 shows in status bits 4-7, until the next write. */
  shownNibble: number | null;
  keyLocked: boolean;
  /** A byte on its way from a device, and when its last bit is in. */
  transfer: { source: 'keyboard' | 'aux'; until: number } | null;
  /** Translation has seen F0, and the next byte is a break. */
  breakSeen: boolean;
  /** Set 1 make codes; empty if none is installed. */
  password: number[];
  /** Enabled: the keyboard is heard by the password only, of which so many codes have matched. */
  matched: number | null;
}

export interface I8042Options {
  clock: Clock;
  /** IRQ 1: the output buffer holds a byte of the keyboard's or the controller's. */
  irq1: IrqLine;
  /** IRQ 12: the output buffer holds a byte of the aux port's. */
  irq12: IrqLine;
  /** One driver of the A20 gate; join it with port 0x92's (line.ts, joinLines). */
  a20: IrqLine;
  /** A high pulse resets the processor. */
  reset: IrqLine;
  /** Absent: nothing is plugged in. */
  keyboard?: Ps2Device;
  aux?: Ps2Device;
}

export class I8042 extends Chip<I8042State> {
  readonly name = 'i8042';
  readonly ports: readonly PortWindow[];
  private readonly o: I8042Options;
  private readonly received: Alarm;

  constructor(options: I8042Options) {
    super(powerOn);
    this.o = options;
    this.received = options.clock.alarm('i8042.received', () => this.endOfTransfer());
    options.keyboard?.attach(() => this.listen());
    options.aux?.attach(() => this.listen());
    this.ports = [
      { first: DATA, last: DATA, read: () => this.readData(), write: (_, value) => this.writeData(value) },
      { first: COMMAND, last: COMMAND, read: () => this.status, write: (_, value) => this.writeCommand(value) },
    ];
    this.settle();
  }

  /** The key lock on the front of the case. */
  setKeyLock(locked: boolean): void {
    this.s.keyLocked = locked;
  }

  protected settle(): void {
    const { transfer } = this.s;
    if (transfer) this.received.set(transfer.until);
    else this.received.clear();
    this.o.a20.set((this.s.outputPort & PORT_A20) !== 0);
    this.update();
  }

  private get commandByte(): number {
    return this.s.ram[0] ?? 0;
  }

  private set commandByte(value: number) {
    this.s.ram[0] = value;
    const disabled = this.s.transfer?.source === 'aux' ? DISABLE_AUX : DISABLE_KEYBOARD;
    if (value & disabled) this.inhibit();
    this.update();
    this.listen();
  }

  /** What port 0x64 reads. */
  get status(): number {
    const { full, output, lastWriteWasCommand, keyLocked, shownNibble } = this.s;
    const inputFull = this.o.clock.now < this.s.inputUntil;
    const low =
      (full ? STATUS_OBF : 0) |
      (inputFull ? STATUS_IBF : 0) |
      (this.commandByte & SYS) |
      (lastWriteWasCommand ? STATUS_COMMAND : 0);
    if (shownNibble !== null) return low | (shownNibble << 4);
    return (
      low |
      (keyLocked && !(this.commandByte & OVERRIDE_LOCK) ? 0 : STATUS_UNLOCKED) |
      (full && output.source === 'aux' ? STATUS_AUXB : 0) |
      (full && output.timeout ? STATUS_TIMEOUT : 0)
    );
  }

  private update(): void {
    const { full, output } = this.s;
    const aux = output.source === 'aux';
    this.o.irq1.set(full && !aux && (this.commandByte & INT) !== 0);
    this.o.irq12.set(full && aux && (this.commandByte & INT2) !== 0);
  }

  // The output buffer.

  private readData(): number {
    const { byte } = this.s.output;
    this.s.full = false;
    this.update();
    const next = this.s.next.shift();
    if (next !== undefined) this.fill(next);
    else this.listen();
    return byte;
  }

  private fill(outgoing: Outgoing): void {
    this.s.output = outgoing;
    this.s.full = true;
    this.update();
  }

  /** The controller's own bytes wait for the buffer; those of the devices wait in the devices. */
  private reply(byte: number, source: Source = 'controller', timeout = false): void {
    const outgoing = { byte, source, timeout };
    if (this.s.full) this.s.next.push(outgoing);
    else this.fill(outgoing);
  }

  // The two serial ports.

  /** Lets a device's clock run if it has something to say and there is room for it. */
  private listen(): void {
    const { s } = this;
    if (s.full || s.transfer !== null) return;
    const { keyboard, aux, clock } = this.o;
    const source =
      keyboard?.waiting && !(this.commandByte & DISABLE_KEYBOARD)
        ? 'keyboard'
        : aux?.waiting && !(this.commandByte & DISABLE_AUX)
          ? 'aux'
          : undefined;
    if (source === undefined) return;
    s.transfer = { source, until: clock.now + instructionsIn(clock, BYTE_MICROSECONDS) };
    this.received.set(s.transfer.until);
  }

  /** Holding the clock low breaks a transfer off; the device sends the byte again later. */
  private inhibit(): void {
    this.s.transfer = null;
    this.received.clear();
  }

  private endOfTransfer(): void {
    const source = this.s.transfer?.source;
    this.s.transfer = null;
    // A reply of the controller's may have filled the buffer while the byte was on its way: then it comes again.
    if (source === undefined || this.s.full) return;
    const byte = this.o[source]?.send() ?? 0;
    if (source === 'aux') this.fill({ byte, source, timeout: false });
    else this.fromKeyboard(byte);
    this.listen();
  }

  private fromKeyboard(raw: number): void {
    const { s } = this;
    let byte = raw;
    if (this.commandByte & TRANSLATE) {
      if (raw === BREAK) {
        s.breakSeen = true;
        return;
      }
      byte = set1Of(raw) | (s.breakSeen ? 0x80 : 0);
    }
    s.breakSeen = false;
    if (s.matched !== null) this.tryPassword(byte);
    else if (!s.keyLocked || this.commandByte & OVERRIDE_LOCK) this.fill({ byte, source: 'keyboard', timeout: false });
  }

  private toKeyboard(byte: number): void {
    // A byte for the keyboard enables its interface.
    this.commandByte &= ~DISABLE_KEYBOARD;
    this.toDevice('keyboard', byte);
  }

  private toDevice(source: 'keyboard' | 'aux', byte: number): void {
    const device = this.o[source];
    this.inhibit();
    if (device) device.receive(byte);
    else this.reply(NO_ANSWER, source, true);
    this.listen();
  }

  // Commands.

  private fillInput(): void {
    this.s.inputUntil = this.o.clock.now + instructionsIn(this.o.clock, INPUT_MICROSECONDS);
  }

  private writeData(value: number): void {
    const { command } = this.s;
    this.fillInput();
    this.s.command = null;
    this.s.lastWriteWasCommand = false;
    this.s.shownNibble = null;
    if (command === null) this.toKeyboard(value);
    else this.finishCommand(command, value);
  }

  /** The commands that have a data byte. */
  private finishCommand(command: number, value: number): void {
    switch (command) {
      case 0x60:
        this.commandByte = value;
        break;
      case 0xa5:
        this.loadPassword(value);
        break;
      case 0xd1:
        this.writeOutputPort(value);
        break;
      case 0xd2:
        this.reply(value, 'keyboard');
        break;
      case 0xd3:
        this.reply(value, 'aux');
        break;
      case 0xd4:
        this.commandByte &= ~DISABLE_AUX;
        this.toDevice('aux', value);
        break;
      default:
        this.s.ram[command & 0x1f] = value;
    }
  }

  private writeCommand(value: number): void {
    this.fillInput();
    this.s.lastWriteWasCommand = true;
    this.s.command = null;
    this.s.shownNibble = null;
    switch (value >> 4) {
      case 0x2:
      case 0x3:
        this.reply(this.s.ram[value & 0x1f] ?? 0);
        break;
      case 0x6:
      case 0x7:
        this.s.command = value;
        break;
      case 0xa:
        this.controlInterfaces(value);
        break;
      case 0xf:
        // Bits that are 0 pulse low; of the four, only reset leads anywhere that a pulse shows.
        if (!(value & PORT_RESET)) pulse(this.o.reset);
        break;
      default:
        this.controlPorts(value);
    }
  }

  /** Commands A4-AE: password, tests, enabling. */
  private controlInterfaces(command: number): void {
    switch (command) {
      case 0xa4:
        this.reply(this.s.password.length > 0 ? PASSWORD_INSTALLED : NO_PASSWORD);
        break;
      case 0xa5:
        this.s.password = [];
        this.s.command = command;
        break;
      case 0xa6:
        this.enablePassword();
        break;
      case 0xa7:
        this.commandByte |= DISABLE_AUX;
        break;
      case 0xa8:
        this.commandByte &= ~DISABLE_AUX;
        break;
      case 0xa9:
      case 0xab:
        this.reply(0);
        break;
      case 0xaa:
        this.commandByte |= SYS;
        this.reply(SELF_TEST_PASSED);
        break;
      case 0xad:
        this.commandByte |= DISABLE_KEYBOARD;
        break;
      case 0xae:
        this.commandByte &= ~DISABLE_KEYBOARD;
        break;
    }
  }

  /** Commands C0-E0: input port, output port, the buffer from behind, test inputs. */
  private controlPorts(command: number): void {
    const inputPort = INPUT_PORT | (this.s.keyLocked ? 0 : INPUT_UNLOCKED);
    switch (command) {
      case 0xc0:
        this.reply(inputPort);
        break;
      case 0xc1:
        this.s.shownNibble = inputPort & 0x0f;
        break;
      case 0xc2:
        this.s.shownNibble = inputPort >> 4;
        break;
      case 0xd0:
        this.reply(this.readOutputPort());
        break;
      case 0xd1:
      case 0xd2:
      case 0xd3:
      case 0xd4:
        this.s.command = command;
        break;
      case 0xe0:
        this.reply((this.commandByte & DISABLE_KEYBOARD ? 0 : 1) | (this.commandByte & DISABLE_AUX ? 0 : 2));
        break;
    }
  }

  private readOutputPort(): number {
    const { outputPort, full, output } = this.s;
    return outputPort | (!full ? 0 : output.source === 'aux' ? PORT_IRQ12 : PORT_IRQ1);
  }

  private writeOutputPort(value: number): void {
    this.s.outputPort = (value & ~(PORT_IRQ1 | PORT_IRQ12)) | PORT_RESET;
    this.o.a20.set((value & PORT_A20) !== 0);
    if (!(value & PORT_RESET)) pulse(this.o.reset);
  }

  // The password: set 1 make codes, ended by a zero.

  private loadPassword(byte: number): void {
    if (byte === 0) return;
    if (this.s.password.length < PASSWORD_BYTES) this.s.password.push(byte);
    this.s.command = 0xa5;
  }

  private enablePassword(): void {
    if (this.s.password.length === 0) return;
    this.s.matched = 0;
    this.tellSecurity(RAM_SECURITY_ON);
  }

  private tryPassword(byte: number): void {
    const { s } = this;
    if (s.matched === null || byte & 0x80 || RAM_IGNORED.some((at) => s.ram[at] === byte)) return;
    s.matched = byte === s.password[s.matched] ? s.matched + 1 : 0;
    if (s.matched < s.password.length) return;
    s.matched = null;
    this.tellSecurity(RAM_SECURITY_OFF);
  }

  private tellSecurity(at: number): void {
    const byte = this.s.ram[at] ?? 0;
    if (byte !== 0) this.reply(byte);
  }
}

// As a BIOS leaves it, because kernels are booted here without one: self-test passed, keyboard on, translated and with
// its interrupt, aux port off, A20 open.
function powerOn(): I8042State {
  const ram = new Array<number>(32).fill(0);
  ram[0] = INT | SYS | DISABLE_AUX | TRANSLATE;
  return {
    ram,
    output: { byte: 0, source: 'controller', timeout: false },
    full: false,
    next: [],
    lastWriteWasCommand: true,
    inputUntil: 0,
    command: null,
    outputPort: 0xcf,
    shownNibble: null,
    keyLocked: false,
    transfer: null,
    breakSeen: false,
    password: [],
    matched: null,
  };
}
