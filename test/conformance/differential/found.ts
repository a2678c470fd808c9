/** Divergences become permanent cases: found.json and fpu-found.json of test/conformance/cases. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrapCase } from '../formats.ts';
import { type FpuRow, toRow } from '../fpu-format.ts';
import { truthOf } from './accepted.ts';
import type { Outcome } from './case.ts';
import type { Compared } from './engines.ts';
import type { FloatingDifference } from './floating.ts';
import type { Interrupted } from './interrupted.ts';
import { fromInterrupted, toTrapCase } from './record.ts';

const FOLDER = 'test/conformance/cases';
const ID = 0;

const isInterrupted = (theirs: Outcome | Interrupted): theirs is Interrupted => 'eip' in theirs;

/** @returns the program, for people to read */
export function keepFound({ referee, test, theirs }: Compared, folder = FOLDER): string {
  const path = join(folder, 'found.json');
  const kept = isInterrupted(theirs) ? fromInterrupted(test, theirs) : toTrapCase(test, theirs, [truthOf(referee)]);
  const { cases, ...head } = JSON.parse(readFileSync(path, 'utf8')) as { cases: TrapCase[] };
  if (!cases.some(({ id }) => id === kept.id)) cases.push(kept);
  write(path, head, 'cases', cases);
  return kept.asm.replaceAll('\n', '; ');
}

/** The same of floating point. */
export function keepFloating({ test, theirs }: FloatingDifference, folder = FOLDER): string {
  const path = join(folder, 'fpu-found.json');
  const { rows, ...head } = JSON.parse(readFileSync(path, 'utf8')) as { rows: FpuRow[] };
  const kept = toRow(rows.length, test, theirs);
  const same = (row: FpuRow): boolean => JSON.stringify(row.slice(ID + 1)) === JSON.stringify(kept.slice(ID + 1));
  if (!rows.some(same)) rows.push(kept);
  write(path, head, 'rows', rows);
  return `${test.group} ${Buffer.from(test.code).toString('hex')}`;
}

/** A row a line. */
function write(path: string, head: object, name: string, rows: readonly unknown[]): void {
  const lines = rows.map((row) => JSON.stringify(row)).join(',\n');
  writeFileSync(path, `${JSON.stringify(head).slice(0, -1)},"${name}":[\n${lines}\n]}\n`);
}
