/** The benchmark guests say the same under QEMU, where they run unchanged. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { referee } from '../referees.ts';
import { assembleGuest, guests } from './guests.ts';
import { trapgateEngine } from './trapgate.ts';

/** isa-debug-exit's status for a write of 0. */
const EXIT_STATUS = 1;

function reportOfQemu(image: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-qemu-'));
  const [kernel, report] = [join(folder, 'guest.elf'), join(folder, 'report')];
  writeFileSync(kernel, image);
  const devices = ['-debugcon', `file:${report}`, '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'];
  const machine = ['-display', 'none', '-monitor', 'none', '-serial', 'null', '-no-reboot', ...devices];
  try {
    execFileSync(referee('qemu-system-i386'), ['-kernel', kernel, ...machine]);
  } catch (error) {
    if ((error as { status?: number }).status !== EXIT_STATUS) throw error;
  }
  const said = readFileSync(report, 'latin1');
  rmSync(folder, { recursive: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the guest's marks around a round
  return said.replaceAll(/[\x02-\x04]/g, '');
}

test.each(guests)('$name', async ({ name }) => {
  const image = assembleGuest(name);
  expect((await trapgateEngine(image)).report).toBe(reportOfQemu(image));
});
