/** Who may do what: privileged instructions, IOPL and the I/O permission bitmap (SDM 3A, 5.9; SDM 1, 19.5). */
import { describe, expect, test } from 'vitest';
import { boot, GP, NM, ring0, ring1, ring2, ring3, type TestMachine, UD } from '../../emu/testing/index.ts';
import { type Case, NOTHING, specify } from './specification.ts';

const GP_0 = { vector: GP, errorCode: 0, cause: 'fault' } as const;

const PRIVILEGED: readonly [string, string][] = [
  ['hlt', 'hlt'],
  ['clts', 'clts'],
  ['lgdt', 'lgdt [0x200000]'],
  ['lidt', 'lidt [0x200000]'],
  ['lldt', 'lldt ax'],
  ['ltr', 'ltr ax'],
  ['lmsw', 'lmsw ax'],
  ['a read of CR0', 'mov eax, cr0'],
  ['a write of CR0', 'mov cr0, eax'],
  ['a read of CR2', 'mov eax, cr2'],
  ['a write of CR2', 'mov cr2, eax'],
  ['a read of CR3', 'mov eax, cr3'],
  ['a write of CR3', 'mov cr3, eax'],
  ['a read of CR4', 'mov eax, cr4'],
  ['a write of CR4', 'mov cr4, eax'],
  ['a read of DR7', 'mov eax, dr7'],
  ['a write of DR0', 'mov dr0, eax'],
  ['invd', 'invd'],
  ['wbinvd', 'wbinvd'],
  ['invlpg', 'invlpg [0x200000]'],
  ['rdmsr', 'rdmsr'],
  ['wrmsr', 'wrmsr'],
];

describe('privileged instructions are #GP(0)', () => {
  specify(
    ring3,
    PRIVILEGED.map(([what, code]): Case => [`in ring 3: ${what}`, `here: ${code}`, { ...GP_0, cpl: 3 }]),
  );
  specify(ring1, [
    ['in ring 1 as well: hlt', 'here: hlt', { ...GP_0, cpl: 1 }],
    ['in ring 1 as well: a write of CR0', 'here: mov cr0, eax', { ...GP_0, cpl: 1 }],
  ]);
  specify(ring2, [
    ['in ring 2 as well: lidt', 'here: lidt [0x200000]', { ...GP_0, cpl: 2 }],
    ['in ring 2 as well: a read of CR3', 'here: mov eax, cr3', { ...GP_0, cpl: 2 }],
  ]);
});

describe('what every ring may read', () => {
  specify(ring3, [
    ['sgdt, sidt', 'sgdt [0x200000]\n sidt [0x200008]', NOTHING],
    ['sldt, str, smsw', 'sldt ax\n str bx\n smsw cx', NOTHING],
    ['rdtsc, while CR4.TSD is clear', 'rdtsc', NOTHING],
    ['cpuid', 'mov eax, 0\n cpuid', NOTHING],
  ]);
});

/** Into an outer ring with these flags, at `outer`. */
const enter = (ring: 1 | 2 | 3, flags: number) => {
  const data = [0, 0x39, 0x4a, 0x23][ring]!;
  const code = [0, 0x31, 0x42, 0x1b][ring]!;
  return `
        mov     ax, ${data}
        mov     ds, ax
        mov     es, ax
        push    dword ${data}
        push    dword ${ring === 3 ? 'world_user_stack' : `world_stack_${ring}`}
        push    dword ${flags | 2}
        push    dword ${code}
        push    dword outer
        iretd
outer:`;
};
const iopl = (level: number) => level << 12;

describe('cli, sti and ports want CPL at most IOPL', () => {
  // At 0x21 the 8259 shows its mask without being asked (devices/port-latch.ts).
  const SENSITIVE = ['cli', 'sti', 'in al, 0x21', 'in al, 0x80', 'out 0x80, al', 'in eax, dx', 'insb', 'outsb'];
  specify(
    ring0,
    SENSITIVE.flatMap((code): Case[] => [
      [
        `${code} in ring 3 with IOPL 2 is #GP(0)`,
        `${enter(3, iopl(2))}\n mov edx, 0x80\n mov esi, 0x200000\n mov edi, esi\n here: ${code}`,
        GP_0,
      ],
      [
        `${code} in ring 3 with IOPL 3 is done`,
        `${enter(3, iopl(3))}\n mov edx, 0x80\n mov esi, 0x200000\n mov edi, esi\n ${code}`,
        NOTHING,
      ],
    ]),
  );
  specify(ring0, [
    ['cli in ring 1 with IOPL 1 is done', `${enter(1, iopl(1))}\n cli`, NOTHING],
    ['cli in ring 1 with IOPL 0 is #GP(0)', `${enter(1, iopl(0))}\n here: cli`, GP_0],
    ['sti in ring 2 with IOPL 2 is done', `${enter(2, iopl(2))}\n sti`, NOTHING],
    ['sti in ring 2 with IOPL 1 is #GP(0)', `${enter(2, iopl(1))}\n here: sti`, GP_0],
    [
      'popf in ring 3 changes neither IF nor IOPL, and says nothing',
      `${enter(3, 0x200)}\n push dword 0x3002\n popfd\n pushfd\n pop eax\n and eax, 0x3200\n cmp eax, 0x200\n je fine\n int3\n fine:`,
      NOTHING,
    ],
    [
      'popf in ring 3 with IOPL 3 changes IF',
      `${enter(3, iopl(3) | 0x200)}\n push dword 0x3002\n popfd\n pushfd\n pop eax\n and eax, 0x200\n jz fine\n int3\n fine:`,
      NOTHING,
    ],
  ]);
});

describe('the I/O permission bitmap', () => {
  /** The bitmap behind the TSS, whose limit leaves room for ports 0 to 127 and the byte of ones. */
  const bitmap = (limit: number, clear: string) => `
        mov     word [world_tss + 102], 104
        mov     word [world_tss_descriptor], ${limit}
        and     byte [world_tss_descriptor + 5], 0xfd
        mov     ax, 0x28
        ltr     ax
        mov     edi, world_tss + 104
        mov     ecx, 17
        mov     al, 0xff
        rep     stosb
        ${clear}
        ${enter(3, 0)}`;
  const LIMIT = 104 + 16;
  const port = (n: number) => `and byte [world_tss + ${104 + (n >> 3)}], ${0xff & ~(1 << (n & 7))}\n`;
  specify(ring0, [
    ['a port whose bit is set is #GP(0)', `${bitmap(LIMIT, port(0x41))}\n here: in al, 0x40`, GP_0],
    ['also of a chip that is not asked', `${bitmap(LIMIT, port(0x20))}\n here: in al, 0x21`, GP_0],
    ['a port whose bit is clear may be used', `${bitmap(LIMIT, port(0x40))}\n in al, 0x40`, NOTHING],
    ['a word wants both its bits clear', `${bitmap(LIMIT, port(0x40))}\n here: in ax, 0x40`, GP_0],
    ['a word across two bytes of the map', `${bitmap(LIMIT, port(0x47) + port(0x48))}\n in ax, 0x47`, NOTHING],
    ['a dword wants all four', `${bitmap(LIMIT, port(0x40) + port(0x41) + port(0x42))}\n here: in eax, 0x40`, GP_0],
    ['a port beyond the limit is #GP(0)', `${bitmap(104 + 7, port(0x40))}\n here: in al, 0x40`, GP_0],
    ['both bytes of the map must lie within the limit', `${bitmap(104 + 8, port(0x40))}\n here: in al, 0x40`, GP_0],
    ['IOPL at CPL asks no bitmap', `${bitmap(LIMIT, '')}\n here: in al, 0x40`, GP_0],
  ]);
});

describe('what control registers forbid', () => {
  const cr0 = (bits: number) => `mov eax, cr0\n or eax, ${bits}\n mov cr0, eax`;
  const cr4 = (bits: number) => `mov eax, ${bits}\n mov cr4, eax`;
  specify(ring0, [
    ['rdtsc in ring 3 with CR4.TSD is #GP(0)', `${cr4(4)}\n${enter(3, 0)}\n here: rdtsc`, GP_0],
    ['rdtsc in ring 0 with CR4.TSD is done', `${cr4(4)}\n rdtsc`, NOTHING],
    ['a reserved bit of CR4 is #GP(0)', 'mov eax, 0x80000000\n here: mov cr4, eax', GP_0],
    ['CR0.PG without PE is #GP(0)', 'mov eax, 0x80000000\n here: mov cr0, eax', GP_0],
    ['CR0.NW without CD is #GP(0)', 'mov eax, 0x20000001\n here: mov cr0, eax', GP_0],
    ['DR4 with CR4.DE is #UD', `${cr4(8)}\n here: mov eax, dr4`, { vector: UD }],
    ['DR4 without CR4.DE is DR6', 'mov eax, dr4', NOTHING],
    ['CR1 is #UD', 'here: db 0x0f, 0x20, 0xc8', { vector: UD, errorCode: null }],
    ['an x87 instruction with CR0.EM is #NM', `${cr0(4)}\n here: fninit`, { vector: NM, errorCode: null }],
    ['an x87 instruction with CR0.TS is #NM', `${cr0(8)}\n here: fninit`, { vector: NM, errorCode: null }],
    ['wait with CR0.TS but not MP is done', `mov eax, cr0\n or eax, 8\n and eax, ~2\n mov cr0, eax\n wait`, NOTHING],
    ['wait with CR0.TS and MP is #NM', `${cr0(10)}\n here: wait`, { vector: NM }],
    ['clts ends it', `${cr0(10)}\n clts\n wait`, NOTHING],
  ]);
});

test('every refusal leaves the instruction undone: the handler may let it pass and go on', async () => {
  const m: TestMachine = await boot(ring3`
    start:  mov     eax, 0x1234
    here:   mov     cr3, eax
    behind: int     0x80
  `);
  m.runUntilTrap();
  expect(m.pc.cpu.cr3).toBe(0);
  expect(m).toDeliverTrap({ ...GP_0, eip: 'here' });
});
