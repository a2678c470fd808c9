/** Programs as people write them for Unicorn, as scenarios: what the adapter and libunicorn have to say the same of. */
import { uc } from '../../emu/unicorn/index.ts';

const { HOOK_BLOCK, HOOK_CODE, HOOK_INSN, HOOK_INTR } = uc;
const { HOOK_MEM_PROT, HOOK_MEM_READ, HOOK_MEM_UNMAPPED, HOOK_MEM_WRITE, X86_INS_IN, X86_INS_OUT } = uc;
const RX = uc.PROT_READ | uc.PROT_EXEC;
const RW = uc.PROT_READ | uc.PROT_WRITE;
const CODE = 0x100000;
const STACK = 0x200000;

/** A case: what it is about, and its lines. */
export type UnicornCase = readonly [string, readonly string[]];

/** After bad memory that nobody hooks, libunicorn's EIP is where the block began; ours is at the instruction. */
export const EIP_DIFFERS: readonly string[] = [
  ...['a read of nothing', 'a write to nothing', 'a push onto nothing', 'a write to read-only memory'],
  ...['code that is not writable', 'a read of write-only memory'],
];

const reg = (name: 'EAX' | 'ECX' | 'EDX' | 'EBX' | 'ESP' | 'ESI' | 'EDI', value: number) =>
  `reg ${uc[`X86_REG_${name}`]} ${value}`;
const everywhere = (type: number, instruction = 0) => `hook ${type} 1 0 ${instruction}`;

/** 32-bit code in a page of its own, with a stack, run from its beginning to its end. */
function program(code: string, { before = [], after = [], count = 0 }: Partial<Parts> = {}): string[] {
  const end = CODE + code.length / 2;
  return [
    'mode 32',
    `map ${CODE} 0x1000 7`,
    `map ${STACK} 0x1000 ${RW}`,
    `write ${CODE} ${code}`,
    reg('ESP', STACK + 0x1000),
    ...before,
    `start ${CODE} ${end} 0 ${count}`,
    'regs',
    ...after,
  ];
}
interface Parts {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly count: number;
}

export const CASES: readonly UnicornCase[] = [
  ['inc ecx; dec edx', program('414a', { before: [reg('ECX', 0x1234), reg('EDX', 0x7890)] })],
  ['flags of arithmetic', program('83c07f04010c80f8d1e8', { before: [reg('EAX', 0x7fffffff)] })],
  ['call, push, pop, ret', program('e802000000eb0650ff34245bc3', { before: [reg('EAX', 7)] })],
  ['a loop', program('31c0b90a00000001c8e2fc')],
  ['a count of instructions', program('4041424340414243', { count: 3 })],
  ['a count in a loop', program('40ebfd', { count: 7 })],
  ['a count in a string instruction', program('fcb910000000bf00002000f3aa40', { count: 8 })],
  [
    'code hook: each instruction, with its size',
    program('40b80100000066400f1f0043', { before: [everywhere(HOOK_CODE)] }),
  ],
  ['code hook on a range', program('4041424344', { before: [`hook ${HOOK_CODE} ${CODE + 1} ${CODE + 2} 0`] })],
  ['code hook that stops', program('40416690424344', { before: [everywhere(HOOK_CODE)] })],
  ['block hook', program('31c0b9030000000fafc148e2fb40eb0090', { before: [everywhere(HOOK_BLOCK)] })],
  ['block hook on a call', program('e802000000eb0350c340c3', { before: [everywhere(HOOK_BLOCK)], count: 6 })],
  ['read hook', program('8b0500002000668b0d040020000fb61508002000', { before: [everywhere(HOOK_MEM_READ)] })],
  ['write hook', program('c70500002000443322116689150400200088150a002000', { before: [everywhere(HOOK_MEM_WRITE)] })],
  ['read and write hooks: push and pop', program('505b', { before: [everywhere(HOOK_MEM_READ | HOOK_MEM_WRITE)] })],
  [
    'write hook on a range',
    program('a300002000a304002000', { before: [`hook ${HOOK_MEM_WRITE} ${STACK + 4} ${STACK + 7} 0`] }),
  ],
  [
    'read-modify-write',
    program('ff0500002000', { before: [everywhere(HOOK_MEM_READ | HOOK_MEM_WRITE)], after: [`read ${STACK} 4`] }),
  ],
  ['a read of nothing', program('40a10000003043')],
  ['a write to nothing', program('40a30000003043')],
  ['a jump to nothing', program('40b800000030ffe0')],
  ['a push onto nothing', program('4050', { before: [reg('ESP', 0x30000000)] })],
  ['a read of nothing, mended by a hook', program('40a10000003043', { before: [everywhere(HOOK_MEM_UNMAPPED)] })],
  [
    'a write to nothing, mended by a hook',
    program('40a30000003043', { before: [everywhere(HOOK_MEM_UNMAPPED)], after: ['read 0x30000000 4'] }),
  ],
  ['a write to read-only memory', program('40a30000300043', { before: ['map 0x300000 0x1000 1'] })],
  [
    'a write to read-only memory, mended',
    program('40a30000300043', {
      before: ['map 0x300000 0x1000 1', everywhere(HOOK_MEM_PROT)],
      after: ['read 0x300000 4'],
    }),
  ],
  ['a read of write-only memory', program('40a10000300043', { before: ['map 0x300000 0x1000 2'] })],
  ['a fetch from what is not code', program('40b800002000ffe0')],
  ['code that is not writable', program('40a30000100043', { before: [`protect ${CODE} 0x1000 ${RX}`] })],
  ['self-modifying code', program('c605080010004290404343')],
  ['int 0x80, with a hook', program('40cd8043', { before: [everywhere(HOOK_INTR)] })],
  ['int3, with a hook', program('40cc43', { before: [everywhere(HOOK_INTR)] })],
  ['int 0x80, without', program('40cd8043')],
  ['division by zero, without a hook', program('4031c9f7f1')],
  ['an invalid instruction', program('400f0b43')],
  [
    'in and out, hooked',
    program('e43fe63fe53f66e73fba78560000edee', {
      before: [everywhere(HOOK_INSN, X86_INS_IN), everywhere(HOOK_INSN, X86_INS_OUT)],
    }),
  ],
  ['in and out, not hooked', program('b8ffffffffe43fe63f')],
  ['hlt', program('40f44343')],
  ['memory: mapped twice', ['mode 32', 'map 0x1000 0x2000 7', 'map 0x2000 0x1000 7']],
  ['memory: not whole pages', ['mode 32', 'map 0x1001 0x1000 7', 'map 0x1000 0x10 7', 'map 0x1000 0 7']],
  [
    'memory: what is not mapped',
    ['mode 32', 'read 0x1000 4', 'write 0x1000 00', 'unmap 0x1000 0x1000', 'protect 0x1000 0x1000 1'],
  ],
  [
    'memory: across regions',
    [
      'mode 32',
      'map 0x1000 0x1000 7',
      'map 0x2000 0x1000 1',
      'write 0x1ffe 11223344',
      'read 0x1ffc 8',
      'unmap 0x2000 0x1000',
      'read 0x1ffc 8',
    ],
  ],
  [
    'registers by their parts',
    [
      ...program('90', { before: [reg('EAX', 0x11223344)] }),
      ...['AH', 'AL', 'AX', 'EAX', 'IP', 'FLAGS'].map(
        (name, i) => `show ${uc[`X86_REG_${name}` as 'X86_REG_AX']} ${[1, 1, 2, 4, 2, 2][i]}`,
      ),
    ],
  ],
  [
    'x87 and SSE',
    [
      ...program('83ec10dbe3d9e8d9ebdec1dd1c24f20f1004240f28c8', {}),
      `show ${uc.X86_REG_XMM0} 16`,
      `show ${uc.X86_REG_XMM1} 16`,
      `show ${uc.X86_REG_FPCW} 2`,
    ],
  ],
  ['a second start goes on', [...program('40414243', { count: 2 }), `start ${CODE + 2} ${CODE + 4} 0 0`, 'regs']],
  [
    '16 bits',
    [
      'mode 16',
      'map 0 0x10000 7',
      'write 0x7c00 b83412bb0010f7e3a30005',
      'start 0x7c00 0x7c0b 0 0',
      'regs',
      'read 0x500 2',
    ],
  ],
  [
    '16 bits, an interrupt',
    [
      'mode 16',
      'map 0 0x10000 7',
      'write 0x7c00 b8010ecd1040',
      everywhere(HOOK_INTR),
      'start 0x7c00 0x7c06 0 0',
      'regs',
    ],
  ],
];
