import { describe, expect, test } from 'vitest';
import { I8042 } from '../../devices/i8042.ts';
import { Ps2Keyboard } from '../../devices/ps2-keyboard.ts';
import { FakeClock, Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';

const DATA = 0x60;
const COMMAND = 0x64;
const BYTE_MICROSECONDS = 660;

function bench({ plugged = true } = {}) {
  const clock = new FakeClock();
  const keyboard = new Ps2Keyboard({ clock });
  const lines = { irq1: new Probe(), irq12: new Probe(), a20: new Probe(), reset: new Probe() };
  const chip = new I8042({ clock, ...lines, ...(plugged && { keyboard }) });
  const io = portsOf(chip);
  const status = () => io.read(COMMAND);
  return {
    clock,
    keyboard,
    chip,
    ...lines,
    ...io,
    status,
    byteTime: () => clock.runMicroseconds(BYTE_MICROSECONDS),
    /** A command to the controller, with its data byte if it has one, and the reply if there is one. */
    command(command: number, ...data: number[]): number | undefined {
      io.write(COMMAND, command);
      io.write(DATA, ...data);
      return status() & 1 ? io.read(DATA) : undefined;
    },
    /** All bytes that come within ten byte times, read as they come. */
    take(): number[] {
      const bytes: number[] = [];
      for (let i = 0; i < 10; i++) {
        clock.runMicroseconds(BYTE_MICROSECONDS);
        if (status() & 1) bytes.push(io.read(DATA));
      }
      return bytes;
    },
  };
}

describe('8042: a key on its way to IRQ 1', () => {
  test('the byte arrives after its eleven bits, translated to set 1, with OBF and IRQ 1 until it is read', () => {
    const b = bench();
    b.keyboard.press('a');
    b.clock.runMicroseconds(BYTE_MICROSECONDS - 1);
    expect([b.status() & 1, b.irq1.level]).toEqual([0, false]);
    b.clock.runMicroseconds(1);
    expect([b.status() & 0x21, b.irq1.level]).toEqual([1, true]);
    expect(b.read(DATA)).toBe(0x1e);
    expect([b.status() & 1, b.irq1.level]).toEqual([0, false]);
  });

  test('a break is one byte with bit 7', () => {
    const b = bench();
    b.keyboard.press('a');
    b.keyboard.release('a');
    expect(b.take()).toEqual([0x1e, 0x9e]);
    expect(b.irq1.rises).toBe(2);
  });

  test('without translation the keyboard is heard as it speaks', () => {
    const b = bench();
    b.command(0x60, 0x05);
    b.keyboard.press('right-alt');
    b.keyboard.release('right-alt');
    expect(b.take()).toEqual([0xe0, 0x11, 0xe0, 0xf0, 0x11]);
  });

  test('a full buffer holds the next byte in the keyboard', () => {
    const b = bench();
    b.keyboard.press('a');
    b.keyboard.press('b');
    b.clock.runMicroseconds(100_000);
    expect(b.read(DATA)).toBe(0x1e);
    expect(b.status() & 1).toBe(0);
    b.byteTime();
    expect(b.read(DATA)).toBe(0x30);
  });

  test('with INT off there is OBF but no IRQ 1, and setting INT brings it', () => {
    const b = bench();
    b.command(0x60, 0x44);
    b.keyboard.press('a');
    b.byteTime();
    expect([b.status() & 1, b.irq1.level]).toEqual([1, false]);
    b.write(COMMAND, 0x60);
    b.write(DATA, 0x45);
    expect(b.irq1.level).toBe(true);
  });

  test('a disabled keyboard keeps its bytes until it is enabled', () => {
    const b = bench();
    b.command(0xad);
    b.keyboard.press('a');
    expect(b.take()).toEqual([]);
    b.command(0xae);
    expect(b.take()).toEqual([0x1e]);
  });

  test('disabling breaks off the byte on its way; it comes again', () => {
    const b = bench();
    b.keyboard.press('a');
    b.clock.runMicroseconds(300);
    b.command(0xad);
    b.clock.runMicroseconds(1000);
    expect(b.status() & 1).toBe(0);
    b.command(0xae);
    b.byteTime();
    expect(b.read(DATA)).toBe(0x1e);
  });

  test('a locked keyboard is not heard, unless the lock is overridden', () => {
    const b = bench();
    b.chip.setKeyLock(true);
    expect(b.status() & 0x10).toBe(0);
    b.keyboard.press('a');
    expect(b.take()).toEqual([]);
    b.command(0x60, 0x4d);
    b.keyboard.press('b');
    expect(b.take()).toEqual([0x30]);
  });
});

describe('8042: bytes for the keyboard', () => {
  test('go through port 0x60, enable it, and its answer comes like a key', () => {
    const b = bench();
    b.command(0xad);
    b.write(DATA, 0xf2);
    expect(b.take()).toEqual([0xfa, 0xab, 0x41]);
    expect(b.command(0x20)! & 0x10).toBe(0);
  });

  test('with nothing plugged in, the answer is FE with the time-out bit', () => {
    const b = bench({ plugged: false });
    b.write(DATA, 0xee);
    expect(b.status() & 0x41).toBe(0x41);
    expect(b.read(DATA)).toBe(0xfe);
    expect(b.status() & 0x41).toBe(0);
  });
});

describe('8042: commands', () => {
  test('status bit 1, IBF, shows a write until the controller has noticed it', () => {
    const b = bench();
    for (const port of [DATA, COMMAND]) {
      expect(b.status() & 0x02).toBe(0);
      b.write(port, 0xae);
      expect(b.status() & 0x02).toBe(0x02);
      b.clock.runMicroseconds(10);
      expect(b.status() & 0x02).toBe(0);
    }
  });

  test('at power-on it is as a BIOS leaves it', () => {
    const b = bench();
    expect([b.command(0x20), b.a20.level, b.status() & ~0x02]).toEqual([0x65, true, 0x1c]);
  });

  test('20-3F and 60-7F read and write the RAM', () => {
    const b = bench();
    b.command(0x65, 0xa5);
    expect(b.command(0x25)).toBe(0xa5);
    expect(b.command(0x24)).toBe(0);
  });

  test('status tells command from data, and has the system flag', () => {
    const b = bench();
    b.write(COMMAND, 0xae);
    expect(b.status() & 0x0c).toBe(0x0c);
    b.write(COMMAND, 0x60);
    b.write(DATA, 0x41);
    expect(b.status() & 0x0c).toBe(0);
  });

  test('AA tests itself, A9 and AB its interfaces', () => {
    const b = bench();
    expect([b.command(0xaa), b.command(0xa9), b.command(0xab)]).toEqual([0x55, 0, 0]);
  });

  test('replies raise IRQ 1 too, and wait for one another', () => {
    const b = bench();
    b.write(COMMAND, 0xaa, 0xab);
    expect(b.irq1.level).toBe(true);
    expect([b.read(DATA), b.read(DATA)]).toEqual([0x55, 0]);
    expect(b.irq1.rises).toBe(2);
  });

  test('A7 and A8 switch the aux port', () => {
    const b = bench();
    b.command(0xa8);
    expect(b.command(0x20)).toBe(0x45);
    b.command(0xa7);
    expect(b.command(0x20)).toBe(0x65);
  });

  test('C0 reads the input port; C1 and C2 show its nibbles in the status', () => {
    const b = bench();
    expect(b.command(0xc0)).toBe(0xb3);
    b.write(COMMAND, 0xc1);
    expect(b.status() & 0xf0).toBe(0x30);
    b.write(COMMAND, 0xc2);
    expect(b.status() & 0xf0).toBe(0xb0);
    b.write(DATA, 0xee);
    expect(b.status() & 0xf0).toBe(0x10);
  });

  test('D0 and D1: the output port drives A20 and, when bit 0 is low, reset', () => {
    const b = bench();
    expect(b.command(0xd0)).toBe(0xcf);
    b.command(0xd1, 0xcd);
    expect([b.a20.level, b.reset.rises]).toEqual([false, 0]);
    b.command(0xd1, 0xce);
    expect([b.a20.level, b.reset.rises]).toEqual([true, 1]);
  });

  test('D2 and D3 put a byte into the buffer from behind', () => {
    const b = bench();
    b.command(0x60, 0x67);
    b.write(COMMAND, 0xd2);
    b.write(DATA, 0x12);
    expect([b.status() & 0x21, b.irq1.level]).toEqual([0x01, true]);
    expect(b.read(DATA)).toBe(0x12);
    b.write(COMMAND, 0xd3);
    b.write(DATA, 0x34);
    expect([b.status() & 0x21, b.irq1.level, b.irq12.level]).toEqual([0x21, false, true]);
    expect(b.read(DATA)).toBe(0x34);
  });

  test('D4 with nothing on the aux port is answered FE, with time-out, as from there', () => {
    const b = bench();
    b.write(COMMAND, 0xd4);
    b.write(DATA, 0xf4);
    expect(b.status() & 0x61).toBe(0x61);
    expect(b.read(DATA)).toBe(0xfe);
  });

  test('E0 reads the clock lines', () => {
    const b = bench();
    expect(b.command(0xe0)).toBe(1);
    b.command(0xad);
    b.command(0xa8);
    expect(b.command(0xe0)).toBe(2);
  });

  test('FE pulses reset; FF nothing', () => {
    const b = bench();
    b.write(COMMAND, 0xff);
    expect(b.reset.rises).toBe(0);
    b.write(COMMAND, 0xfe);
    expect([b.reset.rises, b.reset.level]).toEqual([1, false]);
  });

  test('a password keeps the keyboard quiet until it is typed', () => {
    const b = bench();
    expect(b.command(0xa4)).toBe(0xf1);
    b.command(0xa5, 0x19, 0x1e, 0); // p a
    expect(b.command(0xa4)).toBe(0xfa);
    b.command(0x73, 0x11);
    b.command(0x74, 0x22);
    expect(b.command(0xa6)).toBe(0x11);
    for (const key of ['x', 'p', 'a'] as const) {
      b.keyboard.press(key);
      b.keyboard.release(key);
    }
    expect(b.take()).toEqual([0x22, 0x9e]);
    b.keyboard.press('z');
    expect(b.take()).toEqual([0x2c]);
  });

  test('an unknown command does nothing', () => {
    const b = bench();
    expect([b.command(0x00), b.command(0xb0), b.command(0xaf)]).toEqual([undefined, undefined, undefined]);
  });
});

describe('8042 saved and loaded', () => {
  test('a byte on its way arrives when it would have', () => {
    const first = bench();
    first.keyboard.press('q');
    first.clock.runMicroseconds(200);
    const second = bench();
    second.clock.now = first.clock.now;
    second.chip.load(first.chip.save());
    second.keyboard.load(first.keyboard.save());
    second.clock.runMicroseconds(459);
    expect(second.irq1.level).toBe(false);
    second.clock.runMicroseconds(1);
    expect([second.irq1.level, second.read(DATA)]).toEqual([true, 0x10]);
  });
});
