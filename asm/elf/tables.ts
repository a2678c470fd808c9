/** The tables of an ELF32 file as they stand in it: sections, symbols, relocations. What they mean is their readers' business. */

import { EHDR_SIZE, REL_SIZE, SHDR_SIZE, SHT, SYM_SIZE } from './format.ts';

export interface SectionHeader {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
}

export interface SymbolEntry {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  /** STB: who sees it. */
  readonly binding: number;
  /** STT: what it names. */
  readonly type: number;
  /** The number of its section, or one of SHN. */
  readonly section: number;
}

export interface RelocationEntry {
  /** From its section's start. */
  readonly offset: number;
  /** R_386. */
  readonly type: number;
  /** Its place in the symbol table. */
  readonly symbol: number;
}

/** The file is not what it claims to be. */
export class ElfError extends Error {}

/** A little-endian ELF32 file at all? */
export function isElf32(bytes: Uint8Array): boolean {
  return hasElfMark(bytes) && bytes.length >= EHDR_SIZE && bytes[4] === 1 && bytes[5] === 1;
}

/** Of any size and byte order. */
export function hasElfMark(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 4)) === '\x7fELF';
}

/** @throws ElfError from every method (and the constructor) when a table points beyond the file's end */
export class ElfTables {
  readonly headers: readonly SectionHeader[];
  readonly symbols: readonly SymbolEntry[];
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  /** @param bytes for which `isElf32` holds */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.headers = this.readHeaders();
    this.symbols = this.readSymbols();
  }

  /** ET. */
  get fileType(): number {
    return this.u16(16);
  }

  /** EM. */
  get machine(): number {
    return this.u16(18);
  }

  /** A section's bytes; none for one without bits. */
  bytesOf({ type, offset, size }: SectionHeader): Uint8Array {
    if (type === SHT.NOBITS) return new Uint8Array(0);
    if (offset + size > this.bytes.length) damaged();
    return this.bytes.subarray(offset, offset + size);
  }

  /** A section of 32-bit words. */
  wordsOf({ offset, size }: SectionHeader): number[] {
    return Array.from({ length: size >>> 2 }, (_, i) => this.u32(offset + 4 * i));
  }

  relocationsOf({ offset, size }: SectionHeader): RelocationEntry[] {
    return Array.from({ length: Math.floor(size / REL_SIZE) }, (_, i) => {
      const at = offset + i * REL_SIZE;
      const info = this.u32(at + 4);
      return { offset: this.u32(at), type: info & 0xff, symbol: info >>> 8 };
    });
  }

  private readHeaders(): SectionHeader[] {
    const start = this.u32(32);
    const count = this.u16(48);
    if (count > 0 && this.u16(46) !== SHDR_SIZE) damaged();
    const field = (i: number, n: number): number => this.u32(start + i * SHDR_SIZE + 4 * n);
    const names = count > 0 ? field(this.u16(50), 4) : 0;
    return Array.from({ length: count }, (_, i) => ({
      name: this.stringAt(names + field(i, 0)),
      type: field(i, 1),
      flags: field(i, 2),
      address: field(i, 3),
      offset: field(i, 4),
      size: field(i, 5),
      link: field(i, 6),
      info: field(i, 7),
      align: field(i, 8),
    }));
  }

  private readSymbols(): SymbolEntry[] {
    const table = this.headers.find((h) => h.type === SHT.SYMTAB);
    const strings = table && this.headers[table.link];
    if (!table || !strings) return [];
    return Array.from({ length: Math.floor(table.size / SYM_SIZE) }, (_, i) => {
      const at = table.offset + i * SYM_SIZE;
      const info = this.u16(at + 12) & 0xff;
      return {
        name: this.stringAt(strings.offset + this.u32(at)),
        value: this.u32(at + 4),
        size: this.u32(at + 8),
        binding: info >> 4,
        type: info & 0xf,
        section: this.u16(at + 14),
      };
    });
  }

  private stringAt(at: number): string {
    const end = this.bytes.indexOf(0, at);
    if (at > this.bytes.length || end < 0) damaged();
    return new TextDecoder().decode(this.bytes.subarray(at, end));
  }

  private u16(at: number): number {
    if (at + 2 > this.bytes.length) damaged();
    return this.view.getUint16(at, true);
  }

  private u32(at: number): number {
    if (at + 4 > this.bytes.length) damaged();
    return this.view.getUint32(at, true);
  }
}

function damaged(): never {
  throw new ElfError('the file is damaged: a table points beyond its end');
}
