/**
 * All of the opcode maps: every opcode, with every reg field, as register and memory, with every prefix that means
 * something, and LOCK. What is undefined must be #UD, what is defined must be as long as it is.
 */
import type { Case } from '../case.ts';
import { entries } from '../table.ts';
import { DATA, DONE, dword, hex, mov, program, RINGS } from './builder.ts';

/** Opcodes that would leave the program, or tell time, or what processor it is; they have cases of their own. */
const ELSEWHERE = new Set([
  ...['f 31', 'f 32', 'f 30', 'f 33', 'f a2', 'f 34', 'f 35'],
  ...['e4', 'e5', 'e6', 'e7', 'ec', 'ed', 'ee', 'ef', '6c', '6d', '6e', '6f', 'f4'],
]);
const PREFIX_BYTES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x0f]);
const PREFIXES: Readonly<Record<string, readonly number[]>> = {
  none: [],
  o16: [0x66],
  repne: [0xf2],
  rep: [0xf3],
  lock: [0xf0],
  a16: [0x67],
  fs: [0x64],
};
/** Opcodes that have no modrm byte: behind them would be instructions of their own. */
const alone = new Set(
  entries
    .filter(
      ({ operands, name }) =>
        name !== 'esc' &&
        !/[EGHMRNPQVUWCDF][a-z]*/.test(operands.replaceAll(/\b[A-Z]S\b|AL|eAX|CL/g, '')) &&
        !operands.includes('H'),
    )
    .flatMap(({ escaped, opcode, registers }) =>
      Array.from({ length: registers ? 8 : 1 }, (_, n) => (escaped ? 0x100 : 0) | (opcode + n)),
    ),
);
const grouped = new Set(
  entries.filter(({ digit }) => digit !== undefined).map(({ escaped, opcode }) => (escaped ? 0x100 : 0) | opcode),
);
/** Near and far transfers, whose targets would be anywhere. */
const TRANSFERS = new Set([
  0x9a, 0xea, 0xc2, 0xc3, 0xca, 0xcb, 0xcf, 0xe8, 0xe9, 0x10f, 0xa0, 0xa1, 0xa2, 0xa3, 0xc8, 0xc9,
]);

export function* encodings(): Generator<Case> {
  for (const map of [0, 1]) {
    for (let opcode = 0; opcode < 256; opcode++) {
      if (!map && PREFIX_BYTES.has(opcode)) continue;
      if (ELSEWHERE.has(map ? `f ${hex(opcode)}` : hex(opcode))) continue;
      const place = map * 0x100 + opcode;
      // These have chapters of their own, and operands that need a place to lead to.
      if (
        TRANSFERS.has(place) ||
        (map && (opcode & 0xf0) === 0x80) ||
        (opcode & 0xf0) === 0x70 ||
        (opcode & 0xfc) === 0xe0
      ) {
        if (!map || (opcode & 0xf0) === 0x80) continue;
      }
      const isAlone = alone.has(place) && !grouped.has(place);
      for (const [name, prefix] of Object.entries(PREFIXES)) {
        const bytes = map ? [0x0f, opcode] : [opcode];
        for (let reg = 0; reg < 8; reg++) {
          for (const form of ['register', 'memory'] as const) {
            // Descriptor tables from anywhere.
            if (place === 0x101 && form === 'memory') continue;
            // With 16-bit addresses the memory operand is at BP's end of the segment: not there.
            if (name === 'a16' && form === 'memory') continue;
            if (isAlone && (reg > 0 || form === 'memory')) continue;
            const modrm = isAlone
              ? []
              : form === 'register'
                ? [0xc0 | (reg << 3) | 1]
                : [5 | (reg << 3), ...dword(DATA + 32)];
            const code = [...prefix, ...bytes, ...modrm, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, ...DONE];
            for (const ring of RINGS) {
              yield program(`enc.${map ? '0f' : ''}${hex(opcode)}.${reg}.${form}.${name}`, ring, code, {
                init: {
                  eax: DATA + 8,
                  ecx: 3,
                  edx: DATA + 16,
                  ebx: DATA + 24,
                  esi: DATA + 32,
                  edi: DATA + 48,
                  ebp: DATA + 64,
                  cr4: 0x600,
                  fs: 0,
                },
                undefinedFlags: 0x8d5,
              });
            }
          }
        }
      }
    }
  }
}

/** Lengths: prefixes until there are more than fifteen bytes. */
export function* lengths(): Generator<Case> {
  const instructions: Readonly<Record<string, readonly number[]>> = {
    nop: [0x90],
    mov: [0xb8, ...dword(1)],
    movm: [0xc7, 0x05, ...dword(DATA), ...dword(5)],
    ud2: [0x0f, 0x0b],
    int: [0xcd, 0x80],
    jmp: [0xeb, 0],
    movs: [0xa5],
    lock: [0xf0, 0xff, 0x05, ...dword(DATA)],
    undefined: [0x0f, 0x04],
    fld1: [0xd9, 0xe8],
  };
  for (const ring of RINGS) {
    for (const [name, code] of Object.entries(instructions)) {
      for (const prefix of [0x66, 0x67, 0x2e, 0x3e, 0x26, 0xf3, 0xf2, 0x36]) {
        for (const length of [12, 13, 14, 15, 16, 17]) {
          const count = length - code.length;
          if (count < 0 || (name === 'lock' && prefix > 0xf0)) continue;
          if (prefix === 0x67 && (name === 'movm' || name === 'lock' || name === 'movs')) continue;
          yield program(
            `len.${name}.${hex(prefix)}.${length}`,
            ring,
            [...new Array<number>(count).fill(prefix), ...code, 0, 0, ...DONE, ...DONE],
            {
              init: { ecx: 1, esi: DATA, edi: DATA + 32 },
            },
          );
        }
      }
    }
  }
}

/** Privileged instructions, and those that ask CR0 and CR4: in each ring, with each setting. */
export function* privileges(): Generator<Case> {
  const instructions: Readonly<Record<string, readonly number[]>> = {
    ...{
      clts: [0x0f, 0x06],
      lmsw: [0x0f, 0x01, 0xf0],
      smsw: [0x0f, 0x01, 0xe0],
      invd: [0x0f, 0x08],
      wbinvd: [0x0f, 0x09],
    },
    ...{ rdmsr: [0x0f, 0x32], wrmsr: [0x0f, 0x30], rdpmc: [...mov(1, 0), 0x0f, 0x33, 0x31, 0xc0, 0x31, 0xd2] },
    ...{ sysexit: [0x0f, 0x35], cli: [0xfa], sti: [0xfb], rsm: [0x0f, 0xaa], sysenter: [0x0f, 0x34] },
    ...{
      readcr0: [0x0f, 0x20, 0xc1],
      readcr2: [0x0f, 0x20, 0xd1],
      readcr3: [0x0f, 0x20, 0xd9],
      readcr4: [0x0f, 0x20, 0xe1],
    },
    ...{
      readcr1: [0x0f, 0x20, 0xc9],
      readcr5: [0x0f, 0x20, 0xe9],
      readcr7: [0x0f, 0x20, 0xf9],
      writecr1: [0x0f, 0x22, 0xc9],
      writecr5: [0x0f, 0x22, 0xe9],
    },
    ...{
      crmemory: [0x0f, 0x20, 0x01],
      writecr2: [0x0f, 0x22, 0xd0],
      writecr3: [...mov(0, 0x110018), 0x0f, 0x22, 0xd8, 0x0f, 0x20, 0xd9],
    },
    ...{
      rdtsc: [0x0f, 0x31, 0x31, 0xc0, 0x31, 0xd2],
      fld1: [0xd9, 0xe8],
      wait: [0x9b],
      fninit: [0xdb, 0xe3],
      emms: [0x0f, 0x77],
      paddb: [0x0f, 0xfc, 0xc1],
    },
    ...{
      addps: [0x0f, 0x58, 0xc1],
      movups: [0x0f, 0x10, 0x05, ...dword(DATA)],
      fxsave: [0x0f, 0xae, 0x05, ...dword(DATA)],
      ldmxcsr: [0x0f, 0xae, 0x15, ...dword(DATA)],
    },
    ...{
      prefetch: [0x0f, 0x18, 0x05, ...dword(DATA)],
      sfence: [0x0f, 0xae, 0xf8],
      movnti: [0x0f, 0xc3, 0x05, ...dword(DATA)],
      clflush: [0x0f, 0xae, 0x3d, ...dword(DATA)],
    },
    ...{
      cvtpi2ps: [0x0f, 0x2a, 0xc1],
      pause: [0xf3, 0x90],
      maskmovq: [0x0f, 0xf7, 0xc1],
      fnstsw: [0xdf, 0xe0],
      fnstcw: [0xd9, 0x3d, ...dword(DATA)],
    },
  };
  for (const ring of [0, 3] as const) {
    for (const [name, code] of Object.entries(instructions)) {
      for (const cr0 of [0x11, 0x13, 0x15, 0x17, 0x19, 0x1b, 0x1d, 0x1f, 0x31]) {
        for (const cr4 of [0, 4, 0x100, 0x200, 0x600]) {
          yield program(`priv.${name}.${hex(cr0)}.${hex(cr4)}`, ring, [...code, ...DONE], {
            init: { cr0, cr4, edi: DATA, ecx: 0x12345678 },
          });
        }
      }
      if (ring === 3) {
        for (const iopl of [1, 2, 3])
          yield program(`priv.${name}.iopl${iopl}`, ring, [...code, ...DONE], {
            init: { eflags: 0x202 | (iopl << 12), edi: DATA },
          });
      }
    }
  }
  // Bits of CR0 and CR4, one by one.
  for (let bit = 0; bit < 32; bit++) {
    const value = (1 << bit) >>> 0;
    if (bit !== 31)
      yield program(
        `cr0.${bit}`,
        0,
        [
          ...mov(0, (0x11 ^ value) >>> 0),
          0x0f,
          0x22,
          0xc0,
          0x0f,
          0x20,
          0xc3,
          ...mov(0, 0x11),
          ...(bit ? [0x0f, 0x22, 0xc0] : []),
          ...DONE,
        ],
        {},
      );
    // PAE is in a chapter of its own; a Core Duo has VMX.
    if (bit !== 5 && bit !== 13)
      yield program(`cr4.${bit}`, 0, [...mov(0, value), 0x0f, 0x22, 0xe0, 0x0f, 0x20, 0xe3, ...DONE], {});
    yield program(`lmsw.${bit}`, 0, [...mov(0, value), 0x0f, 0x01, 0xf0, 0x0f, 0x20, 0xc3, ...DONE], {});
    yield program(
      `cr0_pg.${bit}`,
      0,
      [...mov(0, (0x80000011 ^ value) >>> 0), 0x0f, 0x22, 0xc0, 0x0f, 0x20, 0xc3, ...DONE],
      {},
    );
  }
  for (const [low, name] of [
    [0x20000011, 'nw'],
    [0x60000011, 'cdnw'],
    [0x40000011, 'cd'],
    [0xa0000011, 'pgnw'],
    [0x80000010, 'pgnope'],
    [0x10, 'nope'],
  ] as const) {
    if (name !== 'nope')
      yield program(`cr0.${name}`, 0, [...mov(0, low), 0x0f, 0x22, 0xc0, 0x0f, 0x20, 0xc3, ...DONE], {});
  }
  // SYSENTER and SYSEXIT, by their MSRs.
  for (const cs of [0, 3, 8, 0x0b, 0x20, 0x10, 0xfff8]) {
    const set = (msr: number, value: number): number[] => [...mov(1, msr), ...mov(0, value), ...mov(2, 0), 0x0f, 0x30];
    const all = [...set(0x174, cs), ...set(0x175, 0x106d00), ...set(0x176, 0x113000)];
    yield program(`sysenter.${hex(cs)}`, 0, [...all, 0x0f, 0x34, ...DONE], {});
    yield program(`sysexit.${hex(cs)}`, 0, [...all, ...mov(1, 0x107e00), ...mov(2, 0x113070), 0x0f, 0x35, ...DONE], {});
    const toRing3 = [
      0x68,
      ...dword(0x2b),
      0x68,
      ...dword(0x107f00),
      0x68,
      ...dword(0x202),
      0x68,
      ...dword(0x23),
      0x68,
      ...dword(0x109000),
      0xcf,
    ];
    yield program(`sysenter3.${hex(cs)}`, 0, [...all, ...toRing3], {
      mem: [[0x109000, Uint8Array.from([0x0f, 0x34])]],
    });
    yield program(`sysexit3.${hex(cs)}`, 0, [...all, ...toRing3], { mem: [[0x109000, Uint8Array.from([0x0f, 0x35])]] });
  }
}
