/**
 * The kernel's way into and out of an interrupt, with another interrupt at each of its instructions: a sample in
 * `make test`, all of them in `make explore`.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { boot, explore, key, type TestMachine } from '../../emu/testing/index.ts';
import { GUEST_FOLDER } from './guest.ts';

const WHOLE = process.env.TRAPGATE_EXPLORE === '1';
const PROMPT = '\n# ';

/** The shell waits at its prompt; its key has been pressed, and comes a little later. */
async function atPrompt(): Promise<TestMachine> {
  const m = await boot({ path: join(GUEST_FOLDER, 'kernel.elf') });
  m.runUntilText(PROMPT);
  m.run({ instructions: 3_000_000 });
  m.input(key('a'));
  m.runUntil({ kind: 'inta', vector: 0x21 }, { instructions: 1_000_000 });
  m.followHandlers = true;
  return m;
}

test('an interrupt of COM1 anywhere in the keyboard’s, from do_IRQ to its iret, is handled cleanly', {
  timeout: 3_600_000,
}, async () => {
  const found = await explore({
    boot: atPrompt,
    from: 'do_IRQ',
    to: 'trap_return.restore',
    irqs: [4],
    most: WHOLE ? Infinity : 60,
    check: (m) => {
      m.run({ instructions: 8000 });
      expect(m).toLeaveStackBalanced();
      expect(m).toHaveCleanInterrupts();
    },
  });
  expect(found).toHoldEverywhere();
  if (WHOLE) expect(found.tried).toBe(found.boundaries);
  expect(found.boundaries).toBeGreaterThan(100);
});
