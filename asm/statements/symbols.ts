/** The table of names: labels, equ constants, names of other files; and the rules of local names. */

import { SourceError } from '../diagnostics.ts';
import { type Expression, evaluate, type Scope } from '../expressions/expression.ts';
import { placed, type Value } from '../expressions/value.ts';
import type { Token } from '../source/lexer.ts';
import type { Position } from '../source/source.ts';
import { nearest } from './mnemonics.ts';
import type { AsmSymbol, Section } from './statement.ts';

/** What a source says of a name with `global`, `weak` and `static`. */
export interface Declaration {
  readonly binding: 'global' | 'weak' | 'static';
  readonly type: AsmSymbol['type'];
  readonly size: Expression | null;
  readonly at: Token;
}

export class SymbolTable {
  readonly all = new Map<string, AsmSymbol>();
  /** Names spoken of as global before or after they are defined. */
  private readonly declared = new Map<string, Declaration>();
  /** The label that `.local` names hang on. */
  private parent = '';
  /** How often each numeric label has been defined so far. */
  private readonly numeric = new Map<string, number>();

  get currentParent(): string {
    return this.parent;
  }

  set currentParent(name: string) {
    this.parent = name;
  }

  /** The full name a token stands for: `.x` belongs to the label before it, `1b` and `1f` to the nearest 1. */
  readonly nameOf = (token: Token): string => {
    const { text } = token;
    if (token.kind === 'number') return this.numericName(text);
    if (text.startsWith('.') && !text.startsWith('..')) return this.parent + text;
    return text.startsWith('$') && text.length > 1 ? text.slice(1) : text;
  };

  private numericName(text: string): string {
    const digits = text.slice(0, -1);
    const count = this.numeric.get(digits) ?? 0;
    if (text.endsWith('f')) return `${digits}#${count + 1}`;
    return count > 0 ? `${digits}#${count}` : text;
  }

  /** A label here, at the end of the section so far. */
  defineLabel(token: Token, section: Section): AsmSymbol {
    let name = this.nameOf(token);
    if (token.kind === 'number') {
      const count = (this.numeric.get(token.text) ?? 0) + 1;
      this.numeric.set(token.text, count);
      name = `${token.text}#${count}`;
    } else if (!token.text.startsWith('.')) this.parent = name;
    return this.add(name, token, { kind: 'label', section });
  }

  defineEqu(token: Token, value: Expression, section: Section | null): AsmSymbol {
    const name = this.nameOf(token);
    // A constant is no place: locals after it still belong to the label before, as in NASM 2.16.
    return this.add(name, token, { kind: 'equ', value, section });
  }

  /** A name of another file. */
  defineExternal(token: Token, weak: boolean): void {
    const name = this.nameOf(token);
    if (this.all.get(name)?.kind === 'external') return;
    this.add(name, token, { kind: 'external', external: { kind: 'external', name, at: token }, global: true, weak });
  }

  /** Room of `size` bytes that files of this name share. */
  defineCommon(token: Token, size: number, align: number): void {
    const name = this.nameOf(token);
    const external = { kind: 'external' as const, name, at: token };
    this.add(name, token, { kind: 'common', external, size, align, global: true, type: 'object' });
  }

  declare(declaration: Declaration): void {
    this.declared.set(this.nameOf(declaration.at), declaration);
  }

  private add(name: string, at: Position, what: Partial<AsmSymbol>): AsmSymbol {
    const before = this.all.get(name);
    if (before) {
      const where = `${before.at.line.file}:${before.at.line.number}`;
      throw new SourceError(`'${shown(name)}' is defined already, at ${where}`, at);
    }
    const symbol: AsmSymbol = {
      name,
      at,
      kind: 'label',
      section: null,
      offset: 0,
      value: null,
      external: null,
      size: 0,
      type: 'none',
      align: 4,
      global: false,
      weak: false,
      weakReference: null,
      sizeGiven: null,
      used: false,
      evaluating: false,
      ...what,
    };
    this.all.set(name, symbol);
    return symbol;
  }

  /** Marks the globals, now that all names are known; calls back for those that are not defined. */
  settle(missing: (name: string, at: Position) => void): void {
    for (const [name, { binding, type, size, at }] of this.declared) {
      // What is weak and defined nowhere may still be in another file, or be 0.
      if (binding === 'weak' && !this.all.has(name)) this.defineExternal(at, true);
      const symbol = this.all.get(name);
      if (!symbol) {
        missing(name, at);
        continue;
      }
      symbol.global = binding !== 'static';
      symbol.weak = binding === 'weak';
      symbol.sizeGiven = size;
      if (type !== 'none') symbol.type = type;
      if (symbol.weak && symbol.kind === 'label') symbol.weakReference = { kind: 'external', name, at };
    }
  }

  /** Finds a name, or throws with the nearest one that exists. */
  find(name: string, at: Position): AsmSymbol {
    const symbol = this.all.get(name);
    if (symbol) {
      symbol.used = true;
      return symbol;
    }
    const near = nearest(name, this.all.keys());
    const hint = near && this.all.has(near) ? `; did you mean '${shown(near)}'?` : '';
    throw new SourceError(`'${shown(name)}' is not defined${hint}`, at);
  }

  /** Evaluation with the offsets the layout has reached. `here` is `$`, `section` gives `$$`. */
  scope(section: Section | null, here: number): Scope {
    return {
      symbol: (name, at) => this.value(this.find(name, at), at),
      here: (at) => placed(need(section, at), BigInt(here)),
      start: (at) => placed(need(section, at), 0n),
    };
  }

  private value(symbol: AsmSymbol, at: Position): Value {
    const reference = symbol.external ?? symbol.weakReference;
    if (reference) return placed(reference, 0n);
    if (symbol.kind === 'label') return placed(need(symbol.section, at), BigInt(symbol.offset));
    return this.valueOfEqu(symbol, at, this.scope(symbol.section, symbol.offset));
  }

  private valueOfEqu(symbol: AsmSymbol, at: Position, scope: Scope): Value {
    if (symbol.evaluating) throw new SourceError(`'${symbol.name}' is defined by itself`, at);
    symbol.evaluating = true;
    try {
      return evaluate(symbol.value!, scope);
    } finally {
      symbol.evaluating = false;
    }
  }

  /** Evaluation while the source is still being read: constants only, no place is known yet. */
  readonly early: Scope = {
    symbol: (name, at) => {
      const symbol = this.find(name, at);
      if (symbol.kind !== 'equ')
        throw new SourceError(`'${shown(name)}' is a place; here a number known while reading is needed`, at);
      return this.valueOfEqu(symbol, at, this.early);
    },
    here: (at) => {
      throw new SourceError("'$' is not known while reading", at);
    },
    start: (at) => {
      throw new SourceError("'$$' is not known while reading", at);
    },
  };
}

function need(section: Section | null, at: Position): Section {
  if (!section) throw new SourceError('there is no place here', at);
  return section;
}

/** A name as its author wrote it. */
function shown(name: string): string {
  return name.replace(/^([0-9]+)#[0-9]+$/, '$1');
}
