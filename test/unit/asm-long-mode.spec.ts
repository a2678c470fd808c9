/** 64-bit code: what differs from 32 bits. The corpus has the rest (asm-corpus.spec.ts). */

import { describe, expect, test } from 'vitest';
import { assemble, disassemble, formatDiagnostic, readElf } from '../../asm/index.ts';

function hex(source: string, origin = 0): string {
  const { bytes, diagnostics } = assemble(source, { bits: 64, origin });
  expect(diagnostics.map(formatDiagnostic)).toEqual([]);
  return Buffer.from(bytes).toString('hex');
}

const refusal = (source: string) => assemble(source, { bits: 64 }).diagnostics[0]?.message;

describe('addresses', () => {
  test('are 32 bits, read as signed, unless they are counted from the next instruction', () => {
    expect(hex('mov eax, [0x1234]')).toBe('8b042534120000');
    expect(hex('mov eax, [rel place]\nplace:')).toBe('8b0500000000');
    expect(hex('place: mov dword [rel place], 5')).toBe('c705f6ffffff05000000');
    expect(hex('default rel\n lea rax, [place]\n mov ecx, [abs 8]\nplace:')).toBe('488d05070000008b0c2508000000');
    expect(refusal('mov eax, [0x123456789]')).toBe('an address in 64-bit code has 32 bits, read as signed');
  });

  test('of labels follow the origin', () => {
    expect(hex('mov rsi, text\n mov al, [text]\ntext:', 0x1000)).toBe('48c7c60e1000008a04250e100000');
  });

  test('from another section, and from the linker', () => {
    expect(hex('mov eax, [rel x]\n section .data align=1\nx: dd 1', 0x1000)).toBe('8b050000000001000000');
    const { bytes } = assemble('extern x\n mov eax, [rel x]', { bits: 64, format: 'elf32' });
    // R_386_PC32 at 2, with what lies between the field and the end.
    expect([...readElf(bytes)!.parts[0]!.bytes]).toEqual([0x8b, 5, 0xfc, 0xff, 0xff, 0xff]);
  });
});

test('jumps have 32 bits', () => {
  expect(hex('jmp near $\n call $\n jrcxz $\n push 0x12345678')).toBe('e9fbffffffe8fbffffffe3fe6878563412');
});

test('the way from 16 to 64 bits in one source', () => {
  const source = 'bits 16\n jmp 8:protected\n bits 32\nprotected: jmp 16:long\n bits 64\nlong: mov rsp, 0x7c00\n hlt';
  expect(hex(source, 0x1000)).toBe('ea05100800ea0c100000100048c7c4007c0000f4');
});

test('what 64-bit code does not have is refused, and its own elsewhere', () => {
  for (const gone of ['pushad', 'push es', 'into', 'jmp 8:0x1000', 'aaa', 'bound eax, [rbx]', 'lds eax, [rbx]']) {
    expect(refusal(gone), gone).toBeDefined();
  }
  for (const own of ['mov rax, 1', 'inc r8d', 'swapgs', 'iretq', 'mov sil, 1', 'movsq']) {
    expect(assemble(own, { bits: 32 }).ok, own).toBe(false);
  }
});

test('is disassembled', () => {
  const bytes = Uint8Array.from(Buffer.from('4889d80f05', 'hex'));
  expect(disassemble(bytes, { bits: 64 }).map((l) => l.text)).toEqual(['mov rax, rbx', 'syscall']);
});
