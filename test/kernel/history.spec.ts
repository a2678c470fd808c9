/** Time running both ways under the kernel: wherever one goes, the machine is what it was there, to the last bit. */
import { describe, expect, test } from 'vitest';
import { History } from '../../emu/debug/stepper/history.ts';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import { stateHash } from '../../emu/machine/state-hash.ts';
import { SymbolTable } from '../../emu/trace/symbols.ts';
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

  test('from random moments backwards to a watchpoint: the same stops that a run from the start finds', () => {
    const guest = new Guest('', true, { ramBytes: 16 * 2 ** 20 });
    const stepper = new Stepper(guest.pc, new SymbolTable([]));
    const { machine } = guest.pc;
    guest.pc.serial.send(Buffer.from('help\nps\n'));
    stepper.add({ kind: 'memory', first: guest.address('jiffies'), bytes: 4, on: 'write' });
    const forwards: { time: number; eip: number; hash: string }[] = [];
    const here = (hash: string) => ({ time: machine.now, eip: guest.pc.cpu.eip, hash });
    while (machine.now < 30_000_000 && stepper.run({ until: 30_000_000 }).kind === 'stop') {
      forwards.push(here(forwards.length % 8 === 0 ? stateHash(guest.pc) : ''));
    }
    expect(forwards.length).toBeGreaterThan(10);
    const random = dice(11);
    for (let i = 0; i < 12; i++) {
      const from = Math.floor(forwards[0]!.time + 1 + (30_000_000 - forwards[0]!.time) * random.next().value);
      stepper.goTo(from);
      const wanted = forwards.findLast(({ time }) => time < from)!;
      expect(stepper.runBack()).toMatchObject({ kind: 'stop', stop: { at: { kind: 'memory' } } });
      expect(here(wanted.hash && stateHash(guest.pc))).toEqual(wanted);
    }
    stepper.goTo(forwards[0]!.time);
    expect(stepper.runBack()).toEqual({ kind: 'start' });
  });

  test('ten minutes of virtual time within 64 MB, and each of them exact', () => {
    const guest = new Guest('', true, { ramBytes: 16 * 2 ** 20 });
    const history = new History(guest.pc, { bytes: 64 * 2 ** 20, interval: 20_000_000 });
    const { machine } = guest.pc;
    const minute = 60 * machine.clock.frequency;
    const hashes: { time: number; hash: string }[] = [];
    for (let n = 1; n <= 10; n++) {
      guest.pc.serial.send(Buffer.from('cat /proc/interrupts\nps\n'));
      history.run({ until: n * minute });
      hashes.push({ time: machine.now, hash: stateHash(guest.pc) });
      history.run({ instructions: 1 });
    }
    const { bytes, bound } = history.inventory;
    expect(bytes).toBeLessThanOrEqual(bound);
    expect(history.start).toBe(0);
    for (const { time, hash } of hashes.reverse()) {
      history.goTo(time);
      expect([time, stateHash(guest.pc)]).toEqual([time, hash]);
    }
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
