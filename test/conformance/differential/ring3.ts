/** This machine's processor as a referee: cases of ring 3, executed by ring3.c. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBatch } from './batch.ts';
import type { Case } from './case.ts';
import type { Interrupted } from './interrupted.ts';

const SOURCE = 'test/conformance/differential/ring3.c';
const PROGRAM = 'build/tools/ring3-referee';
const AWAY = 0xfffd;
const FPU_BYTES = 512;

/** Build the referee; says why not where that is impossible (another processor, no gcc, no 32-bit libraries). */
export function buildRing3(): string | undefined {
  if (process.arch !== 'x64' && process.arch !== 'ia32') return `this is an ${process.arch}, not an x86`;
  mkdirSync('build/tools', { recursive: true });
  const flags = ['-m32', '-static', '-O2', '-fno-pie', '-no-pie', '-mno-sse', '-fno-stack-protector'];
  const { error, status, stderr } = spawnSync('gcc', [...flags, '-o', PROGRAM, SOURCE], { encoding: 'utf8' });
  if (error) return `gcc: ${error.message}`;
  return status === 0 ? undefined : `gcc cannot build 32-bit programs here: ${stderr.split('\n')[0]}`;
}

/** What the processor makes of programs of ring 3: where each was interrupted. */
export function runInRing3(cases: readonly Case[]): Interrupted[] {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-ring3-'));
  try {
    const [batch, notes] = [join(folder, 'batch'), join(folder, 'notes')];
    writeFileSync(batch, encodeBatch(cases).batch);
    const { error, status } = spawnSync(PROGRAM, [batch, notes]);
    if (error) throw error;
    if (status !== 0) throw new Error(`${PROGRAM} ended with ${status}`);
    return decode(readFileSync(notes));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function decode(notes: Buffer): Interrupted[] {
  const found: Interrupted[] = [];
  let at = 0;
  const take = (): number => {
    at += 4;
    return notes.readUInt32LE(at - 4);
  };
  while (at < notes.length) {
    const next = at + take();
    const trap = take();
    const [eax, ecx, edx, ebx, esp, ebp, esi, edi] = [take(), take(), take(), take(), take(), take(), take(), take()];
    const [eflags, cs, ss, ds, es, fs, gs, eip, error, cr2] = [
      ...[take(), take(), take(), take(), take(), take(), take()],
      ...[take(), take(), take()],
    ] as [number, number, number, number, number, number, number, number, number, number];
    const fpu = Uint8Array.from(notes.subarray(at, at + FPU_BYTES));
    at += FPU_BYTES;
    const changed = take();
    const changes = new Map(Array.from({ length: changed }, () => [take(), take()] as const));
    // No gate of Linux's admits these, which is #GP with the gate's index: int n itself has nothing wrong.
    const isInterrupt = trap === 13 && (error & 7) === 2;
    found.push({
      end: trap === AWAY ? 'running away' : isInterrupt ? error >>> 3 : trap,
      ...(isInterrupt ? { isRefused: true } : {}),
      error,
      general: { eax, ecx, edx, ebx, esp, ebp, esi, edi },
      segments: { cs, ss, ds, es, fs, gs },
      eip,
      eflags,
      cr2,
      fpu,
      changes,
    });
    at = next;
  }
  return found;
}
