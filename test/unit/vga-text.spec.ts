import { describe, expect, test } from 'vitest';
import { VgaText } from '../../devices/vga-text.ts';
import { FakeClock } from './fake-clock.ts';
import { portsOf } from './ports.ts';

const MEMORY = 0xb8000;

function bench() {
  const clock = new FakeClock();
  const vga = new VgaText({ clock });
  const io = portsOf(vga);
  const memory = vga.memory[0]!;
  const indexed = (port: number) => ({
    read(index: number): number {
      io.write(port, index);
      return io.read(port + 1);
    },
    write(index: number, value: number): void {
      io.write(port, index);
      io.write(port + 1, value);
    },
  });
  return { clock, vga, ...io, memory, crtc: indexed(0x3d4), sequencer: indexed(0x3c4), graphics: indexed(0x3ce) };
}

describe('VGA text memory', () => {
  test('at power-on the screen is 80 by 25 spaces, white on black, with the cursor at the upper left', () => {
    const { columns, rows, cells, cursor, blink } = bench().vga.text();
    expect([columns, rows, cells.length, blink]).toEqual([80, 25, 2000, true]);
    expect(cells.every((cell) => cell === 0x0720)).toBe(true);
    expect(cursor).toEqual({ column: 0, row: 0, firstLine: 13, lastLine: 14 });
  });

  test('takes and gives bytes, words and double words, low byte first', () => {
    const b = bench();
    b.memory.write(MEMORY + 162, 0x1f42_0741, 4);
    expect(b.memory.read(MEMORY + 162, 4)).toBe(0x1f42_0741);
    expect(b.memory.read(MEMORY + 164, 2)).toBe(0x1f42);
    expect(b.memory.read(MEMORY + 163, 1)).toBe(0x07);
    expect([...b.vga.text().cells.slice(81, 83)]).toEqual([0x0741, 0x1f42]);
    b.memory.write(MEMORY, 0xffff_ffff, 4);
    expect(b.memory.read(MEMORY, 4)).toBe(0xffff_ffff);
  });

  test('covers 32 KB', () => {
    expect([bench().memory.first, bench().memory.last]).toEqual([0xb8000, 0xbffff]);
  });
});

describe('VGA CRT controller', () => {
  test('the cursor goes where registers 0E and 0F say', () => {
    const b = bench();
    b.crtc.write(0x0e, (12 * 80 + 34) >> 8);
    b.crtc.write(0x0f, (12 * 80 + 34) & 0xff);
    expect(b.vga.text().cursor).toMatchObject({ column: 34, row: 12 });
    expect([b.crtc.read(0x0e), b.crtc.read(0x0f)]).toEqual([0x03, 0xe2]);
  });

  test('its shape is in 0A and 0B; bit 5 of 0A, and a start after the end, hide it', () => {
    const b = bench();
    b.crtc.write(0x0a, 0x00);
    b.crtc.write(0x0b, 0x0f);
    expect(b.vga.text().cursor).toMatchObject({ firstLine: 0, lastLine: 15 });
    b.crtc.write(0x0a, 0x20);
    expect(b.vga.text().cursor).toBeUndefined();
    b.crtc.write(0x0a, 0x10);
    expect(b.vga.text().cursor).toBeUndefined();
  });

  test('a cursor outside the screen is not there', () => {
    const b = bench();
    b.crtc.write(0x0e, 2000 >> 8);
    b.crtc.write(0x0f, 2000 & 0xff);
    expect(b.vga.text().cursor).toBeUndefined();
  });

  test('the start address scrolls the screen, cursor included, and wraps at 32 KB', () => {
    const b = bench();
    b.memory.write(MEMORY + 160, 0x4158, 2);
    b.crtc.write(0x0f, 81);
    b.crtc.write(0x0d, 80);
    expect(b.vga.text().cells[0]).toBe(0x4158);
    expect(b.vga.text().cursor).toMatchObject({ column: 1, row: 0 });
    b.memory.write(MEMORY, 0x4230, 2);
    b.crtc.write(0x0c, 0x3f);
    b.crtc.write(0x0d, 0xff);
    expect(b.vga.text().cells[1]).toBe(0x4230);
  });

  test('eight-line rows make 50 of them', () => {
    const b = bench();
    b.crtc.write(0x09, 0x47);
    expect(b.vga.text().rows).toBe(50);
  });

  test('registers 00-07 are protected by bit 7 of 11, but for the line compare bit', () => {
    const b = bench();
    b.crtc.write(0x01, 0x27);
    b.crtc.write(0x07, 0x00);
    expect([b.crtc.read(0x01), b.crtc.read(0x07)]).toEqual([0x4f, 0x0f]);
    b.crtc.write(0x11, 0x0e);
    b.crtc.write(0x01, 0x27);
    expect(b.vga.text().columns).toBe(40);
  });

  test('registers that do not exist read 0 and take nothing', () => {
    const b = bench();
    b.crtc.write(0x40, 0xaa);
    expect(b.crtc.read(0x40)).toBe(0);
  });

  test('bit 0 of the miscellaneous register moves it to 0x3b4', () => {
    const b = bench();
    expect([b.read(0x3b5), b.read(0x3cc)]).toEqual([0xff, 0x67]);
    b.write(0x3c2, 0x66);
    b.write(0x3b4, 0x0f);
    b.write(0x3b5, 7);
    expect([b.read(0x3b5), b.read(0x3d5), b.vga.text().cursor?.column]).toEqual([7, 0xff, 7]);
    expect(b.read(0x3da)).toBe(0xff);
  });
});

describe('VGA registers beside it', () => {
  test('sequencer and graphics controller keep the bits that they have', () => {
    const b = bench();
    b.sequencer.write(2, 0xff);
    b.graphics.write(5, 0xff);
    expect([b.sequencer.read(2), b.graphics.read(5), b.sequencer.read(9)]).toEqual([0x0f, 0x7b, 0]);
  });

  test('the attribute controller takes index and data by turns, and input status 1 resets the turn', () => {
    const b = bench();
    b.read(0x3da);
    b.write(0x3c0, 0x30, 0x04);
    expect(b.vga.text().blink).toBe(false);
    b.write(0x3c0, 0x30);
    b.read(0x3da);
    b.write(0x3c0, 0x30);
    expect([b.read(0x3c0), b.read(0x3c1)]).toEqual([0x30, 0x04]);
  });

  test('the palette is closed while it is on the screen', () => {
    const b = bench();
    b.read(0x3da);
    b.write(0x3c0, 0x21, 0x3f);
    expect(b.vga.text().palette[1]).toEqual([0, 0, 170]);
    b.write(0x3c0, 0x01, 0x3f, 0x20);
    expect(b.vga.text().palette[1]).toEqual([255, 255, 255]);
  });

  test('the sixteen colours are those of the PC', () => {
    expect(
      bench()
        .vga.text()
        .palette.map((colour) => colour.join(',')),
    ).toEqual([
      '0,0,0',
      '0,0,170',
      '0,170,0',
      '0,170,170',
      '170,0,0',
      '170,0,170',
      '170,85,0',
      '170,170,170',
      '85,85,85',
      '85,85,255',
      '85,255,85',
      '85,255,255',
      '255,85,85',
      '255,85,255',
      '255,255,85',
      '255,255,255',
    ]);
  });

  test('the DAC takes and gives three parts a colour', () => {
    const b = bench();
    b.write(0x3c8, 7);
    b.write(0x3c9, 1, 2, 0xff, 4);
    expect([b.read(0x3c7), b.read(0x3c8)]).toEqual([0, 8]);
    b.write(0x3c7, 7);
    expect([b.read(0x3c9), b.read(0x3c9), b.read(0x3c9), b.read(0x3c7)]).toEqual([1, 2, 0x3f, 3]);
    b.write(0x3c6, 0x0f);
    expect(b.read(0x3c6)).toBe(0x0f);
  });

  test('input status 1 shows seventy vertical retraces a second', () => {
    const b = bench();
    let retraces = 0;
    let before = 0;
    for (let i = 0; i < 20_000; i++) {
      b.clock.runMicroseconds(50);
      const now = b.read(0x3da) & 0x08;
      if (now && !before) retraces++;
      before = now;
    }
    expect(retraces).toBe(70);
  });
});

test('a saved screen is loaded whole', () => {
  const first = bench();
  first.memory.write(MEMORY, 0x0748, 2);
  first.crtc.write(0x0f, 1);
  const second = bench();
  second.vga.load(first.vga.save());
  expect(second.vga.text()).toEqual(first.vga.text());
  second.vga.reset();
  expect(second.vga.text().cells[0]).toBe(0x0720);
});
