import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { referee } from '../referees.ts';
import { GUEST_FOLDER, Guest, withoutStamps } from './guest.ts';

const PROMPT = '\n# ';
/** Lessons that need nothing from outside, and say nothing of how fast the machine is. */
const COMMANDS = [
  ...['probe_lines', 'stray_vector', 'spurious', 'softirqs', 'tasklets', 'works', 'waiting'].map(
    (name) => `insmod ${name}.ko`,
  ),
  ...['max_active=1', 'max_active=1 flags=2', 'busy=1'].map((flags) => `insmod parallel.ko ${flags}`),
  'lsmod',
  'trap stack',
];

/** What the kernel answers under QEMU, command by command. */
function answersOfQemu(): Promise<string[][]> {
  const guest = ['-kernel', join(GUEST_FOLDER, 'kernel.elf'), '-initrd', join(GUEST_FOLDER, 'programs.cpio')];
  const machine = ['-display', 'none', '-no-reboot', '-serial', 'stdio', '-monitor', 'none'];
  const qemu = spawn(referee('qemu-system-i386'), [...guest, ...machine], { stdio: ['pipe', 'pipe', 'inherit'] });
  return new Promise<string[][]>((resolve, reject) => {
    const answers: string[][] = [];
    let said = '';
    let asked = 0;
    qemu.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1').replaceAll('\r', '');
      if (!said.endsWith(PROMPT)) return;
      if (asked > 0) answers.push(withoutStamps(said.slice(said.indexOf('\n') + 1, -PROMPT.length)));
      said = '';
      if (asked < COMMANDS.length) qemu.stdin.write(`${COMMANDS[asked++]!}\n`);
      else resolve(answers);
    });
    qemu.on('error', reject);
    qemu.on('close', () => reject(new Error(`QEMU ended early; it said:\n${said}`)));
  }).finally(() => qemu.kill('SIGKILL'));
}

/** Where memory of the heap lies depends on where the loader put the archive. */
const comparable = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/\b[\da-f]{8}\b/g, 'ADDRESS').replace(/Code:.*/, 'Code:'));

test('the lessons say the same under QEMU', async () => {
  const guest = Guest.shell();
  const answers = await answersOfQemu();
  COMMANDS.forEach((command, n) => {
    expect(comparable(guest.command(command)), command).toEqual(comparable(answers[n]!));
  });
});
