/**
 * One x87, MMX or SSE instruction: the FXSAVE area, registers and memory before and after.
 *
 * "x86-fpu-cases/1": rows of single instructions, as referee/native.c executes them. An area is given by what differs
 * from that of a freshly initialised processor, what comes after by what differs from before.
 */
import { Differences } from './differences.ts';
import type { Environment, InitialState } from './formats.ts';
import type { Rig } from './rig.ts';

/** What goes into an instruction, or comes out of it. */
export interface FpuState {
  /** eax ecx edx ebx eflags esi edi */
  readonly registers: readonly number[];
  /** The 512 bytes of SDM 2A, table 3-43. */
  readonly area: Uint8Array;
  readonly memory: Uint8Array;
}

export interface FpuCase {
  readonly group: string;
  readonly code: Uint8Array;
  readonly before: FpuState;
  /** How far ST(0) and ST(1) may be off, in units of their last place: transcendentals only. */
  readonly slack?: number;
  /** How far the singles in XMM registers may be off: reciprocals only. */
  readonly singleSlack?: number;
  /** A part of memory that is not compared: from, to. */
  readonly ignore?: readonly [number, number];
  /** C1 is not compared: AMD's processors keep it where Intel's manual says that it is cleared. */
  readonly ignoreC1?: boolean;
}

/** What an instruction ended in: done, or an exception by its vector. */
export interface FpuOutcome extends FpuState {
  readonly vector: number | undefined;
}

/** Where the instruction finds its memory operand, and how much of it. */
export const MEMORY = 0x10a000;
export const MEMORY_BYTES = 128;
export const AREA_BYTES = 512;

const IDT = 0x100000;
const HANDLERS = 0x101000;
const HANDLER = 8;
const HANDLER_COUNT = 128;
const GDT = 0x103000;
const AREA = 0x104000;
const CODE = 0x108000;
const SAVE = 0x109000;
const STACK = 0x108000;
const DONE = 0x7f;
const ARITHMETIC = 0x8d5;
/** Exceptions with an error code (SDM 3A, table 6-1). */
const WITH_CODE = [8, 10, 11, 12, 13, 14, 17];

const environment: Environment = {
  regions: [],
  handlers: { base: HANDLERS, stride: HANDLER, count: HANDLER_COUNT },
  pseudo: { base: 0, stride: 1, count: 0 },
  segments: { 8: [0, 0xffffffff, 0xc09b], 16: [0, 0xffffffff, 0xc093] },
  tr: { base: 0, limit: 103, attr: 0x8b },
  ldt: { base: 0, limit: 0, attr: 0x82 },
};

const STATE = {
  // PE, NE; OSFXSR and OSXMMEXCPT
  ...{ cr0: 0x31, cr2: 0, cr3: 0, cr4: 0x600, dr0: 0, dr6: 0xffff0ff0, dr7: 0x400 },
  ...{ gdtbase: GDT, gdtlim: 23, idtbase: IDT, idtlim: HANDLER_COUNT * 8 - 1, tr: 0, ldt: 0 },
  ...{ cs: 8, ss: 16, ds: 16, es: 16, fs: 0, gs: 0, eip: CODE, esp: STACK, ebp: 0 },
};

const dword = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
/** FXRSTOR and FXSAVE of a fixed address. */
const restore = [0x0f, 0xae, 0x0d, ...dword(AREA)];
const save = [0x0f, 0xae, 0x05, ...dword(AREA), 0xf4];

/** Once, before the first runFpuCase on a rig. */
export function prepare(rig: Rig): void {
  rig.clear();
  // Each handler pushes its vector and jumps to where the state is saved.
  const vectors = Array.from({ length: HANDLER_COUNT }, (_, vector) => vector);
  const handlers = vectors.map((vector) => {
    const behind = HANDLERS + vector * HANDLER + 7;
    return [0x6a, vector, 0xe9, ...dword(SAVE - behind), 0];
  });
  const gates = vectors.map((vector) => {
    const handler = HANDLERS + vector * HANDLER;
    return [(8 << 16) | (handler & 0xffff), (handler & 0xffff0000) | 0x8e00];
  });
  rig.write(IDT, new Uint8Array(Uint32Array.from(gates.flat()).buffer));
  rig.write(HANDLERS, Uint8Array.from(handlers.flat()));
  rig.write(GDT, new Uint8Array(Uint32Array.of(0, 0, 0xffff, 0x00cf9b00, 0xffff, 0x00cf9300).buffer));
  rig.write(SAVE, Uint8Array.from(save));
}

/** Run one instruction on a prepared rig. */
export function runFpuCase(rig: Rig, { code, before }: FpuCase): FpuOutcome {
  rig.restart();
  rig.write(AREA, before.area);
  rig.write(MEMORY, before.memory);
  rig.write(CODE, Uint8Array.from([...restore, ...code, 0xcd, DONE]));
  const [eax, ecx, edx, ebx, eflags, esi, edi] = before.registers;
  rig.setState({ ...STATE, eax, ecx, edx, ebx, eflags, esi, edi } as InitialState, environment);
  const end = rig.run();
  if (end !== 'halted') throw new Error(`the instruction ends ${end}`);
  const vector = rig.stackDword(0);
  const flags = rig.stackDword(WITH_CODE.includes(vector) ? 4 : 3) & ARITHMETIC;
  const [a, c, d, b, s, t] = (['eax', 'ecx', 'edx', 'ebx', 'esi', 'edi'] as const).map((name) =>
    rig.register(name),
  ) as [number, number, number, number, number, number];
  return {
    vector: vector === DONE ? undefined : vector,
    registers: [a, c, d, b, flags, s, t],
    area: rig.read(AREA, AREA_BYTES),
    memory: rig.read(MEMORY, MEMORY_BYTES),
  };
}

/** Bytes of the area that are compared: not the addresses of the last instruction, nor what is reserved. */
export const isCompared = (at: number): boolean =>
  at < 5 || (at >= 24 && at < 28) || (at >= 32 && at < 160 && (at & 15) < 10) || (at >= 160 && at < 288);

/** In what the outcome differs; empty: nothing. */
export function differences(
  { slack, singleSlack, ignoreC1, ignore = [0, 0] }: FpuCase,
  actual: FpuOutcome,
  expected: FpuOutcome,
): readonly string[] {
  const different = new Differences();
  if (actual.vector !== expected.vector) {
    different.text(`vector ${actual.vector ?? 'none'}, expected ${expected.vector ?? 'none'}`);
    return different.lines;
  }
  for (const [i, name] of ['eax', 'ecx', 'edx', 'ebx', 'eflags', 'esi', 'edi'].entries()) {
    const mask = name === 'eflags' ? ARITHMETIC : 0xffffffff;
    different.number(name, actual.registers[i]!, expected.registers[i]!, mask);
  }
  const masks = new Map(Array.from(actual.area, (_, at) => [at, isCompared(at) ? 0xff : 0]));
  if (slack) {
    for (const st of [0, 1]) {
      if (lastPlaces(actual.area, expected.area, st) > BigInt(slack)) continue;
      for (let byte = 0; byte < 10; byte++) masks.set(32 + 16 * st + byte, 0);
    }
  }
  for (let at = 160; singleSlack && at < 288; at += 4) {
    // Below the normal numbers an approximation may be zero.
    const place = (area: Uint8Array) => {
      const bits = new DataView(area.buffer, area.byteOffset).getUint32(at, true);
      return Math.max(bits & 0x7fffffff, 0x800000) * (bits >>> 31 ? -1 : 1);
    };
    if (Math.abs(place(actual.area) - place(expected.area)) > singleSlack) continue;
    for (let byte = 0; byte < 4; byte++) masks.set(at + byte, 0);
  }
  // With slack, where rounding went is up to the last place too.
  if (slack || ignoreC1) masks.set(3, 0xfd);
  different.bytes('area', actual.area, expected.area, masks);
  const [from, to] = ignore;
  const memoryMasks = new Map(Array.from({ length: to - from }, (_, i) => [from + i, 0]));
  different.bytes('memory', actual.memory, expected.memory, memoryMasks);
  return different.lines;
}

/** How many last places ST(i) differs by: finite numbers of a sign are ordered like their encodings. */
function lastPlaces(a: Uint8Array, b: Uint8Array, i: number): bigint {
  const place = (area: Uint8Array): bigint => {
    const view = new DataView(area.buffer, area.byteOffset + 32 + 16 * i, 10);
    const magnitude =
      (BigInt(view.getUint16(8, true) & 0x7fff) << 63n) | (view.getBigUint64(0, true) & ((1n << 63n) - 1n));
    return view.getUint16(8, true) & 0x8000 ? -magnitude : magnitude;
  };
  const distance = place(a) - place(b);
  return distance < 0n ? -distance : distance;
}
