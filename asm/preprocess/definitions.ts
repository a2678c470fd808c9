/** Directives that give a name a text: %define and its family, and the string functions. */

import { SourceError } from '../diagnostics.ts';
import { lex, type Token, tokensToText } from '../source/lexer.ts';
import type { SourceLine } from '../source/source.ts';
import { splitCommas } from './multi.ts';
import type { SingleMacros } from './single.ts';

const WORDS = /^%(i?(define|xdefine|assign|defstr|deftok)|undef|strlen|strcat|substr)$/;

export function isDefinition(word: string): boolean {
  return WORDS.test(word);
}

type Expand = (tokens: readonly Token[]) => readonly Token[];
type Constant = (tokens: readonly Token[], line: SourceLine) => bigint;

/** Carries out one of them. `rest` is what follows the word. */
export function define(
  word: string,
  head: Token,
  rest: readonly Token[],
  macros: SingleMacros,
  constant: Constant,
  expand: Expand,
): void {
  const name = rest[0];
  if (name?.kind !== 'name') throw new SourceError(`expected a name after '${word}'`, name ?? head);
  if (word === '%undef') {
    macros.undefine(name.text);
    return;
  }
  const ignoreCase = word.startsWith('%i');
  const what = word.replace(/^%i?/, '');
  // Parameters follow the name without a space: `f(a, b)`.
  const hasParameters = (what === 'define' || what === 'xdefine') && rest[1]?.text === '(' && !rest[1].space;
  const { parameters, next } = hasParameters ? readParameters(rest) : { parameters: null, next: 1 };
  const text = rest.slice(next);
  const body = makeBody(what, head, name, text, constant, expand);
  macros.define({ name: name.text, parameters, body }, ignoreCase);
}

function readParameters(tokens: readonly Token[]): { parameters: string[]; next: number } {
  const parameters: string[] = [];
  for (let i = 2; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.text === ')') return { parameters, next: i + 1 };
    if (token.text === ',' && parameters.length > 0) continue;
    if (token.kind !== 'name') throw new SourceError("expected a parameter's name", token);
    parameters.push(token.text);
  }
  throw new SourceError("expected ')' after the parameters", tokens.at(-1)!);
}

function makeBody(
  what: string,
  head: Token,
  name: Token,
  text: readonly Token[],
  constant: Constant,
  expand: Expand,
): readonly Token[] {
  switch (what) {
    case 'define':
      return text;
    case 'xdefine':
      return expand(text);
    case 'assign': {
      if (text.length === 0) throw new SourceError(`expected a number after '${name.text}'`, head);
      return [numberToken(constant(text, name.line), name)];
    }
    case 'defstr':
      return [stringToken(tokensToText(expand(text)), name)];
    case 'deftok':
      return lex({ ...name.line, text: stringOf(expand(text)[0], head) }).map((t) => ({
        ...t,
        line: name.line,
        column: name.column,
      }));
    case 'strlen':
      return [numberToken(BigInt(stringOf(expand(text)[0], head).length), name)];
    case 'strcat':
      return [
        stringToken(
          expand(text)
            .filter((t) => t.text !== ',')
            .map((t) => stringOf(t, head))
            .join(''),
          name,
        ),
      ];
  }
  return [substring(head, name, expand(text), constant)];
}

/** `%substr name 'text' start[, length]`: from 1; a negative length counts from the end. */
function substring(head: Token, name: Token, tokens: readonly Token[], constant: Constant): Token {
  const text = stringOf(tokens[0], head);
  const rest = tokens[1]?.text === ',' ? tokens.slice(2) : tokens.slice(1);
  const [from, count] = splitCommas(rest);
  if (!from || from.length === 0) throw new SourceError('expected where the part begins', head);
  const start = Number(constant(from, name.line)) - 1;
  const length = count ? Number(constant(count, name.line)) : 1;
  const end = length < 0 ? text.length + length + 1 : start + length;
  return stringToken(text.slice(Math.max(0, start), Math.max(0, end)), name);
}

function stringOf(token: Token | undefined, head: Token): string {
  if (token?.kind !== 'string') throw new SourceError('expected a string', token ?? head);
  return token.string ?? '';
}

function numberToken(value: bigint, at: Token): Token {
  // A negative value is one token, so that `x - name` keeps its meaning.
  return { kind: 'number', text: value.toString(), value, line: at.line, column: at.column, space: true };
}

function stringToken(string: string, at: Token): Token {
  return { kind: 'string', text: `'${string}'`, string, line: at.line, column: at.column, space: true };
}
