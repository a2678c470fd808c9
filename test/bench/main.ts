/**
 * make bench: the same images on trapgate and on v86, with and without its JIT, side by side; and on trapgate with a
 * debugger attached.
 *
 *     make bench                     every guest
 *     make bench BENCH='int3 fib'    some of them
 *
 * Every guest runs on all engines in turn, a few times over, before the next one begins, so that a machine whose
 * speed drifts slows all of them alike, and what counts is the ratio. Of a guest's rounds the best one is taken, on
 * every engine.
 * Exit status 1 when the engines do not agree on what was computed. What trapgate is held to is printed at the end, and
 * whether it was met; a machine that is busy with other things can spoil that, so it changes no status.
 */
import { cpus } from 'node:os';
import { inlineLongChains } from '../../emu/cli/inlining.ts';
import { type Engine, serve, startEngine, type Timing } from './engine.ts';
import { assembleGuest, type Guest, guests } from './guests.ts';
import { steppedEngine, trapgateEngine } from './trapgate.ts';
import { v86Engine } from './v86.ts';

const ENGINES = {
  trapgate: () => asTheProgram(trapgateEngine),
  attached: () => asTheProgram(steppedEngine(false)),
  'with history': () => asTheProgram(steppedEngine(true)),
  'v86 with JIT': () => v86Engine(true),
  'v86 without JIT': () => v86Engine(false),
};
/** With the setting that `trapgate` makes for itself. */
function asTheProgram(engine: Engine): Engine {
  inlineLongChains();
  return engine;
}

type EngineName = keyof typeof ENGINES;
const NAMES = Object.keys(ENGINES) as EngineName[];
/** trapgate itself, with a stepper that has nothing to stop at. */
const DEBUGGED = ['attached', 'with history'] as const;
const RIVALS = ['v86 with JIT', 'v86 without JIT'] as const;
/**
 * How often each engine gets each guest, each time in a process of its own: shared machines change their speed from one
 * second to the next, and where a process happens to place compiled code can slow it for as long as it lives.
 */
const TURNS = 3;

interface Row {
  readonly guest: Guest;
  /** Best round in milliseconds. */
  readonly best: Record<EngineName, number>;
  readonly mips: number;
}

async function main(wanted: readonly string[]): Promise<number> {
  const unknown = wanted.filter((name) => !guests.some((guest) => guest.name === name));
  if (unknown.length > 0) {
    console.error(`no guest '${unknown[0]}'; there are: ${guests.map((guest) => guest.name).join(', ')}`);
    return 2;
  }
  console.log(`Node ${process.versions.node}, ${cpus()[0]?.model ?? 'unknown processor'}`);
  console.log('Best round in ms; xN: v86 takes N times as long as trapgate; N%: what a debugger adds that is attached');
  console.log('and stops at nothing, without and with saves for going back.\n');
  console.log(line('', 'trapgate', 'MIPS', ...RIVALS.flatMap((name) => [name, '']), ...DEBUGGED));
  const rows: Row[] = [];
  let wrong = 0;
  for (const guest of guests) {
    if (wanted.length > 0 && !wanted.includes(guest.name)) continue;
    const timings = await runEverywhere(assembleGuest(guest.name));
    const row = summarize(guest, timings);
    rows.push(row);
    console.log(describe(row));
    for (const name of NAMES) {
      if (timings[name].report === timings.trapgate.report) continue;
      wrong++;
      console.log(`  results differ:\n${indent('trapgate', timings.trapgate)}\n${indent(name, timings[name])}`);
    }
  }
  console.log();
  for (const kind of ['compute', 'trap'] as const) {
    const some = rows.filter((row) => row.guest.kind === kind);
    if (some.length > 1) console.log(means(kind, some));
  }
  console.log();
  for (const { what, met } of promises(rows)) console.log(`${met ? 'met    ' : 'NOT met'}  ${what}`);
  console.log(wrong === 0 ? '\nAll results equal.' : `\n${wrong} results differ.`);
  return wrong === 0 ? 0 : 1;
}

async function runEverywhere(image: Uint8Array): Promise<Record<EngineName, Timing>> {
  const timings: Partial<Record<EngineName, Timing>> = {};
  for (let turn = 0; turn < TURNS; turn++) {
    for (const name of NAMES) {
      const engine = startEngine(name);
      timings[name] = together(timings[name], await engine.run(image));
      engine.close();
    }
  }
  return timings as Record<EngineName, Timing>;
}

function together(before: Timing | undefined, now: Timing): Timing {
  if (!before) return now;
  return {
    rounds: [...before.rounds, ...now.rounds],
    instructions: [...before.instructions, ...now.instructions],
    report: before.report + now.report,
  };
}

function summarize(guest: Guest, timings: Record<EngineName, Timing>): Row {
  const best = Object.fromEntries(NAMES.map((name) => [name, Math.min(...timings[name].rounds)]));
  const { rounds, instructions } = timings.trapgate;
  const mips = Math.max(...rounds.map((ms, round) => instructions[round]! / ms / 1000));
  return { guest, best: best as Record<EngineName, number>, mips };
}

const ratio = (row: Row, name: EngineName) => row.best[name] / row.best.trapgate;
const mean = (rows: readonly Row[], of: (row: Row) => number) =>
  Math.exp(rows.reduce((sum, row) => sum + Math.log(of(row)), 0) / rows.length);
const times = (value: number) => `x${value.toFixed(value < 10 ? 2 : 1)}`;
const more = (value: number) => `${value < 1 ? '' : '+'}${((value - 1) * 100).toFixed(0)}%`;

function describe(row: Row): string {
  const rivals = RIVALS.flatMap((name) => [row.best[name].toFixed(1), times(ratio(row, name))]);
  const debugged = DEBUGGED.map((name) => more(ratio(row, name)));
  return line(row.guest.name, row.best.trapgate.toFixed(1), row.mips.toFixed(0), ...rivals, ...debugged);
}

function means(kind: string, rows: readonly Row[]): string {
  const rivals = RIVALS.flatMap((name) => ['', times(mean(rows, (row) => ratio(row, name)))]);
  const debugged = DEBUGGED.map((name) => more(mean(rows, (row) => ratio(row, name))));
  return line(`${kind}, geometric mean`, '', mean(rows, (row) => row.mips).toFixed(0), ...rivals, ...debugged);
}

/** What trapgate is held to, as far as these rows can tell. */
function promises(rows: readonly Row[]): { what: string; met: boolean }[] {
  const compute = rows.filter((row) => row.guest.kind === 'compute');
  const promised: { what: string; met: boolean }[] = [];
  if (compute.length > 0) {
    const by = mean(compute, (row) => ratio(row, 'v86 without JIT'));
    promised.push({ what: `compute is 6 times as fast as v86 without JIT: ${times(by)}`, met: by >= 6 });
  }
  for (const row of rows.filter(({ guest }) => guest.kind === 'trap')) {
    const { name } = row.guest;
    const [withJit, without] = RIVALS.map((rival) => ratio(row, rival)) as [number, number];
    const wanted = name === 'int3' || name === 'int80-ring0' ? 3 : 2;
    promised.push({
      what: `${name} is ${wanted} times as fast as v86, with and without JIT: ${times(withJit)}, ${times(without)}`,
      met: Math.min(withJit, without) >= wanted,
    });
  }
  for (const [name, limit] of [
    ['attached', 1.05],
    ['with history', 1.25],
  ] as const) {
    const by = mean(rows, (row) => ratio(row, name));
    promised.push({ what: `a debugger ${name} costs less than ${more(limit).slice(1)}: ${more(by)}`, met: by < limit });
  }
  return promised;
}

const WIDTHS = [23, 9, 6, 14, 7, 17, 7, 10, 14];

function line(first: string, ...columns: readonly string[]): string {
  return first.padEnd(WIDTHS[0]!) + columns.map((text, i) => text.padStart(WIDTHS[i + 1]!)).join('');
}

const indent = (name: string, timing: Timing) => `    ${name}: ${timing.report.trim().replaceAll('\n', ', ')}`;

const engineArgument = process.argv.indexOf('--engine');
if (engineArgument > 0) {
  serve(ENGINES[process.argv[engineArgument + 1] as EngineName]());
} else {
  process.exitCode = await main(process.argv.slice(2));
}
