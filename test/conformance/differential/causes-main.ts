/**
 * Tells how often the checked-in cases come to each place in the core that raises an exception:
 *
 *     make conformance-causes
 *
 * The status is 1 when they never come to one that uncovered.ts does not name, or come to one that it names.
 */
import { unraised } from '../uncovered.ts';
import { countCauses } from './causes.ts';

const causes = await countCauses();
let wrong = 0;
for (const { name, times } of causes) {
  const reason = unraised[name];
  if ((times === 0) === (reason === undefined)) wrong++;
  console.log(
    `${String(times).padStart(8)}  ${name}${times === 0 ? `: ${reason ?? 'NEVER'}` : reason ? ': NAMED' : ''}`,
  );
}
console.log(`${causes.length} places that raise an exception; ${wrong} not as uncovered.ts has it`);
process.exitCode = wrong > 0 ? 1 : 0;
