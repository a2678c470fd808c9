import { describe, expect, test } from 'vitest';
import { UsageError } from '../../emu/cli/command.ts';
import { describeOptions, parseOptions } from '../../emu/cli/options.ts';

const SPECS = [
  { name: 'm', argument: 'SIZE', help: 'memory' },
  { name: 'append', argument: 'TEXT', help: 'two\nlines' },
  { name: 'keys', argument: 'SCRIPT', help: 'keys', many: true },
  { name: 'no-reboot', help: 'a switch' },
  { name: 'a-name-too-long-for-the-column', argument: 'X', help: 'help' },
] as const;
const parse = (...args: string[]) => parseOptions(args, SPECS);

describe('options', () => {
  test('may be written with one dash or two, and with = before the argument', () => {
    for (const args of [['-append', 'a b'], ['--append', 'a b'], ['--append=a b'], ['-append=a b']]) {
      expect(parse(...args).get('append')).toBe('a b');
    }
  });

  test('stand anywhere among the operands, until --', () => {
    const options = parse('image', '-m', '64', 'more', '--', '-m', '-');
    expect(options.operands).toEqual(['image', 'more', '-m', '-']);
    expect(options.number('m')).toBe(64);
    expect(options.has('no-reboot')).toBe(false);
  });

  test('take what follows as their argument, even with a dash', () => {
    expect(parse('-append', '-quiet').get('append')).toBe('-quiet');
    expect(parse('--append=').get('append')).toBe('');
  });

  test('may be given more than once where that makes sense', () => {
    expect(parse('--keys', 'a', '--keys', 'b').all('keys')).toEqual(['a', 'b']);
    expect(() => parse('-m', '1', '-m', '2')).toThrow('--m is given twice');
  });

  test.each([
    [['--nonsense'], 'unknown option --nonsense'],
    [['-m'], '--m wants an argument: SIZE'],
    [['--no-reboot=yes'], '--no-reboot takes no argument'],
  ])('are refused when wrong: %j', (args, message) => {
    expect(() => parse(...args)).toThrow(new UsageError(message));
  });

  test('numbers are whole, decimal or hexadecimal, within bounds', () => {
    expect(parse('-m', '0x10').number('m')).toBe(16);
    expect(parse('-m', '1_000').number('m')).toBe(1000);
    expect(parse().number('m')).toBeUndefined();
    for (const wrong of ['x', '1.5', '', '5k', '-1']) {
      expect(() => parse(`-m=${wrong}`).number('m')).toThrow(`--m ${wrong}: a whole number from 0 up is wanted`);
    }
    expect(() => parse('-m', '300').number('m', { min: 1, max: 255 })).toThrow('from 1 to 255');
  });

  test('are described in columns', () => {
    expect(describeOptions(SPECS).split('\n')).toEqual([
      '  -m SIZE                 memory',
      '  --append TEXT           two',
      '                          lines',
      '  --keys SCRIPT           keys',
      '  --no-reboot             a switch',
      '  --a-name-too-long-for-the-column X',
      '                          help',
    ]);
  });
});
