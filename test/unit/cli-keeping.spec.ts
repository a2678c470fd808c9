/** What the command line keeps of a run, and makes of it again: snapshots, recordings, capsules. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { dispatch } from '../../emu/cli/dispatch.ts';
import { command as runCommand } from '../../emu/cli/run.ts';
import { boot } from '../../emu/testing/index.ts';
import { commandLine } from './command-line.ts';

const cli = commandLine();
const run = (...args: string[]) => runCommand.run(args);

/** Says a letter on COM1 in each round of a long loop; the keyboard's bytes end it, with the code as exit status. */
const SOURCE = `
        global  _start
_start: mov     bl, 'a'
round:  mov     ecx, 50000
        loop    $
        mov     dx, 0x3f8
        mov     al, bl
        out     dx, al
        inc     bl
        in      al, 0x64
        test    al, 1
        jz      round
        in      al, 0x60
        out     0xf4, al
        jmp     round
`;

/** The program as a kernel with debug information, its source beside it in src. @returns the image's path */
function kernel(): string {
  mkdirSync(cli.path('src'));
  writeFileSync(cli.path('src/loop.asm'), SOURCE);
  const { bytes } = assemble(SOURCE, { format: 'multiboot', debug: true, file: 'src/loop.asm' });
  return cli.write('loop.elf', bytes);
}
const KEY = ['--keys', 'a@3ms'];
/** 2 * 1eh + 1: what exit status port f4h makes of the scan code of a. */
const STATUS = 61;

describe('run --save', () => {
  test('writes a snapshot at the end, which runs on as the machine would have', async () => {
    const image = kernel();
    expect(await run(...KEY, '--exit-code', String(STATUS), image)).toBe(0);
    const whole = cli.out;
    cli.out = '';
    expect(await run(...KEY, '--max-instructions', '200000', '--save', cli.path('middle'), image)).toBe(1);
    const before = cli.out;
    cli.out = '';
    expect(await run('--keys', 'a@3ms', '--exit-code', String(STATUS), cli.path('middle'))).toBe(0);
    expect(before).not.toBe('');
    expect(before + cli.out).toBe(whole);
  });

  test('leaves nothing half written: only the snapshot is there, and one that is damaged is refused in words', async () => {
    const image = kernel();
    expect(await run('--max-instructions', '200000', '--save', cli.path('middle'), image)).toBe(1);
    expect(readdirSync(cli.folder).sort()).toEqual(['loop.elf', 'middle', 'src']);
    const bytes = readFileSync(cli.path('middle'));
    bytes[bytes.length - 9]! ^= 1;
    cli.write('middle', bytes);
    expect(await dispatch(['run', cli.path('middle')])).toBe(1);
    expect(cli.err).toMatch(/middle: .*(damaged|checksum)/);
  });

  test('what the snapshot brings along cannot be given anew', async () => {
    expect(await run('--max-instructions', '200000', '--save', cli.path('middle'), kernel())).toBe(1);
    expect(await dispatch(['run', '-m', '64', cli.path('middle')])).toBe(2);
    expect(cli.err).toContain('-m cannot be given');
  });
});

describe('run --record and --replay', () => {
  test('repeat a run, and one that was cut short with --unfinished only', async () => {
    const image = kernel();
    expect(await run(...KEY, '--record', cli.path('log'), '--exit-code', String(STATUS), image)).toBe(0);
    const whole = cli.out;
    cli.out = '';
    expect(await run('--replay', cli.path('log'), '--exit-code', String(STATUS), image)).toBe(0);
    expect(cli.out).toBe(whole);

    const lines = readFileSync(cli.path('log'), 'utf8').split('\n');
    cli.write('cut', `${lines.slice(0, 2).join('\n')}\n{"at":1`);
    expect(await dispatch(['run', '--replay', cli.path('cut'), image])).toBe(1);
    expect(cli.err).toContain('the recording was cut short here');
    cli.out = '';
    expect(await run('--replay', cli.path('cut'), '--unfinished', '--exit-code', String(STATUS), image)).toBe(0);
    expect(cli.out).toBe(whole);
  });

  test('--unfinished is for --replay', async () => {
    expect(await dispatch(['run', '--unfinished', kernel()])).toBe(2);
    expect(cli.err).toContain('--unfinished is for --replay');
  });
});

describe('capsule', () => {
  const capsule = (...args: string[]) => dispatch(['capsule', ...args]);
  const make = (...args: string[]) => capsule('-o', cli.path('a.capsule'), '--at', '320000', ...KEY, ...args, kernel());

  test('holds image, inputs, cursor and the sources that the image names', async () => {
    expect(await make('--note', 'the key has come')).toBe(0);
    cli.out = '';
    expect(await capsule(cli.path('a.capsule'))).toBe(0);
    expect(cli.out).toMatch(/^cursor +instruction 320000, state [\da-f]+\n/);
    expect(cli.out).toMatch(/^note +the key has come\nimage +.*loop\.elf, \d+ bytes\n/m);
    expect(cli.out).toMatch(/^inputs +\d+\n/m);
    expect(cli.out).toMatch(/^source +src\/loop\.asm, 15 lines\n/m);
  });

  test('is taken where an image is: run goes on from the cursor', async () => {
    expect(await make()).toBe(0);
    expect(await run('--exit-code', String(STATUS), cli.path('a.capsule'))).toBe(0);
  });

  test('--no-sources leaves them out, --source puts one in, under the name that the image has for it', async () => {
    expect(await make('--no-sources')).toBe(0);
    cli.out = '';
    await capsule(cli.path('a.capsule'));
    expect(cli.out).not.toContain('source');
    mkdirSync(cli.path('mine/src'), { recursive: true });
    const other = cli.write('mine/src/loop.asm', '; mine\n');
    expect(await capsule('-o', cli.path('b.capsule'), '--at', '1000', '--source', other, cli.path('loop.elf'))).toBe(0);
    await capsule(cli.path('b.capsule'));
    expect(cli.out).toMatch(/^source +src\/loop\.asm, 1 lines\n/m);
  });

  test('--extract takes it apart into files of which the same run can be made', async () => {
    expect(await make()).toBe(0);
    const to = cli.path('apart');
    expect(await capsule('--extract', to, cli.path('a.capsule'))).toBe(0);
    expect(readdirSync(to).sort()).toEqual(['inputs.jsonl', 'loop.elf', 'machine.json', 'sources']);
    expect(readFileSync(`${to}/sources/src/loop.asm`, 'utf8')).toBe(SOURCE);
    expect(readFileSync(`${to}/loop.elf`)).toEqual(readFileSync(cli.path('loop.elf')));
    expect(JSON.parse(readFileSync(`${to}/machine.json`, 'utf8'))).toMatchObject({ cursor: { time: 320_000 } });
    expect(readFileSync(`${to}/inputs.jsonl`, 'utf8')).toContain('"key"');
  });

  test.each([
    [['-o', 'x', '--extract', 'y', 'z'], 2, '-o makes a capsule, --extract takes one apart'],
    [[], 2, 'no capsule given, and no -o to make one'],
    [['a', 'b'], 2, 'one capsule, not a and b'],
    [['/nowhere/a.capsule'], 1, '/nowhere/a.capsule'],
  ])('%j is refused in words', async (args, status, words) => {
    expect(await capsule(...args)).toBe(status);
    expect(cli.err).toContain(words);
  });

  test('a run that does not come to --at makes none', async () => {
    const at = ['--at', '900000000'];
    expect(await capsule('-o', cli.path('c'), ...at, ...KEY, kernel())).toBe(1);
    expect(cli.err).toMatch(/it never came to 900000000: the guest ended the run with exit status/);
    expect(readdirSync(cli.folder)).not.toContain('c');
  });
});

test('in a test, an image’s places are lines of its sources', async () => {
  const m = await boot({ path: kernel() });
  expect(m.addressOf('loop.asm:6')).toBe(m.addressOf('round') + 7);
  m.runTo('src/loop.asm:11');
  expect(m.pc.cpu.ebx & 0xff).toBe('b'.charCodeAt(0));
  expect(m).toReachWithin('loop.asm:4', 10);
  expect(() => m.addressOf('loop.asm:2')).toThrow('no code is at loop.asm:2');
  expect(() => m.addressOf('other.asm:2')).toThrow('no code is at other.asm:2');
});
