/** Disks whose boot sector is services.asm, and what they say. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECTOR_BYTES } from '../../../devices/disk-image.ts';
import { assembleFile } from '../../../emu/build/assemble.ts';
import type { Firmware } from '../../../emu/machine/firmware.ts';
import { ImageFile } from '../../../emu/machine/loaders/image.ts';
import { Pc } from '../../../emu/machine/pc.ts';
import { describeStop } from '../../../emu/machine/stop.ts';
import { referee } from '../../referees.ts';

/** As in services.asm: from here on each sector begins with its number. */
const FIRST_MARKED = 64;
/** What the program's date and hour are by. */
export const START = '2026-01-31T13:00:00';
const PATIENCE = 3_000_000_000;

export const DISKS = { 'hard disk': 20 * 16 * 63, diskette: 80 * 2 * 18 } as const;
export type DiskName = keyof typeof DISKS;

export const ownFirmware = (): Firmware => ({
  bios: romFile(join(import.meta.dirname, '../../../dist/guest/bios.bin')),
});

export function romFile(path: string): ImageFile {
  return new ImageFile(path, readFileSync(path));
}

/** The disk's sectors. */
export function diskOf(name: DiskName): Uint8Array {
  const sectors = DISKS[name];
  const disk = new Uint8Array(sectors * SECTOR_BYTES);
  const view = new DataView(disk.buffer);
  for (let n = FIRST_MARKED; n < sectors; n++) view.setUint32(n * SECTOR_BYTES, n, true);
  const program = join(import.meta.dirname, 'services.asm');
  disk.set(assembleFile(program, { format: 'bin', includePaths: [import.meta.dirname] }).bytes);
  return disk;
}

/** What the program says when it is booted here, by whichever BIOS. */
export function saidHere(disk: Uint8Array, firmware: Firmware): string {
  let said = '';
  const pc = new Pc({
    firmware,
    disk: new ImageFile('disk', disk),
    startTime: Date.parse(`${START}Z`) / 1000,
    debugConsole: (byte) => {
      said += String.fromCharCode(byte);
    },
  });
  pc.boot({ file: firmware.bios });
  const stop = pc.machine.run({ instructions: PATIENCE });
  if (stop.kind !== 'exit') throw new Error(`${describeStop(stop)}\n${said}`);
  return said;
}

/** What it says in QEMU, booted by SeaBIOS. */
export function saidInQemu(name: DiskName, disk: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-boot-'));
  try {
    const [image, said] = [join(folder, 'disk.img'), join(folder, 'said')];
    writeFileSync(image, disk);
    const drive = `file=${image},format=raw,if=${name === 'diskette' ? 'floppy' : 'ide'}`;
    const quiet = ['-display', 'none', '-monitor', 'none', '-serial', 'null', '-net', 'none'];
    const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'];
    const clock = ['-rtc', `base=${START},clock=vm`];
    spawnSync(
      referee('qemu-system-i386'),
      ['-m', '128', '-drive', drive, '-debugcon', `file:${said}`, ...quiet, ...exit, ...clock],
      { timeout: 60_000, killSignal: 'SIGKILL' },
    );
    return readFileSync(said, 'latin1');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As QEMU's was when it was recorded. */
export function recorded(name: DiskName): string {
  return readFileSync(join(import.meta.dirname, `${name.replace(' ', '-')}.txt`), 'latin1');
}
