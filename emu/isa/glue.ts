import type { Instruction } from './instruction.ts';

/** Not instructions of the guest: what the decoder puts between and around them (emu/core/blocks.ts). */
export const glue: Instruction[] = [
  { name: 'undefined', kind: 'special', value: 'undefinedOpcode', ends: true, encodings: {} },
  { name: 'outside', kind: 'special', value: 'outside', ends: true, encodings: {} },
  { name: 'fetch', kind: 'special', value: 'fetch', encodings: {} },
  { name: 'link', kind: 'special', value: 'link', encodings: {} },
  { name: 'bridge', kind: 'special', value: 'bridge', encodings: {}, hot: [''] },
  { name: 'onward', kind: 'jump', encodings: {}, hot: [''] },
];
