/** The kernel on a hard disk, with a boot sector that loads it: for machines that know no multiboot. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SECTOR_BYTES } from '../../../devices/disk-image.ts';
import { assembleFile } from '../../../emu/build/assemble.ts';
import { parseElf32, physicalEntry } from '../../../emu/machine/loaders/elf32.ts';
import { ImageFile } from '../../../emu/machine/loaders/image.ts';
import { GUEST_FOLDER } from '../guest.ts';

const ONE_MEGABYTE = 0x10_0000;
const PAGE_BYTES = 0x1000;
const PT_LOAD = 1;
/** Geometry that every BIOS takes as it is. */
const [HEADS, SECTORS_PER_TRACK] = [16, 63] as const;

export interface KernelDisk {
  readonly bytes: Uint8Array;
  readonly geometry: { readonly cylinders: number; readonly heads: number; readonly spt: number };
}

/** @param megabytes the RAM of the machine that will boot it */
export function kernelDisk(megabytes: number): KernelDisk {
  const file = new ImageFile('kernel.elf', readFileSync(join(GUEST_FOLDER, 'kernel.elf')));
  const archive = readFileSync(join(GUEST_FOLDER, 'programs.cpio'));
  const elf = parseElf32(file);
  const segments = elf.segments.filter(({ type }) => type === PT_LOAD);
  const end = Math.max(...segments.map(({ physicalAddress, memoryBytes }) => physicalAddress + memoryBytes));
  const module = Math.ceil(end / PAGE_BYTES) * PAGE_BYTES;
  const sectors = Math.ceil((module + archive.length - ONE_MEGABYTE) / SECTOR_BYTES);
  const cylinders = Math.ceil((sectors + 65) / (HEADS * SECTORS_PER_TRACK));
  const bytes = new Uint8Array(cylinders * HEADS * SECTORS_PER_TRACK * SECTOR_BYTES);
  const place = (address: number, part: Uint8Array) => bytes.set(part, SECTOR_BYTES + address - ONE_MEGABYTE);
  for (const { physicalAddress, offset, fileBytes } of segments) {
    place(physicalAddress, file.slice(offset, fileBytes, 'a segment'));
  }
  place(module, archive);
  const defines = {
    SECTORS: String(sectors),
    ENTRY: String(physicalEntry(elf)),
    MODULE_START: String(module),
    MODULE_END: String(module + archive.length),
    MEGABYTES: String(megabytes),
  };
  bytes.set(assembleFile(join(import.meta.dirname, 'boot.asm'), { format: 'bin', defines }).bytes);
  return { bytes, geometry: { cylinders, heads: HEADS, spt: SECTORS_PER_TRACK } };
}
