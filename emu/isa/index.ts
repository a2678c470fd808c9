import { arithmetic } from './arithmetic.ts';
import { bits } from './bits.ts';
import { branches } from './branches.ts';
import { fpu } from './fpu.ts';
import { glue } from './glue.ts';
import type { Instruction } from './instruction.ts';
import { mmx } from './mmx.ts';
import { moves } from './moves.ts';
import { shifts } from './shifts.ts';
import { sse } from './sse.ts';
import { stack } from './stack.ts';
import { strings } from './strings.ts';
import { systemInstructions } from './system.ts';

/** The whole instruction set. The glue comes first, so that case 0 is "undefined". */
export const instructions: readonly Instruction[] = [
  ...glue,
  ...arithmetic,
  ...shifts,
  ...bits,
  ...moves,
  ...stack,
  ...branches,
  ...strings,
  ...systemInstructions,
  ...fpu,
  ...mmx,
  ...sse,
];
