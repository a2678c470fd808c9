/** In what two outcomes of a case differ. */
import { Differences } from '../differences.ts';
import { GENERAL, SEGMENT_NAMES } from '../formats.ts';
import { type Case, dwordOf, isKnown, type Outcome, world } from './case.ts';

/** CF PF AF ZF SF OF */
export const ARITHMETIC = 0x8d5;
/** SDM 3A, 17.3.1.1: the resume flag, which QEMU never pushes. */
export const RESUME = 0x10000;
/** Below a landing's stack pointer arena.asm keeps three dwords. */
const NOTES_BELOW = 12;
/** Where a TSS keeps EFLAGS, and the world's two TSSs. */
const TSS_EFLAGS = [0x102000 + 36, 0x103000 + 36, 0x103800 + 36];

/** Exceptions with an error code. */
export const WITH_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);
const BIG = 0x4000;
const LARGEST_PUSH = 256;
const PAGE = 4096;
const PAGED = 0x80000000;
const PAE = 0x20;
const PRESENT = 1;
const LARGE = 0x80;
const ACCESSED = 0x20;
const DIRTY = 0x40;
const VIRTUAL = 0x20000;
/** Where arena.asm's code, state and stack are: it runs on the case's page tables for a moment. */
const ARENA_PAGES = [0x200000, 0x21e000];

export interface Leniency {
  /** Bits of EFLAGS that are not compared, besides those that the case leaves undefined. */
  readonly flags?: number;
}

/** @returns nothing when they agree */
export function compare(
  test: Case,
  actual: Outcome,
  expected: Outcome,
  { flags = 0 }: Leniency = {},
): readonly string[] {
  const different = new Differences();
  if (actual.end !== expected.end) {
    different.text(`ends ${actual.end}, expected ${expected.end}`);
    return different.lines;
  }
  if (typeof expected.end === 'string') return [];
  const mask = ~((test.undefinedFlags ?? 0) | flags);
  for (const name of GENERAL) different.number(name, actual.general[name], expected.general[name]);
  different.number('eflags', actual.eflags, expected.eflags, mask);
  for (const name of SEGMENT_NAMES) different.number(name, actual.segments[name], expected.segments[name]);
  for (const name of ['cr0', 'cr2', 'cr3', 'cr4', 'dr6', 'dr7', 'tr', 'ldt'] as const) {
    different.number(name, actual.control[name], expected.control[name]);
  }
  compareMemory(test, actual, expected, mask, different);
  return different.lines;
}

function compareMemory(test: Case, actual: Outcome, expected: Outcome, mask: number, different: Differences): void {
  const top = stackTop(expected);
  // EFLAGS in a frame: behind EIP and CS, and an error code if there is one.
  const flagsAt = new Set([top + 8, top + 12, ...TSS_EFLAGS]);
  const ofReferee = new Set([...ARENA_PAGES, ...pagesOf(top - NOTES_BELOW, top), ...startingFrame(test)]);
  // SDM 3A, 4.8: an instruction that faults may have set accessed bits on the way, in no order that is told.
  const mayDiffer = typeof expected.end === 'number' && expected.end < 32 ? ACCESSED : 0;
  const lost = belowInterruptedStack(expected, top);
  const places = [...new Set([...actual.changes.keys(), ...expected.changes.keys()])].sort((a, b) => a - b);
  for (const at of places) {
    if (isLanding(at) || lost(at) || (at >= ((top - NOTES_BELOW) & ~3) && at < top)) continue;
    const [a, b] = [actual, expected].map(({ changes }) => changes.get(at) ?? dwordOf(world().ranges, at)) as [
      number,
      number,
    ];
    if (((a ^ b) & ~(ACCESSED | DIRTY)) === 0 && isPageTable(at)) {
      if (((a ^ b) & ~mayDiffer) === 0 || ofReferee.has(a & -PAGE)) continue;
    }
    different.number(`memory ${at.toString(16)}`, a, b, flagsAt.has(at) ? mask : undefined);
  }
}

/** A push that its instruction does not come to the end of may have been written, or not: it is below the stack pointer. */
function belowInterruptedStack({ end, changes }: Outcome, top: number): (at: number) => boolean {
  if (typeof end !== 'number' || end >= 32) return () => false;
  const frame = top + (WITH_CODE.has(end) ? 4 : 0);
  const [cs, esp, ss] = [4, 12, 16].map((offset) => changes.get(frame + offset) ?? 0) as [number, number, number];
  if ((cs & 3) === 0) return () => false;
  const stack = (world().env.segments[String(ss & 0xffff)]?.[0] ?? 0) + esp;
  return (at) => at < stack && at >= stack - LARGEST_PUSH;
}

const pagesOf = (from: number, to: number): number[] => [from & -PAGE, (to - 1) & -PAGE];

/** A referee that enters ring 0 does it by iret, from the case's own stack. */
function startingFrame({ init: { cs, eflags, esp, ss } }: Case): number[] {
  if (cs & 3 || eflags & VIRTUAL) return [];
  const base = world().env.segments[String(ss)]?.[0] ?? 0;
  return pagesOf(base + esp - 12, base + esp);
}

/** The linear address of a landing's stack pointer. */
export function linearStackTop({ segments, general }: Outcome): number {
  const [base, , attributes] = world().env.segments[String(segments.ss)] ?? [0, 0, BIG];
  return base + (attributes & BIG ? general.esp : general.esp & 0xffff);
}
/** The physical address: some cases land on a page that lies elsewhere. */
export function stackTop(outcome: Outcome): number {
  const linear = linearStackTop(outcome);
  const { cr0, cr3, cr4 } = outcome.control;
  if (!(cr0 & PAGED) || cr4 & PAE || isKnown(linear)) return linear;
  const entry = (table: number, index: number): number => {
    const at = (table & -PAGE) + 4 * index;
    return isKnown(at) ? (outcome.changes.get(at) ?? dwordOf(world().ranges, at)) : 0;
  };
  const directory = entry(cr3, linear >>> 22);
  if (!(directory & PRESENT) || directory & LARGE) return linear;
  return (entry(directory, (linear >>> 12) & 1023) & -PAGE) + (linear & (PAGE - 1));
}

function isLanding(at: number): boolean {
  const { handlers, pseudo } = world().env;
  return [handlers, pseudo].some(({ base, stride, count }) => at >= base && at < base + stride * count);
}

/** Pages from here to there are kept for page tables. */
export const isPageTable = (at: number): boolean => at >= 0x110000 && at < 0x113000;

/** Where a program was interrupted: at an instruction that faulted, or at the INT that ends it. */
export function eipOf(outcome: Outcome): number {
  const first = typeof outcome.end === 'number' && WITH_CODE.has(outcome.end) ? 4 : 0;
  return (outcome.changes.get(stackTop(outcome) + first) ?? 0) - (outcome.end === 127 ? 2 : 0);
}
