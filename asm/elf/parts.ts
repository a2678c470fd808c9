/** An ELF32 file as a disassembler wants it: sections, symbols, and in an object that is not linked yet what is still open. */

import { ET, RELOCATED_FIELDS, SHF, SHN, SHT, STB, STT } from './format.ts';
import { ElfTables, isElf32, type SymbolEntry } from './tables.ts';

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

/**
 * The file's parts; null if the bytes are no little-endian ELF32.
 * @throws ElfError when the file is damaged
 */
export function readElf(bytes: Uint8Array): ElfFile | null {
  if (!isElf32(bytes)) return null;
  const tables = new ElfTables(bytes);
  const symbols = tables.symbols.flatMap(named);
  const parts = tables.headers.flatMap((header, index): ElfPart[] => {
    const { name, address, type, flags, size } = header;
    if (type !== SHT.PROGBITS || !(flags & SHF.ALLOC) || size === 0) return [];
    const content = tables.bytesOf(header);
    const relocations = relocationsOf(tables, symbols, index, content);
    return [{ name, index, address, bytes: content, execute: (flags & SHF.EXEC) !== 0, relocations }];
  });
  return { parts, symbols, relocatable: tables.fileType === ET.REL };
}

const TYPES = { [STT.NONE]: 'none', [STT.OBJECT]: 'object', [STT.FUNC]: 'function' } as const;

/** The name of a place in a section, if the symbol is one. */
function named({ name, value, size, type, binding, section }: SymbolEntry): ElfSymbolName[] {
  const word = TYPES[type as keyof typeof TYPES];
  if (name === '' || !word || section === SHN.UNDEF || section >= SHN.ABS) return [];
  return [{ name, address: value, size, type: word, global: binding !== STB.LOCAL, section }];
}

function relocationsOf(
  tables: ElfTables,
  symbols: readonly ElfSymbolName[],
  section: number,
  bytes: Uint8Array,
): ElfRelocation[] {
  const table = tables.headers.find((h) => h.type === SHT.REL && h.info === section);
  const entries = table ? tables.relocationsOf(table) : [];
  const relocations = entries.flatMap(({ offset, type, symbol }): ElfRelocation[] => {
    const entry = tables.symbols[symbol];
    const { size, relative } = RELOCATED_FIELDS[type] ?? { size: 4, relative: false };
    if (!entry || offset + size > bytes.length) return [];
    let stored = 0;
    for (let i = size - 1; i >= 0; i--) stored = stored * 256 + bytes[offset + i]!;
    const signed = stored >= 2 ** (8 * size - 1) ? stored - 2 ** (8 * size) : stored;
    // The processor counts from behind the field, the relocation from the field.
    const target = targetOf(tables, symbols, entry, relative ? signed + size : signed);
    return [{ offset, size, target }];
  });
  return relocations.sort((a, b) => a.offset - b.offset);
}

/** Local names are often gone into their section's: the nearest symbol there says more. */
function targetOf(
  tables: ElfTables,
  symbols: readonly ElfSymbolName[],
  { name, value, type, section }: SymbolEntry,
  addend: number,
): string {
  if (type !== STT.SECTION) return plus(name, addend);
  const place = value + addend;
  let nearest: ElfSymbolName | undefined;
  for (const symbol of symbols) {
    const before = symbol.section === section && symbol.address <= place;
    if (before && (!nearest || symbol.address > nearest.address)) nearest = symbol;
  }
  return nearest ? plus(nearest.name, place - nearest.address) : plus(tables.headers[section]?.name ?? '?', place);
}

function plus(name: string, distance: number): string {
  if (distance === 0) return name;
  return `${name}${distance < 0 ? '-' : '+'}0x${Math.abs(distance).toString(16)}`;
}
