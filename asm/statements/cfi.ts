/**
 * Directives that tell a debugger how to find the caller's frame, under the names of GNU as, and one
 * of our own for what the processor pushes in a trap. asm/debug/frames.ts says what they mean.
 */

import { SourceError } from '../diagnostics.ts';
import { type Expression, type NameResolver, parseExpression } from '../expressions/expression.ts';
import type { Cursor, Token } from '../source/lexer.ts';

/** What each takes: a register, a number. */
const DIRECTIVES = {
  cfi_startproc: '',
  cfi_endproc: '',
  cfi_def_cfa: 'rn',
  cfi_def_cfa_register: 'r',
  cfi_def_cfa_offset: 'n',
  cfi_adjust_cfa_offset: 'n',
  cfi_offset: 'rn',
  cfi_restore: 'r',
  cfi_same_value: 'r',
  cfi_undefined: 'r',
  cfi_remember_state: '',
  cfi_restore_state: '',
  cfi_signal_frame: '',
  cfi_trap_frame: 'n',
} as const;

export type CfiName = keyof typeof DIRECTIVES;

/** The i386 ABI's numbers of registers in debug information. */
const REGISTERS = 'eax ecx edx ebx esp ebp esi edi eip eflags'.split(' ');

export interface Cfi {
  readonly name: CfiName;
  /** -1 without one. */
  readonly register: number;
  readonly number: Expression | null;
}

export const CFI_DIRECTIVES: ReadonlySet<string> = new Set(Object.keys(DIRECTIVES));

export function parseCfi(word: string, at: Token, cursor: Cursor, nameOf: NameResolver): Cfi {
  const name = word as CfiName;
  const wants: string = DIRECTIVES[name];
  let register = -1;
  if (wants.startsWith('r')) {
    const token = cursor.next();
    register = REGISTERS.indexOf(token?.text.toLowerCase() ?? '');
    if (register < 0) throw new SourceError(`expected one of ${REGISTERS.join(', ')}`, token ?? at);
    if (wants === 'rn') cursor.expect(',', 'and a number');
  }
  const number = wants.endsWith('n') ? parseExpression(cursor, nameOf) : null;
  cursor.end(`'${word}'`);
  return { name, register, number };
}
