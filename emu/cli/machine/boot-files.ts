/** What is to be booted: an image, a disk through a BIOS, or a BIOS alone. */

import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SECTOR_BYTES } from '../../../devices/disk-image.ts';
import type { Firmware } from '../../machine/firmware.ts';
import { ImageFile } from '../../machine/loaders/image.ts';
import { CommandError, UsageError } from '../command.ts';
import { onFile, readFile } from '../files.ts';
import type { OptionSpec, ParsedOptions } from '../options.ts';

export const BOOT_OPTIONS = [
  { name: 'boot', argument: 'DISK', help: 'boot the disk whose image DISK is, by its first sector: see below' },
  { name: 'hda', argument: 'DISK', help: 'a disk beside IMAGE; without an IMAGE the same as --boot' },
  {
    name: 'write-disk',
    help: 'put what the guest has written to the disk into DISK at the end; else DISK stays\nas it is, and only the machine knows',
  },
  { name: 'bios', argument: 'FILE', help: 'a BIOS of your choice, a ROM at the top of the 4 GB, and start in it' },
  { name: 'option-rom', argument: 'FILE', help: 'a ROM for the BIOS to find at 0xc0000: that of a VGA, for instance' },
] as const satisfies readonly OptionSpec[];

export const BOOT_HELP = `With --boot the processor starts in a BIOS of trapgate's own, which reads the first sector of DISK to 0:7c00 and goes
there; its services are those of int 10h to 1Ah in text modes. A DISK of a diskette's size (160 KB to 2.88 MB) is
drive 0, any other drive 80h. Its sectors are behind an ATA interface at 0x1f0, IRQ 14.`;

const SIGNATURE_AT = SECTOR_BYTES - 2;

type Options = ParsedOptions<(typeof BOOT_OPTIONS)[number]['name'] | 'kernel' | 'address'>;

export interface BootFiles {
  /** What is booted: a kernel, or the BIOS. */
  readonly image: ImageFile;
  readonly firmware?: Firmware;
  readonly disk?: ImageFile;
}

/** Sectors that differ from those of the disk's file. */
export type DiskChanges = readonly { readonly sector: number; readonly bytes: Uint8Array }[];

/** @throws UsageError, CommandError */
export function bootFilesOf(options: Options): BootFiles {
  const kernels = [...options.operands, ...(options.has('kernel') ? [options.get('kernel')!] : [])];
  if (options.has('boot') && options.has('hda')) throw new UsageError('there is one disk: --boot or --hda');
  const diskPath = options.get('boot') ?? options.get('hda');
  if (diskPath === undefined && options.has('write-disk')) throw new UsageError('--write-disk: there is no disk');
  const [kernel] = kernels;
  if (kernels.length > 1) throw new UsageError(`one image can be booted, not ${kernels.join(' and ')}`);
  const disk = diskPath === undefined ? undefined : diskOf(diskPath);
  if (kernel !== undefined) {
    for (const name of ['boot', 'bios', 'option-rom'] as const) {
      if (options.has(name)) throw new UsageError(`--${name} and the image ${kernel}: one of them can be booted`);
    }
    const image = new ImageFile(kernel, readFile(kernel));
    if (!options.has('address')) refuseBootSector(image);
    return { image, ...(disk && { disk }) };
  }
  const biosPath = options.get('bios');
  if (disk === undefined && biosPath === undefined) throw new UsageError('no image given');
  if (disk && biosPath === undefined) requireSignature(disk);
  const path = biosPath ?? ownBios();
  const optionRom = options.get('option-rom');
  const firmware = {
    bios: new ImageFile(path, readFile(path)),
    ...(optionRom === undefined ? {} : { optionRom: new ImageFile(optionRom, readFile(optionRom)) }),
  };
  return { image: firmware.bios, firmware, ...(disk && { disk }) };
}

/** Puts sectors into the disk's file, for --write-disk. @throws CommandError */
export function diskWriter(path: string): (changes: DiskChanges) => void {
  onFile('write', path, () => closeSync(openSync(path, 'r+')));
  return (changes) =>
    onFile('write', path, () => {
      const file = openSync(path, 'r+');
      for (const { sector, bytes } of changes) writeSync(file, bytes, 0, bytes.length, sector * SECTOR_BYTES);
      closeSync(file);
    });
}

function diskOf(path: string): ImageFile {
  const disk = new ImageFile(path, readFile(path));
  if (disk.size === 0) throw new CommandError(`${path}: the disk is empty`);
  return disk;
}

function isSigned({ bytes }: ImageFile): boolean {
  return bytes[SIGNATURE_AT] === 0x55 && bytes[SIGNATURE_AT + 1] === 0xaa;
}

function requireSignature(disk: ImageFile): void {
  if (isSigned(disk)) return;
  const [low, high] = [0, 1].map((i) => (disk.bytes[SIGNATURE_AT + i] ?? 0).toString(16).padStart(2, '0'));
  throw new CommandError(
    `${disk.name}: it cannot be booted: its first sector ends in ${low} ${high} rather than the boot signature 55 aa ` +
      `(at offset 0x${SIGNATURE_AT.toString(16)})`,
  );
}

/** A boot sector is a flat binary too, but nobody means that. */
function refuseBootSector(image: ImageFile): void {
  const isKnown = image.size >= 4 && [0x464c457f, 0x74617274].includes(image.u32(0, 'the image'));
  if (isKnown || !isSigned(image)) return;
  throw new UsageError(
    `${image.name} looks like a disk (its first sector ends in 55 aa): --boot ${image.name} boots it, ` +
      '--address 0x100000 loads it as a flat binary',
  );
}

/** Beside the command when it is bundled, else where make puts it. */
function ownBios(): string {
  const places = ['./guest/bios.bin', '../../../dist/guest/bios.bin'];
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const path = paths.find((path) => existsSync(path));
  if (path === undefined) throw new CommandError(`the BIOS is missing (${paths[0]}): make guest builds it`);
  return path;
}
