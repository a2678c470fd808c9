/** A case and its outcome as a permanent one, in the format of trap cases. */
import { GENERAL, type General, type InitialState, type TrapCase } from '../formats.ts';
import { type Case, dwordOf, isKnown, type Outcome, world } from './case.ts';
import { isPageTable, stackTop, WITH_CODE } from './compare.ts';
import { disassembled } from './disassembled.ts';
import type { Interrupted } from './interrupted.ts';

const CONTROL = 0x377700;
const ARITHMETIC = 0x8d5;
const IDT = { from: 0x100000, to: 0x100800 };
const RESUME = 0x10000;
const FETCHED = 0x10;
const USER_MEMORY = 0x107000;
const DR6_MASK = 0xe00f;
const TSS_EFLAGS = [0x102024, 0x103024, 0x103824];

const bytesOf = (values: readonly number[]): string => Buffer.from(Uint32Array.from(values).buffer).toString('hex');

/** A referee's outcome becomes what is expected. Undefined flags are not. */
export function toTrapCase(
  test: Case,
  outcome: Outcome,
  truth: readonly string[],
): TrapCase & { readonly truth: readonly string[] } {
  const head = {
    id: test.id,
    asm: disassembled(test),
    mem: test.mem.map(([address, bytes]) => [address, Buffer.from(bytes).toString('hex')] as const),
    init: test.init,
    truth,
  };
  if (typeof outcome.end !== 'number') return { ...head, expect: { vec: 'shutdown' } };
  const { end, general, segments, control, eflags, changes } = outcome;
  const mask = ((CONTROL | ARITHMETIC) & ~(test.undefinedFlags ?? 0)) >>> 0;
  const top = stackTop(outcome);
  const at = (offset: number): number => changes.get(top + offset) ?? dwordOf(world().ranges, top + offset);
  const framed =
    end < 256 &&
    isKnown(top) &&
    top % 4 === 0 &&
    !test.mem.some(([address]) => address >= IDT.from && address < IDT.to);
  const names = ['eip', 'cs', 'eflags', 'esp', 'ss', 'es', 'ds', 'fs', 'gs'] as const;
  const first = WITH_CODE.has(end) ? 4 : 0;
  const isVirtual = framed && (at(first + 8) & 0x20000) !== 0;
  const count = !framed ? 0 : isVirtual ? 9 : at(first + 4) & 3 ? 5 : 3;
  const frame = Object.fromEntries(names.slice(0, count).map((name, n) => [name, at(first + 4 * n)]));
  const inFrame = (address: number): boolean => framed && address >= top && address < top + first + 4 * count;
  const watched = [...changes].filter(([address, value]) => {
    if (inFrame(address) || isLanding(address) || (address >= top - 12 && address < top)) return false;
    // Accessed and dirty bits of the referee's own pages, or of a fault's.
    if (isPageTable(address)) return end >= 32 && ((value ^ dwordOf(world().ranges, address)) & ~0x60) !== 0;
    return !(TSS_EFLAGS.includes(address) && test.undefinedFlags);
  });
  return {
    ...head,
    expect: {
      vec: end,
      ...(framed && first && { err: at(0) }),
      ...(framed && { frame }),
      eflags_mask: mask,
      handler: { cs: segments.cs, ss: segments.ss, esp: general.esp, eflags },
      regs: Object.fromEntries(GENERAL.filter((name) => name !== 'esp').map((name) => [name, general[name]])) as Record<
        General,
        number
      >,
      segs: { ds: segments.ds, es: segments.es, fs: segments.fs, gs: segments.gs },
      cr0: control.cr0,
      ...(end === 14 && { cr2: control.cr2 }),
      ...(end === 1 && { dr6: control.dr6, dr6_mask: DR6_MASK }),
      ...(control.tr !== test.init.tr && { tr: control.tr }),
      ...(watched.length > 0 && { watch: runs(watched) }),
    },
  };
}

/** Dwords that follow one another become one run of bytes. */
function runs(changes: readonly (readonly [number, number])[]): [number, string][] {
  const found: { at: number; values: number[] }[] = [];
  for (const [address, value] of changes) {
    const last = found.at(-1);
    if (last && last.at + 4 * last.values.length === address) last.values.push(value);
    else found.push({ at: address, values: [value] });
  }
  return found.map(({ at, values }) => [at, bytesOf(values)]);
}

function isLanding(at: number): boolean {
  const { handlers, pseudo } = world().env;
  return [handlers, pseudo].some(({ base, stride, count }) => at >= base && at < base + stride * count);
}

/** What differs from another state: most of a state is always the same. */
export function stateDifference(from: InitialState, to: InitialState): Partial<InitialState> {
  return Object.fromEntries(Object.entries(to).filter(([name, value]) => from[name as keyof InitialState] !== value));
}

/** The same of a program of ring 3 that a process executed: no handler was seen. */
export function fromInterrupted(test: Case, theirs: Interrupted): TrapCase & { readonly truth: readonly string[] } {
  const { end, error, general, segments, eip, eflags, cr2, changes, isRefused } = theirs;
  const mask = ((CONTROL | ARITHMETIC) & ~(test.undefinedFlags ?? 0) & ~(isRefused ? RESUME : 0)) >>> 0;
  const watched = [...changes].filter(([address]) => address >= USER_MEMORY);
  return {
    id: test.id,
    asm: disassembled(test),
    mem: test.mem.map(([address, bytes]) => [address, Buffer.from(bytes).toString('hex')] as const),
    init: test.init,
    truth: ['silicon'],
    expect: {
      vec: typeof end === 'number' ? end : 'shutdown',
      ...(typeof end === 'number' && !isRefused && WITH_CODE.has(end) && { err: error & ~FETCHED }),
      frame: { eip: eip + (isRefused ? 2 : 0), cs: segments.cs, eflags, esp: general.esp, ss: segments.ss },
      eflags_mask: mask,
      regs: Object.fromEntries(GENERAL.filter((name) => name !== 'esp').map((name) => [name, general[name]])) as Record<
        General,
        number
      >,
      segs: { ds: segments.ds, es: segments.es, fs: segments.fs, gs: segments.gs },
      ...(end === 14 && { cr2 }),
      ...(watched.length > 0 && { watch: runs(watched) }),
    },
  };
}
