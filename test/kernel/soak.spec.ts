import { expect, test } from 'vitest';
import { Guest } from './guest.ts';

const PULSES = 40_000;
const GAP = 1_500;

/** A number that looks random and is the same in every run (a linear congruential generator). */
function* numbers(seed: number): Generator<number, never> {
  for (let n = seed; ; ) {
    n = (Math.imul(n, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    yield n >> 8;
  }
}

test('of interrupts from two devices, the timer, the keyboard and the serial port none is lost', () => {
  const guest = Guest.shell();
  const { machine } = guest.pc;
  guest.command('insmod soak.ko');
  guest.command('spin &');
  const random = numbers(1);
  const next = (below: number) => random.next().value % below;
  const from = guest.traps.entries.length;
  const sent = { 10: 0, 11: 0 };
  for (let n = 0; n < PULSES; n++) {
    const line = next(2) ? 10 : 11;
    sent[line]++;
    machine.inputs.schedule(machine.now, { kind: 'line', line, level: true });
    // Up until it is served: an edge on a line that is masked or in service waits at the chip.
    machine.run({ instructions: GAP + next(GAP) });
    machine.inputs.schedule(machine.now, { kind: 'line', line, level: false });
    machine.run({ instructions: 1 + next(GAP) });
    if (n % 500 === 0) guest.type('a\b');
    if (n % 700 === 0) guest.pc.serial.send(Buffer.from('b\x7f'));
  }
  machine.run({ instructions: 50_000_000 });
  const delivered = (vector: number) =>
    guest.traps.entries.slice(from).filter((entry) => entry.vector === vector).length;
  expect([delivered(0x2a), delivered(0x2b)]).toEqual([sent[10], sent[11]]);
  const rows = guest.command('cat /proc/interrupts');
  const count = (line: number) => Number(rows.find((row) => row.startsWith(` ${line}:`))!.slice(4, 15));
  expect([count(10), count(11)]).toEqual([sent[10], sent[11]]);
  const [counts, deferred] = guest.command('rmmod soak');
  expect(counts).toBe(`soak: handled ${sent[10]}, observed ${sent[10]}, threaded ${sent[11]}`);
  const [, tasklets, works, threads] = /^soak: tasklets (\d+), works (\d+), threads (\d+)$/
    .exec(deferred!)!
    .map(Number);
  for (const [ran, asked] of [
    [tasklets, sent[10]],
    [works, sent[10]],
    [threads, sent[11]],
  ]) {
    expect(ran).toBeLessThanOrEqual(asked!);
    expect(ran).toBeGreaterThan(100);
  }
  expect(guest.console).not.toMatch(/BUG|WARNING|Oops|nobody cared/);
  expect(guest.command('hello').at(-1)).toBe('Hello from ring 3.');
});
