/** Runs the cases of one file and sorts what came out by group: the first word of a case's id. */
import { runAluRow } from './alu-cases.ts';
import type { AluCases, TrapCases } from './formats.ts';
import { differences, prepare, runFpuCase } from './fpu-cases.ts';
import { type FpuCases, fromRow } from './fpu-format.ts';
import type { Rig } from './rig.ts';
import { runTrapCase } from './trap-cases.ts';

export interface Failure {
  readonly id: string;
  readonly asm: string;
  readonly differences: readonly string[];
}

export interface Group {
  readonly name: string;
  passed: number;
  /** Cases whose referees do not agree; not run. */
  contested: number;
  readonly failures: Failure[];
}

/** @param wanted which cases to run, by id; default all of them */
export function runCases(
  rig: Rig,
  file: TrapCases | AluCases | FpuCases,
  wanted: (id: string) => boolean = () => true,
): Group[] {
  const groups = new Map<string, Group>();
  const record = (id: string, asm: string, differences: readonly string[]) => {
    const group = groupOf(groups, id);
    if (differences.length === 0) group.passed++;
    else group.failures.push({ id, asm, differences });
  };
  if (file.format === 'x86-trap-cases/1') {
    for (const test of file.cases) {
      if (!wanted(test.id)) continue;
      if (test.contested) groupOf(groups, test.id).contested++;
      else
        record(
          test.id,
          test.asm,
          attempt(() => runTrapCase(rig, file.env, test)),
        );
    }
  } else if (file.format === 'x86-fpu-cases/1') {
    prepare(rig);
    for (const row of file.rows) {
      const { test, expected } = fromRow(row);
      // One group for x87 and one for SSE would hide much: x87-store, sse-convert.
      const id = `${test.group.replace('.', '-')}.${row[0]}`;
      if (wanted(id)) {
        record(
          id,
          row[2],
          attempt(() => differences(test, runFpuCase(rig, test), expected)),
        );
      }
    }
  } else {
    for (const row of file.rows) {
      const id = `${row[1]}.${row[0]}`;
      if (wanted(id))
        record(
          id,
          row[2],
          attempt(() => runAluRow(rig, row)),
        );
    }
  }
  return [...groups.values()];
}

function groupOf(groups: Map<string, Group>, id: string): Group {
  const name = id.split('.')[0]!;
  const known = groups.get(name);
  if (known) return known;
  const group: Group = { name, passed: 0, contested: 0, failures: [] };
  groups.set(name, group);
  return group;
}

/** A core that throws fails the case, not the run. */
function attempt(run: () => readonly string[]): readonly string[] {
  try {
    return run();
  } catch (error) {
    return [String(error)];
  }
}
