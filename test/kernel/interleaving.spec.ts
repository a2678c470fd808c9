/**
 * The kernel's way into and out of an interrupt, with another interrupt before each of its instructions: all of them,
 * on each line that somebody serves and on one that nobody does.
 *
 * `make test` explores the assembly that enters and leaves, and samples what lies between; `make explore` all of it.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { boot, type Exploration, explore, key, type TestMachine } from '../../emu/testing/index.ts';
import { GUEST_FOLDER } from './guest.ts';

const PROMPT = '\n# ';
/** Timer, keyboard itself, COM1, and a line of the slave that nobody serves. */
const LINES = [0, 1, 4, 11];
const WHOLE = process.env.TRAPGATE_EXPLORE === '1';

/** The shell waits at its prompt; a key has been pressed, and its interrupt was delivered just now. */
async function atInterrupt(): Promise<TestMachine> {
  const m = await boot({ path: join(GUEST_FOLDER, 'kernel.elf') });
  m.runUntilText(PROMPT);
  m.run({ instructions: 3_000_000 });
  m.input(key('a')[0]!);
  m.runUntilTrap({ vector: 0x21, instructions: 1_000_000 });
  m.followHandlers = true;
  return m;
}

/** Everything is handled cleanly, the keyboard's handler came to its iret, and nothing was reported. */
function check(m: TestMachine): void {
  const before = m.consoleText.length;
  m.run({ instructions: 12_000 });
  expect(m).toLeaveStackBalanced();
  // An edge on a line that is in service already is lost by the 8259's nature, and fingers press quickly.
  expect(m).toHaveCleanInterrupts({ except: ['lost-edge'] });
  expect(m.consoleText.slice(before)).not.toMatch(/BUG|Oops|unable/);
}

async function all(region: Pick<Exploration, 'from' | 'to'>, most = Infinity) {
  const found = await explore({ boot: atInterrupt, irqs: LINES, check, most, ...region });
  expect(found).toHoldEverywhere();
  if (most === Infinity) expect(found.tried).toBe(found.boundaries * LINES.length);
  return found;
}

describe('another interrupt anywhere in the keyboard’s', () => {
  test('on the way in, from the vector’s stub to do_IRQ', async () => {
    const { traps, pc } = await atInterrupt();
    expect(traps.at(-1)?.vector).toBe(0x21);
    const found = await all({ from: pc.cpu.eip, to: 'do_IRQ' });
    expect(found.boundaries).toBeGreaterThan(15);
  });

  test('on the way out, from do_IRQ’s return to the interrupted code', async () => {
    const { traps } = await atInterrupt();
    const found = await all({ from: 'common_entry_return', to: traps.at(-1)!.eip });
    expect(found.boundaries).toBeGreaterThan(10);
  });

  test(`in do_IRQ, the handler and the softirqs: ${WHOLE ? 'all of it' : 'a sample'}`, {
    timeout: 3_600_000,
  }, async () => {
    const found = await all({ from: 'do_IRQ', to: 'common_entry_return' }, WHOLE ? Infinity : 40);
    expect(found.boundaries).toBeGreaterThan(100);
  });
});
