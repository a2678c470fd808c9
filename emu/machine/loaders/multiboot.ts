/**
 * Multiboot 1 kernels: the header, the image by ELF or by the header's own addresses, and the information
 * structure with modules, memory map and command line.
 *
 * Source: Multiboot Specification 0.6.96. Where it leaves room, this does as QEMU's -kernel does, so that one
 * kernel sees one world: the structure at 0x9000, the command line beginning with the kernel's file name, modules
 * on page boundaries behind the kernel.
 */

import { isElf, loadSegments, parseElf32, physicalEntry } from './elf32.ts';
import { type ImageFile, type ImageSymbol, type LoadedImage, type LoadTarget, place } from './image.ts';

// 3.1: the header lies within the first 8192 bytes, on a 4-byte boundary.
const HEADER_MAGIC = 0x1badb002;
const SEARCH_BYTES = 8192;
const FLAG_VIDEO = 1 << 2;
const FLAG_ADDRESSES = 1 << 16;
/** Flags 0 to 15 are demands; these are the ones that can be met. */
const KNOWN_DEMANDS = 0b111;
const TEXT_MODE = 1;

// 3.2 and 3.3: what the kernel finds in EAX, and the structure EBX points to.
export const BOOT_MAGIC = 0x2badb002;
export const INFO_ADDRESS = 0x9000;
const INFO_BYTES = 116;
const HAS_MEMORY = 1 << 0;
const HAS_COMMAND_LINE = 1 << 2;
const HAS_MODULES = 1 << 3;
const HAS_MEMORY_MAP = 1 << 6;
const HAS_LOADER_NAME = 1 << 9;
const MODULE_BYTES = 16;
const MAP_ENTRY_BYTES = 24;
const MB = 0x100000;
const PAGE = 4096;

/** One run of the guest's address space, as the memory map tells of it. */
export interface MemoryRange {
  readonly base: number;
  readonly length: number;
  readonly available: boolean;
}

/** A file that is put into memory beside the kernel. */
export interface BootModule {
  /** What the kernel is told: usually the file's name, then its arguments. */
  readonly commandLine: string;
  readonly bytes: Uint8Array;
}

export interface MultibootOptions {
  readonly commandLine: string;
  readonly modules: readonly BootModule[];
  readonly memoryMap: readonly MemoryRange[];
}

interface Header {
  readonly offset: number;
  readonly flags: number;
}

/** Where the multiboot header is; undefined when there is none. */
export function findMultibootHeader(file: ImageFile): Header | undefined {
  for (let offset = 0; offset + 12 <= Math.min(file.size, SEARCH_BYTES); offset += 4) {
    if (file.u32(offset, 'the header') !== HEADER_MAGIC) continue;
    const flags = file.u32(offset + 4, 'the header');
    if ((HEADER_MAGIC + flags + file.u32(offset + 8, 'the header')) % 2 ** 32 === 0) return { offset, flags };
  }
  return undefined;
}

/**
 * Load a multiboot kernel with what it is to be given.
 * @throws ImageError when the image is corrupt, demands what this machine has not, or does not fit
 */
export function loadMultiboot(target: LoadTarget, file: ImageFile, options: MultibootOptions): LoadedImage {
  const header = findMultibootHeader(file);
  if (!header) throw file.error(0, 'no multiboot header in the first 8192 bytes');
  refuseUnknownDemands(file, header);
  const kernel =
    header.flags & FLAG_ADDRESSES ? loadByAddresses(target, file, header) : loadByElf(target, file, header);

  const places = placeModules(target, file, options.modules, Math.max(kernel.last + 1, MB));
  const info = buildInfo(file.name, options, places);
  if (kernel.first < INFO_ADDRESS + info.length && kernel.last >= INFO_ADDRESS) {
    throw file.error(
      header.offset,
      `the kernel covers 0x${INFO_ADDRESS.toString(16)}, where the boot information goes`,
    );
  }
  place(target, file, header.offset, INFO_ADDRESS, info, info.length);
  return { kind: 'multiboot', registers: { eax: BOOT_MAGIC, ebx: INFO_ADDRESS }, ...kernel };
}

function refuseUnknownDemands(file: ImageFile, { offset, flags }: Header): void {
  // 3.1.2: a loader that cannot meet one of the demands in bits 0 to 15 must not load the kernel.
  const unknown = flags & 0xffff & ~KNOWN_DEMANDS;
  if (unknown)
    throw file.error(offset + 4, `the multiboot header demands unknown features (flags 0x${unknown.toString(16)})`);
  if (flags & FLAG_VIDEO && file.u32(offset + 32, 'the video mode type') !== TEXT_MODE) {
    throw file.error(offset + 32, 'the multiboot header demands a graphics mode; this machine has text only');
  }
}

type Loaded = Pick<LoadedImage, 'entry' | 'first' | 'last' | 'symbols'>;

function loadByElf(target: LoadTarget, file: ImageFile, { offset }: Header): Loaded {
  if (!isElf(file)) throw file.error(offset + 4, 'a multiboot kernel must be ELF or have the address fields (flag 16)');
  const elf = parseElf32(file);
  return { entry: physicalEntry(elf), ...loadSegments(target, file, elf), symbols: elf.symbols };
}

/** 3.1.3: header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr. */
function loadByAddresses(target: LoadTarget, file: ImageFile, { offset }: Header): Loaded {
  const field = (n: number) => file.u32(offset + 12 + 4 * n, "the multiboot header's address fields");
  const [headerAddress, first, loadEnd, bssEnd, entry] = [field(0), field(1), field(2), field(3), field(4)];
  if (first > headerAddress) throw file.error(offset + 16, 'load_addr lies above header_addr');
  const start = offset - (headerAddress - first);
  if (start < 0) throw file.error(offset + 12, 'the addresses put the image before the start of the file');
  // A zero load_end_addr takes the whole file; a zero bss_end_addr means no bss.
  const length = loadEnd === 0 ? file.size - start : loadEnd - first;
  if (length <= 0) throw file.error(offset + 20, 'load_end_addr lies below load_addr');
  const bytes = file.slice(start, length, 'the image by load_addr and load_end_addr');
  const memoryBytes = bssEnd === 0 ? length : bssEnd - first;
  if (memoryBytes < length) throw file.error(offset + 24, 'bss_end_addr lies below load_end_addr');
  place(target, file, offset + 16, first, bytes, memoryBytes);
  const symbols: readonly ImageSymbol[] = isElf(file) ? parseElf32(file).symbols : [];
  return { entry, first, last: first + memoryBytes - 1, symbols };
}

interface PlacedModule {
  readonly commandLine: string;
  readonly start: number;
  readonly end: number;
}

function placeModules(
  target: LoadTarget,
  file: ImageFile,
  modules: readonly BootModule[],
  lowest: number,
): PlacedModule[] {
  let next = lowest;
  return modules.map(({ commandLine, bytes }) => {
    const start = Math.ceil(next / PAGE) * PAGE;
    next = start + bytes.length;
    if (!target.isMemory(start, bytes.length)) {
      const megabytes = `the machine's ${target.ramBytes >> 20} MB`;
      throw file.error(
        0,
        `no room for module '${commandLine}' (${bytes.length} bytes) behind the kernel in ${megabytes}`,
      );
    }
    target.write(start, bytes);
    return { commandLine, start, end: next };
  });
}

/** The information structure (3.3) and everything it points to, as one block that goes to INFO_ADDRESS. */
function buildInfo(kernelName: string, options: MultibootOptions, modules: readonly PlacedModule[]): Uint8Array {
  const { memoryMap } = options;
  const modulesAt = INFO_BYTES;
  const mapAt = modulesAt + modules.length * MODULE_BYTES;
  let stringsAt = mapAt + memoryMap.length * MAP_ENTRY_BYTES;
  const strings: Uint8Array[] = [];
  const string = (text: string) => {
    const at = INFO_ADDRESS + stringsAt;
    const bytes = Buffer.from(`${text}\0`, 'utf8');
    strings.push(bytes);
    stringsAt += bytes.length;
    return at;
  };

  const view = new DataView(new ArrayBuffer(stringsAt));
  const put = (offset: number, ...words: number[]) => {
    words.forEach((word, i) => {
      view.setUint32(offset + 4 * i, word, true);
    });
  };
  const flags = HAS_MEMORY | HAS_COMMAND_LINE | HAS_MODULES | HAS_MEMORY_MAP | HAS_LOADER_NAME;
  put(0, flags, kilobytesFrom(memoryMap, 0), kilobytesFrom(memoryMap, MB), 0);
  put(16, string(options.commandLine === '' ? kernelName : `${kernelName} ${options.commandLine}`));
  put(20, modules.length, INFO_ADDRESS + modulesAt);
  put(44, memoryMap.length * MAP_ENTRY_BYTES, INFO_ADDRESS + mapAt);
  put(64, string('trapgate'));
  modules.forEach(({ start, end, commandLine }, i) => {
    put(modulesAt + i * MODULE_BYTES, start, end, string(commandLine), 0);
  });
  memoryMap.forEach(({ base, length, available }, i) => {
    put(mapAt + i * MAP_ENTRY_BYTES, MAP_ENTRY_BYTES - 4, base, 0, length, 0, available ? 1 : 2);
  });
  return Buffer.concat([new Uint8Array(view.buffer), ...strings]);
}

/** mem_lower and mem_upper: kilobytes from an address (0 or 1 MB) to the first hole. */
function kilobytesFrom(memoryMap: readonly MemoryRange[], base: number): number {
  const range = memoryMap.find((candidate) => candidate.available && candidate.base === base);
  return range ? Math.floor(range.length / 1024) : 0;
}
