/** The questions %if and its kin ask. */

import { SourceError } from '../diagnostics.ts';
import { evaluate, type NameResolver, parseExpression, type Scope } from '../expressions/expression.ts';
import { isConstant } from '../expressions/value.ts';
import { Cursor, type Token } from '../source/lexer.ts';
import type { Position, SourceLine } from '../source/source.ts';
import { splitCommas } from './multi.ts';

/** What a question may look up. */
export interface Knowledge {
  expand(tokens: readonly Token[]): readonly Token[];
  isDefined(name: string): boolean;
  isMacro(name: string): boolean;
  isContext(name: string): boolean;
  readonly scope: Scope;
  readonly nameOf: NameResolver;
}

/** All words that open a conditional, and what they ask, negation apart. */
const QUESTIONS = ['', 'def', 'macro', 'ctx', 'idn', 'idni', 'empty', 'id', 'num', 'str', 'token'];

/** `%ifndef` is the question `def`, negated. Null if the word is no conditional of this stem (`if`, `elif`). */
export function questionOf(word: string, stem: 'if' | 'elif'): { question: string; negated: boolean } | null {
  if (!word.startsWith(stem)) return null;
  const rest = word.slice(stem.length);
  if (QUESTIONS.includes(rest)) return { question: rest, negated: false };
  if (rest.startsWith('n') && QUESTIONS.includes(rest.slice(1))) return { question: rest.slice(1), negated: true };
  return null;
}

/** The answer. `at` is the place of the directive. */
export function answer(
  question: string,
  tokens: readonly Token[],
  line: SourceLine,
  at: Position,
  know: Knowledge,
): boolean {
  switch (question) {
    case '':
      return constantOf(know.expand(tokens), line, know) !== 0n;
    case 'def':
      return names(tokens, at).some((name) => know.isDefined(name));
    case 'macro':
      return names(tokens.slice(0, 1), at).some((name) => know.isMacro(name));
    case 'ctx':
      return names(tokens, at).some((name) => know.isContext(name));
    case 'idn':
    case 'idni':
      return identical(know.expand(tokens), question === 'idni', at);
  }
  const expanded = know.expand(tokens);
  switch (question) {
    case 'empty':
      return expanded.length === 0;
    case 'id':
      return expanded[0]?.kind === 'name';
    case 'num':
      return expanded[0]?.kind === 'number' || (expanded[0]?.text === '-' && expanded[1]?.kind === 'number');
    case 'str':
      return expanded[0]?.kind === 'string';
    case 'token':
      return expanded.length === 1;
  }
  throw new SourceError(`'%if${question}' is not known`, at);
}

function names(tokens: readonly Token[], at: Position): string[] {
  if (tokens.length === 0) throw new SourceError('expected a name', at);
  return tokens.map((t) => t.text);
}

function identical(tokens: readonly Token[], ignoreCase: boolean, at: Position): boolean {
  const [left, right, ...more] = splitCommas(tokens);
  if (!left || !right || more.length > 0) throw new SourceError("expected two texts with ',' between them", at);
  const text = (t: Token): string => {
    // "a" and 'a' are the same string.
    const plain = t.kind === 'string' ? `'${t.string}` : t.text;
    return ignoreCase ? plain.toLowerCase() : plain;
  };
  return left.length === right.length && left.every((t, i) => text(t) === text(right[i]!));
}

/** A number known while reading, from tokens already expanded. */
export function constantOf(
  tokens: readonly Token[],
  line: SourceLine,
  know: Pick<Knowledge, 'scope' | 'nameOf'>,
): bigint {
  const cursor = new Cursor(tokens, line);
  const tree = parseExpression(cursor, know.nameOf);
  cursor.end('the expression');
  const value = evaluate(tree, know.scope);
  if (!isConstant(value)) throw new SourceError('a number known while reading is needed here', tree.at);
  return value.number;
}
