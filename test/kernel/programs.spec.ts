import { afterEach, describe, expect, test } from 'vitest';
import { expectRest } from './behind.ts';
import { Guest } from './guest.ts';

const TEXT = '\\[40000000\\+[\\da-f]+000\\]';

interface Crime {
  readonly command: string;
  readonly vector: number;
  readonly errorCode?: number;
  /** What the kernel reports, as a pattern, without the program's name before it. */
  readonly report: string;
  readonly death: string;
}

const trap = (what: string, error = '0') => `${what} ip:4000[\\da-f]{4} sp:bfff[\\da-f]{4} error:${error} in`;
const segfault = (at: string, error: number) =>
  `segfault at ${at} ip 4000[\\da-f]{4} sp bfff[\\da-f]{4} error ${error} in`;

const crimes: Crime[] = [
  { command: 'div_by_zero', vector: 0, report: trap('trap divide error'), death: 'Floating point exception' },
  { command: 'int3', vector: 3, report: trap('trap int3'), death: 'Trace/breakpoint trap' },
  { command: 'invalid_opcode', vector: 6, report: trap('trap invalid opcode'), death: 'Illegal instruction' },
  ...['privileged', 'privileged hlt', 'privileged out'].map((command) => ({
    command,
    vector: 13,
    errorCode: 0,
    report: trap('general protection fault'),
    death: 'Segmentation fault',
  })),
  {
    command: 'stray_interrupt',
    vector: 13,
    errorCode: 56 * 8 + 2,
    report: trap('general protection fault', '1c2'),
    death: 'Segmentation fault',
  },
  { command: 'exceptions step', vector: 1, report: trap('trap debug'), death: 'Trace/breakpoint trap' },
  { command: 'exceptions into', vector: 4, report: trap('trap overflow'), death: 'Segmentation fault' },
  { command: 'exceptions bound', vector: 5, report: trap('trap bounds'), death: 'Segmentation fault' },
  ...Object.entries({ selector: 0x1000, null: 0, kernel: 0x68, cr0: 0, lidt: 0 }).map(([kind, errorCode]) => ({
    command: `exceptions ${kind}`,
    vector: 13,
    errorCode,
    report: trap('general protection fault', errorCode.toString(16)),
    death: 'Segmentation fault',
  })),
  ...['cr1', 'lock'].map((kind) => ({
    command: `exceptions ${kind}`,
    vector: 6,
    report: trap('trap invalid opcode'),
    death: 'Illegal instruction',
  })),
  { command: 'null_pointer', vector: 14, errorCode: 4, report: segfault('0', 4), death: 'Segmentation fault' },
  { command: 'kernel_memory', vector: 14, errorCode: 7, report: segfault('100000', 7), death: 'Segmentation fault' },
];

/** At most ten reports of five seconds are printed: a new machine for the next ones. */
const TEN = 10;

describe.each([crimes.slice(0, TEN), crimes.slice(TEN, 2 * TEN), crimes.slice(2 * TEN)])(
  'a program that does wrong dies alone',
  (...crimes) => {
    const guest = Guest.shell();
    afterEach(() => expectRest(guest));

    test.each(crimes)('$command', ({ command, vector, errorCode, report, death }) => {
      const from = guest.traps.entries.length;
      const lines = guest.command(command);
      const name = command.split(' ')[0]!;
      const wrong = guest.traps.entries.slice(from).filter(({ cpl, vector }) => cpl === 3 && vector < 32);
      expect(wrong).toHaveLength(1);
      expect(wrong[0]).toMatchObject({ vector, errorCode });
      const prefix = vector === 14 ? `${name}\\[\\d+\\]: ` : `traps: ${name}\\[\\d+\\] `;
      expect(lines.join('\n')).toMatch(new RegExp(`^${prefix}${report} ${name}${TEXT}$`, 'm'));
      expect(lines.at(-1)).toBe(death);
      expect(lines).not.toContain('Never said.');
    });

    test('and leaves nothing behind', () => {
      const free = () => guest.command('cat /proc/meminfo')[1];
      const before = free();
      for (const { command } of crimes) guest.command(command);
      expect(free()).toBe(before);
      expect(guest.command('ps')).toHaveLength(4);
    });
  },
);

describe('a program that behaves', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));

  test('speaks by int 0x80 from ring 3', () => {
    const from = guest.traps.entries.length;
    expect(guest.command('hello')).toEqual(['Hello from ring 3.']);
    const calls = guest.traps.entries.slice(from).filter(({ vector }) => vector === 0x80);
    const [WRITE, EXIT, EXECVE] = [4, 1, 11];
    // The program's are those between the shell's child becoming it and its end.
    const numbers = calls.map(({ eax }) => eax);
    expect(numbers.slice(numbers.lastIndexOf(EXECVE) + 1, numbers.indexOf(EXIT) + 1)).toEqual([WRITE, EXIT]);
    expect(calls.every(({ cause, cpl }) => cause === 'software' && cpl === 3)).toBe(true);
  });

  test('gets its arguments', () => {
    expect(guest.command('args one  two')).toEqual(['argc: 3', 'args', 'one', 'two']);
  });

  test('reads a line', () => {
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('ask\n'));
    guest.until('What is your name?\n', from);
    guest.type('Linus\n');
    guest.until('Good day, Linus\n# ', from);
  });

  test('gets Linux’s errors for what it may not do', () => {
    expect(guest.command('syscalls')).toEqual([
      'getpid, getppid: my parent is older than I.',
      'sched_yield: 0',
      'nanosleep: 0',
      'write of kernel memory: -14',
      'write of what is not there: -14',
      'write to a file not open: -9',
      'a call that does not exist: -38',
    ]);
  });

  test('takes turns with another that never gives up the processor', () => {
    guest.command('spin &');
    guest.command('spin &');
    expect(guest.command('hello')).toEqual(['Hello from ring 3.']);
    const ticks = () => guest.command('ps -o ticks,cmd | grep spin').map((line) => Number.parseInt(line, 10));
    const before = ticks();
    guest.pc.machine.run({ instructions: 100_000_000 });
    const gained = ticks().map((count, n) => count - before[n]!);
    expect(gained).toHaveLength(2);
    expect(Math.min(...gained)).toBeGreaterThan(35);
    expect(Math.max(...gained)).toBeLessThan(65);
  });
});

test('a flood of messages about programs is held back, and counted', () => {
  const guest = Guest.shell();
  const from = guest.console.length;
  for (let n = 0; n < 15; n++) guest.command('div_by_zero');
  const { machine } = guest.pc;
  machine.run({ instructions: 5.1 * machine.clock.frequency });
  expect(guest.console.slice(from).match(/trap divide error/g)).toHaveLength(10);
  expect(guest.command('div_by_zero').slice(1, 3)).toEqual([
    'show_signal: 5 callbacks suppressed',
    expect.stringMatching(/^traps: div_by_zero\[\d+\] trap divide error ip:/),
  ]);
});
