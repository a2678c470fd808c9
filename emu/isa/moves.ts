import { conditions, type Form, hex, type Instruction } from './instruction.ts';

const load = (name: string, opcode: string): Instruction => ({
  name,
  kind: 'special',
  value: name,
  ends: true,
  encodings: { [opcode]: 'Gv,Mp' },
});
const every: Form[] = ['rr', 'ri', 'rm', 'mr', 'mi', 'rr8', 'ri8', 'rm8', 'mr8', 'mi8', 'rr16', 'rm16', 'mr16', 'mi16'];

export const moves: Instruction[] = [
  {
    name: 'mov',
    kind: 'assign',
    value: 'same',
    hot: every,
    encodings: {
      '88': 'Eb,Gb',
      '89': 'Ev,Gv',
      '8a': 'Gb,Eb',
      '8b': 'Gv,Ev',
      'c6 /0': 'Eb,Ib',
      'c7 /0': 'Ev,Iv',
      'b0+': 'Zb,Ib',
      'b8+': 'Zv,Iv',
      a0: 'AL,Ob',
      a1: 'eAX,Ov',
      a2: 'Ob,AL',
      a3: 'Ov,eAX',
    },
  },
  {
    name: 'movzx',
    kind: 'assign',
    value: 'zeroExtend',
    encodings: { '0f b6': 'Gv,Eb', '0f b7': 'Gv,Ew' },
    hot: ['rr8', 'rm8', 'rr16', 'rm16'],
  },
  {
    name: 'movsx',
    kind: 'assign',
    value: 'signExtend',
    encodings: { '0f be': 'Gv,Eb', '0f bf': 'Gv,Ew' },
    hot: ['rr8', 'rm8', 'rr16', 'rm16'],
  },
  ...conditions.map(
    (condition, code): Instruction => ({
      name: `cmov${condition}`,
      kind: 'select',
      condition,
      reads: true,
      encodings: { [`0f ${hex(0x40 + code)}`]: 'Gv,Ev' },
      hot: ['rr'],
    }),
  ),
  { name: 'lea', kind: 'address', encodings: { '8d': 'Gv,M' }, hot: ['rm'] },
  {
    name: 'nop',
    kind: 'special',
    value: 'nop',
    pure: true,
    hot: [''],
    encodings: {
      '90': '', // with F3: pause
      '0f 0d': 'H', // prefetchw
      ...Object.fromEntries([0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f].map((n) => [`0f ${hex(n)}`, 'H'])), // prefetch, hints
    },
  },
  {
    name: 'xchg',
    kind: 'special',
    value: 'xchg',
    lock: true,
    hot: ['rr'],
    encodings: {
      '86': 'Eb,Gb',
      '87': 'Ev,Gv',
      ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((n) => [hex(0x90 + n), 'Zv,eAX'])),
    },
  },
  {
    name: 'bswap',
    kind: 'special',
    value: 'bswapRegister',
    sized: true,
    pure: true,
    encodings: { '0f c8+': 'Zd' },
    hot: ['r'],
  },
  { name: 'xlat', kind: 'special', value: 'xlat', encodings: { d7: '' } },

  { name: 'mov', kind: 'special', value: 'movFromSegment', encodings: { '8c': 'Ev,Sw' } },
  {
    name: 'mov',
    kind: 'special',
    value: 'movToSegment',
    encodings: { '8e': 'Sw,Ew' },
    hot: ['rr'],
    hotNeeds: ['code'],
  },
  load('les', 'c4'),
  load('lds', 'c5'),
  load('lss', '0f b2'),
  load('lfs', '0f b4'),
  load('lgs', '0f b5'),
];
