/** Boot sectors beside other people's BIOSes: SeaBIOS in QEMU, and Bochs' BIOS here. */
import { describe, expect, test } from 'vitest';
import { DISKS, type DiskName, diskOf, ownFirmware, recorded, romFile, saidHere, saidInQemu } from './boot/disks.ts';

const BOCHS_BIOS = ['BIOS-bochs-latest', 'BIOS-bochs-legacy'].map((name) => `/usr/share/bochs/${name}`);
const VGA_BIOS = '/usr/share/seabios/vgabios-isavga.bin';
const SEABIOS = '/usr/share/seabios/bios.bin';

describe.each(Object.keys(DISKS) as DiskName[])('a %s', (name) => {
  test('says the same in QEMU as was recorded, and as here', () => {
    const disk = diskOf(name);
    const inQemu = saidInQemu(name, disk);
    expect(inQemu).toBe(recorded(name));
    expect(saidHere(disk, ownFirmware())).toBe(inQemu);
  });
});

/** Lines about the disk: what a BIOS finds out by itself, whatever it thinks of memory and screen. */
const aboutDisk = (said: string) =>
  said.split('\n').filter((line) => /^(drive|by geometry|the last sector|write|extensions|a packet of)/.test(line));

describe('other BIOSes, given with -bios', () => {
  test.each(BOCHS_BIOS)('%s with a VGA BIOS boots the disk', (bios) => {
    const said = saidHere(diskOf('hard disk'), { bios: romFile(bios), optionRom: romFile(VGA_BIOS) });
    expect(aboutDisk(said)).toEqual(aboutDisk(recorded('hard disk')));
    expect(said.slice(said.indexOf('\nscreen'))).toBe(
      recorded('hard disk').slice(recorded('hard disk').indexOf('\nscreen')),
    );
  });

  test('SeaBIOS (128 KB) boots the disk, without a screen: it takes a VGA’s ROM from QEMU alone', () => {
    expect(aboutDisk(saidHere(diskOf('hard disk'), { bios: romFile(SEABIOS) }))).toEqual(
      aboutDisk(recorded('hard disk')),
    );
  });
});
