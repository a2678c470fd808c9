/**
 * Gives every statement its place and its size. Jumps begin short and grow when they must; nothing
 * shrinks again, so the passes settle. After that `emit` (emit.ts) makes the bytes.
 */

import { type Diagnostics, SourceError } from '../diagnostics.ts';
import { type Branch, branchNamed } from '../encode/branch.ts';
import { encode } from '../encode/encoder.ts';
import { EncodeError, type Encoding, type Form, type OperandForm } from '../encode/form.ts';
import type { ImmediateOperand, Instruction, Operand } from '../encode/operands.ts';
import { type Expression, evaluate, mentionsHere, type Scope } from '../expressions/expression.ts';
import { isConstant } from '../expressions/value.ts';
import type { AsmSymbol, Section, Statement, Unit } from '../statements/statement.ts';
import type { SymbolTable } from '../statements/symbols.ts';

/** A statement in its section, with what the passes have found out about it. */
export interface Placed {
  readonly statement: Statement;
  offset: number;
  /** Bytes of all repetitions together. */
  size: number;
  /** Bytes of one repetition. */
  each: number;
  repeat: number;
  /** An instruction whose bytes do not depend on the layout: encoded once. */
  fixed: Encoding | null;
  readonly branch: Branch | null;
  /** Why the last pass could not measure it; emit says it. */
  problem: SourceError | EncodeError | null;
}

export interface PlacedSection {
  readonly section: Section;
  readonly items: readonly Placed[];
  size: number;
}

const PASS_LIMIT = 200;
/** An image larger than this is surely an accident of `times`. */
export const SIZE_LIMIT = 64 * 1024 * 1024;

/** Lays out all sections of a unit. Errors that only the last pass can know are left to `emit`. */
export class Layout {
  readonly sections: readonly PlacedSection[];
  private readonly symbols: SymbolTable;
  private readonly diagnostics: Diagnostics;
  private readonly fixedMemo = new Map<string, boolean>();
  /** Labels that have their place of this pass; the others still have the one of the pass before. */
  private readonly placed = new Set<AsmSymbol>();
  private firstPass = true;
  private changed = false;

  constructor(unit: Unit, symbols: SymbolTable, diagnostics: Diagnostics) {
    this.symbols = symbols;
    this.diagnostics = diagnostics;
    this.sections = unit.sections.map((section) => ({
      section,
      size: 0,
      items: section.statements.map((statement) => ({
        statement,
        offset: 0,
        size: 0,
        each: 0,
        repeat: 1,
        fixed: null,
        branch: branchOf(statement),
        problem: null,
      })),
    }));
  }

  /** Runs passes until nothing moves; false if they never settle. */
  run(): boolean {
    for (let pass = 0; pass < PASS_LIMIT; pass++) {
      this.firstPass = pass === 0;
      this.changed = false;
      this.placed.clear();
      for (const section of this.sections) this.pass(section);
      if (!this.changed && !this.firstPass) return true;
    }
    const at = this.sections[0]?.items[0]?.statement.at ?? null;
    this.diagnostics.error(`the layout does not settle in ${PASS_LIMIT} passes: a size depends on itself`, at);
    return false;
  }

  private pass(placed: PlacedSection): void {
    let offset = 0;
    for (const item of placed.items) {
      const moved = offset - item.offset;
      if (moved !== 0) {
        item.offset = offset;
        this.changed = true;
      }
      const { statement } = item;
      if (statement.kind === 'label' || statement.kind === 'equ') {
        statement.symbol.offset = offset;
        this.placed.add(statement.symbol);
        continue;
      }
      const before = item.size;
      this.measure(item, placed.section, moved);
      if (item.size !== before) this.changed = true;
      offset += item.size;
      if (offset > SIZE_LIMIT)
        throw new SourceError(`the section '${placed.section.name}' grows beyond ${SIZE_LIMIT >> 20} MB`, statement.at);
    }
    placed.size = offset;
  }

  /** @param moved how far the item has moved since the last pass; what comes behind it, it pushes along */
  private measure(item: Placed, section: Section, moved: number): void {
    const { statement } = item;
    const scope = this.symbols.scope(section, item.offset);
    item.problem = null;
    try {
      item.repeat = statement.times ? this.repetitions(statement.times, scope) : 1;
      item.each = this.sizeOfOne(item, statement, section, scope, moved);
    } catch (problem) {
      // Said once, by emit, when all places are known; a first guess may well be wrong.
      if (!(problem instanceof SourceError || problem instanceof EncodeError)) throw problem;
      item.problem = problem;
    }
    item.size = item.each * item.repeat;
  }

  private repetitions(times: Expression, scope: Scope): number {
    const value = evaluate(times, scope);
    // In the first pass places are guesses, and a count may seem negative.
    if (!isConstant(value) || value.number < 0n) return 0;
    return bounded(value.number);
  }

  private sizeOfOne(item: Placed, statement: Statement, section: Section, scope: Scope, moved: number): number {
    switch (statement.kind) {
      case 'instruction':
        return this.instructionSize(item, statement.instruction, section, scope, moved);
      case 'data':
        return statement.items.reduce((sum, d) => sum + (d.kind === 'bytes' ? d.bytes.length : statement.unit), 0);
      case 'bytes':
        return statement.bytes.length;
      case 'reserve': {
        const count = evaluate(statement.count, scope);
        if (!isConstant(count) || count.number < 0n) return 0;
        return statement.unit * bounded(count.number);
      }
      case 'align':
        return padding(item.offset, statement.to, scope);
      default:
        return 0;
    }
  }

  // Instructions ---------------------------------------------------------------------------------

  private instructionSize(
    item: Placed,
    instruction: Instruction,
    section: Section,
    scope: Scope,
    moved: number,
  ): number {
    if (item.fixed) return item.fixed.bytes.length;
    if (item.branch) return this.branchSize(item, item.branch, instruction, section, scope, moved);
    if (instruction.operands.every((operand) => expressionsOf(operand).every((e) => this.isLayoutFree(e)))) {
      item.fixed = encode(formOf(instruction, scope));
      return item.fixed.bytes.length;
    }
    const length = encode(this.firstPass ? hopefulForm(instruction, scope) : formOf(instruction, scope)).bytes.length;
    return Math.max(length, item.each);
  }

  /** Short if there is a short form and the target is, or may yet turn out to be, near enough. */
  private branchSize(
    item: Placed,
    branch: Branch,
    instruction: Instruction,
    section: Section,
    scope: Scope,
    moved: number,
  ): number {
    const target = instruction.operands[0] as ImmediateOperand;
    const prefixes = branchPrefixes(instruction).length;
    const short = branch.short ? prefixes + branch.short.length + 1 : 0;
    const near = branch.near ? prefixes + branch.near.length + Math.min(4, instruction.bits / 8) : 0;
    if (!branch.short || target.distance === 'near') return near || short;
    if (!branch.near || target.distance === 'short') return short;
    if (item.each === near) return near;
    const value = evaluate(target.value, scope);
    const within = value.terms.length === 1 && value.terms[0]!.count === 1n && value.terms[0]!.base === section;
    if (!within) return near;
    if (this.firstPass) return short;
    const place = Number(value.number) + (this.isAhead(target.value) ? moved : 0);
    const distance = place - (item.offset + short);
    return distance >= -128 && distance <= 127 ? short : near;
  }

  /** Does the value hang on a label that has not been placed in this pass? */
  private isAhead(e: Expression): boolean {
    switch (e.op) {
      case 'symbol': {
        const symbol = this.symbols.all.get(e.name);
        return symbol?.kind === 'label' && !this.placed.has(symbol);
      }
      case 'unary':
        return this.isAhead(e.of);
      case 'binary':
        return this.isAhead(e.left) || this.isAhead(e.right);
      default:
        return false;
    }
  }

  /** Does the value hang on no place, so that the first look at it is the last? */
  private isLayoutFree(e: Expression): boolean {
    switch (e.op) {
      case 'number':
      case 'register':
        return true;
      case 'here':
      case 'start':
        return false;
      case 'symbol':
        return this.isSymbolFree(e.name);
      case 'unary':
        return this.isLayoutFree(e.of);
      case 'binary':
        return this.isLayoutFree(e.left) && this.isLayoutFree(e.right);
      case 'choose':
        return this.isLayoutFree(e.test) && this.isLayoutFree(e.yes) && this.isLayoutFree(e.no);
    }
  }

  private isSymbolFree(name: string): boolean {
    let known = this.fixedMemo.get(name);
    if (known === undefined) {
      const symbol = this.symbols.all.get(name);
      this.fixedMemo.set(name, false);
      known = symbol?.kind === 'equ' && symbol.value !== null && this.isLayoutFree(symbol.value);
      this.fixedMemo.set(name, known);
    }
    return known;
  }
}

/** A count as a plain number; one that is too large stays so, and the section's size says it. */
function bounded(count: bigint): number {
  return count > BigInt(SIZE_LIMIT) ? SIZE_LIMIT + 1 : Number(count);
}

/** Bytes up to the next multiple. */
export function padding(offset: number, to: Expression, scope: Scope): number {
  const align = Number(evaluate(to, scope).number);
  return align > 0 ? (align - (offset % align)) % align : 0;
}

function branchOf(statement: Statement): Branch | null {
  if (statement.kind !== 'instruction') return null;
  const { mnemonic, operands, bits } = statement.instruction;
  const [target, counter] = operands;
  if (target?.kind !== 'immediate' || (counter && !mnemonic.startsWith('loop'))) return null;
  return branchNamed(mnemonic, bits) ?? null;
}

/** Prefix bytes of a branch: `loop x, cx` counts with the register named. */
export function branchPrefixes(instruction: Instruction): number[] {
  const bytes: number[] = [];
  const counter = instruction.operands[1];
  if (counter?.kind === 'register' && counter.register.size !== instruction.bits) bytes.push(0x67);
  for (const prefix of instruction.prefixes) {
    if (prefix === 'a16' || prefix === 'a32') {
      if (prefix !== `a${instruction.bits}`) bytes.push(0x67);
    } else if (prefix === 'cs' || prefix === 'ds') bytes.push(prefix === 'cs' ? 0x2e : 0x3e);
    else throw new SourceError(`the prefix '${prefix}' does not go with a jump`, instruction.at);
  }
  return bytes;
}

/** All expressions of an operand. */
export function expressionsOf(operand: Operand): Expression[] {
  switch (operand.kind) {
    case 'register':
      return [];
    case 'immediate':
      return [operand.value];
    case 'memory':
      return operand.displacement ? [operand.displacement] : [];
    case 'far':
      return [operand.selector, operand.offset];
  }
}

/** The form with the numbers as they are now; addresses stay open. */
export function formOf(instruction: Instruction, scope: Scope): Form {
  return makeForm(instruction, (e) => {
    const value = evaluate(e, scope);
    return isConstant(value) ? value.number : 'open';
  });
}

/** For the first pass: distances between places are taken for small, since none is known yet. */
function hopefulForm(instruction: Instruction, scope: Scope): Form {
  return makeForm(instruction, (e) => (isConstant(evaluate(e, scope)) ? 0n : 'open'));
}

/** The form with every number that is no literal left open: the longest one. */
export function openForm(instruction: Instruction, scope: Scope): Form {
  const isPlain = (e: Expression): boolean => e.op === 'number';
  return makeForm(instruction, (e) => (isPlain(e) ? evaluate(e, scope).number : 'open'));
}

function makeForm(instruction: Instruction, number: (e: Expression) => bigint | 'open'): Form {
  const { mnemonic, prefixes, operands, bits } = instruction;
  return { mnemonic, prefixes, operands: operands.map((operand) => operandForm(operand, number)), bits };
}

function operandForm(operand: Operand, number: (e: Expression) => bigint | 'open'): OperandForm {
  switch (operand.kind) {
    case 'register':
      return { kind: 'register', register: operand.register };
    case 'immediate':
      return { kind: 'immediate', number: number(operand.value), size: operand.size, strict: operand.strict };
    case 'memory': {
      const { kind, size, far, segment, base, index, scale, relative, displacementSize } = operand;
      const known = operand.displacement ? number(operand.displacement) : 0n;
      const displacement = relative ? 'open' : known;
      return { kind, size, far, segment, base, index, scale, relative, displacement, displacementSize };
    }
    case 'far':
      return {
        kind: 'far',
        selector: number(operand.selector),
        offset: number(operand.offset),
        size: operand.size,
      };
  }
}

/** Does one repetition differ from the next, because `$` moves? */
export function differsByPlace(statement: Statement): boolean {
  if (statement.kind === 'instruction') {
    return (
      branchOf(statement) !== null || statement.instruction.operands.some((o) => expressionsOf(o).some(mentionsHere))
    );
  }
  return statement.kind === 'data' && statement.items.some((d) => d.kind === 'expression' && mentionsHere(d.value));
}
