import { conditions, hex, type Instruction } from './instruction.ts';

const test = (name: string, opcode: number, digit: number, changes: boolean): Instruction[] => [
  {
    name,
    kind: 'special',
    value: name,
    writes: 'some',
    ...(changes && { lock: true }),
    encodings: { [`0f ${hex(opcode)}`]: 'Ev,Gv' },
  },
  {
    name,
    kind: 'special',
    value: `${name}Immediate`,
    writes: 'some',
    ...(changes && { lock: true }),
    encodings: { [`0f ba /${digit}`]: 'Ev,Ib' },
  },
];

export const bits: Instruction[] = [
  ...test('bt', 0xa3, 4, false),
  ...test('bts', 0xab, 5, true),
  ...test('btr', 0xb3, 6, true),
  ...test('btc', 0xbb, 7, true),
  { name: 'bsf', kind: 'special', value: 'bsf', writes: 'some', encodings: { '0f bc': 'Gv,Ev' } },
  { name: 'bsr', kind: 'special', value: 'bsr', writes: 'some', encodings: { '0f bd': 'Gv,Ev' } },
  ...conditions.map(
    (condition, code): Instruction => ({
      name: `set${condition}`,
      kind: 'set',
      condition,
      reads: true,
      encodings: { [`0f ${hex(0x90 + code)}`]: 'Eb' },
      hot: ['r8'],
    }),
  ),
  { name: 'clc', kind: 'special', value: 'clc', writes: 'some', pure: true, encodings: { f8: '' } },
  { name: 'stc', kind: 'special', value: 'stc', writes: 'some', pure: true, encodings: { f9: '' } },
  { name: 'cmc', kind: 'special', value: 'cmc', reads: true, writes: 'some', pure: true, encodings: { f5: '' } },
  { name: 'cld', kind: 'special', value: 'cld', pure: true, encodings: { fc: '' }, hot: [''] },
  { name: 'std', kind: 'special', value: 'std', pure: true, encodings: { fd: '' } },
  { name: 'lahf', kind: 'special', value: 'lahf', reads: true, pure: true, encodings: { '9f': '' } },
  { name: 'sahf', kind: 'special', value: 'sahf', reads: true, writes: 'some', pure: true, encodings: { '9e': '' } },
  { name: 'salc', kind: 'special', value: 'salc', reads: true, pure: true, encodings: { d6: '' } }, // in no manual before 2010, in every processor
];
