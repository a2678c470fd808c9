/** The second half of causes.ts: runs the checked-in cases on the marked core, and tells which marks they come to. */
import { readFileSync } from 'node:fs';
import { readCases } from '../formats.ts';
import { Rig } from '../rig.ts';
import { runCases } from '../run.ts';
import { unraised } from '../uncovered.ts';
import type { Site } from './causes.ts';

const FILES = ['traps.json', 'alu.json', 'fpu.json', 'fpu-forms.json.gz', 'frozen.json.gz', 'found.json'];

interface Marked {
  readonly cpu: { readonly core: { marks(n: number): number } };
}

const sites = JSON.parse(readFileSync('build/conformance/sites.json', 'utf8')) as Site[];
const rig = new Rig();
for (const name of FILES) runCases(rig, readCases(`test/conformance/cases/${name}`));
const { core } = (rig as unknown as Marked).cpu;
let missing = 0;
for (const [n, { name }] of sites.entries()) {
  const times = core.marks(n);
  const reason = unraised[name];
  if (times === 0 && !reason) missing++;
  console.log(`${String(times).padStart(8)}  ${name}${times === 0 ? (reason ? `: ${reason}` : '  NEVER') : ''}`);
}
console.log(`${sites.length} places that raise an exception, ${missing} never come to and not named in uncovered.ts`);
process.exitCode = missing > 0 ? 1 : 0;
