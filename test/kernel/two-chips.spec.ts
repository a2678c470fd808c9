/** The 8259 pair as the kernel drives it: who comes first, through which chip, by which vector. */
import { afterEach, beforeAll, expect, test } from 'vitest';
import { behind, bit, expectRest, interruptOf, pic, settle } from './behind.ts';
import { Guest } from './guest.ts';

const FIRST_VECTOR = 0x20;
const EFLAGS_IF = 0x200;
const CTRL_U = 0x15;
let guest: Guest;

beforeAll(() => {
  guest = Guest.shell();
  guest.command('insmod cookies.ko');
});
afterEach(() => expectRest(guest));

/** A rise and, some time later, a fall of a line. */
function pulse(...lines: readonly number[]): void {
  const { machine } = guest.pc;
  for (const line of lines) {
    machine.inputs.schedule(machine.now, { kind: 'line', line, level: true });
    machine.inputs.schedule(machine.now + 4_000_000, { kind: 'line', line, level: false });
  }
}

/** Run to the delivery of a line's interrupt. */
function runTo(line: number): void {
  for (let traps = 0; guest.traps.last?.vector !== FIRST_VECTOR + line; traps++) {
    if (traps > 100) throw new Error(`line ${line} never came`);
    guest.pc.machine.run({ traps: 1 });
  }
}

test('the vector that an acknowledged line gives is its chip’s base and its number there', () => {
  const { master, slave } = guest.pc.pic;
  expect([master.peek().icw2, slave.peek().icw2]).toEqual([FIRST_VECTOR, FIRST_VECTOR + 8]);
  const { traps } = behind(guest, () => {
    pulse(11);
    guest.pc.machine.run({ instructions: 10_000_000 });
  });
  expect(traps.filter(({ vector }) => vector >= 0x28 && vector < 0x30)).toMatchObject([
    { vector: 0x2b, cause: 'external' },
  ]);
});

test('of all that wait the lowest number comes first, and the slave’s eight before IRQ 3', () => {
  const { machine } = guest.pc;
  guest.command('insmod long_irq.ko');
  const { traps } = behind(guest, () => {
    // A key's handler keeps interrupts off for 50 ms. Others ask, in the reverse of their order.
    guest.type('y');
    runTo(1);
    machine.run({ instructions: 500_000 });
    expect(guest.pc.cpu.eflags & EFLAGS_IF).toBe(0);
    machine.inputs.schedule(machine.now, { kind: 'serial', port: 1, byte: 0x78 });
    machine.inputs.schedule(machine.now + 200_000, { kind: 'line', line: 11, level: true });
    machine.inputs.schedule(machine.now + 400_000, { kind: 'line', line: 10, level: true });
    machine.run({ instructions: 2_000_000 });
    expect(guest.pc.cpu.eflags & EFLAGS_IF).toBe(0);
    const { irr, imr, isr } = pic(guest);
    const waiting = bit(0) | bit(2) | bit(4) | bit(10) | bit(11);
    expect({ waiting: irr & ~imr, isr }).toEqual({ waiting, isr: 0 });
    machine.run({ instructions: machine.clock.frequency / 4 });
  });
  const lines = traps.filter(({ cause }) => cause === 'external').map(({ vector }) => vector - FIRST_VECTOR);
  const first = lines.filter((line, n) => lines.indexOf(line) === n);
  expect(first.slice(first.indexOf(0)).filter((line) => line !== 1)).toEqual([0, 10, 11, 4]);
  for (const line of [10, 11]) machine.inputs.schedule(machine.now, { kind: 'line', line, level: false });
  guest.pc.serial.send([CTRL_U]);
  guest.command('rmmod long_irq');
});

test('a line of the slave is in service at both chips, and both are told of its end', () => {
  const { machine } = guest.pc;
  settle(guest);
  pulse(10);
  runTo(10);
  expect(pic(guest).isr).toBe(bit(10) | bit(2));
  machine.run({ instructions: 5_000_000 });
  settle(guest);
  expect(pic(guest).isr).toBe(0);
});

test('line 2 masked stops all of the slave’s, and nobody else', () => {
  const { machine } = guest.pc;
  const cached = guest.address('cached_irq_mask');
  const mask = (masked: boolean) => {
    const masks = guest.word(cached) & 0xffff;
    const value = masked ? masks | bit(2) : masks & ~bit(2);
    machine.memory.write(cached, Uint8Array.of(value & 0xff, value >> 8));
    machine.run({ instructions: machine.clock.frequency / 50 });
    expect(pic(guest).imr & bit(2)).toBe(masked ? bit(2) : 0);
  };
  mask(true);
  const { traps } = behind(guest, () => {
    machine.inputs.schedule(machine.now, { kind: 'line', line: 10, level: true });
    machine.inputs.schedule(machine.now, { kind: 'line', line: 11, level: true });
    machine.run({ instructions: machine.clock.frequency / 20 });
  });
  expect(traps.filter((trap) => interruptOf(10)(trap) || interruptOf(11)(trap))).toEqual([]);
  expect(traps.filter(interruptOf(0)).length).toBeGreaterThan(3);
  expect(pic(guest).irr & (bit(10) | bit(11))).toBe(bit(10) | bit(11));
  const { traps: then } = behind(guest, () => mask(false));
  expect(then.filter(({ vector }) => vector >= 0x28 && vector < 0x30).map(({ vector }) => vector)).toEqual([
    0x2a, 0x2b,
  ]);
  for (const line of [10, 11]) machine.inputs.schedule(machine.now, { kind: 'line', line, level: false });
  machine.run({ instructions: 1_000_000 });
});

test('an interrupt that comes in the midst of a long instruction is taken between two of its steps, and nothing is lost', () => {
  const REP = 0xf3;
  const address = (eip: number) => guest.pc.machine.memory.read(eip, 1)[0]!;
  const { traps } = behind(guest, () => {
    for (let n = 0; n < 12; n++) guest.command('cat /bin/sh /bin/gdb /bin/strace > /copy');
  });
  const inside = traps.filter((trap) => interruptOf(0)(trap) && trap.cpl === 0 && address(trap.eip) === REP);
  expect(inside.length).toBeGreaterThan(0);
  expect(guest.command('cat /bin/sh /bin/gdb /bin/strace | wc')).toEqual(guest.command('wc < /copy'));
});
