/** Gives every section of every object its address, as the layout says. */

import type { Diagnostics } from '../diagnostics.ts';
import type { EmittedSection } from '../layout/emit.ts';
import type { Section } from '../statements/statement.ts';
import { type LayoutStep, type LinkLayout, matches } from './layout.ts';
import type { ObjectCode } from './object.ts';

/** One object's section at its address. */
export interface PlacedPiece {
  /** The output section's. */
  readonly name: string;
  readonly address: number;
  /** Where it lies in a flat image: the address, unless the code believes to be elsewhere (vstart=). */
  readonly load: number;
  /** In bytes. */
  readonly size: number;
  readonly emitted: EmittedSection;
  /** Relocated; empty without bits. */
  readonly bytes: Uint8Array;
  readonly object: ObjectCode;
}

/** All pieces of one name, one after the other. */
export interface OutputSection {
  readonly name: string;
  readonly address: number;
  /** In bytes. */
  readonly size: number;
  readonly align: number;
  readonly write: boolean;
  readonly execute: boolean;
  readonly allocate: boolean;
  readonly noBits: boolean;
  readonly pieces: readonly PlacedPiece[];
}

export interface Placement {
  readonly outputs: readonly OutputSection[];
  /** The layout's own names. */
  readonly symbols: ReadonlyMap<string, number>;
}

export const PAGE = 4096;
const ADDRESS_LIMIT = 2 ** 32;
/** Bytes a section of an image may have in its file; more is surely an accident. */
export const FILE_LIMIT = 256 * 1024 * 1024;

export function alignUp(address: number, align: number): number {
  return Math.ceil(address / align) * align;
}

interface Piece {
  readonly object: ObjectCode;
  readonly emitted: EmittedSection;
}

/** An output section before it has an address, or a name of the layout. */
type Slot =
  | { readonly kind: 'symbol'; readonly name: string }
  | {
      readonly kind: 'section';
      readonly name: string;
      readonly pieces: Piece[];
      readonly step: (LayoutStep & { kind: 'section' }) | null;
    };

export function place(objects: readonly ObjectCode[], layout: LinkLayout, diagnostics: Diagnostics): Placement {
  const outputs: OutputSection[] = [];
  const symbols = new Map<string, number>();
  let at = layout.base;
  let before: OutputSection | null = null;
  for (const slot of arrange(piecesOf(objects, layout), layout)) {
    if (slot.kind === 'symbol') {
      symbols.set(slot.name, at);
      continue;
    }
    const first = slot.pieces[0]!.emitted.section;
    if (first.allocate) {
      const startsPage =
        before !== null && (layout.pages === 'sections' || (layout.pages === 'rights' && before.write !== first.write));
      if (startsPage) at = alignUp(at, PAGE);
      if (slot.step?.align) at = alignUp(at, slot.step.align);
      if (slot.step?.at != null) at = slot.step.at;
    }
    // A flat binary's first section stands at the origin, whatever its alignment.
    const aligned: boolean = layout.pages !== 'none' || before !== null;
    const output = stack(slot.name, slot.pieces, first.allocate ? at : 0, aligned);
    outputs.push(output);
    if (!output.noBits && output.size > FILE_LIMIT) {
      diagnostics.error(`the section '${slot.name}' has more than ${FILE_LIMIT >> 20} MB`, null);
    }
    if (!output.allocate) continue;
    before = output;
    const last = output.pieces.at(-1)!;
    at = last.load + last.size;
    if (at > ADDRESS_LIMIT) diagnostics.error(`the section '${slot.name}' ends beyond 4 GB`, null);
  }
  checkOverlaps(outputs, diagnostics);
  return { outputs, symbols };
}

/** The sections that count: no second copy of a group, nothing discarded, nothing empty that nobody names. */
function piecesOf(objects: readonly ObjectCode[], layout: LinkLayout): Piece[] {
  const seen = new Set<string>();
  return objects.flatMap((object) => {
    const copies = new Set<EmittedSection>();
    for (const [signature, members] of object.groups) {
      if (seen.has(signature)) for (const member of members) copies.add(member);
      seen.add(signature);
    }
    const named = new Set<unknown>(object.symbols.filter((s) => s.kind === 'defined').map((s) => s.base));
    return object.sections
      .filter((emitted) => {
        const { name } = emitted.section;
        if (copies.has(emitted) || layout.discard.some((pattern) => matches(pattern, name))) return false;
        return emitted.size > 0 || name === '.text' || named.has(emitted.section);
      })
      .map((emitted) => ({ object, emitted }));
  });
}

/** What a boot loader looks for first, then code, constants, data, room. */
function rank(section: Section): number {
  if (!section.allocate) return 9;
  if (section.name.startsWith('.multiboot')) return 0;
  if (section.noBits) return 4;
  if (section.write) return 3;
  return section.execute ? 1 : 2;
}

/** Output sections in their order: the layout's steps, and what they do not take behind the last of its kind. */
function arrange(pieces: readonly Piece[], layout: LinkLayout): Slot[] {
  const slots: Slot[] = layout.steps.map((step) =>
    step.kind === 'symbol' ? step : { kind: 'section', name: step.name, pieces: [], step },
  );
  const orphans = new Map<string, Slot & { kind: 'section' }>();
  for (const piece of pieces) {
    const { name } = piece.emitted.section;
    const taken = slots.find(
      (slot) => slot.kind === 'section' && slot.step?.patterns.some((pattern) => matches(pattern, name)),
    );
    let slot = taken?.kind === 'section' ? taken : orphans.get(name);
    if (!slot) {
      slot = { kind: 'section', name, pieces: [], step: null };
      orphans.set(name, slot);
    }
    slot.pieces.push(piece);
  }
  const used = slots.filter((slot) => slot.kind === 'symbol' || slot.pieces.length > 0);
  const rankOf = (slot: Slot): number =>
    slot.kind === 'symbol' ? Number.POSITIVE_INFINITY : rank(slot.pieces[0]!.emitted.section);
  for (const orphan of [...orphans.values()].sort((a, b) => rankOf(a) - rankOf(b))) {
    const behind = used.findLastIndex((slot) => rankOf(slot) <= rankOf(orphan));
    used.splice(behind + 1, 0, orphan);
  }
  return used;
}

function stack(name: string, parts: readonly Piece[], start: number, alignFirst: boolean): OutputSection {
  let at = start;
  const pieces = parts.map(({ object, emitted }, i): PlacedPiece => {
    if (i > 0 || alignFirst) at = alignUp(at, emitted.section.align);
    const load = at;
    at += emitted.size;
    const address = emitted.virtualStart ?? load;
    return { name, address, load, size: emitted.size, emitted, bytes: emitted.bytes.slice(), object };
  });
  const sections = parts.map(({ emitted }) => emitted.section);
  const first = pieces[0]!;
  return {
    name,
    address: first.address,
    size: at - first.load,
    align: Math.max(...sections.map((s) => s.align)),
    write: sections.some((s) => s.write),
    execute: sections.some((s) => s.execute),
    allocate: sections[0]!.allocate,
    noBits: sections.every((s) => s.noBits),
    pieces,
  };
}

function checkOverlaps(outputs: readonly OutputSection[], diagnostics: Diagnostics): void {
  const moved = (o: OutputSection): boolean => o.pieces.some((p) => p.emitted.virtualStart !== null);
  const loaded = outputs.filter((o) => o.allocate && o.size > 0 && !moved(o));
  const sorted = loaded.sort((a, b) => a.address - b.address);
  for (let i = 1; i < sorted.length; i++) {
    const [lower, upper] = [sorted[i - 1]!, sorted[i]!];
    if (lower.address + lower.size > upper.address) {
      diagnostics.error(
        `the section '${upper.name}' at 0x${upper.address.toString(16)} lies over the end of '${lower.name}'`,
        null,
      );
    }
  }
}

/** The bytes of an output section from its first piece to its last, gaps as zeros. */
export function bytesOf(output: OutputSection): Uint8Array {
  const bytes = new Uint8Array(output.noBits ? 0 : output.size);
  const start = output.pieces[0]!.load;
  if (!output.noBits) for (const piece of output.pieces) bytes.set(piece.bytes, piece.load - start);
  return bytes;
}
