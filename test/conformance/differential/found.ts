/** Divergences become permanent cases: test/conformance/cases/found.json. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { TrapCase } from '../formats.ts';
import type { Outcome } from './case.ts';
import type { Compared } from './engines.ts';
import type { Interrupted } from './interrupted.ts';
import { fromInterrupted, toTrapCase } from './record.ts';

const FILE = 'test/conformance/cases/found.json';

interface File {
  readonly format: 'x86-trap-cases/1';
  readonly about: string;
  readonly env: string;
  readonly cases: TrapCase[];
}

const isInterrupted = (theirs: Outcome | Interrupted): theirs is Interrupted => 'eip' in theirs;

/** @returns the program, for people to read */
export function keepFound({ test, theirs }: Compared): string {
  const kept = isInterrupted(theirs) ? fromInterrupted(test, theirs) : toTrapCase(test, theirs, ['bochs']);
  const file = read();
  if (!file.cases.some(({ id }) => id === kept.id)) file.cases.push(kept);
  write(file);
  return kept.asm.replaceAll('\n', '; ');
}

function read(): File {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as File;
  } catch {
    return {
      format: 'x86-trap-cases/1',
      about: 'Programs on which trapgate once differed from a referee, with what the referee made of them',
      env: 'traps.json',
      cases: [],
    };
  }
}

function write({ cases, ...head }: File): void {
  const rows = cases.map((test) => JSON.stringify(test)).join(',\n');
  writeFileSync(FILE, `${JSON.stringify(head).slice(0, -1)},"cases":[\n${rows}\n]}\n`);
}
