/** When x87, MMX and SSE instructions fault, and which fault wins (SDM 1, 8.7 and 11.5; 3A, 2.5 and table 6-10). */
import { describe, expect, test } from 'vitest';
import { FPU_STATUS } from '../../emu/core/layout.ts';
import { boot, GP, MF, NM, ring0, ring3, UD, XM } from '../../emu/testing/index.ts';
import { type Case, NOTHING, specify } from './specification.ts';

const MP = 2;
const EM = 4;
const TS = 8;
const NE = 0x20;
const OSFXSR = 0x200;
const OSXMMEXCPT = 0x400;

const cr0 = (bits: number) => `mov eax, ${0x11 | bits}\n mov cr0, eax\n`;
const cr4 = (bits: number) => `mov eax, ${bits}\n mov cr4, eax\n`;
/** An x87 exception waits: division by zero, unmasked. */
const PENDING = 'fninit\n mov word [0x200000], 0x37b\n fldcw [0x200000]\n fld1\n fldz\n fdivp st1, st0\n';
/** CR0.NE, and an exception waits. */
const WAITS = cr0(NE) + PENDING;

describe('x87 instructions without a coprocessor to run them', () => {
  specify(ring0, [
    ['with TS are #NM', `${cr0(TS)} here: fld1`, { vector: NM }],
    ['with EM are #NM', `${cr0(EM)} here: fld1`, { vector: NM }],
    ['with TS are #NM though they do not wait', `${cr0(TS)} here: fninit`, { vector: NM }],
    ['are #NM before their operand is looked at', `${cr0(TS)} push 0\n pop ds\n here: fld dword [0]`, { vector: NM }],
    ['fwait with TS alone is none of them', `${cr0(TS)} fwait`, NOTHING],
    ['fwait with MP and TS is #NM', `${cr0(MP | TS)} here: fwait`, { vector: NM }],
    ['fxsave with TS is #NM', `${cr0(TS)} here: fxsave [0x200000]`, { vector: NM }],
    ['fxrstor with EM is #NM', `${cr0(EM)} here: fxrstor [0x200000]`, { vector: NM }],
  ]);
});

describe('an unmasked x87 exception, with CR0.NE', () => {
  specify(ring0, [
    ['is #MF at the next instruction that waits', `${WAITS} nop\n here: fld1`, { vector: MF, errorCode: null }],
    ['is #MF at fwait', `${WAITS} here: fwait`, { vector: MF }],
    ['is #MF at an MMX instruction', `${WAITS} here: movd mm0, eax`, { vector: MF }],
    ['is #MF before the operand is looked at', `${WAITS} push 0\n pop ds\n here: fld dword [0]`, { vector: MF }],
    ['is not told with TS set: #NM first', `${WAITS} ${cr0(NE | TS)} here: fld1`, { vector: NM }],
    ['goes by fnstsw, fnstcw and fnclex', `${WAITS} fnstsw ax\n fnstcw [0x200004]\n fnclex\n fld1`, NOTHING],
    ['goes by fninit', `${WAITS} fninit\n fld1`, NOTHING],
    ['goes by fnstenv, which masks it', `${WAITS} fnstenv [0x200100]\n fld1`, NOTHING],
    ['goes by fnsave', `${WAITS} fnsave [0x200100]\n fld1`, NOTHING],
    ['goes by fxsave', `${WAITS} fxsave [0x200100]`, NOTHING],
    ['goes by SSE', `${WAITS} ${cr4(OSFXSR)} xorps xmm0, xmm0`, NOTHING],
    [
      'is #MF once fldcw unmasks it',
      `${cr0(NE)} fninit\n fld1\n fldz\n fdivp st1, st0\n mov word [0x200000], 0x37b\n fldcw [0x200000]\n here: fnop`,
      { vector: MF },
    ],
  ]);
});

const SSE = cr0(0) + cr4(OSFXSR | OSXMMEXCPT);
const DIVIDE =
  'mov dword [0x200000], 0x1d80\n ldmxcsr [0x200000]\n xorps xmm0, xmm0\n mov eax, 0x3f800000\n movd xmm1, eax\n';

describe('SSE instructions', () => {
  specify(ring0, [
    ['without CR4.OSFXSR are #UD', `${cr0(0)} here: addps xmm0, xmm1`, { vector: UD }],
    ['with EM are #UD', `${cr4(OSFXSR)} ${cr0(EM)} here: addps xmm0, xmm1`, { vector: UD }],
    ['with TS are #NM', `${cr4(OSFXSR)} ${cr0(TS)} here: addps xmm0, xmm1`, { vector: NM }],
    ['with EM and TS are #UD', `${cr4(OSFXSR)} ${cr0(EM | TS)} here: addps xmm0, xmm1`, { vector: UD }],
    ['with a misaligned operand are #GP(0)', `${SSE} here: addps xmm0, [0x200004]`, { vector: GP, errorCode: 0 }],
    ['movaps to a misaligned place is #GP(0)', `${SSE} here: movaps [0x200008], xmm0`, { vector: GP, errorCode: 0 }],
    ['movups minds no alignment', `${SSE} movups xmm0, [0x200003]\n movups [0x200013], xmm0`, NOTHING],
    ['scalars mind none either', `${SSE} addss xmm0, [0x200003]\n addsd xmm0, [0x200003]`, NOTHING],
    ['with an unmasked exception are #XM', `${SSE} ${DIVIDE} here: divss xmm1, xmm0`, { vector: XM, errorCode: null }],
    ['... without CR4.OSXMMEXCPT #UD', `${cr0(0)} ${cr4(OSFXSR)} ${DIVIDE} here: divss xmm1, xmm0`, { vector: UD }],
    [
      'ldmxcsr of a reserved bit is #GP(0)',
      `${SSE} mov dword [0x200000], 0x10000\n here: ldmxcsr [0x200000]`,
      { vector: GP, errorCode: 0 },
    ],
    ['fxsave to a misaligned place is #GP(0)', `${SSE} here: fxsave [0x200008]`, { vector: GP, errorCode: 0 }],
    [
      'movnti and the fences need no SSE state',
      `${cr0(TS)} movnti [0x200000], eax\n lfence\n mfence\n sfence`,
      NOTHING,
    ],
    [
      'maskmovdqu asks only for what it writes',
      `${SSE} pxor xmm0, xmm0\n mov edi, 0xfffffff8\n db 0x66, 0x0f, 0xf7, 0xc8`,
      NOTHING,
    ],
  ]);
});

describe('MMX instructions', () => {
  specify(ring0, [
    ['with EM are #UD', `${cr0(EM)} here: paddb mm0, mm1`, { vector: UD }],
    ['with TS are #NM', `${cr0(TS)} here: paddb mm0, mm1`, { vector: NM }],
    ['do not mind CR4.OSFXSR', `${cr0(0)} paddb mm0, mm1\n emms`, NOTHING],
  ]);
});

describe('encodings that are none are #UD', () => {
  const none = (what: string, bytes: string): Case => [what, `here: db ${bytes}`, { vector: UD }];
  specify(ring3, [
    none('D9 D1', '0xd9, 0xd1'),
    none('D9 E2', '0xd9, 0xe2'),
    none('D9 EF', '0xd9, 0xef'),
    none('DA E8', '0xda, 0xe8'),
    none('DB E5', '0xdb, 0xe5'),
    none('DB F8', '0xdb, 0xf8'),
    none('DD F0', '0xdd, 0xf0'),
    none('DE D8', '0xde, 0xd8'),
    none('DF E1', '0xdf, 0xe1'),
    none('fisttp, which is SSE3', '0xdb, 0x0d, 0, 0, 0x20, 0'),
    none('F2 0F 5B', '0xf2, 0x0f, 0x5b, 0xc0'),
    none('66 0F 77', '0x66, 0x0f, 0x77'),
    none('movntps between registers', '0x0f, 0x2b, 0xc1'),
    none('0F 71 /0', '0x0f, 0x71, 0xc0, 0'),
    none('fxsave of a register', '0x0f, 0xae, 0xc0'),
    none('lock addps', '0xf0, 0x0f, 0x58, 0x05, 0, 0, 0x20, 0'),
    none('lock fadd', '0xf0, 0xd8, 0x05, 0, 0, 0x20, 0'),
  ]);
});

test('the environment tells the last instruction and its operand', async () => {
  const m = await boot(ring0`
    start:  fninit
    there:  fld     dword [0x200040]
            fnstcw  [0x200080]              ; control instructions leave no trace
            fnstenv [0x200000]
            mov     eax, [0x20000c]
            mov     ebx, [0x200010]
            mov     ecx, [0x200014]
            mov     edx, [0x200018]
            ud2
  `);
  m.runUntilTrap();
  const { cpu } = m.pc;
  expect(cpu.eax).toBe(m.addressOf('there'));
  // D9 05: opcode bits 10 to 0 are 1 and 05; CS.
  expect(cpu.ebx).toBe((0x105 << 16) | cpu.segment('cs').selector);
  expect(cpu.ecx).toBe(0x200040);
  expect(cpu.edx & 0xffff).toBe(cpu.segment('ds').selector);
});

test('an operand that faults leaves the x87 as it was', async () => {
  const m = await boot(ring0`
    start:  fninit
            fldpi
            push    ds
            push    0
            pop     ds
    here:   fadd    dword [0x200000]
  `);
  m.runUntilTrap({ vector: GP });
  const status = m.pc.cpu.get(FPU_STATUS);
  // Nothing noted, and one register in use.
  expect(status & 0x80ff).toBe(0);
  expect((status >>> 11) & 7).toBe(7);
});
