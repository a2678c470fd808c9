/**
 * Reads .debug_line: which line of which file each instruction comes from, as our assembler, NASM, GNU as and the C
 * compilers write it. Source: DWARF 5, section 6.2 (versions 2 to 5; 32-bit DWARF).
 */

import { ByteReader } from './byte-reader.ts';

/** From this address on code comes from this line, up to the next row. */
export interface LineRow {
  readonly address: number;
  /** As it stands in the table; relative ones count from wherever the compiler ran. undefined: no code behind here. */
  readonly file: string | undefined;
  readonly line: number;
  /** A debugger should stop here to stop at the line. */
  readonly isStatement: boolean;
}

/** The sections that hold it, as they lie in the file; the strings are of version 5. */
export interface LineSections {
  readonly lines: Uint8Array;
  readonly lineStrings?: Uint8Array;
  readonly strings?: Uint8Array;
}

/** Rows in the table's order. What cannot be read (a damaged or later version's unit) is left out. */
export function readLineTable(sections: LineSections): LineRow[] {
  const rows: LineRow[] = [];
  const reader = new ByteReader(sections.lines);
  while (reader.left >= 4) {
    const unit = reader.sized();
    try {
      rows.push(...new Unit(unit, sections).rows());
    } catch (problem) {
      if (!(problem instanceof RangeError)) throw problem;
    }
  }
  return rows;
}

/** Content types and forms of version 5's file tables (sections 7.22 and 7.5.6). */
const DW_LNCT = { path: 1, directoryIndex: 2 } as const;
const DW_FORM = { string: 0x08, strp: 0x0e, line_strp: 0x1f, udata: 0x0f, data1: 0x0b, data2: 0x05 } as const;
const FORM_BYTES: Readonly<Record<number, number>> = { 6: 4, 7: 8, 30: 16 };

class Unit {
  private readonly minimumLength: number;
  private readonly defaultIsStatement: boolean;
  private readonly lineBase: number;
  private readonly lineRange: number;
  private readonly opcodeLengths: readonly number[];
  private readonly files: (string | undefined)[];

  constructor(
    private readonly reader: ByteReader,
    sections: LineSections,
  ) {
    const version = reader.u16();
    if (version < 2 || version > 5) throw new RangeError(`line table of version ${version}`);
    if (version >= 5) reader.skip(2);
    const headerEnd = reader.u32() + reader.at;
    this.minimumLength = reader.u8();
    if (version >= 4) reader.skip(1);
    this.defaultIsStatement = reader.u8() !== 0;
    this.lineBase = (reader.u8() << 24) >> 24;
    this.lineRange = reader.u8();
    if (this.lineRange === 0) throw new RangeError('a line range of 0');
    const opcodeBase = reader.u8();
    this.opcodeLengths = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => reader.u8());
    this.files = version >= 5 ? filesOfVersion5(reader, sections) : filesBefore(reader);
    reader.at = headerEnd;
  }

  /** Section 6.2.5. */
  *rows(): Generator<LineRow> {
    const { reader } = this;
    const first = { address: 0, file: 1, line: 1, isStatement: this.defaultIsStatement };
    let state = { ...first };
    const row = (): LineRow => ({ ...state, file: this.files[state.file] ?? '' });
    while (reader.left > 0) {
      const opcode = reader.u8();
      if (opcode > this.opcodeLengths.length) {
        const special = opcode - this.opcodeLengths.length - 1;
        state.address += Math.floor(special / this.lineRange) * this.minimumLength;
        state.line += this.lineBase + (special % this.lineRange);
        yield row();
        continue;
      }
      switch (opcode) {
        case 0: {
          const end = reader.unsigned() + reader.at;
          switch (reader.u8()) {
            case 1:
              yield { address: state.address, file: undefined, line: 0, isStatement: false };
              state = { ...first };
              break;
            case 2:
              state.address = reader.u32();
              break;
            case 3:
              this.files.push(reader.text());
              break;
            default:
          }
          reader.at = end;
          break;
        }
        case 1:
          yield row();
          break;
        case 2:
          state.address += reader.unsigned() * this.minimumLength;
          break;
        case 3:
          state.line += reader.signed();
          break;
        case 4:
          state.file = reader.unsigned();
          break;
        case 6:
          state.isStatement = !state.isStatement;
          break;
        case 8:
          state.address += Math.floor((255 - this.opcodeLengths.length - 1) / this.lineRange) * this.minimumLength;
          break;
        case 9:
          state.address += reader.u16();
          break;
        default:
          for (let i = 0; i < this.opcodeLengths[opcode - 1]!; i++) reader.unsigned();
      }
    }
  }
}

/** Files count from 1 (version 4, section 6.2.4). */
function filesBefore(reader: ByteReader): (string | undefined)[] {
  const directories = ['.'];
  for (let name = reader.text(); name !== ''; name = reader.text()) directories.push(name);
  const files: (string | undefined)[] = [undefined];
  for (let name = reader.text(); name !== ''; name = reader.text()) {
    files.push(joined(directories[reader.unsigned()] ?? '.', name));
    reader.unsigned();
    reader.unsigned();
  }
  return files;
}

function filesOfVersion5(reader: ByteReader, sections: LineSections): (string | undefined)[] {
  const directories = entries(reader, sections).map(({ path }) => path);
  return entries(reader, sections).map(({ path, directory }) => joined(directories[directory] ?? '.', path));
}

function entries(reader: ByteReader, sections: LineSections): { path: string; directory: number }[] {
  const format = Array.from({ length: reader.u8() }, () => ({ type: reader.unsigned(), form: reader.unsigned() }));
  const count = reader.unsigned();
  if (format.length === 0 || count > reader.left) return [];
  return Array.from({ length: count }, () => {
    const entry = { path: '', directory: 0 };
    for (const { type, form } of format) {
      const value = formed(reader, form, sections);
      if (type === DW_LNCT.path) entry.path = String(value);
      else if (type === DW_LNCT.directoryIndex) entry.directory = Number(value);
    }
    return entry;
  });
}

function formed(reader: ByteReader, form: number, { lineStrings, strings }: LineSections): string | number {
  switch (form) {
    case DW_FORM.string:
      return reader.text();
    case DW_FORM.line_strp:
      return textAt(lineStrings, reader.u32());
    case DW_FORM.strp:
      return textAt(strings, reader.u32());
    case DW_FORM.udata:
      return reader.unsigned();
    case DW_FORM.data1:
      return reader.u8();
    case DW_FORM.data2:
      return reader.u16();
    default: {
      const bytes = FORM_BYTES[form];
      if (bytes === undefined) throw new RangeError(`form ${form} in a file table`);
      reader.skip(bytes);
      return 0;
    }
  }
}

function textAt(section: Uint8Array | undefined, at: number): string {
  return section ? new ByteReader(section, at).text() : '';
}

function joined(directory: string, name: string): string {
  return name.startsWith('/') || directory === '.' || directory === '' ? name : `${directory}/${name}`;
}
