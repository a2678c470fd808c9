/** Code that changes under the processor: by stores, and by page tables. Decoded instructions must never outlive their bytes. */
import { expect, test } from 'vitest';
import { boot, type Program, ring0 } from '../../emu/testing/index.ts';

/** Run to the end of a program and give what it left in EAX. */
async function resultOf(program: Program): Promise<number> {
  const m = await boot(program);
  expect(m.run()).toMatchObject({ kind: 'halted' });
  return m.pc.cpu.eax;
}

/** Lines that switch paging on: 4 MB mapped one to one, tables at 200000h and 201000h. */
const pagingOn = `
        mov     edi, 0x201000
        mov     eax, 7
%%page: stosd
        add     eax, 0x1000
        cmp     eax, 0x400007
        jne     %%page
        mov     dword [0x200000], 0x201007
        mov     eax, 0x200000
        mov     cr3, eax
        mov     eax, cr0
        or      eax, 0x80000000
        mov     cr0, eax
`;
/** Where the page table maps a linear address. */
const entryOf = (linear: number): number => 0x201000 + (linear >>> 12) * 4;

test('a store into the next instruction takes effect on that very instruction', async () => {
  const program = ring0`
    start:  mov     byte [victim + 1], 2
    victim: mov     al, 1
            movzx   eax, al
            hlt
  `;
  expect(await resultOf(program)).toBe(2);
});

test('a store into code that ran before takes effect when it runs again', async () => {
  const program = ring0`
    start:  xor     eax, eax
            mov     ecx, 100
    again:  add     eax, 1
    there:  add     eax, 10                 ; becomes 20 halfway
            cmp     ecx, 51
            jne     .next
            mov     byte [there + 2], 20
    .next:  dec     ecx
            jnz     again
            hlt
  `;
  expect(await resultOf(program)).toBe(100 + 50 * 10 + 50 * 20);
});

test('a store through another linear address of the page counts as well', async () => {
  const program = ring0`
%macro paging 0
${pagingOn}
%endmacro
    start:  paging
            mov     eax, victim
            and     eax, 0xfffff000
            or      eax, 7
            mov     [${entryOf(0x300000)}], eax
            mov     ebx, victim + 1
            and     ebx, 0xfff
            add     ebx, 0x300000
            mov     ecx, 2
    again:
    victim: mov     al, 1
            mov     byte [ebx], 2
            dec     ecx
            jnz     again
            movzx   eax, al
            hlt
  `;
  expect(await resultOf(program)).toBe(2);
});

test('an instruction on two pages is decoded anew when its second half changes', async () => {
  const program = ring0`
    start:  mov     edi, 0x180ffe           ; mov eax, imm32 over the page's end, then ret
            mov     byte [edi], 0xb8
            mov     dword [edi + 1], 0x11111111
            mov     byte [edi + 5], 0xc3
            call    edi
            mov     dword [0x181000], 0x22222222
            call    edi
            hlt
  `;
  // The immediate's first byte lies in the first page; the store also reaches the ret, whose byte it makes 22h.
  expect(await resultOf(ring0`${program.source.replace('0x22222222', '0xc3222222')}`)).toBe(0x22222211);
});

test('after invlpg the code of the page now mapped there runs', async () => {
  const program = ring0`
%macro paging 0
${pagingOn}
%endmacro
    start:  paging
            mov     dword [0x310000], 0xc301b0   ; mov al, 1; ret
            mov     dword [0x311000], 0xc302b0   ; mov al, 2; ret
            xor     eax, eax
            xor     ebx, ebx
            mov     dword [${entryOf(0x300000)}], 0x310007
            mov     esi, 0x300000
            call    esi
            add     ebx, eax
            mov     dword [${entryOf(0x300000)}], 0x311007
            invlpg  [0x300000]
            call    esi
            lea     eax, [ebx * 8 + eax]
            hlt
  `;
  expect(await resultOf(program)).toBe(1 * 8 + 2);
});

test('after a load of CR3 an instruction on two pages takes its second half from where that is mapped now', async () => {
  const program = ring0`
%macro paging 0
${pagingOn}
%endmacro
    start:  paging
            mov     dword [0x310ffe], 0x0000b866 ; mov ax, imm16: the immediate is on the next page
            mov     byte [0x310ffd], 0x90
            mov     word [0x312000], 0x1111
            mov     byte [0x312002], 0xc3
            mov     word [0x313000], 0x2222
            mov     byte [0x313002], 0xc3
            mov     dword [${entryOf(0x300000)}], 0x310007
            mov     dword [${entryOf(0x301000)}], 0x312007
            mov     edx, 0x200000
            xor     eax, eax
            mov     esi, 0x300ffd
            mov     ecx, 3                      ; often enough for every shortcut to be taken
    .first: call    esi
            dec     ecx
            jnz     .first
            mov     ebx, eax
            mov     dword [${entryOf(0x301000)}], 0x313007
            mov     cr3, edx
            call    esi
            shl     ebx, 16
            or      eax, ebx
            hlt
  `;
  expect(await resultOf(program)).toBe(0x11112222);
});
