/** As much of an instruction as stepping over and out must know: does it call, return, repeat, and how long is it. */

import { disassemble } from '../../../asm/index.ts';
import { peekBytes } from '../sight/memory-view.ts';
import type { Sight } from '../sight/sight.ts';

const D = 1 << 14; // of an access word, Segment.access: 32-bit code

/** Bits that code is decoded with at present. */
export function codeBits(sight: Sight): 16 | 32 {
  return sight.cpu.segment('cs').access & D ? 32 : 16;
}

/** Bytes of the instruction at a linear address; 1 where there is none. */
export function lengthAt(sight: Sight, linear: number): number {
  const [line] = disassemble(peekBytes(sight, linear, 15), { bits: codeBits(sight), address: linear, limit: 1 });
  return line?.bytes.length ?? 1;
}

/** Where the opcode is, behind the prefixes (SDM 2A, 2.1.1). */
function opcodeAt(code: Uint8Array): number {
  let at = 0;
  while ([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3].includes(code[at]!)) at++;
  return at;
}

/** call in all its forms. Software interrupts are seen as the traps they are. */
export function isCall(code: Uint8Array): boolean {
  const at = opcodeAt(code);
  if (code[at] === 0xe8 || code[at] === 0x9a) return true;
  const extension = (code[at + 1]! >> 3) & 7;
  return code[at] === 0xff && (extension === 2 || extension === 3);
}

/** ret, retf and iret. */
export function isReturn(code: Uint8Array): boolean {
  return [0xc2, 0xc3, 0xca, 0xcb, 0xcf].includes(code[opcodeAt(code)]!);
}

/** A string instruction with a repeat prefix. */
export function isRepeated(code: Uint8Array): boolean {
  const at = opcodeAt(code);
  const opcode = code[at]!;
  const isString = (opcode >= 0x6c && opcode <= 0x6f) || (opcode >= 0xa4 && opcode <= 0xaf && (opcode & 0xfe) !== 0xa8);
  return isString && code.subarray(0, at).some((byte) => byte === 0xf2 || byte === 0xf3);
}

/** int n, int3, into. */
export function isSoftwareInterrupt(code: Uint8Array): boolean {
  return [0xcc, 0xcd, 0xce].includes(code[opcodeAt(code)]!);
}
