/**
 * Writes test/conformance/cases/frozen.json.gz anew: a fixed-seed slice of all that is compared, with what the referees
 * made of it, for `make test` to run without them:
 *
 *     make conformance-freeze
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Random } from '../../fuzz/random.ts';
import { type Coverage, cover, forms } from '../coverage.ts';
import { type InitialState, readCases, type TrapCase } from '../formats.ts';
import type { FpuCase } from '../fpu-cases.ts';
import { toRow } from '../fpu-format.ts';
import { randomCase } from '../referee/cases.ts';
import { withoutUnused } from '../referee/freeze.ts';
import { askReferee, buildReferee } from '../referee/native.ts';
import { Rig } from '../rig.ts';
import { runTrapCase } from '../trap-cases.ts';
import { truthOf } from './accepted.ts';
import { type Case, type Outcome, world } from './case.ts';
import { chapters, engineFor } from './catalogue/index.ts';
import { casesFor, countCauses } from './causes.ts';
import { eipOf } from './compare.ts';
import { type Compared, compareOn } from './engines.ts';
import type { Interrupted } from './interrupted.ts';
import type { Ours } from './ours.ts';
import { fromInterrupted, stateDifference, toTrapCase } from './record.ts';
import { Generator, standingAt } from './streams/generator.ts';
import { decode } from './table.ts';

const FILE = 'test/conformance/cases/frozen.json.gz';
const SEED = 80686;
const PROGRAMS = { silicon: 500, bochs: 300 };
/** Of each chapter's cases this many, evenly. */
const OF_CHAPTER = 130;
/** Of each form of an entry that these do not come by, this many more. */
const OF_FORM = 2;
const FLOATING = 'test/conformance/cases/fpu-forms.json.gz';
/** Nothing new in so many tries: there is nothing new. */
const PATIENCE = 40_000;

export async function freeze(ours: Ours): Promise<number> {
  const obstacle = buildReferee();
  if (obstacle) throw new Error(obstacle);
  const kept: TrapCase[] = [];
  const rig = new Rig();
  let left = 0;
  const keep = (compared: readonly Compared[], record: (each: Compared) => TrapCase): void => {
    for (const each of compared) {
      if (each.lines.length > 0) {
        left++;
        continue;
      }
      const test = record(each);
      // What the format cannot say (flags that are undefined in some place of memory) is no case.
      if (runTrapCase(rig, world().env, test).length === 0) kept.push(test);
      else left++;
    }
  };
  const keepOf = async (chapter: string, cases: readonly Case[]): Promise<void> => {
    const engine = engineFor(chapter);
    keep(await compareOn(engine, ours, cases), ({ test, theirs }) =>
      toTrapCase(test, theirs as Outcome, [truthOf(engine)]),
    );
  };
  for (const [name, chapter] of Object.entries(chapters)) {
    const all = [...chapter()];
    const step = Math.max(1, Math.floor(all.length / OF_CHAPTER));
    const cases = all.filter((_, n) => n % step === 0);
    await keepOf(name, cases);
    console.error(`${name}: ${cases.length} cases`);
  }
  for (const [referee, ring] of [
    ['silicon', 3],
    ['bochs', 0],
  ] as const) {
    const generator = new Generator(new Random(SEED + ring), ring);
    const streams = Array.from({ length: PROGRAMS[referee] }, (_, n) =>
      generator.stream(`${referee === 'silicon' ? 'user' : 'system'}.${n}`),
    );
    const compared = await compareOn(
      referee,
      ours,
      streams.map(({ test }) => test),
      (n, outcome) => ({ ...streams[n]!.test, undefinedFlags: standingAt(streams[n]!, eipOf(outcome)).undefinedFlags }),
    );
    keep(compared, ({ test, theirs }) =>
      referee === 'silicon'
        ? fromInterrupted(test, theirs as Interrupted)
        : toTrapCase(test, theirs as Outcome, ['bochs']),
    );
  }
  const rest = missing(rig, kept);
  for (const [name, chapter] of Object.entries(chapters)) {
    const more = [...chapter()].filter(({ mem, init }) => isNeeded(rest, mem[0]![1], init.eflags));
    if (more.length === 0) continue;
    console.error(`${name}: ${more.length} cases for forms that were not met`);
    await keepOf(name, more);
  }
  write(kept);
  writeFloating();
  for (const [name, ids] of Object.entries(casesFor(await countCauses()))) {
    console.error(`${name}: ${ids.length} cases for exceptions that were not met`);
    await keepOf(
      name,
      [...chapters[name]!()].filter(({ id }) => ids.includes(id)),
    );
  }
  write(kept);
  console.log(`${FILE}: ${kept.length} cases; ${left} differ in what is accepted or cannot be told, and were left out`);
  return 0;
}

/** Forms of entries that no case executes, and how many cases each is to get. */
function missing(rig: Rig, kept: readonly TrapCase[]): Map<string, number> {
  const coverage: Coverage = new Map();
  cover(coverage, rig, { format: 'x86-trap-cases/1', env: world().env, cases: kept });
  for (const name of ['traps.json', 'alu.json']) cover(coverage, rig, readCases(`test/conformance/cases/${name}`));
  return new Map(forms().flatMap((form) => (coverage.has(form) ? [] : [[form, OF_FORM] as const])));
}
function isNeeded(rest: Map<string, number>, code: Uint8Array, eflags: number): boolean {
  const decoded = decode(code, (eflags & 0x20000) === 0);
  const form = decoded && `${decoded.entry.id} (${decoded.form})`;
  const left = form === undefined ? 0 : (rest.get(form) ?? 0);
  if (left > 0) rest.set(form!, left - 1);
  return left > 0;
}

/** x87, MMX and SSE: random instructions until each form has been met. */
export function writeFloating(): void {
  const random = new Random(SEED);
  const rest = new Map(forms().map((form) => [form, OF_FORM] as const));
  const cases: FpuCase[] = [];
  for (let since = 0; since < PATIENCE; since++) {
    const test = randomCase(random);
    if (!isNeeded(rest, test.code, 0)) continue;
    cases.push(withoutUnused(test));
    since = 0;
  }
  const rows = askReferee(cases).map((outcome, id) => JSON.stringify(toRow(id, cases[id]!, outcome)));
  const about = `Each form of each x87, MMX and SSE instruction, and what an x86 processor (${processorHere()}) made of it`;
  const head = JSON.stringify({ format: 'x86-fpu-cases/1', about });
  writeFileSync(FLOATING, gzipSync(`${head.slice(0, -1)},"rows":[\n${rows.join(',\n')}\n]}\n`, { level: 9 }));
}

/** This machine's processor: "AuthenticAMD, family 25". */
function processorHere(): string {
  const info = readFileSync('/proc/cpuinfo', 'utf8');
  const field = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(info)?.[1] ?? 'unknown';
  return `${field('vendor_id')}, family ${field('cpu family')}`;
}

function write(kept: readonly TrapCase[]): void {
  const base = kept[0]!.init as InitialState;
  const head = {
    format: 'x86-trap-cases/1',
    about: `A fixed slice of what is compared with referees: Bochs 2.7 (core_duo_t2400_yonah, p4_willamette for opcodes), QEMU 7.2 for CPUID, and for programs of ring 3 a processor (${processorHere()})`,
    env: 'traps.json',
    base,
  };
  const rows = kept.map((test) => JSON.stringify({ ...test, init: stateDifference(base, test.init) })).join(',\n');
  writeFileSync(FILE, gzipSync(`${JSON.stringify(head).slice(0, -1)},"cases":[\n${rows}\n]}\n`, { level: 9 }));
}
