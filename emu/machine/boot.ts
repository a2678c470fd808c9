/**
 * From an image file to a processor that stands at its first instruction.
 */

import type { Cpu, SegmentRegister } from './cpu.ts';
import { isElf, loadElf32 } from './loaders/elf32.ts';
import { FLAT_ADDRESS, loadFlat } from './loaders/flat.ts';
import type { ImageFile, LoadedImage } from './loaders/image.ts';
import { type BootModule, findMultibootHeader, loadMultiboot, type MemoryRange } from './loaders/multiboot.ts';
import type { PhysicalMemory } from './physical-memory.ts';

/** An image, and what it is to be given. */
export interface BootImage {
  readonly file: ImageFile;
  /** Multiboot only; default: none. */
  readonly commandLine?: string;
  /** Multiboot only; default: none. */
  readonly modules?: readonly BootModule[];
  /** Flat images only: where to load and enter; default 0x100000. */
  readonly address?: number;
}

const KB = 1024;
const MB = 1024 * KB;
// As QEMU's firmware tells of a PC: 1 KB below 640 KB for the BIOS, 128 KB at the top for ACPI, ROM below 1 MB and 4 GB.
const BIOS_DATA = 0x9fc00;
const LOW_END = 0xa0000;
const ROM = { base: 0xf0000, length: 0x10000, available: false };
const TOP_ROM = { base: 0xfffc0000, length: 0x40000, available: false };
const ACPI_BYTES = 128 * KB;

/**
 * Load an image and start the processor at its entry, as a multiboot loader leaves it (Multiboot 0.6.96, 3.2):
 * protected mode, paging off, flat 4 GB segments, interrupts disabled.
 * @throws ImageError when the image cannot be used
 */
export function boot(cpu: Cpu, memory: PhysicalMemory, image: BootImage): LoadedImage {
  const loaded = load(memory, image);
  startFlat(cpu, loaded);
  return loaded;
}

function load(memory: PhysicalMemory, image: BootImage): LoadedImage {
  const { file } = image;
  if (findMultibootHeader(file)) {
    const { commandLine = '', modules = [] } = image;
    return loadMultiboot(memory, file, { commandLine, modules, memoryMap: memoryMapOf(memory.ramBytes) });
  }
  return isElf(file) ? loadElf32(memory, file) : loadFlat(memory, file, image.address ?? FLAT_ADDRESS);
}

/** What the guest is told of `ramBytes` of RAM: the ranges, and their kinds, that it finds under QEMU. */
export function memoryMapOf(ramBytes: number): MemoryRange[] {
  return [
    { base: 0, length: BIOS_DATA, available: true },
    { base: BIOS_DATA, length: LOW_END - BIOS_DATA, available: false },
    ROM,
    { base: MB, length: ramBytes - ACPI_BYTES - MB, available: true },
    { base: ramBytes - ACPI_BYTES, length: ACPI_BYTES, available: false },
    TOP_ROM,
  ];
}

const CR0_PE = 1;
const CR0_ET = 1 << 4;
/** Access rights (SDM 3A, figure 3-8): present, ring 0, accessed, 32-bit, 4 KB granular; execute/read and read/write. */
const CODE = 0xc09b;
const DATA = 0xc093;
/** The selectors QEMU's loader leaves; the specification lets them be any. */
const CODE_SELECTOR = 0x08;
const DATA_SELECTOR = 0x10;

function startFlat(cpu: Cpu, { entry, registers }: LoadedImage): void {
  const flat = (name: SegmentRegister, selector: number, access: number) =>
    cpu.setSegment(name, { selector, base: 0, limit: 0xffffffff, access, usable: true });
  cpu.cr0 = CR0_PE | CR0_ET;
  flat('cs', CODE_SELECTOR, CODE);
  for (const name of ['ds', 'es', 'fs', 'gs', 'ss'] as const) flat(name, DATA_SELECTOR, DATA);
  // Until the kernel loads its own tables there are none: a fault now is a triple fault, as it should be.
  cpu.gdtr = { base: 0, limit: 0 };
  cpu.idtr = { base: 0, limit: 0 };
  cpu.eflags = 0x2;
  cpu.eip = entry;
  cpu.eax = registers.eax ?? 0;
  cpu.ebx = registers.ebx ?? 0;
  cpu.esp = registers.esp ?? 0;
}
