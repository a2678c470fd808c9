/** Loading segment registers, asking about selectors, and loading LDTR and TR: with every selector there is. */
import type { Case } from '../case.ts';
import {
  at,
  DATA,
  DONE,
  descriptor,
  dword,
  FREE_SLOTS,
  GDT,
  hex,
  LDT,
  mov,
  program,
  push,
  RINGS,
  selectors,
  WIDE_GDT,
  word,
} from './builder.ts';

const REGISTERS = { es: 0, ss: 2, ds: 3, fs: 4, gs: 5 } as const;
const POP: Readonly<Record<string, number[]>> = {
  es: [0x07],
  ss: [0x17],
  ds: [0x1f],
  fs: [0x0f, 0xa1],
  gs: [0x0f, 0xa9],
};
const FAR: Readonly<Record<string, number[]>> = {
  es: [0xc4],
  ss: [0x0f, 0xb2],
  ds: [0xc5],
  fs: [0x0f, 0xb4],
  gs: [0x0f, 0xb5],
};

export function* segmentLoads(): Generator<Case> {
  for (const ring of RINGS) {
    for (const selector of selectors([0, 1, 2, 3])) {
      for (const [name, number] of Object.entries(REGISTERS)) {
        const id = `${name}.${hex(selector)}`;
        // What shows the register is an access through it, where that is allowed.
        yield program(`seg.mov_${id}`, ring, [...mov(0, selector), 0x8e, 0xc0 | (number << 3), ...DONE]);
        yield program(`seg.pop_${id}`, ring, [...push(selector), ...POP[name]!, ...DONE]);
        const pointer = [DATA, Uint8Array.from([...dword(0x107e00), ...word(selector)])] as const;
        const register = name === 'ss' ? 4 : 1;
        yield program(`seg.l${id}`, ring, [...FAR[name]!, ...at(register, DATA), ...DONE], { mem: [pointer] });
      }
    }
  }
}

/** Descriptors of every type, S bit, DPL and presence, in the GDT and in the LDT. */
export function* descriptorTypes(): Generator<Case> {
  for (let attributes = 0; attributes < 256; attributes++) {
    for (const [table, slot] of [
      [GDT, FREE_SLOTS[0]],
      [LDT, 0x80 | 4],
    ] as const) {
      const own = descriptor(DATA, 0xfff, attributes | 0x4000);
      const mem = [[table + (slot & ~7), own]] as const;
      for (const ring of RINGS) {
        for (const rpl of [0, 3]) {
          const selector = slot | rpl;
          const more = { mem, init: { gdtlim: WIDE_GDT, ldtlim: 0xff } };
          const id = `${hex(attributes)}.${table === GDT ? 'gdt' : 'ldt'}${rpl}`;
          if (table === LDT) continue;
          yield program(`type.mov_ds.${id}`, ring, [...mov(0, selector), 0x8e, 0xd8, ...DONE], more);
          yield program(`type.mov_ss.${id}`, ring, [...mov(0, selector), 0x8e, 0xd0, ...DONE], more);
          yield program(`type.call.${id}`, ring, [0x9a, ...dword(0x10), ...word(selector), ...DONE], more);
          yield program(`type.jmp.${id}`, ring, [0xea, ...dword(0x10), ...word(selector), ...DONE], more);
          yield program(`type.retf.${id}`, ring, [...push(selector), ...push(0x10), 0xcb], more);
          yield program(`type.iret.${id}`, ring, [...push(0x202), ...push(selector), ...push(0x10), 0xcf], more);
          yield program(`type.ask.${id}`, ring, ask(selector), { ...more, undefinedFlags: 0x895 });
          if (ring === 0) {
            yield program(`type.lldt.${id}`, ring, [...mov(0, selector), 0x0f, 0x00, 0xd0, ...DONE], more);
            yield program(`type.ltr.${id}`, ring, [...mov(0, selector), 0x0f, 0x00, 0xd8, ...DONE], more);
          }
        }
      }
    }
  }
}

/** lar, lsl, verr and verw of ECX, each answer in a place of its own. */
function ask(selector: number): number[] {
  return [
    ...[...mov(1, selector), 0x31, 0xc0, 0x31, 0xd2, 0x31, 0xdb],
    ...[0x0f, 0x02, 0xc1, 0x0f, 0x94, 0xc3, 0x0f, 0x03, 0xd1, 0x0f, 0x94, 0xc7],
    ...[0x0f, 0x00, 0xe1, 0x0f, 0x94, 0xc1, 0x0f, 0x00, 0xe9, 0x0f, 0x94, 0xc5, ...DONE],
  ];
}

export function* selectorQuestions(): Generator<Case> {
  for (const ring of RINGS) {
    for (const selector of selectors([0, 1, 2, 3])) {
      const id = hex(selector);
      yield program(`ask.${id}`, ring, ask(selector));
      yield program(`ask16.${id}`, ring, [
        ...mov(1, selector),
        0x66,
        0x0f,
        0x02,
        0xc1,
        0x66,
        0x0f,
        0x03,
        0xd1,
        ...DONE,
      ]);
      yield program(`askm.${id}`, ring, [0x0f, 0x02, ...at(0, DATA), 0x0f, 0x03, ...at(2, DATA), ...DONE], {
        mem: [[DATA, Uint8Array.from(word(selector))]],
      });
      for (const digit of [2, 3]) {
        const name = digit === 2 ? 'lldt' : 'ltr';
        yield program(`sys.${name}.${id}`, ring, [...mov(0, selector), 0x0f, 0x00, 0xc0 | (digit << 3), ...DONE]);
        yield program(`sys.${name}m.${id}`, ring, [0x0f, 0x00, ...at(digit, DATA), ...DONE], {
          mem: [[DATA, Uint8Array.from(word(selector))]],
        });
      }
      for (const rpl of [0, 1, 2, 3]) {
        yield program(`sys.arpl.${id}.${rpl}`, ring, [...mov(0, selector), ...mov(1, rpl), 0x63, 0xc8, ...DONE]);
      }
    }
    yield program('sys.stores', ring, [
      ...[0x0f, 0x00, 0xc0, 0x0f, 0x00, 0xc9, 0x66, 0x0f, 0x00, 0xc2, 0x0f, 0x01, 0xe3, 0x66, 0x0f, 0x01, 0xe6],
      ...[0x0f, 0x00, ...at(0, DATA), 0x0f, 0x00, ...at(1, DATA + 4), 0x0f, 0x01, ...at(4, DATA + 8)],
      ...[0x0f, 0x01, ...at(0, DATA + 16), 0x0f, 0x01, ...at(1, DATA + 24), ...DONE],
    ]);
    yield program('sys.stores16', ring, [
      0x66,
      0x0f,
      0x01,
      ...at(0, DATA),
      0x66,
      0x0f,
      0x01,
      ...at(1, DATA + 8),
      ...DONE,
    ]);
  }
}
