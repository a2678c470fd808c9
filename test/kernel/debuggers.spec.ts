/** ptrace, through the two programs that use it: gdb and strace. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectRest, isException } from './behind.ts';
import { Guest } from './guest.ts';

const [DEBUG, BREAKPOINT] = [1, 3];
const EFLAGS_TF = 0x100;
let guest: Guest;

beforeAll(() => {
  guest = Guest.shell();
});

afterEach(() => expectRest(guest));

/** Exceptions that ring 3 ran into while a command was run. */
function exceptionsOf(command: string) {
  const from = guest.traps.entries.length;
  const said = guest.command(command);
  return { said, traps: guest.traps.entries.slice(from).filter((trap) => isException(trap) && trap.cpl === 3) };
}

/** Start gdb; it waits at its prompt. */
function debug(program: string): void {
  const from = guest.console.length;
  guest.pc.serial.send(Buffer.from(`gdb ${program}\n`));
  guest.until('(gdb) ', from);
}

/** Type a line at gdb; what it says up to its next prompt. */
function ask(line: string): string[] {
  const from = guest.console.length;
  guest.pc.serial.send(Buffer.from(`${line}\n`));
  const end = guest.until('(gdb) ', guest.until('\n', from));
  return guest.console.slice(from, end).split('\n').slice(1, -1);
}

function quit(): void {
  guest.command('quit');
}

describe('gdb', () => {
  test('gdb stops behind an int3; going on, the program ends as if there were none', () => {
    const { said, traps } = exceptionsOf('gdb -batch -ex run -ex continue int3');
    expect(said).toEqual([
      'Starting program: int3',
      ...['0', '1', '2', '3', '4', '5', ''],
      'Program received signal SIGTRAP, Trace/breakpoint trap.',
      expect.stringMatching(/^0x4000\w{4} in \?\? \(\)$/),
      'Continuing.',
      'Never said, unless under a debugger.',
      expect.stringMatching(/^\[Inferior 1 \(process \d+\) exited normally\]$/),
    ]);
    expect(traps).toMatchObject([{ vector: BREAKPOINT, cause: 'software', errorCode: undefined }]);
    expect(`0x${traps[0]!.eip.toString(16)} in ?? ()`).toBe(said[9]);
  });

  test('a signal that is passed on does what it always does, and the kernel leaves the telling to gdb', () => {
    const { said, traps } = exceptionsOf('gdb -batch -ex run -ex continue div_by_zero');
    expect(said.filter((line) => line.startsWith('Program'))).toEqual([
      'Program received signal SIGFPE, Floating point exception.',
      'Program terminated with signal SIGFPE, Floating point exception.',
    ]);
    expect(said.join('\n')).not.toContain('traps:');
    expect(traps.map(({ vector }) => vector)).toEqual([0]);
  });

  test('a breakpoint stops before its instruction, each time, and leaves the code as it was', () => {
    debug('hello');
    expect(ask('break *0x40000002')).toEqual(['Breakpoint 1 at 0x40000002']);
    for (let run = 0; run < 2; run++) {
      const from = guest.traps.entries.length;
      expect(ask('run').at(-1)).toBe('Breakpoint 1, 0x40000002 in ?? ()');
      const [stop] = guest.traps.entries.slice(from).filter(({ vector }) => vector === BREAKPOINT);
      expect(stop).toMatchObject({ cpl: 3, eip: 0x4000_0003 });
      // The first instructions: xor ebp, ebp; mov eax, esp.
      expect(ask('x/1 0x40000000')[0]).toBe('0x40000000:\t0xe089ed31');
    }
    expect(ask('continue').slice(0, 2)).toEqual(['Continuing.', 'Hello from ring 3.']);
    quit();
  });

  test('stepi is one #DB for each instruction, behind it; an int 0x80 is one step', () => {
    debug('hello');
    ask('break *0x40000002');
    ask('run');
    const from = guest.traps.entries.length;
    expect(ask('stepi')).toEqual(['0x40000004 in ?? ()']);
    const steps = guest.traps.entries.slice(from).filter(({ vector }) => vector === DEBUG);
    expect(steps).toMatchObject([{ cpl: 3, cause: 'trap', eip: 0x4000_0004 }]);
    expect(steps[0]!.flags & EFLAGS_TF).toBe(EFLAGS_TF);
    expect(ask('info registers').find((line) => line.startsWith('eflags'))).toMatch(/0x2\w\w /);
    let hello: string[] = [];
    for (let n = 0; n < 60 && !hello.includes('Hello from ring 3.'); n++) hello = ask('stepi');
    const [, next] = hello;
    const [call] = guest.traps.entries.filter(({ vector, eax }) => vector === 0x80 && eax === 4).slice(-2);
    expect(call).toBeDefined();
    expect(next).toMatch(/^0x4000\w{4} in \?\? \(\)$/);
    expect(ask('kill')).toEqual([expect.stringMatching(/killed\]$/)]);
    expect(ask('stepi')).toEqual(['The program is not being run.']);
    quit();
  });

  test('registers and memory are shown; what is not there is told', () => {
    debug('hello');
    ask('break *0x40000000');
    ask('run');
    const registers = ask('info registers');
    expect(registers).toHaveLength(16);
    expect(registers).toContain('eip            0x40000000         1073741824');
    expect(registers).toContain('cs             0x73               115');
    expect(ask('x/6xw $esp')[0]).toMatch(/^0xbf\w{6}:(\t0x\w{8}){4}$/);
    expect(ask('x 0x1000')).toEqual(['0x1000:\tCannot access memory at address 0x1000']);
    expect(ask('jump')).toEqual(['Undefined command: "jump".  Try "help".']);
    quit();
    expect(guest.command('ps | grep -c hello')).toEqual(['0']);
  });

  test('Ctrl-C stops the program, and gdb goes on', () => {
    debug('spin');
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('run\n'));
    guest.pc.machine.run({ instructions: 15_000_000 });
    guest.type('\x03');
    guest.until('(gdb) ', guest.until('Program received signal SIGINT, Interrupt.', from));
    expect(ask('help')[0]).toMatch(/^run, /);
    quit();
  });
});

describe('strace', () => {
  test('tells each system call with its arguments and its answer', () => {
    expect(guest.command('strace hello')).toEqual([
      'Hello from ring 3.',
      String.raw`write(1, "Hello from ring 3.\n", 19)    = 19`,
      'exit(0)                                 = ?',
      '+++ exited with 0 +++',
    ]);
    expect(guest.command('strace cat /none 2>&1 | grep open')).toEqual([
      'open("/none", 0x0)                      = -1 ENOENT (No such file or directory)',
    ]);
  });

  test('tells signals from system calls, and the end', () => {
    expect(guest.command('strace div_by_zero > /dev/null; echo $?')).toEqual([
      expect.stringMatching(/^write/),
      '--- SIGFPE ---',
      '+++ killed by SIGFPE +++',
      '136',
    ]);
    expect(guest.command('strace signals').filter((line) => /^---|^sigreturn/.test(line))).toEqual([
      '--- SIGUSR1 ---',
      expect.stringMatching(/^sigreturn\(\) +=/),
      '--- SIGFPE ---',
      expect.stringMatching(/^sigreturn\(\) +=/),
    ]);
  });

  test('follows one that ran before, and leaves it alone when it is told to', () => {
    const spin = /\d+$/.exec(guest.command('spin &')[0]!)![0];
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from(`strace -p ${spin}\n`));
    guest.until(`strace: Process ${spin} attached`, from);
    guest.pc.machine.run({ instructions: 5_000_000 });
    guest.type('\x03');
    guest.until(`strace: Process ${spin} detached\n# `, from);
    const status = `/proc/${spin}/status`;
    expect(guest.command(`grep State ${status}; grep TracerPid ${status}`)).toEqual([
      'State:\tR (running)',
      'TracerPid:\t0',
    ]);
    guest.command('kill %1');
  });
});

describe('a debugger that ends', () => {
  const pidOf = (program: string) =>
    guest.command(`ps -o pid,comm | grep " ${program}$"`).map((row) => row.trim().split(' ')[0])[0]!;

  test('lets what it traced go on by itself', () => {
    guest.command('strace spin > /dev/null 2>&1 &');
    guest.pc.machine.run({ instructions: 5_000_000 });
    const spin = pidOf('spin');
    expect(guest.command(`grep TracerPid /proc/${spin}/status`)[0]).not.toBe('TracerPid:\t0');
    guest.command(`kill -9 ${pidOf('strace')}`);
    expect(guest.command(`grep TracerPid /proc/${spin}/status; grep PPid /proc/${spin}/status`)).toEqual([
      'TracerPid:\t0',
      'PPid:\t1',
    ]);
    guest.command(`kill ${spin}`);
    expect(guest.command('ps -o comm | grep -c spin').at(-1)).toBe('0');
  });

  test('is told of the end of one that it did not start before its parent is', () => {
    const spin = /\d+$/.exec(guest.command('spin &')[0]!)![0];
    guest.command(`strace -p ${spin} > /dev/null 2> /trace &`);
    guest.pc.machine.run({ instructions: 5_000_000 });
    guest.command(`kill ${spin}`);
    guest.command('wait');
    expect(guest.command('cat /trace')).toEqual([
      `strace: Process ${spin} attached`,
      '--- SIGTERM ---',
      '+++ killed by SIGTERM +++',
    ]);
  });

  test('leaves no memory behind', () => {
    const free = () => guest.command('cat /proc/meminfo')[1];
    const session = () =>
      guest.command('gdb -batch -ex "b *0x40000002" -ex run -ex si -ex c hello; strace hello 2> /trace');
    session();
    const before = free();
    for (let n = 0; n < 3; n++) session();
    expect(free()).toBe(before);
  });
});

describe('ptrace refuses', () => {
  test('a process that is not there, a kernel thread, and init', () => {
    expect(guest.command('strace -p 999')).toEqual(['strace: 999: No such process']);
    expect(guest.command('strace -p 2; strace -p 1')).toEqual([
      'strace: 2: Operation not permitted',
      'strace: 1: Operation not permitted',
    ]);
  });
});

describe('a stopped process', () => {
  test('SIGSTOP holds it and SIGCONT lets it go on; SIGKILL ends it as it stands', () => {
    guest.command('spin &');
    const state = () => guest.command('ps -o s,cmd | grep "spin$"').map((row) => row[0]);
    expect(state()).toEqual(['R']);
    guest.command('kill -STOP %1');
    expect(state()).toEqual(['T']);
    guest.command('kill -CONT %1');
    expect(state()).toEqual(['R']);
    guest.command('kill -STOP %1; kill -KILL %1');
    expect(guest.command('ps -o cmd | grep -c "spin$"').at(-1)).toBe('0');
  });

  test('a call that SIGSTOP has interrupted is made again', () => {
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('cat /dev/ttyS1 &\n'));
    guest.until('# ', from);
    guest.command('kill -STOP %1; kill -CONT %1');
    expect(guest.command('ps -o s,cmd | grep "ttyS1$"').map((row) => row[0])).toEqual(['S']);
    guest.command('kill %1');
  });
});
