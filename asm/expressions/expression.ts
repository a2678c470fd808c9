/**
 * Expressions: NASM's operators with NASM's precedence and 64-bit arithmetic, from tokens into a
 * tree, and from a tree into a value. A tree may hold registers: an address is an expression too.
 */

import { SourceError } from '../diagnostics.ts';
import { type Register, registerNamed } from '../encode/registers.ts';
import type { Cursor, Token } from '../source/lexer.ts';
import type { Position } from '../source/source.ts';
import { add, constant, isConstant, scale, type Value } from './value.ts';

export type Expression =
  | { readonly op: 'number'; readonly number: bigint; readonly at: Position }
  | { readonly op: 'symbol'; readonly name: string; readonly at: Position }
  | { readonly op: 'register'; readonly register: Register; readonly at: Position }
  /** `$` */
  | { readonly op: 'here'; readonly at: Position }
  /** `$$` */
  | { readonly op: 'start'; readonly at: Position }
  | { readonly op: 'unary'; readonly sign: string; readonly of: Expression; readonly at: Position }
  | {
      readonly op: 'binary';
      readonly sign: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: Position;
    }
  | {
      readonly op: 'choose';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
      readonly at: Position;
    };

/** How the parser of an expression reads a name: a symbol's full name (`.x` belongs to the label before it). */
export type NameResolver = (token: Token) => string;

/** From loosest to tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['^^'],
  ['&&'],
  ['=', '==', '<>', '!=', '<', '<=', '>', '>=', '<=>'],
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>', '<<<', '>>>'],
  ['+', '-'],
  ['*', '/', '//', '%', '%%'],
];

/** Parentheses and signs may nest so deep; a deeper one is surely an accident, and the stack is finite. */
const DEPTH_LIMIT = 200;

/** Reads one expression at the cursor; throws SourceError with the place of what does not fit. */
export function parseExpression(cursor: Cursor, nameOf: NameResolver): Expression {
  return new ExpressionParser(cursor, nameOf).whole();
}

class ExpressionParser {
  private readonly cursor: Cursor;
  private readonly nameOf: NameResolver;
  private depth = 0;

  constructor(cursor: Cursor, nameOf: NameResolver) {
    this.cursor = cursor;
    this.nameOf = nameOf;
  }

  whole(): Expression {
    if (++this.depth > DEPTH_LIMIT) throw new SourceError('the expression nests too deep', this.cursor.place());
    const test = this.level(0);
    let result = test;
    if (this.cursor.sees('?')) {
      const at = this.cursor.place();
      this.cursor.next();
      const yes = this.whole();
      this.cursor.expect(':', "of '?:'");
      result = { op: 'choose', test, yes, no: this.whole(), at };
    }
    this.depth--;
    return result;
  }

  private level(n: number): Expression {
    const signs = LEVELS[n];
    if (!signs) return this.unary();
    let left = this.level(n + 1);
    for (;;) {
      const token = this.cursor.peek();
      if (token?.kind !== 'mark' || !signs.includes(token.text)) return left;
      this.cursor.next();
      left = { op: 'binary', sign: token.text, left, right: this.level(n + 1), at: token };
    }
  }

  private unary(): Expression {
    const token = this.cursor.peek();
    if (token?.kind === 'mark' && ['-', '+', '~', '!'].includes(token.text)) {
      if (++this.depth > DEPTH_LIMIT) throw new SourceError('the expression nests too deep', token);
      this.cursor.next();
      const of = this.unary();
      this.depth--;
      return { op: 'unary', sign: token.text, of, at: token };
    }
    return this.primary();
  }

  private primary(): Expression {
    const token = this.cursor.peek();
    if (!token) this.cursor.fail('expected an expression');
    switch (token.kind) {
      case 'number':
        this.cursor.next();
        return this.number(token);
      case 'string':
        this.cursor.next();
        return { op: 'number', number: stringValue(token), at: token };
      case 'name':
        this.cursor.next();
        return this.name(token);
      case 'mark':
        if (this.cursor.accept('(')) {
          const inner = this.whole();
          this.cursor.expect(')', 'to close the parenthesis');
          return inner;
        }
    }
    return this.cursor.fail('expected an expression');
  }

  private number(token: Token): Expression {
    // `1b` and `1f` name the nearest numeric label 1, if the file has one; else 1b is binary one.
    if (/^[0-9]+[bf]$/.test(token.text)) {
      const name = this.nameOf(token);
      if (name !== token.text) return { op: 'symbol', name, at: token };
    }
    if (token.value === undefined) throw new SourceError(`'${token.text}' is no number`, token);
    return { op: 'number', number: token.value, at: token };
  }

  private name(token: Token): Expression {
    if (token.text === '$') return { op: 'here', at: token };
    if (token.text === '$$') return { op: 'start', at: token };
    // `$eax` is the symbol eax; hexadecimal like 0ffh always begins with a digit, so a bare name is never a number.
    const register = registerNamed(token.text);
    if (register) return { op: 'register', register, at: token };
    return { op: 'symbol', name: this.nameOf(token), at: token };
  }
}

/** A string as a number: its first character is the lowest byte, eight at most. */
export function stringValue(token: Token): bigint {
  const bytes = token.string ?? '';
  if (bytes.length > 8) throw new SourceError('a string of more than 8 bytes does not fit a number', token);
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes.charCodeAt(i));
  return value;
}

/** What evaluation asks of its surroundings. */
export interface Scope {
  symbol(name: string, at: Position): Value;
  here(at: Position): Value;
  start(at: Position): Value;
}

/** The tree's value. Throws SourceError for a register, a division by zero, or arithmetic no relocation expresses. */
export function evaluate(e: Expression, scope: Scope): Value {
  switch (e.op) {
    case 'number':
      return constant(e.number);
    case 'symbol':
      return scope.symbol(e.name, e.at);
    case 'here':
      return scope.here(e.at);
    case 'start':
      return scope.start(e.at);
    case 'register':
      throw new SourceError(`the register ${e.register.name} cannot stand in a number's expression`, e.at);
    case 'unary':
      return evaluateUnary(e.sign, evaluate(e.of, scope), e.at);
    case 'choose':
      return evaluate(plain(evaluate(e.test, scope), '?:', e.at) !== 0n ? e.yes : e.no, scope);
    case 'binary':
      return evaluateBinary(e.sign, evaluate(e.left, scope), evaluate(e.right, scope), e.at);
  }
}

function evaluateUnary(sign: string, value: Value, at: Position): Value {
  if (sign === '+') return value;
  if (sign === '-') return scale(value, -1n);
  const number = plain(value, sign, at);
  return constant(sign === '~' ? ~number : number === 0n ? 1n : 0n);
}

const COMPARE: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (o) => o === 0,
  '==': (o) => o === 0,
  '<>': (o) => o !== 0,
  '!=': (o) => o !== 0,
  '<': (o) => o < 0,
  '<=': (o) => o <= 0,
  '>': (o) => o > 0,
  '>=': (o) => o >= 0,
};

function evaluateBinary(sign: string, left: Value, right: Value, at: Position): Value {
  if (sign === '+') return add(left, right, 1n);
  if (sign === '-') return add(left, right, -1n);
  if (sign === '*' && isConstant(right)) return scale(left, right.number);
  if (sign === '*' && isConstant(left)) return scale(right, left.number);
  if (sign in COMPARE || sign === '<=>') {
    // Two places in one section compare by their distance.
    const distance = plain(add(left, right, -1n), sign, at);
    const order = isConstant(left) && isConstant(right) ? compare(left.number, right.number) : compare(distance, 0n);
    return constant(sign === '<=>' ? BigInt(order) : COMPARE[sign]!(order) ? 1n : 0n);
  }
  return constant(arithmetic(sign, plain(left, sign, at), plain(right, sign, at), at));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function arithmetic(sign: string, a: bigint, b: bigint, at: Position): bigint {
  const ua = BigInt.asUintN(64, a);
  const ub = BigInt.asUintN(64, b);
  switch (sign) {
    case '||':
      return a !== 0n || b !== 0n ? 1n : 0n;
    case '&&':
      return a !== 0n && b !== 0n ? 1n : 0n;
    case '^^':
      return (a !== 0n) !== (b !== 0n) ? 1n : 0n;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '<<':
    case '<<<':
      return ub > 63n ? 0n : a << ub;
    case '>>':
      return ub > 63n ? 0n : ua >> ub;
    case '>>>':
      return ub > 63n ? a >> 63n : a >> ub;
    case '*':
      return a * b;
  }
  // What is left divides; `/` and `%` are unsigned, `//` and `%%` signed, as in NASM.
  if (b === 0n) throw new SourceError('division by zero', at);
  if (sign === '/') return ua / ub;
  if (sign === '%') return ua % ub;
  return sign === '//' ? a / b : a % b;
}

/** Demands a number that hangs on no base. */
function plain(value: Value, sign: string, at: Position): bigint {
  if (isConstant(value)) return value.number;
  throw new SourceError(`'${sign}' needs numbers known at assembly; this is an address the linker decides`, at);
}

/** Does `$` (not `$$`) stand in it? Then each repetition of `times` gives another value. */
export function mentionsHere(e: Expression): boolean {
  switch (e.op) {
    case 'here':
      return true;
    case 'unary':
      return mentionsHere(e.of);
    case 'binary':
      return mentionsHere(e.left) || mentionsHere(e.right);
    case 'choose':
      return mentionsHere(e.test) || mentionsHere(e.yes) || mentionsHere(e.no);
    default:
      return false;
  }
}

/** A literal tree, for what the assembler writes itself. */
export function literal(number: bigint, at: Position): Expression {
  return { op: 'number', number, at };
}
