import { describe, expect, test } from 'vitest';
import { pictureOf } from '../../devices/vga-picture.ts';
import { VgaText } from '../../devices/vga-text.ts';
import { FakeClock } from './fake-clock.ts';
import { portsOf } from './ports.ts';

const [TEXT, GRAPHICS] = [0xb8000, 0xa0000];

function bench() {
  const vga = new VgaText({ clock: new FakeClock() });
  const io = portsOf(vga);
  const windowOf = (address: number) => vga.memory.find(({ first, last }) => first <= address && address <= last)!;
  const indexed = (port: number) => (index: number, value: number) => {
    io.write(port, index);
    io.write(port + 1, value);
  };
  /** A cell's dots as text: # in the foreground's colour of a cell that has one. */
  const cell = (column: number, blinkHides = false) => {
    const { width, pixels } = pictureOf(vga.text(), blinkHides);
    const { glyphs } = vga.text();
    return Array.from({ length: glyphs.height }, (_, line) =>
      Array.from({ length: glyphs.width }, (_, dot) =>
        pixels[(line * width + column * glyphs.width + dot) * 3 + 1] ? '#' : '.',
      ).join(''),
    );
  };
  return {
    vga,
    ...io,
    cell,
    poke: (address: number, value: number, width: 1 | 2 | 4 = 1) => windowOf(address).write(address, value, width),
    peek: (address: number) => windowOf(address).read(address, 1),
    crtc: indexed(0x3d4),
    sequencer: indexed(0x3c4),
    graphics: indexed(0x3ce),
  };
}

/** As a video BIOS opens plane 2, and closes it again. */
function loadFont(b: ReturnType<typeof bench>, bytes: readonly number[], at = 0) {
  b.sequencer(2, 0x04);
  b.sequencer(4, 0x06);
  b.graphics(4, 2);
  b.graphics(5, 0);
  b.graphics(6, 0x04);
  bytes.forEach((byte, i) => {
    b.poke(GRAPHICS + at + i, byte);
  });
  const read = bytes.map((_, i) => b.peek(GRAPHICS + at + i));
  b.sequencer(2, 0x03);
  b.sequencer(4, 0x02);
  b.graphics(4, 0);
  b.graphics(5, 0x10);
  b.graphics(6, 0x0e);
  return read;
}

describe('what is shown', () => {
  test('mode 3 is 720 by 400 dots', () => {
    const { width, height, pixels } = pictureOf(bench().vga.text());
    expect([width, height, pixels.length]).toEqual([720, 400, 720 * 400 * 3]);
  });

  test('a character in its colours', () => {
    const b = bench();
    b.crtc(0x0a, 0x20);
    b.poke(TEXT, 0x0a41, 2);
    expect(b.cell(0).slice(1, 13)).toEqual([
      '.........',
      '...#.....',
      '..###....',
      '.##.##...',
      '##...##..',
      '##...##..',
      '#######..',
      '##...##..',
      '##...##..',
      '##...##..',
      '##...##..',
      '.........',
    ]);
    const { pixels } = pictureOf(b.vga.text());
    expect([...pixels.subarray((2 * 720 + 3) * 3, (2 * 720 + 3) * 3 + 3)]).toEqual([85, 255, 85]);
  });

  test('lines join through the ninth dot, other characters do not', () => {
    const b = bench();
    b.crtc(0x0a, 0x20);
    b.poke(TEXT, 0x07c4, 2);
    b.poke(TEXT + 2, 0x07b0, 2);
    expect(b.cell(0)).toContain('#########');
    expect(b.cell(1).every((line) => line.endsWith('.'))).toBe(true);
    b.sequencer(1, 0x01);
    expect(pictureOf(b.vga.text()).width).toBe(640);
    expect(b.cell(0)).toContain('########');
  });

  test('the cursor has the lines that the CRTC says', () => {
    const b = bench();
    b.crtc(0x0a, 3);
    b.crtc(0x0b, 4);
    const lines = b.cell(0).map((line, n) => (line === '#########' ? n : -1));
    expect(lines.filter((n) => n >= 0)).toEqual([3, 4]);
    expect(b.cell(0, true).join('')).not.toContain('#');
  });

  test('bit 7 blinks, or brightens the background', () => {
    const b = bench();
    b.crtc(0x0a, 0x20);
    b.poke(TEXT, 0x8741, 2);
    expect(b.cell(0).join('')).toContain('#');
    expect(b.cell(0, true).join('')).not.toContain('#');
    b.read(0x3da);
    b.write(0x3c0, 0x10, 0x04, 0x20);
    expect([...pictureOf(b.vga.text(), true).pixels.subarray(0, 3)]).toEqual([85, 85, 85]);
  });
});

describe('fonts', () => {
  const SHAPE = [0xff, 0x81, 0x81, 0xff];

  test('are loaded through plane 2 at 0xa0000, and read back there', () => {
    const b = bench();
    b.crtc(0x0a, 0x20);
    b.poke(TEXT, 0x0741, 2);
    expect(loadFont(b, SHAPE, 0x41 * 32)).toEqual(SHAPE);
    expect(b.cell(0).slice(0, 4)).toEqual(['########.', '#......#.', '#......#.', '########.']);
    expect(b.vga.text().cells[0]).toBe(0x0741);
  });

  test('character map select: bit 3 of the attribute chooses between two blocks', () => {
    const b = bench();
    b.crtc(0x0a, 0x20);
    // Block 4 is the second 8 KB of plane 2; block 1 the third.
    loadFont(b, SHAPE, 0x2000 + 0x41 * 32);
    loadFont(b, [0x18, 0x18], 0x4000 + 0x41 * 32);
    b.poke(TEXT, 0x0741, 2);
    b.poke(TEXT + 2, 0x0f41, 2);
    b.sequencer(3, 0x20);
    expect([b.cell(0)[0], b.cell(1)[0]]).toEqual(['.........', '########.']);
    b.sequencer(3, 0x01);
    expect(b.cell(0)[0]).toBe('...##....');
  });

  test('while the memory is at 0xa0000 the text window floats, and the other way round', () => {
    const b = bench();
    expect(b.peek(GRAPHICS)).toBe(0xff);
    b.graphics(6, 0x04);
    expect(b.peek(TEXT)).toBe(0xff);
    b.poke(TEXT, 0x41);
    b.graphics(6, 0x0e);
    expect(b.peek(TEXT)).toBe(0x20);
    b.graphics(6, 0x0a);
    b.poke(0xb0000, 0x42);
    b.graphics(6, 0x0e);
    expect(b.peek(TEXT)).toBe(0x42);
  });
});
