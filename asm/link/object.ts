/**
 * What the linker knows of one object: sections with what waits in them, and names. The assembler's
 * own sources come as this, and so do files other tools have made (elf-object.ts).
 */

import { type Diagnostics, SourceError } from '../diagnostics.ts';
import { evaluate } from '../expressions/expression.ts';
import { type Base, singleBase } from '../expressions/value.ts';
import type { EmittedSection } from '../layout/emit.ts';
import type { Position } from '../source/source.ts';
import type { AsmSymbol } from '../statements/statement.ts';
import type { SymbolTable } from '../statements/symbols.ts';

/** One object, before it has addresses. */
export interface ObjectCode {
  /** For messages and the map. */
  readonly file: string;
  readonly sections: readonly EmittedSection[];
  readonly symbols: readonly ObjectSymbol[];
  /** Sections of which the image wants one only, whichever file brings it first (COMDAT), by their signature. */
  readonly groups: ReadonlyMap<string, readonly EmittedSection[]>;
}

export interface ObjectSymbol {
  readonly name: string;
  /** `common`: room the linker finds, if nobody defines the name. */
  readonly kind: 'defined' | 'undefined' | 'common';
  /** Its section (or the other file's name an `equ` hangs on); null for plain numbers. */
  readonly base: Base | null;
  /** From the base. */
  readonly value: bigint;
  /** What relocations call it, where they go by its name and not by its place. */
  readonly reference: Base | null;
  /** In bytes, 0 if not known. */
  readonly size: number;
  /** Of common symbols, in bytes. */
  readonly align: number;
  readonly type: AsmSymbol['type'];
  readonly global: boolean;
  readonly weak: boolean;
  readonly at: Position | null;
}

/** Names the assembler made up: numeric labels, macros' own. */
export function isPrivate(name: string): boolean {
  return name.startsWith('..@') || name.includes('#');
}

/** The names of an assembled source, once its layout stands. */
export function objectSymbols(
  table: SymbolTable,
  sections: readonly EmittedSection[],
  diagnostics: Diagnostics,
): ObjectSymbol[] {
  const result: ObjectSymbol[] = [];
  const ends = endsOfLabels(table, sections);
  const data = dataInCode(sections);
  for (const symbol of table.all.values()) {
    if (isPrivate(symbol.name)) continue;
    const { name, align, global, weak, at } = symbol;
    const inCode = symbol.type === 'none' && !symbol.sizeGiven ? data.get(symbol) : undefined;
    const type = inCode ? 'object' : symbol.type;
    const size = inCode ?? sizeOf(table, symbol, ends, diagnostics);
    const common = { name, size, align, type, global, weak, at, reference: symbol.external ?? symbol.weakReference };
    if (symbol.kind === 'common') result.push({ ...common, kind: 'common', base: null, value: 0n, type: 'object' });
    else if (symbol.external) result.push({ ...common, kind: 'undefined', base: null, value: 0n });
    else {
      const place = placeOf(table, symbol);
      if (place) result.push({ ...common, kind: 'defined', ...place });
    }
  }
  return result;
}

function placeOf(table: SymbolTable, symbol: AsmSymbol): { base: Base | null; value: bigint } | null {
  if (symbol.kind === 'label') return { base: symbol.section, value: BigInt(symbol.offset) };
  try {
    const { number, terms } = table.scope(symbol.section, symbol.offset).symbol(symbol.name, symbol.at);
    const base = singleBase({ number, terms });
    return terms.length === 0 || base ? { base, value: number } : null;
  } catch (problem) {
    // An equ that cannot be evaluated has been reported where it stands.
    if (problem instanceof SourceError) return null;
    throw problem;
  }
}

/** In bytes: as the source says; else a function or object ends where the next label (but its own locals) begins. */
function sizeOf(
  table: SymbolTable,
  symbol: AsmSymbol,
  ends: ReadonlyMap<AsmSymbol, number>,
  diagnostics: Diagnostics,
): number {
  const { sizeGiven } = symbol;
  if (sizeGiven) {
    const value = diagnostics.guard(sizeGiven.at, () => {
      const { number, terms } = evaluate(sizeGiven, table.scope(symbol.section, symbol.offset));
      if (terms.length > 0 || number < 0n) throw new SourceError('a size is a number known at assembly', sizeGiven.at);
      return Number(number);
    });
    return value ?? 0;
  }
  if (symbol.kind === 'label' && symbol.type !== 'none') return (ends.get(symbol) ?? symbol.offset) - symbol.offset;
  return symbol.size;
}

/**
 * Labels in code that name data, and how many bytes of it, up to the next label: nobody has to say `:object` for a
 * disassembler to leave a table between two routines alone. Data that an instruction follows without a label between
 * them is an instruction written by hand.
 */
function dataInCode(sections: readonly EmittedSection[]): Map<AsmSymbol, number> {
  const sizes = new Map<AsmSymbol, number>();
  for (const { section, size } of sections) {
    if (!section.execute) continue;
    let labels: AsmSymbol[] = [];
    let isData = false;
    const close = (end: number): void => {
      if (isData) for (const label of labels) sizes.set(label, end - label.offset);
      labels = [];
      isData = false;
    };
    for (const statement of section.statements) {
      if (statement.kind === 'label') {
        if (isData) close(statement.symbol.offset);
        labels.push(statement.symbol);
      } else if (statement.kind === 'instruction') {
        labels = [];
        isData = false;
      } else if (statement.kind === 'data' || statement.kind === 'bytes' || statement.kind === 'reserve') {
        isData = true;
      }
    }
    close(size);
  }
  return sizes;
}

function endsOfLabels(table: SymbolTable, sections: readonly EmittedSection[]): Map<AsmSymbol, number> {
  const sizes = new Map(sections.map(({ section, size }) => [section, size]));
  const labels = [...table.all.values()].filter((s) => s.kind === 'label' && s.section && !isPrivate(s.name));
  const ends = new Map<AsmSymbol, number>();
  const main = labels.filter((s) => !s.name.includes('.', 1)).sort((a, b) => a.offset - b.offset);
  const next = new Map<unknown, { at: number; end: number }>();
  for (const label of main.reverse()) {
    const after = next.get(label.section) ?? { at: Number.POSITIVE_INFINITY, end: sizes.get(label.section!) ?? 0 };
    const end = after.at > label.offset ? Math.min(after.at, after.end) : after.end;
    ends.set(label, end);
    next.set(label.section, { at: label.offset, end });
  }
  return ends;
}
