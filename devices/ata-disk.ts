/**
 * A hard disk with an ATA interface, alone on the PC's primary channel: programmed input and output, no DMA.
 *
 * | port  | read                     | write            |
 * |-------|--------------------------|------------------|
 * | 0x1f0 | data, 16 bits            | data, 16 bits    |
 * | 0x1f1 | error                    | features         |
 * | 0x1f2 | sector count             | the same         |
 * | 0x1f3 | sector number, LBA 7-0   | the same         |
 * | 0x1f4 | cylinder low, LBA 15-8   | the same         |
 * | 0x1f5 | cylinder high, LBA 23-16 | the same         |
 * | 0x1f6 | device/head              | the same         |
 * | 0x1f7 | status; ends INTRQ       | command          |
 * | 0x3f6 | alternate status         | device control   |
 *
 * | bit | status                   | error                  | device/head        | device control    |
 * |-----|--------------------------|------------------------|--------------------|-------------------|
 * | 7   | BSY: nothing else counts |                        | 1                  |                   |
 * | 6   | DRDY                     |                        | LBA                |                   |
 * | 5   | DF                       |                        | 1                  |                   |
 * | 4   | DSC: seek complete       | IDNF: no such sector   | DEV: device 1      |                   |
 * | 3   | DRQ: data may be moved   |                        | head, LBA 27-24    |                   |
 * | 2   |                          | ABRT: no such command  |                    | SRST: reset       |
 * | 1   |                          |                        |                    | nIEN: no INTRQ    |
 * | 0   | ERR: see the error register |                     |                    |                   |
 *
 * | command        |                              | command   |                               |
 * |----------------|------------------------------|-----------|-------------------------------|
 * | 10-1F          | recalibrate                  | 91        | initialize device parameters  |
 * | 20, 21         | read sectors                 | C4 C5 C6  | read, write, set multiple     |
 * | 30, 31         | write sectors                | E0-E3 E5 E6 | power management, at once   |
 * | 40, 41         | read verify sectors          | E7        | flush cache                   |
 * | 70-7F          | seek                         | EC        | identify device               |
 * | 90             | execute device diagnostic    | EF F8     | set features, read native max |
 *
 * What is written stays in the machine: the state has the written sectors, never the whole disk (disk-image.ts).
 *
 * Source: ATA/ATAPI-4, NCITS 317-1998 (working draft T13/1153D revision 18); section numbers are its.
 */
import {
  ACTIVE,
  CHECK_POWER_MODE,
  COMMANDS,
  type Command,
  DIAGNOSTIC,
  IDENTIFY,
  INITIALIZE,
  READ_NATIVE_MAX,
  SET_MULTIPLE,
  type Transfer,
  VERIFY,
} from './ata-commands.ts';
import { identityOf } from './ata-identity.ts';
import { Chip } from './chip.ts';
import { instructionsIn } from './crystal.ts';
import type { Alarm, Clock, IrqLine, PortWindow } from './device.ts';
import { type DiskImage, type Geometry, SECTOR_BYTES, type Written } from './disk-image.ts';

const DATA = 0x1f0;
const CONTROL = 0x3f6;

const BSY = 0x80;
const DRDY = 0x40;
const DSC = 0x10;
const DRQ = 0x08;
const ERR = 0x01;

const IDNF = 0x10;
const ABRT = 0x04;
/** 9.9: what the diagnostic says when the device is well. */
const DIAGNOSTIC_PASSED = 0x01;

const LBA = 0x40;
const DEVICE_1 = 0x10;
const DEVICE_HEAD_ONES = 0xa0;

const SRST = 0x04;
const NIEN = 0x02;

/** The most sectors of a block of READ MULTIPLE. */
export const MOST_MULTIPLE = 16;
/** What a fast drive takes for a command or a block, and for each sector of one. */
const COMMAND_MICROSECONDS = 50;
const SECTOR_MICROSECONDS = 30;
const RESET_MICROSECONDS = 2000;

export interface AtaDiskState {
  features: number;
  error: number;
  count: number;
  /** Sector number, cylinder low, cylinder high. */
  address: [number, number, number];
  deviceHead: number;
  status: number;
  control: number;
  interrupt: boolean;
  /** The translation in use. */
  translation: Geometry;
  /** Sectors in a block of READ MULTIPLE; 0: none is set. */
  multiple: number;
  /** The command that is worked on. */
  command: number | null;
  /** The next sector that it moves, null when there is none; and how many it has still to move. */
  next: number | null;
  left: number;
  /** What passes through the data register, and how far it has. */
  buffer: number[];
  at: number;
  /** BSY until then, in instructions. */
  busyUntil: number | null;
  /** Sectors that differ from the image's. */
  written: Written;
}

export interface AtaDiskOptions {
  clock: Clock;
  /** IRQ 14. */
  irq: IrqLine;
  image: DiskImage;
}

export class AtaDisk extends Chip<AtaDiskState> {
  readonly name = 'ata-disk';
  readonly ports: readonly PortWindow[];
  readonly image: DiskImage;
  private readonly clock: Clock;
  private readonly irq: IrqLine;
  private readonly ready: Alarm;

  constructor({ clock, irq, image }: AtaDiskOptions) {
    super(() => powerOn(image.geometry));
    this.clock = clock;
    this.irq = irq;
    this.image = image;
    this.ready = clock.alarm('ata-disk', () => this.endOfBusy());
    this.ports = [
      {
        first: DATA,
        last: DATA + 7,
        read: (port) => this.read(port - DATA),
        write: (port, value) => this.write(port - DATA, value),
        readWide: (port, width) => this.readWide(port, width),
        writeWide: (port, value, width) => this.writeWide(port, value, width),
      },
      {
        first: CONTROL,
        last: CONTROL,
        read: () => this.status,
        write: (_, value) => this.writeControl(value),
      },
    ];
  }

  /** The sectors that differ from the image's, lowest first. */
  get changes(): readonly { readonly sector: number; readonly bytes: Uint8Array }[] {
    const { written } = this.s;
    return Object.keys(written).map((key) => {
      const sector = Number(key);
      return { sector, bytes: Uint8Array.from(this.image.read(sector, written)) };
    });
  }

  /** What has been written stays on the disk. */
  override reset(): void {
    const { written } = this.s;
    super.reset();
    this.s.written = written;
  }

  protected settle(): void {
    const { busyUntil } = this.s;
    if (busyUntil === null) this.ready.clear();
    else this.ready.set(busyUntil);
    this.update();
  }

  /** 7.2: INTRQ is driven by the selected device alone, and only while nIEN is clear. */
  private update(): void {
    const { interrupt, control, deviceHead } = this.s;
    this.irq.set(interrupt && !(control & NIEN) && !(deviceHead & DEVICE_1));
  }

  /** 9.16.1: device 0 answers for the device 1 that is not there: its status is 0. */
  private get status(): number {
    return this.s.deviceHead & DEVICE_1 ? 0 : this.s.status;
  }

  // Registers.

  private read(register: number): number {
    const { s } = this;
    // 7.15.6.1: while BSY is set the other registers are not to be used; a read of any gives the status.
    if (s.status & BSY) return this.status;
    switch (register) {
      case 0: // Sixteen bits wide: a byte of it is nothing.
        return 0xff;
      case 1:
        return s.error;
      case 2:
        return s.count;
      case 6:
        return s.deviceHead | DEVICE_HEAD_ONES;
      case 7: {
        const { status } = this;
        this.interrupt(false);
        return status;
      }
      default:
        return s.address[(register - 3) as 0 | 1 | 2];
    }
  }

  private write(register: number, value: number): void {
    const { s } = this;
    // 7.15.6.1 and .4: nothing is written while BSY or DRQ is set.
    if (s.status & (BSY | DRQ)) return;
    switch (register) {
      case 0:
        break;
      case 1:
        s.features = value;
        break;
      case 2:
        s.count = value;
        break;
      case 6:
        s.deviceHead = value;
        this.update();
        break;
      case 7:
        this.begin(value);
        break;
      default:
        s.address[(register - 3) as 0 | 1 | 2] = value;
    }
  }

  private readWide(port: number, width: 2 | 4): number {
    let value = 0;
    for (let i = 0; i < width; i += 2) {
      const word = port === DATA ? this.readData() : this.read(port - DATA + i) | (this.read(port - DATA + i + 1) << 8);
      value += word * 2 ** (8 * i);
    }
    return value;
  }

  private writeWide(port: number, value: number, width: 2 | 4): void {
    for (let i = 0; i < width; i++) {
      const byte = (value >>> (8 * i)) & 0xff;
      if (port !== DATA) this.write(port - DATA + i, byte);
      else if (i % 2 === 0) this.writeData((value >>> (8 * i)) & 0xffff);
    }
  }

  /** 7.8: a reset begins when SRST rises and ends some time after it has fallen. */
  private writeControl(value: number): void {
    const { s } = this;
    const fell = s.control & ~value & SRST;
    s.control = value & (SRST | NIEN);
    if (value & SRST) {
      this.stop();
      s.status = BSY;
      s.busyUntil = null;
    } else if (fell) {
      s.translation = { ...this.image.geometry };
      s.multiple = 0;
      s.busyUntil = this.clock.now + instructionsIn(this.clock, RESET_MICROSECONDS);
    }
    this.settle();
  }

  // Commands.

  private begin(code: number): void {
    const { s } = this;
    // A command for a device that is not there is ignored, but the diagnostic is for both.
    if (s.deviceHead & DEVICE_1 && code !== DIAGNOSTIC) return;
    this.stop();
    s.command = code;
    s.error = 0;
    const command = COMMANDS.get(code);
    if (command?.addressed) {
      s.next = this.sector;
      s.left = s.count || 256;
    }
    // 9.7: the host writes the first block at once, without an interrupt.
    if (command?.transfer === 'out' && s.next !== null && this.canDo(command)) this.askForBlock();
    else this.beBusy(this.blockTime);
  }

  private canDo(command: Command | undefined): command is Command {
    // 8.27: READ MULTIPLE is refused until SET MULTIPLE has said how many.
    return command !== undefined && !(command.multiple && this.s.multiple === 0);
  }

  private stop(): void {
    Object.assign(this.s, { command: null, next: null, left: 0, buffer: [], at: 0, busyUntil: null });
    this.interrupt(false);
  }

  private beBusy(microseconds: number): void {
    const { s } = this;
    s.status = BSY;
    s.busyUntil = this.clock.now + instructionsIn(this.clock, microseconds);
    this.settle();
  }

  /** The time of a command, of a block or of a reset is over. */
  private endOfBusy(): void {
    const { s } = this;
    s.busyUntil = null;
    s.status = DRDY | DSC;
    const { command: code } = s;
    const command = COMMANDS.get(code ?? 0);
    if (code === null) this.sign();
    else if (!this.canDo(command)) this.fail(ABRT);
    else if (command.transfer === 'out') this.writeBlock();
    else if (command.transfer === 'none') this.workWithoutData(code);
    else if (code === IDENTIFY) this.identify();
    else this.readBlock();
  }

  private identify(): void {
    const { sectors, geometry } = this.image;
    const { translation: current, multiple } = this.s;
    this.offer(identityOf({ sectors, geometry, current, mostMultiple: MOST_MULTIPLE, multiple }));
    this.interrupt(true);
  }

  private workWithoutData(code: number): void {
    const { s } = this;
    switch (code) {
      case VERIFY:
      case VERIFY | 1:
        if (!this.verify()) return;
        break;
      case DIAGNOSTIC:
        this.sign();
        break;
      case INITIALIZE:
        if (!this.initialize()) return;
        break;
      case SET_MULTIPLE:
        // 8.39: a power of two that the device has; 0 disables.
        if (s.count > MOST_MULTIPLE || s.count & (s.count - 1)) {
          this.fail(ABRT);
          return;
        }
        s.multiple = s.count;
        break;
      case CHECK_POWER_MODE:
        s.count = ACTIVE;
        break;
      case READ_NATIVE_MAX:
        this.tell(this.image.sectors - 1);
        break;
      default:
        if (COMMANDS.get(code)?.addressed && !this.hasNext()) return;
    }
    this.finish();
  }

  /** 8.16: heads and sectors of the translation that the host wants. */
  private initialize(): boolean {
    const { s } = this;
    const heads = (s.deviceHead & 0x0f) + 1;
    const sectors = s.count;
    if (sectors === 0) {
      this.fail(ABRT);
      return false;
    }
    s.translation = { cylinders: Math.min(0xffff, Math.floor(this.image.sectors / (heads * sectors))), heads, sectors };
    return true;
  }

  /** 9.1: the signature after a reset or a diagnostic. */
  private sign(): void {
    const { s } = this;
    s.error = DIAGNOSTIC_PASSED;
    s.count = 1;
    s.address = [1, 0, 0];
    s.deviceHead = 0;
    this.update();
  }

  private finish(): void {
    this.s.command = null;
    this.s.buffer = [];
    this.s.status = DRDY | DSC;
    this.interrupt(true);
  }

  private fail(error: number): void {
    const { s } = this;
    s.command = null;
    s.error = error;
    s.status = DRDY | DSC | ERR;
    this.interrupt(true);
  }

  private interrupt(level: boolean): void {
    this.s.interrupt = level;
    this.update();
  }

  // Sectors.

  /** Sectors that the next block has. */
  private get blockSize(): number {
    const { command, left, multiple } = this.s;
    return COMMANDS.get(command ?? 0)?.multiple ? Math.min(left, multiple) : 1;
  }

  /** The sector that the registers name; null when there is none. */
  private get sector(): number | null {
    const { deviceHead, address, translation } = this.s;
    const [low, middle, high] = address;
    const head = deviceHead & 0x0f;
    let sector: number;
    if (deviceHead & LBA) {
      sector = (head << 24) | (high << 16) | (middle << 8) | low;
    } else {
      if (low === 0 || low > translation.sectors || head >= translation.heads) return null;
      sector = (((high << 8) | middle) * translation.heads + head) * translation.sectors + low - 1;
    }
    return sector < this.image.sectors ? sector : null;
  }

  /** Has the registers name a sector. */
  private tell(sector: number): void {
    const { s } = this;
    if (s.deviceHead & LBA) {
      s.address = [sector & 0xff, (sector >> 8) & 0xff, (sector >> 16) & 0xff];
      s.deviceHead = (s.deviceHead & 0xf0) | (sector >> 24);
      return;
    }
    const { heads, sectors } = s.translation;
    const track = Math.floor(sector / sectors);
    const cylinder = Math.floor(track / heads);
    s.address = [(sector % sectors) + 1, cylinder & 0xff, (cylinder >> 8) & 0xff];
    s.deviceHead = (s.deviceHead & 0xf0) | (track % heads);
  }

  /** Whether there is a sector to go on with; if not, the command fails. */
  private hasNext(): boolean {
    const { next } = this.s;
    if (next !== null && next < this.image.sectors) return true;
    if (next !== null) this.tell(next);
    this.fail(IDNF);
    return false;
  }

  /** The next sector of the command; the registers name it from then on, and count those that are left. */
  private takeSector(): number {
    const { s } = this;
    const sector = s.next ?? 0;
    this.tell(sector);
    s.next = sector + 1;
    s.left--;
    s.count = s.left & 0xff;
    return sector;
  }

  private verify(): boolean {
    while (this.s.left > 0) {
      if (!this.hasNext()) return false;
      this.takeSector();
    }
    return true;
  }

  private readBlock(): void {
    if (!this.hasNext()) return;
    const size = Math.min(this.blockSize, this.image.sectors - (this.s.next ?? 0));
    const bytes: number[] = [];
    for (let i = 0; i < size; i++) bytes.push(...this.image.read(this.takeSector(), this.s.written));
    this.offer(bytes);
    this.interrupt(true);
  }

  private writeBlock(): void {
    const { s } = this;
    const { buffer } = s;
    if (!this.hasNext()) return;
    for (let at = 0; at < buffer.length; at += SECTOR_BYTES) {
      if (!this.hasNext()) return;
      this.image.write(this.takeSector(), buffer.slice(at, at + SECTOR_BYTES), s.written);
    }
    if (s.left === 0) this.finish();
    else {
      this.askForBlock();
      this.interrupt(true);
    }
  }

  private askForBlock(): void {
    this.offer(new Array<number>(this.blockSize * SECTOR_BYTES).fill(0));
  }

  /** The buffer can be moved through the data register. */
  private offer(bytes: number[]): void {
    const { s } = this;
    s.buffer = bytes;
    s.at = 0;
    s.status = DRDY | DSC | DRQ;
  }

  private get direction(): Transfer {
    const { status, command } = this.s;
    return status & DRQ ? (COMMANDS.get(command ?? 0)?.transfer ?? 'none') : 'none';
  }

  private readData(): number {
    const { s } = this;
    if (this.direction !== 'in' || s.deviceHead & DEVICE_1) return 0xffff;
    const word = (s.buffer[s.at] ?? 0) | ((s.buffer[s.at + 1] ?? 0) << 8);
    s.at += 2;
    if (s.at < s.buffer.length) return word;
    s.buffer = [];
    if (s.left > 0) this.beBusy(this.blockTime);
    else {
      s.command = null;
      s.status = DRDY | DSC;
    }
    return word;
  }

  private writeData(word: number): void {
    const { s } = this;
    if (this.direction !== 'out' || s.deviceHead & DEVICE_1) return;
    s.buffer[s.at] = word & 0xff;
    s.buffer[s.at + 1] = word >> 8;
    s.at += 2;
    // It goes into the drive's cache at once; Bochs' BIOS does not wait for BSY to fall.
    if (s.at >= s.buffer.length) this.writeBlock();
  }

  private get blockTime(): number {
    return COMMAND_MICROSECONDS + this.blockSize * SECTOR_MICROSECONDS;
  }
}

function powerOn(translation: Geometry): AtaDiskState {
  return {
    features: 0,
    error: DIAGNOSTIC_PASSED,
    count: 1,
    address: [1, 0, 0],
    deviceHead: 0,
    status: DRDY | DSC,
    control: 0,
    interrupt: false,
    translation: { ...translation },
    multiple: 0,
    command: null,
    next: null,
    left: 0,
    buffer: [],
    at: 0,
    busyUntil: null,
    written: {},
  };
}
