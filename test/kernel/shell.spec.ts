import { describe, expect, test } from 'vitest';
import { Guest } from './guest.ts';

describe('the shell', () => {
  const guest = Guest.shell();

  test('comes up after the kernel has said who it is', () => {
    expect(guest.console).toContain('trapgate kernel version 1 (i386)');
    expect(guest.console).toMatch(/^\[ {4}0\.000000\] trapgate/);
  });

  test('has stamps that rise', () => {
    const stamps = [...guest.console.matchAll(/^\[ *(\d+\.\d{6})\] /gm)].map(([, stamp]) => Number(stamp));
    expect(stamps.length).toBeGreaterThan(2);
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
  });

  test('lists what it can do', () => {
    expect(guest.command('help').some((line) => line.startsWith('poweroff'))).toBe(true);
  });

  test('lists and prints the archive’s files', () => {
    expect(guest.command('ls').some((line) => / readme$/.test(line))).toBe(true);
    expect(guest.command('cat readme')[0]).toBe('This archive came to the kernel as a multiboot module.');
    expect(guest.command('cat nothing')).toEqual(['cat: nothing: No such file or directory']);
    expect(guest.command('nothing')).toEqual(['sh: nothing: not found']);
  });

  test('shows interrupts by line as Linux does', () => {
    const [head, ...lines] = guest.command('cat /proc/interrupts');
    expect(head).toBe('           CPU0       ');
    expect(lines[0]).toMatch(/^ {2}0: {1,10}\d+ {4}XT-PIC {6}timer$/);
    expect(lines[1]).toMatch(/^ {2}1: {1,10}\d+ {4}XT-PIC {6}i8042$/);
    expect(lines[2]).toMatch(/^ {2}2: {10}0 {4}XT-PIC {6}cascade$/);
    expect(lines[3]).toMatch(/^ {2}4: {1,10}\d+ {4}XT-PIC {6}ttyS0$/);
    expect(guest.command('irqs')).toHaveLength(lines.length + 1);
  });

  test('names the chips by their ports', () => {
    const ports = guest.command('cat /proc/ioports');
    expect(ports).toContain('0020-0021 : pic1');
    expect(ports).toContain('00a0-00a1 : pic2');
    expect(ports).toEqual(ports.toSorted());
  });

  test('counts the tick a hundred times a second', () => {
    const ticks = () => Number(/^ {2}0: *(\d+)/m.exec(guest.command('irqs').join('\n'))![1]);
    const { machine } = guest.pc;
    const [before, from] = [ticks(), machine.now];
    machine.run({ instructions: machine.clock.frequency });
    const [after, to] = [ticks(), machine.now];
    const expected = ((to - from) / machine.clock.frequency) * 100;
    expect(Math.abs(after - before - expected)).toBeLessThanOrEqual(1);
  });

  test('shows who is there', () => {
    expect(guest.command('ps').map((line) => line.slice(20))).toEqual([
      'COMMAND',
      '[swapper/0]',
      '[init]',
      '[ksoftirqd/0]',
      '[kworker/0:0]',
      '[kworker/0:0H]',
      '[kworker/u2:0]',
      '[sh]',
    ]);
  });

  test('edits a line: backspace, Ctrl-U, arrow keys that mean nothing', () => {
    expect(guest.command('echx\bo one')).toContain('one');
    expect(guest.command('echo lost\x15echo \x1b[Akept').at(-1)).toBe('kept');
  });

  test('loses nothing of what is typed far ahead of it', () => {
    const from = guest.console.length;
    const numbers = Array.from({ length: 300 }, (_, n) => `line ${n}`);
    guest.pc.serial.send(Buffer.from(numbers.map((text) => `echo ${text}\n`).join('')));
    guest.until('\nline 299\n# ', from);
    const answers = guest.console
      .slice(from)
      .split('\n')
      .filter((line) => line.startsWith('line '));
    expect(answers).toEqual(numbers);
  });

  test('takes capitals and signs from the keyboard', () => {
    const from = guest.console.length;
    guest.type('echo Hi! "A{b}~" 50% @x_y|z\n');
    guest.until('\nHi! "A{b}~" 50% @x_y|z\n', from);
  });

  test('keeps the log for dmesg', () => {
    const lines = guest.command('dmesg');
    expect(lines[0]).toBe('trapgate kernel version 1 (i386), every trap through its own IDT');
  });

  test('runs programs in the background, and tells when they are done', () => {
    expect(guest.command('counter &')[0]).toMatch(/^\[\d+\]$/);
    guest.until('count: 5\n', guest.console.length);
    // It sleeps once more; the shell tells before its next prompt.
    guest.pc.machine.run({ instructions: 20_000_000 });
    guest.command('echo');
    expect(guest.console).toMatch(/\n\[\d+\] {2}Done {2}counter\n/);
  });

  test('ends a program by kill, and by Ctrl-C', () => {
    const pid = /\d+/.exec(guest.command('spin &')[0]!)![0];
    guest.command(`kill ${pid}`);
    guest.command('echo');
    expect(guest.console).toContain(`[${pid}]  Killed  spin\n`);
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('spin\n'));
    guest.pc.machine.run({ instructions: 30_000_000 });
    expect(guest.console.slice(from)).toBe('spin\n');
    guest.type('\x03');
    guest.until('Interrupt\n# ', from);
  });

  test('ends a program that waits for a line, or for time to pass', () => {
    for (const program of ['ask', 'counter']) {
      const from = guest.console.length;
      guest.pc.serial.send(Buffer.from(`${program}\n`));
      guest.pc.machine.run({ instructions: 15_000_000 });
      guest.pc.serial.send([3]);
      guest.until('Interrupt\n# ', from);
    }
  });

  test('switches the machine off', () => {
    guest.pc.serial.send(Buffer.from('poweroff\n'));
    expect(guest.toStop()).toEqual({ kind: 'power-off' });
    expect(guest.console).toMatch(/\] reboot: Power down\n$/);
  });
});

test('without an archive the shell comes up all the same', () => {
  const guest = Guest.shell(false);
  expect(guest.console).toContain('initrd: none, so there are no programs');
  expect(guest.command('hello')).toEqual(['sh: hello: not found']);
  expect(guest.command('ls')).toEqual(['']);
});

test('reboot pulls the reset line by the keyboard controller', () => {
  const guest = Guest.shell();
  guest.pc.serial.send(Buffer.from('reboot\n'));
  expect(guest.toStop()).toMatchObject({ kind: 'reset', by: 'the keyboard controller' });
});
