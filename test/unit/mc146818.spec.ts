import { describe, expect, test } from 'vitest';
import { dateTimeOf } from '../../devices/calendar.ts';
import { cmosOf } from '../../devices/cmos.ts';
import { Mc146818 } from '../../devices/mc146818.ts';
import { FakeClock, Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';

const [A, B, C, D] = [0x0a, 0x0b, 0x0c, 0x0d] as const;
/** A hundred instructions to a tick of the crystal. */
const TICK = 100;
const SECOND = 32_768 * TICK;
/** From power-on: half a second to the first update, and its 65 ticks. */
const FIRST_UPDATE = (16_384 + 65) * TICK;

function bench(options: { start?: number; cmos?: number[] } = {}) {
  const clock = new FakeClock(SECOND);
  const irq = new Probe();
  const nmiMask = new Probe();
  const rtc = new Mc146818({ clock, irq, nmiMask, ...options });
  const io = portsOf(rtc);
  const read = (index: number) => {
    io.write(0x70, index);
    return io.read(0x71);
  };
  const write = (index: number, value: number) => {
    io.write(0x70, index);
    io.write(0x71, value);
  };
  return {
    clock,
    irq,
    nmiMask,
    rtc,
    io,
    read,
    write,
    /** Year, month, day, weekday, hours, minutes, seconds as the bytes have them, in hexadecimal. */
    time: () => [9, 8, 7, 6, 4, 2, 0].map((index) => read(index).toString(16).padStart(2, '0')).join(' '),
    set(time: {
      hours: number;
      minutes: number;
      seconds: number;
      day?: number;
      month?: number;
      year?: number;
      weekday?: number;
    }) {
      const at = { hours: 4, minutes: 2, seconds: 0, day: 7, month: 8, year: 9, weekday: 6 };
      for (const [name, value] of Object.entries(time)) write(at[name as keyof typeof at], value);
    },
    seconds: (n: number) => clock.runTo(clock.now + n * SECOND),
    run: (ticks: number) => clock.runTo(clock.now + ticks * TICK),
  };
}

describe('MC146818 time', () => {
  test('starts with the date it is given, in BCD and 24 hours', () => {
    const b = bench({ start: Date.UTC(1999, 11, 31, 23, 59, 58) / 1000 });
    expect(b.time()).toBe('99 12 31 06 23 59 58');
    expect(b.read(0x32)).toBe(0x19);
  });

  test('goes over the end of a century, and the century byte goes along', () => {
    const b = bench({ start: Date.UTC(1999, 11, 31, 23, 59, 58) / 1000 });
    b.seconds(2);
    expect(b.time()).toBe('00 01 01 07 00 00 00');
    expect(b.read(0x32)).toBe(0x20);
  });

  test('the first update ends half a second and 1984 us after the start, then one a second', () => {
    const b = bench({ start: 0 });
    b.clock.runTo(FIRST_UPDATE - 1);
    expect(b.read(0)).toBe(0);
    b.clock.runTo(FIRST_UPDATE);
    expect(b.read(0)).toBe(1);
    b.clock.runTo(FIRST_UPDATE + SECOND - 1);
    expect(b.read(0)).toBe(1);
    b.clock.runTo(FIRST_UPDATE + SECOND);
    expect(b.read(0)).toBe(2);
  });

  test.each([
    [2023, '01'],
    [2024, '29'],
  ])('the day after 28 February %i', (year, day) => {
    const b = bench({ start: Date.UTC(year, 1, 28, 23, 59, 59) / 1000 });
    b.seconds(1);
    expect(b.time().split(' ')[2]).toBe(day);
  });

  test('DM counts in binary', () => {
    const b = bench();
    b.write(B, 0x06);
    b.set({ hours: 19, minutes: 59, seconds: 59 });
    b.seconds(1);
    expect([b.read(4), b.read(2), b.read(0)]).toEqual([20, 0, 0]);
  });

  test.each([
    [0x11, 0x92],
    [0x92, 0x81],
    [0x91, 0x12],
    [0x12, 0x01],
  ])('in 12 hour mode 0x%s:59:59 is followed by the next hour', (before, after) => {
    const b = bench();
    b.write(B, 0x00);
    b.set({ hours: before, minutes: 0x59, seconds: 0x59 });
    b.seconds(1);
    expect(b.read(4)).toBe(after);
  });

  test('SET holds the time, and with it UIP and the flags', () => {
    const b = bench({ start: 0 });
    b.write(B, 0x92);
    expect(b.read(B)).toBe(0x82);
    b.run(16_384);
    expect(b.read(A) & 0x80).toBe(0);
    b.seconds(5);
    expect([b.read(0), b.read(C)]).toEqual([0, 0x40]);
    b.write(B, 0x02);
    b.seconds(1);
    expect(b.read(0)).toBe(1);
  });

  test('UIP rises 244 us before an update and falls at its end', () => {
    const b = bench();
    b.run(16_384 - 9);
    expect(b.read(A)).toBe(0x26);
    b.run(1);
    expect(b.read(A)).toBe(0xa6);
    b.run(8 + 64);
    expect(b.read(A)).toBe(0xa6);
    b.run(1);
    expect(b.read(A)).toBe(0x26);
  });

  test('a reset of the divider stops the clock; half a second after its end comes the first update', () => {
    const b = bench({ start: 0 });
    b.write(A, 0x66);
    b.seconds(10);
    expect(b.read(0)).toBe(0);
    b.write(A, 0x26);
    b.clock.runTo(b.clock.now + FIRST_UPDATE - 1);
    expect(b.read(0)).toBe(0);
    b.clock.runTo(b.clock.now + 1);
    expect(b.read(0)).toBe(1);
  });

  test('a divider for a faster crystal makes this one slow', () => {
    const b = bench({ start: 0 });
    b.write(A, 0x16);
    b.seconds(32);
    expect(b.read(0)).toBe(1);
  });

  test('RESET clears interrupts; time, alarm and RAM are on the battery', () => {
    const b = bench({ start: Date.UTC(2001, 1, 3, 4, 5, 6) / 1000 });
    b.write(0x0f, 0x0a);
    b.write(0x05, 0x12);
    b.write(B, 0x7f);
    b.seconds(1);
    expect(b.irq.level).toBe(true);
    b.io.write(0x70, 0x80);
    b.rtc.reset();
    expect([b.irq.level, b.nmiMask.level]).toEqual([false, false]);
    expect([b.read(B), b.read(C), b.read(0x0f), b.read(0x05)]).toEqual([0x07, 0, 0x0a, 0x12]);
    b.write(B, 0x02);
    b.seconds(2);
    expect(b.read(0)).toBe(0x09);
  });

  test('daylight saving: the last Sunday of April has no 2 o’clock, that of October has 1 o’clock twice', () => {
    const b = bench({ start: Date.UTC(1990, 3, 29, 1, 59, 59) / 1000 });
    b.write(B, 0x03);
    b.seconds(1);
    expect(b.time()).toBe('90 04 29 01 03 00 00');
    const c = bench({ start: Date.UTC(1990, 9, 28, 1, 59, 59) / 1000 });
    c.write(B, 0x03);
    c.seconds(1);
    expect(c.time()).toBe('90 10 28 01 01 00 00');
    c.seconds(3600);
    expect(c.time()).toBe('90 10 28 01 02 00 00');
  });

  test('bytes set to nonsense stay until they are counted over', () => {
    const b = bench();
    b.set({ hours: 0xff, minutes: 0xff, seconds: 0x10 });
    b.seconds(1);
    expect([b.read(4), b.read(2), b.read(0)]).toEqual([0xff, 0xff, 0x11]);
  });
});

describe('MC146818 interrupts', () => {
  test('update ended: IRQ 8 each second until register C is read', () => {
    const b = bench();
    b.write(B, 0x12);
    b.clock.runTo(FIRST_UPDATE - 1);
    expect(b.irq.level).toBe(false);
    b.clock.runTo(FIRST_UPDATE);
    expect(b.irq.level).toBe(true);
    b.seconds(3);
    expect(b.irq.rises).toBe(1);
    expect(b.read(C) & 0x90).toBe(0x90);
    expect([b.irq.level, b.read(C)]).toEqual([false, 0]);
    b.seconds(1);
    expect(b.irq.rises).toBe(2);
  });

  test('the flags come without their interrupts too', () => {
    const b = bench();
    b.seconds(1);
    expect(b.read(C)).toBe(0x50);
    expect(b.irq.rises).toBe(0);
  });

  test('enabling an interrupt whose flag is set raises IRQ 8 at once', () => {
    const b = bench();
    b.seconds(1);
    b.write(B, 0x12);
    expect([b.irq.level, b.read(C)]).toEqual([true, 0xd0]);
  });

  test.each([
    [1, 256],
    [2, 128],
    [3, 8192],
    [6, 1024],
    [15, 2],
  ])('rate %i is %i Hz', (rate, hertz) => {
    const b = bench();
    b.write(A, 0x20 | rate);
    b.write(B, 0x42);
    for (let i = 0; i < hertz; i++) {
      b.clock.runTo(Math.round(((i + 0.5) * SECOND) / hertz) - 1);
      expect(b.irq.level).toBe(false);
      b.clock.runTo(Math.round(((i + 0.5) * SECOND) / hertz));
      expect(b.irq.level).toBe(true);
      expect(b.read(C) & 0xc0).toBe(0xc0);
    }
  });

  test('rate 0 is none', () => {
    const b = bench();
    b.write(A, 0x20);
    b.write(B, 0x42);
    b.seconds(2);
    expect([b.irq.rises, b.read(C) & 0x40]).toEqual([0, 0]);
  });

  test('alarm: once a day, at its second', () => {
    const b = bench({ start: Date.UTC(2000, 0, 1, 6, 29, 58) / 1000 });
    b.write(5, 0x06);
    b.write(3, 0x30);
    b.write(1, 0x00);
    b.write(B, 0x22);
    b.clock.runTo(FIRST_UPDATE + SECOND - 1);
    expect(b.irq.level).toBe(false);
    b.clock.runTo(FIRST_UPDATE + SECOND);
    expect([b.irq.level, b.read(C) & 0xa0]).toEqual([true, 0xa0]);
    b.seconds(86_399);
    expect(b.irq.rises).toBe(1);
    b.seconds(1);
    expect(b.irq.rises).toBe(2);
  });

  test.each([
    ['hour', 0xff, 0x00, 0x00, 24],
    ['minute', 0xc0, 0xc0, 0x00, 1440],
    ['second', 0xff, 0xff, 0xff, 86_400],
  ])('alarm bytes of C0 to FF match anything: every %s', (_, hours, minutes, seconds, times) => {
    const b = bench({ start: 0 });
    b.write(5, hours);
    b.write(3, minutes);
    b.write(1, seconds);
    b.write(B, 0x22);
    for (let i = 0; i < 86_400; i++) {
      b.seconds(1);
      b.read(C);
    }
    expect(b.irq.rises).toBe(times);
  });
});

describe('MC146818 and the PC', () => {
  test('port 0x70 cannot be read, and its bit 7 masks NMI', () => {
    const b = bench();
    expect(b.io.read(0x70)).toBe(0xff);
    b.io.write(0x70, 0x8d);
    expect([b.nmiMask.level, b.io.read(0x71)]).toEqual([true, 0x80]);
    b.io.write(0x70, 0x0d);
    expect(b.nmiMask.level).toBe(false);
  });

  test('the RAM keeps what it is given; registers C and D, and UIP, cannot be written', () => {
    const b = bench();
    b.write(0x0e, 0x12);
    b.write(0x7f, 0x34);
    b.write(C, 0xff);
    b.write(D, 0x00);
    b.write(A, 0xa6);
    expect([b.read(0x0e), b.read(0x7f), b.read(C), b.read(D), b.read(A)]).toEqual([0x12, 0x34, 0, 0x80, 0x26]);
  });

  test('CMOS as the BIOS leaves it tells the size of memory, and its checksum is right', () => {
    const cmos = cmosOf({ memoryBytes: 128 * 1024 * 1024, mouse: true });
    const b = bench({ cmos });
    const word = (at: number) => b.read(at) | (b.read(at + 1) << 8);
    expect([word(0x15), word(0x17), word(0x30), word(0x34)]).toEqual([640, 0xffff, 0xffff, 112 * 16]);
    expect(b.read(0x14)).toBe(0x06);
    const sum = cmos.slice(0x10, 0x2e).reduce((total, byte) => total + byte, 0);
    expect((b.read(0x2e) << 8) | b.read(0x2f)).toBe(sum);
  });

  test('what was in CMOS is there in the next machine', () => {
    const b = bench();
    b.write(0x40, 0x5a);
    expect(bench({ cmos: b.rtc.cmos }).read(0x40)).toBe(0x5a);
  });

  test('save and load keep the future', () => {
    const first = bench();
    first.write(A, 0x2a);
    first.write(B, 0x52);
    first.run(12_345);
    const second = bench();
    second.clock.now = first.clock.now;
    second.rtc.load(first.rtc.save());
    first.run(100_000);
    second.run(100_000);
    first.read(C);
    second.read(C);
    first.run(7);
    second.run(7);
    expect(second.rtc.save()).toEqual(first.rtc.save());
    expect(second.irq.level).toBe(first.irq.level);
  });
});

describe('the calendar', () => {
  test('agrees with the host’s about every 11th day of four centuries', () => {
    for (
      let seconds = Date.UTC(1890, 0, 1) / 1000;
      seconds < Date.UTC(2290, 0, 1) / 1000;
      seconds += 11 * 86_400 + 3723
    ) {
      const host = new Date(seconds * 1000);
      expect(dateTimeOf(seconds)).toEqual({
        year: host.getUTCFullYear(),
        month: host.getUTCMonth() + 1,
        day: host.getUTCDate(),
        weekday: host.getUTCDay() + 1,
        hours: host.getUTCHours(),
        minutes: host.getUTCMinutes(),
        seconds: host.getUTCSeconds(),
      });
    }
  });
});
