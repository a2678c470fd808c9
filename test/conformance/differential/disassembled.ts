import { disassemble } from '../../../asm/disassemble.ts';
import type { Case } from './case.ts';

const VIRTUAL = 0x20000;

/** A case's program for people to read. */
export function disassembled({ mem, init }: Case): string {
  const [address, code] = mem[0]!;
  const lines = disassemble(code, { address, bits: init.eflags & VIRTUAL ? 16 : 32 });
  return lines.map(({ text }) => text).join('\n');
}
