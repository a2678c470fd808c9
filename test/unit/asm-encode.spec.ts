/** What keystone gets wrong or cannot be asked for, one test each; and that no encoding is believed that capstone reads otherwise. */

import { describe, expect, test } from 'vitest';
import type { Form } from '../../asm/encode/form.ts';
import { registerNamed } from '../../asm/encode/registers.ts';
import { disagreement } from '../../asm/encode/verify.ts';
import { assemble } from '../../asm/index.ts';

/** The bytes of a statement as hex, or its first error. */
function bytesOf(statement: string, bits: 16 | 32): string {
  const { ok, bytes, diagnostics } = assemble(statement, { bits });
  return ok ? Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ') : diagnostics[0]!.message;
}

function rows(bits: 16 | 32, table: string): void {
  const parsed = table
    .trim()
    .split('\n')
    .map((row) => row.split(' = ').map((part) => part.trim()));
  test.each(parsed)('%s', (statement, bytes) => {
    expect(bytesOf(statement!, bits)).toBe(bytes);
  });
}

describe('the radix is ours: a number is what it looks like', () => {
  rows(
    32,
    `
    mov eax, 10         = b8 0a 00 00 00
    mov eax, 0x10       = b8 10 00 00 00
    mov eax, 10h        = b8 10 00 00 00
    mov eax, 1010b      = b8 0a 00 00 00
    add eax, 100        = 83 c0 64
    mov eax, [ebx+10]   = 8b 43 0a
    int 80h             = cd 80
    int 3               = cd 03
  `,
  );
});

describe('keystone puts a needless 66 here in 32-bit code', () => {
  rows(
    32,
    `
    lidt [0x1234]       = 0f 01 1d 34 12 00 00
    lgdt [ebx]          = 0f 01 13
    sidt [ebx]          = 0f 01 0b
    sgdt [0x1234]       = 0f 01 05 34 12 00 00
    mov ds, ax          = 8e d8
    mov ds, eax         = 8e d8
    mov [ebx], es       = 8c 03
    mov ax, ds          = 66 8c d8
    mov eax, ds         = 8c d8
    push ds             = 1e
    pop ds              = 1f
    push es             = 06
    push fs             = 0f a0
    pop gs              = 0f a9
    push cs             = 0e
  `,
  );
});

describe('keystone takes the 16-bit form in 32-bit code, or the other way round', () => {
  rows(
    32,
    `
    iret                = cf
    iretd               = cf
    iretw               = 66 cf
    pushf               = 9c
    popf                = 9d
    pushfd              = 9c
    pushfw              = 66 9c
    pusha               = 60
    popaw               = 66 61
    push dword 5        = 6a 05
    push word 0x1234    = 66 68 34 12
    push byte -1        = 6a ff
    push 0x12345678     = 68 78 56 34 12
  `,
  );
  rows(
    16,
    `
    ret                 = c3
    ret 4               = c2 04 00
    retf                = cb
    push 5              = 6a 05
    push 0x1234         = 68 34 12
    push dword 5        = 66 6a 05
    push fs             = 0f a0
    iret                = cf
    iretd               = 66 cf
    mov ds, eax         = 8e d8
    call $+0x203        = e8 00 02
  `,
  );
});

describe('keystone does not know these', () => {
  rows(
    32,
    `
    jmp 0x08:0x12345678 = ea 78 56 34 12 08 00
    call 8:0x1234       = 9a 34 12 00 00 08 00
    jmp word 8:0x1234   = 66 ea 34 12 08 00
    jmp far [ebx]       = ff 2b
    call far [esp+8]    = ff 5c 24 08
    jmp word far [0x1234] = 66 ff 2d 34 12 00 00
    movsd               = a5
    rep movsd           = f3 a5
    repne scasb         = f2 ae
    es lodsb            = 26 ac
    rep es movsd        = f3 26 a5
    a16 lodsb           = 67 ac
    retn 4              = c2 04 00
    xlat                = d7
    ud1                 = 0f b9
    nop eax             = 0f 1f c0
    nop dword [eax]     = 0f 1f 00
    bound eax, [ebx]    = 62 03
    fadd to st1         = dc c1
    fadd                = de c1
    lea eax, [eax*3]    = 8d 04 40
    lea eax, [eax*2]    = 8d 04 00
    jmp short $         = eb fe
    jmp near $          = e9 fb ff ff ff
    lsl ecx, dx         = 0f 03 ca
  `,
  );
});

describe('keystone loses a part of the address, silently', () => {
  rows(
    32,
    `
    mov eax, [ds:ebp]   = 3e 8b 45 00
    mov eax, [ss:esp]   = 36 8b 04 24
    mov eax, [fs:0]     = 64 a1 00 00 00 00
    mov ebx, [gs:ecx+4] = 65 8b 59 04
    mov eax, [bx+si]    = 67 8b 00
    mov eax, [0xfee000b0] = a1 b0 00 e0 fe
  `,
  );
  rows(
    16,
    `
    lea ecx, [eax*8]    = 66 67 8d 0c c5 00 00 00 00
    jmp dword [ebx*4+0x1234] = 66 67 ff 24 9d 34 12 00 00
    mov eax, [ebx]      = 66 67 8b 03
    mov al, [es:di]     = 26 8a 05
  `,
  );
});

describe('the shortest form is taken, and `strict` forbids it', () => {
  rows(
    32,
    `
    add eax, -1         = 83 c0 ff
    add eax, 0xffffffff = 83 c0 ff
    add ebx, 128        = 81 c3 80 00 00 00
    add ebx, strict dword 1 = 81 c3 01 00 00 00
    push strict dword 5 = 68 05 00 00 00
    mov eax, [ebx-128]  = 8b 43 80
    mov eax, [ebx-129]  = 8b 83 7f ff ff ff
    shl eax, 1          = d1 e0
    imul ecx, 100       = 6b c9 64
    mov al, [0x1234]    = a0 34 12 00 00
  `,
  );
});

describe('the other instructions of a kernel', () => {
  rows(
    32,
    `
    mov cr0, eax        = 0f 22 c0
    mov eax, cr2        = 0f 20 d0
    mov dr7, ecx        = 0f 23 f9
    ltr ax              = 0f 00 d8
    lldt [ebx]          = 0f 00 13
    invlpg [eax]        = 0f 01 38
    clts                = 0f 06
    out dx, eax         = ef
    in al, 0x60         = e4 60
    out 0x20, al        = e6 20
    lock cmpxchg [ebx], ecx = f0 0f b1 0b
    xchg [ebx], eax     = 87 03
    movzx eax, byte [esi] = 0f b6 06
    bts [ebx], eax      = 0f ab 03
    jecxz $             = e3 fe
    loop $              = e2 fe
    enter 8, 0          = c8 08 00 00
    cmpxchg8b [esi]     = 0f c7 0e
    fnstsw ax           = df e0
    finit               = 9b db e3
    fxsave [ebx]        = 0f ae 03
    hlt                 = f4
  `,
  );
});

test('what has no encoding is refused in words', () => {
  expect(bytesOf('mov [ebx], 5', 32)).toContain('operation size not specified');
  expect(bytesOf('mov eax, bl', 32)).toContain("no such form of 'mov'");
  expect(bytesOf('lock mov [ebx], eax', 32)).toContain("'lock' does not go with this");
  expect(bytesOf('mov eax, [ebx+ecx+edx]', 32)).toContain('two registers at most');
  expect(bytesOf('mov eax, [ebx*7]', 32)).toContain('scaled by 1, 2, 4 or 8, not 7');
  expect(bytesOf('movsb [ebx]', 32)).toContain("'movsb' takes no operands");
  expect(bytesOf('push dword eax, 5', 32)).not.toMatch(/^[0-9a-f]{2}\b/);
});

test('statements that hang or crash keystone are errors at once', () => {
  for (const statement of ['% nop', '! nop', '[ nop', '\\ nop', '( nop', ') nop', 'mov eax, [', 'mov eax, (((']) {
    expect(assemble(statement, { bits: 32 }).ok, statement).toBe(false);
  }
});

describe('an encoding is compared with what was asked', () => {
  const register = (name: string) => ({ kind: 'register' as const, register: registerNamed(name)! });
  const immediate = (number: bigint) => ({ kind: 'immediate' as const, number, size: null, strict: false });
  const form = (mnemonic: string, operands: Form['operands']): Form => ({ mnemonic, prefixes: [], operands, bits: 32 });

  test.each([
    ['the register', form('mov', [register('eax'), register('ebx')]), [0x89, 0xc8]],
    ['the number', form('mov', [register('eax'), immediate(10n)]), [0xb8, 0x10, 0, 0, 0]],
    ['the operation', form('add', [register('eax'), register('ebx')]), [0x29, 0xd8]],
    ['the operand size', form('inc', [register('eax')]), [0x66, 0x40]],
    ['the length', form('nop', []), [0x90, 0x90]],
    ['a form of its name', form('iretd', []), [0x66, 0xcf]],
  ])('%s differs', (_, asked, bytes) => {
    expect(disagreement(asked, Uint8Array.from(bytes))).toContain('is refused');
  });

  test('the same meaning in other words is the same', () => {
    expect(disagreement(form('jnae', [immediate(2n)]), Uint8Array.of(0x72, 0))).toBeNull();
    expect(
      disagreement(form('add', [register('eax'), immediate(0xffffffffn)]), Uint8Array.of(0x83, 0xc0, 0xff)),
    ).toBeNull();
    expect(disagreement(form('xchg', [register('ebx'), register('ecx')]), Uint8Array.of(0x87, 0xcb))).toBeNull();
  });
});

describe('a displacement is as wide as the source says, an address without registers too', () => {
  rows(
    16,
    `
    mov [dword 0x12],al                 = 67 a2 12 00 00 00
    mov eax,[dword 0x12]                = 66 67 a1 12 00 00 00
    mov ax,[dword 0x1234]               = 67 a1 34 12 00 00
    mov ebx,[dword 0x12]                = 66 67 8b 1d 12 00 00 00
    mov [word 0x12],al                  = a2 12 00
    mov bx,[byte si+0]                  = 8b 5c 00
    mov bx,[word si+1]                  = 8b 9c 01 00
    mov bx,[bp+0]                       = 8b 5e 00
    mov bx,[bp+si]                      = 8b 1a
    mov [di+bp],al                      = 88 03
    mov word [es:bp+di],0x1234          = 26 c7 03 34 12
    mov bx,[bp+di+1]                    = 8b 5b 01
    mov bx,[byte bp+di+0]               = 8b 5b 00
    mov bx,[bx+di]                      = 8b 19
    mov bx,[es:dword ebx+1]             = 26 67 8b 9b 01 00 00 00
    mov bx,[dword es:ebx+1]             = 26 67 8b 9b 01 00 00 00
    add byte [dword 5],7                = 67 80 05 05 00 00 00 07
  `,
  );
  rows(
    32,
    `
    mov [dword 0x12],al                 = a2 12 00 00 00
    mov [word 0x12],al                  = 67 a2 12 00
    mov ax,[word 0x12]                  = 66 67 a1 12 00
    mov ecx,[word 0x1234]               = 67 8b 0e 34 12
    mov eax,[byte ebx+0]                = 8b 43 00
    mov eax,[dword ebx+1]               = 8b 83 01 00 00 00
    mov eax,[byte ebx+ecx*4+5]          = 8b 44 8b 05
    mov eax,[dword ebx+ecx*4+5]         = 8b 84 8b 05 00 00 00
    mov eax,[byte esp+0]                = 8b 44 24 00
    lea eax,[nosplit eax*2]             = 8d 04 45 00 00 00 00
    lea eax,[eax*2]                     = 8d 04 00
    lea eax,[nosplit eax*2+5]           = 8d 04 45 05 00 00 00
    mov dword [byte eax+0],0x12345678   = c7 40 00 78 56 34 12
    imul eax,[dword ebx+8],5            = 6b 83 08 00 00 00 05
    mov eax,[fs:dword 0x30]             = 64 a1 30 00 00 00
    movaps xmm0,[byte eax+0]            = 0f 28 40 00
    fld dword [dword eax+0]             = d9 80 00 00 00 00
  `,
  );
  test.each([
    ['mov eax, [word ebx + 1]', 'a displacement beside this register has 32 bits or a byte, not 16'],
    ['mov eax, [byte ebx + 200]', 'the displacement 200 does not fit a signed byte'],
    ['mov eax, [byte ebx + here]\nhere:', 'an address does not fit a displacement of one byte'],
    ['mov eax, [byte 5]', 'an address without a register is one of 16 or 32 bits, in 16- and 32-bit code'],
  ])('%s is refused', (statement, message) => {
    expect(bytesOf(statement, 32)).toBe(message);
  });
});
