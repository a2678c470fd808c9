import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { dispatch } from '../../emu/cli/dispatch.ts';
import { commandLine } from './command-line.ts';

const cli = commandLine();
const { path } = cli;

/** A flat binary on disk. */
function image(source: string): string {
  const assembly = assemble(source, { bits: 32, origin: 0x100000 });
  expect(assembly.diagnostics).toEqual([]);
  writeFileSync(path('image.bin'), assembly.bytes);
  return path('image.bin');
}

const exitWith = (value: number) => image(`mov al, ${value}\nout 0xf4, al`);
const run = (...args: string[]) => dispatch(['run', '-serial', 'none', ...args]);

describe('help', () => {
  test('without a command, what there is goes to standard error, and the status is 2', async () => {
    expect(await dispatch([])).toBe(2);
    expect(cli.err).toContain('usage: trapgate COMMAND');
    expect(cli.out).toBe('');
  });

  test.each([['--help'], ['-h'], ['help']])('%s lists the commands', async (arg) => {
    expect(await dispatch([arg])).toBe(0);
    for (const name of ['run', 'asm', 'disasm']) expect(cli.out).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
  });

  test.each([
    ['run', '--help'],
    ['run', 'image', '-h'],
    ['help', 'run'],
  ])('%s %s tells of one command', async (...args) => {
    expect(await dispatch(args)).toBe(0);
    expect(cli.out).toContain('usage: trapgate run [OPTIONS] IMAGE');
    for (const option of ['-m SIZE', '--append', '--initrd', '--serial', '-d int', '-D FILE', '--no-reboot']) {
      expect(cli.out).toContain(option);
    }
    for (const option of ['--keys', '--record', '--replay', '--max-instructions', '--exit-code', '--realtime']) {
      expect(cli.out).toContain(option);
    }
    expect(Math.max(...cli.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  test('--version', async () => {
    expect(await dispatch(['--version'])).toBe(0);
    expect(cli.out).toMatch(/^trapgate \d+\.\d+\.\d+\n$/);
  });

  test('an unknown command is wrong usage', async () => {
    expect(await dispatch(['walk'])).toBe(2);
    expect(cli.err).toBe("trapgate: no command is called 'walk'; trapgate --help lists them\n");
  });
});

describe('wrong usage of run has status 2 and says what is wrong', () => {
  test.each([
    [[], 'no image given'],
    [['a', 'b'], 'one image can be booted, not a and b'],
    [['a', '-kernel', 'b'], 'one image can be booted'],
    [['IMAGE', '--nonsense'], 'unknown option --nonsense'],
    [['IMAGE', '-m', '1'], '-m 1: from 2M to 1008M are possible'],
    [['IMAGE', '-m', 'much'], '-m much'],
    [['IMAGE', '-d', 'cpu'], '-d cpu: only int can be logged'],
    [['IMAGE', '-D', 'x'], '-D says where a log goes'],
    [['IMAGE', '-debugcon', 'x'], '--debugcon x: stdio, file:PATH or none is wanted'],
    [['IMAGE', '--keys', 'ctrl@1s'], "--keys: no key is called 'ctrl'"],
    [['IMAGE', '--exit-code', '256'], '--exit-code 256: a whole number from 0 to 255 is wanted'],
    [['IMAGE', '--realtime', '--no-realtime'], '--realtime and --no-realtime'],
  ])('%j', async (args, message) => {
    const file = exitWith(0);
    expect(await run(...args.map((arg) => (arg === 'IMAGE' ? file : arg)))).toBe(2);
    expect(cli.err).toContain(`trapgate run: ${message}`);
    expect(cli.err).toContain('trapgate run --help tells more');
  });
});

describe('exit status of run', () => {
  test('is what the guest says', async () => {
    expect(await run(exitWith(3))).toBe(7);
    expect(await run('-kernel', image('mov dx, 0x604\nmov ax, 0x2000\nout dx, ax'))).toBe(0);
    expect(cli.out + cli.err).toBe('');
  });

  test('is 0 or 1 when a status is expected', async () => {
    const file = exitWith(3);
    expect(await run(file, '--exit-code', '7')).toBe(0);
    expect(await run(file, '--exit-code', '0')).toBe(1);
    expect(cli.err).toBe('trapgate: the guest ended with status 7, not 0\n');
  });

  test('is 1, with the story, when the guest dies or halts for ever', async () => {
    expect(await run(image('ud2'))).toBe(1);
    expect(cli.err).toContain('triple fault at 0008:00100000: #UD could not be delivered');
    cli.err = '';
    expect(await run(image('hlt'))).toBe(1);
    expect(cli.err).toContain('HLT with interrupts disabled');
  });

  test('is 1 when the instructions are spent', async () => {
    expect(await run(image('jmp $'), '--max-instructions', '1_000_000')).toBe(1);
    expect(cli.err).toBe('trapgate: the instruction budget is spent\n');
  });

  test('is 0 when the guest resets the machine under -no-reboot, which else starts it again', async () => {
    const file = image(`
      inc dword [0x5000]
      mov eax, [0x5000]
      cmp eax, 3
      je done
      mov al, 0xfe
      out 0x64, al
      jmp $
      done: out 0xf4, al
    `);
    expect(await run(file, '-no-reboot')).toBe(0);
    expect(await run(file)).toBe(7);
  });
});

describe('files', () => {
  test('that are not there, or corrupt, are told with their name; the status is 1', async () => {
    expect(await run(path('none'))).toBe(1);
    expect(cli.err).toBe(`trapgate run: cannot read ${path('none')}: no such file\n`);
    cli.err = '';
    writeFileSync(path('bad.elf'), Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 1));
    expect(await run(path('bad.elf'))).toBe(1);
    expect(cli.err).toBe(
      `trapgate run: ${path('bad.elf')}: at offset 0x0: the ELF header (52 bytes) should be here, but the file ends at 0x5\n`,
    );
    cli.err = '';
    writeFileSync(path('bad.log'), 'hello\n');
    expect(await run(exitWith(0), '--replay', path('bad.log'))).toBe(1);
    expect(cli.err).toBe(`trapgate run: ${path('bad.log')}:1: not a JSON object\n`);
  });

  test('-debugcon and -serial take the guest’s bytes, -d int the traps', async () => {
    const file = image(`
      mov al, 'x'
      out 0xe9, al
      mov dx, 0x3fb
      mov al, 3
      out dx, al
      mov dx, 0x3f8
      mov al, 'y'
      out dx, al
      mov ecx, 500000
      wait: loop wait
      mov esp, 0x90000
      lgdt [gdtr]
      lidt [idtr]
      mov dword [0x200400], 0x00080000 + next - 0x100000
      mov dword [0x200404], 0x00108e00
      int 0x80
      next: ud2
      align 8
      gdt: dq 0, 0x00cf9b000000ffff
      gdtr: dw 15
      dd gdt
      idtr: dw 0x80 * 8 + 7
      dd 0x200000
    `);
    const log = ['-d', 'int', '-D', path('log')];
    expect(await dispatch(['run', file, '-serial', `file:${path('serial')}`, '-debugcon', 'stdio', ...log])).toBe(1);
    expect(cli.out).toBe('x');
    expect(readFileSync(path('serial'), 'latin1')).toBe('y');
    expect(readFileSync(path('log'), 'latin1')).toMatch(
      /^ {5}0: v=80 e=0000 i=1 cpl=0 IP=0008:001000.. pc=001000.. SP=0010:00090000 env->regs\[R_EAX\]=00000079\n$/,
    );
  });
});

describe('a run that nobody watched', () => {
  test.each(['trace', 'report', 'screenshot'])(
    '%s tells how it ended when the guest has not chosen it',
    async (name) => {
      const out = name === 'screenshot' ? ['-o', path('screen.txt')] : [];
      expect(await dispatch([name, image('ud2'), ...out])).toBe(0);
      expect(cli.err).toMatch(/^trapgate: triple fault at 0008:00100000: #UD could not be delivered/);
      cli.err = '';
      expect(await dispatch([name, image('mov al, 3\nout 0xf4, al'), ...out])).toBe(0);
      expect(cli.err).toBe('');
    },
  );

  test.each(['trace', 'report'])('%s says that it gave up by itself, and how to go further', async (name) => {
    expect(await dispatch([name, image('sti\njmp $')])).toBe(0);
    expect(cli.err).toBe('trapgate: ended after 5 virtual seconds; --max-instructions goes further\n');
    cli.err = '';
    expect(await dispatch([name, image('jmp $'), '--max-instructions', '10000'])).toBe(0);
    expect(cli.err).toBe('');
  });
});
