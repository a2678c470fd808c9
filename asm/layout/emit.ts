/** The bytes of a laid-out unit, with relocations, the line table, and what a listing shows. */

import { type Diagnostics, SourceError } from '../diagnostics.ts';
import { encode } from '../encode/encoder.ts';
import { EncodeError, type Field, fits, immediateWidth } from '../encode/form.ts';
import type { ImmediateOperand, Instruction } from '../encode/operands.ts';
import { type Expression, evaluate, type Scope } from '../expressions/expression.ts';
import { type Base, isConstant, singleBase } from '../expressions/value.ts';
import type { Position, SourceLine } from '../source/source.ts';
import type { Section, Statement } from '../statements/statement.ts';
import type { SymbolTable } from '../statements/symbols.ts';
import {
  branchPrefixes,
  differsByPlace,
  expressionsOf,
  formOf,
  type Layout,
  openForm,
  type Placed,
  type PlacedSection,
} from './layout.ts';

/** A field that gets its value when addresses are known: base + addend, less the field's own address if relative. */
export interface Relocation {
  /** From the section's start. */
  readonly offset: number;
  /** In bytes: 1, 2 or 4. */
  readonly size: number;
  readonly relative: boolean;
  /** Null: the target is an absolute number (only of use when relative). */
  readonly base: Base | null;
  readonly addend: bigint;
  /** Null in objects that other tools have made. */
  readonly at: Position | null;
}

/** Bytes a line has made: for the listing and the line table. */
export interface Chunk {
  readonly offset: number;
  readonly size: number;
  readonly line: SourceLine;
  readonly isCode: boolean;
}

export interface EmittedSection {
  readonly section: Section;
  /** Empty for a section without bits. */
  readonly bytes: Uint8Array;
  /** In bytes; more than `bytes` holds only without bits. */
  readonly size: number;
  readonly relocations: readonly Relocation[];
  readonly chunks: readonly Chunk[];
  /** The address the code believes to be at (vstart=); null: where it lies. */
  readonly virtualStart: number | null;
}

/** Makes all sections' bytes; what does not fit is said in `diagnostics`. */
export function emit(layout: Layout, symbols: SymbolTable, diagnostics: Diagnostics): EmittedSection[] {
  return layout.sections.map((placed) => new SectionEmitter(placed, symbols, diagnostics).run());
}

/** Each repeated address is a relocation of its own; a bound keeps memory in bounds. */
const REPEATED_ADDRESSES = 1_000_000;

class SectionEmitter {
  private readonly bytes: Uint8Array;
  private readonly relocations: Relocation[] = [];
  private readonly chunks: Chunk[] = [];
  private readonly placed: PlacedSection;
  private readonly symbols: SymbolTable;
  private readonly diagnostics: Diagnostics;

  constructor(placed: PlacedSection, symbols: SymbolTable, diagnostics: Diagnostics) {
    this.placed = placed;
    this.symbols = symbols;
    this.diagnostics = diagnostics;
    this.bytes = new Uint8Array(placed.section.noBits ? 0 : placed.size);
  }

  run(): EmittedSection {
    for (const item of this.placed.items) {
      const { statement } = item;
      this.diagnostics.guard(statement.at, () => {
        try {
          this.emitItem(item, statement);
        } catch (problem) {
          if (problem instanceof EncodeError) throw new SourceError(problem.message, statement.at);
          throw problem;
        }
      });
    }
    const { section, size } = this.placed;
    const { bytes, relocations, chunks } = this;
    return { section, bytes, size, relocations, chunks, virtualStart: this.virtualStart(section.virtualStart) };
  }

  private virtualStart(e: Expression | null): number | null {
    if (!e) return null;
    const value = this.diagnostics.guard(e.at, () => evaluate(e, this.symbols.scope(null, 0)));
    return value ? Number(BigInt.asUintN(32, value.number)) : 0;
  }

  private emitItem(item: Placed, statement: Statement): void {
    if (statement.kind === 'label') return;
    if (statement.kind === 'cfi') {
      this.checkCfi(statement.cfi.number, item.offset);
      return;
    }
    if (item.problem) throw item.problem;
    const scope = this.symbols.scope(this.placed.section, item.offset);
    if (statement.kind === 'equ') {
      evaluate(statement.symbol.value!, scope);
      return;
    }
    if (statement.times) this.checkTimes(statement.times, scope);
    this.checkRoom(statement);
    if (item.size > 0 || statement.kind === 'instruction') {
      const { line } = statement.at;
      this.chunks.push({ offset: item.offset, size: item.size, line, isCode: statement.kind === 'instruction' });
    }
    if (this.placed.section.noBits) {
      this.checkCount(statement, scope);
      return;
    }
    const again = differsByPlace(statement);
    for (let i = 0; i < Math.max(1, item.repeat); i++) {
      const offset = item.offset + i * item.each;
      if (item.repeat === 0) return;
      if (i > 0 && !again) {
        this.repeatBytes(item, i);
        return;
      }
      this.emitOne(item, statement, offset, this.symbols.scope(this.placed.section, offset));
    }
  }

  /** Copies the first repetition's bytes, and its relocations, to the rest. */
  private repeatBytes(item: Placed, from: number): void {
    const first = this.bytes.subarray(item.offset, item.offset + item.each);
    const moved = this.relocations.filter((r) => r.offset >= item.offset);
    if (moved.length > 0 && item.repeat > REPEATED_ADDRESSES) {
      throw new SourceError(`addresses are repeated ${REPEATED_ADDRESSES} times at most`, item.statement.at);
    }
    for (let i = from; i < item.repeat; i++) {
      this.bytes.set(first, item.offset + i * item.each);
      for (const r of moved) this.relocations.push({ ...r, offset: r.offset + i * item.each });
    }
  }

  private checkCfi(number: Expression | null, offset: number): void {
    if (number && !isConstant(evaluate(number, this.symbols.scope(this.placed.section, offset)))) {
      throw new SourceError('a number known at assembly is needed here', number.at);
    }
  }

  private checkTimes(times: Expression, scope: Scope): void {
    const value = evaluate(times, scope);
    if (!isConstant(value)) throw new SourceError("'times' needs a number known at assembly", times.at);
    if (value.number < 0n)
      throw new SourceError(`'times' cannot repeat ${value.number} times: there is no room left`, times.at);
  }

  /** Bytes have no place in .bss. */
  private checkRoom(statement: Statement): void {
    const { noBits, name, execute } = this.placed.section;
    const makes = statement.kind === 'instruction' || statement.kind === 'data' || statement.kind === 'bytes';
    if (noBits && makes)
      throw new SourceError(`the section '${name}' holds no bytes, only room: use resb and its like`, statement.at);
    if (execute && statement.kind === 'reserve') {
      this.diagnostics.warning(`room reserved in '${name}' is filled with zeros`, statement.at);
    }
  }

  private checkCount(statement: Statement, scope: Scope): void {
    if (statement.kind !== 'reserve') return;
    const count = evaluate(statement.count, scope);
    if (!isConstant(count)) throw new SourceError('how much to reserve must be known at assembly', statement.count.at);
    if (count.number < 0n) throw new SourceError(`cannot reserve ${count.number} units`, statement.count.at);
  }

  private emitOne(item: Placed, statement: Statement, offset: number, scope: Scope): void {
    switch (statement.kind) {
      case 'instruction':
        if (item.branch) {
          this.branch(item, statement.instruction, offset, scope);
          return;
        }
        this.instruction(item, statement.instruction, offset, scope);
        return;
      case 'bytes':
        this.bytes.set(statement.bytes, offset);
        return;
      case 'data': {
        let at = offset;
        for (const part of statement.items) {
          if (part.kind === 'bytes') this.bytes.set(part.bytes, at);
          else this.number(part.value, at, statement.unit, scope);
          at += part.kind === 'bytes' ? part.bytes.length : statement.unit;
        }
        return;
      }
      case 'align': {
        const fill = statement.fill;
        if (fill === null) return;
        const byte = fill === 'nop' ? 0x90 : Number(BigInt.asUintN(8, evaluate(fill, scope).number));
        this.bytes.fill(byte, offset, offset + item.size);
        return;
      }
      case 'reserve':
        this.checkCount(statement, scope);
        return;
    }
  }

  // Numbers --------------------------------------------------------------------------------------

  /** A data unit: a number, or an address the linker fills in. */
  private number(e: Expression, at: number, size: number, scope: Scope): void {
    const value = evaluate(e, scope);
    if (isConstant(value)) {
      if (size < 8 && !fits(value.number, size * 8)) this.truncated(value.number, size, e.at);
      this.put(at, value.number, Math.min(size, 8));
      return;
    }
    this.relocate(e, at, Math.min(size, 4), scope);
  }

  /** An address in a field. */
  private relocate(e: Expression, at: number, size: number, scope: Scope): void {
    const value = evaluate(e, scope);
    const base = singleBase(value);
    if (!base) throw new SourceError('this is no address: a sum of places, or a place taken away', e.at);
    this.relocations.push({ offset: at, size, relative: false, base, addend: value.number, at: e.at });
    this.put(at, value.number, size);
  }

  private put(at: number, number: bigint, size: number): void {
    let rest = BigInt.asUintN(size * 8, number);
    for (let i = 0; i < size; i++, rest >>= 8n) this.bytes[at + i] = Number(rest & 0xffn);
  }

  private truncated(number: bigint, size: number, at: Position): void {
    const name = { 1: 'a byte', 2: 'a word', 4: 'a dword' }[size];
    this.diagnostics.warning(`${number} does not fit ${name}; its upper bits are cut off`, at);
  }

  // Instructions ---------------------------------------------------------------------------------

  private instruction(item: Placed, instruction: Instruction, offset: number, scope: Scope): void {
    let encoding = item.fixed ?? encode(formOf(instruction, scope));
    // A later pass may have found a shorter form than an earlier one made room for: then the longer is taken.
    if (encoding.bytes.length !== item.each) encoding = encode(openForm(instruction, scope));
    if (encoding.bytes.length !== item.each) {
      throw new SourceError('the length of this instruction depends on itself; give its number a size', instruction.at);
    }
    this.bytes.set(encoding.bytes, offset);
    this.warnTruncation(instruction, scope);
    for (const field of encoding.fields) {
      if (field.relative) this.fillRelative(field, instruction, offset, item.each, scope);
      else this.fillField(field, instruction, offset, scope);
    }
  }

  private fillField(field: Field, instruction: Instruction, offset: number, scope: Scope): void {
    const expressions = expressionsOf(instruction.operands[field.operand]!);
    const e = expressions[!field.selector && expressions.length > 1 ? 1 : 0]!;
    const value = evaluate(e, scope);
    if (isConstant(value)) this.put(offset + field.offset, value.number, field.size);
    else this.relocate(e, offset + field.offset, field.size, scope);
  }

  /** `[rel place]`: the distance from the instruction's end. */
  private fillRelative(field: Field, instruction: Instruction, offset: number, length: number, scope: Scope): void {
    const [e] = expressionsOf(instruction.operands[field.operand]!);
    if (!e) return;
    const value = evaluate(e, scope);
    const base = singleBase(value);
    if (!isConstant(value) && !base) throw new SourceError('this is no address: a sum of places', e.at);
    const place = offset + field.offset;
    const addend = value.number - BigInt(length - field.offset);
    if (base === this.placed.section) {
      this.put(place, addend - BigInt(place), field.size);
      return;
    }
    this.relocations.push({ offset: place, size: field.size, relative: true, base, addend, at: e.at });
    this.put(place, addend, field.size);
  }

  /** Says when an immediate is larger than its operand. */
  private warnTruncation(instruction: Instruction, scope: Scope): void {
    instruction.operands.forEach((operand, i) => {
      if (operand.kind !== 'immediate') return;
      const width = immediateWidth(formOf(instruction, scope), i);
      const value = evaluate(operand.value, scope);
      if (width !== null && isConstant(value) && !fits(value.number, width))
        this.truncated(value.number, width / 8, operand.at);
    });
  }

  private branch(item: Placed, instruction: Instruction, offset: number, scope: Scope): void {
    const target = instruction.operands[0] as ImmediateOperand;
    const prefixes = branchPrefixes(instruction);
    const { short, near } = item.branch!;
    const isShort = short !== null && item.each === prefixes.length + short.length + 1;
    const opcode = isShort ? short : near!;
    const size = isShort ? 1 : Math.min(4, instruction.bits / 8);
    this.bytes.set([...prefixes, ...opcode], offset);
    const field = offset + item.each - size;
    const value = evaluate(target.value, scope);
    const base = singleBase(value);
    if (!isConstant(value) && !base)
      throw new SourceError('this is no address: a sum of places, or a place taken away', target.at);
    if (base === this.placed.section) {
      const distance = value.number - BigInt(offset + item.each);
      if (size === 1 && (distance < -128n || distance > 127n)) throw new SourceError(tooFar(distance), target.at);
      this.put(field, distance, size);
      return;
    }
    if (size === 1 && !isConstant(value)) throw new SourceError('a short jump cannot leave its section', target.at);
    this.relocations.push({
      offset: field,
      size,
      relative: true,
      base,
      addend: value.number - BigInt(size),
      at: target.at,
    });
    this.put(field, value.number - BigInt(size), size);
  }
}

function tooFar(distance: bigint): string {
  const over = distance < 0n ? -128n - distance : distance - 127n;
  return `a short jump reaches -128 to +127 bytes; this one is ${over} bytes too far`;
}
