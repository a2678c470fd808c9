/** The same guest under Bochs, booted by its BIOS from a disk: what it answers to the shell's commands. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referee } from '../referees.ts';
import { Conversation } from './conversation.ts';
import { kernelDisk } from './disk/disk.ts';

const MEGABYTES = 32;

/** Boot the kernel, do something with it, and end Bochs, which shows its screen over VNC to nobody. */
export async function withBochs<T>(act: (bochs: Conversation) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-bochs-'));
  const server = createServer();
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { bytes, geometry } = kernelDisk(MEGABYTES);
  const { cylinders, heads, spt } = geometry;
  const lines = [
    'display_library: rfb, options="timeout=0"',
    'romimage: file=/usr/share/bochs/BIOS-bochs-latest',
    'vgaromimage: file=/usr/share/seabios/vgabios-isavga.bin',
    `megs: ${MEGABYTES}`,
    'cpu: ips=50000000',
    'clock: sync=none, time0=1767225600', // 2026-01-01
    `ata0-master: type=disk, path=disk.img, mode=flat, cylinders=${cylinders}, heads=${heads}, spt=${spt}`,
    'boot: disk',
    `com1: enabled=1, mode=socket-client, dev=127.0.0.1:${(server.address() as AddressInfo).port}`,
    'com2: enabled=1, mode=null',
    'log: log',
    'panic: action=fatal',
  ];
  writeFileSync(join(folder, 'disk.img'), bytes);
  writeFileSync(join(folder, 'bochsrc'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'debugger'), 'c\nq\n');
  const bochs = spawn(referee('bochs'), ['-q', '-f', 'bochsrc', '-rc', 'debugger'], { cwd: folder, stdio: 'ignore' });
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
