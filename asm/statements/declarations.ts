/** What a source says of names for other files: `global`, `extern`, `weak`, `static`, `common`. */

import { SourceError } from '../diagnostics.ts';
import { type Expression, evaluate, parseExpression } from '../expressions/expression.ts';
import { isConstant } from '../expressions/value.ts';
import type { Cursor, Token } from '../source/lexer.ts';
import { alignment } from './sections.ts';
import type { AsmSymbol } from './statement.ts';
import type { SymbolTable } from './symbols.ts';

interface Traits {
  type: AsmSymbol['type'];
  size: Expression | null;
  weak: boolean;
}

const NO_TRAITS: Traits = { type: 'none', size: null, weak: false };

const TRAITS: Readonly<Record<string, Partial<Traits>>> = {
  function: { type: 'function' },
  object: { type: 'object' },
  data: { type: 'object' },
  notype: {},
  weak: { weak: true },
  strong: {},
};

/** Reads the names after the word, with what is said of each. */
export function declare(word: string, cursor: Cursor, symbols: SymbolTable): void {
  do {
    const name = cursor.next();
    if (name?.kind !== 'name') throw new SourceError(`expected a name after '${word}'`, name ?? cursor.place());
    if (word === 'extern' || word === 'required') {
      symbols.defineExternal(name, cursor.accept(':') && readTraits(cursor, symbols).weak);
    } else if (word === 'common') common(name, cursor, symbols);
    else {
      const { type, size, weak } = cursor.accept(':') ? readTraits(cursor, symbols) : NO_TRAITS;
      const binding = weak ? 'weak' : (word as 'global' | 'weak' | 'static');
      symbols.declare({ binding, type, size, at: name });
    }
  } while (cursor.accept(','));
  cursor.end(`'${word}'`);
}

/** `function`, `object`, `weak`, then the size, if it is said: `global f:function (f.end - f)`. */
function readTraits(cursor: Cursor, symbols: SymbolTable): Traits {
  const traits = { ...NO_TRAITS };
  for (let word = cursor.peek(); word?.kind === 'name'; word = cursor.peek()) {
    const meaning = TRAITS[word.text.toLowerCase()];
    if (meaning === undefined) {
      if (traits.type !== 'none') break;
      throw new SourceError(`expected function, object (or data), weak, not '${word.text}'`, word);
    }
    cursor.next();
    Object.assign(traits, meaning);
  }
  if (!cursor.done && !cursor.sees(',')) traits.size = parseExpression(cursor, symbols.nameOf);
  return traits;
}

/** `common NAME SIZE[:ALIGNMENT]`. */
function common(name: Token, cursor: Cursor, symbols: SymbolTable): void {
  const value = parseExpression(cursor, symbols.nameOf);
  const { number, terms } = evaluate(value, symbols.early);
  if (!isConstant({ number, terms })) throw new SourceError('a number known while reading is needed here', value.at);
  const size = Number(number);
  const align = cursor.accept(':') ? alignment(parseExpression(cursor, symbols.nameOf), symbols.early) : 4;
  if (size < 0 || size > 0x7fff_ffff) throw new SourceError(`'${name.text}' cannot have ${size} bytes`, name);
  symbols.defineCommon(name, size, align);
}
