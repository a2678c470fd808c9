/** A fault while a fault is being delivered: SDM 3A, 6.15, interrupt 8, and table 6-5. */
import { describe, expect, test } from 'vitest';
import { BP, boot, DE, DF, GP, NP, OF, paged0, ring0, SPARE, UD } from '../../emu/testing/index.ts';
import { deliver, specify } from './specification.ts';

/** How to make an exception happen at `here`. */
const FIRST: Readonly<Record<string, string>> = {
  '#DE': 'xor ecx, ecx\n here: div ecx',
  '#UD': 'here: ud2',
  '#NP': `descriptor ${SPARE}, 0xffff, 0x00cf1300\n mov ax, ${SPARE}\n here: mov ds, ax`,
  '#SS': `descriptor ${SPARE}, 0xffff, 0x00cf1300\n mov ax, ${SPARE}\n here: mov ss, ax`,
  '#GP': 'mov ax, 0x1230\n here: mov ds, ax',
  '#BR': 'mov dword [0x200000], 1\n mov dword [0x200004], 2\n xor eax, eax\n here: bound eax, [0x200000]',
};
const VECTORS: Readonly<Record<string, number>> = {
  '#DE': 0,
  '#BR': 5,
  '#UD': 6,
  '#NP': 11,
  '#SS': 12,
  '#GP': 13,
  '#PF': 14,
};
/** What the delivery meets: a gate that is not present is #NP, one of a wrong type #GP. */
const SECOND = {
  '#NP': 'mov byte [world_idt + V * 8 + 5], 0x0e',
  '#GP': 'mov byte [world_idt + V * 8 + 5], 0x84',
} as const;
const EXT = 1;
const IDT = 2;

describe('contributory upon contributory is a double fault', () => {
  for (const first of ['#DE', '#NP', '#SS', '#GP']) {
    for (const second of ['#NP', '#GP'] as const) {
      test(`${second} while delivering ${first} is #DF(0)`, async () => {
        const spoil = SECOND[second].replace('V', String(VECTORS[first]));
        await deliver(ring0, `${spoil}\n${FIRST[first]}`, { vector: DF, errorCode: 0, cause: 'fault' });
      });
    }
  }
});

describe('after a benign exception the second is delivered by itself', () => {
  for (const first of ['#UD', '#BR']) {
    for (const second of ['#NP', '#GP'] as const) {
      test(`${second} while delivering ${first} is ${second}, with EXT`, async () => {
        const vector = VECTORS[first]!;
        const spoil = SECOND[second].replace('V', String(vector));
        await deliver(ring0, `${spoil}\n${FIRST[first]}`, {
          vector: VECTORS[second]!,
          errorCode: (vector << 3) | IDT | EXT,
        });
      });
    }
  }
  const soft = (vector: number) => `mov byte [world_idt + ${vector} * 8 + 5], 0x0e`;
  specify(ring0, [
    [
      '#NP while delivering int n is #NP, without EXT',
      `${soft(0x40)}\n here: int 0x40`,
      { vector: NP, errorCode: (0x40 << 3) | IDT },
    ],
    ['#NP while delivering int3', `${soft(BP)}\n here: int3`, { vector: NP, errorCode: (BP << 3) | IDT }],
    [
      '#NP while delivering into',
      `${soft(OF)}\n mov al, 0x7f\n inc al\n here: into`,
      { vector: NP, errorCode: (OF << 3) | IDT },
    ],
    ['int 0, for all its vector, is benign', `${soft(DE)}\n here: int 0`, { vector: NP, errorCode: (DE << 3) | IDT }],
    [
      '#NP for #NP after #UD: the second is contributory now',
      `${soft(UD)}\n${soft(NP)}\n here: ud2`,
      { vector: DF, errorCode: 0 },
    ],
  ]);
});

describe('page faults', () => {
  const AT = 0x300000;
  const fault = `page ${AT}, 0\n here: mov eax, [${AT}]`;
  specify(paged0, [
    [
      '#NP while delivering #PF is #DF(0)',
      `mov byte [world_idt + 14 * 8 + 5], 0x0e\n ${fault}`,
      { vector: DF, errorCode: 0 },
    ],
    [
      '#GP while delivering #PF is #DF(0)',
      `mov byte [world_idt + 14 * 8 + 5], 0x84\n ${fault}`,
      { vector: DF, errorCode: 0 },
    ],
  ]);
  /** The IDT at the end of a page: vectors from 14 on are on the next one, which goes away. */
  const splitTable = (code: string) => paged0`
      start:  mov     esi, world_idt
              mov     edi, 0x301000 - 13 * 8
              mov     ecx, 20 * 2
              rep     movsd
              lidt    [idtr]
              page    0x301000, 0
              mov     eax, cr3
              mov     cr3, eax
              ${code}
      idtr:   dw      256 * 8 - 1
              dd      0x301000 - 13 * 8
  `;
  test('#PF while delivering #PF is #DF(0)', async () => {
    const m = await boot(splitTable('here: mov eax, [0x301800]'));
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: DF, errorCode: 0, eip: 'here' });
  });
  test('#PF while delivering int n is #PF, whose gate is on that page as well: #DF(0), with CR2 of the second', async () => {
    const m = await boot(splitTable('here: int 0x20'));
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: DF, errorCode: 0, eip: 'here' });
    expect(m.pc.cpu.cr2).toBe(0x301000 + 8);
  });
});

describe('the double fault itself', () => {
  test('is an abort with error code 0 that pushes where it happened', async () => {
    const m = await deliver(ring0, 'mov byte [world_idt + 5], 0x0e\n xor ecx, ecx\n here: div ecx', {
      vector: DF,
      errorCode: 0,
    });
    expect(m.stack(0)).toBe(0);
    expect(m.stack(1)).toBe(m.addressOf('here'));
  });
  test.each(['0x0e', '0x84'])('a fault while delivering it shuts the processor down (gate %s)', async (type) => {
    const m = await boot(ring0`
      start:  mov     byte [world_idt + 5], 0x0e
              mov     byte [world_idt + 8 * 8 + 5], ${type}
              xor     ecx, ecx
      here:   div     ecx
    `);
    expect(m.run()).toMatchObject({ kind: 'shutdown', vector: DE, eip: m.addressOf('here') });
    expect(m.traps).toEqual([]);
  });
  test('int 8 is no double fault: it pushes no error code', async () => {
    await deliver(ring0, 'int 8\n here:', { vector: DF, errorCode: null, cause: 'software' });
  });
  test('a fault in its handler is a fault like any other', async () => {
    const m = await boot(ring0`
      start:  on      8, handler
              mov     byte [world_idt + 5], 0x0e
              xor     ecx, ecx
              div     ecx
      handler: mov    ax, 0x1230
      here:   mov     ds, ax
    `);
    m.runUntilTrap({ vector: GP });
    expect(m).toDeliverTrap({ vector: GP, errorCode: 0x1230, eip: 'here' });
    expect(m.traps.map(({ vector }) => vector)).toEqual([DF, GP]);
  });
  test('an interrupt whose gate is missing is #GP with EXT, not a double fault', async () => {
    const m = await boot(ring0`
      start:  mov     byte [world_idt + 2 * 8 + 5], 0x0e
      here:   jmp     here
    `);
    m.run({ instructions: 3000 });
    m.pc.cpu.raiseNmi();
    m.runUntilTrap();
    expect(m).toDeliverTrap({ vector: NP, errorCode: (2 << 3) | IDT | EXT, eip: 'here' });
  });
});
