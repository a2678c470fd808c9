import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { atTerminal } from './at-terminal.ts';
import { GUEST_FOLDER } from './guest.ts';

// `trapgate run` at a terminal.

const RUN = ['run', join(GUEST_FOLDER, 'kernel.elf'), '-initrd', join(GUEST_FOLDER, 'programs.cpio')];
const PROMPT = '# ';

const RESTORED = '\x1b[?25h\x1b[?1049l';

describe('at a terminal', () => {
  test('the screen is shown, keys reach the guest, Ctrl-A h helps, Ctrl-A x leaves and restores', async () => {
    const { sent, status } = await atTerminal(RUN, [
      { shows: 'Type help', type: 'echo one two\r' },
      { shows: /^one two$/m, type: '\x01h' },
      { shows: 'Press any key', type: ' ' },
      { shows: /^# echo one two$/m, type: '\x01x' },
    ]);
    expect(status).toBe('0');
    expect(sent).toContain('Ctrl-A x    leave');
    expect(sent).toContain(RESTORED);
    expect(sent.slice(sent.indexOf(RESTORED))).toMatch(/(?<!-)icanon/);
  });

  test('with --serial stdio COM1 is the terminal', async () => {
    const { sent, status } = await atTerminal([...RUN, '--serial', 'stdio'], [{ after: PROMPT, type: 'poweroff\r' }]);
    expect(status).toBe('0');
    expect(sent).toContain('reboot: Power down');
    expect(sent).toContain('the guest switched the power off');
    expect(sent).not.toContain('\x1b[?1049h');
  });
});
