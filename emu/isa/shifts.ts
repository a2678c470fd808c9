import { hex, type Instruction, type Operands } from './instruction.ts';

const group2 = (digit: number): Record<string, Operands> => ({
  [`c0 /${digit}`]: 'Eb,Ib',
  [`c1 /${digit}`]: 'Ev,Ib',
  [`d0 /${digit}`]: 'Eb,1',
  [`d1 /${digit}`]: 'Ev,1',
  [`d2 /${digit}`]: 'Eb,CL',
  [`d3 /${digit}`]: 'Ev,CL',
});
const double = (name: string, opcode: number): Instruction[] => [
  { name, kind: 'special', value: name, writes: 'some', encodings: { [`0f ${hex(opcode)}`]: 'Ev,Gv,Ib' } },
  { name, kind: 'special', value: `${name}Cl`, writes: 'some', encodings: { [`0f ${hex(opcode + 1)}`]: 'Ev,Gv,CL' } },
];

export const shifts: Instruction[] = [
  {
    name: 'rol',
    kind: 'shift',
    value: 'rol',
    flags: 'rolFlags',
    writes: 'some',
    encodings: group2(0),
    hot: ['ri', 'rc'],
  },
  {
    name: 'ror',
    kind: 'shift',
    value: 'ror',
    flags: 'rorFlags',
    writes: 'some',
    encodings: group2(1),
    hot: ['ri', 'rc'],
  },
  { name: 'rcl', kind: 'shift', value: 'rcl', flags: 'rclFlags', reads: true, writes: 'some', encodings: group2(2) },
  { name: 'rcr', kind: 'shift', value: 'rcr', flags: 'rcrFlags', reads: true, writes: 'some', encodings: group2(3) },
  // /6 is an alias of /4 on every processor since the 8086.
  {
    name: 'shl',
    kind: 'shift',
    value: 'shl',
    flags: 'shlFlags',
    encodings: { ...group2(4), ...group2(6) },
    hot: ['ri', 'rc'],
  },
  { name: 'shr', kind: 'shift', value: 'shr', flags: 'shrFlags', encodings: group2(5), hot: ['ri', 'rc'] },
  { name: 'sar', kind: 'shift', value: 'sar', flags: 'sarFlags', encodings: group2(7), hot: ['ri', 'rc'] },
  ...double('shld', 0xa4),
  ...double('shrd', 0xac),
];
