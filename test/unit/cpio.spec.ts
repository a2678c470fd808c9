import { expect, test } from 'vitest';
import { cpioArchive } from '../../emu/build/cpio.ts';

const HEADER = 110;
const bytes = (text: string) => new TextEncoder().encode(text);
const archive = Buffer.from(
  cpioArchive([
    { name: 'hello', data: bytes('hello, world'), executable: true },
    { name: 'readme', data: bytes('x'), executable: false },
  ]),
);

/** The nth field of the header at an offset: after the magic, eight hex digits each. */
const field = (at: number, n: number) =>
  Number.parseInt(archive.toString('latin1', at + 6 + 8 * n, at + 14 + 8 * n), 16);
const MODE = 1;
const FILE_SIZE = 6;
const NAME_SIZE = 11;

test('each file is a header, its name and its data, all on multiples of four', () => {
  expect(archive.toString('latin1', 0, 6)).toBe('070701');
  expect(field(0, MODE).toString(8)).toBe('100755');
  expect(field(0, FILE_SIZE)).toBe(12);
  expect(field(0, NAME_SIZE)).toBe(6);
  expect(archive.toString('latin1', HEADER, HEADER + 6)).toBe('hello\0');
  expect(archive.toString('latin1', 116, 128)).toBe('hello, world');

  const second = 128;
  expect(archive.toString('latin1', second, second + 6)).toBe('070701');
  expect(field(second, MODE).toString(8)).toBe('100644');
  expect(archive.length % 4).toBe(0);
});

test('the last entry is the trailer, without data', () => {
  const trailer = archive.lastIndexOf('070701');
  expect(archive.toString('latin1', trailer + HEADER, trailer + HEADER + 11)).toBe('TRAILER!!!\0');
  expect(field(trailer, FILE_SIZE)).toBe(0);
});

test('the same files make the same bytes', () => {
  const again = cpioArchive([
    { name: 'hello', data: bytes('hello, world'), executable: true },
    { name: 'readme', data: bytes('x'), executable: false },
  ]);
  expect(archive.equals(again)).toBe(true);
});
