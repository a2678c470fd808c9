/** The same guest under Bochs, booted by its BIOS from a disk: what it answers to the shell's commands. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareBochs } from '../../emu/cli/referees/bochs.ts';
import { referee } from '../referees.ts';
import { Conversation } from './conversation.ts';
import { Guest } from './guest.ts';

const RAM_BYTES = 32 << 20;

/** Boot the kernel, do something with it, and end Bochs, which shows its screen over VNC to nobody. */
export async function withBochs<T>(act: (bochs: Conversation) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-bochs-'));
  const server = createServer();
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const guest = new Guest('', true, { ramBytes: RAM_BYTES });
  const args = prepareBochs(folder, guest.pc, [
    'clock: sync=none, time0=1767225600', // 2026-01-01
    `com1: enabled=1, mode=socket-client, dev=127.0.0.1:${(server.address() as AddressInfo).port}`,
    'com2: enabled=1, mode=null',
  ]);
  const bochs = spawn(referee('bochs'), args, { cwd: folder, stdio: 'ignore' });
  const ended = new Promise<never>((_, reject) => {
    bochs.on('error', reject);
    bochs.on('close', () => reject(new Error('Bochs ended early')));
  });
  try {
    const socket = await Promise.race([connected, ended]);
    return await act(new Conversation(socket, socket, ended));
  } finally {
    bochs.kill('SIGKILL');
    server.close();
    rmSync(folder, { recursive: true });
  }
}

/** What the kernel answers, command by command. */
export const answersOfBochs = (commands: readonly string[]) => withBochs((bochs) => bochs.commands(commands));
