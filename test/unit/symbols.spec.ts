import { expect, test } from 'vitest';
import type { ImageSymbol } from '../../emu/machine/loaders/image.ts';
import { SymbolTable } from '../../emu/trace/symbols.ts';

const symbol = (name: string, address: number, size = 0, more: Partial<ImageSymbol> = {}): ImageSymbol => ({
  name,
  address,
  size,
  kind: 'other',
  global: false,
  ...more,
});

test('an address is told by the symbol before it, as far as that reaches', () => {
  const table = new SymbolTable([symbol('late', 0x120), symbol('main', 0x100, 0x10)], 0x12f);
  expect(table.nameOf(0x100)).toBe('main');
  expect(table.nameOf(0x10a)).toBe('main+0xa');
  expect(table.nameOf(0x110)).toBeUndefined();
  expect(table.nameOf(0x12f)).toBe('late+0xf');
  expect(table.nameOf(0x130)).toBeUndefined();
  expect(table.nameOf(0xff)).toBeUndefined();
});

test('of several names for an address, a global function’s is told', () => {
  const table = new SymbolTable([
    symbol('entry', 0x100, 0, { global: true, kind: 'function' }),
    symbol('local', 0x100),
    symbol('data', 0x100, 0, { global: true }),
  ]);
  expect(table.nameOf(0x100)).toBe('entry');
});

test('a name leads to its address', () => {
  const table = new SymbolTable([symbol('main', 0x100)]);
  expect(table.addressOf('main')).toBe(0x100);
  expect(table.addressOf('none')).toBeUndefined();
});
