import { describe, expect, test } from 'vitest';
import type { TextScreen } from '../../devices/vga-text.ts';
import { CODE_PAGE_437 } from '../../emu/cli/terminal/code-page-437.ts';
import { ControlA } from '../../emu/cli/terminal/control-a.ts';
import { strokesOfTerminal } from '../../emu/cli/terminal/host-keys.ts';
import { Painter } from '../../emu/cli/terminal/painter.ts';

const GREY = 0x0700;

function screen(rows: readonly string[], cursor?: { column: number; row: number }, columns = 5): TextScreen {
  const cells = new Uint16Array(columns * rows.length).fill(GREY | 0x20);
  rows.forEach((row, y) => {
    [...row].forEach((character, x) => {
      cells[y * columns + x] = GREY | character.charCodeAt(0);
    });
  });
  return {
    columns,
    rows: rows.length,
    cells,
    cursor: cursor && { ...cursor, firstLine: 13, lastLine: 14 },
    blink: true,
    palette: [],
    glyphs: { width: 8, height: 16, joinLines: false, fonts: [[], []] },
  };
}

/** Escape sequences made visible. */
const visible = (text: string) => text.replaceAll('\x1b[', '^');

describe('painter', () => {
  test('at first sends everything, row by row, and puts the cursor in place', () => {
    const painter = new Painter();
    expect(visible(painter.paint(screen(['ab', 'c'], { column: 1, row: 1 }), 25, 80))).toBe(
      '^0m^2J^1;1H^0;37;40mab   ^2;1Hc    ^0m^2;2H^?25h',
    );
  });

  test('then sends only what has changed', () => {
    const painter = new Painter();
    painter.paint(screen(['ab', 'c'], { column: 1, row: 1 }), 25, 80);
    expect(painter.paint(screen(['ab', 'c'], { column: 1, row: 1 }), 25, 80)).toBe('');
    expect(visible(painter.paint(screen(['ab', 'cd'], { column: 2, row: 1 }), 25, 80))).toBe(
      '^2;2H^0;37;40md^0m^2;3H^?25h',
    );
  });

  test('goes a short way over what stands there, a long one by a cursor movement', () => {
    const painter = new Painter();
    const row = (text: string) => screen([text], undefined, 20);
    painter.paint(row('.'.repeat(20)), 25, 80);
    expect(visible(painter.paint(row('a.b.............c...'), 25, 80))).toBe('^1;1H^0;37;40ma.b^1;17Hc^0m^?25l');
  });

  test('moves the cursor alone when only that has moved, and hides it', () => {
    const painter = new Painter();
    painter.paint(screen(['a'], { column: 0, row: 0 }), 25, 80);
    expect(visible(painter.paint(screen(['a'], { column: 3, row: 0 }), 25, 80))).toBe('^1;4H^?25h');
    expect(visible(painter.paint(screen(['a']), 25, 80))).toBe('^?25l');
  });

  test('shows the rows around the cursor on a terminal that has too few', () => {
    const painter = new Painter();
    const rows = ['one', 'two', 'three', 'four'];
    const shown = (cursorRow: number, height: number) => {
      painter.forget();
      return visible(painter.paint(screen(rows, { column: 0, row: cursorRow }), height, 80));
    };
    expect(shown(3, 2)).toContain('three^2;1Hfour');
    expect(shown(0, 2)).toContain('one  ^2;1Htwo');
    expect(shown(2, 2)).toContain('two  ^2;1Hthree');
  });

  test('cuts columns off on a terminal that is too narrow', () => {
    expect(visible(new Painter().paint(screen(['abcde']), 25, 3))).toBe('^0m^2J^1;1H^0;37;40mabc^0m^?25l');
  });

  test('translates colours: blue and red change places; bit 3 is bright; bit 7 blinks, or is bright too', () => {
    const one = (attribute: number, blink: boolean) => {
      const s = screen(['x'], undefined, 1);
      s.cells[0] = (attribute << 8) | 0x78;
      return visible(new Painter().paint({ ...s, blink }, 25, 80));
    };
    expect(one(0x14, true)).toContain('^0;31;44mx');
    expect(one(0x4e, true)).toContain('^0;93;41mx');
    expect(one(0x87, true)).toContain('^0;37;40;5mx');
    expect(one(0x87, false)).toContain('^0;37;100mx');
  });

  test('shows code page 437', () => {
    expect(CODE_PAGE_437.length).toBe(256);
    expect([0x01, 0x41, 0x7f, 0xb3, 0xdb, 0xe1, 0xfe].map((code) => CODE_PAGE_437[code])).toEqual([...'☺A⌂│█ß■']);
  });
});

describe('keys of a terminal', () => {
  const strokes = (text: string) =>
    strokesOfTerminal(text)
      .map(({ key, down }) => (down ? key : `/${key}`))
      .join(' ');

  test.each([
    ['a', 'a /a'],
    ['\r', 'enter /enter'],
    ['\x7f', 'backspace /backspace'],
    ['\x03', 'left-control c /c /left-control'],
    ['\x1b', 'escape /escape'],
    ['\x1b\x1b', 'escape /escape escape /escape'],
    ['\x1bx', 'left-alt x /x /left-alt'],
    ['\x1b[A', 'up /up'],
    ['\x1bOA', 'up /up'],
    ['\x1b[1;5C', 'left-control right /right /left-control'],
    ['\x1b[1;4D', 'left-shift left-alt left /left /left-alt /left-shift'],
    ['\x1b[3~', 'delete /delete'],
    ['\x1b[5;2~', 'left-shift page-up /page-up /left-shift'],
    ['\x1bOP\x1b[24~', 'f1 /f1 f12 /f12'],
    ['\x1b[Z', 'left-shift tab /tab /left-shift'],
    ['\x1b[99~', ''],
    ['aé🙂b', 'a /a b /b'],
  ])('%j', (text, expected) => {
    expect(strokes(text)).toBe(expected);
  });
});

describe('Ctrl-A', () => {
  const sort = (...chunks: string[]) => {
    const controlA = new ControlA();
    return chunks
      .flatMap((chunk) => controlA.sort(chunk))
      .map((item) => (item.kind === 'text' ? item.text : `<${item.command}>`));
  };

  test('with a letter is for the emulator, the rest for the guest', () => {
    expect(sort('ab\x01xc')).toEqual(['ab', '<leave>', 'c']);
    expect(sort('\x01h', '\x01r', '\x01q')).toEqual(['<help>', '<reset>', '<unknown>']);
  });

  test('may come in two pieces', () => {
    expect(sort('\x01', 'x')).toEqual(['<leave>']);
  });

  test('and a, or twice, is Ctrl-A itself', () => {
    expect(sort('\x01a\x01\x01')).toEqual(['\x01\x01']);
  });
});
