/**
 * Debug information for gdb and its like: which line each instruction comes from (.debug_line), the
 * one compilation unit it belongs to (.debug_info, .debug_abbrev, .debug_ranges), and how to walk the
 * stack (.debug_frame). Paths are as the assembler was given them, so that the bytes are the same on
 * every machine; a debugger looks for them where it runs. Source: DWARF 4.
 */

import { SourceError } from '../diagnostics.ts';
import type { Base } from '../expressions/value.ts';
import type { EmittedSection, Relocation } from '../layout/emit.ts';
import type { Layout } from '../layout/layout.ts';
import { Writer } from '../output/writer.ts';
import { outermost } from '../source/source.ts';
import type { Section } from '../statements/statement.ts';
import type { SymbolTable } from '../statements/symbols.ts';
import { EIP, ESP, type Frame, type FrameState, framesOf, type Rule } from './frames.ts';

/** Debug sections of one source; empty when it has no code. */
export function debugSections(
  file: string,
  emitted: readonly EmittedSection[],
  layout: Layout,
  symbols: SymbolTable,
): EmittedSection[] {
  const code = emitted.filter((e) => e.size > 0 && e.chunks.some((chunk) => chunk.isCode));
  if (code.length === 0) return [];
  const line = lineTable(code);
  const ranges = rangesOf(code);
  const abbreviations = new DebugSection('.debug_abbrev');
  abbreviations.out.raw(ABBREVIATIONS);
  const info = unitOf(file, line, ranges, abbreviations);
  const frame = new FrameSection();
  for (const placed of layout.sections) {
    if (!code.some((e) => e.section === placed.section)) continue;
    for (const routine of framesAt(placed, symbols)) {
      frame.add(placed.section, routine);
      if (routine.name !== '') addRoutine(info, placed.section, routine);
    }
  }
  info.out.u8(0);
  patched(info);
  return [line, info, abbreviations, ranges, frame.section].map((section) => section.done());
}

/** A number that cannot be known here has been told where it stands; the routine goes without. */
function framesAt(placed: Layout['sections'][number], symbols: SymbolTable): Frame[] {
  try {
    return framesOf(placed, symbols);
  } catch (problem) {
    if (problem instanceof SourceError) return [];
    throw problem;
  }
}

/** A section under construction, with addresses that the linker fills in. */
class DebugSection {
  readonly out = new Writer();
  readonly section: Section;
  private readonly relocations: Relocation[] = [];

  constructor(name: string) {
    const traits = { align: 1, write: false, execute: false, allocate: false, noBits: false, virtualStart: null };
    this.section = { kind: 'section', name, ...traits, statements: [] };
  }

  /** A 32-bit address: base + offset. */
  address(base: Base, offset: number): this {
    const at = { offset: this.out.length, size: 4, relative: false, at: null };
    this.relocations.push({ ...at, base, addend: BigInt(offset) });
    this.out.u32(offset);
    return this;
  }

  done(): EmittedSection {
    const bytes = this.out.done();
    const { section, relocations } = this;
    return { section, bytes, size: bytes.length, relocations, chunks: [], virtualStart: null };
  }
}

/** Fills in a length field, once what it counts is written: from behind the field to the end. */
function setLength(bytes: Uint8Array, at: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, bytes.length - at - 4, true);
}

function text(out: Writer, value: string): void {
  out.raw(new TextEncoder().encode(value)).u8(0);
}

function unsigned(out: Writer, value: number): void {
  for (; value > 0x7f; value >>>= 7) out.u8((value & 0x7f) | 0x80);
  out.u8(value);
}

function signed(out: Writer, value: number): void {
  for (; value < -0x40 || value > 0x3f; value >>= 7) out.u8((value & 0x7f) | 0x80);
  out.u8(value & 0x7f);
}

// Lines (DWARF 4, section 6.2) -------------------------------------------------------------------

const DW_LNS = { copy: 1, advance_pc: 2, advance_line: 3, set_file: 4 } as const;
const DW_LNE = { end_sequence: 1, set_address: 2 } as const;
/** How many operands each standard opcode takes, for readers that do not know it. */
const OPCODE_LENGTHS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];
const LINE_BASE = -5;
const LINE_RANGE = 14;
const OPCODE_BASE = OPCODE_LENGTHS.length + 1;

function lineTable(code: readonly EmittedSection[]): DebugSection {
  const table = new DebugSection('.debug_line');
  const files = new Map<string, number>();
  for (const { chunks } of code) {
    for (const { line, isCode } of chunks) {
      const { file } = outermost(line);
      if (isCode && !files.has(file)) files.set(file, files.size + 1);
    }
  }
  const header = new Writer();
  // The shortest instruction, one operation each, lines begin statements.
  header.u8(1).u8(1).u8(1).u8(LINE_BASE).u8(LINE_RANGE).u8(OPCODE_BASE);
  header.raw(Uint8Array.from(OPCODE_LENGTHS)).u8(0);
  for (const file of files.keys()) {
    text(header, file);
    // Directory, time and size are not told.
    header.u8(0).u8(0).u8(0);
  }
  header.u8(0);
  const bytes = header.done();
  table.out.u32(0).u16(4).u32(bytes.length).raw(bytes);
  for (const section of code) lineSequence(table, section, files);
  return patched(table);
}

/** Puts the length in front, now that it is known. */
function patched(section: DebugSection): DebugSection {
  section.out.patch((bytes) => setLength(bytes, 0));
  return section;
}

function lineSequence(
  table: DebugSection,
  { section, chunks, size }: EmittedSection,
  files: Map<string, number>,
): void {
  const { out } = table;
  const state = { address: 0, line: 1, file: 1 };
  let begun = false;
  for (const chunk of chunks) {
    if (!chunk.isCode) continue;
    const { file, number } = outermost(chunk.line);
    const fileNumber = files.get(file)!;
    if (!begun) {
      out.u8(0).u8(5).u8(DW_LNE.set_address);
      table.address(section, chunk.offset);
      state.address = chunk.offset;
      begun = true;
    } else if (state.line === number && state.file === fileNumber) continue;
    if (state.file !== fileNumber) {
      out.u8(DW_LNS.set_file);
      unsigned(out, fileNumber);
    }
    step(out, chunk.offset - state.address, number - state.line);
    Object.assign(state, { address: chunk.offset, line: number, file: fileNumber });
  }
  out.u8(DW_LNS.advance_pc);
  unsigned(out, size - state.address);
  out.u8(0).u8(1).u8(DW_LNE.end_sequence);
}

/** A row further on: in one byte where that is possible. */
function step(out: Writer, addresses: number, lines: number): void {
  const special = lines - LINE_BASE + LINE_RANGE * addresses + OPCODE_BASE;
  if (lines >= LINE_BASE && lines < LINE_BASE + LINE_RANGE && special <= 255) {
    out.u8(special);
    return;
  }
  if (addresses > 0) {
    out.u8(DW_LNS.advance_pc);
    unsigned(out, addresses);
  }
  out.u8(DW_LNS.advance_line);
  signed(out, lines);
  out.u8(DW_LNS.copy);
}

// The unit (sections 3.1 and 7.5) ----------------------------------------------------------------

/** Two kinds of entries, as pairs of attribute and form: the unit, and its routines. */
const ABBREVIATIONS = Uint8Array.of(
  ...[1, 0x11, 1], // number 1, DW_TAG_compile_unit, with children
  ...[0x03, 0x08], // DW_AT_name, DW_FORM_string
  ...[0x25, 0x08], // DW_AT_producer, DW_FORM_string
  ...[0x13, 0x05], // DW_AT_language, DW_FORM_data2
  ...[0x10, 0x17], // DW_AT_stmt_list, DW_FORM_sec_offset
  ...[0x11, 0x01], // DW_AT_low_pc, DW_FORM_addr: what the ranges count from
  ...[0x55, 0x17], // DW_AT_ranges, DW_FORM_sec_offset
  ...[0, 0],
  ...[2, 0x2e, 0], // number 2, DW_TAG_subprogram, no children
  ...[0x03, 0x08], // DW_AT_name, DW_FORM_string
  ...[0x11, 0x01], // DW_AT_low_pc, DW_FORM_addr
  ...[0x12, 0x06], // DW_AT_high_pc, DW_FORM_data4: the size
  ...[0, 0, 0],
);
const DW_LANG_MIPS_ASSEMBLER = 0x8001;

function unitOf(file: string, line: DebugSection, ranges: DebugSection, abbreviations: DebugSection): DebugSection {
  const info = new DebugSection('.debug_info');
  info.out.u32(0).u16(4);
  info.address(abbreviations.section, 0);
  info.out.u8(4).u8(1);
  text(info.out, file);
  text(info.out, 'trapgate asm');
  info.out.u16(DW_LANG_MIPS_ASSEMBLER);
  info.address(line.section, 0);
  info.out.u32(0);
  info.address(ranges.section, 0);
  return info;
}

function addRoutine(info: DebugSection, code: Base, { name, start, end }: Frame): void {
  info.out.u8(2);
  text(info.out, name);
  info.address(code, start);
  info.out.u32(end - start);
}

function rangesOf(code: readonly EmittedSection[]): DebugSection {
  const ranges = new DebugSection('.debug_ranges');
  for (const { section, size } of code) ranges.address(section, 0).address(section, size);
  ranges.out.u32(0, 0);
  return ranges;
}

// Frames (section 6.4) ---------------------------------------------------------------------------

const DW_CFA = {
  advance_loc: 0x40,
  advance_loc1: 0x02,
  advance_loc2: 0x03,
  advance_loc4: 0x04,
  offset: 0x80,
  restore: 0xc0,
  undefined: 0x07,
  same_value: 0x08,
  def_cfa: 0x0c,
  def_cfa_register: 0x0d,
  def_cfa_offset: 0x0e,
  offset_extended_sf: 0x11,
  val_expression: 0x16,
} as const;

/** Offsets are counted in words, downwards. */
const DATA_ALIGNMENT = -4;

/**
 * esp of interrupted code, from the CFA on the expression's stack: if the CS pushed 8 bytes below had
 * another privilege, the trap pushed ESP too, at the CFA itself; else esp was the CFA.
 */
const TRAP_STACK = Uint8Array.of(
  0x12, // DW_OP_dup
  ...[0x08, 8, 0x1c, 0x06], // DW_OP_const1u 8, minus, deref: the CS
  ...[0x08, 3, 0x1a], // DW_OP_const1u 3, and: its privilege
  ...[0x30, 0x29], // DW_OP_lit0, eq
  ...[0x28, 1, 0], // DW_OP_bra over the next
  0x06, // DW_OP_deref
);

class FrameSection {
  readonly section = new DebugSection('.debug_frame');
  private readonly commons = new Map<boolean, number>();

  add(code: Base, frame: Frame): void {
    const interrupted = frame.rows.some((row) => row.state.interrupted);
    const common = this.commons.get(interrupted) ?? this.common(interrupted);
    const { out } = this.section;
    const start = out.length;
    out.u32(0);
    this.section.address(this.section.section, common);
    this.section.address(code, frame.start);
    out.u32(frame.end - frame.start);
    let at = frame.start;
    let state: FrameState = AS_CALLED;
    for (const row of frame.rows) {
      const changes = difference(state, row.state);
      if (changes.length === 0) continue;
      advance(out, row.offset - at);
      out.raw(changes);
      at = row.offset;
      state = row.state;
    }
    this.finish(start);
  }

  /** A common entry: 'S' marks frames that interrupted their caller. */
  private common(interrupted: boolean): number {
    const { out } = this.section;
    const start = out.length;
    this.commons.set(interrupted, start);
    out.u32(0, 0xffff_ffff).u8(3);
    text(out, interrupted ? 'S' : '');
    unsigned(out, 1);
    signed(out, DATA_ALIGNMENT);
    unsigned(out, EIP);
    out.u8(DW_CFA.def_cfa).u8(ESP).u8(4);
    out.u8(DW_CFA.offset | EIP).u8(1);
    this.finish(start);
    return start;
  }

  private finish(start: number): void {
    const { out } = this.section;
    // DW_CFA_nop up to a word.
    while (out.length % 4 !== 0) out.u8(0);
    out.patch((bytes) => setLength(bytes, start));
  }
}

/** What the common entries say. */
const AS_CALLED: FrameState = {
  cfaRegister: ESP,
  cfaOffset: 4,
  rules: new Map([[EIP, -4]]),
  interrupted: false,
  trapStack: false,
};

function advance(out: Writer, by: number): void {
  if (by === 0) return;
  if (by < 0x40) out.u8(DW_CFA.advance_loc | by);
  else if (by < 0x100) out.u8(DW_CFA.advance_loc1).u8(by);
  else if (by < 0x1_0000) out.u8(DW_CFA.advance_loc2).u16(by);
  else out.u8(DW_CFA.advance_loc4).u32(by);
}

/** The instructions that lead from one state to another. */
function difference(from: FrameState, to: FrameState): Uint8Array {
  const out = new Writer();
  if (from.cfaRegister !== to.cfaRegister) {
    out.u8(DW_CFA.def_cfa);
    unsigned(out, to.cfaRegister);
    unsigned(out, to.cfaOffset);
  } else if (from.cfaOffset !== to.cfaOffset) {
    out.u8(DW_CFA.def_cfa_offset);
    unsigned(out, to.cfaOffset);
  }
  for (const [register, rule] of to.rules) if (from.rules.get(register) !== rule) writeRule(out, register, rule);
  for (const register of from.rules.keys()) if (!to.rules.has(register)) out.u8(DW_CFA.same_value).u8(register);
  if (to.trapStack && !from.trapStack) {
    out.u8(DW_CFA.val_expression).u8(ESP).u8(TRAP_STACK.length).raw(TRAP_STACK);
  }
  return out.done();
}

function writeRule(out: Writer, register: number, rule: Rule): void {
  if (rule === 'same') out.u8(DW_CFA.same_value).u8(register);
  else if (rule === 'undefined') out.u8(DW_CFA.undefined).u8(register);
  else if (rule <= 0 && rule % DATA_ALIGNMENT === 0) {
    out.u8(DW_CFA.offset | register);
    unsigned(out, rule / DATA_ALIGNMENT);
  } else {
    out.u8(DW_CFA.offset_extended_sf).u8(register);
    signed(out, Math.trunc(rule / DATA_ALIGNMENT));
  }
}
