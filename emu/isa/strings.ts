import type { Instruction } from './instruction.ts';

/** String instructions come in pairs, byte and operand-size; repetition is a prefix that their functions read from the record. */
const string = (name: string, opcode: number, writes?: 'all'): Instruction => ({
  name,
  kind: 'special',
  value: name,
  ...(writes && { writes }),
  encodings: { [opcode.toString(16)]: 'Yb', [(opcode + 1).toString(16)]: 'Yv' },
});

export const strings: Instruction[] = [
  string('ins', 0x6c),
  string('outs', 0x6e),
  string('movs', 0xa4),
  // With rep and a count of 0 they write no flags.
  { ...string('cmps', 0xa6), writes: 'some' },
  string('stos', 0xaa),
  string('lods', 0xac),
  { ...string('scas', 0xae), writes: 'some' },
];
