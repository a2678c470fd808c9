/**
 * Which entries of the instruction table the checked-in cases exercise, and against which referees. A case counts for an
 * entry when it comes to execute one, also where that faults.
 */

import { entriesIn } from './differential/floating.ts';
import { type Decoded, decode, entries } from './differential/table.ts';
import type { AluCases, TrapCase, TrapCases } from './formats.ts';
import type { FpuCases } from './fpu-format.ts';
import type { Rig } from './rig.ts';
import { prepareTrapCase } from './trap-cases.ts';

/** "0f 58 addps Vps,Wps (memory)", by referee. */
export type Coverage = Map<string, Map<string, number>>;

const MOST_STEPS = 400;
const ALU_REFEREES = ['silicon', 'bochs', 'qemu'];
const NAMES: Readonly<Record<string, string>> = { tcg: 'qemu' };

/** All there is to cover: each entry, with its forms. */
export function forms(): string[] {
  return entries.flatMap((entry) => {
    const { operands, name, second, digit } = entry;
    if (name === 'esc') return [`${entry.id} (${second ? 'register' : 'memory'})`];
    const parts = operands.split(',');
    if (parts.some((part) => /^[EQWH]/.test(part) && !/^ES$/.test(part))) {
      return parts.some((part) => part.startsWith('H'))
        ? [`${entry.id} (register)`, `${entry.id} (memory)`]
        : [`${entry.id} (register)`, `${entry.id} (memory)`];
    }
    if (parts.some((part) => part.startsWith('M'))) return [`${entry.id} (memory)`];
    if (parts.some((part) => /^[NURCD]/.test(part) && !/^(CS|CL|DS)$/.test(part)) || digit !== undefined)
      return [`${entry.id} (register)`];
    return [`${entry.id} (none)`];
  });
}

function note(coverage: Coverage, { entry, form }: Decoded, referees: readonly string[]): void {
  noteName(coverage, `${entry.id} (${form})`, referees);
}
function noteName(coverage: Coverage, name: string, referees: readonly string[]): void {
  const by = coverage.get(name) ?? new Map<string, number>();
  for (const referee of referees) by.set(referee, (by.get(referee) ?? 0) + 1);
  coverage.set(name, by);
}

export function cover(coverage: Coverage, rig: Rig, file: TrapCases | AluCases | FpuCases): void {
  if (file.format === 'x86-alu-cases/1') {
    for (const row of file.rows) {
      const decoded = decode(Uint8Array.from(Buffer.from(row[3], 'hex')));
      if (decoded) note(coverage, decoded, ALU_REFEREES);
    }
  } else if (file.format === 'x86-fpu-cases/1') {
    for (const row of file.rows) {
      for (const name of entriesIn(Uint8Array.from(Buffer.from(row[2], 'hex')))) noteName(coverage, name, ['silicon']);
    }
  } else {
    for (const test of file.cases) if (!test.contested) coverTrapCase(coverage, rig, file, test);
  }
}

function coverTrapCase(
  coverage: Coverage,
  rig: Rig,
  { env }: TrapCases,
  test: TrapCase & { truth?: readonly string[] },
): void {
  const referees = (test.truth ?? ['bochs']).map((name) => NAMES[name] ?? name);
  prepareTrapCase(rig, env, test);
  for (let n = 0; n < MOST_STEPS; n++) {
    const { bytes, code32 } = rig.codeAtEip();
    // A landing: here the referees' own code begins.
    if (bytes[0] === 0xf4 && isLanding(rig.eip, env)) return;
    const decoded = decode(bytes, code32);
    if (decoded) note(coverage, decoded, referees);
    if (rig.step() !== 'running away') return;
  }
}

function isLanding(eip: number, { handlers, pseudo }: TrapCases['env']): boolean {
  return [handlers, pseudo].some(({ base, stride, count }) => eip >= base && eip < base + stride * count);
}
