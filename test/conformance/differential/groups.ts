/** What there is to compare, in batches: random programs by ring and referee, floating point, the catalogue. */
import { Random } from '../../fuzz/random.ts';
import { leftOutOf, type Referee } from './accepted.ts';
import { chapters, engineFor } from './catalogue/index.ts';
import { eipOf } from './compare.ts';
import { type Compared, compareOn } from './engines.ts';
import { compareFloating } from './floating.ts';
import { keepFloating, keepFound } from './found.ts';
import type { Ours } from './ours.ts';
import { shrink } from './shrink.ts';
import { countEntry, type State, type Tally } from './state.ts';
import { Generator, type Stream, standingAt } from './streams/generator.ts';

export interface Group {
  readonly name: string;
  /** Its part of all instructions, in hundredths; 0: it is gone through once. */
  readonly share: number;
  /** @returns false when there was nothing more */
  batch(n: number, tally: Tally, state: State): Promise<boolean>;
}

/** Shrinking takes a referee dozens of times: one that differs everywhere has to come to an end, too. */
const MOST_SHRUNK = 5;
const PIECE = 2500;
const FLOATING_BATCH = 4000;

type Tell = (text: string) => void;

export class Groups {
  constructor(
    private readonly ours: Ours,
    private readonly tell: Tell,
  ) {}

  all(hasNative: boolean): Group[] {
    return [
      ...(hasNative
        ? [this.programs('ring 3 programs on this processor', 'silicon', 3, 60, 2000), this.floating(10)]
        : []),
      this.programs('ring 0 programs on Bochs', 'bochs', 0, 20, 3000),
      this.programs('ring 0 programs on QEMU', 'qemu', 0, 10, 3000),
      this.catalogue(),
    ];
  }

  private programs(name: string, referee: Referee, ring: 0 | 3, share: number, size: number): Group {
    return {
      name,
      share,
      batch: async (n, tally, state) => {
        const random = new Random((state.seed * 7919 + n * 104729 + ring * 31 + share) >>> 0 || 1);
        const generator = new Generator(random, ring, leftOutOf(referee));
        const streams = Array.from({ length: size }, (_, i) =>
          generator.stream(`${ring === 0 ? 'system' : 'user'}.${n}.${i}`),
        );
        const byId = new Map(streams.map((stream) => [stream.test.id, stream]));
        const differing: Compared[] = [];
        for (const each of await this.compareStreams(referee, streams)) {
          const stream = byId.get(each.test.id)!;
          tally.programs++;
          tally.instructions += each.ours.instructions;
          const { done } = standingAt(stream, eipOf(each.ours));
          for (const { entry, form } of stream.parts.slice(0, done + 1))
            countEntry(state, `${entry.id} (${form})`, referee);
          if (each.lines.length > 0) differing.push(each);
        }
        await this.report(tally, differing, (each) => this.shrunk(referee, generator, byId.get(each.test.id)!, each));
        return true;
      },
    };
  }

  /** Chapter after chapter, in pieces. */
  private catalogue(): Group {
    return {
      name: 'catalogue on Bochs and QEMU',
      share: 0,
      batch: async (n, tally) => {
        let skip = n;
        for (const [name, chapter] of Object.entries(chapters)) {
          const cases = [...chapter()];
          const pieces = Math.ceil(cases.length / PIECE);
          if (skip >= pieces) {
            skip -= pieces;
            continue;
          }
          const piece = cases.slice(skip * PIECE, (skip + 1) * PIECE);
          const differing: Compared[] = [];
          for (const each of await compareOn(engineFor(name), this.ours, piece)) {
            tally.programs++;
            tally.instructions += each.ours.instructions;
            if (each.lines.length > 0) differing.push(each);
          }
          await this.report(tally, differing, async (each) => each);
          return true;
        }
        return false;
      },
    };
  }

  private floating(share: number): Group {
    return {
      name: 'floating point',
      share,
      batch: async (n, tally, state) => {
        const random = new Random((state.seed * 6101 + n * 15485863) >>> 0 || 1);
        const found = compareFloating(random, FLOATING_BATCH, (entry) => countEntry(state, entry, 'silicon'));
        tally.programs += found.programs;
        tally.instructions += found.instructions;
        for (const each of found.differing) {
          tally.differed++;
          this.tell(`DIFFERS ${keepFloating(each)}\n    ${each.lines.join('\n    ')}`);
        }
        return true;
      },
    };
  }

  /** Compare programs under the flags that are undefined where each ends. */
  private compareStreams(referee: Referee, streams: readonly Stream[]): Promise<Compared[]> {
    const tests = streams.map(({ test }) => test);
    return compareOn(referee, this.ours, tests, (n, outcome) => {
      const { undefinedFlags } = standingAt(streams[n]!, eipOf(outcome));
      return { ...tests[n]!, undefinedFlags };
    });
  }

  /** The shortest program that still differs. */
  private async shrunk(referee: Referee, generator: Generator, stream: Stream, whole: Compared): Promise<Compared> {
    const small = await shrink(generator, stream, async (shorter) =>
      (await this.compareStreams(referee, shorter)).filter(({ lines }) => lines.length > 0),
    );
    const [again] = await this.compareStreams(referee, [small]);
    return again && again.lines.length > 0 ? again : whole;
  }

  private async report(
    tally: Tally,
    differing: readonly Compared[],
    smallest: (each: Compared) => Promise<Compared>,
  ): Promise<void> {
    let shrunk = 0;
    for (const each of differing) {
      if (each.reason) {
        tally.accepted[each.reason] = (tally.accepted[each.reason] ?? 0) + 1;
        continue;
      }
      tally.differed++;
      const small = shrunk++ < MOST_SHRUNK ? await smallest(each) : each;
      this.tell(`DIFFERS ${small.test.id}: ${keepFound(small)}\n    ${small.lines.slice(0, 8).join('\n    ')}`);
    }
  }
}
