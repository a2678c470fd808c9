import { describe, expect, test } from 'vitest';
import { InputGate, type StampedInput } from '../../emu/machine/input-log.ts';
import { checkSetup, InputLogWriter, parseInputLog, type Setup } from '../../emu/machine/keeping/input-log-file.ts';

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
];
const end: StampedInput = { at: 99, kind: 'end', state: '0123456789abcdef' };

function logOf(...inputs: readonly StampedInput[]): string {
  let text = '';
  const writer = new InputLogWriter((lines) => {
    text += lines;
  }, setup);
  for (const input of inputs) writer.add(input);
  writer.end(99, '0123456789abcdef');
  return text;
}
const file = logOf(...events);

describe('input log file', () => {
  test('reads back what was written', () => {
    expect(parseInputLog('log', file)).toEqual({ setup, events: [...events, end] });
  });

  test('is JSON lines with a header that names format and version', () => {
    expect(file.split('\n').slice(0, 2)).toEqual([
      '{"format":"trapgate input log","version":2,"setup":{"frequency":100000000,"ramBytes":134217728}}',
      '{"at":10,"kind":"key","key":"left-shift","down":true}',
    ]);
  });

  const header = `${file.split('\n')[0]}\n`;
  const said = (line: string) => `${header}${line}\n`;
  test.each([
    ['', 'log:1: not a JSON object'],
    ['hello', 'log:1: not a JSON object'],
    ['{}', 'log:1: not a trapgate input log'],
    ['{"format":"trapgate input log","version":1}', 'log:1: version 1; this program reads version 2'],
    ['{"format":"trapgate input log","version":2,"setup":7}', 'log:1: "setup" is not an object'],
    [said('{"at":1,"kind":"end"'), 'log:2: not a JSON object'],
    [said('{"kind":"end"}'), 'log:2: "at" is not an instruction count'],
    [said('{"at":-1,"kind":"end"}'), 'log:2: "at" is not an instruction count'],
    [said('{"at":5,"kind":"end"}\n{"at":4,"kind":"end"}'), 'log:3: time runs backwards: 4 after 5'],
    [said('{"at":5,"kind":"end"}\n{"at":6,"kind":"end"}'), 'log:3: something stands behind the end'],
    [said('{"at":5,"kind":"key","key":"ctrl","down":true}'), 'log:2: no input is like this: {"at":5'],
    [said('{"at":5,"kind":"serial","port":1,"byte":256}'), 'log:2: no input is like this'],
    [said('{"at":5,"kind":"mouse","right":1,"away":99999,"wheel":0}'), 'log:2: no input is like this'],
    [said('{"at":5,"kind":"mouse-button","button":"fourth","down":true}'), 'log:2: no input is like this'],
    [said('{"at":5,"kind":"button","button":"power"}'), 'log:2: no input is like this'],
    [said('{"at":5,"kind":"gpio","pin":54,"down":true}'), 'log:2: no input is like this'],
    [said('{"at":5,"kind":"line","line":16,"level":true}'), 'log:2: no input is like this'],
    [said('{"at":5,"kind":"end"}'), 'log:2: the log is damaged: its checksum is not that of the lines before'],
  ])('refuses %j', (text, message) => {
    expect(() => parseInputLog('log', text)).toThrow(message);
  });

  test('refuses a log in which anything was changed', () => {
    const changed = file.replace('"line":5', '"line":6');
    expect(() => parseInputLog('log', changed)).toThrow('log:10: the log is damaged');
    expect(() => parseInputLog('log', file.replace(/^.*gpio.*\n/m, ''))).toThrow('log:9: the log is damaged');
    expect(() => parseInputLog('log', file.replace('134217728', '134217729'))).toThrow('the log is damaged');
  });

  test('refuses one that was cut short, unless it is asked to take it', () => {
    const cut = file.slice(0, file.lastIndexOf('{'));
    expect(() => parseInputLog('log', cut)).toThrow('log:9: the recording was cut short here, after instruction 13');
    expect(() => parseInputLog('log', header)).toThrow(
      'log:1: the recording was cut short here, before anything entered',
    );
    expect(() => parseInputLog('log', file.slice(0, -1))).toThrow('cut short');
    expect(parseInputLog('log', cut, true)).toEqual({ setup, events });
    expect(parseInputLog('log', cut.slice(0, -5), true)).toEqual({ setup, events: events.slice(0, -1) });
  });

  test('refuses to replay on another machine', () => {
    expect(() => checkSetup('log', setup, setup)).not.toThrow();
    expect(() => checkSetup('log', setup, { ...setup, ramBytes: 1 })).toThrow(
      'log: recorded with ramBytes 134217728, but this machine has 1',
    );
    const dated: Setup = { ...setup, startTime: 7 };
    expect(() => checkSetup('log', dated, setup)).toThrow('recorded with startTime 7, but this machine has none');
    expect(() => checkSetup('log', setup, dated)).toThrow('recorded with startTime unset, but this machine has 7');
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
