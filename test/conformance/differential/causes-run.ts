/**
 * The second half of causes.ts, on the marked core: runs the checked-in cases and says how often each mark was come to; or
 * runs the catalogue, and says which of its cases come to some marks.
 */
import { checkedIn, readCheckedIn } from '../checked-in.ts';
import { Rig } from '../rig.ts';
import { runCases } from '../run.ts';
import { chapters } from './catalogue/index.ts';
import { Ours } from './ours.ts';

/** Of each mark, cases of so many chapters' different sorts: a referee may not agree with the first. */
const CANDIDATES = 8;

interface Marked {
  readonly cpu: { readonly core: { marks(n: number): number } };
}

function timesOf(count: number): number[] {
  const rig = new Rig();
  for (const name of checkedIn) runCases(rig, readCheckedIn(name));
  const { core } = (rig as unknown as Marked).cpu;
  return Array.from({ length: count }, (_, n) => core.marks(n));
}

/** Ids of cases, by chapter. */
function casesComingTo(sites: readonly number[]): Record<string, string[]> {
  const ours = new Ours();
  const { core } = (ours as unknown as { rig: Marked }).rig.cpu;
  const left = new Map(sites.map((site) => [site, CANDIDATES]));
  const found: Record<string, string[]> = {};
  for (const [name, chapter] of Object.entries(chapters)) {
    for (const test of chapter()) {
      const before = new Map([...left].map(([site]) => [site, core.marks(site)]));
      ours.run(test);
      for (const [site, times] of before) {
        if (core.marks(site) === times) continue;
        found[name] ??= [];
        if (!found[name].includes(test.id)) found[name].push(test.id);
        const rest = left.get(site)! - 1;
        if (rest > 0) left.set(site, rest);
        else left.delete(site);
      }
    }
  }
  return found;
}

const [count, sites] = process.argv.slice(2);
console.log(JSON.stringify(sites ? casesComingTo(JSON.parse(sites) as number[]) : timesOf(Number(count))));
