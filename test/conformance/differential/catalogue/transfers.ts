/** Far jumps, calls and returns: to every selector; through call gates of every kind; to outer rings. */
import type { Case } from '../case.ts';
import {
  at,
  baseOf,
  codeOf,
  DATA,
  DONE,
  dword,
  FREE_SLOTS,
  GDT,
  gate,
  hex,
  IDT,
  program,
  push,
  RINGS,
  type Ring,
  selectors,
  TSS,
  WIDE_GDT,
  word,
} from './builder.ts';

const SLOT = FREE_SLOTS[0];
/** Where calls and jumps go: behind the code, landing 127. */
const BEHIND = 64;

/** A transfer to selector:offset, as code. */
const ways: Readonly<Record<string, (selector: number, offset: number) => number[]>> = {
  jmp: (selector, offset) => [0xea, ...dword(offset), ...word(selector)],
  call: (selector, offset) => [...push(0x22222222), ...push(0x33333333), 0x9a, ...dword(offset), ...word(selector)],
  jmp16: (selector, offset) => [0x66, 0xea, ...word(offset), ...word(selector)],
  call16: (selector, offset) => [
    ...push(0x22222222),
    ...push(0x33333333),
    0x66,
    0x9a,
    ...word(offset),
    ...word(selector),
  ],
  jmpm: () => [0xff, ...at(5, DATA)],
  callm: () => [0xff, ...at(3, DATA)],
  retf: (selector, offset) => [...push(selector), ...push(offset), 0xcb],
  retf16: (selector, offset) => [0x66, 0x68, ...word(selector), 0x66, 0x68, ...word(offset), 0x66, 0xcb],
  retfn: (selector, offset) => [...push(0x99), ...push(selector), ...push(offset), 0xca, 4, 0],
  iret: (selector, offset) => [...push(0x202), ...push(selector), ...push(offset), 0xcf],
  iret16: (selector, offset) => [
    ...[0x66, 0x68, ...word(0x202), 0x66, 0x68, ...word(selector), 0x66, 0x68, ...word(offset), 0x66, 0xcf],
  ],
};

function transfer(
  id: string,
  ring: Ring,
  way: string,
  selector: number,
  offset: number,
  more: Parameters<typeof program>[3] = {},
): Case {
  const code = ways[way]!(selector, offset);
  const padding = new Array<number>(BEHIND - code.length).fill(0x90);
  const pointer = [DATA, Uint8Array.from([...dword(offset), ...word(selector)])] as const;
  return program(id, ring, [...code, ...padding, ...DONE], { ...more, mem: [pointer, ...(more.mem ?? [])] });
}

export function* farTransfers(): Generator<Case> {
  for (const ring of RINGS) {
    for (const selector of selectors([0, 1, 3])) {
      const base = baseOf(selector);
      const within = codeOf(ring) + BEHIND - (base < 0x100000 ? 0 : base);
      for (const way of Object.keys(ways)) {
        yield transfer(`far.${way}.${hex(selector)}`, ring, way, selector, within);
        if (base >= 0x100000) yield transfer(`far.${way}_beyond.${hex(selector)}`, ring, way, selector, 0x10000);
      }
    }
  }
}

/** Call gates: type, parameters, DPL, presence, and every code selector behind them. */
export function* callGates(): Generator<Case> {
  const targets = [
    0x08, 0x0b, 0x18, 0x78, 0x128, 0x138, 0x20, 0x23, 0x70, 0x10, 0x40, 0, 3, 0x400, 0x110, 0x118, 0x07, 0x27, 0x50,
  ];
  const gates = [0x8c, 0xec, 0xe4, 0x84, 0xac, 0x6c, 0xcc, 0x0c, 0xe5, 0xe6, 0xe7, 0xee, 0xef];
  for (const ring of RINGS) {
    for (const target of targets) {
      for (const attributes of gates) {
        for (const [parameters, rpl] of [
          [0, 0],
          [2, 3],
          [31, 3],
          [0x21, 0],
        ] as const) {
          const mem = [
            [GDT + SLOT, gate(target, (attributes & 0xf) === 4 ? 0x3000 : 0x113070, attributes, parameters)],
            [0x3000, Uint8Array.from(DONE)],
          ] as const;
          const id = `${hex(target)}.${hex(attributes)}.${hex(parameters)}${rpl}`;
          for (const way of ['call', 'jmp']) {
            yield transfer(`gate.${way}.${id}`, ring, way, SLOT | rpl, 0, { mem, init: { gdtlim: WIDE_GDT } });
          }
        }
      }
    }
  }
}

/** The inner stack that a call gate or an interrupt finds in the TSS: every selector, and stack pointers at the ends. */
export function* innerStacks(): Generator<Case> {
  const triggers: Readonly<Record<string, number[]>> = {
    int: [0xcd, 0x80],
    ud: [0x0f, 0x0b],
    gp: [0xf4],
    pf: [0xa1, ...dword(0x10d000)],
    callgate: [0x9a, ...dword(0), ...word(0x93)],
  };
  const stacks = [
    ...selectors([0, 1, 3]).map((selector) => [selector, 0x105f00] as const),
    ...[0, 1, 4, 8, 12, 16, 20, 24, 28, 0xfff, 0x1000, 0x1004, 0x10004, 0xffffffff].flatMap((esp) =>
      [0x88, 0x170, 0x198, 0x1a0, 0x60].map((selector) => [selector, esp] as const),
    ),
  ];
  for (const [selector, esp] of stacks) {
    for (const [name, code] of Object.entries(triggers)) {
      // What goes wrong with the stack is taken by tasks, which have their own.
      const mem = [
        [TSS + 4, Uint8Array.from([...dword(esp), ...dword(selector)])],
        ...[8, 10, 11, 13].map((vector) => [IDT + 8 * vector, gate(0x40, 0, 0x85)] as const),
        [IDT + 8 * 12, gate(0x48, 0, 0x85)],
      ] as const;
      const init = name === 'pf' ? { cr0: 0x80000011 } : {};
      yield program(`inner.${name}.${hex(selector)}.${hex(esp)}`, 3, [...code, ...DONE], { mem, init });
    }
  }
}

/** iret and retf to ring 3: every stack selector, code segments of every sort, flags. */
export function* outerReturns(): Generator<Case> {
  const leave = (way: string, ss: number, esp: number, flags: number, cs: number, eip: number): number[] => [
    ...[...push(ss), ...push(esp)],
    ...(way === 'iret' ? push(flags) : []),
    ...[...push(cs), ...push(eip), way === 'iret' ? 0xcf : 0xcb],
  ];
  const landing = [0x109000, Uint8Array.from(DONE)] as const;
  for (const way of ['iret', 'retf']) {
    for (const ss of selectors([0, 1, 2, 3])) {
      yield program(`outer.${way}_ss.${hex(ss)}`, 0, leave(way, ss, 0x107f00, 0x202, 0x23, 0x109000), {
        mem: [landing],
      });
    }
    for (const cs of selectors([1, 2, 3])) {
      const eip = 0x109000 - (baseOf(cs) < 0x100000 ? 0 : baseOf(cs));
      for (const ss of [0x2b, 0x29]) {
        yield program(`outer.${way}_cs.${hex(cs)}.${hex(ss)}`, 0, leave(way, ss, 0x107f00, 0x202, cs, eip), {
          mem: [landing],
        });
      }
    }
    for (const register of ['ds', 'es', 'fs', 'gs']) {
      for (const selector of [
        0x08, 0x10, 0x13, 0x28, 0x2b, 0x78, 0x7b, 0x80, 0x50, 0x58, 0x130, 0x128, 0x138, 0xd8, 0,
      ]) {
        if (register === 'ds' && selector === 0) continue;
        const load = [0xb8, ...dword(selector), 0x8e, 0xc0 | ({ es: 0, ds: 3, fs: 4, gs: 5 }[register]! << 3)];
        const code = [...load, ...leave(way, 0x2b, 0x107f00, 0x202, 0x23, 0x109000)];
        yield program(`outer.${way}_${register}.${hex(selector)}`, 0, code, { mem: [landing] });
      }
    }
  }
  for (let bit = 0; bit < 22; bit++) {
    const flags = 2 | (1 << bit);
    if (bit === 17) continue;
    yield program(`outer.flags.${bit}`, 0, leave('iret', 0x2b, 0x107f00, flags, 0x23, 0x109000), { mem: [landing] });
    for (const ring of RINGS) {
      const iret = (cs: number) => [...push(flags), ...push(cs), ...push(codeOf(ring) + BEHIND), 0xcf];
      const code = iret(ring ? 0x23 : 8);
      const all = [...code, ...new Array<number>(BEHIND - code.length).fill(0x90), 0x90, ...DONE];
      yield program(`flags.iret.${bit}`, ring, all);
      yield program(`flags.iret_iopl3.${bit}`, ring, all, { init: { eflags: 0x3202 } });
      for (const size of [[], [0x66]]) {
        for (const iopl of [0, 1, 2, 3]) {
          const popf = size.length ? [0x66, 0x68, ...word(flags), 0x66, 0x9d] : [...push(flags), 0x9d];
          yield program(`flags.popf${size.length ? 16 : ''}.${bit}.${iopl}`, ring, [...popf, 0x90, 0x9c, ...DONE], {
            init: { eflags: 2 | (iopl << 12) },
          });
        }
      }
    }
  }
}
