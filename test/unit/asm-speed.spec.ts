/** A source of 20,000 lines takes seconds, and twice the lines twice the time. */

import { expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';

/** Routines with macros, local labels, jumps forwards, tables: each a little different from the others. */
function source(lines: number): string {
  const out = ['%macro two 2', '        mov     %1, %2', '        inc     %1', '%endmacro'];
  for (let i = 1; out.length < lines; i++) {
    out.push(
      `proc${i}:`,
      '        push    ebp',
      '        mov     ebp, esp',
      `        mov     eax, [ebp + 8 + ${i % 64}]`,
      `        add     eax, ${i * 7}`,
      `        cmp     eax, [table${i % 50} + ebx*4]`,
      '        jz      .no',
      `        two     ecx, ${i}`,
      `        call    proc${Math.max(1, i - 3)}`,
      '.no:    leave',
      '        ret',
      `data${i}: dd ${i}, proc${i}`,
      `        db      'text ${i}', 0`,
      '        align   4',
    );
  }
  for (let i = 0; i < 50; i++) out.push(`table${i}: dd ${i}`);
  return out.join('\n');
}

/** In milliseconds of this process's own time: other programs do not count. */
function cost(lines: number): number {
  const text = source(lines);
  const before = process.cpuUsage();
  const { ok } = assemble(text, { bits: 32 });
  expect(ok).toBe(true);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test('20,000 lines in under 3 seconds, growing linearly', () => {
  cost(2000);
  const [some, all] = [cost(10_000), cost(20_000)];
  expect(all).toBeLessThan(3000);
  // Twice the lines; the rest is room for the garbage collector.
  expect(all / some).toBeLessThan(4);
});
