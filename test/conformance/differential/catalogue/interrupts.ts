/** Gates of the IDT: every type, privilege and target, reached by int n, by faults and by what other faults lead to. */
import type { Case } from '../case.ts';
import { ANY_RING, DONE, dword, gate, hex, IDT, program, RINGS, type Ring, word } from './builder.ts';

/** Where a gate of 16 bits leads to. */
const NEAR = [0x3000, Uint8Array.from(DONE)] as const;

const vectorGate = (vector: number, bytes: Uint8Array) => [IDT + 8 * vector, bytes] as const;

/** Ways to a vector: an instruction, and the vector whose gate it goes through. */
const triggers: readonly (readonly [name: string, vector: number, code: readonly number[]])[] = [
  ['int', 0x85, [0xcd, 0x85]],
  ['ud', 6, [0x0f, 0x0b]],
  ['gp', 13, [0x8e, 0xd8]],
  ['bp', 3, [0xcc]],
  ['icebp', 1, [0xf1]],
  ['de', 0, [0x31, 0xc9, 0xf7, 0xf1]],
  ['of', 4, [0xb0, 0x7f, 0x04, 0x01, 0xce]],
];

export function* idtGates(): Generator<Case> {
  const rings: readonly Ring[] = [0, 3, 'v86'];
  for (const ring of rings) {
    for (const [name, vector, code] of triggers) {
      const program_ = (id: string, own: Uint8Array, more = {}) =>
        program(
          `idt.${name}.${id}`,
          ring,
          [...(name === 'gp' ? [0xb8, 0xff, 0xff, ...(ring === 'v86' ? [] : [0, 0])] : []), ...code, ...DONE],
          {
            mem: [vectorGate(vector, own), NEAR],
            ...more,
          },
        );
      for (let type = 0; type < 32; type++) {
        for (const high of [0x80, 0xe0, 0x60]) {
          yield program_(`type${hex(high | type)}`, gate(8, (high | type) & 8 ? ANY_RING : NEAR[0], high | type));
        }
      }
      for (const selector of [
        0, 3, 0x0b, 0x08, 0x10, 0x18, 0x20, 0x23, 0x38, 0x40, 0x70, 0x78, 0x7b, 0x80, 0x110, 0x128, 0x138, 0x400, 0x07,
        0x27, 0xa0, 0xb8,
      ]) {
        for (const attributes of [0x8e, 0xee, 0xef, 0xe6]) {
          const offset = selector === 0x110 ? 0x1000 : attributes === 0xe6 ? NEAR[0] : ANY_RING;
          yield program_(`cs${hex(selector)}.${hex(attributes)}`, gate(selector, offset, attributes));
        }
      }
      for (const tss of [0x40, 0x43, 0x44, 0x48, 0x30, 0xc0, 0xc8, 0xd0, 0x10, 0x08, 0, 0x400, 0x38]) {
        for (const attributes of [0xe5, 0x85, 0x65]) {
          yield program_(`task${hex(tss)}.${hex(attributes)}`, gate(tss, 0, attributes));
        }
      }
      for (const idtlim of [vector * 8 + 6, vector * 8 + 7, vector * 8 - 1, 13 * 8 + 7, 8 * 8 + 7]) {
        if (idtlim < 8 * 8 + 7) continue;
        yield program_(`lim${hex(idtlim)}`, gate(8, 0x104000 + 16 * vector, 0xee), { init: { idtlim } });
      }
    }
    if (ring === 'v86') continue;
    for (let vector = 0; vector < 256; vector += vector < 34 ? 1 : 17) {
      yield program(`int.${hex(vector)}`, ring, [0xcd, vector]);
    }
  }
}

/** A second fault while the first is delivered: which pairs double. */
export function* faultPairs(): Generator<Case> {
  const first: readonly (readonly [string, number, readonly number[], object?])[] = [
    ['de', 0, [0x31, 0xc9, 0xf7, 0xf1]],
    ['db', 1, [0x90, 0x90], { eflags: 0x302 }],
    ['bp', 3, [0xcc]],
    ['ud', 6, [0x0f, 0x0b]],
    ['nm', 7, [0xd9, 0xe8], { cr0: 0x19 }],
    ['ts', 10, [0xcf], { eflags: 0x4202 }],
    ['np', 11, [0xb8, 0x68, 0, 0, 0, 0x8e, 0xd8]],
    ['ss', 12, [0xb8, 0x98, 1, 0, 0, 0x8e, 0xd0]],
    ['gp', 13, [0xb8, 0, 4, 0, 0, 0x8e, 0xd8]],
    ['pf', 14, [0xa1, ...dword(0x10d000)], { cr0: 0x80000011 }],
    ['int', 0x80, [0xcd, 0x80]],
  ];
  const second: readonly (readonly [string, Uint8Array])[] = [
    ['np', gate(8, 0x113000, 0x6e)],
    ['gp', gate(8, 0x113000, 0xe0)],
    ['csnp', gate(0x70, 0x113000, 0xee)],
    ['null', gate(0, 0x113000, 0xee)],
    ['ts', gate(0xd0, 0, 0xe5)],
    ['task', gate(0x40, 0, 0xe5)],
  ];
  for (const ring of RINGS) {
    for (const [name, vector, code, init] of first) {
      if (name === 'ts' && ring === 3) continue;
      const link = [0x102000, Uint8Array.from([0x0c, 0, 0, 0])] as const;
      for (const [how, own] of second) {
        const mem = [vectorGate(vector, own), ...(name === 'ts' ? [link] : [])];
        yield program(`pair.${name}_${how}`, ring, [...code, ...DONE], { mem, init: init ?? {} });
        for (const also of [8, 10, 11, 13]) {
          yield program(`pair.${name}_${how}_${also}`, ring, [...code, ...DONE], {
            mem: [...mem, vectorGate(also, gate(8, 0x113000, 0x6e))],
            init: init ?? {},
          });
        }
      }
      // With the TSS or the IDT on a page that is not there.
      for (const [what, page] of [
        ['idt', 0x100000],
        ['tss', 0x102000],
        ['stack0', 0x105000],
      ] as const) {
        const entry = [0x111000 + (page >>> 12) * 4, Uint8Array.from([0, 0, 0, 0])] as const;
        const cr0 = 0x80000011 | ((init as { cr0?: number } | undefined)?.cr0 ?? 0);
        yield program(`pair.${name}_pf_${what}`, ring, [...code, ...DONE], {
          mem: [entry, ...(name === 'ts' ? [link] : [])],
          init: { ...init, cr0 },
        });
      }
    }
  }
}

/** int n, iret, cli, sti, pushf, popf, in and out of virtual-8086 programs, by IOPL and CR4.VME. */
export function* virtual8086(): Generator<Case> {
  const instructions: Readonly<Record<string, readonly number[]>> = {
    ...{ int: [0xcd, 0x20], int85: [0xcd, 0x85], int3: [0xcc], into: [0xb0, 0x7f, 0x04, 1, 0xce], icebp: [0xf1] },
    ...{ cli: [0xfa], sti: [0xfb], pushf: [0x9c], popf: [0x9d], pushfd: [0x66, 0x9c], popfd: [0x66, 0x9d] },
    ...{ iret: [0xcf], iretd: [0x66, 0xcf], hlt: [0xf4], in: [0xe4, 0x61], out: [0xe6, 0x80], indx: [0xec] },
    ...{ insb: [0x6c], outsb: [0x6e], lgdt: [0x0f, 1, 0x16, 0, 0], lidt: [0x0f, 1, 0x1e, 0, 0] },
    ...{
      smsw: [0x0f, 1, 0xe0],
      lmsw: [0x0f, 1, 0xf0],
      clts: [0x0f, 6],
      movcr0: [0x0f, 0x20, 0xc0],
      movdr: [0x0f, 0x21, 0xc0],
    },
    ...{
      sldt: [0x0f, 0, 0xc0],
      str: [0x0f, 0, 0xc8],
      lldt: [0x0f, 0, 0xd0],
      ltr: [0x0f, 0, 0xd8],
      verr: [0x0f, 0, 0xe0],
    },
    ...{ lar: [0x0f, 2, 0xc0], lsl: [0x0f, 3, 0xc0], arpl: [0x63, 0xc0], invd: [0x0f, 8], wbinvd: [0x0f, 9] },
    ...{
      rdmsr: [0x0f, 0x32],
      wrmsr: [0x0f, 0x30],
      invlpg: [0x0f, 1, 0x3e, 0, 0],
      sysenter: [0x0f, 0x34],
      sysexit: [0x0f, 0x35],
    },
    ...{
      movds: [0x8e, 0xd8],
      lds: [0xc5, 0x06, 0, 0],
      pushds: [0x1e],
      popds: [0x1f],
      retf: [0xcb],
      retf4: [0xca, 4, 0],
    },
    ...{ callf: [0x9a, 0x20, 0, 0, 8], jmpf: [0xea, 0x20, 0, 0, 8], jmpf32: [0x66, 0xea, 0x20, 0, 0, 0, 0, 8] },
    ...{ jmpfar: [0x66, 0xea, 0, 0, 1, 0, 0, 8], bound: [0x62, 0x06, 0, 0], word_end: [0xa1, 0xff, 0xff] },
    ...{ dword_end: [0x66, 0xa1, 0xfd, 0xff], wide: [0x67, 0xa1, 0, 0, 1, 0], pop_end: [0xbc, 0xff, 0xff, 0x58] },
    ...{
      push_0: [0x31, 0xe4, 0x50],
      push_1: [0xbc, 1, 0, 0x50],
      lock: [0xf0, 0x90],
      ud2: [0x0f, 0x0b],
      enter: [0xc8, 4, 0, 1],
    },
    ...{ pusha: [0x60], popa: [0x61], pushad_end: [0xbc, 0x10, 0, 0x66, 0x60], leave: [0xc9], fld1: [0xd9, 0xe8] },
  };
  for (const [name, code] of Object.entries(instructions)) {
    for (const iopl of [0, 1, 2, 3]) {
      for (const cr4 of [0, 1, 2, 3]) {
        for (const more of [0, 0x80000, 0x100000, 0x180000, 0x100]) {
          if (more & 0x180000 && !(cr4 & 1)) continue;
          if (more === 0x100 && cr4 > 1) continue;
          const flags = 0x20202 | (iopl << 12) | more;
          // The stack holds a return into the segment: IP, CS, FLAGS.
          const mem = [
            [0x9f00, Uint8Array.from([...word(0x20), ...word(0x800), ...word(0x3202 | (more & 0x100)), ...word(0)])],
            [0x8020, Uint8Array.from([0xcc])],
            [0x80, Uint8Array.from([...word(0x20), ...word(0x800)])],
          ] as const;
          const id = `vm.${name}.${iopl}.${cr4}.${hex(more)}`;
          yield program(id, 'v86', [...code, 0xcc], { mem, init: { eflags: flags, cr4 } });
          if (name.startsWith('int') && cr4 & 1) {
            // The redirection bitmap, right below the I/O map at 68h.
            yield program(`${id}.map`, 'v86', [...code, 0xcc], {
              mem: [...mem, [0x102000 + 0x48, new Uint8Array(32).fill(0xff)]],
              init: { eflags: flags, cr4 },
            });
          }
        }
      }
    }
  }
  // The virtual interrupt flag of ring 3, with CR4.PVI.
  for (const [name, code] of Object.entries({
    cli: [0xfa],
    sti: [0xfb],
    pushf: [0x9c],
    popf: [0x68, 2, 2, 0, 0, 0x9d],
    nop: [0x90],
  })) {
    for (const cr4 of [0, 1, 2, 3]) {
      for (const iopl of [0, 2, 3]) {
        for (const flags of [0, 0x80000, 0x100000, 0x180000]) {
          yield program(`vm.pvi.${name}.${cr4}.${iopl}.${hex(flags)}`, 3, [...code, ...DONE], {
            init: { cr4, eflags: 0x202 | (iopl << 12) | flags },
          });
        }
      }
    }
  }
  // Ways into virtual-8086 mode.
  const frame = (flags: number, cs: number, eip: number) => [
    ...[0x901, 0x902, 0x903, 0x904, 0xf00].flatMap((value) => [0x68, ...dword(value)]),
    ...[flags, cs, eip].flatMap((value) => [0x68, ...dword(value)]),
    0xcf,
  ];
  const landing = [0x8000, Uint8Array.from([0xcc])] as const;
  for (const flags of [0x20002, 0x23202, 0x20302, 0x24002, 0x60002, 0x1a0202, 0x30202]) {
    for (const [cs, eip] of [
      [0x800, 0],
      [0x7f0, 0x100],
      [0x800, 0x10000],
      [0x800, 0xffff0000],
    ] as const) {
      for (const cr4 of [0, 1]) {
        yield program(`vm.enter.${hex(flags)}.${hex(cs)}.${hex(eip)}.${cr4}`, 0, frame(flags, cs, eip), {
          mem: [landing],
          init: { cr4 },
        });
      }
    }
    yield program(
      `vm.enter3.${hex(flags)}`,
      3,
      frame(flags, 0x23, 0x109000 + 64).concat(new Array(64 - 42).fill(0x90), DONE),
      {},
    );
  }
}
