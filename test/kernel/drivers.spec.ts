/** Drivers of the kernel: each chip raises its line, the driver answers, a program reads what came. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Guest } from './guest.ts';

const row = (guest: Guest, irq: number) =>
  guest.command('cat /proc/interrupts').find((line) => line.startsWith(`${String(irq).padStart(3)}:`));
const count = (guest: Guest, irq: number) => Number(row(guest, irq)!.slice(4, 15));

describe('drivers', () => {
  let guest: Guest;
  beforeAll(() => {
    guest = Guest.shell();
  });

  test('each line of the board that has a driver is shown', () => {
    expect(row(guest, 8)).toMatch(/XT-PIC {6}rtc0$/);
    expect(row(guest, 12)).toMatch(/XT-PIC {6}i8042$/);
    expect(row(guest, 13)).toMatch(/XT-PIC {6}fpu$/);
  });

  test('the mouse: three bytes, three interrupts, one packet for who reads', () => {
    const { machine } = guest.pc;
    const before = count(guest, 12);
    machine.inputs.schedule(machine.now, { kind: 'mouse', right: 10, away: -5, wheel: 0 });
    machine.run({ instructions: machine.clock.frequency / 10 });
    machine.inputs.schedule(machine.now, { kind: 'mouse-button', button: 'left', down: true });
    machine.run({ instructions: machine.clock.frequency / 10 });
    expect(guest.command('mouse 2')).toEqual(['right 10, away -5, buttons 0', 'right 0, away 0, buttons 1']);
    expect(count(guest, 12)).toBe(before + 6);
  });

  test('keys and mouse keep to their lines', () => {
    const { machine } = guest.pc;
    const [keys, mouse] = [count(guest, 1), count(guest, 12)];
    guest.type('q\b');
    machine.inputs.schedule(machine.now, { kind: 'mouse-button', button: 'left', down: false });
    guest.until('\b', guest.console.length);
    expect(count(guest, 1)).toBe(keys + 4);
    expect(count(guest, 12)).toBe(mouse + 3);
  });

  test('the clock: update, periodic and alarm interrupts, by read and ioctl', () => {
    const before = count(guest, 8);
    const [start, first, second, afterTwo, periodic, afterAlarm, alarm] = guest.command('rtctest');
    expect([first, second]).toEqual(['update: 1 interrupt, kind 0x10', 'update: 1 interrupt, kind 0x10']);
    expect(periodic).toBe('periodic: 20 interrupts at 64 Hz');
    expect(alarm).toBe('alarm: kind 0x20');
    const seconds = (time: string) => time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    expect(seconds(afterTwo!) - seconds(start!)).toBe(2);
    expect(seconds(afterAlarm!) - seconds(start!)).toBe(5);
    expect(count(guest, 8)).toBe(before + 2 + 20 + 1);
    expect(guest.command('cat /proc/driver/rtc')).toContain('periodic_freq   : 64');
  });

  test('the processor’s own description, as a file', () => {
    expect(guest.command('cpuid')).toEqual([
      expect.stringMatching(/^GenuineIntel, leaves up to \d+$/),
      expect.stringMatching(/^family \d+ model \d+ stepping \d+$/),
      expect.stringMatching(/^features [\da-f]{8}: FPU yes, APIC no$/),
    ]);
  });

  test('without CR0.NE a coprocessor’s error is IRQ 13', () => {
    expect(guest.command('insmod fpu_error.ko')).toEqual([
      'fpu_error: divided',
      'fpu: an error came over IRQ 13',
      'fpu_error: went on',
      'insmod: ERROR: could not insert module fpu_error.ko: No such device',
    ]);
    expect(count(guest, 13)).toBe(1);
    expect(guest.traps.entries.filter(({ vector }) => vector === 0x2d)).toHaveLength(1);
    expect(guest.traps.entries.filter(({ vector }) => vector === 16)).toHaveLength(0);
  });
});
