/**
 * Expressions over the machine: what conditions are written in.
 *
 *     eax == 0x20 && [jiffies] > 100        registers, flags, symbols, numbers; [x] reads four bytes at a linear address
 *     byte[esp + 4] & 1                     byte[x], word[x], dword[x]
 *     cpl == 3 || !if                       cf pf af zf sf df if tf iopl, cpl, cr0 cr2 cr3 cr4, now (virtual time)
 *
 * Operators are C's, with C's precedence, on whole numbers without a sign of 32 bits. Memory that cannot be seen makes
 * the whole expression undefined, which no condition takes for true.
 */

import { peekNumber } from './memory-view.ts';
import type { Sight } from './sight.ts';

/** What an expression is worth; undefined when it reads what cannot be seen. */
export type Value = number | undefined;
/** An expression ready to be asked. */
export type Expression = (sight: Sight) => Value;

/** An expression that cannot be understood; the message says where. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldtr', 'tr'] as const;
const CONTROL = ['cr0', 'cr2', 'cr3', 'cr4'] as const;
/** Bits of EFLAGS, and how many. */
const FLAGS: Readonly<Record<string, readonly [bit: number, width: number]>> = {
  cf: [0, 1],
  pf: [2, 1],
  af: [4, 1],
  zf: [6, 1],
  sf: [7, 1],
  tf: [8, 1],
  if: [9, 1],
  df: [10, 1],
  of: [11, 1],
  iopl: [12, 2],
  nt: [14, 1],
  rf: [16, 1],
  vm: [17, 1],
};

/** The register, flag or counter of this name, or undefined when there is none. */
export function namedValue(name: string): Expression | undefined {
  const general = GENERAL.find((r) => r === name);
  if (general) return ({ cpu }) => cpu.register(general);
  const low = GENERAL.find((r) => r.slice(1) === name);
  if (low) return ({ cpu }) => cpu.register(low) & 0xffff;
  const segment = SEGMENTS.find((r) => r === name);
  if (segment) return ({ cpu }) => cpu.segment(segment).selector;
  const control = CONTROL.find((r) => r === name);
  if (control) return ({ cpu }) => cpu[control];
  const flag = FLAGS[name];
  if (flag) return ({ cpu }) => (cpu.eflags >>> flag[0]) & (2 ** flag[1] - 1);
  switch (name) {
    case 'eip':
      return ({ cpu }) => cpu.eip;
    case 'eflags':
      return ({ cpu }) => cpu.eflags;
    case 'cpl':
      return ({ cpu }) => cpu.cpl;
    case 'now':
      return ({ now }) => now;
    default: {
      const byte = /^([abcd])([lh])$/.exec(name);
      const whole = byte && GENERAL.find((r) => r === `e${byte[1]}x`);
      return whole ? ({ cpu }) => (cpu.register(whole) >>> (byte[2] === 'h' ? 8 : 0)) & 0xff : undefined;
    }
  }
}

const TOKEN = /\s*(?:(0x[\da-f]+|\d[\d_]*)|([a-z_.$@?][\w.$@?]*)|(<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>()[\]]))/iy;

/** From the loosest to the tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const BINARY: Readonly<Record<string, (a: number, b: number) => number | undefined>> = {
  '||': (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
  '&&': (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  '|': (a, b) => (a | b) >>> 0,
  '^': (a, b) => (a ^ b) >>> 0,
  '&': (a, b) => (a & b) >>> 0,
  '==': (a, b) => (a === b ? 1 : 0),
  '!=': (a, b) => (a !== b ? 1 : 0),
  '<': (a, b) => (a < b ? 1 : 0),
  '<=': (a, b) => (a <= b ? 1 : 0),
  '>': (a, b) => (a > b ? 1 : 0),
  '>=': (a, b) => (a >= b ? 1 : 0),
  '<<': (a, b) => (a << b) >>> 0,
  '>>': (a, b) => a >>> b,
  '+': (a, b) => a + b,
  '-': (a, b) => (a - b < 0 ? (a - b) >>> 0 : a - b),
  '*': (a, b) => Math.imul(a, b) >>> 0,
  '/': (a, b) => (b === 0 ? undefined : Math.floor(a / b)),
  '%': (a, b) => (b === 0 ? undefined : a % b),
};

/**
 * Understand an expression.
 * @param addressOf gives the address of a symbol
 * @throws ExpressionError
 */
export function parseExpression(text: string, addressOf: (name: string) => number | undefined): Expression {
  return new Parser(text, addressOf).whole();
}

class Parser {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly addressOf: (name: string) => number | undefined,
  ) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const from = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (!match) throw new ExpressionError(`'${text.slice(from).trim()}' cannot be understood in '${text}'`);
      this.tokens.push(match[0].trim());
    }
  }

  whole(): Expression {
    const value = this.binary(0);
    if (this.at < this.tokens.length) throw this.unexpected();
    return value;
  }

  private binary(level: number): Expression {
    const operators = LEVELS[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (
      let token = this.tokens[this.at];
      token !== undefined && operators.includes(token);
      token = this.tokens[this.at]
    ) {
      this.at++;
      const [a, b, apply] = [left, this.binary(level + 1), BINARY[token]!];
      left = (sight) => {
        const [x, y] = [a(sight), b(sight)];
        return x === undefined || y === undefined ? undefined : apply(x, y);
      };
    }
    return left;
  }

  private unary(): Expression {
    const token = this.tokens[this.at++];
    switch (token) {
      case '!':
        return this.applied((x) => (x === 0 ? 1 : 0));
      case '~':
        return this.applied((x) => ~x >>> 0);
      case '-':
        return this.applied((x) => -x >>> 0);
      case '(': {
        const inner = this.binary(0);
        this.expect(')');
        return inner;
      }
      case '[':
        return this.memory(4);
      default:
        this.at--;
        return this.name();
    }
  }

  private applied(apply: (x: number) => number): Expression {
    const operand = this.unary();
    return (sight) => {
      const x = operand(sight);
      return x === undefined ? undefined : apply(x);
    };
  }

  private memory(width: 1 | 2 | 4): Expression {
    const address = this.binary(0);
    this.expect(']');
    return (sight) => {
      const linear = address(sight);
      return linear === undefined ? undefined : peekNumber(sight, linear, width);
    };
  }

  private name(): Expression {
    const token = this.tokens[this.at];
    if (token === undefined || !/^[\w.$@?]/.test(token)) throw this.unexpected();
    this.at++;
    if (/^\d/.test(token)) {
      const value = Number(token.replaceAll('_', ''));
      return () => value;
    }
    const width = { byte: 1, word: 2, dword: 4 }[token.toLowerCase()] as 1 | 2 | 4 | undefined;
    if (width && this.tokens[this.at] === '[') {
      this.at++;
      return this.memory(width);
    }
    const known = namedValue(token.toLowerCase());
    if (known) return known;
    const address = this.addressOf(token);
    if (address === undefined) throw new ExpressionError(`nothing is called '${token}'`);
    return () => address;
  }

  private expect(token: string): void {
    if (this.tokens[this.at++] !== token) throw new ExpressionError(`'${token}' is missing in '${this.text}'`);
  }

  private unexpected(): ExpressionError {
    const token = this.tokens[this.at];
    return new ExpressionError(
      token === undefined ? `'${this.text}' ends too early` : `'${token}' is not expected in '${this.text}'`,
    );
  }
}
