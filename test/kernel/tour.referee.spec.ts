import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { referee } from '../referees.ts';
import { GUEST_FOLDER, Guest, withoutStamps } from './guest.ts';

const ASKS = 'Please press one.';

/** The tour under QEMU, with `a` pressed when it asks for a key: what the serial port said. */
function tourInQemu(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-qemu-'));
  const monitor = join(folder, 'monitor');
  const guest = ['-kernel', join(GUEST_FOLDER, 'kernel.elf'), '-initrd', join(GUEST_FOLDER, 'programs.cpio')];
  const machine = ['-display', 'none', '-no-reboot', '-serial', 'stdio', '-monitor', `unix:${monitor},server,nowait`];
  const qemu = spawn(referee('qemu-system-i386'), [...guest, '-append', 'tour', ...machine], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise<string>((resolve, reject) => {
    let said = '';
    let pressed = false;
    qemu.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1');
      if (pressed || !said.includes(ASKS)) return;
      pressed = true;
      const socket = connect(monitor, () => socket.write('sendkey a\n')).on('error', reject);
    });
    qemu.on('error', reject);
    qemu.on('close', () => resolve(said.replaceAll('\r', '')));
  }).finally(() => {
    qemu.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
}

test('the tour says the same under QEMU, but for time stamps', async () => {
  const guest = new Guest('tour');
  guest.until(`${ASKS}\n`);
  guest.type('a');
  expect(guest.toStop()).toEqual({ kind: 'power-off' });
  // Where an address space's directory lies depends on where the loader put the archive.
  const comparable = (said: string) => withoutStamps(said.replace(/CR3: [\da-f]{8}/g, 'CR3'));
  expect(comparable(guest.console)).toEqual(comparable(await tourInQemu()));
});
