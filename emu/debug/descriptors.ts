/** Descriptors, gates and page entries as they lie in memory, decoded. SDM 3A, chapters 3 to 6. */

import type { Pc } from '../machine/pc.ts';
import { peekNumber } from './memory-view.ts';

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

/** The gate of a vector in the IDT. */
export function gateOf(pc: Pc, vector: number): Looked<Gate> {
  const { base, limit } = pc.cpu.idtr;
  if (vector * 8 + 7 > limit) return { trouble: `vector ${hex(vector)} lies beyond the IDT's limit, ${hex(limit)}` };
  const at = (base + vector * 8) >>> 0;
  const [low, high] = [peekNumber(pc, at), peekNumber(pc, at + 4)];
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
export function descriptorOf(pc: Pc, selector: number): Looked<Descriptor> {
  if ((selector & 0xfffc) === 0) return { trouble: 'the selector is null' };
  const local = (selector & 4) !== 0;
  const ldt = pc.cpu.segment('ldtr');
  if (local && !ldt.usable) return { trouble: 'the selector is of an LDT, and there is none' };
  const { base, limit } = local ? ldt : pc.cpu.gdtr;
  if ((selector | 7) > limit) {
    return { trouble: `selector ${hex(selector)} lies beyond the ${local ? 'LDT' : 'GDT'}'s limit, ${hex(limit)}` };
  }
  const at = (base + (selector & 0xfff8)) >>> 0;
  const [low, high] = [peekNumber(pc, at), peekNumber(pc, at + 4)];
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
      dpl: (high >>> 13) & 3,
      present: (high & 0x8000) !== 0,
      bits: high & 0x400000 ? 32 : 16,
    },
  };
}

/** One level of a page walk. SDM 3A, figure 4-4. */
export interface WalkStep {
  readonly table: 'PDE' | 'PTE';
  /** Physical address of the entry. */
  readonly at: number;
  readonly entry: number;
  readonly present: boolean;
  readonly writable: boolean;
  readonly user: boolean;
  readonly large: boolean;
}

/** The entries that translate a linear address, as they stand; none with paging off. */
export function pageWalk(pc: Pc, linear: number): WalkStep[] {
  const { cpu } = pc;
  if (!(cpu.cr0 & 0x80000000)) return [];
  const level = (table: 'PDE' | 'PTE', at: number): WalkStep => {
    const seen = pc.machine.memory.isMemory(at, 4);
    const entry = seen ? new DataView(cpu.ram.buffer, cpu.ram.byteOffset).getUint32(at, true) : 0;
    const large = table === 'PDE' && (entry & 0x80) !== 0 && (cpu.cr4 & 0x10) !== 0;
    return {
      table,
      at,
      entry,
      present: (entry & 1) !== 0,
      writable: (entry & 2) !== 0,
      user: (entry & 4) !== 0,
      large,
    };
  };
  const directory = level('PDE', ((cpu.cr3 & 0xfffff000) >>> 0) + ((linear >>> 22) << 2));
  if (!directory.present || directory.large) return [directory];
  return [directory, level('PTE', ((directory.entry & 0xfffff000) >>> 0) + (((linear >>> 12) & 0x3ff) << 2))];
}

/** A walk in words: where it ends, or which entry stops it. */
export function describeWalk(steps: readonly WalkStep[]): string {
  if (steps.length === 0) return 'paging is off';
  return steps
    .map(({ table, at, entry, present, writable, user, large }) => {
      const rights = present
        ? `${writable ? 'writable' : 'read-only'}, ${user ? 'user' : 'supervisor'}`
        : 'not present';
      return `${table} at ${hex(at)} is ${hex(entry, 8)}: ${rights}${large ? ', 4 MB' : ''}`;
    })
    .join('; ');
}
