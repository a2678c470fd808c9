import { describe, expect, test } from 'vitest';
import { Doorbell } from '../../emu/cli/session/doorbell.ts';
import { Pacer } from '../../emu/cli/session/pacer.ts';

describe('pacer, at 1000 instructions in a millisecond', () => {
  let host = 0;
  const pacer = () => {
    host = 500;
    return new Pacer(() => host, 1_000_000);
  };

  test('an idle machine sleeps as long as its virtual time says', () => {
    expect(pacer().sleepAt(0, 10_000)).toBe(10);
  });

  test('sleeps for ever when nothing is to come', () => {
    expect(pacer().sleepAt(0, undefined)).toBeUndefined();
  });

  test('time gained by computing is not waited for', () => {
    const p = pacer();
    expect(p.sleepAt(1_000_000, 1_010_000)).toBe(10);
    host += 10;
    expect(p.virtualNow()).toBe(1_010_000);
  });

  test('time lost by oversleeping is caught up', () => {
    const p = pacer();
    p.sleepAt(0, 10_000);
    host += 13;
    expect(p.sleepAt(10_000, 20_000)).toBe(7);
    host += 20;
    expect(p.sleepAt(20_000, 30_000)).toBe(0);
  });

  test('but not when it is much', () => {
    const p = pacer();
    p.sleepAt(0, 10_000);
    host += 60_000;
    expect(p.sleepAt(10_000, 20_000)).toBe(10);
  });
});

describe('doorbell', () => {
  test('wakes a sleeper', async () => {
    const bell = new Doorbell();
    const sleeping = bell.wait(undefined);
    bell.ring();
    await sleeping;
  });

  test('is remembered when rung before', async () => {
    const bell = new Doorbell();
    bell.ring();
    await bell.wait(undefined);
  });

  test('wakes by itself when the time is over', async () => {
    await new Doorbell().wait(1);
  });
});
