/**
 * make bench-asm: how long the assembler takes for 20,000 lines, whether twice the lines take twice the time, and what
 * NASM takes for the same source, if it is installed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../asm/index.ts';

const LINES = 20_000;
const ROUNDS = 3;

/** Routines with macros, local labels, jumps forwards, tables: each a little different from the others. */
function source(lines: number): string {
  const out = ['bits 32', '%macro two 2', '        mov     %1, %2', '        inc     %1', '%endmacro'];
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

/** The best of a few rounds after one to warm up, in milliseconds. */
function best(work: () => void): number {
  work();
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...times);
}

function ours(lines: number): number {
  const text = source(lines);
  return best(() => {
    if (!assemble(text, { bits: 32 }).ok) throw new Error('the source of the benchmark does not assemble');
  });
}

/** Null without NASM. */
function nasm(lines: number): number | null {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-bench-'));
  try {
    const file = join(folder, 'it.asm');
    writeFileSync(file, source(lines));
    const run = () => spawnSync('nasm', ['-f', 'bin', '-o', join(folder, 'it.bin'), file]).status === 0;
    return run() ? best(run) : null;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [half, whole] = [ours(LINES / 2), ours(LINES)];
const theirs = nasm(LINES);
const perSecond = Math.round(LINES / (whole / 1000)).toLocaleString('en');
console.log(`${LINES.toLocaleString('en')} lines: ${whole.toFixed(0)} ms, ${perSecond} lines a second`);
console.log(`twice the lines: x${(whole / half).toFixed(2)} the time (2 is linear)`);
console.log(
  theirs === null ? 'NASM is not installed' : `NASM: ${theirs.toFixed(0)} ms, x${(whole / theirs).toFixed(1)}`,
);
