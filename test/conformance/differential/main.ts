/**
 * Compares random programs, and the catalogue, on trapgate and on referees, until so many instructions have been executed
 * on both:
 *
 *     make conformance [CONFORMANCE=10000000]
 *     node build/tools/differential.js [--instructions N] [--seed N] [--only GROUP] [--again] [--freeze]
 *
 * Ctrl-C stops; the next run goes on behind the last batch that came to its end (build/conformance/state.json), --again
 * begins anew. What differs is shrunk to the shortest program, told, and kept in test/conformance/cases (found.json,
 * fpu-found.json) with what the referee made of it. The status is 1 when anything differed, 3 when it was stopped.
 */
import { parseArgs } from 'node:util';
import { freeze } from './freeze.ts';
import { type Group, Groups } from './groups.ts';
import { Ours } from './ours.ts';
import { buildRing3 } from './ring3.ts';
import { type Run, runGroup, shareOf } from './run-group.ts';
import { emptyState, loadState, type State, saveState, type Tally } from './state.ts';

const { values: options } = parseArgs({
  options: {
    instructions: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    again: { type: 'boolean', default: false },
    freeze: { type: 'boolean', default: false },
  },
});
const wanted = Number(options.instructions);

let stopping = false;

const isTerminal = process.stderr.isTTY === true;
function tell(text: string): void {
  if (isTerminal) process.stderr.write('\r\x1b[K');
  console.log(text);
}

const SELDOM_MS = 10_000;
let told = 0;
function progress(state: State, group: Group, tally: Tally): void {
  const all = Object.values(state.groups).reduce((sum, { instructions }) => sum + instructions, 0);
  const part = group.share ? ` of ${number(shareOf(group, wanted))}` : '';
  const line = `${group.name}: ${number(tally.instructions)}${part} instructions in ${number(tally.programs)} programs, ${tally.differed} differed; ${number(all)} in all`;
  if (isTerminal) process.stderr.write(`\r\x1b[K${line.slice(0, process.stderr.columns - 1)}`);
  else if (Date.now() - told > SELDOM_MS) {
    told = Date.now();
    process.stderr.write(`${line}\n`);
  }
}
const number = (n: number): string => Math.round(n).toLocaleString('en-US');

async function main(): Promise<number> {
  const obstacle = buildRing3();
  if (obstacle) console.log(`no native referee: ${obstacle}`);
  const ours = new Ours();
  if (options.freeze) return freeze(ours);
  let state = (options.again ? undefined : loadState()) ?? emptyState(Number(options.seed));
  process.on('SIGINT', () => {
    if (stopping) process.exit(130);
    stopping = true;
    process.stderr.write('\nstopping (Ctrl-C again: at once)\n');
  });
  const run: Run = {
    wanted,
    isStopping: () => stopping,
    onBatch: (done, group, tally) => {
      saveState(done);
      progress(done, group, tally);
    },
  };
  for (const group of new Groups(ours, tell).all(!obstacle)) {
    if (!options.only || group.name.includes(options.only)) state = await runGroup(state, group, run);
  }
  return report(state);
}

function report(state: State): number {
  if (isTerminal) process.stderr.write('\r\x1b[K');
  let differed = 0;
  let instructions = 0;
  for (const [name, tally] of Object.entries(state.groups)) {
    console.log(
      `${name}: ${number(tally.instructions)} instructions in ${number(tally.programs)} programs, ${tally.differed} differed`,
    );
    for (const [reason, times] of Object.entries(tally.accepted)) console.log(`  ${times} accepted: ${reason}`);
    differed += tally.differed;
    instructions += tally.instructions;
  }
  console.log(
    `all: ${number(instructions)} instructions, ${differed} unexplained differences${stopping ? '; stopped' : ''}`,
  );
  return differed > 0 ? 1 : stopping ? 3 : 0;
}

process.exitCode = await main();
