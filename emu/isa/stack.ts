import type { Instruction } from './instruction.ts';

const segment = (name: string, push: string, pop?: string): Instruction[] => [
  { name: 'push', kind: 'special', value: 'pushSegment', sized: true, encodings: { [push]: `-,${name}` } },
  ...(pop
    ? [
        {
          name: 'pop',
          kind: 'special',
          value: 'popSegment',
          sized: true,
          ends: true,
          encodings: { [pop]: name },
        } as const,
      ]
    : []),
];

export const stack: Instruction[] = [
  {
    name: 'push',
    kind: 'push',
    encodings: { '50+': 'Zv', '68': 'Iv', '6a': 'sIb', 'ff /6': 'Ev' },
    hot: ['r', 'i', 'm'],
  },
  { name: 'pop', kind: 'pop', encodings: { '58+': 'Zv', '8f /0': 'Ev' }, hot: ['r'] },
  ...segment('ES', '06', '07'),
  ...segment('CS', '0e'),
  ...segment('SS', '16', '17'),
  ...segment('DS', '1e', '1f'),
  ...segment('FS', '0f a0', '0f a1'),
  ...segment('GS', '0f a8', '0f a9'),
  {
    name: 'pusha',
    kind: 'special',
    value: 'pusha',
    sized: true,
    encodings: { '60': '' },
    hot: [''],
    hotNeeds: ['stack'],
  },
  {
    name: 'popa',
    kind: 'special',
    value: 'popa',
    sized: true,
    encodings: { '61': '' },
    hot: [''],
    hotNeeds: ['stack'],
  },
  {
    name: 'pushf',
    kind: 'special',
    value: 'pushf',
    sized: true,
    reads: true,
    encodings: { '9c': '' },
    hot: [''],
    hotNeeds: ['stack'],
  },
  {
    name: 'popf',
    kind: 'special',
    value: 'popf',
    sized: true,
    writes: 'all',
    encodings: { '9d': '' },
    hot: [''],
    hotNeeds: ['stack'],
  },
  { name: 'enter', kind: 'special', value: 'enter', sized: true, encodings: { c8: 'Iw,Ib' } },
  {
    name: 'leave',
    kind: 'special',
    value: 'leaveFrame',
    sized: true,
    encodings: { c9: '' },
    hot: [''],
    hotNeeds: ['stack'],
  },
];
