/** Disks on the command line. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { dispatch } from '../../emu/cli/dispatch.ts';
import { commandLine } from './command-line.ts';

const cli = commandLine();
const { path } = cli;
const run = (...args: string[]) => dispatch(['run', '-serial', 'none', '-no-realtime', ...args]);

/** A disk of so many sectors whose boot sector is `source`. */
function disk(source: string, sectors = 8): string {
  const { bytes, diagnostics } = assemble(`bits 16\norg 0x7c00\n${source}\ntimes 510 - ($ - $$) db 0\ndw 0xaa55`);
  expect(diagnostics).toEqual([]);
  const image = new Uint8Array(sectors * 512);
  image.set(bytes);
  writeFileSync(path('disk.img'), image);
  return path('disk.img');
}

/** Writes the boot sector to sector 3, and exits with 5. */
const COPIER = `
      mov   ax, 0x0301
      mov   bx, 0x7c00
      mov   cx, 0x0003
      mov   dh, 0
      int   0x13
      mov   al, 5
      adc   al, 0
      out   0xf4, al
      hlt
`;

describe('--boot', () => {
  test('boots the first sector of a disk; -hda without an image is the same', async () => {
    const image = disk('mov al, dl\nout 0xf4, al\nhlt');
    expect(await run('--boot', image)).toBe(((0x80 << 1) | 1) & 0xff);
    expect(await run('-hda', image)).toBe(((0x80 << 1) | 1) & 0xff);
  });

  test('leaves the file as it is, but for --write-disk', async () => {
    const image = disk(COPIER);
    const before = readFileSync(image);
    expect(await run('--boot', image)).toBe(11);
    expect(readFileSync(image).equals(before)).toBe(true);
    expect(await run('--boot', image, '--write-disk')).toBe(11);
    const after = readFileSync(image);
    expect(after.subarray(1024, 1536).equals(before.subarray(0, 512))).toBe(true);
    after.fill(0, 1024, 1536);
    expect(after.equals(before)).toBe(true);
  });

  test('says what is wrong with a disk that cannot be booted', async () => {
    writeFileSync(path('empty.img'), new Uint8Array(0));
    writeFileSync(path('plain.img'), new Uint8Array(1024).fill(0x12));
    expect(await run('--boot', path('none.img'))).toBe(1);
    expect(cli.err).toContain('cannot read');
    expect(await run('--boot', path('empty.img'))).toBe(1);
    expect(cli.err).toContain('the disk is empty');
    expect(await run('--boot', path('plain.img'))).toBe(1);
    expect(cli.err).toContain('its first sector ends in 12 12 rather than the boot signature 55 aa (at offset 0x1fe)');
  });

  test('options that do not go together', async () => {
    const image = disk('hlt');
    expect(await run('--boot', image, image)).toBe(2);
    expect(cli.err).toContain(`--boot and the image ${image}: one of them can be booted`);
    expect(await run('--boot', image, '-hda', image)).toBe(2);
    expect(cli.err).toContain('there is one disk: --boot or --hda');
    expect(await run('--write-disk', image)).toBe(2);
    expect(cli.err).toContain('--write-disk: there is no disk');
    expect(await run()).toBe(2);
    expect(cli.err).toContain('no image given');
  });

  test('a boot sector given as an image: what is meant is told', async () => {
    expect(await run(disk('hlt'))).toBe(2);
    expect(cli.err).toMatch(/looks like a disk .*: --boot .* boots it, --address 0x100000 loads it as a flat binary/);
  });
});

test('screenshot gives the screen of a boot sector, as characters too', async () => {
  const image = disk(`
      xor   ax, ax
      mov   ds, ax
      mov   si, text
next: lodsb
      mov   ah, 0x0e
      int   0x10
      cmp   al, '.'
      jne   next
      hlt
text: db "Booted: ", 0xc9, 0xcd, 0xbb, "."
  `);
  expect(await dispatch(['screenshot', '-o', path('screen.txt'), '--at', '100ms', '--boot', image])).toBe(0);
  expect(readFileSync(path('screen.txt'), 'utf8')).toBe('Booted: ╔═╗.\n');
});

test('-hda beside an image is a disk that it finds', async () => {
  const image = disk('hlt', 100);
  const kernel = assemble('mov dx, 0x1f7\nin al, dx\nout 0xf4, al', { bits: 32, origin: 0x100000 });
  writeFileSync(path('kernel.bin'), kernel.bytes);
  expect(await run(path('kernel.bin'), '-hda', image)).toBe((0x50 << 1) | 1);
});

test('--bios starts in a ROM of the person’s own, with a disk or without', async () => {
  const rom = assemble(
    'bits 16\nstart: mov dx, 0x1f7\nin al, dx\nout 0xf4, al\nhlt\ntimes 496 - ($ - $$) db 0\njmp start\nalign 512',
  );
  expect(rom.diagnostics).toEqual([]);
  writeFileSync(path('rom.bin'), rom.bytes);
  expect(await run('--bios', path('rom.bin'))).toBe(0xff);
  writeFileSync(path('unsigned.img'), new Uint8Array(512));
  expect(await run('--bios', path('rom.bin'), '--boot', path('unsigned.img'))).toBe((0x50 << 1) | 1);
  writeFileSync(path('tiny.bin'), 'tiny');
  expect(await run('--bios', path('tiny.bin'))).toBe(1);
  expect(cli.err).toContain('a BIOS has its first instruction 16 bytes before its end');
});
