import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { referee } from '../referees.ts';
import { GUEST_FOLDER } from './guest.ts';

// `trapgate run` at a terminal; script(1) makes one.

const PROGRAM = new URL('../../dist/trapgate.js', import.meta.url).pathname;
const KERNEL = [join(GUEST_FOLDER, 'kernel.elf'), '-initrd', join(GUEST_FOLDER, 'programs.cpio')];
const PROMPT = '# ';

/** A step: when the terminal has been sent `after` since the step before, `type` is typed. */
interface Step {
  readonly after: string;
  readonly type: string;
}

/** Run at a terminal of 80 columns and 24 rows; gives everything the terminal was sent, and the status. */
function atTerminal(args: readonly string[], steps: readonly Step[]): Promise<{ sent: string; status: string }> {
  const command = `stty rows 24 cols 80; node ${[PROGRAM, 'run', ...KERNEL, ...args].join(' ')} & p=$!; fg >/dev/null; s=$?; stty -a; echo status $s`;
  const child = spawn(referee('script'), ['-qec', `bash -mc '${command}'`, '/dev/null']);
  const left = [...steps];
  let sent = '';
  let from = 0;
  child.stdout.on('data', (bytes: Buffer) => {
    sent += bytes.toString('utf8');
    for (let step = left[0]; step; step = left[0]) {
      const at = sent.indexOf(step.after, from);
      if (at < 0) return;
      from = at + step.after.length;
      left.shift();
      child.stdin.write(step.type);
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      child.stdin.destroy();
      resolve({ sent, status: /status (\d+)/.exec(sent)?.[1] ?? 'none' });
    });
  });
}

const RESTORED = '\x1b[?25h\x1b[?1049l';

describe('at a terminal', () => {
  test('the screen is shown, keys reach the guest, Ctrl-A h helps, Ctrl-A x leaves and restores', async () => {
    const { sent, status } = await atTerminal(
      [],
      [
        { after: 'Type help', type: 'echo one two\r' },
        { after: 'one two', type: '\x01h' },
        { after: 'Press any key', type: ' ' },
        { after: 'echo one two', type: '\x01x' },
      ],
    );
    expect(status).toBe('0');
    expect(sent).toContain('Ctrl-A x    leave');
    expect(sent).toContain(RESTORED);
    expect(sent.slice(sent.indexOf(RESTORED))).toMatch(/(?<!-)icanon/);
  });

  test('with --serial stdio COM1 is the terminal', async () => {
    const { sent, status } = await atTerminal(['--serial', 'stdio'], [{ after: PROMPT, type: 'poweroff\r' }]);
    expect(status).toBe('0');
    expect(sent).toContain('reboot: Power down');
    expect(sent).toContain('the guest switched the power off');
    expect(sent).not.toContain('\x1b[?1049h');
  });
});
