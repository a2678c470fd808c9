/**
 * The table of what keystone gets wrong, or does not know: these we encode ourselves. Each row has
 * its test in test/unit/asm-encode.spec.ts. Relative jumps are in branch.ts, because their length
 * is the layout's business.
 *
 * Opcodes: Intel SDM volume 2, appendix A.
 */

import {
  EncodeError,
  type Encoding,
  type Field,
  type Form,
  fitsSignedByte,
  type MemoryForm,
  OPEN_IMMEDIATE,
  type OperandForm,
} from './form.ts';
import type { Bits } from './operands.ts';

/** Operand size an instruction has by its name: 0 when it has none, so that no prefix is due. */
type Size = 0 | 16 | 32 | 64;

/** Instructions without operands: opcode bytes, and the operand size the name orders. */
const PLAIN: Readonly<Record<string, readonly [opcode: string, size: Size]>> = {
  // Keystone gives the 16-bit form in 32-bit code, or knows no such name.
  iret: ['cf', 0],
  iretw: ['cf', 16],
  iretd: ['cf', 32],
  pushf: ['9c', 0],
  pushfw: ['9c', 16],
  pushfd: ['9c', 32],
  popf: ['9d', 0],
  popfw: ['9d', 16],
  popfd: ['9d', 32],
  pusha: ['60', 0],
  pushaw: ['60', 16],
  pushad: ['60', 32],
  popa: ['61', 0],
  popaw: ['61', 16],
  popad: ['61', 32],
  ret: ['c3', 0],
  retn: ['c3', 0],
  retf: ['cb', 0],
  retw: ['c3', 16],
  retd: ['c3', 32],
  // Capstone confuses these in 16-bit code, so keystone's could not be checked.
  cbw: ['98', 16],
  cwde: ['98', 32],
  cwd: ['99', 16],
  cdq: ['99', 32],
  ud1: ['0fb9', 0],
  xlat: ['d7', 0],
  xlatb: ['d7', 0],
  int3: ['cc', 0],
  int1: ['f1', 0],
  icebp: ['f1', 0],
  // String instructions, with whatever prefixes stand before them.
  movsb: ['a4', 0],
  movsw: ['a5', 16],
  movsd: ['a5', 32],
  cmpsb: ['a6', 0],
  cmpsw: ['a7', 16],
  cmpsd: ['a7', 32],
  stosb: ['aa', 0],
  stosw: ['ab', 16],
  stosd: ['ab', 32],
  lodsb: ['ac', 0],
  lodsw: ['ad', 16],
  lodsd: ['ad', 32],
  scasb: ['ae', 0],
  scasw: ['af', 16],
  scasd: ['af', 32],
  insb: ['6c', 0],
  insw: ['6d', 16],
  insd: ['6d', 32],
  outsb: ['6e', 0],
  outsw: ['6f', 16],
  outsd: ['6f', 32],
  // 64-bit code alone knows these; capstone refuses them elsewhere.
  iretq: ['cf', 64],
  retfq: ['cb', 64],
  cdqe: ['98', 64],
  cqo: ['99', 64],
  movsq: ['a5', 64],
  cmpsq: ['a7', 64],
  stosq: ['ab', 64],
  lodsq: ['ad', 64],
  scasq: ['af', 64],
  pushfq: ['9c', 0],
  popfq: ['9d', 0],
  syscall: ['0f05', 0],
  sysret: ['0f07', 0],
  sysretq: ['0f07', 64],
  swapgs: ['0f01f8', 0],
};

const SEGMENT_STACK: Readonly<Record<string, readonly [push: string, pop: string | null]>> = {
  es: ['06', '07'],
  cs: ['0e', null],
  ss: ['16', '17'],
  ds: ['1e', '1f'],
  fs: ['0fa0', '0fa1'],
  gs: ['0fa8', '0fa9'],
};

/** Asks keystone for another instruction with the same operand, to take its ModRM byte. */
export type Sibling = (mnemonic: string, memory: MemoryForm) => Uint8Array;

/** Our own encoding of the form, or null when keystone may have it. */
export function ownEncoding(form: Form, sibling: Sibling): Encoding | null {
  const { mnemonic, operands, bits } = form;
  const [first, second] = operands;
  if (!first) {
    const plain = PLAIN[mnemonic];
    return plain ? fixed(sizePrefix(plain[1], bits) + plain[0]) : null;
  }
  if (first.kind === 'far') return farDirect(form);
  if (first.kind === 'memory' && first.far) return farIndirect(form, first, sibling);
  if (second) return mnemonic === 'xchg' ? exchange(first, second, bits) : null;
  if (first.kind === 'immediate') {
    if (mnemonic === 'push') return pushImmediate(form);
    // Keystone makes a breakpoint of `int 3`; who writes two bytes means two bytes.
    if (mnemonic === 'int' && first.number === 3n) return fixed('cd03');
    if (/^ret[nf]?$/.test(mnemonic)) return returnPopping(mnemonic, first.number);
  }
  if (first.kind === 'register' && first.register.class === 'segment') {
    const [push, pop] = SEGMENT_STACK[first.register.name]!;
    if (mnemonic === 'push') return fixed(push);
    if (mnemonic === 'pop' && pop !== null) return fixed(pop);
  }
  if (mnemonic === 'nop' && first.kind === 'memory') return multiByteNop(first, bits, sibling);
  if (mnemonic === 'nop' && first.kind === 'register' && bits !== 64) {
    const { size, number } = first.register;
    return fixed(`${size === 16 || size === 32 ? sizePrefix(size, bits) : ''}0f1fc${number}`);
  }
  return null;
}

function fixed(hex: string): Encoding {
  return { bytes: Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)), fields: [] };
}

function sizePrefix(size: Size, bits: Bits): string {
  if (bits === 64 || size === 64) return size === 64 ? '48' : size === 16 ? '66' : '';
  return size !== 0 && size !== bits ? '66' : '';
}

/** Little-endian bytes. */
function little(number: bigint, size: number): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < size; i++) bytes.push(Number((number >> BigInt(8 * i)) & 0xffn));
  return bytes;
}

/** 6A ib sign-extends a byte; 68 takes the operand size. */
function pushImmediate(form: Form): Encoding | null {
  const operand = form.operands[0];
  if (operand?.kind !== 'immediate') return null;
  // 64-bit code pushes eight bytes, made of four.
  const usual = form.bits === 16 ? 16 : 32;
  const size = operand.size === 16 || operand.size === 32 ? operand.size : usual;
  const prefix = size === usual ? [] : [0x66];
  const { number } = operand;
  const wide = number === 'open' || (operand.strict && operand.size !== 8) || !fitsSignedByte(number, size);
  if (!wide) return { bytes: Uint8Array.of(...prefix, 0x6a, Number(BigInt.asUintN(8, number))), fields: [] };
  const fields: Field[] =
    number === 'open' ? [{ operand: 0, selector: false, offset: prefix.length + 1, size: size / 8 }] : [];
  const value = number === 'open' ? OPEN_IMMEDIATE : number;
  return { bytes: Uint8Array.of(...prefix, 0x68, ...little(value, size / 8)), fields };
}

function returnPopping(mnemonic: string, number: bigint | 'open'): Encoding {
  if (number === 'open') throw new EncodeError('the number of bytes to pop must be known at assembly');
  return { bytes: Uint8Array.of(mnemonic === 'retf' ? 0xca : 0xc2, ...little(number, 2)), fields: [] };
}

/** EA and 9A: jump and call to a selector and offset put in the instruction. */
function farDirect(form: Form): Encoding {
  const operand = form.operands[0];
  if (operand?.kind !== 'far' || form.operands.length > 1 || !['jmp', 'call'].includes(form.mnemonic)) {
    throw new EncodeError(`'selector:offset' belongs to jmp and call only`);
  }
  const size = operand.size === 16 || operand.size === 32 ? operand.size : form.bits;
  const prefix = size === form.bits ? [] : [0x66];
  const at = prefix.length + 1;
  const fields: Field[] = [];
  if (operand.offset === 'open') fields.push({ operand: 0, selector: false, offset: at, size: size / 8 });
  if (operand.selector === 'open') fields.push({ operand: 0, selector: true, offset: at + size / 8, size: 2 });
  const offset = operand.offset === 'open' ? 0n : operand.offset;
  const selector = operand.selector === 'open' ? 0n : operand.selector;
  const opcode = form.mnemonic === 'jmp' ? 0xea : 0x9a;
  return { bytes: Uint8Array.of(...prefix, opcode, ...little(offset, size / 8), ...little(selector, 2)), fields };
}

/** Two registers: either may be the ModRM's `reg`; NASM takes the first, keystone the second. */
function exchange(first: OperandForm, second: OperandForm, bits: Bits): Encoding | null {
  if (first.kind !== 'register' || second.kind !== 'register') return null;
  const [a, b] = [first.register, second.register];
  if (a.class !== 'general' || b.class !== 'general' || a.size !== b.size) return null;
  if (bits === 64) return null;
  // With the accumulator there is a form of one byte.
  if (a.size !== 8 && (a.number === 0 || b.number === 0)) return null;
  const prefix = a.size === 8 ? [] : a.size === bits ? [] : [0x66];
  return { bytes: Uint8Array.of(...prefix, a.size === 8 ? 0x86 : 0x87, 0xc0 | (a.number << 3) | b.number), fields: [] };
}

/** FF /5 and FF /3, whose ModRM is that of `inc` (FF /0) but for the middle field. */
function farIndirect(form: Form, memory: MemoryForm, sibling: Sibling): Encoding {
  const reg = { jmp: 5, call: 3 }[form.mnemonic];
  if (reg === undefined || form.operands.length > 1) throw new EncodeError("'far' belongs to jmp and call only");
  const size = memory.size === 16 || memory.size === 32 ? memory.size : form.bits;
  const bytes = sibling('inc', { ...memory, size, far: false });
  const modrm = bytes.indexOf(0xff) + 1;
  bytes[modrm] = bytes[modrm]! | (reg << 3);
  return { bytes, fields: [] };
}

/** 0F 1F /0, whose ModRM is that of `sldt` (0F 00 /0). */
function multiByteNop(memory: MemoryForm, bits: Bits, sibling: Sibling): Encoding {
  const bytes = sibling('sldt', { ...memory, size: null });
  bytes[bytes.indexOf(0x0f) + 1] = 0x1f;
  const sized = memory.size !== null && memory.size !== bits;
  return { bytes: sized ? Uint8Array.of(0x66, ...bytes) : bytes, fields: [] };
}
