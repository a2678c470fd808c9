/**
 * VGA in its text modes: character memory at 0xb8000, the CRT controller, and the registers beside it.
 *
 * | port        | registers                                                                              |
 * |-------------|----------------------------------------------------------------------------------------|
 * | 0x3c0 0x3c1 | attribute controller: index and data by turns at 0x3c0, read at 0x3c1                    |
 * | 0x3c2 0x3cc | miscellaneous output, write and read; bit 0 puts the CRTC at 0x3d4 (else 0x3b4)         |
 * | 0x3c4 0x3c5 | sequencer: index, data                                                                 |
 * | 0x3c6-0x3c9 | DAC: mask, read index, write index, data (red, green, blue)                            |
 * | 0x3ce 0x3cf | graphics controller: index, data                                                       |
 * | 0x3d4 0x3d5 | CRTC: index, data                                                                      |
 * | 0x3da       | input status 1: bit 0 not displaying, bit 3 vertical retrace; resets the turn of 0x3c0  |
 *
 * | CRTC register |                                                                                      |
 * |---------------|--------------------------------------------------------------------------------------|
 * | 01            | columns - 1                                                                          |
 * | 09            | bits 4-0: scan lines of a row - 1                                                    |
 * | 0A            | cursor: bit 5 off, bits 4-0 first line                                               |
 * | 0B            | cursor: bits 4-0 last line                                                           |
 * | 0C 0D         | start address: the cell at the upper left                                            |
 * | 0E 0F         | cursor: its cell                                                                     |
 * | 11            | bit 7 protects registers 00-07                                                       |
 * | 12, 07        | scan lines shown - 1: bits 7-0, and bits 8 and 9 as bits 1 and 6 of 07               |
 * | 13            | half the columns from row to row                                                     |
 *
 * A memory cell is a character (even byte) and its attribute (odd byte). The memory is that of the text modes: 32 KB
 * from 0xb8000 to 0xbffff, and the fonts in plane 2, which are reached through 0xa0000 (vga-planes.ts).
 *
 * Source: IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem"; section names below are its.
 */
import { Chip } from './chip.ts';
import { Crystal } from './crystal.ts';
import type { Clock, MemoryWindow, PortWindow } from './device.ts';
import { fontOf, fontsAtPowerOn, memoryMap, readPlanes, TEXT_BYTES, writePlanes } from './vga-planes.ts';
import {
  ATTRIBUTE_MODE_3,
  CRTC_MODE_3,
  dacMode3,
  GRAPHICS_MODE_3,
  MISCELLANEOUS_MODE_3,
  SEQUENCER_MODE_3,
} from './vga-registers.ts';

const TEXT = 0xb8000;
const GRAPHICS = 0xa0000;
const MONOCHROME = 0xb0000;
/** Memory maps of graphics register 6. */
const MAP_128K = 0;
const MAP_64K = 1;
const MAP_MONOCHROME = 2;
const MAP_TEXT = 3;
const CELL_MASK = TEXT_BYTES / 2 - 1;
const EIGHT_DOTS = 0x01;
const LINE_GRAPHICS = 0x04;

const CRTC_COLUMNS = 0x01;
const CRTC_OVERFLOW = 0x07;
const CRTC_ROW_LINES = 0x09;
const CRTC_CURSOR_START = 0x0a;
const CRTC_CURSOR_END = 0x0b;
const CRTC_START = 0x0c;
const CRTC_CURSOR = 0x0e;
const CRTC_PROTECT = 0x11;
const CRTC_LINES_SHOWN = 0x12;
const CRTC_OFFSET = 0x13;

const CURSOR_OFF = 0x20;
const PROTECT = 0x80;
const LINE_COMPARE_BIT = 0x10;
const COLOUR_ADDRESS = 0x01;
const ATTRIBUTE_BLINK = 0x08;

/** A frame of mode 3 at the 28.322 MHz crystal: 900 dots by 449 lines, of which 720 by 400 are shown. */
const DOT_HERTZ = 28_322_000;
const DOTS_PER_LINE = 900;
const DOTS_SHOWN = 720;
const LINES_PER_FRAME = 449;
const LINES_SHOWN = 400;
const RETRACE_FIRST = 412;
const RETRACE_LINES = 2;

const NOT_DISPLAYING = 0x01;
const VERTICAL_RETRACE = 0x08;

/** What is on the screen. */
export interface TextScreen {
  columns: number;
  rows: number;
  /** Row by row: the character (code page 437) in bits 0-7, the attribute in bits 8-15. */
  cells: Uint16Array;
  /** Undefined while it is off or not on the screen. Its lines are scan lines of the cell, 0 at the top. */
  cursor: { column: number; row: number; firstLine: number; lastLine: number } | undefined;
  /** Bit 7 of an attribute makes the character blink; otherwise it is the background's fourth bit. */
  blink: boolean;
  /** Red, green and blue, 0-255 each, of the sixteen colours. */
  palette: readonly (readonly [number, number, number])[];
  glyphs: Glyphs;
}

/** The shapes of characters. */
export interface Glyphs {
  /** Dots: 8 or 9 of which the fonts have 8, by 1 to 32. */
  width: 8 | 9;
  height: number;
  /** The ninth dot of C0-DF repeats the eighth. */
  joinLines: boolean;
  /** 256 characters of FONT_PITCH bytes each: for attributes with bit 3 clear, and with bit 3 set. */
  fonts: readonly [readonly number[], readonly number[]];
}

/** A chip inside the VGA that has an index and data registers. */
interface Bank {
  index: number;
  registers: number[];
}

export interface VgaTextState {
  memory: number[];
  /** Plane 2. */
  fonts: (number[] | null)[];
  crtc: Bank;
  sequencer: Bank;
  graphics: Bank;
  attribute: Bank;
  /** The next write to 0x3c0 is data rather than an index. */
  attributeData: boolean;
  miscellaneous: number;
  dac: { colours: number[]; mask: number; readAt: number; writeAt: number; reading: boolean };
}

export class VgaText extends Chip<VgaTextState> {
  readonly name = 'vga-text';
  readonly ports: readonly PortWindow[];
  readonly memory: readonly MemoryWindow[];
  /** Counts accesses, resets and loads: nothing else changes the state. */
  revision = 0;
  private readonly dots: Crystal;

  constructor(options: { clock: Clock }) {
    super(powerOn);
    this.dots = new Crystal(options.clock, DOT_HERTZ);
    this.memory = [
      this.window(TEXT, TEXT + TEXT_BYTES - 1, [MAP_TEXT]),
      this.window(GRAPHICS, MONOCHROME - 1, [MAP_128K, MAP_64K]),
      this.window(MONOCHROME, TEXT - 1, [MAP_MONOCHROME]),
    ].map((window) => ({ ...window, read: this.counted(window.read), write: this.counted(window.write) }));
    const ports: readonly PortWindow[] = [
      { first: 0x3b4, last: 0x3b5, ...this.crtcPorts(0x3b4, false) },
      { first: 0x3ba, last: 0x3ba, read: () => (this.isColour ? 0xff : this.readStatus()) },
      {
        first: 0x3c0,
        last: 0x3c0,
        read: () => this.s.attribute.index,
        write: (_, value) => this.writeAttribute(value),
      },
      { first: 0x3c1, last: 0x3c1, read: () => this.readAttribute() },
      { first: 0x3c2, last: 0x3c2, read: () => 0, write: (_, value) => this.writeMiscellaneous(value) },
      { first: 0x3c4, last: 0x3c5, ...bankPorts(0x3c4, () => this.s.sequencer, [0x03, 0x3d, 0x0f, 0x3f, 0x0e]) },
      { first: 0x3c6, last: 0x3c9, read: (port) => this.readDac(port), write: (port, v) => this.writeDac(port, v) },
      { first: 0x3cc, last: 0x3cc, read: () => this.s.miscellaneous },
      {
        first: 0x3ce,
        last: 0x3cf,
        ...bankPorts(0x3ce, () => this.s.graphics, [0x0f, 0x0f, 0x0f, 0x1f, 0x03, 0x7b, 0x0f, 0x0f, 0xff]),
      },
      { first: 0x3d4, last: 0x3d5, ...this.crtcPorts(0x3d4, true) },
      { first: 0x3da, last: 0x3da, read: () => (this.isColour ? this.readStatus() : 0xff) },
    ];
    this.ports = ports.map(({ read, write, ...window }) => ({
      ...window,
      ...(read && { read: this.counted(read) }),
      ...(write && { write: this.counted(write) }),
    }));
  }

  /** What is on the screen, for whoever shows it. */
  text(): TextScreen {
    const crtc = this.s.crtc.registers;
    const columns = at(crtc, CRTC_COLUMNS) + 1;
    const overflow = at(crtc, CRTC_OVERFLOW);
    const lines = (at(crtc, CRTC_LINES_SHOWN) | ((overflow & 0x02) << 7) | ((overflow & 0x40) << 3)) + 1;
    const rows = Math.max(1, Math.floor(lines / ((at(crtc, CRTC_ROW_LINES) & 0x1f) + 1)));
    const pitch = at(crtc, CRTC_OFFSET) * 2;
    const start = word(crtc, CRTC_START);
    const cells = new Uint16Array(columns * rows);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const cell = ((start + row * pitch + column) & CELL_MASK) * 2;
        cells[row * columns + column] = at(this.s.memory, cell) | (at(this.s.memory, cell + 1) << 8);
      }
    }
    return {
      columns,
      rows,
      cells,
      cursor: this.cursor(columns, rows, pitch),
      blink: (at(this.s.attribute.registers, 0x10) & ATTRIBUTE_BLINK) !== 0,
      palette: this.palette(),
      glyphs: this.glyphs(),
    };
  }

  protected settle(): void {
    this.revision++;
  }

  private counted<A extends readonly number[], R>(access: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      this.revision++;
      return access(...args);
    };
  }

  private cursor(columns: number, rows: number, pitch: number): TextScreen['cursor'] {
    const crtc = this.s.crtc.registers;
    const start = at(crtc, CRTC_CURSOR_START);
    const firstLine = start & 0x1f;
    const lastLine = at(crtc, CRTC_CURSOR_END) & 0x1f;
    // "Cursor End Register": a start line after the end line shows no cursor.
    if (start & CURSOR_OFF || firstLine > lastLine || pitch === 0) return undefined;
    const cell = (word(crtc, CRTC_CURSOR) - word(crtc, CRTC_START)) & 0xffff;
    const row = Math.floor(cell / pitch);
    const column = cell % pitch;
    return row < rows && column < columns ? { column, row, firstLine, lastLine } : undefined;
  }

  /** From attribute to palette register to DAC. */
  private palette(): [number, number, number][] {
    const { attribute, dac } = this.s;
    const select = at(attribute.registers, 0x14);
    return attribute.registers.slice(0, 16).map((entry) => {
      const six = at(attribute.registers, 0x10) & 0x80 ? (entry & 0x0f) | ((select & 3) << 4) : entry & 0x3f;
      const colour = (six | ((select & 0x0c) << 4)) & dac.mask;
      const part = (n: number) => Math.round((at(dac.colours, colour * 3 + n) * 255) / 63);
      return [part(0), part(1), part(2)];
    });
  }

  /** "Character Map Select", and the clocking mode's eight or nine dots. */
  private glyphs(): Glyphs {
    const { sequencer, attribute, crtc } = this.s;
    const select = at(sequencer.registers, 3);
    const font = (block: number) => [...fontOf(this.s, block)];
    return {
      width: at(sequencer.registers, 1) & EIGHT_DOTS ? 8 : 9,
      height: (at(crtc.registers, CRTC_ROW_LINES) & 0x1f) + 1,
      joinLines: (at(attribute.registers, 0x10) & LINE_GRAPHICS) !== 0,
      fonts: [font((select & 3) | ((select >> 2) & 4)), font(((select >> 2) & 3) | ((select >> 3) & 4))],
    };
  }

  // Memory.

  /** A run of addresses, decoded while the memory map is one of `maps`; otherwise the bus floats. */
  private window(first: number, last: number, maps: readonly number[]): MemoryWindow {
    const registers = () => ({
      sequencer: this.s.sequencer.registers,
      graphics: this.s.graphics.registers,
    });
    return {
      first,
      last,
      read: (address, width) => {
        const r = registers();
        const decoded = maps.includes(memoryMap(r));
        let value = 0;
        for (let i = width - 1; i >= 0; i--) {
          value = value * 256 + (decoded ? readPlanes(this.s, r, address - first + i) : 0xff);
        }
        return value;
      },
      write: (address, value, width) => {
        const r = registers();
        if (!maps.includes(memoryMap(r))) return;
        for (let i = 0; i < width; i++) writePlanes(this.s, r, address - first + i, (value >>> (8 * i)) & 0xff);
      },
    };
  }

  // Registers.

  private get isColour(): boolean {
    return (this.s.miscellaneous & COLOUR_ADDRESS) !== 0;
  }

  /** The CRTC answers at one of two places, as the miscellaneous output register says. */
  private crtcPorts(index: number, colour: boolean): Pick<PortWindow, 'read' | 'write'> {
    const { read } = bankPorts(index, () => this.s.crtc, CRTC_BITS);
    return {
      read: (port) => (this.isColour === colour ? read(port) : 0xff),
      write: (port, value) => {
        if (this.isColour !== colour) return;
        if (port === index) this.s.crtc.index = value;
        else this.writeCrtc(value);
      },
    };
  }

  /** "Vertical Retrace End Register": bit 7 protects registers 00-07, but for the line compare bit of 07. */
  private writeCrtc(value: number): void {
    const { index, registers } = this.s.crtc;
    if (index >= registers.length) return;
    const isProtected = index <= CRTC_OVERFLOW && (at(registers, CRTC_PROTECT) & PROTECT) !== 0;
    const bits = !isProtected ? at(CRTC_BITS, index) : index === CRTC_OVERFLOW ? LINE_COMPARE_BIT : 0;
    registers[index] = (at(registers, index) & ~bits) | (value & bits);
  }

  private writeMiscellaneous(value: number): void {
    this.s.miscellaneous = value & 0xef;
  }

  private readStatus(): number {
    this.s.attributeData = false;
    const dot = this.dots.ticks % (DOTS_PER_LINE * LINES_PER_FRAME);
    const line = Math.floor(dot / DOTS_PER_LINE);
    const shown = line < LINES_SHOWN && dot % DOTS_PER_LINE < DOTS_SHOWN;
    const retrace = line >= RETRACE_FIRST && line < RETRACE_FIRST + RETRACE_LINES;
    return (shown ? 0 : NOT_DISPLAYING) | (retrace ? VERTICAL_RETRACE : 0);
  }

  private readAttribute(): number {
    const { index, registers } = this.s.attribute;
    return registers[index & 0x1f] ?? 0;
  }

  private writeAttribute(value: number): void {
    const { attribute, attributeData } = this.s;
    this.s.attributeData = !attributeData;
    if (!attributeData) {
      attribute.index = value & 0x3f;
      return;
    }
    // "Address Register", bit 5: while the palette is on the screen it cannot be written.
    const index = attribute.index & 0x1f;
    if (index >= attribute.registers.length || (index < 16 && attribute.index & 0x20)) return;
    attribute.registers[index] = value & at(ATTRIBUTE_BITS, Math.max(0, index - 15));
  }

  private readDac(port: number): number {
    const { dac } = this.s;
    switch (port) {
      case 0x3c6:
        return dac.mask;
      case 0x3c7:
        return dac.reading ? 3 : 0;
      case 0x3c8:
        return Math.floor(dac.writeAt / 3);
      default: {
        const value = at(dac.colours, dac.readAt);
        dac.readAt = (dac.readAt + 1) % dac.colours.length;
        return value;
      }
    }
  }

  private writeDac(port: number, value: number): void {
    const { dac } = this.s;
    switch (port) {
      case 0x3c6:
        dac.mask = value;
        break;
      case 0x3c7:
        dac.readAt = value * 3;
        dac.reading = true;
        break;
      case 0x3c8:
        dac.writeAt = value * 3;
        dac.reading = false;
        break;
      default:
        dac.colours[dac.writeAt] = value & 0x3f;
        dac.writeAt = (dac.writeAt + 1) % dac.colours.length;
    }
  }
}

/** Bits that exist of the CRTC's registers 00-18. */
// biome-ignore format: a table
const CRTC_BITS: readonly number[] = [
  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0x3f, 0x7f, 0xff, 0xff, 0xff, 0xff,
  0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xef, 0xff,
];

/** Bits that exist of the attribute controller's palette registers, and of its registers 10-14. */
const ATTRIBUTE_BITS: readonly number[] = [0x3f, 0xef, 0xff, 0x3f, 0x0f, 0x0f];

/** A pair of ports, index and data, before a bank of registers of which the given bits exist. */
function bankPorts(
  indexPort: number,
  bank: () => Bank,
  bits: readonly number[],
): { read: (port: number) => number; write: (port: number, value: number) => void } {
  return {
    read: (port) => (port === indexPort ? bank().index : (bank().registers[bank().index] ?? 0)),
    write: (port, value) => {
      const { index, registers } = bank();
      if (port === indexPort) bank().index = value;
      else if (index < registers.length) registers[index] = value & at(bits, index);
    },
  };
}

function at(numbers: readonly number[], index: number): number {
  return numbers[index] ?? 0;
}

/** Two registers, high one first. */
function word(registers: readonly number[], index: number): number {
  return (at(registers, index) << 8) | at(registers, index + 1);
}

const EMPTY_SCREEN = Array.from({ length: TEXT_BYTES }, (_, i) => (i % 2 === 0 ? 0x20 : 0x07));

// As the video BIOS leaves it: mode 3, the screen empty, white on black.
function powerOn(): VgaTextState {
  const bank = (registers: readonly number[]): Bank => ({ index: 0, registers: [...registers] });
  return {
    memory: EMPTY_SCREEN.slice(),
    fonts: fontsAtPowerOn(),
    crtc: bank(CRTC_MODE_3),
    sequencer: bank(SEQUENCER_MODE_3),
    graphics: bank(GRAPHICS_MODE_3),
    attribute: { ...bank(ATTRIBUTE_MODE_3), index: 0x20 },
    attributeData: false,
    miscellaneous: MISCELLANEOUS_MODE_3,
    dac: { colours: dacMode3(), mask: 0xff, readAt: 0, writeAt: 0, reading: false },
  };
}
