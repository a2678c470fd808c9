/** The kernel as GNU ld links it from our assembler's object: it boots, and does what the one we link does. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readElf } from '../../asm/index.ts';
import { assembleFile } from '../../emu/build/assemble.ts';
import { functionsOf, kallsymsSource } from '../../emu/build/kallsyms.ts';
import { referee } from '../referees.ts';
import { Guest } from './guest.ts';

const KERNEL = 'guest/kernel';

/** Where the build puts the archive that becomes /bin. */
const SCRATCH = 'build/guest';

/** Assembled twice, as the build does: the second time with the table of the first one's functions, and /bin. */
function linkedByLd(folder: string): Uint8Array {
  const [object, image] = [join(folder, 'kernel.o'), join(folder, 'kernel.elf')];
  const once = (options: { includePaths: string[]; defines?: Record<string, string> }): Uint8Array => {
    writeFileSync(object, assembleFile(`${KERNEL}/kernel.asm`, { format: 'elf32', ...options }).bytes);
    const script = ['-T', `${KERNEL}/kernel.ld`];
    execFileSync(referee('ld'), ['-m', 'elf_i386', '-z', 'noexecstack', ...script, '-o', image, object]);
    return readFileSync(image);
  };
  const { parts, symbols } = readElf(once({ includePaths: [KERNEL] }))!;
  const text = parts.find(({ name }) => name === '.text')!.index;
  const functions = functionsOf(symbols.filter(({ section }) => section === text));
  writeFileSync(join(folder, 'kallsyms.inc'), kallsymsSource(functions));
  return once({ includePaths: [KERNEL, folder, SCRATCH], defines: { KALLSYMS: '', INITRAMFS: '' } });
}

function tour(guest: Guest): string {
  guest.until('Please press one.\n');
  guest.type('a');
  expect(guest.toStop()).toEqual({ kind: 'power-off' });
  return guest.console;
}

test('the tour is the same to the last character, time stamps included', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-ld-'));
  try {
    const said = tour(new Guest('tour', true, { kernel: linkedByLd(folder) }));
    expect(said).toContain('Hello from ring 3.');
    expect(said).toBe(tour(new Guest('tour')));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
