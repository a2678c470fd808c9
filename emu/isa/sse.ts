import type { Instruction } from './instruction.ts';

const special = (
  name: string,
  value: string,
  encodings: Record<string, string>,
  more: Partial<Instruction> = {},
): Instruction => ({ name, kind: 'special', value, encodings, ...more });

/** The four types of floating-point data, by mandatory prefix. */
const ps = (name: string, opcode: string): Instruction => special(name, name, { [`np 0f ${opcode}`]: 'Vps,Wps' });
const pd = (name: string, opcode: string): Instruction => special(name, name, { [`66 0f ${opcode}`]: 'Vpd,Wpd' });
const ss = (name: string, opcode: string): Instruction => special(name, name, { [`f3 0f ${opcode}`]: 'Vss,Wss' });
const sd = (name: string, opcode: string): Instruction => special(name, name, { [`f2 0f ${opcode}`]: 'Vsd,Wsd' });
const all = (name: string, opcode: string): Instruction[] => [
  ps(`${name}ps`, opcode),
  pd(`${name}pd`, opcode),
  ss(`${name}ss`, opcode),
  sd(`${name}sd`, opcode),
];
/** What moves or combines bits is the same for singles and doubles. */
const either = (name: string, value: string, opcode: string, operands: string): Instruction =>
  special(name, value, { [`np 0f ${opcode}`]: operands, [`66 0f ${opcode}`]: operands });
const compares = (name: string, opcode: string, type: string): Instruction =>
  special(name, name, { [opcode]: `V${type},W${type}` }, { writes: 'some' });

export const sse: Instruction[] = [
  either('movups', 'movuLoad', '10', 'Vps,Wps'),
  either('movups', 'movuStore', '11', 'Wps,Vps'),
  special('movss', 'movssLoad', { 'f3 0f 10': 'Vss,Wss' }),
  special('movss', 'movssStore', { 'f3 0f 11': 'Wss,Vss' }),
  special('movsd', 'movsdLoad', { 'f2 0f 10': 'Vsd,Wsd' }),
  special('movsd', 'movsdStore', { 'f2 0f 11': 'Wsd,Vsd' }),
  either('movlps', 'movlLoad', '12', 'Vq,Mq'),
  either('movlps', 'movlStore', '13', 'Mq,Vq'),
  special('movhlps', 'movhlps', { 'np 0f 12': 'Vq,Uq' }),
  special('unpcklps', 'punpckldq', { 'np 0f 14': 'Vps,Wps' }),
  special('unpcklpd', 'punpcklqdq', { '66 0f 14': 'Vpd,Wpd' }),
  special('unpckhps', 'punpckhdq', { 'np 0f 15': 'Vps,Wps' }),
  special('unpckhpd', 'punpckhqdq', { '66 0f 15': 'Vpd,Wpd' }),
  either('movhps', 'movhLoad', '16', 'Vq,Mq'),
  either('movhps', 'movhStore', '17', 'Mq,Vq'),
  special('movlhps', 'movhLoad', { 'np 0f 16': 'Vq,Uq' }),
  either('movaps', 'movaLoad', '28', 'Vps,Wps'),
  either('movaps', 'movaStore', '29', 'Wps,Vps'),
  either('movntps', 'movaStore', '2b', 'Mps,Vps'),
  special('movmskps', 'movmskps', { 'np 0f 50': 'Gd,Ups' }),
  special('movmskpd', 'movmskpd', { '66 0f 50': 'Gd,Upd' }),

  special('cvtpi2ps', 'cvtpi2ps', { 'np 0f 2a': 'Vps,Qpi' }),
  special('cvtpi2pd', 'cvtpi2pd', { '66 0f 2a': 'Vpd,Qpi' }),
  special('cvtsi2ss', 'cvtsi2ss', { 'f3 0f 2a': 'Vss,Ed' }),
  special('cvtsi2sd', 'cvtsi2sd', { 'f2 0f 2a': 'Vsd,Ed' }),
  special('cvttps2pi', 'cvttps2pi', { 'np 0f 2c': 'Ppi,Wps' }),
  special('cvttpd2pi', 'cvttpd2pi', { '66 0f 2c': 'Ppi,Wpd' }),
  special('cvttss2si', 'cvttss2si', { 'f3 0f 2c': 'Gd,Wss' }),
  special('cvttsd2si', 'cvttsd2si', { 'f2 0f 2c': 'Gd,Wsd' }),
  special('cvtps2pi', 'cvtps2pi', { 'np 0f 2d': 'Ppi,Wps' }),
  special('cvtpd2pi', 'cvtpd2pi', { '66 0f 2d': 'Ppi,Wpd' }),
  special('cvtss2si', 'cvtss2si', { 'f3 0f 2d': 'Gd,Wss' }),
  special('cvtsd2si', 'cvtsd2si', { 'f2 0f 2d': 'Gd,Wsd' }),
  ps('cvtps2pd', '5a'),
  pd('cvtpd2ps', '5a'),
  ss('cvtss2sd', '5a'),
  sd('cvtsd2ss', '5a'),
  ps('cvtdq2ps', '5b'),
  pd('cvtps2dq', '5b'),
  ss('cvttps2dq', '5b'),
  pd('cvttpd2dq', 'e6'),
  ss('cvtdq2pd', 'e6'),
  sd('cvtpd2dq', 'e6'),

  compares('ucomiss', 'np 0f 2e', 'ss'),
  compares('ucomisd', '66 0f 2e', 'sd'),
  compares('comiss', 'np 0f 2f', 'ss'),
  compares('comisd', '66 0f 2f', 'sd'),
  special('cmpps', 'cmpps', { 'np 0f c2': 'Vps,Wps,Ib' }),
  special('cmppd', 'cmppd', { '66 0f c2': 'Vpd,Wpd,Ib' }),
  special('cmpss', 'cmpss', { 'f3 0f c2': 'Vss,Wss,Ib' }),
  special('cmpsd', 'cmpsd', { 'f2 0f c2': 'Vsd,Wsd,Ib' }),

  ...all('sqrt', '51'),
  ps('rsqrtps', '52'),
  ss('rsqrtss', '52'),
  ps('rcpps', '53'),
  ss('rcpss', '53'),
  either('andps', 'pand', '54', 'Vps,Wps'),
  either('andnps', 'pandn', '55', 'Vps,Wps'),
  either('orps', 'por', '56', 'Vps,Wps'),
  either('xorps', 'pxor', '57', 'Vps,Wps'),
  ...all('add', '58'),
  ...all('mul', '59'),
  ...all('sub', '5c'),
  ...all('min', '5d'),
  ...all('div', '5e'),
  ...all('max', '5f'),
  special('shufps', 'shufps', { 'np 0f c6': 'Vps,Wps,Ib' }),
  special('shufpd', 'shufpd', { '66 0f c6': 'Vpd,Wpd,Ib' }),

  special('movdqa', 'movaLoad', { '66 0f 6f': 'Vdq,Wdq' }),
  special('movdqa', 'movaStore', { '66 0f 7f': 'Wdq,Vdq' }),
  special('movdqu', 'movuLoad', { 'f3 0f 6f': 'Vdq,Wdq' }),
  special('movdqu', 'movuStore', { 'f3 0f 7f': 'Wdq,Vdq' }),
  special('movntdq', 'movaStore', { '66 0f e7': 'Mdq,Vdq' }),
  special('movnti', 'movnti', { 'np 0f c3': 'Md,Gd' }),
  special('movq2dq', 'movq2dq', { 'f3 0f d6': 'Vdq,Nq' }),
  special('movdq2q', 'movdq2q', { 'f2 0f d6': 'Pq,Uq' }),
  special('pshufd', 'pshufd', { '66 0f 70': 'Vdq,Wdq,Ib' }),
  special('pshufhw', 'pshufhw', { 'f3 0f 70': 'Vdq,Wdq,Ib' }),
  special('pshuflw', 'pshuflw', { 'f2 0f 70': 'Vdq,Wdq,Ib' }),

  special('fxsave', 'fxsave', { 'np 0f ae /0': 'M' }),
  special('fxrstor', 'fxrstor', { 'np 0f ae /1': 'M' }),
  special('ldmxcsr', 'ldmxcsr', { 'np 0f ae /2': 'Md' }),
  special('stmxcsr', 'stmxcsr', { 'np 0f ae /3': 'Md' }),
  special('clflush', 'clflush', { 'np 0f ae /7': 'Mb' }),
  // Three registers-only encodings that use none: LFENCE, MFENCE, SFENCE.
  ...['lfence', 'mfence', 'sfence'].map((name, n) => special(name, 'fence', { [`np 0f ae /${5 + n}`]: 'Rd' })),
];
