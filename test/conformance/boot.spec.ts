/** A boot sector that asks the BIOS for everything: ours answers as SeaBIOS does in QEMU. */
import { describe, expect, test } from 'vitest';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { DISKS, type DiskName, diskOf, ownFirmware, recorded, saidHere } from './boot/disks.ts';

describe.each(Object.keys(DISKS) as DiskName[])('a %s', (name) => {
  test('boots, and every service answers as in QEMU', () => {
    expect(saidHere(diskOf(name), ownFirmware())).toBe(recorded(name));
  });
});

/** The screen's rows that are not empty, after our BIOS has done what it can. */
function shownBy(disk: Uint8Array | undefined): string[] {
  const firmware = ownFirmware();
  const pc = new Pc({ firmware, ...(disk && { disk: new ImageFile('disk', disk) }) });
  pc.boot({ file: firmware.bios });
  pc.machine.run({ instructions: 200_000_000 });
  const { cells, columns, rows } = pc.vga.text();
  const row = (n: number) =>
    [...cells.subarray(n * columns, (n + 1) * columns)].map((c) => String.fromCharCode(c & 0xff));
  return Array.from({ length: rows }, (_, n) => row(n).join('').trimEnd()).filter((text) => text !== '');
}

describe('what cannot be booted is told', () => {
  const nothingLeft = 'Nothing is left to do: switch off, or reset.';

  test('no disk', () => {
    expect(shownBy(undefined)).toEqual(['There is no disk to boot from.', nothingLeft]);
  });

  test('no signature', () => {
    expect(shownBy(new Uint8Array(1024))).toEqual([
      'The disk cannot be booted: its first sector does not end in 55 AA.',
      nothingLeft,
    ]);
  });
});
