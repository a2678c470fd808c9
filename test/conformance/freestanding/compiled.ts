/** The kernel in C of this folder: compiled by other people's compilers, run here and in QEMU. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImageFile } from '../../../emu/machine/loaders/image.ts';
import { Pc } from '../../../emu/machine/pc.ts';
import { describeStop } from '../../../emu/machine/stop.ts';
import { referee } from '../../referees.ts';

const HERE = import.meta.dirname;
const PATIENCE = 500_000_000;

const FREESTANDING = ['-m32', '-march=pentium4', '-std=gnu11', '-Wall', '-Wextra', '-Werror', '-ffreestanding'];
const PLAIN = ['-fno-pie', '-fno-stack-protector', '-fno-asynchronous-unwind-tables', '-fno-math-errno'];
/** Each source, and how it is compiled: floats.c for the x87 and for SSE2. */
const SOURCES: readonly (readonly string[])[] = [
  ['start.S'],
  ['kernel.c', '-mno-sse'],
  ['integers.c', '-mno-sse'],
  ['floats.c', '-mno-sse', '-DNAME=x87', '-DX87'],
  ['floats.c', '-mfpmath=sse', '-DNAME=sse2'],
  ['vectors.c'],
];
const LINK = ['-Wl,-N,--no-warn-rwx-segments,-Ttext=0x100100,--section-start=.multiboot=0x100000,--build-id=none,-s'];

/** kernel-gcc.elf, which `compile('gcc', '-O2', ...)` made. */
export const frozenKernel = (): Uint8Array => readFileSync(join(HERE, 'kernel-gcc.elf'));
/** What it said in QEMU. */
export const recorded = (): string => readFileSync(join(HERE, 'said.txt'), 'latin1');

/** A multiboot kernel in ELF, made in a folder of its own. */
export function compile(compiler: 'gcc' | 'clang', optimization: string, folder: string): string {
  const objects = SOURCES.map(([source, ...options], n) => {
    const object = join(folder, `${n}.o`);
    const flags = [...FREESTANDING, ...PLAIN, optimization, ...options];
    execFileSync(referee(compiler), [...flags, '-c', join(HERE, source!), '-o', object], { stdio: 'pipe' });
    return object;
  });
  const kernel = join(folder, 'kernel.elf');
  const link = ['-m32', '-static', '-nostdlib', '-no-pie', ...LINK, '-o', kernel, ...objects, '-lgcc'];
  execFileSync(referee('gcc'), link, { stdio: 'pipe' });
  return kernel;
}

export function saidHere(kernel: Uint8Array): string {
  let said = '';
  const pc = new Pc({
    debugConsole: (byte) => {
      said += String.fromCharCode(byte);
    },
  });
  pc.boot({ file: new ImageFile('kernel.elf', kernel) });
  const stop = pc.machine.run({ instructions: PATIENCE });
  if (stop.kind !== 'exit') throw new Error(`${describeStop(stop)}\n${said}`);
  return said;
}

export function saidInQemu(kernel: string, folder: string): string {
  const said = join(folder, 'said');
  const quiet = ['-display', 'none', '-monitor', 'none', '-serial', 'null', '-net', 'none'];
  const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'];
  const args = ['-m', '128', '-kernel', kernel, '-debugcon', `file:${said}`, ...quiet, ...exit];
  spawnSync(referee('qemu-system-i386'), args, { timeout: 60_000, killSignal: 'SIGKILL' });
  return readFileSync(said, 'latin1');
}
