/**
 * Prints a form in the one way keystone is spoken to: lower case, sizes as `dword ptr`, every
 * number as 0x, because keystone's radix is uninitialised and only a prefix makes it certain.
 */

import {
  addressSize,
  type Form,
  fits,
  immediateWidth,
  type MemoryForm,
  OPEN_DISPLACEMENT,
  OPEN_IMMEDIATE,
  type OperandForm,
} from './form.ts';
import type { Register } from './registers.ts';

const SIZE_WORDS: Readonly<Record<number, string>> = {
  8: 'byte',
  16: 'word',
  32: 'dword',
  48: 'fword',
  64: 'qword',
  80: 'xword',
  128: 'xmmword',
};

/** The statement as keystone gets it, prefixes left out (they are put before the bytes by us). */
export function printForm(form: Form): string {
  const operands = form.operands.map((operand, i) => printOperand(operand, form, i));
  return operands.length > 0 ? `${form.mnemonic} ${operands.join(', ')}` : form.mnemonic;
}

function printOperand(operand: OperandForm, form: Form, at: number): string {
  switch (operand.kind) {
    case 'register':
      return printRegister(operand.register);
    case 'memory':
      return printMemory(operand, form);
    case 'immediate':
      return printImmediate(operand.number, form, at);
    case 'far':
      return `${String(operand.selector)}:${String(operand.offset)}`;
  }
}

export function printRegister(register: Register): string {
  return register.class === 'float' ? `st(${register.number})` : register.name;
}

function printImmediate(number: bigint | 'open', form: Form, at: number): string {
  const width = immediateWidth(form, at) ?? 32;
  if (number === 'open') return hex(BigInt.asUintN(width, OPEN_IMMEDIATE));
  const wrapped = BigInt.asIntN(width, number);
  // Where the manual has a plain byte (ports, vectors, counts), the byte; elsewhere the signed number, so that
  // 0xfffffff0 is known to be -16 and takes the short form.
  const first = form.operands[0];
  const signed =
    first?.kind !== 'immediate' && !(width === 8 && first?.kind === 'register' && first.register.size !== 8);
  return hex(signed && fits(number, width) ? wrapped : BigInt.asUintN(width, number));
}

function printMemory(memory: MemoryForm, form: Form): string {
  const width = addressSize(memory, form.bits);
  const parts: string[] = [];
  if (memory.relative) parts.push('rip');
  if (memory.base) parts.push(memory.base.name);
  if (memory.index) parts.push(memory.scale === 1 ? memory.index.name : `${memory.index.name}*${memory.scale}`);
  let text = parts.join(' + ');
  if (memory.displacement === 'open') {
    const open = hex(BigInt.asUintN(width, OPEN_DISPLACEMENT));
    text = text === '' ? open : `${text} + ${open}`;
  } else if (text === '') {
    text = hex(BigInt.asUintN(width, memory.displacement));
  } else {
    const displacement = BigInt.asIntN(width, memory.displacement);
    if (displacement < 0n) text += ` - ${hex(-displacement)}`;
    else if (displacement > 0n) text += ` + ${hex(displacement)}`;
  }
  const size = memory.size !== null ? `${SIZE_WORDS[memory.size]} ptr ` : '';
  const segment = memory.segment ? `${memory.segment.name}:` : '';
  return `${size}${segment}[${text}]`;
}

function hex(number: bigint): string {
  return number < 0n ? `-0x${(-number).toString(16)}` : `0x${number.toString(16)}`;
}
