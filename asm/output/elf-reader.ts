/**
 * Reads of an ELF32 file what a disassembler wants: sections, symbols, and in an object that is not linked yet what is
 * still open. Source: System V ABI, chapter 4, and its i386 supplement for the relocations.
 */

export interface ElfPart {
  readonly name: string;
  /** Its number among the file's sections. */
  readonly index: number;
  /** 0 in an object that is not linked yet. */
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly execute: boolean;
  readonly relocations: readonly ElfRelocation[];
}

export interface ElfSymbolName {
  readonly name: string;
  /** In an object that is not linked yet, from its section's start. */
  readonly address: number;
  /** In bytes, 0 if not known. */
  readonly size: number;
  readonly type: 'none' | 'object' | 'function';
  readonly global: boolean;
  /** The number of its section among the file's. */
  readonly section: number;
}

/** A field the linker will fill. */
export interface ElfRelocation {
  /** From the section's start. */
  readonly offset: number;
  /** In bytes. */
  readonly size: number;
  /** What it will point to: `printk`, `table+0x8`. */
  readonly target: string;
}

export interface ElfFile {
  /** Sections that are loaded and have bytes, in the file's order. */
  readonly parts: readonly ElfPart[];
  readonly symbols: readonly ElfSymbolName[];
  /** Not linked yet: each section counts from 0. */
  readonly relocatable: boolean;
}

const ET_REL = 1;
const SHT_PROGBITS = 1;
const SHT_SYMTAB = 2;
const SHT_REL = 9;
const SHF_ALLOC = 2;
const SHF_EXECINSTR = 4;
const STT_SECTION = 3;
const SHN_ABS = 0xfff1;
const TYPES = ['none', 'object', 'function'] as const;

/** Sizes of the fields that R_386_16, PC16, 8 and PC8 name; all others have four bytes. */
const SHORT_FIELDS: Readonly<Record<number, number>> = { 20: 2, 21: 2, 22: 1, 23: 1 };
/** R_386_PC32, PLT32, PC16, PC8: what they hold counts from the field itself. */
const RELATIVE = new Set([2, 4, 21, 23]);

interface Header {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
}

/** The file's parts; null if the bytes are no little-endian ELF32. Truncated tables read as empty. */
export function readElf(bytes: Uint8Array): ElfFile | null {
  if (bytes.length < 52 || bytes[0] !== 0x7f || String.fromCharCode(...bytes.subarray(1, 4)) !== 'ELF') return null;
  if (bytes[4] !== 1 || bytes[5] !== 1) return null;
  return new Reader(bytes).read();
}

interface TableSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  readonly info: number;
  readonly section: number;
}

class Reader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly headers: readonly Header[];
  /** The symbol table as it stands in the file: relocations count in it. */
  private readonly table: readonly TableSymbol[];
  private readonly symbols: readonly ElfSymbolName[];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.headers = this.readHeaders();
    this.table = this.readTable();
    this.symbols = this.table.flatMap(({ name, value, size, info, section }) => {
      const type = TYPES[info & 0xf];
      if (name === '' || !type || section === 0 || section >= SHN_ABS) return [];
      return [{ name, address: value, size, type, global: info >> 4 !== 0, section }];
    });
  }

  read(): ElfFile {
    const parts = this.headers.flatMap((h, index): ElfPart[] => {
      if (h.type !== SHT_PROGBITS || !(h.flags & SHF_ALLOC) || h.size === 0) return [];
      const bytes = this.bytes.subarray(h.offset, h.offset + h.size);
      const execute = (h.flags & SHF_EXECINSTR) !== 0;
      return [
        { name: h.name, index, address: h.address, bytes, execute, relocations: this.relocationsOf(index, bytes) },
      ];
    });
    return { parts, symbols: this.symbols, relocatable: this.view.getUint16(16, true) === ET_REL };
  }

  private readHeaders(): Header[] {
    const { view } = this;
    const [start, size, count] = [view.getUint32(32, true), view.getUint16(46, true), view.getUint16(48, true)];
    const fieldOf = (i: number, n: number): number => {
      const at = start + i * size + 4 * n;
      return size >= 40 && at + 4 <= view.byteLength ? view.getUint32(at, true) : 0;
    };
    const names = fieldOf(view.getUint16(50, true), 4);
    return Array.from({ length: count }, (_, i) => {
      const field = (n: number): number => fieldOf(i, n);
      const name = this.stringAt(names + field(0));
      const [type, flags, address, offset] = [field(1), field(2), field(3), field(4)];
      return { name, type, flags, address, offset, size: field(5), link: field(6), info: field(7) };
    });
  }

  private readTable(): TableSymbol[] {
    const { view } = this;
    const table = this.headers.find((h) => h.type === SHT_SYMTAB);
    const strings = table && this.headers[table.link];
    if (!table || !strings) return [];
    const symbols: TableSymbol[] = [];
    const end = Math.min(table.offset + table.size, this.bytes.length);
    for (let at = table.offset; at + 16 <= end; at += 16) {
      symbols.push({
        name: this.stringAt(strings.offset + view.getUint32(at, true)),
        value: view.getUint32(at + 4, true),
        size: view.getUint32(at + 8, true),
        info: view.getUint8(at + 12),
        section: view.getUint16(at + 14, true),
      });
    }
    return symbols;
  }

  private relocationsOf(section: number, bytes: Uint8Array): ElfRelocation[] {
    const { view } = this;
    const table = this.headers.find((h) => h.type === SHT_REL && h.info === section);
    if (!table) return [];
    const relocations: ElfRelocation[] = [];
    const end = Math.min(table.offset + table.size, this.bytes.length);
    for (let at = table.offset; at + 8 <= end; at += 8) {
      const [offset, info] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
      const symbol = this.table[info >>> 8];
      const size = SHORT_FIELDS[info & 0xff] ?? 4;
      if (!symbol || offset + size > bytes.length) continue;
      let stored = 0;
      for (let i = size - 1; i >= 0; i--) stored = stored * 256 + bytes[offset + i]!;
      const signed = stored >= 2 ** (8 * size - 1) ? stored - 2 ** (8 * size) : stored;
      // The processor counts from behind the field, the relocation from the field.
      const addend = RELATIVE.has(info & 0xff) ? signed + size : signed;
      relocations.push({ offset, size, target: this.targetOf(symbol, addend) });
    }
    return relocations.sort((a, b) => a.offset - b.offset);
  }

  /** Local names are often gone into their section's: the nearest symbol there says more. */
  private targetOf({ name, value, info, section }: TableSymbol, addend: number): string {
    if ((info & 0xf) !== STT_SECTION) return plus(name, addend);
    const place = value + addend;
    const within = this.symbols.filter((s) => s.section === section && s.address <= place);
    const nearest = within.reduce((a, b) => (b.address > a.address ? b : a), within[0]!);
    return nearest ? plus(nearest.name, place - nearest.address) : plus(this.headers[section]?.name ?? '?', place);
  }

  private stringAt(at: number): string {
    const end = this.bytes.indexOf(0, at);
    return new TextDecoder().decode(this.bytes.subarray(at, end < 0 ? at : end));
  }
}

function plus(name: string, distance: number): string {
  if (distance === 0) return name;
  return `${name}${distance < 0 ? '-' : '+'}0x${Math.abs(distance).toString(16)}`;
}
