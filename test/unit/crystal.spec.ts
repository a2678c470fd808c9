import { describe, expect, test } from 'vitest';
import { Crystal, instructionsIn } from '../../devices/crystal.ts';
import { FakeClock } from './fake-clock.ts';

const PIT = { hertz: 13_125_000, divisor: 11 };

describe('a crystal beside the processor', () => {
  test('has ticked 13,125,000 times after 11 seconds, and not one tick earlier', () => {
    const clock = new FakeClock();
    const crystal = new Crystal(clock, PIT.hertz, PIT.divisor);
    clock.now = 11 * clock.frequency - 1;
    expect(crystal.ticks).toBe(13_124_999);
    clock.now++;
    expect(crystal.ticks).toBe(13_125_000);
  });

  test.each([100_000_000, 33_333_333, 999_999_937, 1_000_000, 7])(
    'agrees with itself at %i instructions a second',
    (frequency) => {
      const crystal = new Crystal(new FakeClock(frequency), PIT.hertz, PIT.divisor);
      for (const tick of [0, 1, 2, 17, 1_193_181, 1_193_182, 99_999_999_999, 2 ** 40 + 1]) {
        const at = crystal.timeOf(tick);
        expect(crystal.ticksAt(at)).toBeGreaterThanOrEqual(tick);
        if (at > 0) expect(crystal.ticksAt(at - 1)).toBeLessThan(tick);
      }
    },
  );

  test('stays exact near 2^53 instructions', () => {
    const crystal = new Crystal(new FakeClock(), PIT.hertz, PIT.divisor);
    const now = Number.MAX_SAFE_INTEGER - 12_345;
    expect(BigInt(crystal.ticksAt(now))).toBe((BigInt(now) * 13_125_000n) / 1_100_000_000n);
  });

  test('refuses a frequency that is not a whole number above 0', () => {
    expect(() => new Crystal(new FakeClock(), 0)).toThrow(RangeError);
    expect(() => new Crystal(new FakeClock(), 1.5)).toThrow(RangeError);
  });

  test('a span of time is at least one instruction long', () => {
    expect(instructionsIn(new FakeClock(100_000_000), 660)).toBe(66_000);
    expect(instructionsIn(new FakeClock(1000), 1)).toBe(1);
  });
});
