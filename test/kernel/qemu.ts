/** The same guest under QEMU. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referee } from '../referees.ts';
import { Conversation } from './conversation.ts';
import { GUEST_FOLDER } from './guest.ts';

/**
 * QEMU's time, too, is counted in instructions, and passes at once while the guest is halted: a busy host loses no
 * tick of the guest's.
 */
const VIRTUAL_TIME = ['-icount', 'shift=4,sleep=off', '-rtc', 'base=2026-01-01,clock=vm'];
/** A processor like ours: without a local APIC. */
const PROCESSOR = ['-cpu', 'qemu32,vendor=GenuineIntel,-apic'];

export class Qemu extends Conversation {
  private readonly monitor: string;
  /** Fulfilled when it has ended by itself. */
  readonly poweredOff: Promise<void>;

  private constructor(
    private readonly process: ReturnType<typeof start>,
    private readonly folder: string,
  ) {
    const ended = new Promise<never>((_, reject) => {
      process.on('error', reject);
      process.on('close', () => reject(new Error('QEMU has ended')));
    });
    super(process.stdout, process.stdin, ended);
    this.monitor = join(folder, 'monitor');
    this.poweredOff = new Promise((resolve) => process.on('close', () => resolve()));
  }

  /** Boot the kernel, do something with it, and end QEMU. */
  static async with<T>(commandLine: string, act: (qemu: Qemu) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), 'trapgate-qemu-'));
    const qemu = new Qemu(start(commandLine, folder), folder);
    try {
      return await act(qemu);
    } finally {
      qemu.process.kill('SIGKILL');
      rmSync(qemu.folder, { recursive: true });
    }
  }

  /** Press and release a key, by QEMU's name for it. */
  press(key: string): Promise<void> {
    return this.tellMonitor(`sendkey ${key}`);
  }

  moveMouse(right: number, away: number): Promise<void> {
    return this.tellMonitor(`mouse_move ${right} ${-away}`);
  }

  private tellMonitor(command: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.monitor, () => socket.end(`${command}\n`, resolve)).on('error', reject);
    });
  }
}

function start(commandLine: string, folder: string) {
  const guest = ['-kernel', join(GUEST_FOLDER, 'kernel.elf'), '-initrd', join(GUEST_FOLDER, 'programs.cpio')];
  const monitor = ['-monitor', `unix:${join(folder, 'monitor')},server,nowait`];
  const ports = ['-serial', 'stdio', '-serial', 'null'];
  const machine = ['-append', commandLine, '-display', 'none', '-no-reboot', ...ports, ...monitor];
  return spawn(referee('qemu-system-i386'), [...guest, ...machine, ...VIRTUAL_TIME, ...PROCESSOR], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

/** What the kernel answers, command by command. */
export const answersOfQemu = (commands: readonly string[]) => Qemu.with('', (qemu) => qemu.commands(commands));
