/** Sections: what their names mean, and the attributes a source may give them. */

import { SourceError } from '../diagnostics.ts';
import {
  type Expression,
  evaluate,
  type NameResolver,
  parseExpression,
  type Scope,
} from '../expressions/expression.ts';
import { isConstant } from '../expressions/value.ts';
import type { Cursor, Token } from '../source/lexer.ts';
import type { Section } from './statement.ts';

type Traits = Pick<Section, 'write' | 'execute' | 'allocate' | 'noBits'> & { align: number };

const CODE: Traits = { write: false, execute: true, allocate: true, noBits: false, align: 16 };
const DATA: Traits = { write: true, execute: false, allocate: true, noBits: false, align: 4 };
const READ_ONLY: Traits = { ...DATA, write: false };
const ROOM: Traits = { ...DATA, noBits: true };
const NOTE: Traits = { write: false, execute: false, allocate: false, noBits: false, align: 1 };

/** The well-known names, as ELF writers of other assemblers have them. */
const KNOWN: Readonly<Record<string, Traits>> = {
  '.text': CODE,
  '.data': DATA,
  '.rodata': READ_ONLY,
  '.bss': ROOM,
  '.comment': NOTE,
};

/** Reads `NAME [attribute ...]` and gives the section, new or reopened. */
export function openSection(
  cursor: Cursor,
  sections: Map<string, Section>,
  nameOf: NameResolver,
  scope: Scope,
): Section {
  const token = cursor.next();
  if (token?.kind !== 'name' && token?.kind !== 'string') {
    throw new SourceError("expected a section's name", token ?? cursor.place());
  }
  const name = token.string ?? token.text;
  const known = sections.get(name);
  const traits: Traits = { ...(known ?? KNOWN[name] ?? { ...READ_ONLY, align: 1 }) };
  let virtualStart: Expression | null = known?.virtualStart ?? null;
  let given = false;
  for (let word = cursor.next(); word; word = cursor.next()) {
    given = true;
    const value = cursor.accept('=') ? parseExpression(cursor, nameOf) : null;
    if (word.text.toLowerCase() === 'vstart' && value) virtualStart = value;
    else applyAttribute(traits, word, value, scope);
  }
  if (known) {
    if (given) known.align = Math.max(known.align, traits.align);
    return known;
  }
  const section: Section = { kind: 'section', name, ...traits, virtualStart, statements: [] };
  sections.set(name, section);
  return section;
}

function applyAttribute(traits: Traits, word: Token, value: Expression | null, scope: Scope): void {
  const set = (what: Partial<{ -readonly [K in keyof Traits]: Traits[K] }>): void => void Object.assign(traits, what);
  switch (word.text.toLowerCase()) {
    case 'align':
      if (!value) throw new SourceError("expected '=' and a number after 'align'", word);
      set({ align: alignment(value, scope) });
      return;
    case 'alloc':
      set({ allocate: true });
      return;
    case 'noalloc':
      set({ allocate: false });
      return;
    case 'exec':
    case 'code':
      set({ execute: true });
      return;
    case 'noexec':
    case 'data':
      set({ execute: false });
      return;
    case 'write':
      set({ write: true });
      return;
    case 'nowrite':
      set({ write: false });
      return;
    case 'nobits':
      set({ noBits: true });
      return;
    case 'progbits':
      set({ noBits: false });
      return;
    default:
      throw new SourceError(
        `'${word.text}' is no attribute of a section; there are align=, alloc, noalloc, exec, noexec, write, nowrite, progbits, nobits, vstart=`,
        word,
      );
  }
}

/** A power of two, up to a page of four megabytes. */
export function alignment(value: Expression, scope: Scope): number {
  const { number, ...rest } = evaluate(value, scope);
  const align = Number(number);
  if (!isConstant({ number, ...rest }) || align < 1 || align > 1 << 22 || (align & (align - 1)) !== 0) {
    throw new SourceError('an alignment is a power of two, up to 4 MB', value.at);
  }
  return align;
}

/** A cursor over `.text`, for the section a source begins in. */
export function implicitText(sections: Map<string, Section>): Section {
  const section: Section = { kind: 'section', name: '.text', ...CODE, virtualStart: null, statements: [] };
  sections.set('.text', section);
  return section;
}
