/** Drivers of the kernel: each chip raises its line, the driver answers, a program reads what came. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Tone } from '../../devices/speaker.ts';
import { ImageFile } from '../../emu/machine/loaders/image.ts';
import { behind, bit, expectRest, interruptOf, isException, pic, rtc } from './behind.ts';
import { Guest } from './guest.ts';

// MC146818 data sheet, "Registers": rate select of register A, the interrupt enables of register B.
const [REGISTER_A, REGISTER_B, REGISTER_C] = [10, 11, 12];
const [PIE, ENABLES] = [0x40, 0x70];
const RATE_64_HZ = 10;

const row = (guest: Guest, irq: number) =>
  guest.command('cat /proc/interrupts').find((line) => line.startsWith(`${String(irq).padStart(3)}:`));
const count = (guest: Guest, irq: number) => Number(row(guest, irq)!.slice(4, 15));

describe('drivers', () => {
  let guest: Guest;
  const printed: number[] = [];
  const sent: number[][] = [[], [], []];
  const tones: Tone[] = [];
  beforeAll(() => {
    guest = Guest.shell(true, {
      pc: { parallel: (byte) => printed.push(byte), tone: (tone) => tones.push(tone) },
      files: [{ name: 'bell', bytes: Uint8Array.of(7) }],
      com: sent.map((bytes) => (byte: number) => bytes.push(byte)),
    });
  });

  afterEach(() => expectRest(guest));

  test('each line of the board that has a driver is shown', () => {
    expect(row(guest, 8)).toMatch(/XT-PIC {6}rtc0$/);
    expect(row(guest, 12)).toMatch(/XT-PIC {6}i8042$/);
    expect(row(guest, 13)).toMatch(/XT-PIC {6}fpu$/);
  });

  test('the mouse: three bytes, three interrupts, one packet for who reads', () => {
    const { machine } = guest.pc;
    const before = count(guest, 12);
    const { traps } = behind(guest, () => {
      machine.inputs.schedule(machine.now, { kind: 'mouse', right: 10, away: -5, wheel: 0 });
      machine.run({ instructions: machine.clock.frequency / 10 });
      machine.inputs.schedule(machine.now, { kind: 'mouse-button', button: 'left', down: true });
      machine.run({ instructions: machine.clock.frequency / 10 });
    });
    expect(traps.filter(interruptOf(12))).toMatchObject(Array(6).fill({ vector: 0x2c, cause: 'external' }));
    expect(traps.filter(interruptOf(1))).toEqual([]);
    expect(guest.pc.i8042.peek()).toMatchObject({ full: false, output: { source: 'aux' } });
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
    const from = guest.traps.entries.length;
    guest.pc.serial.send(Buffer.from('rtctest\n'));
    guest.until('update: 1 interrupt, kind 0x10\n', guest.until('update: 1 interrupt', guest.console.length));
    guest.pc.machine.run({ instructions: guest.pc.machine.clock.frequency / 8 });
    // In the midst of the periodic ones: 64 Hz, and each has been fetched from register C.
    expect(rtc(guest, REGISTER_B) & ENABLES).toBe(PIE);
    expect(rtc(guest, REGISTER_A) & 0x0f).toBe(RATE_64_HZ);
    guest.until('\n# ', guest.console.length);
    expect(guest.traps.entries.slice(from).filter(interruptOf(8))).toHaveLength(2 + 20 + 1);
    expect(rtc(guest, REGISTER_B) & ENABLES).toBe(0);
    expect(rtc(guest, REGISTER_C)).toBe(0);
    const [start, first, second, afterTwo, periodic, afterAlarm, alarm] = guest.command('rtctest');
    expect([first, second]).toEqual(['update: 1 interrupt, kind 0x10', 'update: 1 interrupt, kind 0x10']);
    expect(periodic).toBe('periodic: 20 interrupts at 64 Hz');
    expect(alarm).toBe('alarm: kind 0x20');
    const seconds = (time: string) => time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
    expect(seconds(afterTwo!) - seconds(start!)).toBe(2);
    expect(seconds(afterAlarm!) - seconds(start!)).toBe(5);
    expect(count(guest, 8)).toBe(before + 2 * (2 + 20 + 1));
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
    expect(guest.traps.entries.filter(isException)).toEqual([]);
  });

  test('the printer: an interrupt on IRQ 7 for each byte; the line is taken while the device is open', () => {
    const from = guest.traps.entries.length;
    expect(guest.command('echo hello printer > /dev/lp0')).toEqual(['']);
    expect(String.fromCharCode(...printed)).toBe('hello printer\n');
    expect(guest.traps.entries.slice(from).filter(({ vector }) => vector === 0x27)).toHaveLength(printed.length);
    expect(row(guest, 7)).toBeUndefined();
    expect(pic(guest).imr & bit(7)).toBe(bit(7));
  });

  test('COM2 and COM4 send on IRQ 3, filling their FIFOs', () => {
    const text = 'more than sixteen letters, so more than one FIFO';
    const from = guest.traps.entries.length;
    expect(guest.command(`echo ${text} > /dev/ttyS1`)).toEqual(['']);
    expect(guest.command(`echo ${text} > /dev/ttyS3`)).toEqual(['']);
    guest.pc.machine.run({ instructions: guest.pc.machine.clock.frequency / 100 });
    for (const port of [0, 2]) expect(String.fromCharCode(...sent[port]!)).toBe(`${text}\n`);
    const interrupts = guest.traps.entries.slice(from).filter(({ vector }) => vector === 0x23).length;
    expect(interrupts).toBeGreaterThanOrEqual(2 * Math.floor(text.length / 16));
    expect(interrupts).toBeLessThan(text.length);
    // Closed, a port asks for nothing any more, and its line is masked.
    for (const port of [1, 3]) expect(guest.pc.com[port]!.peek()).toMatchObject({ ier: 0, holding: [], sending: null });
    expect(pic(guest).imr & bit(3)).toBe(bit(3));
  });

  test('COM3 shares IRQ 4 with the console: each handler asks its own chip', () => {
    const { machine } = guest.pc;
    guest.command('head -n 1 < /dev/ttyS2 &');
    machine.run({ instructions: machine.clock.frequency / 10 });
    expect(row(guest, 4)).toMatch(/XT-PIC {6}ttyS0, ttyS2$/);
    const from = guest.console.length;
    // As far apart as the wire brings them.
    Buffer.from('over COM3\n').forEach((byte, n) => {
      machine.inputs.schedule(machine.now + n * 10_000, { kind: 'serial', port: 3, byte });
    });
    guest.until('over COM3\n', from);
    expect(guest.command('echo alive')).toContain('alive');
    expect(row(guest, 4)).toMatch(/XT-PIC {6}ttyS0$/);
  });

  test('an edge is not lost: COM1 and COM3 ask at once, the line rises once, and both are served', () => {
    const { machine } = guest.pc;
    guest.command('head -n 1 < /dev/ttyS2 > /both &');
    machine.run({ instructions: machine.clock.frequency / 10 });
    // While the kernel has interrupts off for 300 ms both get a byte: the second finds the line high already.
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('insmod irq_control.ko\n'));
    guest.until('interrupts on\n', guest.until('interrupts off\n', from));
    machine.run({ instructions: machine.clock.frequency / 50 });
    const { traps } = behind(guest, () => {
      machine.inputs.schedule(machine.now, { kind: 'serial', port: 1, byte: 0x78 });
      machine.inputs.schedule(machine.now, { kind: 'serial', port: 3, byte: 0x0a });
      machine.run({ instructions: machine.clock.frequency / 50 });
      for (const port of [0, 2]) expect(guest.pc.com[port]!.peek().received).toHaveLength(1);
      expect(pic(guest).irr & bit(4)).toBe(bit(4));
      guest.until('at once\n', from);
    });
    expect(traps.filter(interruptOf(4))).toHaveLength(1);
    for (const port of [0, 2]) expect(guest.pc.com[port]!.peek().received).toEqual([]);
    guest.until('\n# ', guest.until('could not insert module', from));
    guest.pc.serial.send([0x15]);
    expect(guest.command('cat /both | wc -l')).toEqual(['1']);
  });

  test('BEL is a tone of 750 Hz for an eighth of a second', () => {
    const { machine } = guest.pc;
    guest.command('cat bell; echo');
    machine.run({ instructions: machine.clock.frequency / 20 });
    // Counter 2 of the 8254 makes a square wave of that period, and port 61h lets it out.
    const { control, loaded } = guest.pc.pit.peek().counters[2]!;
    expect({ mode: (control >> 1) & 3, loaded }).toEqual({ mode: 3, loaded: Math.floor(1_193_182 / 750) });
    expect(machine.ports.read(0x61, 1) & 3).toBe(3);
    machine.run({ instructions: machine.clock.frequency / 2 });
    expect(machine.ports.read(0x61, 1) & 3).toBe(0);
    const [on, off] = tones;
    expect(on!.frequency).toBeCloseTo(750, -1);
    expect((off!.time - on!.time) / machine.clock.frequency).toBeCloseTo(0.125, 1);
    expect(off!.frequency).toBe(0);
  });
});

describe('a disk', () => {
  const SECTOR = 512;
  const SECTORS = 16 * 63;
  const bytes = new Uint8Array(SECTORS * SECTOR);
  bytes.set(Buffer.from('first\n'), 0);
  bytes.set(Buffer.from('second\n'), SECTOR);
  let guest: Guest;
  beforeAll(() => {
    guest = Guest.shell(true, { pc: { disk: new ImageFile('disk', bytes) } });
  });
  afterEach(() => expectRest(guest));

  test('is found, and is a file', () => {
    expect(guest.console).toContain(`hda: ${SECTORS} sectors\n`);
    expect(guest.command('ls -l /dev/hda')[0]).toMatch(/^c.* 3, {3}0 hda$|^c.* 3, {3}0 \/dev\/hda$/);
    expect(row(guest, 14)).toBeUndefined();
    guest.command('sleep 1 < /dev/hda &');
    expect(row(guest, 14)).toMatch(/XT-PIC {6}ata_piix$/);
    guest.command('wait');
    expect(pic(guest).imr & bit(14)).toBe(bit(14));
  });

  test('gives its sectors, each with an interrupt on IRQ 14', () => {
    const { said, traps } = behind(guest, () => guest.command('head -n 1 /dev/hda'));
    expect(said.slice(1)).toEqual(['first']);
    // The reader asks for a kilobyte.
    expect(traps.filter(interruptOf(14))).toMatchObject(Array(2).fill({ vector: 0x2e, cause: 'external' }));
    expect(guest.pc.disk!.peek()).toMatchObject({ status: 0x50, interrupt: false });
  });

  test('takes what is written, also a part of a sector', () => {
    guest.command('echo FIRST > /dev/hda');
    expect(guest.command('head -n 1 /dev/hda')).toEqual(['FIRST']);
    expect(guest.command('cat /dev/hda | wc -l')).toEqual(['2']);
    // The sector is read, changed, and written.
    const { traps } = behind(guest, () => guest.command('echo again > /dev/hda'));
    expect(traps.filter(interruptOf(14))).toHaveLength(2);
  });

  test('ends where it ends', () => {
    expect(guest.command('cat /dev/zero > /dev/hda')).toEqual(['cat: write error: No space left on device']);
    expect(guest.command('cat /dev/hda | wc').at(-1)).toMatch(new RegExp(` ${SECTORS * SECTOR}$`));
  });
});
