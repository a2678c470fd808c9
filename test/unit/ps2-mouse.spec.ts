import { describe, expect, test } from 'vitest';
import { I8042 } from '../../devices/i8042.ts';
import { Ps2Mouse } from '../../devices/ps2-mouse.ts';
import { FakeClock, Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';

function bench() {
  const clock = new FakeClock();
  const mouse = new Ps2Mouse({ clock });
  const take = () => {
    const bytes: number[] = [];
    while (mouse.waiting) bytes.push(mouse.send());
    return bytes;
  };
  return {
    clock,
    mouse,
    take,
    command: (...bytes: number[]): number[] =>
      bytes.flatMap((byte) => {
        mouse.receive(byte);
        return take();
      }),
    /** What it reports within a tenth of a second. */
    reports(): number[] {
      const bytes: number[] = [];
      for (let i = 0; i < 100; i++) {
        clock.runMicroseconds(1000);
        bytes.push(...take());
      }
      return bytes;
    },
  };
}

/** Sample rates 200, 100, 80: the knock that asks for the wheel. */
const KNOCK = [0xf3, 200, 0xf3, 100, 0xf3, 80];

describe('PS/2 mouse in stream mode', () => {
  test('says nothing until reporting is enabled', () => {
    const b = bench();
    b.mouse.move(5, 5);
    expect(b.reports()).toEqual([]);
    expect(b.command(0xf4)).toEqual([0xfa]);
    expect(b.reports()).toEqual([]);
  });

  test('reports movement and buttons in three bytes', () => {
    const b = bench();
    b.command(0xf4);
    b.mouse.move(5, 3);
    expect(b.reports()).toEqual([0x08, 5, 3]);
    b.mouse.move(-5, -3);
    expect(b.reports()).toEqual([0x38, 0xfb, 0xfd]);
    b.mouse.press('left');
    expect(b.reports()).toEqual([0x09, 0, 0]);
    b.mouse.press('right');
    b.mouse.release('left');
    expect(b.reports()).toEqual([0x0a, 0, 0]);
  });

  test('adds movements up between two reports, which come no faster than the sample rate', () => {
    const b = bench();
    b.command(0xf4);
    b.mouse.move(1, 0);
    b.clock.runMicroseconds(1);
    expect(b.take()).toEqual([0x08, 1, 0]);
    b.mouse.move(1, 0);
    b.mouse.move(2, 7);
    b.clock.runMicroseconds(9998);
    expect(b.take()).toEqual([]);
    b.clock.runMicroseconds(2);
    expect(b.take()).toEqual([0x08, 3, 7]);
  });

  test('more than nine bits can say is an overflow', () => {
    const b = bench();
    b.command(0xf4);
    b.mouse.move(1000, -1000);
    expect(b.reports()).toEqual([0xe8, 0xff, 0x00]);
  });

  test('scaling 2:1 makes small movements smaller and large ones twice as large', () => {
    const b = bench();
    b.command(0xf4, 0xe7);
    expect(
      [1, 2, 3, 4, 5, 6, 40].map((counts) => {
        b.mouse.move(counts, 0);
        return b.reports()[1];
      }),
    ).toEqual([1, 1, 3, 6, 9, 12, 80]);
    b.command(0xe6);
    b.mouse.move(40, 0);
    expect(b.reports()[1]).toBe(40);
  });

  test.each([
    [0, 10],
    [1, 20],
    [2, 40],
    [3, 80],
  ])('at resolution %i ten millimetres are %i counts', (resolution, counts) => {
    const b = bench();
    expect(b.command(0xe8, resolution, 0xf4)).toEqual([0xfa, 0xfa, 0xfa]);
    b.mouse.move(40, 0);
    expect(b.reports()[1]).toBe(counts);
  });
});

describe('PS/2 mouse commands', () => {
  test('status has modes, buttons, resolution and rate', () => {
    const b = bench();
    expect(b.command(0xe9)).toEqual([0xfa, 0x00, 2, 100]);
    b.command(0xf4, 0xe7, 0xf0, 0xe8, 3, 0xf3, 40);
    b.mouse.press('left');
    b.mouse.press('right');
    expect(b.command(0xe9)).toEqual([0xfa, 0x75, 3, 40]);
  });

  test('remote mode reports when asked', () => {
    const b = bench();
    b.command(0xf0);
    b.mouse.move(7, -1);
    expect(b.reports()).toEqual([]);
    expect(b.command(0xeb)).toEqual([0xfa, 0x28, 7, 0xff]);
    expect(b.command(0xeb)).toEqual([0xfa, 0x08, 0, 0]);
  });

  test('wrap mode gives every byte back, but for reset and its own end', () => {
    const b = bench();
    expect(b.command(0xee, 0xe9, 0x12, 0xec, 0xf2)).toEqual([0xfa, 0xe9, 0x12, 0xfa, 0xfa, 0x00]);
  });

  test('the knock makes it a wheel mouse with reports of four bytes', () => {
    const b = bench();
    expect(b.command(0xf2)).toEqual([0xfa, 0]);
    b.command(...KNOCK);
    expect(b.command(0xf2)).toEqual([0xfa, 3]);
    b.command(0xf4);
    b.mouse.move(1, 1, -2);
    expect(b.reports()).toEqual([0x08, 1, 1, 0xfe]);
    b.mouse.press('middle');
    expect(b.reports()).toEqual([0x0c, 0, 0, 0]);
    b.mouse.move(0, 0, 9);
    expect(b.reports()).toEqual([0x0c, 0, 0, 7, 0x0c, 0, 0, 2]);
  });

  test('reset answers, tests itself, and forgets the wheel', () => {
    const b = bench();
    b.command(...KNOCK);
    expect(b.command(0xff)).toEqual([0xfa]);
    b.clock.runMicroseconds(1000);
    expect(b.take()).toEqual([0xaa, 0x00]);
    expect(b.command(0xe9)).toEqual([0xfa, 0x00, 2, 100]);
  });

  test('a parameter out of range is asked for again, once', () => {
    const b = bench();
    expect(b.command(0xf3, 33, 40)).toEqual([0xfa, 0xfe, 0xfa]);
    expect(b.command(0xf3, 33, 33)).toEqual([0xfa, 0xfe, 0xfc]);
    expect(b.command(0xe9)).toEqual([0xfa, 0x00, 2, 40]);
  });

  test('resend gives the whole last answer; an unknown command is asked for again', () => {
    const b = bench();
    b.command(0xf2);
    expect(b.command(0xfe)).toEqual([0xfa, 0]);
    expect(b.command(0x11)).toEqual([0xfe]);
  });

  test('the next byte from the host cuts an answer short, but not acknowledgements; movement waits for them', () => {
    const b = bench();
    for (const byte of [0xe9, 0xf4]) b.mouse.receive(byte);
    b.mouse.move(2, 0);
    expect(b.take()).toEqual([0xfa, 0xfa]);
    expect(b.reports()).toEqual([0x08, 2, 0]);
  });

  test('disable, defaults', () => {
    const b = bench();
    b.command(0xf4, 0xf5);
    b.mouse.move(1, 1);
    expect(b.reports()).toEqual([]);
    b.command(0xe8, 0, 0xf3, 10, 0xf6);
    expect(b.command(0xe9)).toEqual([0xfa, 0x00, 2, 100]);
  });
});

test('through the 8042 it comes by IRQ 12, with AUXB', () => {
  const clock = new FakeClock();
  const mouse = new Ps2Mouse({ clock });
  const [irq1, irq12] = [new Probe(), new Probe()];
  const io = portsOf(new I8042({ clock, irq1, irq12, a20: new Probe(), reset: new Probe(), aux: mouse }));
  io.write(0x64, 0x60);
  io.write(0x60, 0x47);
  io.write(0x64, 0xd4);
  io.write(0x60, 0xf4);
  clock.runMicroseconds(660);
  expect([io.read(0x64) & 0x21, irq12.level, irq1.level]).toEqual([0x21, true, false]);
  expect(io.read(0x60)).toBe(0xfa);
  expect(irq12.level).toBe(false);
  mouse.move(2, 0);
  const bytes: number[] = [];
  for (let i = 0; i < 4; i++) {
    clock.runMicroseconds(660);
    if (io.read(0x64) & 1) bytes.push(io.read(0x60));
  }
  expect(bytes).toEqual([0x08, 2, 0]);
});

test('save and load keep what is to be reported', () => {
  const first = bench();
  first.command(0xf4);
  first.mouse.move(3, 4);
  const second = bench();
  second.mouse.load(first.mouse.save());
  expect(second.reports()).toEqual([0x08, 3, 4]);
});
