/** The same guest under QEMU: what it answers to the shell's commands. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { referee } from '../referees.ts';
import { GUEST_FOLDER, withoutStamps } from './guest.ts';

const PROMPT = '\n# ';

/** What the kernel answers, command by command, as lines without time stamps. */
export function answersOfQemu(commands: readonly string[]): Promise<string[][]> {
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
      if (asked < commands.length) qemu.stdin.write(`${commands[asked++]!}\n`);
      else resolve(answers);
    });
    qemu.on('error', reject);
    qemu.on('close', () => reject(new Error(`QEMU ended early; it said:\n${said}`)));
  }).finally(() => qemu.kill('SIGKILL'));
}
