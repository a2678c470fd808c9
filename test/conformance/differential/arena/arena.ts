/** QEMU and Bochs as referees: a batch of cases goes to them on a disk, arena.asm runs it, notes come back on the disk. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble, formatDiagnostic } from '../../../../asm/index.ts';
import { referee } from '../../../referees.ts';
import { decodeNotes, encodeBatch, SECTOR, whole } from '../batch.ts';
import type { Case, Outcome } from '../case.ts';

/**
 * The referees, each as one processor: Bochs as a Core Duo, and as a Pentium 4 that has SSE2 and nothing that came later;
 * QEMU as a Core Duo, and as what our CPUID says that ours is.
 */
export type Engine = 'bochs' | 'willamette' | 'qemu' | 'twin';

/** SDM 2A, CPUID: family 6, model 13, stepping 8; no APIC, no machine checks, no MTRRs; NX; the brand is our own. (QEMU's
 * translator has no VME, and no word for the width of linear addresses.) */
const TWIN = [
  ...['pentium3', 'vendor=GenuineIntel', 'family=6', 'model=13', 'stepping=8', 'level=2', 'min-level=2'],
  ...['xlevel=0x80000008', 'min-xlevel=0x80000008', 'model-id=trapgate i686 processor'],
  ...['sse2=on', 'clflush=on', 'nx=on', 'pat=on', 'pge=on', 'sep=on', 'de=on'],
  ...['mce=off', 'mca=off', 'apic=off', 'mtrr=off', 'pse36=off', 'hypervisor=off'],
].join(',');

const FLOPPY_BYTES = 1_474_560;
const DISK_BYTES = 64 * 1024 * 1024;

/** What may be wrong with an engine that gives no notes. */
export class EngineFailed extends Error {}

const FOLDER = 'test/conformance/differential/arena';
let boot: Uint8Array | undefined;

function assembled(path: string, defines: Record<string, string> = {}): Uint8Array {
  const assembly = assemble(readFileSync(path, 'utf8'), { file: path, defines });
  if (!assembly.ok) throw new Error(assembly.diagnostics.map((d) => formatDiagnostic(d)).join('\n'));
  return assembly.bytes;
}

function floppy(): Uint8Array {
  if (boot) return boot;
  const image = assembled(join(FOLDER, 'arena.asm'));
  const disk = new Uint8Array(FLOPPY_BYTES);
  disk.set(assembled(join(FOLDER, '../../probe/boot.asm'), { SECTORS: String(whole(image.length)) }));
  disk.set(image, SECTOR);
  boot = disk;
  return disk;
}

/**
 * @param patienceMs how long an engine may take; then it is ended
 * @throws EngineFailed when there are not as many notes as cases
 */
export async function runInArena(engine: Engine, cases: readonly Case[], patienceMs: number): Promise<Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-arena-'));
  try {
    const { batch, notes } = encodeBatch(cases);
    const disk = Buffer.alloc(DISK_BYTES);
    batch.copy(disk);
    writeFileSync(join(folder, 'floppy.img'), floppy());
    writeFileSync(join(folder, 'disk.img'), disk);
    await started(engine, folder, patienceMs);
    const outcomes = decodeNotes(readFileSync(join(folder, 'disk.img')), notes, cases.length);
    if (outcomes.length < cases.length) {
      throw new EngineFailed(`${engine} noted ${outcomes.length} of ${cases.length} cases`);
    }
    return outcomes;
  } finally {
    if (!process.env.ARENA_DEBUG) rmSync(folder, { recursive: true });
    else console.log(folder);
  }
}

function started(engine: Engine, folder: string, patienceMs: number): Promise<void> {
  switch (engine) {
    case 'bochs':
      return startBochs('core_duo_t2400_yonah', folder, patienceMs);
    case 'willamette':
      return startBochs('p4_willamette', folder, patienceMs);
    case 'qemu':
      return startQemu('coreduo', folder, patienceMs);
    case 'twin':
      return startQemu(TWIN, folder, patienceMs);
  }
}

function startQemu(processor: string, folder: string, patienceMs: number): Promise<void> {
  const options = ['-cpu', processor, '-m', '128', '-display', 'none', '-net', 'none', '-monitor', 'none'];
  const quiet = ['-serial', 'null', '-parallel', 'null', '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'];
  const watchdog = ['-device', 'ib700', '-action', 'watchdog=reset'];
  const drives = ['-drive', 'file=floppy.img,format=raw,if=floppy', '-drive', 'file=disk.img,format=raw,if=ide'];
  return ended(
    referee('qemu-system-i386'),
    [...options, ...quiet, ...drives, '-boot', 'a', ...watchdog],
    folder,
    patienceMs,
  );
}

function startBochs(processor: string, folder: string, patienceMs: number): Promise<void> {
  const cylinders = DISK_BYTES / SECTOR / 16 / 63;
  const lines = [
    'display_library: rfb, options="timeout=0"',
    'romimage: file=/usr/share/bochs/BIOS-bochs-latest',
    'vgaromimage: file=/usr/share/seabios/vgabios-isavga.bin',
    'megs: 128',
    `cpu: model=${processor}, ips=1000000, reset_on_triple_fault=1, ignore_bad_msrs=0`,
    'clock: sync=none',
    'floppya: 1_44=floppy.img, status=inserted',
    'ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14',
    `ata0-master: type=disk, path=disk.img, mode=flat, cylinders=${Math.floor(cylinders)}, heads=16, spt=63`,
    'boot: floppy',
    'mouse: type=imps2, enabled=0',
    'log: log',
    'panic: action=report',
    'error: action=ignore',
    'info: action=ignore',
  ];
  writeFileSync(join(folder, 'bochsrc'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'debugger'), `${'c\n'.repeat(10_000)}q\n`);
  return ended(referee('bochs'), ['-q', '-f', 'bochsrc', '-rc', 'debugger'], folder, patienceMs);
}

/** Runs a program to its end, whatever its status: how it ended is told by what it wrote. */
function ended(program: string, args: readonly string[], cwd: string, patienceMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      stdio: process.env.ARENA_DEBUG ? 'inherit' : 'ignore',
      timeout: patienceMs,
      killSignal: 'SIGKILL',
    });
    child.on('error', reject);
    child.on('close', () => resolve());
  });
}
