/**
 * A probe: a list of port accesses, done by a guest in QEMU and by our chips on a board without a processor. What is
 * read back can then be compared.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referee } from '../referees.ts';
import { board } from '../unit/board.ts';

/** `in` records the bits of its mask; `await` reads until a bit of its mask is set, and records nothing. */
export type Step = { out: number; value: number } | { in: number; mask: number } | { await: number; mask: number };

const LOAD_ADDRESS = 0x10_0000;
const HEADER_BYTES = 32;
const DEBUG_CONSOLE = 0xe9;
const EXIT = 0xf4;
const PATIENCE_MICROSECONDS = 1_000_000;

const word = (n: number) => [n & 0xff, (n >> 8) & 0xff];
const double = (n: number) => [...word(n), ...word(n >>> 16)];

/** Machine code for one step: dx is the port, and what is recorded goes to the debug console. */
function code(step: Step): number[] {
  const movDx = (port: number) => [0x66, 0xba, ...word(port)];
  if ('out' in step) return [...movDx(step.out), 0xb0, step.value, 0xee];
  if ('in' in step) return [...movDx(step.in), 0xec, 0x24, step.mask, 0xe6, DEBUG_CONSOLE];
  return [...movDx(step.await), 0xec, 0xa8, step.mask, 0x74, 0xfb];
}

/** A flat multiboot image (header flag 16: it says itself where it goes). */
function image(steps: readonly Step[]): Uint8Array {
  const body = [0xfa, ...steps.flatMap(code), 0xb0, 0, 0xe6, EXIT, 0xf4];
  const end = LOAD_ADDRESS + HEADER_BYTES + body.length;
  const [magic, flags] = [0x1bad_b002, 0x0001_0000];
  const header = [magic, flags, -(magic + flags), LOAD_ADDRESS, LOAD_ADDRESS, end, end, LOAD_ADDRESS + HEADER_BYTES];
  return Uint8Array.from([...header.flatMap(double), ...body]);
}

/** What QEMU's chips answer. */
export function probeQemu(steps: readonly Step[]): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-probe-'));
  try {
    const [kernel, output] = [join(folder, 'probe.bin'), join(folder, 'output')];
    writeFileSync(kernel, image(steps));
    const options = [
      '-kernel',
      kernel,
      '-debugcon',
      `file:${output}`,
      '-display',
      'none',
      '-no-reboot',
      '-net',
      'none',
    ];
    options.push('-serial', 'null', '-serial', 'null', '-device', 'isa-debug-exit,iobase=0xf4,iosize=0x04');
    try {
      execFileSync(referee('qemu-system-i386'), options, { timeout: 30_000, stdio: 'pipe' });
    } catch (error) {
      // isa-debug-exit never exits with 0; 1 is the status of a probe that came to its end.
      if ((error as { status?: number }).status !== 1) throw error;
    }
    return probeBytes(readFileSync(output), steps);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The probe's own answers: the firmware writes to the debug console too, before it. */
function probeBytes(output: Uint8Array, steps: readonly Step[]): number[] {
  return [...output.slice(output.length - steps.filter((step) => 'in' in step).length)];
}

/** What ours answer. A port access takes a microsecond, as on an ISA bus. */
export function probeOurs(steps: readonly Step[]): number[] {
  const { clock, ports } = board();
  const windowOf = (port: number) => ports.find(({ first, last }) => first <= port && port <= last);
  const read = (port: number) => {
    clock.runMicroseconds(1);
    return windowOf(port)?.read?.(port) ?? 0xff;
  };
  const answers: number[] = [];
  for (const step of steps) {
    if ('out' in step) {
      clock.runMicroseconds(1);
      windowOf(step.out)?.write?.(step.out, step.value);
    } else if ('in' in step) {
      answers.push(read(step.in) & step.mask);
    } else {
      const until = clock.now + clock.frequency * (PATIENCE_MICROSECONDS / 1e6);
      while (!(read(step.await) & step.mask)) {
        if (clock.now > until) throw new Error(`port 0x${step.await.toString(16)} never had a bit of ${step.mask}`);
      }
    }
  }
  return answers;
}
