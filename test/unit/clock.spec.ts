import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../emu/machine/clock.ts';

let now: number;
let moved: number[];
let fired: string[];
let clock: VirtualClock;

beforeEach(() => {
  now = 0;
  moved = [];
  fired = [];
  clock = new VirtualClock({
    get now() {
      return now;
    },
    alarmMoved: (at) => moved.push(at),
  });
});

const alarm = (name: string) => clock.alarm(name, () => fired.push(`${name}@${now}`));

describe('virtual clock', () => {
  test('counts 100,000,000 instructions to the second unless told otherwise', () => {
    expect(clock.frequency).toBe(100_000_000);
  });

  test.each([0, -1, 0.5, Number.NaN])('refuses a frequency of %s', (frequency) => {
    expect(() => new VirtualClock({ now: 0, alarmMoved: () => {} }, frequency)).toThrow(RangeError);
  });

  test('fires an alarm once, when its time has come and not before', () => {
    const a = alarm('a');
    a.set(10);
    now = 9;
    clock.fireDue();
    expect(fired).toEqual([]);
    now = 10;
    clock.fireDue();
    clock.fireDue();
    expect(fired).toEqual(['a@10']);
    expect(a.at).toBeUndefined();
  });

  test('fires by time, and at one instant in the order in which the alarms were made', () => {
    const [a, b, c] = [alarm('a'), alarm('b'), alarm('c')];
    c.set(5);
    b.set(5);
    a.set(7);
    now = 7;
    clock.fireDue();
    expect(fired).toEqual(['b@7', 'c@7', 'a@7']);
  });

  test('an alarm set in the past fires at once, also when a fired one sets it', () => {
    const late = alarm('late');
    clock.alarm('first', () => late.set(3)).set(5);
    now = 8;
    clock.fireDue();
    expect(fired).toEqual(['late@8']);
  });

  test('setting again moves an alarm, clearing takes it away', () => {
    const a = alarm('a');
    a.set(5);
    a.set(9);
    expect(clock.next).toBe(9);
    expect(clock.alarms.length).toBe(1);
    a.clear();
    a.clear();
    expect(clock.next).toBeUndefined();
  });

  test('a fraction of an instruction is rounded up: never early', () => {
    alarm('a').set(4.1);
    expect(clock.next).toBe(5);
  });

  test('tells its source of an alarm that comes before all others', () => {
    alarm('a').set(50);
    alarm('b').set(70);
    alarm('c').set(20);
    expect(moved).toEqual([50, 20]);
  });

  test('refuses a time that is none', () => {
    expect(() => alarm('a').set(Number.NaN)).toThrow('alarm a set for NaN');
  });
});
