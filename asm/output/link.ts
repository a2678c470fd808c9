/**
 * Puts sections at addresses and fills in what waited for them. Flat binaries, programs and
 * multiboot kernels differ only in where their sections go.
 */

import { type Diagnostics, SourceError } from '../diagnostics.ts';
import { evaluate } from '../expressions/expression.ts';
import { type Base, isConstant, singleBase } from '../expressions/value.ts';
import type { EmittedSection, Relocation } from '../layout/emit.ts';
import type { AsmSymbol } from '../statements/statement.ts';
import type { SymbolTable } from '../statements/symbols.ts';

/** One assembled source, before it has addresses. */
export interface ObjectCode {
  readonly file: string;
  readonly sections: readonly EmittedSection[];
  readonly symbols: SymbolTable;
}

/** How sections are put into memory. */
export interface LinkLayout {
  /** The first section's address. */
  readonly base: number;
  /** Each section begins a page ('sections'), only a change of rights does ('rights'), or none does ('none'). */
  readonly pages: 'sections' | 'rights' | 'none';
}

export interface PlacedOutput {
  readonly name: string;
  readonly address: number;
  /** In bytes. */
  readonly size: number;
  readonly emitted: EmittedSection;
  /** Relocated; empty without bits. */
  readonly bytes: Uint8Array;
  readonly object: ObjectCode;
}

export interface LinkedSymbol {
  readonly name: string;
  readonly address: number;
  /** In bytes, 0 if not known. */
  readonly size: number;
  readonly type: AsmSymbol['type'];
  readonly global: boolean;
  readonly weak: boolean;
  /** Null for plain numbers (equ). */
  readonly section: string | null;
}

export interface LinkedImage {
  readonly sections: readonly PlacedOutput[];
  readonly symbols: readonly LinkedSymbol[];
}

export const PAGE = 4096;

/** Links objects into one image. Names that nobody defines are errors. */
export function link(objects: readonly ObjectCode[], layout: LinkLayout, diagnostics: Diagnostics): LinkedImage {
  const placed = place(objects, layout, diagnostics);
  const addresses = new Map<Base, number>(placed.map((p) => [p.emitted.section, p.address]));
  resolveExternals(objects, placed, addresses, diagnostics);
  for (const section of placed) {
    for (const relocation of section.emitted.relocations) relocate(section, relocation, addresses, diagnostics);
  }
  const symbols = objects.flatMap((object) => symbolsOf(object, addresses));
  symbols.sort((a, b) => a.address - b.address || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { sections: placed, symbols };
}

/** The order of sections in an image: what a boot loader looks for first, then code, constants, data, room. */
function rank(section: EmittedSection['section']): number {
  if (!section.allocate) return 9;
  if (section.name.startsWith('.multiboot')) return 0;
  if (section.noBits) return 4;
  if (section.write) return 3;
  return section.execute ? 1 : 2;
}

function place(objects: readonly ObjectCode[], layout: LinkLayout, diagnostics: Diagnostics): PlacedOutput[] {
  const all = objects.flatMap((object) => object.sections.map((emitted) => ({ object, emitted })));
  const used = all.filter(({ emitted }) => emitted.size > 0 || emitted.section.name === '.text');
  // Sections of one rank stand by name in the order they were first met, all parts of a name together.
  const names = [...new Set(used.map(({ emitted }) => emitted.section.name))];
  const order = (e: EmittedSection): number => rank(e.section) * 1e6 + names.indexOf(e.section.name);
  used.sort((a, b) => order(a.emitted) - order(b.emitted));
  let at = layout.base;
  let before: EmittedSection['section'] | null = null;
  return used.map(({ object, emitted }) => {
    const { section } = emitted;
    const newName = before !== null && before.name !== section.name;
    const newRights = before !== null && before.write !== section.write;
    // A flat binary's first section stands at the origin, whatever its alignment.
    const align = layout.pages === 'none' && !before ? 1 : section.align;
    at = alignUp(at, align);
    if ((layout.pages === 'sections' && newName) || (layout.pages === 'rights' && newRights)) at = alignUp(at, PAGE);
    const address = section.virtualStart ? startOf(emitted, object, diagnostics) : section.allocate ? at : 0;
    if (section.allocate) at += emitted.size;
    before = section;
    return { name: section.name, address, size: emitted.size, emitted, bytes: emitted.bytes.slice(), object };
  });
}

function startOf(emitted: EmittedSection, object: ObjectCode, diagnostics: Diagnostics): number {
  const e = emitted.section.virtualStart!;
  const value = diagnostics.guard(e.at, () => evaluate(e, object.symbols.scope(null, 0)));
  return value ? Number(BigInt.asUintN(32, value.number)) : 0;
}

export function alignUp(address: number, align: number): number {
  return Math.ceil(address / align) * align;
}

/** Names of other files, then names every image has: _etext, _edata, __bss_start, _end. */
function resolveExternals(
  objects: readonly ObjectCode[],
  placed: readonly PlacedOutput[],
  addresses: Map<Base, number>,
  diagnostics: Diagnostics,
): void {
  const globals = new Map<string, number>();
  for (const object of objects) {
    for (const symbol of symbolsOf(object, addresses)) {
      if (!symbol.global) continue;
      if (globals.has(symbol.name) && !symbol.weak) {
        diagnostics.error(`'${symbol.name}' is defined by more than one file`, null);
      }
      globals.set(symbol.name, symbol.address);
    }
  }
  const ends = edges(placed);
  for (const object of objects) {
    for (const symbol of object.symbols.all.values()) {
      if (!symbol.external) continue;
      const address = globals.get(symbol.name) ?? ends.get(symbol.name);
      if (address !== undefined) addresses.set(symbol.external, address);
      else diagnostics.error(`'${symbol.name}' is defined in no file`, symbol.external.at);
    }
  }
}

/** Where the parts of the image begin and end, under the names linkers give them. */
function edges(placed: readonly PlacedOutput[]): Map<string, number> {
  const end = (test: (s: EmittedSection['section']) => boolean): number =>
    placed
      .filter((p) => p.emitted.section.allocate && test(p.emitted.section))
      .reduce((most, p) => Math.max(most, p.address + p.size), 0);
  const result = new Map([
    ['_etext', end((s) => s.execute)],
    ['_edata', end((s) => !s.noBits)],
    ['_end', end(() => true)],
  ]);
  result.set('__bss_start', placed.find((p) => p.emitted.section.noBits)?.address ?? result.get('_edata')!);
  for (const p of placed) {
    const plain = p.name.replace(/^\./, '');
    result.set(`__start_${plain}`, p.address);
    result.set(`__stop_${plain}`, p.address + p.size);
  }
  return result;
}

function relocate(
  section: PlacedOutput,
  r: Relocation,
  addresses: ReadonlyMap<Base, number>,
  diagnostics: Diagnostics,
): void {
  const target = r.base ? addresses.get(r.base) : 0;
  // A name nobody defines has been reported.
  if (target === undefined) return;
  const own = r.relative ? section.address + r.offset : 0;
  const value = BigInt(target) + r.addend - BigInt(own);
  const bits = BigInt(r.size * 8);
  // 32-bit addresses wrap; shorter ones must fit, unless code jumps within its own 64 KB.
  if (r.size < 4 && !(r.relative && r.size === 2) && (value < -(1n << (bits - 1n)) || value >= 1n << bits)) {
    diagnostics.error(`the address 0x${BigInt.asUintN(64, value).toString(16)} does not fit ${bits} bits`, r.at);
    return;
  }
  let rest = BigInt.asUintN(Number(bits), value);
  for (let i = 0; i < r.size; i++, rest >>= 8n) section.bytes[r.offset + i] = Number(rest & 0xffn);
}

/** Names the assembler made up: numeric labels, macros' own. */
export function isPrivate(name: string): boolean {
  return name.startsWith('..@') || name.includes('#');
}

/** The object's symbols at their addresses; what has none (another file's name) is left out. */
function symbolsOf(object: ObjectCode, addresses: ReadonlyMap<Base, number>): LinkedSymbol[] {
  const result: LinkedSymbol[] = [];
  for (const symbol of object.symbols.all.values()) {
    if (symbol.external || isPrivate(symbol.name)) continue;
    const found = locate(object.symbols, symbol, addresses);
    if (!found) continue;
    const { name, size, type, global, weak } = symbol;
    result.push({ name, size, type, global, weak, ...found });
  }
  return result;
}

function locate(
  table: SymbolTable,
  symbol: AsmSymbol,
  addresses: ReadonlyMap<Base, number>,
): { address: number; section: string | null } | null {
  try {
    const value = table.scope(symbol.section, symbol.offset).symbol(symbol.name, symbol.at);
    if (isConstant(value)) return { address: Number(BigInt.asUintN(32, value.number)), section: null };
    const base = singleBase(value);
    const start = base ? addresses.get(base) : undefined;
    if (!base || start === undefined) return null;
    return { address: Number(BigInt.asUintN(32, BigInt(start) + value.number)), section: base.name };
  } catch (problem) {
    // An equ that cannot be evaluated has been reported where it stands.
    if (problem instanceof SourceError) return null;
    throw problem;
  }
}
