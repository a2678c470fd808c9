/** Descriptors, gates and page entries as they lie in memory, decoded. SDM 3A, chapters 3 to 6. */

import { peekNumber, peekPhysicalNumber } from './memory-view.ts';
import type { Sight } from './sight.ts';

/** Why something could not be looked up, in words; else what was found. */
export type Looked<T> = { readonly found: T } | { readonly trouble: string };

export type GateKind = 'interrupt' | 'trap' | 'task' | 'call';

/** SDM 3A, 6.11. */
export interface Gate {
  readonly kind: GateKind;
  /** 16-bit gates push 16-bit frames. */
  readonly bits: 16 | 32;
  readonly selector: number;
  readonly offset: number;
  readonly dpl: number;
  readonly present: boolean;
}

/** SDM 3A, 3.4.5. */
export interface Descriptor {
  readonly base: number;
  /** Last valid offset, granularity applied. */
  readonly limit: number;
  /** 'code', 'data', or what a system descriptor is. */
  readonly kind: string;
  readonly isCode: boolean;
  readonly isConforming: boolean;
  readonly isWritable: boolean;
  /** Data whose valid offsets lie above its limit. */
  readonly expandsDown: boolean;
  /** Where it lies, and its two words. */
  readonly at: number;
  readonly low: number;
  readonly high: number;
  readonly dpl: number;
  readonly present: boolean;
  readonly bits: 16 | 32;
}

const GATES: Readonly<Record<number, readonly [GateKind, 16 | 32]>> = {
  4: ['call', 16],
  5: ['task', 32],
  6: ['interrupt', 16],
  7: ['trap', 16],
  12: ['call', 32],
  14: ['interrupt', 32],
  15: ['trap', 32],
};
const SYSTEM = [
  '',
  'available TSS (16-bit)',
  'LDT',
  'busy TSS (16-bit)',
  '',
  '',
  '',
  '',
  '',
  'available TSS',
  '',
  'busy TSS',
];

const hex = (value: number, digits = 0) => `0x${value.toString(16).padStart(digits, '0')}`;

/** What is said of tables that the stub of another machine does not tell of. */
const UNTOLD_IDT = 'the stub does not tell where the IDT is';
const UNTOLD_GDT = 'the stub does not tell where the GDT is';

/** The gate of a vector in the IDT. */
export function gateOf(sight: Sight, vector: number): Looked<Gate> {
  if (!sight.cpu.idtr) return { trouble: UNTOLD_IDT };
  const { base, limit } = sight.cpu.idtr;
  if (vector * 8 + 7 > limit) return { trouble: `vector ${hex(vector)} lies beyond the IDT's limit, ${hex(limit)}` };
  const at = (base + vector * 8) >>> 0;
  const [low, high] = [peekNumber(sight, at), peekNumber(sight, at + 4)];
  if (low === undefined || high === undefined) return { trouble: `no page is mapped at ${hex(at)}, where its gate is` };
  const kind = high & (1 << 12) ? undefined : GATES[(high >>> 8) & 15];
  if (!kind || kind[0] === 'call')
    return { trouble: `its gate has type ${hex((high >>> 8) & 31)}, which is none for an IDT` };
  return {
    found: {
      kind: kind[0],
      bits: kind[1],
      selector: low >>> 16,
      offset: ((high & 0xffff0000) | (low & (kind[1] === 16 ? 0xffff : 0xffff))) >>> 0,
      dpl: (high >>> 13) & 3,
      present: (high & 0x8000) !== 0,
    },
  };
}

/** The descriptor that a selector names. */
export function descriptorOf(sight: Sight, selector: number): Looked<Descriptor> {
  if ((selector & 0xfffc) === 0) return { trouble: 'the selector is null' };
  const local = (selector & 4) !== 0;
  const ldt = sight.cpu.segment('ldtr');
  if (local && !ldt.usable) return { trouble: 'the selector is of an LDT, and there is none' };
  const table = local ? ldt : sight.cpu.gdtr;
  if (!table) return { trouble: UNTOLD_GDT };
  const { base, limit } = table;
  if ((selector | 7) > limit) {
    return { trouble: `selector ${hex(selector)} lies beyond the ${local ? 'LDT' : 'GDT'}'s limit, ${hex(limit)}` };
  }
  const at = (base + (selector & 0xfff8)) >>> 0;
  const [low, high] = [peekNumber(sight, at), peekNumber(sight, at + 4)];
  if (low === undefined || high === undefined)
    return { trouble: `no page is mapped at ${hex(at)}, where the descriptor is` };
  const type = (high >>> 8) & 15;
  const isSegment = (high & 0x1000) !== 0;
  const isCode = isSegment && (type & 8) !== 0;
  const raw = (high & 0xf0000) | (low & 0xffff);
  return {
    found: {
      base: ((high & 0xff000000) | ((high & 0xff) << 16) | (low >>> 16)) >>> 0,
      limit: (high & 0x800000 ? (raw << 12) | 0xfff : raw) >>> 0,
      kind: isSegment
        ? isCode
          ? 'code'
          : 'data'
        : SYSTEM[type] || (GATES[type] ? `${GATES[type][0]} gate` : 'reserved'),
      isCode,
      isConforming: isCode && (type & 4) !== 0,
      isWritable: isSegment && !isCode && (type & 2) !== 0,
      expandsDown: isSegment && !isCode && (type & 4) !== 0,
      at,
      low,
      high,
      dpl: (high >>> 13) & 3,
      present: (high & 0x8000) !== 0,
      bits: high & 0x400000 ? 32 : 16,
    },
  };
}

/** One level of a page walk. SDM 3A, 4.3 and 4.4. */
export interface WalkStep {
  readonly table: 'PDPTE' | 'PDE' | 'PTE';
  /** Which entry of its table. */
  readonly index: number;
  /** Physical address of the entry. */
  readonly at: number;
  /** Its low half; all of it without PAE. */
  readonly entry: number;
  readonly present: boolean;
  readonly writable: boolean;
  readonly user: boolean;
  /** It maps a page of 4 MB, or with PAE 2 MB. */
  readonly large: boolean;
}

const CR0_PG = 0x80000000;
const CR4_PSE = 0x10;
const CR4_PAE = 0x20;

/** The entries that translate a linear address, as they stand, up to one that is not present; none with paging off. */
export function pageWalk(sight: Sight, linear: number): WalkStep[] {
  const { cr0, cr3, cr4 } = sight.cpu;
  if (!(cr0 & CR0_PG)) return [];
  const wide = (cr4 & CR4_PAE) !== 0;
  const level = (table: WalkStep['table'], base: number, index: number): WalkStep => {
    const at = base + index * (wide ? 8 : 4);
    const entry = peekPhysicalNumber(sight, at) ?? 0;
    // An entry of the directory pointer table has neither right: what it leads to may have them all.
    const has = (bit: number) => table === 'PDPTE' || (entry & bit) !== 0;
    const large = table === 'PDE' && (entry & 0x80) !== 0 && (wide || (cr4 & CR4_PSE) !== 0);
    return { table, index, at, entry, present: (entry & 1) !== 0, writable: has(2), user: has(4), large };
  };
  const steps: WalkStep[] = [];
  const tables = wide
    ? ([
        ['PDPTE', 30, 3],
        ['PDE', 21, 0x1ff],
        ['PTE', 12, 0x1ff],
      ] as const)
    : ([
        ['PDE', 22, 0x3ff],
        ['PTE', 12, 0x3ff],
      ] as const);
  let base = (cr3 & (wide ? ~0x1f : ~0xfff)) >>> 0;
  for (const [table, shift, mask] of tables) {
    const step = level(table, base, (linear >>> shift) & mask);
    steps.push(step);
    if (!step.present || step.large) break;
    base = (step.entry & 0xfffff000) >>> 0;
  }
  return steps;
}

/** Where a walk leads: the physical address; undefined where an entry is not present. */
export function physicalOf(sight: Sight, linear: number, steps = pageWalk(sight, linear)): number | undefined {
  const last = steps.at(-1);
  if (!last) return linear;
  if (!last.present) return undefined;
  const bits = !last.large ? 12 : steps.length === 2 ? 21 : 22;
  const mask = 2 ** bits - 1;
  return ((last.entry & ~mask) | (linear & mask)) >>> 0;
}

/** A walk in words: where it ends, or which entry stops it. */
export function describeWalk(steps: readonly WalkStep[]): string {
  if (steps.length === 0) return 'paging is off';
  return steps
    .map(({ table, at, entry, present, writable, user, large }) => {
      const rights = present
        ? `${writable ? 'writable' : 'read-only'}, ${user ? 'user' : 'supervisor'}`
        : 'not present';
      return `${table} at ${hex(at)} is ${hex(entry, 8)}: ${rights}${large ? ', a large page' : ''}`;
    })
    .join('; ');
}
