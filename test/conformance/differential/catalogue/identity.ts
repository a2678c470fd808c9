/**
 * What CPUID says: on QEMU, told to be such a processor (arena.ts), and, as far as they are alike, on Bochs's Core Duo. What
 * is the maker's to choose is left out: descriptors of caches, what reserved registers hold.
 */
import type { Case } from '../case.ts';
import { DONE, dword, hex, mov, program } from './builder.ts';

const ALL = 0xffffffff;
/** AND leaves AF undefined. */
const AF = 0x10;
const VME = 2;
/** Leaf 1, EDX, in bits: FPU VME DE PSE TSC MSR PAE CX8 SEP PGE CMOV PAT CLFSH MMX FXSR SSE SSE2. */
const CLAIMED = 0x0789a97f;
const NX = 1 << 20;

type Masks = readonly [eax: number, ebx: number, ecx: number, edx: number];

/** CPUID, and of its answer what the masks leave. */
function asked(name: string, leaf: number, [eax, ebx, ecx, edx]: Masks): Case {
  const masked = [0x25, ...dword(eax), 0x81, 0xe3, ...dword(ebx), 0x81, 0xe1, ...dword(ecx), 0x81, 0xe2, ...dword(edx)];
  return program(`cpuid.${name}.${hex(leaf)}`, 3, [...mov(0, leaf), 0x0f, 0xa2, ...masked, ...DONE], {
    undefinedFlags: AF,
  });
}

/** On a processor told to be ours. */
export function* identity(): Generator<Case> {
  yield asked('vendor', 0, [ALL, ALL, ALL, ALL]);
  yield asked('features', 1, [ALL, ALL, ALL, ~VME]);
  // Leaf 2 tells of caches and TLBs; AL is how often to ask. It answers for leaves that are not there, too.
  yield asked('caches', 2, [0xff, 0, 0, 0]);
  for (const leaf of [3, 4, 0x7fffffff]) yield asked('beyond', leaf, [0xff, 0, 0, 0]);
  yield asked('extended', 0x80000000, [ALL, 0, 0, 0]);
  yield asked('extended_features', 0x80000001, [0, 0, ALL, ALL]);
  for (const leaf of [0x80000002, 0x80000003, 0x80000004]) yield asked('brand', leaf, [ALL, ALL, ALL, ALL]);
  // EAX: bits of physical addresses, and of linear ones.
  yield asked('addresses', 0x80000008, [0xff, ALL, ALL, ALL]);
}

/** On another of the same family, that has all that ours has. */
export function* kinship(): Generator<Case> {
  yield asked('kin', 0, [0, ALL, ALL, ALL]);
  yield asked('kin', 1, [0xf00, 0xff00, 0, CLAIMED]);
  yield asked('kin', 2, [0xff, 0, 0, 0]);
  yield asked('kin', 0x80000000, [ALL, ALL, ALL, ALL]);
  yield asked('kin', 0x80000001, [ALL, ALL, 0, NX]);
  yield asked('kin', 0x80000005, [ALL, ALL, ALL, ALL]);
  yield asked('kin', 0x80000007, [ALL, ALL, ALL, ALL]);
  yield asked('kin', 0x80000008, [0xff00, ALL, ALL, ALL]);
}
