import { describe, expect, test } from 'vitest';
import { I8254 } from '../../devices/i8254.ts';
import { FakeClock, Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';

/** Eleven instructions to a CLK pulse. */
const CLK = 11;
const CONTROL = 0x43;

/** An 8254 and the three things the data sheet's figures are made of: pulses, counts, and OUT of counter 2. */
function bench() {
  const clock = new FakeClock(13_125_000);
  const out = new Probe();
  const pit = new I8254({ clock, out2: out });
  const io = portsOf(pit);
  const pulses = (n: number) => clock.runTo(clock.now + n * CLK);
  return {
    clock,
    pit,
    out,
    ...io,
    pulses,
    /** Programs counter 2: mode, low byte only. */
    program(mode: number, count: number, bcd = false): void {
      io.write(CONTROL, 0x90 | (mode << 1) | (bcd ? 1 : 0));
      io.write(0x42, count);
    },
    gate: (level: boolean) => pit.gate(2).set(level),
    trigger(): void {
      pit.gate(2).set(false);
      pit.gate(2).set(true);
    },
    /** OUT before the first of `n` pulses and after each: '-' high, '_' low. */
    wave(n: number): string {
      let trace = out.level ? '-' : '_';
      for (let i = 0; i < n; i++) {
        pulses(1);
        trace += out.level ? '-' : '_';
      }
      return trace;
    },
    /** Low bytes of the count after each of `n` pulses. */
    counts(n: number): number[] {
      return Array.from({ length: n }, () => {
        pulses(1);
        return io.read(0x42);
      });
    },
    status(): number {
      io.write(CONTROL, 0xe8);
      return io.read(0x42);
    },
  };
}

describe('8254 mode 0, interrupt on terminal count', () => {
  test('OUT is low from the control word and rises N + 1 pulses after the count is written', () => {
    const b = bench();
    b.gate(true);
    b.program(0, 4);
    expect(b.wave(7)).toBe('_____---');
  });

  test('counts 4 3 2 1 0 and on through FFFF', () => {
    const b = bench();
    b.gate(true);
    b.program(0, 4);
    expect(b.counts(7)).toEqual([4, 3, 2, 1, 0, 0xff, 0xfe]);
  });

  test('GATE low holds the count and leaves OUT alone', () => {
    const b = bench();
    b.gate(true);
    b.program(0, 3);
    b.pulses(2);
    b.gate(false);
    expect(b.counts(3)).toEqual([2, 2, 2]);
    b.gate(true);
    expect(b.wave(2)).toBe('__-');
  });

  test('a count written while GATE is low is loaded all the same, and ends N pulses after GATE rises', () => {
    const b = bench();
    b.program(0, 2);
    b.pulses(5);
    b.gate(true);
    expect(b.wave(2)).toBe('__-');
  });

  test('the first byte of a new count stops the counting and takes OUT low at once', () => {
    const b = bench();
    b.gate(true);
    b.program(0, 1);
    b.pulses(3);
    expect(b.out.level).toBe(true);
    b.write(CONTROL, 0xb0);
    b.write(0x42, 3, 0);
    b.pulses(2);
    b.write(0x42, 2);
    b.pulses(10);
    expect(b.read(0x42)).toBe(2);
    expect(b.out.level).toBe(false);
    b.write(0x42, 0);
    expect(b.wave(3)).toBe('___-');
  });

  test('a count of 0 is the longest, 65536', () => {
    const b = bench();
    b.gate(true);
    b.program(0, 0);
    b.pulses(65_536);
    expect(b.out.level).toBe(false);
    b.pulses(1);
    expect(b.out.level).toBe(true);
  });
});

describe('8254 mode 1, hardware retriggerable one-shot', () => {
  test('OUT falls on the pulse after the trigger and stays low for N pulses', () => {
    const b = bench();
    b.program(1, 3);
    expect(b.wave(3)).toBe('----');
    b.trigger();
    expect(b.wave(6)).toBe('-___---');
  });

  test('a trigger during the pulse makes it start anew', () => {
    const b = bench();
    b.program(1, 3);
    b.trigger();
    b.pulses(2);
    b.trigger();
    expect(b.wave(5)).toBe('____--');
  });

  test('a new count waits for the next trigger', () => {
    const b = bench();
    b.program(1, 2);
    b.trigger();
    b.pulses(1);
    b.write(0x42, 4);
    expect(b.wave(3)).toBe('__--');
    b.trigger();
    expect(b.wave(6)).toBe('-____--');
  });
});

describe('8254 mode 2, rate generator', () => {
  test('OUT is low for the one pulse in which the count is 1', () => {
    const b = bench();
    b.gate(true);
    b.program(2, 3);
    expect(b.wave(9)).toBe('---_--_--_');
  });

  test('counts 3 2 1 3 2 1', () => {
    const b = bench();
    b.gate(true);
    b.program(2, 3);
    expect(b.counts(7)).toEqual([3, 2, 1, 3, 2, 1, 3]);
  });

  test('GATE low during the output pulse sets OUT high at once; its rise reloads', () => {
    const b = bench();
    b.gate(true);
    b.program(2, 3);
    b.pulses(3);
    expect(b.out.level).toBe(false);
    b.gate(false);
    expect(b.out.level).toBe(true);
    b.pulses(5);
    b.gate(true);
    expect(b.wave(3)).toBe('---_');
  });

  test('a new count takes over at the end of the cycle', () => {
    const b = bench();
    b.gate(true);
    b.program(2, 4);
    b.pulses(2);
    b.write(0x42, 5);
    expect(b.counts(7)).toEqual([2, 1, 5, 4, 3, 2, 1]);
  });

  test('half a new count does not take over', () => {
    const b = bench();
    b.gate(true);
    b.write(CONTROL, 0xb4);
    b.write(0x42, 3, 0);
    b.write(0x42, 0x50);
    b.pulses(7);
    b.write(0x42, 0);
    b.pulses(4);
    b.write(CONTROL, 0x80);
    expect(b.read(0x42)).toBe(0x4f);
  });
});

describe('8254 mode 3, square wave', () => {
  test('an even count is high and low for half of it each', () => {
    const b = bench();
    b.gate(true);
    b.program(3, 4);
    expect(b.wave(9)).toBe('---__--__-');
    expect(b.counts(4)).toEqual([2, 4, 2, 4]);
  });

  test('an odd count is high for (N + 1) / 2 pulses and low for (N - 1) / 2, and counts 4 2 0 4 2', () => {
    const b = bench();
    b.gate(true);
    b.program(3, 5);
    expect(b.wave(11)).toBe('----__---__-');
    const c = bench();
    c.gate(true);
    c.program(3, 5);
    expect(c.counts(10)).toEqual([4, 2, 0, 4, 2, 4, 2, 0, 4, 2]);
  });

  test('GATE low sets OUT high at once; its rise starts a new cycle', () => {
    const b = bench();
    b.gate(true);
    b.program(3, 4);
    b.pulses(3);
    expect(b.out.level).toBe(false);
    b.gate(false);
    expect(b.wave(4)).toBe('-----');
    b.gate(true);
    expect(b.wave(5)).toBe('---__-');
  });

  test('a new count takes over at the end of the half cycle', () => {
    const b = bench();
    b.gate(true);
    b.program(3, 4);
    b.pulses(1);
    b.write(0x42, 6);
    expect(b.wave(8)).toBe('--___---_');
  });
});

describe('8254 mode 4, software triggered strobe', () => {
  test('OUT is low for one pulse, N + 1 pulses after the count is written, and once only', () => {
    const b = bench();
    b.gate(true);
    b.program(4, 3);
    expect(b.wave(8)).toBe('----_----');
    b.pulses(65_600);
    expect(b.out.rises).toBe(2);
  });

  test('a new count starts it anew', () => {
    const b = bench();
    b.gate(true);
    b.program(4, 3);
    b.pulses(3);
    b.write(0x42, 2);
    expect(b.wave(4)).toBe('---_-');
  });

  test('GATE low holds it', () => {
    const b = bench();
    b.gate(true);
    b.program(4, 2);
    b.pulses(1);
    b.gate(false);
    expect(b.wave(4)).toBe('-----');
    b.gate(true);
    expect(b.wave(3)).toBe('--_-');
  });
});

test('8254 mode 4: GATE has no effect on OUT, so its fall does not lengthen a strobe', () => {
  const b = bench();
  b.gate(true);
  b.program(4, 2);
  expect(b.wave(3)).toBe('---_');
  b.gate(false);
  expect(b.wave(2)).toBe('_--');
  expect(b.counts(2)).toEqual([0, 0]);
});

describe('8254 mode 5, hardware triggered strobe', () => {
  test('OUT is low for one pulse, N + 1 pulses after the trigger', () => {
    const b = bench();
    b.program(5, 3);
    expect(b.wave(4)).toBe('-----');
    b.trigger();
    expect(b.wave(6)).toBe('----_--');
    b.trigger();
    b.pulses(2);
    b.trigger();
    expect(b.wave(6)).toBe('----_--');
  });
});

describe('8254 counts and how they are read', () => {
  test('BCD counts 9999 after 0, in decimal digits', () => {
    const b = bench();
    b.gate(true);
    b.write(CONTROL, 0xb1);
    b.write(0x42, 0x00, 0x10);
    b.pulses(2);
    expect([b.read(0x42), b.read(0x42)]).toEqual([0x99, 0x09]);
    b.pulses(1000);
    expect([b.read(0x42), b.read(0x42)]).toEqual([0x99, 0x99]);
  });

  test('a latched count is held until it is read, and a second latch command is ignored', () => {
    const b = bench();
    b.gate(true);
    b.write(CONTROL, 0xb4);
    b.write(0x42, 0x34, 0x12);
    b.pulses(1);
    b.write(CONTROL, 0x80);
    b.pulses(100);
    b.write(CONTROL, 0x80);
    expect([b.read(0x42), b.read(0x42)]).toEqual([0x34, 0x12]);
    expect(b.read(0x42)).toBe(0x34 - 100 + 256);
  });

  test('RW = 2 writes and reads the high byte alone', () => {
    const b = bench();
    b.gate(true);
    b.write(CONTROL, 0xa0);
    b.write(0x42, 0x12);
    b.pulses(2);
    expect(b.read(0x42)).toBe(0x11);
  });

  test('the status byte gives OUT, NULL COUNT and the control word as written', () => {
    const b = bench();
    b.gate(true);
    b.write(CONTROL, 0xbe);
    expect(b.status()).toBe(0xc0 | 0x3e);
    b.write(0x42, 4, 0);
    expect(b.status()).toBe(0xfe);
    b.pulses(1);
    expect(b.status()).toBe(0xbe);
    b.pulses(2);
    expect(b.status()).toBe(0x3e);
  });

  test('read-back of count and status gives the status first', () => {
    const b = bench();
    b.gate(true);
    b.program(2, 9);
    b.pulses(1);
    b.write(CONTROL, 0xc8);
    expect([b.read(0x42), b.read(0x42)]).toEqual([0x94, 9]);
  });

  test('read-back latches several counters at one instant', () => {
    const b = bench();
    b.write(CONTROL, 0x14, 0x54);
    b.write(0x40, 100);
    b.write(0x41, 100);
    b.pulses(10);
    b.write(CONTROL, 0xd6);
    b.pulses(10);
    expect(b.read(0x40)).toBe(91);
    expect(b.read(0x41)).toBe(91);
  });

  test('the control port itself cannot be read', () => {
    expect(bench().read(CONTROL)).toBe(0xff);
  });
});

describe('8254 in virtual time', () => {
  test('at 100 Hz it rises a hundred times in a second', () => {
    const clock = new FakeClock();
    const out0 = new Probe();
    const pit = new I8254({ clock, out0 });
    const io = portsOf(pit);
    io.write(CONTROL, 0x34);
    io.write(0x40, 11932 & 0xff, 11932 >> 8);
    out0.rises = 0;
    clock.runTo(clock.frequency + 1000);
    expect(out0.rises).toBe(99);
    clock.runTo(100 * clock.frequency);
    expect(out0.rises).toBe(9999);
  });

  test.each([
    [0, 5],
    [1, 7],
    [2, 2],
    [2, 6],
    [3, 1],
    [3, 2],
    [3, 7],
    [3, 8],
    [4, 6],
    [5, 6],
  ])('mode %i with count %i: looking seldom sees what looking at each pulse sees', (mode, count) => {
    const often = bench();
    const clock = new FakeClock(13_125_000);
    const seldom = new I8254({ clock });
    portsOf(seldom).write(CONTROL, 0x90 | (mode << 1));
    portsOf(seldom).write(0x42, count);
    seldom.gate(2).set(true);
    often.program(mode, count);
    often.gate(true);
    for (const pulses of [1, 2, 3, 50, 1000, 70_001]) {
      for (let i = 0; i < pulses; i++) {
        often.pulses(1);
        often.read(0x42);
      }
      clock.runTo(often.clock.now);
      expect(portsOf(seldom).read(0x42)).toBe(often.read(0x42));
      expect(seldom.output(2)).toBe(often.out.level);
    }
  });

  test('a saved chip has the future the first one has', () => {
    const first = bench();
    first.gate(true);
    first.program(3, 7);
    first.pulses(5);
    const second = bench();
    second.clock.now = first.clock.now;
    second.pit.load(first.pit.save());
    expect(second.out.level).toBe(first.out.level);
    expect(second.wave(40)).toBe(first.wave(40));
    expect(second.pit.peek()).toEqual(first.pit.peek());
  });
});
