/**
 * Our GPIO block beside that of QEMU's Raspberry Pi 2, which has the same chip at the same address: QEMU's test protocol
 * (-qtest) reads and writes its registers, with no guest.
 */
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { Bcm2835Gpio, GPIO_BASE } from '../../devices/bcm2835-gpio.ts';
import { Random } from '../fuzz/random.ts';
import { referee } from '../referees.ts';
import { Probe } from '../unit/fake-clock.ts';

/** A write, or a read of the bits of a mask. */
type Step = { readonly at: number; readonly value?: number; readonly mask?: number };

const GPFSEL = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14];
const GPSET = [0x1c, 0x20];
const GPCLR = [0x28, 0x2c];
/** QEMU 7.2 keeps bits of pins that do not exist, 54 to 63. */
const GPLEV = [{ at: 0x34 }, { at: 0x38, mask: 0x003f_ffff }];
const EVERY_PIN_AN_OUTPUT = 0x0924_9249;
const PATIENCE_MS = 30_000;

/** What QEMU reads: it implements these registers; events and pulls it does not. */
function onQemu(steps: readonly Step[]): Promise<number[]> {
  const quiet = ['-display', 'none', '-monitor', 'none', '-serial', 'none', '-qtest-log', '/dev/null'];
  const args = ['-M', 'raspi2b', '-S', '-qtest', 'stdio', ...quiet];
  const qemu = spawn(referee('qemu-system-arm'), args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const hex = (n: number) => `0x${n.toString(16)}`;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => qemu.kill('SIGKILL'), PATIENCE_MS);
    let answers = '';
    qemu.on('error', reject);
    qemu.on('close', () => {
      clearTimeout(timer);
      const lines = answers.split('\n').filter((line) => line.startsWith('OK'));
      if (lines.length < steps.length)
        reject(new Error(`QEMU answered ${lines.length} of ${steps.length}: ${answers}`));
      resolve(
        steps.flatMap((step, i) => (step.value === undefined ? [masked(Number(lines[i]?.split(' ')[1]), step)] : [])),
      );
    });
    qemu.stdout.on('data', (chunk: Buffer) => {
      answers += chunk;
      if (answers.split('\n').filter((line) => line.startsWith('OK')).length >= steps.length) qemu.kill();
    });
    for (const { at, value } of steps) {
      const where = hex(GPIO_BASE + at);
      qemu.stdin.write(value === undefined ? `readl ${where}\n` : `writel ${where} ${hex(value)}\n`);
    }
  });
}

function onOurs(steps: readonly Step[]): number[] {
  const window = new Bcm2835Gpio({ irq: new Probe() }).memory[0]!;
  return steps.flatMap((step) => {
    const { at, value } = step;
    if (value === undefined) return [masked(window.read(GPIO_BASE + at, 4), step)];
    window.write(GPIO_BASE + at, value, 4);
    return [];
  });
}

function masked(value: number, { mask = 0xffff_ffff }: Step): number {
  return (value & mask) >>> 0;
}

test('function select keeps the bits it has; set and clear move the levels of outputs', async () => {
  const random = new Random(1);
  const everyPinOut = GPFSEL.map((at) => ({ at, value: EVERY_PIN_AN_OUTPUT }));
  const selects = GPFSEL.flatMap((at) => [random.next(), 0xffff_ffff, 0].flatMap((value) => [{ at, value }, { at }]));
  const moves = Array.from({ length: 200 }, () => ({ at: random.pick([...GPSET, ...GPCLR]), value: random.next() }));
  const steps: Step[] = [
    ...selects,
    ...everyPinOut,
    ...GPCLR.map((at) => ({ at, value: 0xffff_ffff })),
    ...moves.flatMap((move) => [move, ...GPLEV]),
    ...[...GPSET, ...GPCLR].map((at) => ({ at })),
  ];
  expect(onOurs(steps)).toEqual(await onQemu(steps));
}, 60_000);
