/**
 * Exceptions that the other chapters do not come to, or so seldom that the frozen slice has none of them:
 * `make conformance-causes` says which those are.
 */
import type { Case } from '../case.ts';
import {
  ANY_RING,
  codeOf,
  DATA,
  DONE,
  descriptor,
  dword,
  FREE_SLOTS,
  GDT,
  gate,
  IDT,
  mov,
  PAGING,
  program,
  push,
  TSS,
  WIDE_GDT,
  word,
} from './builder.ts';

const SLOT = FREE_SLOTS[0];
/** A code segment of ring 0 that is 256 bytes long and begins where ring 0's code does, and one of ring 1. */
const SHORT = 0x110;
const RING1 = 0x128;
const CR4_PAE = 0x20;
const CR4_VME = 1;
const TSS32 = 0x89;

/** To ring 3 by iret, at its usual place. */
const toRing3 = [...push(0x2b), ...push(0x107f00), ...push(0x202), ...push(0x23), ...push(codeOf(3)), 0xcf];
/** To virtual-8086 mode, at 8000h. */
const toVirtual8086 = [...[0x900, 0x900, 0x900, 0x900, 0x900, 0xf00, 0x20202, 0x800, 0].flatMap(push), 0xcf];
const wrmsr = (msr: number, low: number, high: number) => [
  ...[...mov(1, msr), ...mov(0, low), ...mov(2, high)],
  ...[0x0f, 0x30],
];

/** Near transfers out of a short code segment, and running over its end. */
export function* shortSegments(): Generator<Case> {
  const init = { cs: SHORT, eip: 0 };
  const beyond = 0x100;
  for (const [name, code] of Object.entries({
    jmp: [0xe9, ...dword(beyond)],
    jmp_short: [0xeb, 0x7f],
    jcc: [0x0f, 0x82, ...dword(beyond), 0x0f, 0x83, ...dword(beyond)],
    jmpr: [...mov(0, beyond), 0xff, 0xe0],
    call: [0xe8, ...dword(beyond)],
    callr: [...mov(0, beyond), 0xff, 0xd0],
    ret: [...push(beyond), 0xc3],
    retn: [...push(beyond), 0xc2, 8, 0],
    ret16: [0x66, 0x68, ...word(beyond), 0x66, 0xc3],
    end: [0xe9, ...dword(0xf9)],
    last: [0xe9, ...dword(0xfb)],
  })) {
    const tail = [0x1080f0, Uint8Array.from(new Array<number>(16).fill(0x90))] as const;
    yield program(`short.${name}`, 0, [...code, ...DONE], { init, mem: [tail] });
  }
  for (const [name, bytes] of Object.entries({
    loop: [0xe2, 0x7f],
    loope: [0xe1, 0x7f],
    loopne: [0xe0, 0x7f],
    jecxz: [0xe3, 0x7f],
    jcxz: [0x67, 0xe3, 0x7f],
    loop16: [0x67, 0xe2, 0x7f],
    jmp: [0xeb, 0x7f],
    jc: [0x73, 0x7f],
  })) {
    for (const ecx of [0, 1, 2, 0x10000, 0x10001]) {
      for (const flags of [0x202, 0x242]) {
        const far = [0x1080f0, Uint8Array.from([...bytes, ...DONE])] as const;
        yield program(`short.${name}_at.${ecx}.${flags}`, 0, [0xe9, ...dword(0xeb)], {
          init: { ...init, ecx, eflags: flags },
          mem: [far],
        });
      }
    }
  }
}

/** Task states that are too short for what is looked for in them. */
export function* shortTasks(): Generator<Case> {
  const start = (then: readonly number[]) => [...mov(0, SLOT), 0x0f, 0x00, 0xd8, ...then];
  const short = (limit: number, type = TSS32) => [GDT + SLOT, descriptor(TSS, limit, type)] as const;
  const init = { gdtlim: WIDE_GDT };
  for (const limit of [11, 12, 18, 19, 0x65, 0x66, 0x67]) {
    // A gate to ring 1, whose stack is behind ring 0's.
    yield program(`short_tss.inner.${limit}`, 0, start(toRing3), {
      init,
      mem: [short(limit), [codeOf(3), Uint8Array.from([0xcd, 0x85])], [IDT + 8 * 0x85, gate(RING1, ANY_RING, 0xee)]],
    });
    yield program(`short_tss.port.${limit}`, 0, start(toRing3), {
      init,
      mem: [short(limit), [codeOf(3), Uint8Array.from([0xe6, 0x80, ...DONE])]],
    });
    // With a bitmap, it goes through a table that is not there.
    if (limit === 0x67) continue;
    yield program(`short_tss.redirected.${limit}`, 0, start(toVirtual8086), {
      init: { ...init, cr4: CR4_VME },
      mem: [short(limit), [0x8000, Uint8Array.from([0xcd, 0x20])]],
    });
  }
}

/** Gates that were used before, from another ring: what was found of them then must not stand for what is asked now. */
export function* usedGates(): Generator<Case> {
  const back = [DATA + 64, Uint8Array.of(0xcf)] as const;
  for (const vector of [0x85, 0x86, 3, 4]) {
    const int = vector === 3 ? [0xcc] : [0xcd, vector];
    for (const [name, attributes] of [
      ['interrupt', 0x8e],
      ['trap', 0x8f],
    ] as const) {
      const own = [IDT + 8 * vector, gate(8, DATA + 64, attributes)] as const;
      yield program(`used.gate_dpl.${vector}.${name}`, 0, [...int, ...int, ...toRing3], {
        mem: [back, own, [codeOf(3), Uint8Array.from([...int, ...DONE])]],
      });
    }
  }
  for (const attributes of [0xee, 0xef]) {
    // A handler of ring 3, asked for in ring 3 and then in ring 0.
    const inner = [DATA + 128, Uint8Array.from([0xcd, 0x85])] as const;
    yield program(`used.code_dpl.${attributes}`, 3, [0xcd, 0x85, 0xcd, 0x85, 0xcd, 0x86], {
      mem: [
        back,
        inner,
        [IDT + 8 * 0x85, gate(0x23, DATA + 64, attributes)],
        [IDT + 8 * 0x86, gate(8, DATA + 128, attributes)],
      ],
    });
  }
}

/** Registers that have reserved bits, or values that mean nothing. */
export function* reservedBits(): Generator<Case> {
  yield program('reserved.pae_pointers', 0, [...mov(0, CR4_PAE), 0x0f, 0x22, 0xe0, ...DONE], {
    init: { cr0: PAGING },
  });
  for (const value of [2, 3, 8, 0xff, 0x0200, 0x03000000]) {
    yield program(`reserved.pat.${value}`, 0, [...wrmsr(0x277, value, 0), ...DONE]);
    yield program(`reserved.pat_high.${value}`, 0, [...wrmsr(0x277, 0, value), ...DONE]);
  }
  for (const bit of [0, 1, 2, 7, 8, 9, 10, 12, 13, 16, 31]) {
    yield program(`reserved.efer.${bit}`, 0, [...wrmsr(0xc0000080, (1 << bit) >>> 0, 0), ...DONE]);
    yield program(`reserved.efer_high.${bit}`, 0, [...wrmsr(0xc0000080, 0, (1 << bit) >>> 0), ...DONE]);
  }
  for (const [name, code] of Object.entries({
    fcompp: [0xde, 0xd8],
    fcompp1: [0xde, 0xd9],
    fcompp2: [0xde, 0xda],
    fcompp7: [0xde, 0xdf],
    fnsetpm: [0xdb, 0xe4],
    dbe5: [0xdb, 0xe5],
    dbe6: [0xdb, 0xe6],
    dbe7: [0xdb, 0xe7],
    dbf8: [0xdb, 0xf8],
    dfe1: [0xdf, 0xe1],
    dff8: [0xdf, 0xf8],
  })) {
    for (const ring of [0, 3] as const) yield program(`reserved.${name}`, ring, [...code, ...DONE]);
  }
  // Far transfers of virtual-8086 programs beyond 64 KB.
  const wideReturn = [0x66, 0x68, ...dword(0x800), 0x66, 0x68, ...dword(0x10000), 0x66];
  yield program('reserved.retfar', 'v86', [...wideReturn, 0xcb]);
  yield program('reserved.retfar_n', 'v86', [...wideReturn, 0xca, ...word(8)]);
  yield program('reserved.jmpfar', 'v86', [0x66, 0xea, ...dword(0x10000), ...word(0x800)]);
  yield program('reserved.callfar', 'v86', [0x66, 0x9a, ...dword(0x10000), ...word(0x800)]);
}
