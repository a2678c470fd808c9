/**
 * Where the parts of an image go: the layouts the formats have, and the small language in which a
 * person describes another. One statement a line, `#` begins a comment:
 *
 *     base    0x100000                 the first address
 *     pages   sections                 what begins a page: sections, rights (of writing), none
 *     entry   _start                   where execution begins
 *     section .text .text.* .init      an output section, and which input sections make it
 *     section .data at 0x200000        ... at an address of its own
 *     section .heap align 64           ... or at a multiple
 *     symbol  kernel_end               a name for this place
 *     discard .comment .note*          input sections the image can do without
 */

/** How sections are put into memory. */
export interface LinkLayout {
  /** The first section's address. */
  readonly base: number;
  /** Each section begins a page ('sections'), only a change of rights does ('rights'), or none does ('none'). */
  readonly pages: 'sections' | 'rights' | 'none';
  /** Null: `_start`, else the first code. */
  readonly entry: string | null;
  /** In this order; what no step takes comes where its kind belongs. */
  readonly steps: readonly LayoutStep[];
  /** Patterns of input sections left out. */
  readonly discard: readonly string[];
}

export type LayoutStep =
  | {
      readonly kind: 'section';
      readonly name: string;
      /** `*` stands for any text; without patterns, the name itself. */
      readonly patterns: readonly string[];
      readonly at: number | null;
      readonly align: number | null;
    }
  | { readonly kind: 'symbol'; readonly name: string };

/** The layout of one source: its sections keep their names, and all of them count. */
export function plainLayout(base: number, pages: LinkLayout['pages']): LinkLayout {
  return { base, pages, entry: null, steps: [], discard: [] };
}

const section = (name: string, ...patterns: string[]): LayoutStep => {
  return { kind: 'section', name, patterns: [name, ...patterns], at: null, align: null };
};

/** For objects from compilers: their many small sections are gathered, and their notes left out. */
export function compilerLayout(base: number, pages: LinkLayout['pages']): LinkLayout {
  return {
    base,
    pages,
    entry: null,
    steps: [
      section('.multiboot', '.multiboot.*'),
      section('.text', '.text.*'),
      section('.rodata', '.rodata.*'),
      section('.data', '.data.*'),
      section('.bss', '.bss.*'),
    ],
    discard: ['.comment', '.note', '.note.*'],
  };
}

/** Does the pattern, in which `*` is any text, name the section? */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === name;
  let at = parts[0]!.length;
  if (!name.startsWith(parts[0]!)) return false;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - parts.at(-1)!.length >= at && name.endsWith(parts.at(-1)!);
}

/** A fault in a layout description, with its line (from 1). */
export class LayoutError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** Reads a description; what it does not say is as in `start`. @throws LayoutError */
export function parseLayout(text: string, start: LinkLayout): LinkLayout {
  const steps: LayoutStep[] = [];
  const discard: string[] = [];
  let layout: LinkLayout = start;
  text.split(/\r?\n/).forEach((whole, i) => {
    const [word, ...rest] = whole.replace(/#.*/, '').trim().split(/\s+/);
    const line = i + 1;
    const one = (what: string): string => {
      if (rest.length !== 1) throw new LayoutError(`expected ${what} after '${word}'`, line);
      return rest[0]!;
    };
    switch (word) {
      case '':
      case undefined:
        return;
      case 'base':
        layout = { ...layout, base: number(one('an address'), line) };
        return;
      case 'entry':
        layout = { ...layout, entry: one('a name') };
        return;
      case 'pages': {
        const pages = one('sections, rights or none');
        if (pages !== 'sections' && pages !== 'rights' && pages !== 'none') {
          throw new LayoutError(`pages ${pages}: sections, rights or none is wanted`, line);
        }
        layout = { ...layout, pages };
        return;
      }
      case 'section':
        steps.push(sectionStep(rest, line));
        return;
      case 'symbol':
        steps.push({ kind: 'symbol', name: one('a name') });
        return;
      case 'discard':
        discard.push(...rest);
        return;
    }
    throw new LayoutError(
      `'${word}' is no statement of a layout; there are base, pages, entry, section, symbol, discard`,
      line,
    );
  });
  return { ...layout, ...(steps.length > 0 && { steps }), ...(discard.length > 0 && { discard }) };
}

function sectionStep(words: readonly string[], line: number): LayoutStep {
  const [name, ...rest] = words;
  if (name === undefined) throw new LayoutError("expected a name after 'section'", line);
  const patterns: string[] = [];
  let at: number | null = null;
  let align: number | null = null;
  while (rest.length > 0) {
    const word = rest.shift()!;
    if (word === 'at') at = number(rest.shift(), line);
    else if (word === 'align') align = number(rest.shift(), line);
    else patterns.push(word);
  }
  if (align !== null && (align < 1 || (align & (align - 1)) !== 0)) {
    throw new LayoutError('an alignment is a power of two', line);
  }
  return { kind: 'section', name, patterns: patterns.length > 0 ? patterns : [name], at, align };
}

function number(text: string | undefined, line: number): number {
  const value = text !== undefined && /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 0xffff_ffff)) throw new LayoutError(`expected a number up to 0xffffffff, not '${text ?? ''}'`, line);
  return value;
}
