/** What the command line gives a person of the chips: scripts, files, keys, pictures. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { dispatch } from '../../emu/cli/dispatch.ts';
import { type InputItem, parseButtonScript, parseMouseScript } from '../../emu/cli/machine/input-script.ts';
import { pngOf } from '../../emu/cli/png.ts';
import { command as runCommand } from '../../emu/cli/run.ts';
import { CONTROL_A_HELP, ControlA } from '../../emu/cli/terminal/control-a.ts';
import { HOST_KEYS_HELP } from '../../emu/cli/terminal/host-keys-help.ts';
import { HostMouse } from '../../emu/cli/terminal/host-mouse.ts';
import { commandLine } from './command-line.ts';

const SECOND = 1000;
const timed = (items: InputItem[]) => items.map(({ input, at }) => ({ at: at(SECOND), ...input }));

describe('--mouse', () => {
  test('movements, with and without the wheel, and clicks', () => {
    expect(timed(parseMouseScript('10,-5@1s 0,0,-1@20ms; left@2s'))).toEqual([
      { at: 1000, kind: 'mouse', right: 10, away: -5, wheel: 0 },
      { at: 20, kind: 'mouse', right: 0, away: 0, wheel: -1 },
      { at: 2000, kind: 'mouse-button', button: 'left', down: true },
      { at: 2050, kind: 'mouse-button', button: 'left', down: false },
    ]);
  });

  test.each(['10@1s', 'up@1s', '1,2', '1,2@1', '99999,0@1s'])('%s is no item', (script) => {
    expect(() => parseMouseScript(script)).toThrow('a movement like 10,-5@1s or a click like left@1s is expected');
  });
});

describe('--button', () => {
  test('pins for a while, NMI and reset', () => {
    expect(timed(parseButtonScript('15@2s 4@1s+500ms nmi@3i reset@4s'))).toEqual([
      { at: 2000, kind: 'gpio', pin: 15, down: true },
      { at: 2100, kind: 'gpio', pin: 15, down: false },
      { at: 1000, kind: 'gpio', pin: 4, down: true },
      { at: 1500, kind: 'gpio', pin: 4, down: false },
      { at: 3, kind: 'button', button: 'nmi' },
      { at: 4000, kind: 'button', button: 'reset' },
    ]);
  });

  test('says what is wrong, and where', () => {
    expect(() => parseButtonScript('15@1s 54@2s')).toThrow('the GPIO block has pins 0 to 53\n  15@1s 54@2s\n        ^');
    expect(() => parseButtonScript('fire@1s')).toThrow('a button and its time are expected');
  });
});

describe('Ctrl-A', () => {
  const sort = (...chunks: string[]) => {
    const controlA = new ControlA();
    return chunks
      .flatMap((chunk) => controlA.sort(chunk))
      .map((item) => (item.kind === 'text' ? item.text : `<${item.command}>`));
  };

  test('each key of the list gives its command', () => {
    expect(sort('\x01h\x01x\x01r\x01n\x01g\x01s\x01m')).toEqual(
      ['help', 'leave', 'reset', 'nmi', 'gpio', 'screenshot', 'mouse'].map((name) => `<${name}>`),
    );
    expect(sort('\x01\x1b[A\x01\x1b[B\x01\x1bOC\x01\x1b[D')).toEqual([
      '<mouse-up>',
      '<mouse-down>',
      '<mouse-right>',
      '<mouse-left>',
    ]);
    expect(sort('\x011\x012\x013\x01+\x01-')).toEqual([
      '<click-left>',
      '<click-middle>',
      '<click-right>',
      '<wheel-up>',
      '<wheel-down>',
    ]);
    expect(sort('\x01d\x01p\x01o\x01c\x01k\x01l\x01w\x01u')).toEqual(
      ['delete', 'pause', 'print-screen', 'caps-lock', 'num-lock', 'scroll-lock', 'left-windows', 'menu'].map(
        (name) => `<${name}>`,
      ),
    );
    expect(sort('\x01a\x01\x01')).toEqual(['\x01\x01']);
  });

  test('an arrow without it is the guest’s', () => {
    expect(sort('\x1b[A\x01x')).toEqual(['\x1b[A', '<leave>']);
  });

  test('the help has a line for each of them that fits a screen', () => {
    expect(CONTROL_A_HELP.length).toBe(14);
    expect(HOST_KEYS_HELP.every((line) => line.length < 78)).toBe(true);
    expect(HOST_KEYS_HELP.length).toBeLessThan(20);
    expect(CONTROL_A_HELP.every((line) => line.length < 76 && line.startsWith('Ctrl-A '))).toBe(true);
  });
});

test('run --help has the list of Ctrl-A h', () => {
  for (const line of HOST_KEYS_HELP) expect(runCommand.help).toContain(line);
});

describe('the terminal’s mouse', () => {
  test('is given to the guest and taken back', () => {
    const mouse = new HostMouse();
    expect([mouse.toggle(), mouse.toggle()]).toEqual(['\x1b[?1003h\x1b[?1006h', '\x1b[?1003l\x1b[?1006l']);
  });

  test('movements count dots, buttons and wheel are told, and the rest is for the keyboard', () => {
    const mouse = new HostMouse();
    mouse.toggle();
    expect(mouse.sort('a\x1b[<35;10;10Mb')).toEqual({ rest: 'ab', inputs: [] });
    expect(mouse.sort('\x1b[<35;12;9M').inputs).toEqual([{ kind: 'mouse', right: 16, away: 16, wheel: 0 }]);
    expect(mouse.sort('\x1b[<0;12;9M\x1b[<0;12;9m\x1b[<2;12;9M').inputs).toEqual([
      { kind: 'mouse-button', button: 'left', down: true },
      { kind: 'mouse-button', button: 'left', down: false },
      { kind: 'mouse-button', button: 'right', down: true },
    ]);
    expect(mouse.sort('\x1b[<64;12;9M\x1b[<65;12;9M').inputs).toEqual([
      { kind: 'mouse', right: 0, away: 0, wheel: -1 },
      { kind: 'mouse', right: 0, away: 0, wheel: 1 },
    ]);
  });
});

/** Chunks of a PNG file: its header, and the rows that its data inflates to. */
function readPng(png: Buffer) {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const header = chunks.get('IHDR')!;
  return {
    names: [...chunks.keys()],
    width: header.readUInt32BE(0),
    height: header.readUInt32BE(4),
    rows: inflateSync(chunks.get('IDAT')!),
  };
}

test('a PNG has its signature, chunks with checks, and unfiltered rows', () => {
  const png = pngOf({ width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  expect(readPng(png)).toMatchObject({ names: ['IHDR', 'IDAT', 'IEND'], width: 2, height: 1 });
  expect([...readPng(png).rows]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(png.subarray(-12).toString('hex')).toBe('0000000049454e44ae426082');
});

describe('run and screenshot', () => {
  const cli = commandLine();
  const { path } = cli;
  const text = (name: string) => readFileSync(path(name), 'latin1');
  const image = (source: string) => {
    const assembly = assemble(source, { bits: 32, origin: 0x100000 });
    expect(assembly.diagnostics).toEqual([]);
    writeFileSync(path('image.bin'), assembly.bytes);
    return path('image.bin');
  };
  const run = (...args: string[]) => dispatch(['run', '-serial', 'none', '-no-realtime', ...args]);
  const cmos = (index: number) => `mov al, ${index}\nout 0x70, al\nin al, 0x71\n`;

  test('--rtc-base sets the clock', async () => {
    const day = image(`${cmos(7)}out 0xf4, al`);
    expect(await run('--rtc-base', '2006-06-17T16:01:21', day)).toBe((0x17 << 1) | 1);
    expect(await run('--rtc-base', 'tomorrow', day)).toBe(2);
    expect(cli.err).toContain('--rtc-base tomorrow: a date like');
  });

  test('--cmos keeps the CMOS from run to run', async () => {
    const count = image(`${cmos(0x40)}inc eax\nout 0x71, al\nout 0xf4, al`);
    expect(await run('--cmos', path('cmos'), count)).toBe(3);
    expect(await run('--cmos', path('cmos'), count)).toBe(5);
    expect(readFileSync(path('cmos')).length).toBe(128);
    writeFileSync(path('cmos'), 'short');
    expect(await run('--cmos', path('cmos'), count)).toBe(1);
    expect(cli.err).toContain('a CMOS has 128 bytes, not 5');
  });

  test('--serial given again is COM2, --parallel prints', async () => {
    const print = image(`
      mov dx, 0x2fb
      mov al, 3
      out dx, al
      mov dx, 0x2f8
      mov al, '2'
      out dx, al
      mov dx, 0x378
      mov al, 'P'
      out dx, al
      mov dx, 0x37a
      mov al, 0x0d
      out dx, al
      mov dx, 0x604
      mov ax, 0x2000
      out dx, ax
    `);
    const where = ['-serial', `file:${path('com2')}`, '--serial-unpaced', '--parallel', `file:${path('paper')}`];
    expect(await run(...where, print)).toBe(0);
    expect([text('com2'), text('paper')]).toEqual(['2', 'P']);
  });

  test('--speaker and --events are lines of JSON', async () => {
    const beep = image(`
      mov al, 0xb6
      out 0x43, al
      mov ax, 1193
      out 0x42, al
      mov al, ah
      out 0x42, al
      mov al, 3
      out 0x61, al
      out 0xf4, al
    `);
    expect(await run('--speaker', path('tones'), '--events', path('events'), beep)).toBe(7);
    expect(JSON.parse(text('tones'))).toEqual({ time: 7, frequency: expect.closeTo(1000.15, 1) });
    const events = text('events').trimEnd().split('\n');
    expect(JSON.parse(events[0]!)).toEqual({
      time: 1,
      kind: 'register',
      chip: 'i8254',
      port: 67,
      value: 0xb6,
      width: 1,
    });
  });

  test('--watchdog and --button reset or not', async () => {
    const hang = image('mov dx, 0x443\nmov al, 15\nout dx, al\nhang: jmp hang');
    expect(await run('-no-reboot', hang)).toBe(0);
    expect(await run('--watchdog', 'none', '--max-instructions', '1000', hang)).toBe(1);
    expect(await run('--watchdog', 'none', '-no-reboot', '--button', 'reset@10us', hang)).toBe(0);
    expect(await run('--watchdog', 'bark', hang)).toBe(2);
    expect(cli.err).toContain('--watchdog bark: reset, nmi, none are possible');
  });

  test('screenshot draws what the guest has written', async () => {
    const hello = image('mov dword [0xb8000], 0x4f204fdb\nhang: jmp hang');
    expect(await dispatch(['screenshot', '--at', '10us', '-o', path('a.png'), hello])).toBe(0);
    const { width, height, rows } = readPng(readFileSync(path('a.png')));
    expect([width, height]).toEqual([720, 400]);
    // A full block in white, then a blank on red.
    expect([...rows.subarray(1, 4)]).toEqual([255, 255, 255]);
    expect([...rows.subarray(1 + 9 * 3, 4 + 9 * 3)]).toEqual([170, 0, 0]);
    expect(await dispatch(['screenshot', '--at', 'noon', hello])).toBe(2);
    expect(existsSync('screenshot.png')).toBe(false);
  });
});
