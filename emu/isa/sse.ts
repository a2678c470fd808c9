import type { Instruction } from './instruction.ts';

const special = (name: string, value: string, encodings: Record<string, string>): Instruction => ({
  name,
  kind: 'special',
  value,
  encodings,
});

export const sse: Instruction[] = [
  special('fxsave', 'fxsave', { 'np 0f ae /0': 'M' }),
  special('fxrstor', 'fxrstor', { 'np 0f ae /1': 'M' }),
  special('ldmxcsr', 'ldmxcsr', { 'np 0f ae /2': 'Md' }),
  special('stmxcsr', 'stmxcsr', { 'np 0f ae /3': 'Md' }),
];
