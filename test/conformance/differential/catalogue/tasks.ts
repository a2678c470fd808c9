/** Task switches: every selector in every field of the new task, both sizes of TSS, every way there and back. */
import type { Case } from '../case.ts';
import {
  DONE,
  descriptor,
  dword,
  FREE_SLOTS,
  GDT,
  gate,
  hex,
  IDT,
  OTHER_TSS,
  program,
  selectors,
  TSS,
  WIDE_GDT,
  word,
} from './builder.ts';

const FIELDS = { es: 0x48, cs: 0x4c, ss: 0x50, ds: 0x54, fs: 0x58, gs: 0x5c, ldt: 0x60 } as const;
const SLOT = FREE_SLOTS[0];

const far = (opcode: number, selector: number): number[] => [opcode, ...dword(0), ...word(selector)];
const ways: Readonly<Record<string, readonly number[]>> = {
  jmp: far(0xea, 0x40),
  call: far(0x9a, 0x40),
  int: [0xcd, 0x85],
};
const throughInterrupt = [IDT + 8 * 0x85, gate(0x40, 0, 0xe5)] as const;

const patch = (offset: number, value: number, bytes = 4) =>
  [OTHER_TSS + offset, Uint8Array.from(dword(value).slice(0, bytes))] as const;

export function* taskFields(): Generator<Case> {
  for (const [field, offset] of Object.entries(FIELDS)) {
    for (const selector of selectors([0, 1, 3])) {
      for (const way of ['jmp', 'int']) {
        yield program(`task.${field}.${hex(selector)}.${way}`, 0, [...ways[way]!, ...DONE], {
          mem: [throughInterrupt, patch(offset, selector, 2)],
        });
      }
      // A task of ring 3.
      if (field === 'cs' || field === 'ldt') continue;
      const outer = [
        patch(0x4c, 0x23, 2),
        patch(0x50, 0x2b, 2),
        patch(0x48, 0x2b, 2),
        patch(0x54, 0x2b, 2),
        patch(0x20, 0x113070),
      ];
      yield program(`task3.${field}.${hex(selector)}`, 0, [...ways.jmp!, ...DONE], {
        mem: [...outer, patch(offset, selector, 2)],
      });
    }
  }
  for (let bit = 0; bit < 22; bit++) {
    for (const way of Object.keys(ways)) {
      // TF would trap in the landing, VM is another matter.
      if (bit === 17 || bit === 8) continue;
      yield program(`task.flags.${bit}.${way}`, 0, [...ways[way]!, ...DONE], {
        mem: [throughInterrupt, patch(0x24, 2 | (1 << bit))],
      });
      yield program(`task.oldflags.${bit}.${way}`, 0, [...ways[way]!, ...DONE], {
        mem: [throughInterrupt],
        init: { eflags: 2 | ((1 << bit) & 0x377ed5) },
      });
    }
  }
  for (const eip of [0, 0xffffffff, 0x113000, 0x10ffff]) {
    for (const cs of [0x110, 0x118, 8]) {
      // Page tables are no program.
      if (eip === 0x10ffff && cs === 8) continue;
      yield program(`task.eip.${hex(eip)}.${hex(cs)}`, 0, [...ways.jmp!, ...DONE], {
        mem: [patch(0x20, eip), patch(0x4c, cs, 2)],
      });
    }
  }
  for (const trap of [0, 1, 2, 0xffff]) {
    for (const way of Object.keys(ways))
      yield program(`task.trap.${hex(trap)}.${way}`, 0, [...ways[way]!, ...DONE], {
        mem: [throughInterrupt, patch(0x64, trap, 2)],
      });
  }
  for (const cr3 of [0x110000, 0x110018, 0x111000]) {
    yield program(`task.cr3.${hex(cr3)}`, 0, [...ways.jmp!, ...DONE], { mem: [patch(0x1c, cr3)] });
    if (cr3 !== 0x111000)
      yield program(`task.cr3_paged.${hex(cr3)}`, 0, [...ways.jmp!, ...DONE], {
        mem: [patch(0x1c, cr3)],
        init: { cr0: 0x80000011 },
      });
  }
  // Virtual-8086 tasks.
  for (const cs of [0x800, 0x7ff]) {
    yield program(`task.v86.${hex(cs)}`, 0, [...ways.jmp!, ...DONE], {
      mem: [
        patch(0x24, 0x20202),
        patch(0x4c, cs, 2),
        patch(0x20, 0x8000 - cs * 16),
        patch(0x50, 0x900, 2),
        patch(0x38, 0xf00),
        [0x8000, Uint8Array.of(0xcc)],
      ],
    });
  }
}

/** Descriptors of task states: type, privilege, limit; in ring 0 and 3; directly and through gates. */
export function* taskDescriptors(): Generator<Case> {
  for (const type of [1, 3, 9, 11, 2, 5, 0]) {
    for (const high of [0x80, 0xe0, 0x60, 0x00]) {
      for (const limit of [0x2a, 0x2b, 0x66, 0x67, 0xfff]) {
        const mem = [
          [GDT + SLOT, descriptor(OTHER_TSS, limit, high | type)],
          [GDT + FREE_SLOTS[1], gate(SLOT, 0, 0xe5)],
          [IDT + 8 * 0x85, gate(SLOT, 0, 0xe5)],
          [IDT + 8 * 6, gate(SLOT, 0, 0xe5)],
        ] as const;
        for (const ring of [0, 3] as const) {
          const id = `${hex(high | type)}.${hex(limit)}`;
          const more = { mem, init: { gdtlim: WIDE_GDT } };
          // 16-bit task states need fields of their own: see below.
          if ((type & ~2) === 1 && high !== 0 && high !== 0x60) continue;
          for (const rpl of [0, 3]) {
            yield program(`tss.jmp.${id}.${rpl}`, ring, [...far(0xea, SLOT | rpl), ...DONE], more);
            yield program(`tss.call.${id}.${rpl}`, ring, [...far(0x9a, SLOT | rpl), ...DONE], more);
            yield program(`tss.gate.${id}.${rpl}`, ring, [...far(0x9a, FREE_SLOTS[1] | rpl), ...DONE], more);
          }
          yield program(`tss.int.${id}`, ring, [0xcd, 0x85, ...DONE], more);
          yield program(`tss.ud.${id}`, ring, [0x0f, 0x0b, ...DONE], more);
        }
      }
    }
  }
}

/** A 16-bit task state, from a 32-bit task and back. */
export function* smallTasks(): Generator<Case> {
  const fields = (over: Readonly<Record<number, number>> = {}): Uint8Array => {
    // link, three stacks, IP, FLAGS, eight registers, ES CS SS DS, LDT
    const words = [
      0, 0x4f00, 0x10, 0, 0, 0, 0, 0x3000, 2, 0xa1, 0xc1, 0xd1, 0xb1, 0xe00, 0xeb, 0x51, 0xd1, 0x10, 0x18, 0x170, 0x10,
      0x38,
    ];
    for (const [at, value] of Object.entries(over)) words[Number(at)] = value;
    return Uint8Array.from(words.flatMap(word));
  };
  // Its code is at 3000h, where a landing's jump leads on: far call through a 32-bit segment.
  const code = [0x3000, Uint8Array.from([0xcd, 0x7f])] as const;
  for (const type of [0x81, 0xe1]) {
    for (const [name, over] of Object.entries({
      plain: {},
      empty: { 13: 0 },
      cs3: { 18: 0x23, 19: 0x10b, 17: 0x2b, 20: 0x2b },
      nt: { 8: 0x4002 },
      tf: { 8: 0x102 },
      ldt0: { 21: 0 },
      badldt: { 21: 0x10 },
      badcs: { 18: 0x10 },
      badss: { 19: 0x50 },
      badds: { 20: 0x400 },
      nullss: { 19: 0 },
    })) {
      for (const [way, bytes] of Object.entries({
        jmp: far(0xea, SLOT),
        call: far(0x9a, SLOT),
        int: [0xcd, 0x85],
        gp: [0xb8, 0, 4, 0, 0, 0x8e, 0xd8],
      })) {
        for (const ring of [0, 3] as const) {
          if (ring === 3 && (way === 'jmp' || way === 'call') && type === 0x81) continue;
          yield program(`tss16.${name}.${hex(type)}.${way}`, ring, [...bytes, ...DONE], {
            mem: [
              code,
              [OTHER_TSS, fields(over)],
              [GDT + SLOT, descriptor(OTHER_TSS, 0x2b, type)],
              [IDT + 8 * 0x85, gate(SLOT, 0, 0xe5)],
              [IDT + 8 * 13, gate(SLOT, 0, 0xe5)],
            ],
            init: { gdtlim: WIDE_GDT },
          });
        }
      }
    }
  }
  // From a 16-bit task: its state is saved in words.
  for (const [way, bytes] of Object.entries({ jmp: far(0xea, 0x40), call: far(0x9a, 0x40) })) {
    yield program(`tss16.from.${way}`, 0, [...[0xb8, ...dword(SLOT), 0x0f, 0, 0xd8], ...bytes, ...DONE], {
      mem: [
        [TSS, fields()],
        [GDT + SLOT, descriptor(TSS, 0x2b, 0x81)],
      ],
      init: { gdtlim: WIDE_GDT },
    });
  }
}

/** iret with NT: the link names every selector. */
export function* taskReturns(): Generator<Case> {
  for (const link of selectors([0, 3])) {
    for (const busy of [false, true]) {
      const mem = [
        [TSS, Uint8Array.from(word(link))],
        ...(busy ? [[GDT + 0x40, descriptor(OTHER_TSS, 0x67, 0x8b)] as const] : []),
      ] as const;
      for (const ring of [0, 3] as const) {
        yield program(`nt.${hex(link)}.${busy ? 'busy' : 'free'}`, ring, [0xcf, ...DONE], {
          mem,
          init: { eflags: 0x4202 },
        });
      }
    }
  }
  for (let bit = 0; bit < 22; bit++) {
    if (bit === 17 || bit === 8) continue;
    const mem = [
      [TSS, Uint8Array.from(word(0x40))],
      [GDT + 0x40, descriptor(OTHER_TSS, 0x67, 0x8b)],
      patch(0x24, 2 | (1 << bit)),
    ] as const;
    yield program(`nt.flags.${bit}`, 0, [0xcf, ...DONE], { mem, init: { eflags: 0x4202 } });
  }
}
