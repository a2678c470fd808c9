/** The table of register-bits.ts is whole and true; and the tests of those bits that no other spec looks at. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Bcm2835Gpio, GPIO_BASE, GPIO_PINS } from '../../devices/bcm2835-gpio.ts';
import { I8042 } from '../../devices/i8042.ts';
import { I8254 } from '../../devices/i8254.ts';
import { I8259, I8259Pair } from '../../devices/i8259.ts';
import { Mc146818 } from '../../devices/mc146818.ts';
import { Port92 } from '../../devices/port92.ts';
import { Uart16550 } from '../../devices/uart16550.ts';
import { VgaText } from '../../devices/vga-text.ts';
import { FakeClock, Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';
import { REGISTER_BITS } from './register-bits.ts';

const sources = new Map<string, string>();

function sourceOf(spec: string): string {
  const source = sources.get(spec) ?? readFileSync(join(import.meta.dirname, `${spec}.spec.ts`), 'utf8');
  sources.set(spec, source);
  return source;
}

/** '7-5' is 7, 6, 5. */
function bitsOf(run: string): number[] {
  const [high = 0, low = high] = run.split('-').map(Number);
  return Array.from({ length: high - low + 1 }, (_, i) => high - i);
}

describe.each(Object.entries(REGISTER_BITS))('%s', (_, registers) => {
  test.each(Object.entries(registers))('each bit of %s has a test, and the test exists', (_, coverage) => {
    const bits = coverage.flatMap(([run]) => bitsOf(run));
    const highest = bits[0];
    expect(bits).toEqual(Array.from({ length: bits.length }, (_, i) => bits.length - 1 - i));
    expect([7, 31]).toContain(highest);
    const missing = coverage.filter(([, spec, title]) => !sourceOf(spec).includes(`'${title}`));
    expect(missing).toEqual([]);
  });
});

const each = (bits: number): number[] => Array.from({ length: bits }, (_, n) => n);

describe('8259', () => {
  const pair = () => {
    const int = new Probe();
    const pic = new I8259Pair({ int });
    const io = portsOf(pic);
    const ready = (icw4 = 0x01) => {
      io.write(0x20, 0x11);
      io.write(0x21, 0x20, 0x04, icw4);
      io.write(0xa0, 0x11);
      io.write(0xa1, 0x28, 0x02, 0x01);
    };
    ready();
    return { int, pic, ...io, ready };
  };

  test('8259: each mask bit masks its level and reads back', () => {
    const b = pair();
    for (const n of each(16).filter((n) => n !== 2)) {
      const [port, bit] = n < 8 ? [0x21, 1 << n] : [0xa1, 1 << (n - 8)];
      b.write(port, bit);
      b.pic.irq(n).set(true);
      expect([n, b.read(port), b.int.level]).toEqual([n, bit, false]);
      b.write(port, 0);
      expect([n, b.read(port), b.int.level]).toEqual([n, 0, true]);
      b.pic.irq(n).set(false);
    }
  });

  test('8259: ICW3 of a slave has three bits', () => {
    const b = pair();
    b.write(0xa0, 0x11);
    b.write(0xa1, 0x28, 0xfa, 0x01);
    b.pic.irq(8).set(true);
    expect(b.pic.acknowledge()).toBe(0x28);
  });

  test('8259: ICW4 has five bits', () => {
    const b = pair();
    b.ready(0xe1);
    b.pic.irq(1).set(true);
    expect([b.pic.acknowledge(), b.pic.peek().master.icw4]).toEqual([0x21, 0x01]);
  });

  test('8259: bit 7 of OCW3 does not matter', () => {
    const chip = new I8259({ name: 'pic', port: 0, int: new Probe() });
    const io = portsOf(chip);
    io.write(0, 0x13);
    io.write(1, 0x20, 0x01);
    chip.irq(3).set(true);
    chip.acknowledge();
    io.write(0, 0x8b);
    expect(io.read(0)).toBe(0x08);
    io.write(0, 0x8a);
    expect(io.read(0)).toBe(0x00);
  });
});

describe('8254', () => {
  const bench = () => portsOf(new I8254({ clock: new FakeClock() }));

  test('8254: bits 3-0 of a counter latch command do not matter', () => {
    const io = bench();
    for (const low of each(16)) {
      io.write(0x43, 0x30);
      io.write(0x40, 0x34, 0x12);
      const before = io.read(0x40) | (io.read(0x40) << 8);
      io.write(0x43, 0x00 | low);
      io.write(0x43, 0xe2);
      expect(io.read(0x40) & 0x3f).toBe(0x30);
      expect(io.read(0x40) | (io.read(0x40) << 8)).toBe(before);
    }
  });

  test('8254: bit 0 of a read-back command does not matter', () => {
    const io = bench();
    io.write(0x43, 0x74);
    for (const command of [0xe4, 0xe5]) {
      io.write(0x43, command);
      expect(io.read(0x41) & 0x3f).toBe(0x34);
    }
  });
});

test('MC146818: SQWE is kept', () => {
  const io = portsOf(new Mc146818({ clock: new FakeClock(), irq: new Probe() }));
  io.write(0x70, 0x0b);
  io.write(0x71, 0x0a);
  expect(io.read(0x71)).toBe(0x0a);
  io.write(0x71, 0x02);
  expect(io.read(0x71)).toBe(0x02);
});

describe('16550', () => {
  const bench = () => {
    const sent: number[] = [];
    const peer = { transmit: (byte: number) => void sent.push(byte) };
    const clock = new FakeClock();
    const uart = new Uart16550({ clock, name: 'com1', port: 0, irq: new Probe(), peer });
    const io = portsOf(uart);
    io.write(3, 0x03);
    return { clock, sent, ...io };
  };

  test('16550: FCR bit 3 changes nothing without DMA', () => {
    const b = bench();
    b.write(2, 0x09);
    b.write(0, 1, 2, 3);
    b.clock.runMicroseconds(100_000);
    expect([b.read(2), b.sent]).toEqual([0xc1, [1, 2, 3]]);
  });

  test('16550: FCR bit 2 clears the transmitter, but for the byte on its way', () => {
    const b = bench();
    b.write(2, 0x01);
    b.write(0, 1, 2, 3);
    b.write(2, 0x05);
    expect(b.read(5) & 0x60).toBe(0x20);
    b.clock.runMicroseconds(100_000);
    expect([b.sent, b.read(5) & 0x60]).toEqual([[1], 0x60]);
  });
});

describe('8042', () => {
  const bench = () => {
    const lines = { irq1: new Probe(), irq12: new Probe(), a20: new Probe(), reset: new Probe() };
    return { ...lines, ...portsOf(new I8042({ clock: new FakeClock(), ...lines })) };
  };
  const outputPort = (b: ReturnType<typeof bench>) => {
    b.write(0x64, 0xd0);
    return b.read(0x60);
  };

  test('8042: there are no parity errors', () => {
    const b = bench();
    b.write(0x64, 0xaa);
    expect(b.read(0x64) & 0x80).toBe(0);
  });

  test('8042: output port bits 7-6 are kept, and 3-2', () => {
    const b = bench();
    for (const bit of [2, 3, 6, 7]) {
      b.write(0x64, 0xd1);
      b.write(0x60, (1 << bit) | 0x01);
      expect(outputPort(b) & 0xcc).toBe(1 << bit);
    }
  });

  test('8042: output port bits 5-4 are the interrupts', () => {
    const b = bench();
    const seen = (command: number) => {
      b.write(0x64, command);
      b.write(0x60, 0x5a);
      b.write(0x64, 0xd0);
      b.read(0x60);
      return b.read(0x60) & 0x30;
    };
    expect([seen(0xd2), seen(0xd3), outputPort(b) & 0x30]).toEqual([0x10, 0x20, 0]);
  });
});

describe('VGA', () => {
  const bench = () => {
    const clock = new FakeClock();
    return { clock, ...portsOf(new VgaText({ clock })) };
  };
  const CRTC_BITS = [
    ...[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0x3f, 0x7f, 0xff, 0xff, 0xff, 0xff],
    ...[0xff, 0x7f, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xef, 0xff],
  ];

  test('VGA: each CRTC register keeps the bits it has, one by one', () => {
    const b = bench();
    b.write(0x3d4, 0x11);
    b.write(0x3d5, 0x00);
    CRTC_BITS.forEach((bits, index) => {
      b.write(0x3d4, index);
      for (const bit of each(8)) {
        // Bit 7 of 11 would protect the others.
        if (index === 0x11 && bit === 7) continue;
        b.write(0x3d5, 1 << bit);
        expect([index, bit, b.read(0x3d5)]).toEqual([index, bit, bits & (1 << bit)]);
      }
    });
  });

  test('VGA: miscellaneous output keeps all bits but 4', () => {
    const b = bench();
    for (const bit of each(8)) {
      b.write(0x3c2, 1 << bit);
      expect(b.read(0x3cc)).toBe((1 << bit) & 0xef);
    }
  });

  test('VGA: input status 1 has two bits, and shows each of them', () => {
    const b = bench();
    const seen = new Set<number>();
    for (let i = 0; i < 4000; i++) {
      b.clock.runMicroseconds(7);
      seen.add(b.read(0x3da));
    }
    expect([...seen].sort()).toEqual([0, 1, 9]);
  });

  test('VGA: attribute controller bits', () => {
    const b = bench();
    [0xef, 0xff, 0x3f, 0x0f, 0x0f].forEach((bits, i) => {
      for (const bit of each(8)) {
        b.read(0x3da);
        b.write(0x3c0, 0x10 + i, 1 << bit);
        b.write(0x3c0, 0x10 + i);
        expect([i, bit, b.read(0x3c1)]).toEqual([i, bit, bits & (1 << bit)]);
      }
    });
  });
});

test('port 0x92 keeps bits 7, 6 and 3', () => {
  const io = portsOf(new Port92({ a20: new Probe(), reset: new Probe() }));
  for (const bit of each(8)) {
    io.write(0x92, 1 << bit);
    expect(io.read(0x92)).toBe((1 << bit) & 0xcb);
  }
});

describe('GPIO', () => {
  const bench = () => {
    const irq = new Probe();
    const chip = new Bcm2835Gpio({ irq });
    const window = chip.memory[0]!;
    return {
      chip,
      irq,
      read: (at: number) => window.read(GPIO_BASE + at, 4) >>> 0,
      write: (at: number, value: number) => window.write(GPIO_BASE + at, value >>> 0, 4),
    };
  };
  const placeOf = (pin: number) => ({ word: pin < 32 ? 0 : 4, bit: (1 << (pin & 31)) >>> 0 });

  test('GPIO: each pin can be set, cleared and seen', () => {
    const b = bench();
    for (const pin of each(GPIO_PINS)) {
      const { word, bit } = placeOf(pin);
      b.write(4 * Math.floor(pin / 10), 1 << ((pin % 10) * 3));
      b.write(0x1c + word, bit);
      expect([pin, b.read(0x34 + word) & bit]).toEqual([pin, bit | 0]);
      b.write(0x28 + word, bit);
      expect([pin, b.read(0x34 + word) & bit]).toEqual([pin, 0]);
    }
    b.write(0x20, 0xffc0_0000);
    expect(b.read(0x38) >>> 22).toBe(0);
  });

  test('GPIO: each pin has its event, by each of six ways', () => {
    for (const [register, first, then] of [
      [0x4c, 'low', 'high'],
      [0x58, 'high', 'low'],
      [0x64, 'low', 'high'],
      [0x70, 'high', 'low'],
      [0x7c, 'low', 'high'],
      [0x88, 'high', 'low'],
    ] as const) {
      const b = bench();
      for (const pin of each(GPIO_PINS)) {
        const { word, bit } = placeOf(pin);
        b.chip.drive(pin, first);
        b.write(register + word, bit);
        expect([register, pin, b.read(0x40), b.read(0x44), b.irq.level]).toEqual([register, pin, 0, 0, false]);
        b.chip.drive(pin, then);
        expect([register, pin, b.read(0x40 + word), b.irq.level]).toEqual([register, pin, bit, true]);
        b.write(register + word, 0);
        b.write(0x40 + word, bit);
      }
    }
  });

  test('GPIO: each pin takes each pull', () => {
    const b = bench();
    for (const pin of each(GPIO_PINS)) {
      const { word, bit } = placeOf(pin);
      for (const [control, level] of [
        [2, true],
        [1, false],
        [0xffff_fffc | 2, true],
      ] as const) {
        b.write(0x94, control);
        b.write(0x98 + word, bit);
        expect([pin, b.read(0x94), b.read(0x98 + word), b.chip.level(pin)]).toEqual([pin, control & 3, bit, level]);
        b.write(0x98 + word, 0);
      }
    }
  });
});
