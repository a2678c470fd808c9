/** The full screen without a terminal: layouts, frames, the command line, and that every key is shown. */
import { describe, expect, test } from 'vitest';
import { CommandLine } from '../../emu/cli/stepper/command-line.ts';
import { composeFrame, type FrameState, keyHelp } from '../../emu/cli/stepper/frame.ts';
import { KEYS } from '../../emu/cli/stepper/keys.ts';
import { LEAST, layoutFor } from '../../emu/cli/stepper/layout.ts';
import { PANES } from '../../emu/cli/stepper/panes.ts';
import { Repl } from '../../emu/debug/repl.ts';
import { LocalTarget } from '../../emu/debug/stepper/local-target.ts';
import { Stepper } from '../../emu/debug/stepper/stepper.ts';
import { lengthOf, line, plain } from '../../emu/debug/views/text.ts';
import { boot, ring0 } from '../../emu/testing/index.ts';

async function repl() {
  const { pc, symbols } = await boot(
    ring0`
      start:  mov   ecx, 3
      again:  call  bump
      after:  loop  again
      done:   int3
      bump:   inc   dword [counter]
              ret
              align 4
      counter: dd   0
    `,
    { ramBytes: 4 * 2 ** 20 },
  );
  return new Repl(new LocalTarget('a test', new Stepper(pc, symbols)));
}

/** Of a machine that nobody moves. */
const still = repl();

const STATE: FrameState = {
  mode: 'keys',
  title: 'a test',
  isMoving: false,
  focus: 0,
  chosen: 'output',
  second: 'chips',
  scroll: new Map(),
  commandLine: { prompt: ': ', text: '', cursor: 0, choices: [] },
  help: [],
  helpScroll: 0,
  output: [],
  status: [],
  serial: [''],
  addresses: new Map(),
  codeCursor: undefined,
  timeCursor: undefined,
};

const SIZES = [
  [40, 12],
  [80, 24],
  [80, 60],
  [100, 30],
  [120, 24],
  [160, 50],
  [200, 60],
] as const;

describe('the layout', () => {
  test.each(SIZES)('%d by %d: boxes fill the room between bar and command line, none over another', (columns, rows) => {
    const { boxes, command, keys } = layoutFor(columns, rows);
    const taken = new Uint8Array(columns * rows);
    for (const { x, y, width, height } of boxes) {
      expect(height).toBeGreaterThanOrEqual(2);
      for (let row = y; row < y + height; row++) {
        for (let column = x; column < x + width; column++) taken[row * columns + column]!++;
      }
    }
    // Between bar and command line every cell is some box's, and of one only.
    expect(taken.every((times, cell) => times === (cell >= columns && cell < command * columns ? 1 : 0))).toBe(true);
    expect([command < keys, keys < rows]).toEqual([true, true]);
  });
});

describe('a frame', () => {
  test.each(SIZES)('%d by %d: every line is as wide as the terminal, whatever is shown', async (columns, rows) => {
    const { scene } = await still;
    for (const { name } of PANES) {
      const { lines } = composeFrame(scene, { ...STATE, chosen: name, second: name }, columns, rows);
      expect(lines.length).toBe(rows);
      expect(lines.every((spans) => lengthOf(spans) === columns)).toBe(true);
    }
  });

  test('at 80 by 24 it has code, registers, a pane and the keys', async () => {
    const talk = await repl();
    await talk.lines('at bump once');
    const said = await talk.lines('run');
    const shown = plain(composeFrame(talk.scene, { ...STATE, output: said, status: said.at(-1)! }, 80, 24).lines);
    expect(shown).toMatch(/^ trapgate a test {2}stands/);
    expect(shown).toMatch(/=> [\da-f]{8} {2}inc dword ptr/);
    expect(shown).toContain('bump:');
    expect(shown).toContain('ecx 00000003*');
    expect(shown).toMatch(/<bump>/);
    expect(shown).toContain('s step  o over');
    expect(shown).toContain('m memory');
  });

  test('too small a terminal is told what is needed', async () => {
    const { scene } = await still;
    const { lines } = composeFrame(scene, STATE, LEAST.columns - 1, LEAST.rows);
    expect(plain(lines)).toContain('at least');
  });

  test('the command line has the cursor and what may follow', async () => {
    const { scene } = await still;
    const commandLine = { prompt: ': ', text: 'at bu', cursor: 5, choices: ['bump', 'but'] };
    const { lines, cursor, layout } = composeFrame(scene, { ...STATE, mode: 'command', commandLine }, 80, 24);
    expect(cursor).toEqual({ x: 7, y: layout.command });
    expect(plain(lines.slice(layout.command, layout.command + 1))).toBe(': at bu  bump but');
  });

  test('the keyboard is the guest’s: its screen fills a small terminal', async () => {
    const talk = await still;
    const { lines } = composeFrame(talk.scene, { ...STATE, mode: 'guest' }, 80, 24);
    expect(plain(lines)).toContain('the keyboard is the guest');
    expect(plain(lines)).toContain('Ctrl-]');
    expect(plain(lines)).not.toContain('registers');
  });

  test('long panes scroll, and say how much there is', async () => {
    const { scene } = await still;
    const output = Array.from({ length: 100 }, (_, i) => line(`line ${i}`));
    const end = plain(composeFrame(scene, { ...STATE, output }, 80, 24).lines);
    expect(end).toMatch(/output .*\u2191\d+/);
    expect(end).toContain('line 99');
    const back = plain(composeFrame(scene, { ...STATE, output, scroll: new Map([['output', 50]]) }, 80, 24).lines);
    expect(back).toContain('line 49');
    expect(back).toMatch(/\u2193 ?50/);
  });
});

describe('keys', () => {
  test('none has two meanings', () => {
    const all = [...KEYS.flatMap(({ keys }) => keys), ...PANES.map(({ key }) => key)];
    expect(new Set(all).size).toBe(all.length);
  });

  test('every key is on the screen or one ? away, and every pane has its help', () => {
    const help = plain(keyHelp());
    for (const { shown, help: text } of KEYS) expect(help).toContain(`${shown.padEnd(8)}${text}`);
    for (const { key, name, help: text } of PANES) {
      expect(text).not.toBe('');
      expect(help).toContain(`${key.padEnd(8)}${name}`);
    }
  });

  test('what keys stand for are commands', async () => {
    const talk = await still;
    for (const { does } of KEYS) {
      if ('command' in does) expect(talk.complete(does.command)).toContain(does.command);
    }
  });
});

describe('the command line', () => {
  const typed = (commandLine: CommandLine, text: string) => {
    for (const char of text) commandLine.key(char, true);
  };

  test('edits, remembers, gives up', () => {
    const commandLine = new CommandLine(() => []);
    typed(commandLine, 'at bupm');
    commandLine.key('LEFT', false);
    commandLine.key('BACKSPACE', false);
    commandLine.key('END', false);
    typed(commandLine, 'p');
    expect(commandLine.text).toBe('at bump');
    expect(commandLine.key('ENTER', false)).toEqual({ line: 'at bump' });
    typed(commandLine, 'ru');
    commandLine.key('UP', false);
    expect(commandLine.text).toBe('at bump');
    commandLine.key('DOWN', false);
    expect(commandLine.text).toBe('ru');
    commandLine.key('CTRL_U', false);
    expect(commandLine.key('BACKSPACE', false)).toBe('left');
    typed(commandLine, 'x');
    expect(commandLine.key('ESCAPE', false)).toBe('left');
    expect(commandLine.text).toBe('');
  });

  test('completes as far as all agree, and shows what there is', () => {
    const commandLine = new CommandLine((text) =>
      ['timer_init', 'timer_interrupt', 'print'].filter((w) => w.startsWith(/\S*$/.exec(text)![0])),
    );
    typed(commandLine, 'at t');
    commandLine.key('TAB', false);
    expect([commandLine.text, commandLine.choices]).toEqual(['at timer_in', ['timer_init', 'timer_interrupt']]);
    typed(commandLine, 't');
    expect(commandLine.choices).toEqual([]);
    commandLine.key('TAB', false);
    expect(commandLine.text).toBe('at timer_interrupt ');
  });
});
