import type { Instruction } from './instruction.ts';

/** The x87: its 2D opcode map has modrm as its second axis, so a row of eight is told by emu/core/x87/escape.ts. */
const escapeRow = (opcode: string, more: Partial<Instruction> = {}): Instruction => ({
  name: 'esc',
  kind: 'special',
  value: `escape${opcode.toUpperCase()}`,
  encodings: { [opcode]: 'F' },
  ...more,
});

export const fpu: Instruction[] = [
  { name: 'wait', kind: 'special', value: 'wait', encodings: { '9b': '' } },
  escapeRow('d8'),
  // FLDENV, FNSTENV, FRSTOR and FNSAVE are as long as the operand size makes them.
  escapeRow('d9', { sized: true }),
  // FCMOVcc reads the flags.
  escapeRow('da', { reads: true }),
  escapeRow('db', { reads: true, writes: 'some' }),
  escapeRow('dc'),
  escapeRow('dd', { sized: true }),
  escapeRow('de'),
  escapeRow('df', { writes: 'some' }),
];
