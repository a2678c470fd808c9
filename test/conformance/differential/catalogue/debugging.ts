/** Breakpoints of every condition and length against accesses of every size, TF and RF, what DR6 and DR7 keep. */
import type { Case } from '../case.ts';
import { at, codeOf, DATA, DONE, dword, hex, mov, program, push, RINGS, word } from './builder.ts';

const LENGTHS = [0, 1, 3] as const; // 1, 2 and 4 bytes
const CONDITIONS = [1, 3] as const; // writes; reads and writes
/** Local and global enable, condition and length of breakpoint n. */
const dr7 = (n: number, enable: number, condition: number, length: number): number =>
  (0x400 | (enable << (2 * n)) | ((condition | (length << 2)) << (16 + 4 * n))) >>> 0;

export function* dataBreakpoints(): Generator<Case> {
  const accesses: Readonly<Record<string, (a: number) => number[]>> = {
    readb: (a) => [0xa0, ...dword(a)],
    readw: (a) => [0x66, 0xa1, ...dword(a)],
    readd: (a) => [0xa1, ...dword(a)],
    writeb: (a) => [0xa2, ...dword(a)],
    writew: (a) => [0x66, 0xa3, ...dword(a)],
    writed: (a) => [0xa3, ...dword(a)],
    rmw: (a) => [0xff, ...at(0, a)],
    same: (a) => [0x09, ...at(0, a)],
    cmp: (a) => [0x39, ...at(0, a)],
    movs: (a) => [...mov(7, a), ...mov(6, DATA + 64), 0xa5],
    movsfrom: (a) => [...mov(6, a), ...mov(7, DATA + 64), 0xa5],
    repmovs: (a) => [...mov(7, a - 4), ...mov(6, DATA + 64), ...mov(1, 4), 0xf3, 0xa5],
    repstosb: (a) => [...mov(7, a - 2), ...mov(1, 6), 0xf3, 0xaa],
    repecmps: (a) => [...mov(7, a - 4), ...mov(6, a - 4), ...mov(1, 4), 0xf3, 0xa7],
    lods: (a) => [...mov(6, a), 0xad],
    push: (a) => [0x89, 0xe1, 0xbc, ...dword(a + 4), 0x50, 0x89, 0xcc],
    pop: (a) => [0x89, 0xe1, 0xbc, ...dword(a), 0x5b, 0x89, 0xcc],
    xchg: (a) => [0x87, ...at(0, a)],
    cmpxchg: (a) => [0x0f, 0xb1, ...at(1, a)],
    cmpxchg8b: (a) => [0x0f, 0xc7, ...at(1, a)],
    fld: (a) => [0xdd, ...at(0, a)],
    fnstcw: (a) => [0xd9, ...at(7, a)],
    lea: (a) => [0x8d, ...at(0, a)],
    popss: (a) => [0x8c, 0xd1, 0x66, 0x8e, ...at(2, DATA + 32), ...[0xa3, ...dword(a)], 0x90],
  };
  const target = DATA + 16;
  for (const ring of RINGS) {
    for (const [name, access] of Object.entries(accesses)) {
      for (const condition of CONDITIONS) {
        for (const length of LENGTHS) {
          for (const offset of [-8, -4, -1, 0, 1, 2, 3, 4, 7]) {
            const n = (offset + 8) & 3;
            const init = { [`dr${n}`]: target, dr7: dr7(n, 1 + (offset & 1), condition, length) };
            const mem = name === 'popss' ? [[DATA + 32, Uint8Array.from(word(ring ? 0x2b : 0x10))] as const] : [];
            const undefinedFlags = name === 'same' ? 0x10 : 0;
            yield program(
              `db.data.${name}.${condition}${length}.${offset}`,
              ring,
              [...access(target + offset), 0x90, 0x90, ...DONE],
              { init, mem, undefinedFlags },
            );
          }
        }
      }
    }
    // Two at once, and what of DR6 stays.
    for (const dr6 of [0xffff0ff0, 0xffff4ff0, 0xffff0fff]) {
      const init = {
        dr0: target,
        dr1: target + 2,
        dr2: target,
        dr3: codeOf(ring),
        dr6,
        dr7: (dr7(0, 2, 1, 3) | dr7(1, 2, 3, 0) | dr7(2, 0, 1, 3)) >>> 0,
      };
      yield program(`db.two.${hex(dr6)}`, ring, [0xa3, ...dword(target), 0x90, 0x90, ...DONE], { init });
      yield program(`db.two_tf.${hex(dr6)}`, ring, [0xa3, ...dword(target), 0x90, 0x90, ...DONE], {
        init: { ...init, eflags: 0x302 },
      });
    }
  }
}

export function* codeBreakpoints(): Generator<Case> {
  const code = [0x90, 0x40, 0x43, ...mov(1, 3), 0x41, ...DONE];
  for (const ring of RINGS) {
    for (let offset = 0; offset < 8; offset++) {
      for (const flags of [0x202, 0x10202, 0x302, 0x10302, 0x2]) {
        for (const length of [0, 3]) {
          const init = { dr2: codeOf(ring) + offset, dr7: dr7(2, 2, 0, length), eflags: flags };
          yield program(`db.code.${offset}.${hex(flags)}.${length}`, ring, code, { init });
        }
      }
    }
    const hit = { dr0: codeOf(ring) + 1, dr7: dr7(0, 1, 0, 0) };
    for (const [name, bytes] of Object.entries({
      ud: [0x90, 0x0f, 0x0b],
      int3: [0x90, 0xcc],
      int: [0x90, 0xcd, 0x80],
      icebp: [0x90, 0xf1],
      long: [0x90, ...new Array<number>(15).fill(0x66), 0x90],
      rep: [0x90, 0xf3, 0xaa],
      lock: [0x90, 0xf0, 0x90],
    })) {
      yield program(`db.code_on_${name}`, ring, [...bytes, ...DONE], { init: { ...hit, edi: DATA, ecx: 2 } });
    }
    // In the shadow of a load of SS.
    const ss = ring ? 0x2b : 0x10;
    const load = [...mov(0, ss), 0x8e, 0xd0, 0x90, 0x90, ...DONE];
    for (const offset of [5, 7, 8, 9]) {
      for (const flags of [0x202, 0x302]) {
        yield program(`db.shadow.${offset}.${hex(flags)}`, ring, load, {
          init: { dr0: codeOf(ring) + offset, dr7: dr7(0, 1, 0, 0), eflags: flags },
        });
      }
    }
  }
}

/** Single steps over everything that does something about them. */
export function* singleSteps(): Generator<Case> {
  const instructions: Readonly<Record<string, (ring: number) => number[]>> = {
    nop: () => [0x90],
    jmp: () => [0xeb, 0],
    jcc: () => [0x74, 0],
    loop: () => [0xe2, 0],
    call: () => [0xe8, 0, 0, 0, 0],
    ret: (ring) => [...push(codeOf(ring as 0 | 3) + 6), 0xc3],
    pushf: () => [0x9c, 0x58],
    pushf16: () => [0x66, 0x9c, 0x66, 0x58],
    popf_set: () => [...push(0x302), 0x9d, 0x90, 0x90],
    popf_clear: () => [...push(0x202), 0x9d, 0x90, 0x90],
    iret_set: (ring) => [
      ...push(0x302),
      ...push(ring ? 0x23 : 8),
      ...push(codeOf(ring as 0 | 3) + 16),
      0xcf,
      0x90,
      0x90,
    ],
    iret_clear: (ring) => [
      ...push(0x202),
      ...push(ring ? 0x23 : 8),
      ...push(codeOf(ring as 0 | 3) + 16),
      0xcf,
      0x90,
      0x90,
    ],
    iret_rf: (ring) => [
      ...push(0x10302),
      ...push(ring ? 0x23 : 8),
      ...push(codeOf(ring as 0 | 3) + 16),
      0xcf,
      0x90,
      0x90,
    ],
    mov_ss: (ring) => [...mov(0, ring ? 0x2b : 0x10), 0x8e, 0xd0, 0x90, 0x90],
    pop_ss: (ring) => [...push(ring ? 0x2b : 0x10), 0x17, 0x90, 0x90],
    lss: (ring) => [
      ...push(ring ? 0x2b : 0x10),
      ...push(ring ? 0x107e00 : 0x106e00),
      0x0f,
      0xb2,
      0x24,
      0x24,
      0x90,
      0x90,
    ],
    mov_ds: (ring) => [...mov(0, ring ? 0x2b : 0x10), 0x8e, 0xd8, 0x90],
    int3: () => [0xcc],
    int80: () => [0xcd, 0x80],
    into: () => [0xce],
    icebp: () => [0xf1],
    ud2: () => [0x0f, 0x0b],
    div: () => [0x31, 0xc9, 0xf7, 0xf1],
    rep0: () => [...mov(1, 0), 0xf3, 0xaa],
    rep1: () => [...mov(7, DATA), ...mov(1, 1), 0xf3, 0xaa],
    rep3: () => [...mov(7, DATA), ...mov(1, 3), 0xf3, 0xaa],
    repe: () => [...mov(7, DATA), ...mov(6, DATA), ...mov(1, 3), 0xf3, 0xa6],
    repne: () => [...mov(7, DATA), ...mov(1, 3), 0xf2, 0xae],
    sti: () => [0xfb, 0x90],
    cli: () => [0xfa, 0x90],
    mov_cr0: () => [0x0f, 0x20, 0xc0, 0x0f, 0x22, 0xc0],
    mov_dr7: () => [0x0f, 0x21, 0xf8, 0x0f, 0x23, 0xf8],
    mov_dr6: () => [0x0f, 0x21, 0xf0, 0x0f, 0x23, 0xf0],
    jmpfar: (ring) => [0xea, ...dword(codeOf(ring as 0 | 3) + 7), ...word(ring ? 0x23 : 8), 0x90],
    callgate: () => [0x9a, ...dword(0), ...word(0x93)],
    sysenter: () => [0x0f, 0x34],
    fwait: () => [0x9b],
    prefixed: () => [0x66, 0x90],
    enter: () => [0xc8, 8, 0, 0],
    pusha: () => [0x60, 0x61],
    rdtsc_no: () => [0x0f, 0x33],
  };
  for (const ring of RINGS) {
    for (const [name, code] of Object.entries(instructions)) {
      for (const flags of [0x302, 0x10302, 0x102]) {
        for (const dr6 of [0xffff0ff0, 0xffff0fff]) {
          yield program(`tf.${name}.${hex(flags)}.${hex(dr6 & 15)}`, ring, [...code(ring), 0x90, ...DONE], {
            init: { eflags: flags, dr6 },
          });
        }
      }
      // Reached after one step: a popf sets TF, the instruction after it is the one stepped over.
      yield program(
        `tf.popf_${name}`,
        ring,
        [...push(0x302), 0x9d, ...code(ring).map((byte) => byte), 0x90, ...DONE],
        {},
      );
    }
    for (let bit = 0; bit < 32; bit++) {
      for (const register of [6, 7]) {
        const value = (1 << bit) >>> 0;
        if (register === 7 && (bit & 1) === 0 && bit < 8) continue;
        yield program(
          `dr.write${register}.${bit}`,
          ring,
          [...mov(0, value), 0x0f, 0x23, 0xc0 | (register << 3), 0x0f, 0x21, 0xc3 | (register << 3), ...DONE],
          {},
        );
      }
    }
    for (const n of [0, 1, 2, 3, 4, 5, 6, 7]) {
      for (const cr4 of [0, 8]) {
        for (const gd of [0, 0x2000]) {
          yield program(`dr.read.${n}.${cr4}.${hex(gd)}`, ring, [0x0f, 0x21, 0xc0 | (n << 3), ...DONE], {
            init: { cr4, dr7: 0x400 | gd },
          });
          yield program(
            `dr.write.${n}.${cr4}.${hex(gd)}`,
            ring,
            [...mov(0, 0x400), 0x0f, 0x23, 0xc0 | (n << 3), ...DONE],
            { init: { cr4, dr7: 0x400 | gd } },
          );
        }
      }
    }
  }
}

/** Ports: breakpoints on them with CR4.DE; who may use them by IOPL and the map. */
export function* ports(): Generator<Case> {
  const instructionsFor = (port: number) => ({
    inb: [0xe4, port],
    inw: [0x66, 0xe5, port],
    ind: [0xe5, port],
    outb: [0xe6, port],
    outw: [0x66, 0xe7, port],
    outd: [0xe7, port],
    indx: [0xec],
    outdx: [0xee],
    indxd: [0xed],
    outdxd: [0xef],
    insb: [0x6c],
    outsb: [0x6e],
    insd: [0x6d],
    outsd: [0x6f],
  });
  const [MAPPED, NOBODYS] = [0x80, 0xa8];
  const instructions = instructionsFor(MAPPED);
  const broken = instructionsFor(NOBODYS);
  const lose = [...mov(0, 0), ...mov(7, DATA)]; // what is read is nobody's business
  for (const ring of [0, 3, 'v86'] as const) {
    for (const [name, code] of Object.entries(instructions)) {
      const init = { edx: 0x80, esi: DATA + 64, edi: DATA + 32, eax: 0 };
      const end = ring === 'v86' ? [0xcc] : [...lose, ...DONE];
      if (ring !== 'v86' && !name.startsWith('ins')) {
        for (const cr4 of [0, 8]) {
          for (const port of [-3, -1, 0, 2, 4].map((distance) => NOBODYS + distance)) {
            const all = [...broken[name as keyof typeof broken], ...mov(0, 0), 0x90, 0x90, ...end];
            yield program(`io.break.${name}.${hex(port)}.${cr4}`, ring, all, {
              init: { ...init, edx: NOBODYS, cr4, eflags: 0x3202, dr1: port, dr7: dr7(1, 1, 2, 1) },
            });
          }
        }
      }
      if (ring === 0) continue;
      for (const iopl of [0, 1, 2, 3]) {
        for (const bits of [0, 1, 2, 8, 0xff]) {
          for (const place of [0xffff, 0x68, 0x78, 0x79, 0x7a, 0x88, 0x89, 0xdfff]) {
            if (ring === 'v86' && name.endsWith('sb')) continue;
            // What ins would read is not the same everywhere: only where it may not.
            if (name.startsWith('ins') && (iopl === 3 || place !== 0xffff)) continue;
            const map = [
              [0x102066, Uint8Array.from(word(place))],
              [0x102068 + 16, Uint8Array.of(bits, 0)],
            ] as const;
            const flags = (ring === 'v86' ? 0x20202 : 0x202) | (iopl << 12);
            yield program(
              `io.map.${name}.${iopl}.${hex(bits)}.${hex(place)}`,
              ring,
              [...code, ...(ring === 'v86' ? [0xb8, 0, 0] : []), ...end],
              { mem: map, init: { ...(ring === 'v86' ? { edx: 0x80, eax: 0 } : init), eflags: flags } },
            );
          }
        }
      }
    }
  }
}
