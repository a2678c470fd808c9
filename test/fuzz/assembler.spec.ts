/** Damaged sources: whatever a line says, the answer is code or a message, soon. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { corpus } from '../conformance/asm-corpus.ts';
import { Random } from './random.ts';

/** A slice; TRAPGATE_FUZZ_SOURCES=30000, 105,000 lines, takes minutes. */
const SOURCES = Number(process.env.TRAPGATE_FUZZ_SOURCES ?? 4000);
const MARKS = [...'%[](){}:,;+-*/\\\'"`$@.#!~^&|<>=?019abexyz \t'];
const WORDS = (
  '%macro %endmacro %rep %endrep %if %endif %else %1 %%x %push %pop %$x %rotate %include equ times db dd resb section ' +
  'struc endstruc istruc at iend align org absolute extern global common incbin bits $ $$ eax [ ] 0x7fffffff -1 byte ' +
  'dword far strict lock rep o16 st0 xmm0 cr0 1b 1f 1: weak static :function cfi_trap_frame cfi_offset cfi_startproc'
).split(' ');

const FORMATS = ['bin', 'elf32', 'elf32exec'] as const;

/** A line with some of its characters lost, added, or exchanged for another line's. */
function damage(line: string, lines: readonly string[], random: Random): string {
  let result = line;
  for (let wounds = 1 + random.below(3); wounds > 0; wounds--) {
    const at = random.below(result.length + 1);
    const [before, after] = [result.slice(0, at), result.slice(at)];
    const other = random.pick(lines);
    const ways = [
      () => before + random.pick(MARKS) + after,
      () => before + after.slice(1 + random.below(3)),
      () => `${before} ${random.pick(WORDS)} ${after}`,
      () => before + other.slice(random.below(other.length + 1)),
      () => result.replace(/\b\w+\b/, () => random.pick(WORDS)),
    ];
    result = random.pick(ways)();
  }
  return result;
}

test(`${SOURCES} damaged sources give code or messages with a place`, { timeout: 1_200_000 }, () => {
  const random = new Random(20_250_101);
  const files = ['include/proc.inc', 'include/printk.inc', 'cpu/entry.asm', 'cpu/gdt.asm', 'boot.asm'];
  const kernel = files.flatMap((name) => readFileSync(`guest/kernel/${name}`, 'utf8').split('\n'));
  const lines = [...corpus(), ...kernel];
  for (let i = 0; i < SOURCES; i++) {
    const source = Array.from({ length: 1 + random.below(6) }, () => damage(random.pick(lines), lines, random)).join(
      '\n',
    );
    const bits = random.pick([16, 32, 64] as const);
    const { ok, diagnostics } = assemble(source, { bits, format: random.pick(FORMATS), debug: true });
    expect(ok, source).toBe(!diagnostics.some((d) => d.severity === 'error'));
    for (const d of diagnostics) expect(d.line === 0 || d.text !== '' || d.message !== '', source).toBe(true);
  }
});
