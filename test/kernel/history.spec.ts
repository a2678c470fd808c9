/** Time running both ways under the kernel: wherever one goes, the machine is what it was there, to the last bit. */
import { describe, expect, test } from 'vitest';
import { History } from '../../emu/debug/history.ts';
import { stateHash } from '../../emu/machine/state-hash.ts';
import { Guest } from './guest.ts';

/** Numbers that look random, the same each time. */
function* dice(seed: number): Generator<number> {
  for (let x = seed; ; ) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield x / 2 ** 32;
  }
}

/** The kernel with something to do: a shell that is typed at on both lines, its timer, programs that fault. */
function busyGuest(options: { interval?: number; bytes?: number } = {}) {
  const guest = new Guest('', true, { ramBytes: 16 * 2 ** 20 });
  const history = new History(guest.pc, { interval: 1_000_000, ...options });
  guest.pc.serial.send(Buffer.from('help\nps\nls\ncat /proc/interrupts\n'));
  return { guest, history };
}

describe('history', () => {
  test('at 100 random moments, going back and forth, the machine is bit for bit what it was', () => {
    const { guest, history } = busyGuest();
    const { machine } = guest.pc;
    const random = dice(7);
    const moments = Array.from({ length: 100 }, () => Math.floor(60_000_000 * random.next().value)).sort(
      (a, b) => a - b,
    );
    const hashes = new Map<number, string>();
    for (const [i, time] of moments.entries()) {
      history.run({ until: time });
      expect(machine.now).toBe(time);
      hashes.set(time, stateHash(guest.pc));
      if (i !== 50) continue;
      // What is typed now would belong to the moment that was looked at just now.
      history.run({ instructions: 1 });
      guest.type('echo on the keyboard\n');
    }
    const said = guest.console;
    const shuffled = moments.map((time) => ({ time, key: random.next().value })).sort((a, b) => a.key - b.key);
    for (const { time } of shuffled) {
      history.goTo(time);
      expect([time, stateHash(guest.pc)]).toEqual([time, hashes.get(time)]);
    }
    history.goTo(moments.at(-1)!);
    expect(history.isPast).toBe(false);
    expect(guest.console).toBe(said);
  });

  test('a thousand steps back and forth again', () => {
    const { guest, history } = busyGuest();
    history.run({ until: 20_000_000 });
    const here = stateHash(guest.pc);
    for (let i = 0; i < 1000; i++) history.stepBack();
    expect(guest.pc.machine.now).toBeLessThan(20_000_000 - 999);
    history.goTo(20_000_000);
    expect(stateHash(guest.pc)).toBe(here);
  });

  test('within its bound it thins out what is old, and what is left is exact', () => {
    const { guest, history } = busyGuest({ bytes: 3 * 2 ** 20, interval: 200_000 });
    history.run({ until: 10_000_000 });
    const early = stateHash(guest.pc);
    history.run({ until: 60_000_000 });
    const { times, bytes, bound } = history.inventory;
    expect(bytes).toBeLessThanOrEqual(bound);
    expect(times.length).toBeGreaterThan(10);
    history.goTo(Math.max(10_000_000, history.start));
    if (history.start <= 10_000_000) expect(stateHash(guest.pc)).toBe(early);
  });

  test('the past can be changed: what came after never was', () => {
    const { guest, history } = busyGuest();
    history.run({ until: 30_000_000 });
    history.goTo(15_000_000);
    expect(history.isPast).toBe(true);
    guest.pc.cpu.ram[0x500] = 0x5a;
    guest.pc.cpu.memoryChanged(0x500, 1);
    history.changed();
    expect(history.isPast).toBe(false);
    history.run({ until: 31_000_000 });
    const after = stateHash(guest.pc);
    expect(guest.pc.cpu.ram[0x500]).toBe(0x5a);
    history.goTo(14_000_000);
    expect(guest.pc.cpu.ram[0x500]).not.toBe(0x5a);
    history.goTo(31_000_000);
    expect(stateHash(guest.pc)).toBe(after);
  });
});
