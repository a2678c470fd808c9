/** The way from a source to an image: preprocess and parse, lay out, emit, link, write. */

import { debugSections } from './debug/dwarf.ts';
import { type Diagnostic, Diagnostics, SourceError } from './diagnostics.ts';
import { evaluate, type Scope } from './expressions/expression.ts';
import { emit } from './layout/emit.ts';
import { Layout } from './layout/layout.ts';
import { type LinkLayout, plainLayout } from './link/layout.ts';
import { EMPTY_IMAGE, type LinkedImage, type LinkedSymbol, linkObjects } from './link/link.ts';
import { isPrivate, type ObjectCode, objectSymbols } from './link/object.ts';
import { writeExecutable, writeRelocatable } from './output/elf.ts';
import { writeFlat } from './output/flat.ts';
import { writeIntelHex } from './output/intel-hex.ts';
import { writeListing } from './output/listing.ts';
import { writeMap } from './output/map.ts';
import { Preprocessor } from './preprocess/preprocessor.ts';
import { lex } from './source/lexer.ts';
import { joinPath, outermost, type SourceLine, type SourceReader } from './source/source.ts';
import { Parser } from './statements/parser.ts';
import type { Unit } from './statements/statement.ts';
import type { SymbolTable } from './statements/symbols.ts';

/**
 * What to make: `bin` a flat binary, `ihex` the same in Intel HEX, `elf32` a relocatable object, `elf32exec` a program,
 * `multiboot` a kernel image (ELF32 at 1 MB, each section on pages of its own).
 */
export type Format = 'bin' | 'ihex' | 'elf32' | 'elf32exec' | 'multiboot';

export interface AssembleOptions {
  /** The source's name, for messages and the line table. */
  readonly file?: string;
  /** `bin` by default. */
  readonly format?: Format;
  /** What `bits` is at the beginning: by default 16 for `bin`, 32 for the rest, as in NASM. */
  readonly bits?: 16 | 32 | 64;
  /** Where a flat binary lies, unless the source says `org`: 0 by default. */
  readonly origin?: number;
  /** Where a linked image begins: by default 0x100000 for `multiboot`, 0x40000000 for `elf32exec`. */
  readonly base?: number;
  /** The symbol execution begins at: `_start` by default; without it, the first byte of code. */
  readonly entry?: string;
  /** Single-line macros defined beforehand, as by -D. */
  readonly defines?: Readonly<Record<string, string>>;
  /** Where %include and incbin look after the name itself. */
  readonly includePaths?: readonly string[];
  /** Warn of labels that nobody names, as by -W unused. */
  readonly warnUnused?: boolean;
  /** ELF: tell debuggers about lines and frames (DWARF), as by -g. */
  readonly debug?: boolean;
  /** How files are read; without one there are none. */
  readonly reader?: SourceReader;
}

export interface AssembledSection {
  readonly name: string;
  readonly address: number;
  /** In bytes. */
  readonly size: number;
  /** Empty for a section without bits (.bss). */
  readonly bytes: Uint8Array;
  readonly write: boolean;
  readonly execute: boolean;
  readonly noBits: boolean;
}

/** A line of source and the bytes it made. */
export interface LineEntry {
  readonly address: number;
  /** In bytes. */
  readonly size: number;
  readonly file: string;
  /** From 1: the line a person wrote; macros count where they are used. */
  readonly line: number;
  readonly isCode: boolean;
}

export interface Assembly {
  /** No errors; without that the bytes mean nothing. */
  readonly ok: boolean;
  /** The file in the format asked for. */
  readonly bytes: Uint8Array;
  readonly sections: readonly AssembledSection[];
  /** Ordered by address; `section` is null for plain numbers. */
  readonly symbols: readonly LinkedSymbol[];
  /** Ordered by address. */
  readonly lines: readonly LineEntry[];
  /** The address of the entry symbol, else of the first byte of code. */
  readonly entry: number;
  readonly diagnostics: readonly Diagnostic[];
  /** All files read, the source first. */
  readonly dependencies: readonly string[];
  /** The listing, as text. */
  listing(): string;
  /** The map, as text. */
  map(): string;
}

/**
 * Assembles one source. Never throws for what the source says: see `diagnostics`. The result
 * depends on nothing but the arguments and what `reader` gives.
 */
export function assemble(source: string, options: AssembleOptions = {}): Assembly {
  const format = options.format ?? 'bin';
  const file = options.file ?? 'source.asm';
  const diagnostics = new Diagnostics();
  const { unit, object, scope, files } = compile(source, file, format, options, diagnostics);
  const layout = linkLayout(format, unit, scope, options, diagnostics);
  const image = diagnostics.errors === 0 ? linkFor(format, object, layout, diagnostics) : EMPTY_IMAGE;
  const entry = entryOf(image, options, layout.base);
  const ok = diagnostics.errors === 0;
  return {
    ok,
    bytes: ok ? write(format, image, object, entry) : new Uint8Array(0),
    sections: image.pieces.map(({ name, address, size, bytes, emitted: { section } }) => {
      return { name, address, size, bytes, write: section.write, execute: section.execute, noBits: section.noBits };
    }),
    symbols: image.symbols,
    lines: lineTable(image),
    entry,
    diagnostics: diagnostics.sorted(),
    dependencies: files,
    listing: () => writeListing(image, unit.lines),
    map: () => writeMap(image, file),
  };
}

/** Source to sections without addresses. */
function compile(
  source: string,
  file: string,
  format: Format,
  options: AssembleOptions,
  diagnostics: Diagnostics,
): { unit: Unit; object: ObjectCode; scope: Scope; files: readonly string[] } {
  const read = (path: string): Uint8Array | null => options.reader?.read(path) ?? null;
  const includePaths = options.includePaths ?? [];
  const binaries: string[] = [];
  const parser = new Parser({
    diagnostics,
    bits: options.bits ?? (isFlat(format) ? 16 : 32),
    readBinary: (name, at) => {
      for (const directory of ['', ...includePaths]) {
        const path = joinPath(directory, name);
        const bytes = read(path);
        if (!bytes) continue;
        binaries.push(path);
        return bytes;
      }
      throw new SourceError(`there is no file '${name}' here or in the include paths`, at);
    },
    sectionChanged: (name) => predefine(preprocessor, '__SECT__', `[section ${name}]`),
  });
  const preprocessor = new Preprocessor({
    diagnostics,
    includePaths,
    readText: (path) => {
      const bytes = read(path);
      return bytes && new TextDecoder().decode(bytes);
    },
    scope: () => parser.early,
    nameOf: parser.symbols.nameOf,
  });
  predefine(preprocessor, '__SECT__', '[section .text]');
  predefine(preprocessor, '__TRAPGATE__', '1');
  predefine(preprocessor, '__OUTPUT_FORMAT__', isFlat(format) ? 'bin' : 'elf32');
  for (const [name, value] of Object.entries(options.defines ?? {})) predefine(preprocessor, name, value);
  for (const line of preprocessor.lines(file, source)) parser.accept(line);
  const unit = parser.finish(file);
  const layout = new Layout(unit, parser.symbols, diagnostics);
  const settled = diagnostics.guard(null, () => layout.run());
  // Errors in single statements are told by emit; without places for all there is nothing to emit.
  const sections = settled ? (diagnostics.guard(null, () => emit(layout, parser.symbols, diagnostics)) ?? []) : [];
  if (settled && options.debug && !isFlat(format) && diagnostics.errors === 0) {
    sections.push(...debugSections(file, sections, layout, parser.symbols));
  }
  if (options.warnUnused) warnUnused(parser.symbols, diagnostics);
  const symbols = objectSymbols(parser.symbols, sections, diagnostics);
  const object: ObjectCode = { file, sections, symbols, groups: new Map() };
  return { unit, object, scope: parser.early, files: [...preprocessor.files, ...binaries] };
}

/** What begins with `_` (`_start`) is for others to find. */
function warnUnused(symbols: SymbolTable, diagnostics: Diagnostics): void {
  for (const { name, kind, used, global, at } of symbols.all.values()) {
    if (kind === 'label' && !used && !global && !name.startsWith('_') && !isPrivate(name)) {
      diagnostics.warning(`nobody uses the label '${name}'`, at);
    }
  }
}

/** Without headers: code as a processor meets it first. */
function isFlat(format: Format): boolean {
  return format === 'bin' || format === 'ihex';
}

function predefine(preprocessor: Preprocessor, name: string, value: string): void {
  const line: SourceLine = { file: '<predefined>', number: 1, text: value, within: null };
  preprocessor.singles.define({ name, parameters: null, body: lex(line) }, false);
}

function linkLayout(
  format: Format,
  unit: Unit,
  scope: Scope,
  options: AssembleOptions,
  diagnostics: Diagnostics,
): LinkLayout {
  switch (format) {
    case 'multiboot':
      return plainLayout(options.base ?? 0x10_0000, 'sections');
    case 'elf32exec':
      return plainLayout(options.base ?? 0x4000_0000, 'rights');
    case 'elf32':
      return plainLayout(0, 'none');
  }
  const { origin } = unit;
  const value = origin && diagnostics.guard(origin.at, () => evaluate(origin, scope));
  return plainLayout(value ? Number(BigInt.asUintN(32, value.number)) : (options.origin ?? 0), 'none');
}

/** An object's other files are still to come; its own places are shown from each section's start. */
function linkFor(format: Format, object: ObjectCode, layout: LinkLayout, diagnostics: Diagnostics): LinkedImage {
  return linkObjects([object], layout, format === 'elf32' ? new Diagnostics() : diagnostics);
}

function entryOf(image: LinkedImage, options: AssembleOptions, base: number): number {
  const name = options.entry ?? '_start';
  const symbol = image.symbols.find((s) => s.name === name && s.section !== null);
  return symbol?.address ?? image.outputs.find((s) => s.execute)?.address ?? base;
}

function write(format: Format, image: LinkedImage, object: ObjectCode, entry: number): Uint8Array {
  switch (format) {
    case 'bin':
      return writeFlat(image);
    case 'ihex':
      return writeIntelHex(image, entry);
    case 'elf32':
      return writeRelocatable(object);
    default:
      return writeExecutable(image, entry);
  }
}

function lineTable(image: LinkedImage): LineEntry[] {
  const lines: LineEntry[] = [];
  for (const { address, emitted } of image.pieces) {
    for (const { offset, size, line, isCode } of emitted.chunks) {
      const { file, number } = outermost(line);
      lines.push({ address: address + offset, size, file, line: number, isCode });
    }
  }
  return lines.sort((a, b) => a.address - b.address);
}
