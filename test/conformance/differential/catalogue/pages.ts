/** Paging: every kind of access to every kind of page, across pages, with WP, large pages, PAE and NX. */
import type { Case } from '../case.ts';
import { at, DATA, DONE, dword, hex, mov, PAGES, PAGING, program, RINGS, WRITE_PROTECT } from './builder.ts';

/** An access to memory at an address. */
export const accesses: Readonly<Record<string, (address: number) => readonly number[]>> = {
  read: (a) => [0xa1, ...dword(a)],
  readb: (a) => [0xa0, ...dword(a)],
  readw: (a) => [0x66, 0xa1, ...dword(a)],
  write: (a) => [0xa3, ...dword(a)],
  writeb: (a) => [0xa2, ...dword(a)],
  rmw: (a) => [0xff, ...at(0, a)],
  rmwb: (a) => [0xfe, ...at(0, a)],
  lock: (a) => [0xf0, 0x01, ...at(0, a)],
  xchg: (a) => [0x87, ...at(0, a)],
  cmp: (a) => [0x39, ...at(0, a)],
  test: (a) => [0xf6, ...at(0, a), 1],
  bts: (a) => [0x0f, 0xab, ...at(2, a - 0x8888888)],
  btsi: (a) => [0x0f, 0xba, ...at(5, a), 3],
  bt: (a) => [0x0f, 0xba, ...at(4, a), 3],
  cmpxchg: (a) => [0x0f, 0xb1, ...at(1, a)],
  cmpxchg8b: (a) => [0x0f, 0xc7, ...at(1, a)],
  xadd: (a) => [0x0f, 0xc1, ...at(0, a)],
  push: (a) => [0xbc, ...dword(a + 4), 0x50],
  pushm: (a) => [0xff, ...at(6, a)],
  pushf: (a) => [0xbc, ...dword(a + 4), 0x9c],
  pusha: (a) => [0xbc, ...dword(a + 32), 0x60],
  pushds: (a) => [0xbc, ...dword(a + 4), 0x1e],
  pop: (a) => [0xbc, ...dword(a), 0x58],
  popm: (a) => [0x8f, ...at(0, a)],
  popa: (a) => [0xbc, ...dword(a), 0x61],
  popf: (a) => [0xbc, ...dword(a), 0x9d],
  popfs: (a) => [0xbc, ...dword(a), 0x0f, 0xa1],
  call: (a) => [0xbc, ...dword(a + 4), 0xe8, 0, 0, 0, 0],
  callm: (a) => [0xff, ...at(2, a)],
  ret: (a) => [0xbc, ...dword(a), 0xc3],
  retf: (a) => [0xbc, ...dword(a), 0xcb],
  iret: (a) => [0xbc, ...dword(a), 0xcf],
  enter: (a) => [0xbc, ...dword(a + 4), 0xc8, 0, 0, 0],
  enter2: (a) => [0xbc, ...dword(a + 12), 0xbd, ...dword(DATA + 64), 0xc8, 4, 0, 2],
  enterbp: (a) => [0xbd, ...dword(a + 4), 0xc8, 0, 0, 2],
  leave: (a) => [0xbd, ...dword(a), 0xc9],
  movsd: (a) => [...mov(7, a), ...mov(6, DATA), 0xa5],
  movss: (a) => [...mov(6, a), ...mov(7, DATA), 0xa5],
  stosd: (a) => [...mov(7, a), 0xab],
  lodsd: (a) => [...mov(6, a), 0xad],
  scasd: (a) => [...mov(7, a), 0xaf],
  cmpsd: (a) => [...mov(7, a), ...mov(6, DATA), 0xa7],
  repstos: (a) => [...mov(7, a - 8), ...mov(1, 5), 0xf3, 0xab],
  repstosb: (a) => [...mov(7, a - 6), ...mov(1, 16), 0xf3, 0xaa],
  stdstos: (a) => [0xfd, ...mov(7, a + 8), ...mov(1, 5), 0xf3, 0xab],
  repmovs: (a) => [...mov(7, a - 8), ...mov(6, DATA), ...mov(1, 5), 0xf3, 0xa5],
  repmovsfrom: (a) => [...mov(6, a - 8), ...mov(7, DATA), ...mov(1, 5), 0xf3, 0xa5],
  repecmps: (a) => [...mov(6, a - 8), ...mov(7, a - 8), ...mov(1, 5), 0xf3, 0xa7],
  xlat: (a) => [...mov(3, a), ...mov(0, 0), 0xd7],
  lea: (a) => [0x8d, ...at(0, a)],
  lds: (a) => [0xc5, ...at(0, a)],
  lfs: (a) => [0x0f, 0xb4, ...at(0, a)],
  bound: (a) => [0x62, ...at(0, a)],
  jmpm: (a) => [0xff, ...at(4, a)],
  jmpfm: (a) => [0xff, ...at(5, a)],
  callfm: (a) => [0xff, ...at(3, a)],
  jmp: (a) => [0xb8, ...dword(a), 0xff, 0xe0],
  movfromseg: (a) => [0x8c, ...at(3, a)],
  movtoseg: (a) => [0x8e, ...at(4, a)],
  sgdt: (a) => [0x0f, 0x01, ...at(0, a)],
  lgdt: (a) => [0x0f, 0x01, ...at(2, a)],
  lidt: (a) => [0x0f, 0x01, ...at(3, a)],
  smsw: (a) => [0x0f, 0x01, ...at(4, a)],
  lmsw: (a) => [0x0f, 0x01, ...at(6, a)],
  invlpg: (a) => [0x0f, 0x01, ...at(7, a)],
  sldt: (a) => [0x0f, 0x00, ...at(0, a)],
  lldt: (a) => [0x0f, 0x00, ...at(2, a)],
  verr: (a) => [0x0f, 0x00, ...at(4, a)],
  lar: (a) => [0x0f, 0x02, ...at(0, a)],
  arpl: (a) => [0x63, ...at(0, a)],
  setcc: (a) => [0x0f, 0x94, ...at(0, a)],
  cmov: (a) => [0x0f, 0x44, ...at(0, a)],
  cmovn: (a) => [0x0f, 0x45, ...at(0, a)],
  movzx: (a) => [0x0f, 0xb7, ...at(0, a)],
  imul: (a) => [0x0f, 0xaf, ...at(0, a)],
  div: (a) => [0xf7, ...at(6, a)],
  shl: (a) => [0xd1, ...at(4, a)],
  shl0: (a) => [0xc1, ...at(4, a), 0],
  shld: (a) => [0x0f, 0xa4, ...at(0, a), 0],
  fldd: (a) => [0xd9, ...at(0, a)],
  fldq: (a) => [0xdd, ...at(0, a)],
  fldt: (a) => [0xdb, ...at(5, a)],
  fstd: (a) => [0xd9, 0xe8, 0xd9, ...at(2, a)],
  fstpt: (a) => [0xd9, 0xe8, 0xdb, ...at(7, a)],
  fnstcw: (a) => [0xd9, ...at(7, a)],
  fldcw: (a) => [0xd9, ...at(5, a)],
  fnstenv: (a) => [0xd9, ...at(6, a)],
  fldenv: (a) => [0xd9, ...at(4, a)],
  fnsave: (a) => [0xdd, ...at(6, a)],
  fbstp: (a) => [0xd9, 0xee, 0xdf, ...at(6, a)],
  fistq: (a) => [0xd9, 0xe8, 0xdf, ...at(7, a)],
  prefetch: (a) => [0x0f, 0x18, ...at(1, a)],
  nop: (a) => [0x0f, 0x1f, ...at(0, a)],
};
/** The same for SSE, with CR4.OSFXSR. */
const vectors: Readonly<Record<string, (address: number) => readonly number[]>> = {
  movaps: (a) => [0x0f, 0x28, ...at(0, a)],
  movapsst: (a) => [0x0f, 0x29, ...at(0, a)],
  movups: (a) => [0x0f, 0x10, ...at(0, a)],
  movupsst: (a) => [0x0f, 0x11, ...at(0, a)],
  movq: (a) => [0x0f, 0x6f, ...at(0, a)],
  movqst: (a) => [0x0f, 0x7f, ...at(0, a)],
  movntq: (a) => [0x0f, 0xe7, ...at(0, a)],
  addps: (a) => [0x0f, 0x58, ...at(0, a)],
  fxsave: (a) => [0x0f, 0xae, ...at(0, a)],
  fxrstor: (a) => [0x0f, 0xae, ...at(1, a)],
  stmxcsr: (a) => [0x0f, 0xae, ...at(3, a)],
  ldmxcsr: (a) => [0x0f, 0xae, ...at(2, a)],
  maskmovq: (a) => [...mov(7, a), 0x0f, 0xf7, 0xc1],
  clflush: (a) => [0x0f, 0xae, ...at(7, a)],
  movnti: (a) => [0x0f, 0xc3, ...at(0, a)],
  movlps: (a) => [0x0f, 0x12, ...at(0, a)],
};

export function* pageAccesses(): Generator<Case> {
  for (const ring of RINGS) {
    for (const [kind, page] of Object.entries(PAGES)) {
      for (const [name, access] of [...Object.entries(accesses), ...Object.entries(vectors)]) {
        const cr4 = name in vectors ? 0x600 : 0;
        const undefinedFlags = undefinedOf(name);
        for (const wp of ring === 0 ? [0, WRITE_PROTECT] : [0]) {
          const init = { cr0: PAGING + wp, cr4 };
          const id = `${name}.${kind}${wp ? '.wp' : ''}`;
          yield program(`page.${id}`, ring, [...access(page + 64), ...DONE], { init, undefinedFlags });
        }
        if (kind === 'user' || kind.endsWith('Table')) continue;
        // Across its beginning and its end: the neighbour of some is worse.
        const init = { cr0: PAGING, cr4 };
        yield program(`cross.${name}.${kind}.begin`, ring, [...access(page - 2), ...DONE], { init, undefinedFlags });
        yield program(`cross.${name}.${kind}.end`, ring, [...access(page + 0xffe), ...DONE], { init, undefinedFlags });
      }
    }
  }
}
const undefinedOf = (name: string): number =>
  name === 'bts' || name === 'btsi' || name === 'bt'
    ? 0x894
    : name === 'imul'
      ? 0xd4
      : name === 'shl'
        ? 0x10
        : name === 'div'
          ? 0x8d5
          : 0;

/** Entries of every value of their low bits, in the directory and in a table; large pages; reserved bits. */
export function* pageEntries(): Generator<Case> {
  const at6 = 0x1800000; // directory entry 6, which nothing uses
  for (let low = 0; low < 16; low++) {
    for (const [name, code] of Object.entries({
      read: accesses.read!(at6 + 8),
      write: accesses.write!(at6 + 8),
      exec: accesses.jmp!(at6 + 8),
    })) {
      for (const ring of RINGS) {
        for (const wp of [0, WRITE_PROTECT]) {
          const id = `${name}.${hex(low)}${wp ? '.wp' : ''}`;
          const bits = (low & 7) | (low & 8 ? 0x60 : 0);
          const directory = (entry: number) => [0x110000 + 6 * 4, Uint8Array.from(dword(entry))] as const;
          const table = (entry: number) => [0x112000, Uint8Array.from(dword(entry))] as const;
          const init = { cr0: PAGING + wp };
          const landing = [DATA + 8, Uint8Array.from(DONE)] as const;
          yield program(`entry.pte.${id}`, ring, [...code, ...DONE], {
            mem: [directory(0x112007), table(0x10a000 | bits), landing],
            init,
          });
          yield program(`entry.pde.${id}`, ring, [...code, ...DONE], {
            mem: [directory(0x112000 | bits), table(0x10a007), landing],
            init,
          });
          // Bit 21: bits 13 to 20 are an address where there is PSE-36.
          for (const large of [0x80, 0x200080]) {
            yield program(`entry.large.${hex(large)}.${id}`, ring, [...code, ...DONE], {
              mem: [directory(large | bits), landing],
              init: { ...init, cr4: 0x10 },
            });
            if (large === 0x80)
              yield program(`entry.nopse.${id}`, ring, [...code, ...DONE], {
                mem: [directory(0x112080 | bits), table(0x10a007), landing],
                init,
              });
          }
        }
      }
    }
  }
}

/** PAE: directory pointers at 10f000h, a directory at 10f800h..., reserved bits, NX. */
export function* pae(): Generator<Case> {
  const POINTERS = 0x110020;
  const DIRECTORY = 0x112000;
  const TABLE = 0x10f000;
  const quad = (at_: number, low: number, high = 0) => [at_, Uint8Array.from([...dword(low), ...dword(high)])] as const;
  // Two large pages for the first 4 MB, and 0x600000 by a table.
  const base = [
    quad(POINTERS, DIRECTORY | 1),
    quad(DIRECTORY, 0xe7),
    quad(DIRECTORY + 8, 0x2000e7),
    quad(DIRECTORY + 16, 0),
    quad(DIRECTORY + 24, TABLE | 7),
  ];
  const page = 0x600000;
  const nx = [0xb9, ...dword(0xc0000080), 0x0f, 0x32, 0x0d, ...dword(0x800), 0x0f, 0x30];
  const user = { landing: quad(DATA + 8, 0x7fcd) };
  for (const ring of RINGS) {
    for (const [name, code] of Object.entries({
      read: accesses.read!(page + 8),
      write: accesses.write!(page + 8),
      exec: accesses.jmp!(page + 8),
      rmw: accesses.rmw!(page + 8),
    })) {
      for (let low = 0; low < 8; low++) {
        // Reserved however wide physical addresses are: bits 52 to 62; and some above 40.
        for (const high of [0, 0x2000, 0x80000, 0x100000, 0x80000000, 0x7fffff00]) {
          for (const efer of ring === 0 ? [false, true] : [false]) {
            const id = `${name}.${low}.${hex(high)}${efer ? '.nx' : ''}`;
            const init = { cr0: PAGING, cr4: 0x20, cr3: POINTERS };
            const all = [...(efer ? nx : []), ...code, ...DONE];
            yield program(`pae.pte.${id}`, ring, all, {
              init,
              mem: [...base, user.landing, quad(TABLE, 0x10a000 | low, high)],
            });
            yield program(`pae.pde.${id}`, ring, all, {
              init,
              mem: [...base, user.landing, quad(DIRECTORY + 24, TABLE | low, high), quad(TABLE, 0x10a007)],
            });
            yield program(`pae.large.${id}`, ring, all, {
              init,
              mem: [...base, user.landing, quad(DIRECTORY + 24, 0x80 | low, high)],
            });
          }
        }
      }
    }
    if (ring === 3) continue;
    for (const low of [0, 1, 3, 5, 0x21, 0x81, 0x101, 0x1e1, 0xe01]) {
      for (const high of [0, 0x2000, 0x80000000]) {
        const fresh = quad(POINTERS + 8, (DIRECTORY & ~0xfff) | low, high);
        const init = { cr0: 0x11, cr4: 0x20, cr3: POINTERS };
        yield program(`pae.pdpte_cr0.${hex(low)}.${hex(high)}`, 0, [...mov(0, PAGING), 0x0f, 0x22, 0xc0, ...DONE], {
          init,
          mem: [...base, fresh],
        });
        yield program(
          `pae.pdpte_cr3.${hex(low)}.${hex(high)}`,
          0,
          [
            ...mov(0, POINTERS),
            ...dwordStore(POINTERS + 8, (DIRECTORY & ~0xfff) | low),
            ...dwordStore(POINTERS + 12, high),
            0x0f,
            0x22,
            0xd8,
            ...accesses.read!(0x40000000),
            ...DONE,
          ],
          {
            init: { ...init, cr0: PAGING },
            mem: base,
          },
        );
      }
    }
  }
}
const dwordStore = (address: number, value: number): number[] => [0xc7, ...at(0, address), ...dword(value)];
