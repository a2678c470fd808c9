/** db, dw, dd, dq, dt: numbers, strings and fractions into bytes; resb and its family. */

import { SourceError } from '../diagnostics.ts';
import { type NameResolver, parseExpression } from '../expressions/expression.ts';
import type { Cursor } from '../source/lexer.ts';
import { fractionBytes } from './fraction.ts';
import type { DataItem } from './statement.ts';

/** Bytes to a unit. */
export const DATA_UNITS: ReadonlyMap<string, number> = new Map([
  ['db', 1],
  ['dw', 2],
  ['dd', 4],
  ['dq', 8],
  ['dt', 10],
]);
export const RESERVE_UNITS: ReadonlyMap<string, number> = new Map([
  ['resb', 1],
  ['resw', 2],
  ['resd', 4],
  ['resq', 8],
  ['rest', 10],
]);

/** The items after `db` and its like. */
export function parseData(cursor: Cursor, unit: number, nameOf: NameResolver): DataItem[] {
  const items: DataItem[] = [];
  if (cursor.done) cursor.fail('expected a number or a string');
  do items.push(parseItem(cursor, unit, nameOf));
  while (cursor.accept(',') && !cursor.done);
  cursor.end('the data');
  return items;
}

function parseItem(cursor: Cursor, unit: number, nameOf: NameResolver): DataItem {
  const token = cursor.peek();
  const alone = cursor.peek(1) === undefined || cursor.sees(',', 1);
  if (token?.kind === 'string' && alone) {
    cursor.next();
    return { kind: 'bytes', bytes: padded(token.string ?? '', unit) };
  }
  const negative = cursor.sees('-') && cursor.peek(1)?.kind === 'float';
  const fraction = negative ? cursor.peek(1) : token;
  if (fraction?.kind === 'float') {
    cursor.next();
    if (negative) cursor.next();
    const bytes = fractionBytes(fraction.text, negative, unit);
    if (!bytes)
      throw new SourceError('a decimal fraction goes into dw, dd, dq or dt (16, 32, 64 or 80 bits)', fraction);
    return { kind: 'bytes', bytes };
  }
  return { kind: 'expression', value: parseExpression(cursor, nameOf) };
}

/** A string's bytes, filled up with zeros to whole units. */
function padded(text: string, unit: number): number[] {
  const bytes = Array.from(text, (c) => c.charCodeAt(0));
  while (bytes.length % unit !== 0) bytes.push(0);
  return bytes;
}
