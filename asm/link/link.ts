/**
 * Puts objects together: finds who defines each name, places the sections, and fills in what waited
 * for addresses. One source or many files, ours or another tool's: it is all the same here.
 */

import type { Diagnostics } from '../diagnostics.ts';
import type { Base } from '../expressions/value.ts';
import type { EmittedSection, Relocation } from '../layout/emit.ts';
import { nearest } from '../statements/mnemonics.ts';
import type { AsmSymbol, Section } from '../statements/statement.ts';
import type { LinkLayout } from './layout.ts';
import type { ObjectCode, ObjectSymbol } from './object.ts';
import { alignUp, type OutputSection, type PlacedPiece, type Placement, place } from './place.ts';

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
  /** Every object's sections, in the order of their addresses. */
  readonly pieces: readonly PlacedPiece[];
  readonly outputs: readonly OutputSection[];
  /** By address, then by name. */
  readonly symbols: readonly LinkedSymbol[];
}

export const EMPTY_IMAGE: LinkedImage = { pieces: [], outputs: [], symbols: [] };

/** Links objects into one image. Names that nobody defines are errors. */
export function linkObjects(objects: readonly ObjectCode[], layout: LinkLayout, diagnostics: Diagnostics): LinkedImage {
  return new Linker(objects, layout, diagnostics).run();
}

/** A name that other files may use, and who defines it. */
interface Definition {
  readonly symbol: ObjectSymbol;
  readonly object: ObjectCode;
}

class Linker {
  private readonly objects: readonly ObjectCode[];
  private readonly diagnostics: Diagnostics;
  private readonly placement: Placement;
  private readonly pieces: readonly PlacedPiece[];
  private readonly definitions = new Map<string, Definition>();
  /** Sections, and names of other files. */
  private readonly addresses = new Map<Base, number>();
  private readonly edges: ReadonlyMap<string, number>;
  /** Addresses of names the layout or the edges give. */
  private readonly outputOf = new Map<Base, string>();

  constructor(objects: readonly ObjectCode[], layout: LinkLayout, diagnostics: Diagnostics) {
    this.diagnostics = diagnostics;
    for (const object of objects) this.define(object);
    const room = this.roomForCommons(objects);
    this.objects = room ? [...objects, room] : objects;
    this.placement = place(this.objects, layout, diagnostics);
    this.pieces = this.placement.outputs.flatMap((output) => output.pieces);
    for (const { emitted, address, name } of this.pieces) {
      this.addresses.set(emitted.section, address);
      this.outputOf.set(emitted.section, name);
    }
    this.edges = edges(this.placement);
  }

  run(): LinkedImage {
    this.resolve();
    for (const piece of this.pieces) {
      for (const relocation of piece.emitted.relocations) this.relocate(piece, relocation);
    }
    const symbols = this.objects.flatMap((object) => this.symbolsOf(object));
    for (const [name, address] of this.placement.symbols) {
      symbols.push({ name, address, size: 0, type: 'none', global: true, weak: false, section: null });
    }
    symbols.sort((a, b) => a.address - b.address || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    return { pieces: this.pieces, outputs: this.placement.outputs, symbols };
  }

  // Names ----------------------------------------------------------------------------------------

  /** The first weak definition stands until a strong one comes; two strong ones are one too many. */
  private define(object: ObjectCode): void {
    const copies = new Set<unknown>();
    for (const [signature, members] of object.groups) {
      if (this.groups.has(signature)) for (const { section } of members) copies.add(section);
      this.groups.add(signature);
    }
    for (const symbol of object.symbols) {
      if (symbol.kind !== 'defined' || !(symbol.global || symbol.weak) || copies.has(symbol.base)) continue;
      const before = this.definitions.get(symbol.name);
      if (!before || (before.symbol.weak && !symbol.weak)) this.definitions.set(symbol.name, { symbol, object });
      else if (!before.symbol.weak && !symbol.weak) {
        const files = `${before.object.file} and ${object.file}`;
        this.diagnostics.error(`'${symbol.name}' is defined twice: by ${files}`, symbol.at);
      }
    }
  }

  private readonly groups = new Set<string>();

  /** Common names that nobody defines share one .bss; the largest of each name counts. */
  private roomForCommons(objects: readonly ObjectCode[]): ObjectCode | null {
    const wanted = new Map<string, ObjectSymbol>();
    for (const { symbols } of objects) {
      for (const symbol of symbols) {
        if (symbol.kind !== 'common' || this.definitions.has(symbol.name)) continue;
        const known = wanted.get(symbol.name);
        if (!known || known.size < symbol.size) wanted.set(symbol.name, symbol);
      }
    }
    if (wanted.size === 0) return null;
    const align = Math.max(...[...wanted.values()].map((s) => s.align));
    const section: Section = { ...BSS, align, statements: [] };
    const symbols: ObjectSymbol[] = [];
    let at = 0;
    for (const common of wanted.values()) {
      at = alignUp(at, common.align);
      symbols.push({ ...common, kind: 'defined', base: section, value: BigInt(at), global: true, reference: null });
      at += common.size;
    }
    const room: EmittedSection = {
      section,
      bytes: new Uint8Array(0),
      size: at,
      relocations: [],
      chunks: [],
      virtualStart: null,
    };
    const object: ObjectCode = { file: 'common', sections: [room], symbols, groups: new Map() };
    for (const symbol of symbols) this.definitions.set(symbol.name, { symbol, object });
    return object;
  }

  /** Every reference by name gets its address; then everything an `equ` hung on another file has one too. */
  private resolve(): void {
    for (const object of this.objects) {
      for (const { reference, name, weak, kind, at } of object.symbols) {
        if (!reference) continue;
        const address = this.addressOfName(name);
        if (address !== null) this.addresses.set(reference, address);
        else if (weak && kind === 'undefined') this.addresses.set(reference, 0);
        else if (kind === 'undefined') this.undefined(object, name, reference, at);
      }
    }
  }

  private addressOfName(name: string, depth = 0): number | null {
    const definition = this.definitions.get(name);
    if (!definition || depth > 20) return this.placement.symbols.get(name) ?? this.edges.get(name) ?? null;
    const { base, value } = definition.symbol;
    if (base?.kind !== 'external') return this.addressOf(definition.symbol);
    const start = this.addressOfName(base.name, depth + 1);
    return start === null ? null : wrap(BigInt(start) + value);
  }

  private addressOf({ base, value }: ObjectSymbol): number | null {
    const start = base ? this.addresses.get(base) : 0;
    return start === undefined ? null : wrap(BigInt(start) + value);
  }

  private undefined(object: ObjectCode, name: string, reference: Base, at: ObjectSymbol['at']): void {
    const near = nearest(name, this.definitions.keys());
    const hint = near && this.definitions.has(near) ? `; did you mean '${near}'?` : '';
    const message = `'${name}' is defined in no file${hint}`;
    if (at) {
      this.diagnostics.error(message, at);
      return;
    }
    for (const { section, relocations } of object.sections) {
      const use = relocations.find((r) => r.base === reference);
      if (!use) continue;
      this.diagnostics.error(`${placeIn(object, section, use)}: ${message}`, null);
      return;
    }
    // A name that is declared and never used hurts nobody.
  }

  /** The object's symbols at their addresses; what has none (another file's name) is left out. */
  private symbolsOf(object: ObjectCode): LinkedSymbol[] {
    const result: LinkedSymbol[] = [];
    for (const symbol of object.symbols) {
      if (symbol.kind !== 'defined') continue;
      const { name, size, type, global, weak, base } = symbol;
      const isOverridden = weak && this.definitions.get(name)?.symbol !== symbol;
      const address = isOverridden ? null : this.addressOf(symbol);
      if (address === null) continue;
      result.push({
        name,
        address,
        size,
        type,
        global,
        weak,
        section: base ? (this.outputOf.get(base) ?? base.name) : null,
      });
    }
    return result;
  }

  // Fields ---------------------------------------------------------------------------------------

  private relocate(piece: PlacedPiece, r: Relocation): void {
    const target = r.base ? this.addresses.get(r.base) : 0;
    if (target === undefined) {
      // A name nobody defines has been reported; a section that was left out has not, and notes may speak of one.
      if (r.base?.kind === 'section' && piece.emitted.section.allocate) {
        const message = `this needs the section '${r.base.name}', which is left out`;
        this.diagnostics.error(`${placeIn(piece.object, piece.emitted.section, r)}: ${message}`, r.at);
      }
      return;
    }
    const own = r.relative ? piece.address + r.offset : 0;
    const value = BigInt(target) + r.addend - BigInt(own);
    const bits = BigInt(r.size * 8);
    // 32-bit addresses wrap; shorter ones must fit, unless code jumps within its own 64 KB.
    if (r.size < 4 && !(r.relative && r.size === 2) && (value < -(1n << (bits - 1n)) || value >= 1n << bits)) {
      const message = `the address 0x${BigInt.asUintN(64, value).toString(16)} does not fit ${bits} bits`;
      const where = r.at ? '' : `${placeIn(piece.object, piece.emitted.section, r)}: `;
      this.diagnostics.error(where + message, r.at);
      return;
    }
    let rest = BigInt.asUintN(Number(bits), value);
    for (let i = 0; i < r.size; i++, rest >>= 8n) piece.bytes[r.offset + i] = Number(rest & 0xffn);
  }
}

const BSS = {
  kind: 'section',
  name: '.bss',
  write: true,
  execute: false,
  allocate: true,
  noBits: true,
  virtualStart: null,
} as const;

function wrap(address: bigint): number {
  return Number(BigInt.asUintN(32, address));
}

function placeIn(object: ObjectCode, section: Section, r: Relocation): string {
  return `${object.file}(${section.name}+0x${r.offset.toString(16)})`;
}

/** Where the parts of the image begin and end, under the names linkers give them. */
function edges({ outputs }: Placement): Map<string, number> {
  const loaded = outputs.filter((o) => o.allocate);
  const end = (test: (o: OutputSection) => boolean): number =>
    loaded.filter(test).reduce((most, o) => Math.max(most, o.address + o.size), 0);
  const result = new Map([
    ['_etext', end((o) => o.execute)],
    ['_edata', end((o) => !o.noBits)],
    ['_end', end(() => true)],
  ]);
  result.set('__bss_start', outputs.find((o) => o.noBits)?.address ?? result.get('_edata')!);
  for (const { name, address, size } of outputs) {
    const plain = name.replace(/^\./, '');
    result.set(`__start_${plain}`, address);
    result.set(`__stop_${plain}`, address + size);
  }
  return result;
}
