/**
 * The assembler and the disassembler, for programs: the command line, the test helper, the browser.
 *
 * A source goes through these rooms, in this order:
 *
 *   source/       text into lines and tokens that know where they come from
 *   preprocess/   includes, conditionals, repetition, macros
 *   expressions/  arithmetic, on numbers and on places
 *   statements/   labels, instructions, data, sections, structures
 *   encode/       one instruction to bytes (keystone, checked by capstone)
 *   layout/       every statement its place; then the bytes and what waits for the linker
 *   link/         objects, ours and other tools', into one image
 *   elf/          ELF32 files taken apart: their numbers, their tables
 *   output/       flat binaries, Intel HEX, ELF32, listing, map
 *
 * Nothing here touches a file: `AssembleOptions.reader` does.
 */

export {
  type AssembledSection,
  type AssembleOptions,
  type Assembly,
  assemble,
  type Format,
  type LineEntry,
} from './assemble.ts';
export { type Caller, FrameTable } from './debug/frame-table.ts';
export { type LineRow, readLineTable } from './debug/line-table.ts';
export { type Diagnostic, formatDiagnostic, type Severity } from './diagnostics.ts';
export {
  AddressNames,
  type DataRange,
  type DisassembledLine,
  type DisassembleOptions,
  disassemble,
  type OpenField,
} from './disassemble.ts';
export { type ElfFile, type ElfPart, type ElfRelocation, type ElfSymbolName, readElf } from './elf/parts.ts';
export { ElfError, hasElfMark } from './elf/tables.ts';
export { type LinkFormat, type LinkInput, type LinkOptions, type LinkResult, link } from './link/index.ts';
export type { LinkedSymbol } from './link/link.ts';
export type { SourceReader } from './source/source.ts';
