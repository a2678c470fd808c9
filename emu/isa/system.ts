import type { Instruction } from './instruction.ts';

/** Instructions that see to the processor rather than to data. What changes how the next one is decoded ends its block. */
const system = (
  name: string,
  value: string,
  encodings: Record<string, string>,
  more: Partial<Instruction> = {},
): Instruction => ({
  name,
  kind: 'special',
  value,
  encodings,
  ...more,
});

export const systemInstructions: Instruction[] = [
  // Hot where the host needn't be asked or told; all others leave the switch.
  system('in', 'inImmediate', { e4: 'AL,Ib', e5: 'eAX,Ib' }, { hot: ['ri8'] }),
  system('in', 'inDx', { ec: 'AL', ed: 'eAX' }, { hot: ['r8'] }),
  system('out', 'outImmediate', { e6: 'AL,Ib', e7: 'eAX,Ib' }, { hot: ['ri8'] }),
  system('out', 'outDx', { ee: 'AL', ef: 'eAX' }, { hot: ['r8'] }),

  system('cli', 'cli', { fa: '' }, { hot: [''] }),
  system('sti', 'sti', { fb: '' }, { hot: [''] }),
  system('hlt', 'hlt', { f4: '' }, { ends: true }),

  system('sldt', 'sldt', { '0f 00 /0': 'Ev' }),
  system('str', 'str', { '0f 00 /1': 'Ev' }),
  system('lldt', 'lldt', { '0f 00 /2': 'Ew' }),
  system('ltr', 'ltr', { '0f 00 /3': 'Ew' }),
  system('verr', 'verr', { '0f 00 /4': 'Ew' }, { writes: 'some' }),
  system('verw', 'verw', { '0f 00 /5': 'Ew' }, { writes: 'some' }),
  system('sgdt', 'sgdt', { '0f 01 /0': 'M' }, { sized: true }),
  system('sidt', 'sidt', { '0f 01 /1': 'M' }, { sized: true }),
  system('lgdt', 'lgdt', { '0f 01 /2': 'M' }, { sized: true, ends: true }),
  system('lidt', 'lidt', { '0f 01 /3': 'M' }, { sized: true, ends: true }),
  system('smsw', 'smsw', { '0f 01 /4': 'Ev' }),
  system('lmsw', 'lmsw', { '0f 01 /6': 'Ew' }, { ends: true }),
  system('invlpg', 'invlpg', { '0f 01 /7': 'M' }, { ends: true }),
  system('lar', 'lar', { '0f 02': 'Gv,Ew' }, { writes: 'some' }),
  system('lsl', 'lsl', { '0f 03': 'Gv,Ew' }, { writes: 'some' }),
  system('clts', 'clts', { '0f 06': '' }, { ends: true }),
  system('invd', 'invd', { '0f 08': '' }, { ends: true }),
  system('wbinvd', 'wbinvd', { '0f 09': '' }, { ends: true }),
  system('cpuid', 'cpuid', { '0f a2': '' }),
  system('rdtsc', 'rdtsc', { '0f 31': '' }),
  system('rdpmc', 'rdpmc', { '0f 33': '' }),
  system('rdmsr', 'rdmsr', { '0f 32': '' }),
  system('wrmsr', 'wrmsr', { '0f 30': '' }, { ends: true }),
  system('sysenter', 'sysenter', { '0f 34': '' }, { ends: true }),
  system('sysexit', 'sysexit', { '0f 35': '' }, { ends: true }),
  // Undefined for good (SDM 2B, UD): ud2 alone, ud1 and ud0 with a modrm byte.
  system('ud2', 'undefinedOpcode', { '0f 0b': '' }, { ends: true }),
  system('ud1', 'undefinedOpcode', { '0f b9': 'E' }, { ends: true }),
  system('ud0', 'undefinedOpcode', { '0f ff': 'E' }, { ends: true }),

  system('mov', 'movFromCr', { '0f 20': 'Rd,Cd' }),
  system('mov', 'movFromDr', { '0f 21': 'Rd,Dd' }),
  system('mov', 'movToCr', { '0f 22': 'Cd,Rd' }, { ends: true }),
  system('mov', 'movToDr', { '0f 23': 'Dd,Rd' }, { ends: true }),
  system('arpl', 'arpl', { '63': 'Ew,Gw' }, { writes: 'some' }),
];
