import { expect, test } from 'vitest';
import { Guest } from './guest.ts';
import { answersOfQemu } from './qemu.ts';

/** Lessons that need nothing from outside, and say nothing of how fast the machine is. */
const COMMANDS = [
  ...['probe_lines', 'stray_vector', 'spurious', 'softirqs', 'tasklets', 'works', 'waiting'].map(
    (name) => `insmod ${name}.ko`,
  ),
  ...['max_active=1', 'max_active=1 flags=2', 'busy=1'].map((flags) => `insmod parallel.ko ${flags}`),
  'lsmod',
  'trap stack',
];

/** Where memory of the heap lies depends on where the loader put the archive. */
const comparable = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/\b[\da-f]{8}\b/g, 'ADDRESS').replace(/Code:.*/, 'Code:'));

test('the lessons say the same under QEMU', async () => {
  const guest = Guest.shell();
  const answers = await answersOfQemu(COMMANDS);
  COMMANDS.forEach((command, n) => {
    expect(comparable(guest.command(command)), command).toEqual(comparable(answers[n]!));
  });
});
