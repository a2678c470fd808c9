import { type Condition, type Form, hex, type Instruction, type Operands } from './instruction.ts';

const every: Condition[] = ['b', 'ae', 'e', 'ne', 'be', 'a', 'l', 'ge', 'le', 'g'];
const most: Condition[] = [...every, 's', 'ns'];
const unsigned: Condition[] = ['b', 'ae', 'e', 'ne', 'be', 'a'];
const zero: Condition[] = ['e', 'ne'];

const dwords: Form[] = ['rr', 'ri', 'rm', 'mr', 'mi'];
const toRegister: Form[] = ['rr', 'ri', 'rm'];

/** The eight classic operations share a pattern of the one-byte map and group 1. */
const classic = (digit: number): Record<string, Operands> => ({
  [hex(digit * 8)]: 'Eb,Gb',
  [hex(digit * 8 + 1)]: 'Ev,Gv',
  [hex(digit * 8 + 2)]: 'Gb,Eb',
  [hex(digit * 8 + 3)]: 'Gv,Ev',
  [hex(digit * 8 + 4)]: 'AL,Ib',
  [hex(digit * 8 + 5)]: 'eAX,Iv',
  [`80 /${digit}`]: 'Eb,Ib',
  [`81 /${digit}`]: 'Ev,Iv',
  [`82 /${digit}`]: 'Eb,Ib',
  [`83 /${digit}`]: 'Ev,sIb',
});
const group3 = (digit: number): Record<string, Operands> => ({ [`f6 /${digit}`]: 'Eb', [`f7 /${digit}`]: 'Ev' });

export const arithmetic: Instruction[] = [
  { name: 'add', kind: 'update', value: 'add', flags: 'addFlags', lock: true, encodings: classic(0), hot: dwords },
  { name: 'or', kind: 'update', value: 'or', flags: 'logicFlags', lock: true, encodings: classic(1), hot: toRegister },
  {
    name: 'adc',
    kind: 'update',
    value: 'adc',
    flags: 'addFlags',
    reads: true,
    lock: true,
    encodings: classic(2),
    hot: ['rr', 'ri'],
  },
  {
    name: 'sbb',
    kind: 'update',
    value: 'sbb',
    flags: 'subFlags',
    reads: true,
    lock: true,
    encodings: classic(3),
    hot: ['rr', 'ri'],
  },
  {
    name: 'and',
    kind: 'update',
    value: 'and',
    flags: 'logicFlags',
    lock: true,
    encodings: classic(4),
    hot: toRegister,
    fuse: { family: 'afterLogic', forms: { ri: every } },
  },
  {
    name: 'sub',
    kind: 'update',
    value: 'sub',
    flags: 'subFlags',
    lock: true,
    encodings: classic(5),
    hot: dwords,
    fuse: { family: 'afterSub', forms: { rr: every, ri: every } },
  },
  {
    name: 'xor',
    kind: 'update',
    value: 'xor',
    flags: 'logicFlags',
    lock: true,
    encodings: classic(6),
    hot: [...toRegister, 'rr8', 'ri8', 'rm8'],
  },
  {
    name: 'cmp',
    kind: 'compare',
    value: 'sub',
    flags: 'subFlags',
    encodings: classic(7),
    hot: [...dwords, 'rr8', 'ri8', 'mi8'],
    fuse: {
      family: 'afterSub',
      forms: { rr: every, ri: every, rm: unsigned, mr: unsigned, mi: unsigned, ri8: unsigned, mi8: zero },
    },
  },
  {
    name: 'test',
    kind: 'compare',
    value: 'and',
    flags: 'logicFlags',
    hot: [...dwords, 'rr8', 'ri8', 'mi8'],
    encodings: {
      '84': 'Eb,Gb',
      '85': 'Ev,Gv',
      a8: 'AL,Ib',
      a9: 'eAX,Iv',
      'f6 /0': 'Eb,Ib',
      'f7 /0': 'Ev,Iv',
      'f6 /1': 'Eb,Ib',
      'f7 /1': 'Ev,Iv',
    },
    fuse: { family: 'afterLogic', forms: { rr: most, ri: zero, rr8: zero, ri8: zero } },
  },

  {
    name: 'inc',
    kind: 'modify',
    value: 'inc',
    flags: 'incFlags',
    writes: 'some',
    lock: true,
    encodings: { '40+': 'Zv', 'fe /0': 'Eb', 'ff /0': 'Ev' },
    hot: ['r', 'm'],
  },
  {
    name: 'dec',
    kind: 'modify',
    value: 'dec',
    flags: 'decFlags',
    writes: 'some',
    lock: true,
    encodings: { '48+': 'Zv', 'fe /1': 'Eb', 'ff /1': 'Ev' },
    hot: ['r', 'm'],
    fuse: { family: 'afterDec', forms: { r: zero } },
  },
  { name: 'not', kind: 'modify', value: 'not', lock: true, encodings: group3(2), hot: ['r'] },
  { name: 'neg', kind: 'modify', value: 'neg', flags: 'negFlags', lock: true, encodings: group3(3), hot: ['r'] },

  { name: 'mul', kind: 'consume', value: 'mul', writes: 'all', encodings: group3(4), hot: ['r'] },
  { name: 'imul', kind: 'consume', value: 'imulWide', writes: 'all', encodings: group3(5) },
  { name: 'div', kind: 'consume', value: 'div', encodings: group3(6), hot: ['r'] },
  { name: 'idiv', kind: 'consume', value: 'idiv', encodings: group3(7), hot: ['r'] },
  {
    name: 'imul',
    kind: 'update',
    value: 'imul',
    flags: 'imulFlags',
    hot: ['rr', 'rm', 'rri'],
    encodings: { '0f af': 'Gv,Ev', '69': 'Gv,Ev,Iv', '6b': 'Gv,Ev,sIb' },
  },

  { name: 'daa', kind: 'special', value: 'daa', reads: true, writes: 'all', pure: true, encodings: { '27': '' } },
  { name: 'das', kind: 'special', value: 'das', reads: true, writes: 'all', pure: true, encodings: { '2f': '' } },
  { name: 'aaa', kind: 'special', value: 'aaa', reads: true, writes: 'all', pure: true, encodings: { '37': '' } },
  { name: 'aas', kind: 'special', value: 'aas', reads: true, writes: 'all', pure: true, encodings: { '3f': '' } },
  { name: 'aam', kind: 'special', value: 'aam', writes: 'all', encodings: { d4: 'Ib' } },
  { name: 'aad', kind: 'special', value: 'aad', writes: 'all', pure: true, encodings: { d5: 'Ib' } },
  { name: 'cbw', kind: 'special', value: 'convert', sized: true, pure: true, encodings: { '98': '' } }, // cwde
  { name: 'cwd', kind: 'special', value: 'convertDouble', sized: true, pure: true, encodings: { '99': '' }, hot: [''] }, // cdq

  {
    name: 'xadd',
    kind: 'special',
    value: 'xadd',
    writes: 'all',
    lock: true,
    encodings: { '0f c0': 'Eb,Gb', '0f c1': 'Ev,Gv' },
  },
  {
    name: 'cmpxchg',
    kind: 'special',
    value: 'cmpxchg',
    writes: 'all',
    lock: true,
    encodings: { '0f b0': 'Eb,Gb', '0f b1': 'Ev,Gv' },
  },
  {
    name: 'cmpxchg8b',
    kind: 'special',
    value: 'cmpxchg8b',
    writes: 'some',
    lock: true,
    encodings: { '0f c7 /1': 'M' },
  },
];
