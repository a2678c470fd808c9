/**
 * Assembles the guest: dist/guest/kernel.elf, with the programs of /bin inside, dist/guest/programs.cpio with the
 * demonstrations, the modules and the files of guest/archive, and dist/guest/bios.bin.
 *
 * The kernel knows its functions by name. So it is assembled twice: the symbols of the first become a table in the
 * second, which lies behind everything else, as do the programs, so that no address moves.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Assembly } from '../../asm/index.ts';
import { FONT_8X16 } from '../../devices/vga-font.ts';
import { assembleFile } from './assemble.ts';
import { type ArchiveFile, cpioArchive } from './cpio.ts';
import { functionsOf, kallsymsSource, type PlacedSymbol } from './kallsyms.ts';
import { BuildError, main, step, writeIfChanged } from './step.ts';

const KERNEL = 'guest/kernel';
const PROGRAMS = 'guest/programs';
const MODULES = 'guest/modules';
const ARCHIVE = 'guest/archive';
const BIOS = 'guest/bios';
/** Where the utilities are, among the programs and in the guest. */
const BIN = 'bin/';
const SCRATCH = 'build/guest';
const OUT = 'dist/guest';

await main(async () => {
  mkdirSync(OUT, { recursive: true });
  await step(`guest: assembling ${PROGRAMS} and ${MODULES}`, async () => {
    const plain = plainFiles();
    const inBin = ({ name }: ArchiveFile) => name.startsWith(BIN);
    const [bin, rest] = [plain.filter(inBin), plain.filter((file) => !inBin(file))];
    writeIfChanged(`${SCRATCH}/initramfs.cpio`, cpioArchive([...programs(BIN), ...bin]));
    const files = [...programs(''), ...modules(), ...rest];
    writeIfChanged(`${OUT}/programs.cpio`, cpioArchive(files));
    return `${files.length} files`;
  });
  await step(`guest: assembling ${KERNEL}`, async () => {
    const kernel = assembleKernel();
    writeIfChanged(`${OUT}/kernel.elf`, kernel.bytes);
    return `${kernel.symbols.length} symbols, ${Math.ceil(kernel.bytes.length / 1024)} KB`;
  });
  await step(`guest: assembling ${BIOS}`, async () => {
    // The BIOS has the same font as the VGA at power-on.
    writeIfChanged(`${SCRATCH}/font.bin`, Uint8Array.from(FONT_8X16));
    const bios = assembleFile(`${BIOS}/bios.asm`, { format: 'bin', includePaths: [BIOS, SCRATCH] });
    writeIfChanged(`${OUT}/bios.bin`, bios.bytes);
    return `${bios.bytes.length / 1024} KB`;
  });
});

function assembleKernel(): Assembly {
  const source = `${KERNEL}/kernel.asm`;
  const first = assembleFile(source, { format: 'multiboot', includePaths: [KERNEL] });
  const table = functions(first);
  writeIfChanged(`${SCRATCH}/kallsyms.inc`, kallsymsSource(table));
  const second = assembleFile(source, {
    format: 'multiboot',
    includePaths: [KERNEL, SCRATCH],
    defines: { KALLSYMS: '', INITRAMFS: '' },
    debug: true,
  });
  const moved = functions(second).find(
    ({ name, address }, i) => table[i]?.name !== name || table[i].address !== address,
  );
  if (moved) throw new BuildError(`kallsyms: ${moved.name} is elsewhere in the second pass`);
  return second;
}

function functions({ symbols }: Assembly): PlacedSymbol[] {
  return functionsOf(symbols.filter(({ section }) => section === '.text'));
}

/** Ring 3: the utilities, or with no folder the demonstrations. */
function programs(folder: string): ArchiveFile[] {
  const sources = readdirSync(join(PROGRAMS, folder)).filter((name) => name.endsWith('.asm'));
  return sources.sort().map((name) => ({
    name: folder + basename(name, '.asm'),
    data: assembleFile(join(PROGRAMS, folder, name), { format: 'elf32exec', includePaths: [PROGRAMS, KERNEL] }).bytes,
    executable: true,
  }));
}

/** Relocatable objects, which the kernel itself links. */
function modules(): ArchiveFile[] {
  const sources = readdirSync(MODULES).filter((name) => name.endsWith('.asm'));
  return sources.sort().map((name) => ({
    name: `${basename(name, '.asm')}.ko`,
    data: assembleFile(join(MODULES, name), { format: 'elf32', includePaths: [MODULES, KERNEL] }).bytes,
    executable: false,
  }));
}

/** What begins with `#!` is a script, and may be run. */
function plainFiles(): ArchiveFile[] {
  const entries = readdirSync(ARCHIVE, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return paths.map((path) => {
    const data = readFileSync(path);
    return { name: relative(ARCHIVE, path), data, executable: data.subarray(0, 2).toString() === '#!' };
  });
}
