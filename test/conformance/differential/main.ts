/**
 * Compares random programs, and the catalogue, on trapgate and on referees, until so many instructions have been executed
 * on both:
 *
 *     make conformance [CONFORMANCE=10000000]
 *     node build/tools/differential.js [--instructions N] [--seed N] [--only GROUP] [--again] [--freeze]
 *
 * Ctrl-C stops after the batch that is running; the next run goes on from there (build/conformance/state.json), --again
 * begins anew. What differs is shrunk to the shortest program, told, and kept in test/conformance/cases/found.json with
 * what the referee made of it. The status is 1 when anything differed, 3 when it was stopped.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Random } from '../../fuzz/random.ts';
import type { Referee } from './accepted.ts';
import type { Case } from './case.ts';
import { chapters } from './catalogue/index.ts';
import { eipOf } from './compare.ts';
import { type Compared, compareOn } from './engines.ts';
import { compareFloating } from './floating.ts';
import { keepFound } from './found.ts';
import { freeze } from './freeze.ts';
import { Ours } from './ours.ts';
import { buildRing3 } from './ring3.ts';
import { shrink } from './shrink.ts';
import { Generator, type Stream, standingAt } from './streams/generator.ts';

const FOLDER = 'build/conformance';
const STATE = `${FOLDER}/state.json`;

interface Tally {
  /** Instructions that both executed, and in how many programs. */
  instructions: number;
  programs: number;
  /** The batch that comes next. */
  next: number;
  differed: number;
  /** Differences that accepted.ts knows, by reason. */
  accepted: Record<string, number>;
}
interface State {
  seed: number;
  groups: Record<string, Tally>;
  /** By entry of the instruction table and referee: how often it came to its end. */
  entries: Record<string, Record<string, number>>;
}

interface Group {
  readonly name: string;
  /** Its part of all instructions, in hundredths; 0: it is gone through once. */
  readonly share: number;
  /** @returns false when there is nothing more */
  batch(n: number, tally: Tally): Promise<boolean>;
}

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
const ours = new Ours();
let state: State = { seed: Number(options.seed), groups: {}, entries: {} };
let stopping = false;

function load(): void {
  mkdirSync(FOLDER, { recursive: true });
  if (options.again) return;
  try {
    state = JSON.parse(readFileSync(STATE, 'utf8')) as State;
  } catch {
    // Nothing to go on from.
  }
}
function save(): void {
  writeFileSync(`${STATE}.new`, JSON.stringify(state));
  renameSync(`${STATE}.new`, STATE);
}

function tallyOf(name: string): Tally {
  state.groups[name] ??= { instructions: 0, programs: 0, next: 0, differed: 0, accepted: {} };
  return state.groups[name];
}

/** Compare programs under the flags that are undefined where each ends. */
function compareStreams(referee: Referee, streams: readonly Stream[]): Promise<Compared[]> {
  const tests = streams.map(({ test }) => test);
  return compareOn(referee, ours, tests, (n, outcome) => {
    const { undefinedFlags } = standingAt(streams[n]!, eipOf(outcome));
    return { ...tests[n]!, undefinedFlags };
  });
}

function programs(name: string, referee: Referee, ring: 0 | 3, share: number, size: number): Group {
  return {
    name,
    share,
    async batch(n, tally) {
      const generator = new Generator(
        new Random((state.seed * 7919 + n * 104729 + ring * 31 + share) >>> 0 || 1),
        ring,
      );
      const streams = Array.from({ length: size }, (_, i) =>
        generator.stream(`${ring === 0 ? 'system' : 'user'}.${n}.${i}`),
      );
      const byId = new Map(streams.map((stream) => [stream.test.id, stream]));
      const compared = await compareStreams(referee, streams);
      for (const each of compared) {
        const stream = byId.get(each.test.id)!;
        tally.programs++;
        tally.instructions += each.ours.instructions;
        const { done } = standingAt(stream, eipOf(each.ours));
        for (const { entry, form } of stream.parts.slice(0, done + 1)) count(`${entry.id} (${form})`, referee);
        if (each.lines.length === 0) continue;
        await differs(each, tally, async () => {
          // QEMU has no limits and a few faults less: where Bochs is of our mind, that is how it is.
          if (referee === 'qemu') {
            const [second] = await compareOn('bochs', ours, [each.test]);
            if (second && second.lines.length === 0) return undefined;
          }
          const small = await shrink(generator, stream, async (shorter) =>
            (await compareStreams(referee, shorter)).filter(({ lines }) => lines.length > 0),
          );
          const [again] = await compareStreams(referee, [small]);
          return again && again.lines.length > 0 ? again : each;
        });
      }
      return true;
    },
  };
}

/** Chapter after chapter, in pieces. */
function catalogue(name: string, referee: 'bochs' | 'silicon', chosen: (test: Case) => boolean): Group {
  const PIECE = 2500;
  return {
    name,
    share: 0,
    async batch(n, tally) {
      let skip = n * PIECE;
      for (const chapter of Object.values(chapters)) {
        const cases = [...chapter()].filter(chosen);
        if (skip >= cases.length) {
          skip -= Math.ceil(cases.length / PIECE) * PIECE;
          if (skip < 0) skip = 0;
          continue;
        }
        for (const each of await compareOn(referee, ours, cases.slice(skip, skip + PIECE))) {
          tally.programs++;
          tally.instructions += each.ours.instructions;
          if (each.lines.length > 0) await differs(each, tally, async () => each);
        }
        return true;
      }
      return false;
    },
  };
}

function floating(share: number): Group {
  const BATCH = 4000;
  return {
    name: 'floating point',
    share,
    async batch(n, tally) {
      const found = compareFloating(new Random((state.seed * 6101 + n * 15485863) >>> 0 || 1), BATCH, count);
      tally.programs += found.programs;
      tally.instructions += found.instructions;
      for (const text of found.differences) {
        tally.differed++;
        tell(`DIFFERS ${text}`);
      }
      return true;
    },
  };
}

function count(entry: string, referee: string): void {
  state.entries[entry] ??= {};
  state.entries[entry][referee] = (state.entries[entry][referee] ?? 0) + 1;
}

async function differs(each: Compared, tally: Tally, smallest: () => Promise<Compared | undefined>): Promise<void> {
  if (each.reason) {
    tally.accepted[each.reason] = (tally.accepted[each.reason] ?? 0) + 1;
    return;
  }
  const small = await smallest();
  if (!small) {
    const reason = 'QEMU is alone: Bochs agrees with us.';
    tally.accepted[reason] = (tally.accepted[reason] ?? 0) + 1;
    return;
  }
  tally.differed++;
  tell(`DIFFERS ${small.test.id}: ${keepFound(small)}\n    ${small.lines.slice(0, 8).join('\n    ')}`);
}

const isTerminal = process.stderr.isTTY === true;
function tell(text: string): void {
  if (isTerminal) process.stderr.write('\r\x1b[K');
  console.log(text);
}
let told = 0;
function progress(group: Group, tally: Tally): void {
  const all = Object.values(state.groups).reduce((sum, { instructions }) => sum + instructions, 0);
  const part = group.share ? ` of ${number((wanted * group.share) / 100)}` : '';
  const line = `${group.name}: ${number(tally.instructions)}${part} instructions in ${number(tally.programs)} programs, ${tally.differed} differed; ${number(all)} in all`;
  if (isTerminal) process.stderr.write(`\r\x1b[K${line}`);
  else if (Date.now() - told > 10_000) {
    told = Date.now();
    process.stderr.write(`${line}\n`);
  }
}
const number = (n: number): string => Math.round(n).toLocaleString('en-US');

async function main(): Promise<number> {
  const obstacle = buildRing3();
  if (obstacle) console.log(`no native referee: ${obstacle}`);
  if (options.freeze) return freeze(ours);
  load();
  process.on('SIGINT', () => {
    if (stopping) process.exit(130);
    stopping = true;
    process.stderr.write('\nstopping after this batch (Ctrl-C again: at once)\n');
  });
  const groups: Group[] = [
    ...(obstacle ? [] : [programs('ring 3 programs on this processor', 'silicon', 3, 70, 2000), floating(10)]),
    programs('ring 0 programs on Bochs', 'bochs', 0, 14, 3000),
    programs('ring 0 programs on QEMU', 'qemu', 0, 6, 3000),
    catalogue('catalogue on Bochs', 'bochs', () => true),
  ];
  for (const group of groups) {
    if (options.only && !group.name.includes(options.only)) continue;
    const tally = tallyOf(group.name);
    const enough = () => group.share > 0 && tally.instructions >= (wanted * group.share) / 100;
    let more = true;
    while (!stopping && more && !enough()) {
      try {
        more = await group.batch(tally.next, tally);
      } catch (error) {
        // A Ctrl-C ends the referees, too.
        if (stopping) break;
        throw error;
      }
      tally.next++;
      // A turn of the event loop: signals are heard in it.
      await new Promise((resolve) => setImmediate(resolve));
      save();
      progress(group, tally);
    }
    if (stopping) break;
  }
  return report();
}

function report(): number {
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
