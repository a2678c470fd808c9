/**
 * One line of text into tokens. Tokens remember the white space before them (a macro's call and a
 * text message need it) and their place, which survives every expansion.
 */

import { SourceError } from '../diagnostics.ts';
import type { Position, SourceLine } from './source.ts';

export type TokenKind =
  /** A name: `eax`, `.loop`, `..@start`, `$`, `$$`. */
  | 'name'
  /** An integer; `value` holds it. A numeric label's `1f` is a number too, with no value. */
  | 'number'
  /** A decimal fraction: `1.5`, `2e-3`. */
  | 'float'
  /** A quoted string; `string` holds what it means, one character a byte. */
  | 'string'
  /** A preprocessor word: `%macro`, `%1`, `%%here`, `%$x`, `%+`. */
  | 'percent'
  /** Everything else: operators, brackets, comma, colon. */
  | 'mark';

export interface Token extends Position {
  readonly kind: TokenKind;
  readonly text: string;
  readonly space: boolean;
  readonly value?: bigint;
  readonly string?: string;
  /** Set on a name that came out of its own macro, so that it is not expanded again. */
  readonly painted?: boolean;
}

const NAME_START = /[A-Za-z_.?@]/;
const SPACE = /[ \t\f\v]/;
const NAME = /[A-Za-z0-9_.?@$#~]*/y;
const NUMBER = /[0-9][A-Za-z0-9_]*/y;
const FLOAT = /[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+(?![A-Za-z0-9_]))/y;
const PERCENT =
  /%(?:\{[^}]*\}|%[A-Za-z_.?@][A-Za-z0-9_.?@$#~]*|\$+[A-Za-z_.?@][A-Za-z0-9_.?@$#~]*|\+\+?[0-9]+|\+|-[0-9]+|[0-9]+|\*\*?|\?\??|[A-Za-z_][A-Za-z0-9_]*)/y;
const MARK = /\|\||&&|\^\^|<<<|>>>|<=>|<<|>>|<=|>=|<>|==|!=|\/\/|%%|[-+*/%&|^~!<>=()[\],:?{}\\#;`]/y;

/**
 * Splits a line. Never throws: a character that begins no token becomes a mark of its own, an
 * unended string a mark of its quote, and the parser says what it expected there instead.
 */
export function lex(line: SourceLine): Token[] {
  const tokens: Token[] = [];
  const text = line.text;
  let at = 0;
  while (at < text.length) {
    const start = at;
    while (at < text.length && SPACE.test(text[at]!)) at++;
    const space = at > start;
    const c = text[at];
    if (c === undefined || c === ';') break;
    const token = readToken(line, at, space);
    tokens.push(token.token);
    at = token.end;
  }
  return tokens;
}

interface Read {
  token: Token;
  end: number;
}

function readToken(line: SourceLine, at: number, space: boolean): Read {
  const text = line.text;
  const c = text[at]!;
  const column = at + 1;
  const make = (kind: TokenKind, end: number, extra?: Partial<Token>): Read => ({
    token: { kind, text: text.slice(at, end), line, column, space, ...extra },
    end,
  });
  if (c === '"' || c === "'" || c === '`') {
    const end = text.indexOf(c, at + 1);
    if (c === '`') return readEscaped(line, at, space);
    if (end < 0) return make('mark', text.length);
    return make('string', end + 1, { string: utf8(text.slice(at + 1, end)) });
  }
  if (c === '$') return readDollar(text, at, make);
  if (NAME_START.test(c)) {
    const end = matchEnd(NAME, text, at);
    // Alone it is the operator `?:`.
    return make(text.slice(at, end) === '?' ? 'mark' : 'name', end);
  }
  if (c >= '0' && c <= '9') {
    const fraction = matchEnd(FLOAT, text, at);
    if (fraction > at) return make('float', fraction);
    const end = matchEnd(NUMBER, text, at);
    const value = parseNumber(text.slice(at, end));
    return make('number', end, value === null ? {} : { value });
  }
  if (c === '%') {
    const end = matchEnd(PERCENT, text, at);
    if (end > at) return make('percent', end);
  }
  const end = matchEnd(MARK, text, at);
  return make('mark', end > at ? end : at + 1);
}

/** `$` and `$$` are places; `$name` is a name even if it is a register's; `$0ff` is hexadecimal. */
function readDollar(
  text: string,
  at: number,
  make: (kind: TokenKind, end: number, extra?: Partial<Token>) => Read,
): Read {
  const next = text[at + 1] ?? '';
  if (next >= '0' && next <= '9') {
    const end = matchEnd(NUMBER, text, at + 1);
    const value = parseNumber(`0x${text.slice(at + 1, end)}`);
    return make('number', end, value === null ? {} : { value });
  }
  if (next === '$') return make('name', at + 2);
  if (next !== '' && NAME_START.test(next)) return make('name', matchEnd(NAME, text, at + 1));
  return make('name', at + 1);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  0: '\0',
  a: '\x07',
  b: '\b',
  v: '\v',
  f: '\f',
  e: '\x1b',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
};

/** A string in back quotes: C's escapes hold in it. */
function readEscaped(line: SourceLine, start: number, space: boolean): Read {
  const text = line.text;
  let string = '';
  let at = start + 1;
  while (at < text.length && text[at] !== '`') {
    if (text[at] !== '\\') {
      string += utf8(String.fromCodePoint(text.codePointAt(at)!));
      at += text.codePointAt(at)! > 0xffff ? 2 : 1;
      continue;
    }
    const hex = /\\x([0-9A-Fa-f]{1,2})/y;
    const octal = /\\([0-7]{1,3})/y;
    const unicode = /\\(?:u([0-9A-Fa-f]{4})|U(00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}))/y;
    hex.lastIndex = octal.lastIndex = unicode.lastIndex = at;
    const found = hex.exec(text) ?? octal.exec(text);
    const character = unicode.exec(text);
    if (character) {
      string += utf8(String.fromCodePoint(Number.parseInt(character[1] ?? character[2]!, 16)));
      at += character[0].length;
    } else if (found) {
      string += String.fromCharCode(Number.parseInt(found[1]!, text[at + 1] === 'x' ? 16 : 8) & 0xff);
      at += found[0].length;
    } else {
      string += ESCAPES[text[at + 1] ?? ''] ?? text[at + 1] ?? '';
      at += 2;
    }
  }
  const kind = at < text.length ? 'string' : 'mark';
  const end = Math.min(at + 1, text.length);
  return { token: { kind, text: text.slice(start, end), string, line, column: start + 1, space }, end };
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found ? at + found[0].length : at;
}

const encoder = new TextEncoder();

/** A string as its UTF-8 bytes, one character each. */
function utf8(text: string): string {
  let plain = true;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) plain = false;
  return plain ? text : String.fromCharCode(...encoder.encode(text));
}

const RADIX_PREFIX: Readonly<Record<string, number>> = { x: 16, h: 16, d: 10, t: 10, o: 8, q: 8, b: 2, y: 2 };

/** NASM's numbers: 10, 0ah, 0x0a, 0d10, 12q, 1010b, 0b1010, with `_` between digits. Null if it is none. */
export function parseNumber(word: string): bigint | null {
  const text = word.toLowerCase().replaceAll('_', '');
  const prefixRadix = text[0] === '0' ? RADIX_PREFIX[text[1] ?? ''] : undefined;
  if (prefixRadix !== undefined && text.length > 2) {
    const value = digits(text.slice(2), prefixRadix);
    if (value !== null) return value;
  }
  const suffixRadix = RADIX_PREFIX[text.at(-1) ?? ''];
  if (suffixRadix !== undefined && text.at(-1) !== 'x') {
    const value = digits(text.slice(0, -1), suffixRadix);
    if (value !== null) return value;
  }
  return digits(text, 10);
}

const DIGITS: Readonly<Record<number, RegExp>> = { 2: /^[01]+$/, 8: /^[0-7]+$/, 10: /^[0-9]+$/, 16: /^[0-9a-f]+$/ };
const BIGINT_PREFIX: Readonly<Record<number, string>> = { 2: '0b', 8: '0o', 10: '', 16: '0x' };

function digits(text: string, radix: number): bigint | null {
  if (!DIGITS[radix]!.test(text) || text.length > 80) return null;
  return BigInt.asUintN(64, BigInt(BIGINT_PREFIX[radix] + text));
}

/** The tokens as text again, white space shrunk to one blank: for messages and %defstr. */
export function tokensToText(tokens: readonly Token[]): string {
  return tokens.map((t, i) => (t.space && i > 0 ? ` ${t.text}` : t.text)).join('');
}

/** A place a little after the last token, where something is missing. */
export function endOf(tokens: readonly Token[], line: SourceLine): Position {
  const last = tokens.at(-1);
  return last ? { line: last.line, column: last.column + last.text.length } : { line, column: 1 };
}

/** A reader over one line's tokens, with the questions parsers ask. */
export class Cursor {
  at = 0;
  readonly tokens: readonly Token[];
  private readonly line: SourceLine;

  constructor(tokens: readonly Token[], line: SourceLine) {
    this.tokens = tokens;
    this.line = line;
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  next(): Token | undefined {
    return this.tokens[this.at++];
  }

  /** Is the next token this mark? */
  sees(mark: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token !== undefined && token.kind === 'mark' && token.text === mark;
  }

  /** Takes the mark if it is next. */
  accept(mark: string): boolean {
    if (!this.sees(mark)) return false;
    this.at++;
    return true;
  }

  /** The next token, if it is this word (in any case). */
  acceptWord(word: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'name' || token.text.toLowerCase() !== word) return false;
    this.at++;
    return true;
  }

  expect(mark: string, where: string): void {
    if (!this.accept(mark)) this.fail(`expected '${mark}' ${where}`);
  }

  /** Where the reader stands. */
  place(): Position {
    return this.peek() ?? endOf(this.tokens, this.line);
  }

  fail(message: string): never {
    const found = this.peek();
    const tail = found ? `, found ${describeToken(found)}` : ', found the end of the line';
    throw new SourceError(message + tail, this.place());
  }

  /** Demands that nothing is left. */
  end(what: string): void {
    if (!this.done) this.fail(`expected the end of the line after ${what}`);
  }
}

export function describeToken(token: Token): string {
  if (token.kind === 'mark' && /^["'`]/.test(token.text)) return 'a string without its closing quote';
  return `'${token.text.length > 40 ? `${token.text.slice(0, 40)}...` : token.text}'`;
}
