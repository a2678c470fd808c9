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
    const help = guest.command('help');
    expect(help.some((line) => line.startsWith('jobs '))).toBe(true);
    expect(help.join('\n')).toContain('poweroff');
  });

  test('lists and prints the archive’s files', () => {
    expect(guest.command('ls').join(' ')).toMatch(/\breadme\b/);
    expect(guest.command('ls | grep ko$')).toContain('works.ko');
    expect(guest.command('ls -l readme')[0]).toMatch(/^-rw-r--r-- 1 root root +\d+ readme$/);
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
  });

  test('lists the CPU’s own interrupts by their names', () => {
    const rows = guest.command('cat /proc/interrupts').filter((line) => /^\s*[A-Z]{3}:/.test(line));
    const names = ['NMI', 'LOC', 'SPU', 'PMI', 'IWI', 'RTR', 'RES', 'CAL', 'TLB', 'TRM', 'THR', 'DFR', 'MCE', 'MCP'];
    expect(rows.map((row) => row.slice(0, 3))).toEqual([...names, 'ERR', 'MIS', 'PIN', 'NPI', 'PIW']);
    expect(rows[0]).toBe('NMI:          0   Non-maskable interrupts');
    expect(rows[1]).toBe('LOC:          0   Local timer interrupts');
    expect(rows.at(-1)).toBe('PIW:          0   Posted-interrupt wakeup event');
  });

  test('names the chips by their ports', () => {
    const ports = guest.command('cat /proc/ioports');
    expect(ports).toContain('0020-0021 : pic1');
    expect(ports).toContain('00a0-00a1 : pic2');
    expect(ports).toContain('01f0-01f7 : ide0');
    expect(ports).toEqual(ports.toSorted());
  });

  test('counts the tick a hundred times a second', () => {
    const ticks = () => Number(/^ {2}0: *(\d+)/m.exec(guest.command('cat /proc/interrupts').join('\n'))![1]);
    const { machine } = guest.pc;
    const [before, from] = [ticks(), machine.now];
    machine.run({ instructions: machine.clock.frequency });
    const [after, to] = [ticks(), machine.now];
    const expected = ((to - from) / machine.clock.frequency) * 100;
    expect(Math.abs(after - before - expected)).toBeLessThanOrEqual(1);
  });

  test('shows who is there', () => {
    expect(guest.command('ps ax -o ppid,ni,s,cmd')).toEqual([
      '   PPID  NI S CMD',
      '      0   0 S /bin/init',
      '      0   0 S [ksoftirqd/0]',
      '      0   0 S [kworker/0:0]',
      '      0 -20 S [kworker/0:0H]',
      '      0   0 S [kworker/u2:0]',
      '      1   0 S sh',
      '      6   0 R ps ax -o ppid,ni,s,cmd',
    ]);
    expect(guest.command('ps')).toEqual([
      '    PID TTY          TIME CMD',
      expect.stringMatching(/^ +1 console {2}00:00:00 init$/),
      expect.stringMatching(/^ +6 console {2}00:00:00 sh$/),
      expect.stringMatching(/^ +\d+ console {2}00:00:00 ps$/),
    ]);
  });

  test('edits a line: backspace, Ctrl-U, Ctrl-W, the arrow keys', () => {
    expect(guest.command('echx\bo one')).toContain('one');
    expect(guest.command('echo lost\x15echo kept').at(-1)).toBe('kept');
    expect(guest.command('echo one twoo\x17two').at(-1)).toBe('one two');
    expect(guest.command('cho ac\x1b[Db\x01e\x05d').at(-1)).toBe('abcd');
    expect(guest.command('echo axb\x1b[D\x1b[D\x1b[3~').at(-1)).toBe('ab');
  });

  test('remembers what was typed', () => {
    guest.command('echo first');
    guest.command('echo second');
    expect(guest.command('\x1b[A\x1b[A').at(-1)).toBe('first');
    expect(guest.command('\x1b[A\x1b[A\x1b[B again').at(-1)).toBe('first again');
    expect(
      guest
        .command('history')
        .slice(-3)
        .map((line) => line.slice(7)),
    ).toEqual(['echo first', 'echo first again', 'history']);
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
    guest.type(`echo Hi! '"A{b}~" 50% @x_y|z'\n`);
    guest.until('\nHi! "A{b}~" 50% @x_y|z\n', from);
  });

  test('keeps the log for dmesg', () => {
    const lines = guest.command('dmesg');
    expect(lines[0]).toBe('trapgate kernel version 1 (i386), every trap through its own IDT');
  });

  test('runs programs in the background, and tells when they are done', () => {
    expect(guest.command('counter &')[0]).toMatch(/^\[1\] \d+$/);
    expect(guest.command('jobs')).toContain('[1]  Running                 counter');
    guest.until('count: 5\n', guest.console.length);
    // It sleeps once more; the shell tells before its next prompt.
    guest.pc.machine.run({ instructions: 20_000_000 });
    guest.command('echo');
    expect(guest.console).toContain('\n[1]  Done                    counter\n');
  });

  test('ends a program by kill, and by Ctrl-C', () => {
    const pid = /\d+$/.exec(guest.command('spin &')[0]!)![0];
    expect(guest.command(`kill -KILL ${pid}`)).toEqual(['[1]  Killed                  spin']);
    guest.command('spin &');
    expect(guest.command('kill %1')).toEqual(['[1]  Terminated              spin']);
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('spin\n'));
    guest.pc.machine.run({ instructions: 30_000_000 });
    expect(guest.console.slice(from)).toBe('spin\n');
    guest.type('\x03');
    guest.until('^C\nInterrupt\n# ', from);
  });

  test('stops what is in the foreground by Ctrl-Z, and lets it go on', () => {
    const states = () =>
      guest.command('ps -o s,comm | grep -v "init$" | grep -v "sh$" | grep -v "ps$" | grep -v "grep$"');
    const run = (line: string) => {
      guest.pc.serial.send(Buffer.from(`${line}\n`));
      guest.pc.machine.run({ instructions: 20_000_000 });
    };
    const from = guest.console.length;
    run('spin | cat');
    guest.pc.serial.send([0x1a]);
    guest.until('^Z\n[1]  Stopped                 spin | cat\n# ', from);
    expect(guest.command('echo $?; jobs')).toEqual(['148', '[1]  Stopped                 spin | cat']);
    expect(states().slice(1)).toEqual(['T spin', 'T cat']);
    expect(guest.command('bg')).toEqual(['[1] spin | cat &']);
    expect(states().slice(1)).toEqual(['R spin', 'S cat']);
    expect(guest.command('jobs')).toEqual(['[1]  Running                 spin | cat']);
    run('fg');
    const end = guest.console.length;
    guest.pc.serial.send([3]);
    guest.until('Interrupt\n# ', end);
    expect(guest.command('bg; fg %3')).toEqual(['bg: no such job', 'fg: no such job']);
  });

  test('a sleep that was stopped sleeps no longer than it was told to', () => {
    const { machine } = guest.pc;
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('sleep 1\n'));
    machine.run({ instructions: 0.3 * machine.clock.frequency });
    guest.pc.serial.send([0x1a]);
    guest.until('Stopped', from);
    machine.run({ instructions: 2 * machine.clock.frequency });
    const before = machine.now;
    expect(guest.command('fg')).toEqual(['sleep 1']);
    expect((machine.now - before) / machine.clock.frequency).toBeLessThan(0.1);
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
  expect(guest.console).toContain('initrd: none, so there is only /bin');
  expect(guest.command('hello')).toEqual(['sh: hello: not found']);
  expect(guest.command('ls')).toEqual(['bin   dev   proc  sys']);
});

test('reboot pulls the reset line by the keyboard controller', () => {
  const guest = Guest.shell();
  guest.pc.serial.send(Buffer.from('reboot\n'));
  expect(guest.toStop()).toMatchObject({ kind: 'reset', by: 'the keyboard controller' });
});
