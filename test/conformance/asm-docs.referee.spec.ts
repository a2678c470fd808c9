/** The boot sector of docs/assembler.md, started by a PC's firmware in QEMU, says hello. */

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { referee } from '../referees.ts';

test('the boot sector says hello', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-boot-'));
  const source = /^## A boot sector\n\n```asm\n([\s\S]*?)^```$/m.exec(readFileSync('docs/assembler.md', 'utf8'))![1]!;
  const sector = join(folder, 'boot.bin');
  const dump = join(folder, 'screen.bin');
  writeFileSync(sector, assemble(source).bytes);
  const drive = ['-drive', `file=${sector},format=raw,if=floppy,readonly=on`, '-boot', 'a'];
  const qemu = spawn(referee('qemu-system-i386'), [...drive, '-display', 'none', '-net', 'none', '-monitor', 'stdio']);
  try {
    const screen = async (): Promise<string> => {
      rmSync(dump, { force: true });
      qemu.stdin.write(`pmemsave 0xb8000 4000 "${dump}"\n`);
      await expect.poll(() => existsSync(dump) && readFileSync(dump).length, { timeout: 5000 }).toBe(4000);
      return Buffer.from(readFileSync(dump).filter((_, i) => i % 2 === 0)).toString('latin1');
    };
    await expect.poll(screen, { timeout: 30_000, interval: 200 }).toContain('hello');
  } finally {
    qemu.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
