/** Executes floating-point cases on the processor that this runs on: the other end of native.c. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { AREA_BYTES, type FpuCase, type FpuOutcome, MEMORY_BYTES } from '../fpu-cases.ts';

const CODE_BYTES = 128;
const STATE = CODE_BYTES + 32;
const RECORD = STATE + AREA_BYTES + MEMORY_BYTES;
const SOURCE = 'test/conformance/referee/native.c';
const PROGRAM = 'build/tools/native-referee';

const vectors: Readonly<Record<number, number>> = { 4: 6, 8: 19, 11: 13 };

/** Build the referee; says why not where that is impossible (another processor, no gcc, no 32-bit libraries). */
export function buildReferee(): string | undefined {
  if (process.arch !== 'x64' && process.arch !== 'ia32') return `this is an ${process.arch}, not an x86`;
  mkdirSync('build/tools', { recursive: true });
  const flags = ['-m32', '-static', '-O1', '-fno-pie', '-no-pie', '-mno-sse'];
  const { error, status, stderr } = spawnSync('gcc', [...flags, '-o', PROGRAM, SOURCE], { encoding: 'utf8' });
  if (error) return `gcc: ${error.message}`;
  return status === 0 ? undefined : `gcc cannot build 32-bit programs here: ${stderr.split('\n')[0]}`;
}

export function askReferee(cases: readonly FpuCase[]): FpuOutcome[] {
  const input = Buffer.alloc(RECORD * cases.length);
  for (const [n, { code, before }] of cases.entries()) {
    const at = n * RECORD;
    input[at] = code.length;
    input.set(code, at + 1);
    for (const [i, value] of before.registers.entries()) input.writeUInt32LE(value >>> 0, at + CODE_BYTES + 4 * i);
    input.set(before.area, at + STATE);
    input.set(before.memory, at + STATE + AREA_BYTES);
  }
  const output = execFileSync(PROGRAM, { input, maxBuffer: input.length + 1 });
  return cases.map((_, n) => {
    const at = n * RECORD;
    const signal = output[at]!;
    return {
      vector: signal === 0 ? undefined : vectors[signal],
      registers: Array.from({ length: 7 }, (__, i) => output.readUInt32LE(at + CODE_BYTES + 4 * i)),
      area: output.subarray(at + STATE, at + STATE + AREA_BYTES),
      memory: output.subarray(at + STATE + AREA_BYTES, at + RECORD),
    };
  });
}
