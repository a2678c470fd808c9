/** The probe's image on each machine: what it says on COM1. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { V86 } from 'v86';
import { assemble, formatDiagnostic } from '../../../asm/index.ts';
import { ImageFile } from '../../../emu/machine/loaders/image.ts';
import { Pc } from '../../../emu/machine/pc.ts';
import { describeStop } from '../../../emu/machine/stop.ts';
import { referee } from '../../referees.ts';

const FOLDER = import.meta.dirname;
const SECTOR = 512;
const FLOPPY_BYTES = 1_474_560;
const END = '\nEND\n';
const PATIENCE_MS = 60_000;

/** What the probe found: the bytes read, by the name of the steps. */
export type Findings = ReadonlyMap<string, readonly number[]>;

function assembled(file: string, defines: Record<string, string> = {}): Uint8Array {
  const read = (path: string) => new Uint8Array(readFileSync(path));
  const assembly = assemble(readFileSync(join(FOLDER, file), 'utf8'), {
    file,
    defines,
    includePaths: [FOLDER],
    reader: {
      read: (path) => {
        try {
          return read(path);
        } catch {
          return null;
        }
      },
    },
  });
  if (!assembly.ok) throw new Error(assembly.diagnostics.map((d) => formatDiagnostic(d)).join('\n'));
  return assembly.bytes;
}

/** A flat multiboot image. */
export const probeImage = (): Uint8Array => assembled('probe.asm');

/** The same on a floppy with a boot sector. */
function floppy(): Uint8Array {
  const image = probeImage();
  const disk = new Uint8Array(FLOPPY_BYTES);
  disk.set(assembled('boot.asm', { SECTORS: String(Math.ceil(image.length / SECTOR)) }));
  disk.set(image, SECTOR);
  return disk;
}

export function findingsOf(console: string): Findings {
  if (!console.includes(END)) throw new Error(`the probe did not come to its end:\n${console.slice(-500)}`);
  const lines = console.slice(0, console.indexOf(END)).split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, name, bytes] = /^([^\n]*?):((?: [0-9a-f]{2})*)\r?$/.exec(line) ?? [];
      if (name === undefined || bytes === undefined) return [];
      return [[name, [...bytes.matchAll(/[0-9a-f]{2}/g)].map(([byte]) => Number.parseInt(byte, 16))] as const];
    }),
  );
}

export function onTrapgate(): Findings {
  let said = '';
  const pc = new Pc({
    ramBytes: 2 ** 24,
    serial: [
      (byte) => {
        said += String.fromCharCode(byte);
      },
      () => {},
    ],
    parallel: () => {},
    watchdog: 'nmi',
  });
  pc.boot({ file: new ImageFile('probe.bin', probeImage()) });
  const stop = pc.machine.run({ instructions: 2_000_000_000 });
  if (stop.kind !== 'exit') throw new Error(`${describeStop(stop)}\n${said}`);
  return findingsOf(said);
}

export function onQemu(): Promise<Findings> {
  return inFolder(async (folder) => {
    const [kernel, serial] = [join(folder, 'probe.bin'), join(folder, 'serial')];
    writeFileSync(kernel, probeImage());
    const files = ['-kernel', kernel, '-serial', `file:${serial}`, '-serial', 'null', '-parallel', 'null'];
    const quiet = ['-display', 'none', '-no-reboot', '-net', 'none', '-monitor', 'none'];
    const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04'];
    const watchdog = ['-device', 'ib700', '-action', 'watchdog=inject-nmi'];
    await ended(referee('qemu-system-i386'), [...files, ...quiet, ...exit, ...watchdog], folder);
    return findingsOf(readFileSync(serial, 'latin1'));
  });
}

/** Bochs shows its screen over VNC to nobody: of its displays, the one that needs no terminal. */
export function onBochs(): Promise<Findings> {
  return inFolder(async (folder) => {
    writeFileSync(join(folder, 'floppy.img'), floppy());
    const lines = [
      'display_library: rfb, options="timeout=0"',
      'romimage: file=/usr/share/bochs/BIOS-bochs-latest',
      'vgaromimage: file=/usr/share/seabios/vgabios-isavga.bin',
      'megs: 32',
      'cpu: ips=50000000',
      'clock: sync=none',
      'floppya: 1_44=floppy.img, status=inserted',
      'boot: floppy',
      'com1: enabled=1, mode=file, dev=serial',
      'com2: enabled=1, mode=null',
      'parport1: enabled=1, file=paper',
      'mouse: type=imps2, enabled=0',
      'log: log',
      'panic: action=fatal',
    ];
    writeFileSync(join(folder, 'bochsrc'), `${lines.join('\n')}\n`);
    writeFileSync(join(folder, 'debugger'), 'c\nq\n');
    await ended(referee('bochs'), ['-q', '-f', 'bochsrc', '-rc', 'debugger'], folder);
    return findingsOf(readFileSync(join(folder, 'serial'), 'latin1'));
  });
}

/** What v86's types leave out: its port bus. */
interface WithPorts {
  readonly v86: {
    readonly cpu: {
      readonly io: {
        register_write(port: number, device: object, ...widths: ((value: number) => void)[]): void;
      };
    };
  };
}

export async function onV86(): Promise<Findings> {
  const wasm = new WebAssembly.Module(readFileSync(new URL('v86.wasm', import.meta.resolve('v86'))));
  const emulator = new V86({
    wasm_fn: async (imports) => new WebAssembly.Instance(wasm, imports).exports,
    memory_size: 32 << 20,
    vga_memory_size: 2 << 20,
    multiboot: { buffer: Uint8Array.from(probeImage()).buffer },
    uart1: true,
    disable_speaker: true,
    autostart: false,
  });
  await new Promise<void>((resolve) => emulator.add_listener('emulator-loaded', () => resolve()));
  // v86 itself throws at a write to 0xf4.
  const ignore = () => {};
  (emulator as unknown as WithPorts).v86.cpu.io.register_write(0xf4, {}, ignore, ignore, ignore);
  let said = '';
  const end = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`v86 never came to the end:\n${said}`)), PATIENCE_MS);
    emulator.add_listener('serial0-output-byte', (byte: number) => {
      said += String.fromCharCode(byte);
      if (!said.endsWith(END)) return;
      clearTimeout(timer);
      resolve();
    });
  });
  await emulator.run();
  try {
    await end;
  } finally {
    await emulator.stop();
    await emulator.destroy();
  }
  return findingsOf(said);
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-probe-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program to its end, whatever its status: how it ended is told by what it wrote. */
function ended(program: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: 'ignore', timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
    child.on('error', reject);
    child.on('close', () => resolve());
  });
}
