/** Segment limits, types and alignment: every access at every edge. */
import type { Case } from '../case.ts';
import { ANY_RING, baseOf, DATA, DONE, dword, hex, mov, program, push, word } from './builder.ts';

/** An address to go to: others may be memory that only some have. */
const somewhere = (address: number) => [address, Uint8Array.from(dword(ANY_RING))] as const;

/** modrm with FS: an absolute address in the segment. */
const fs = (opcode: readonly number[], reg: number, offset: number): number[] => [
  0x64,
  ...opcode,
  5 | (reg << 3),
  ...dword(offset),
];

const accesses: Readonly<Record<string, (offset: number) => readonly number[]>> = {
  readb: (o) => fs([0x8a], 1, o),
  readw: (o) => [0x66, ...fs([0x8b], 1, o)],
  readd: (o) => fs([0x8b], 1, o),
  writeb: (o) => fs([0x88], 1, o),
  writew: (o) => [0x66, ...fs([0x89], 1, o)],
  writed: (o) => fs([0x89], 1, o),
  rmw: (o) => fs([0xff], 0, o),
  cmpxchg8b: (o) => fs([0x0f, 0xc7], 1, o),
  fldq: (o) => fs([0xdd], 0, o),
  fldt: (o) => fs([0xdb], 5, o),
  fstq: (o) => [0xd9, 0xe8, ...fs([0xdd], 2, o)],
  fnstenv: (o) => fs([0xd9], 6, o),
  lods: (o) => [...mov(6, o), 0x64, 0xad],
  movs: (o) => [...mov(6, o), ...mov(7, DATA), 0x64, 0xa5],
  repmovs: (o) => [...mov(6, o - 8), ...mov(7, DATA), ...mov(1, 4), 0x64, 0xf3, 0xa5],
  lea: (o) => fs([0x8d], 1, o),
  bound: (o) => fs([0x62], 0, o),
  pushm: (o) => fs([0xff], 6, o),
  popm: (o) => [...push(5), ...fs([0x8f], 0, o)],
  xlat: (o) => [...mov(3, o), ...mov(0, 0), 0x64, 0xd7],
  jmpm: (o) => fs([0xff], 4, o),
  callfm: (o) => fs([0xff], 3, o),
  sgdt: (o) => fs([0x0f, 0x01], 0, o),
  bt: (o) => [...mov(2, 40), ...fs([0x0f, 0xa3], 2, o - 5)],
  movups: (o) => fs([0x0f, 0x10], 0, o),
  fxsave: (o) => fs([0x0f, 0xae], 0, o),
  prefetch: (o) => fs([0x0f, 0x18], 1, o),
  clflush: (o) => fs([0x0f, 0xae], 7, o),
  invlpg: (o) => fs([0x0f, 0x01], 7, o),
  movq: (o) => fs([0x0f, 0x6f], 0, o),
  read16: (o) => [0x67, 0x64, 0x8b, 0x0e, ...word(o)],
};
/** Data segments of every sort, in ring 0 and 3: 58h expands up, 60h down, 78h and others are code. */
const SEGMENTS = {
  0: [0x58, 0x60, 0x50, 0x08, 0x80, 0x88, 0x170],
  3: [0xdb, 0x123, 0xe3, 0x23, 0x10b, 0x0f, 0x3f, 0x17, 0x27, 0x5f, 0x77, 0x78],
} as const;

export function* segmentLimits(): Generator<Case> {
  for (const ring of [0, 3] as const) {
    for (const selector of [...SEGMENTS[ring], 0]) {
      for (const [name, access] of Object.entries(accesses)) {
        for (const offset of [
          0, 0xf0, 0xfb, 0xfc, 0xfd, 0xfe, 0xff, 0x100, 0x101, 0xffe, 0xffff, 0xfffffffc, 0xffffffff,
        ]) {
          // Through flat segments these are other people's memory.
          const isFlat = ![0x58, 0x60, 0x88, 0x170, 0xdb, 0x123, 0x10b, 0x0f, 0x3f, 0x5f, 0x77, 0].includes(selector);
          const isDown = [0x60, 0x123, 0x3f].includes(selector);
          if ((isFlat && offset !== 0xf0) || (isDown && offset > 0x1000)) continue;
          const load = [...mov(0, selector), 0x8e, 0xe0];
          yield program(`lim.${name}.${hex(selector)}.${hex(offset)}`, ring, [...load, ...access(offset), ...DONE], {
            init: { cr4: 0x600 },
            mem: name === 'jmpm' ? [somewhere(DATA + 0xfc)] : [],
            undefinedFlags: name === 'bt' ? 0x894 : 0,
          });
        }
      }
    }
  }
}

/** The stack segment's limit and size: 16-bit stacks wrap, small ones end. */
export function* stackLimits(): Generator<Case> {
  const instructions: Readonly<Record<string, readonly number[]>> = {
    ...{
      push: [0x50],
      pushw: [0x66, 0x50],
      pop: [0x5b],
      popw: [0x66, 0x5b],
      pusha: [0x60],
      pushaw: [0x66, 0x60],
      popa: [0x61],
    },
    ...{
      pushf: [0x9c],
      call: [0xe8, 0, 0, 0, 0],
      callw: [0x66, 0xe8, 0, 0],
      ret: [0xc3],
      enter: [0xc8, 4, 0, 0],
      enter1: [0xc8, 8, 0, 1],
      enter2: [0xc8, 8, 0, 2],
    },
    ...{
      enterw: [0x66, 0xc8, 4, 0, 1],
      leave: [0xc9],
      leavew: [0x66, 0xc9],
      pushm: [0xff, 0x34, 0x24],
      popm: [0x8f, 0x04, 0x24],
      pushes: [0x06],
      int: [0xcd, 0x80],
      retn: [0xc2, 8, 0],
    },
    ...{
      retf: [0xcb],
      iret: [0xcf],
      callfar: [0x9a, ...dword(0), ...word(0x23)],
      movss: [0x36, 0xa1, ...dword(0xfe)],
      bp: [0x8b, 0x45, 0],
      sp: [0x8b, 0x04, 0x24],
    },
  };
  const stacks = { 0: [0x88, 0x170, 0x60, 0x58], 3: [0x10b, 0x5f, 0x77, 0x0f, 0x123, 0x57] } as const;
  for (const ring of [0, 3] as const) {
    for (const selector of stacks[ring]) {
      for (const esp of [
        0, 1, 2, 3, 4, 5, 8, 0x20, 0x22, 0xfc, 0xfe, 0x100, 0x104, 0x6fc, 0x700, 0xf7c, 0xf80, 0xffc, 0xffe, 0x1000,
        0x10000, 0x10002, 0xfffffffe,
      ]) {
        // Behind the memory that is compared.
        if ((selector === 0x60 || selector === 0x123) && (esp & 0xfffffff0) === 0x10000) continue;
        for (const [name, code] of Object.entries(instructions)) {
          // Back on a stack with room before anybody lands in ring 0.
          const load = [...mov(0, selector), ...mov(5, esp), 0x8e, 0xd0, 0xbc, ...dword(esp)];
          const back = ring === 0 ? [0x89, 0xe5, 0x66, 0xb8, 0x10, 0, 0x8e, 0xd0, 0xbc, ...dword(0x106f00)] : [];
          if (ring === 0 && ['int', 'ret', 'retn', 'retf', 'iret', 'callfar'].includes(name)) continue;
          yield program(`stack.${name}.${hex(selector)}.${hex(esp)}`, ring, [...load, ...code, ...back, ...DONE], {
            ...(name.startsWith('ret') &&
              baseOf(selector) === DATA &&
              esp < 0x1000 && { mem: [somewhere(DATA + esp)] }),
            // Ring 0 has nowhere to put a frame when its stack is at its end: a task takes the faults.
            ...(ring === 0 && {
              mem: [8, 10, 12, 13].map(
                (vector) => [0x100000 + 8 * vector, Uint8Array.from([0, 0, 0x40, 0, 0, 0x85, 0, 0])] as const,
              ),
            }),
          });
        }
      }
    }
  }
}

/** Alignment checks: every size at every offset, by CR0.AM, EFLAGS.AC and ring. */
export function* alignment(): Generator<Case> {
  const abs = (opcode: readonly number[], reg: number, a: number): number[] => [...opcode, 5 | (reg << 3), ...dword(a)];
  const sized: Readonly<Record<string, (a: number) => readonly number[]>> = {
    readb: (a) => abs([0x8a], 1, a),
    readw: (a) => [0x66, ...abs([0x8b], 1, a)],
    readd: (a) => abs([0x8b], 1, a),
    writew: (a) => [0x66, ...abs([0x89], 1, a)],
    writed: (a) => abs([0x89], 1, a),
    rmw: (a) => abs([0xff], 0, a),
    xchg: (a) => abs([0x87], 0, a),
    bts: (a) => [...mov(2, 33), ...abs([0x0f, 0xab], 2, a)],
    cmpxchg: (a) => abs([0x0f, 0xb1], 1, a),
    cmpxchg8b: (a) => abs([0x0f, 0xc7], 1, a),
    flds: (a) => abs([0xd9], 0, a),
    fldl: (a) => abs([0xdd], 0, a),
    fldt: (a) => abs([0xdb], 5, a),
    fstt: (a) => [0xd9, 0xe8, ...abs([0xdb], 7, a)],
    fbstp: (a) => [0xd9, 0xee, ...abs([0xdf], 6, a)],
    fildw: (a) => abs([0xdf], 0, a),
    fnstcw: (a) => abs([0xd9], 7, a),
    fldenv: (a) => abs([0xd9], 6, a),
    fnsave: (a) => abs([0xdd], 6, a),
    movs: (a) => [...mov(6, a), ...mov(7, DATA + 64), 0xa5],
    movsto: (a) => [...mov(7, a), ...mov(6, DATA + 64), 0xa5],
    movsw: (a) => [...mov(7, a), ...mov(6, DATA + 64), 0x66, 0xa5],
    repmovs: (a) => [...mov(7, a), ...mov(6, DATA + 64), ...mov(1, 3), 0xf3, 0xa5],
    cmps: (a) => [...mov(7, a), ...mov(6, DATA + 64), 0xa7],
    push: (a) => [0xbc, ...dword(a + 68), 0x50],
    pushw: (a) => [0xbc, ...dword(a + 66), 0x66, 0x50],
    pop: (a) => [0xbc, ...dword(a), 0x5b],
    popw: (a) => [0xbc, ...dword(a), 0x66, 0x5b],
    pusha: (a) => [0xbc, ...dword(a + 64), 0x60],
    popa: (a) => [0xbc, ...dword(a), 0x61],
    call: (a) => [0xbc, ...dword(a + 68), 0xe8, 0, 0, 0, 0],
    ret: (a) => [0xbc, ...dword(a), 0xc3],
    enter: (a) => [0xbc, ...dword(a + 68), 0xc8, 0, 0, 0],
    leave: (a) => [0xbd, ...dword(a), 0xc9],
    lds: (a) => abs([0xc5], 0, a),
    bound: (a) => abs([0x62], 0, a),
    sgdt: (a) => abs([0x0f, 0x01], 0, a),
    sidt: (a) => abs([0x0f, 0x01], 1, a),
    movtoseg: (a) => abs([0x8e], 4, a),
    movfromseg: (a) => abs([0x8c], 3, a),
    jmpm: (a) => abs([0xff], 4, a),
    jmpfm: (a) => abs([0xff], 5, a),
    movq: (a) => abs([0x0f, 0x6f], 0, a),
    movups: (a) => abs([0x0f, 0x10], 0, a),
    movaps: (a) => abs([0x0f, 0x28], 0, a),
    movss: (a) => [0xf3, ...abs([0x0f, 0x10], 0, a)],
    movsd: (a) => [0xf2, ...abs([0x0f, 0x10], 0, a)],
    movlps: (a) => abs([0x0f, 0x12], 0, a),
    addps: (a) => abs([0x0f, 0x58], 0, a),
    fxsave: (a) => abs([0x0f, 0xae], 0, a),
    ldmxcsr: (a) => abs([0x0f, 0xae], 2, a),
    movnti: (a) => abs([0x0f, 0xc3], 0, a),
    cvtpi2ps: (a) => abs([0x0f, 0x2a], 0, a),
    movdqu: (a) => [0xf3, ...abs([0x0f, 0x6f], 0, a)],
    popf: (a) => [0xbc, ...dword(a), 0x9d],
    arpl: (a) => abs([0x63], 0, a),
    lar: (a) => abs([0x0f, 0x02], 0, a),
  };
  for (const ring of [0, 3] as const) {
    for (const [name, access] of Object.entries(sized)) {
      for (const [am, ac] of [
        [0x40000, 0x40000],
        [0, 0x40000],
        [0x40000, 0],
      ] as const) {
        for (const offset of am && ac ? [0, 1, 2, 3, 4, 6, 8, 12] : [1, 4]) {
          yield program(`ac.${name}.${offset}.${hex(am)}.${hex(ac)}`, ring, [...access(DATA + 32 + offset), ...DONE], {
            init: { cr0: 0x11 | am, cr4: 0x600, eflags: 0x202 | ac },
            mem: name === 'ret' || name === 'jmpm' ? [somewhere(DATA + 32 + offset)] : [],
            undefinedFlags: name === 'bts' ? 0x894 : 0,
          });
        }
      }
    }
  }
}
