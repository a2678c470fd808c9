/**
 * Runs files of conformance cases: `npm run conformance -- [-v] FILE...`
 *
 * Prints passes and failures by group, the failures one by one (with -v, in all they differ in; else in the first
 * thing), and exits with 1 when there were any, with 2 when a file cannot be read.
 */
import { readCases } from './formats.ts';
import { Rig } from './rig.ts';
import { type Group, runCases } from './run.ts';

const verbose = process.argv.includes('-v');
const files = process.argv.slice(2).filter((argument) => argument !== '-v');
process.exitCode = await main();

async function main(): Promise<number> {
  if (files.length === 0) {
    console.error('usage: npm run conformance -- [-v] FILE...');
    return 2;
  }
  const rig = new Rig();
  let failed = 0;
  for (const path of files) {
    let file: ReturnType<typeof readCases>;
    try {
      file = readCases(path);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      return 2;
    }
    const groups = runCases(rig, file);
    for (const group of groups) tellFailures(group);
    console.log(path);
    for (const group of groups) console.log(`  ${describe(group)}`);
    failed += sum(groups, (group) => group.failures.length);
    const contested = sum(groups, (group) => group.contested);
    const passed = sum(groups, (group) => group.passed);
    console.log(`  ${describe({ name: 'all', passed, contested, failures: groups.flatMap((g) => g.failures) })}\n`);
  }
  return failed === 0 ? 0 : 1;
}

function describe({ name, passed, failures, contested }: Group): string {
  const notes = contested > 0 ? `, ${contested} contested and not counted` : '';
  return `${name.padEnd(8)}${String(passed).padStart(5)} passed ${String(failures.length).padStart(4)} failed${notes}`;
}

function tellFailures({ failures }: Group): void {
  for (const { id, asm, differences } of failures) {
    const shown = verbose ? differences : differences.slice(0, 1);
    const more = differences.length > shown.length ? ` (and ${differences.length - shown.length} more)` : '';
    console.log(`FAIL ${id}: ${asm.replaceAll('\n', '; ')}\n     ${shown.join('\n     ')}${more}`);
  }
}

function sum(groups: readonly Group[], of: (group: Group) => number): number {
  return groups.reduce((total, group) => total + of(group), 0);
}
