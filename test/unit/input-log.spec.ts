import { describe, expect, test } from 'vitest';
import {
  checkSetup,
  formatHeader,
  formatInput,
  InputGate,
  parseInputLog,
  type StampedInput,
} from '../../emu/machine/input-log.ts';

const setup = { frequency: 100_000_000, ramBytes: 0x8000000 };
const events: StampedInput[] = [
  { at: 10, kind: 'key', key: 'left-shift', down: true },
  { at: 10, kind: 'serial', port: 1, byte: 255 },
  { at: 11, kind: 'line', line: 5, level: true },
  { at: 11, kind: 'mouse', right: -3, away: 4, wheel: 0 },
  { at: 11, kind: 'mouse-button', button: 'middle', down: false },
  { at: 12, kind: 'button', button: 'reset' },
  { at: 12, kind: 'button', button: 'nmi' },
  { at: 13, kind: 'gpio', pin: 53, down: true },
  { at: 99, kind: 'end' },
];
const file = formatHeader(setup) + events.map(formatInput).join('');

describe('input log file', () => {
  test('reads back what was written', () => {
    expect(parseInputLog('log', file)).toEqual({ setup, events });
  });

  test('is JSON lines with a header that names format and version', () => {
    expect(file.split('\n').slice(0, 2)).toEqual([
      '{"format":"trapgate input log","version":1,"setup":{"frequency":100000000,"ramBytes":134217728}}',
      '{"at":10,"kind":"key","key":"left-shift","down":true}',
    ]);
  });

  const header = formatHeader(setup);
  test.each([
    ['', 'log:1: not a JSON object'],
    ['hello', 'log:1: not a JSON object'],
    ['{}', 'log:1: not a trapgate input log'],
    ['{"format":"trapgate input log","version":2}', 'log:1: version 2; this program reads version 1'],
    ['{"format":"trapgate input log","version":1,"setup":7}', 'log:1: "setup" is not an object'],
    [`${header}{"at":1,"kind":"end"`, 'log:2: not a JSON object'],
    [`${header}{"kind":"end"}`, 'log:2: "at" is not an instruction count'],
    [`${header}{"at":-1,"kind":"end"}`, 'log:2: "at" is not an instruction count'],
    [`${header}{"at":5,"kind":"end"}\n{"at":4,"kind":"end"}`, 'log:3: time runs backwards: 4 after 5'],
    [`${header}{"at":5,"kind":"key","key":"ctrl","down":true}`, 'log:2: no input is like this: {"at":5'],
    [`${header}{"at":5,"kind":"serial","port":1,"byte":256}`, 'log:2: no input is like this'],
    [`${header}{"at":5,"kind":"mouse","right":1,"away":99999,"wheel":0}`, 'log:2: no input is like this'],
    [`${header}{"at":5,"kind":"mouse-button","button":"fourth","down":true}`, 'log:2: no input is like this'],
    [`${header}{"at":5,"kind":"button","button":"power"}`, 'log:2: no input is like this'],
    [`${header}{"at":5,"kind":"gpio","pin":54,"down":true}`, 'log:2: no input is like this'],
    [`${header}{"at":5,"kind":"line","line":16,"level":true}`, 'log:2: no input is like this'],
  ])('refuses %j', (text, message) => {
    expect(() => parseInputLog('log', text)).toThrow(message);
  });

  test('refuses to replay on another machine', () => {
    expect(() => checkSetup('log', setup, setup)).not.toThrow();
    expect(() => checkSetup('log', setup, { ...setup, ramBytes: 1 })).toThrow(
      'log: recorded with ramBytes 134217728, but this machine has 1',
    );
  });
});

describe('input gate', () => {
  test('keeps inputs by time, and those of one instant in the order given', () => {
    const entered: number[] = [];
    const gate = new InputGate((input) => input.kind === 'serial' && entered.push(input.byte) > 0);
    gate.schedule(20, { kind: 'serial', port: 1, byte: 1 });
    gate.schedule(10, { kind: 'serial', port: 1, byte: 2 });
    gate.schedule(20, { kind: 'serial', port: 1, byte: 3 });
    expect(gate.next).toBe(10);
    while (gate.deliverOne(20));
    expect(entered).toEqual([2, 1, 3]);
    expect(gate.next).toBeUndefined();
  });

  test('stamps an input with the instant at which it enters', () => {
    const heard: StampedInput[] = [];
    const gate = new InputGate(() => true);
    gate.listen((input) => heard.push(input));
    gate.schedule(5, { kind: 'end' });
    expect(gate.deliverOne(4)).toBe(false);
    expect(gate.deliverOne(9)).toBe(true);
    expect(heard).toEqual([{ kind: 'end', at: 9 }]);
  });
});
