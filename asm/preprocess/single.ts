/**
 * Single-line macros: %define, %xdefine, %assign. A name in a line is replaced by its body, the
 * body is read again, and a macro never expands inside itself.
 */

import { SourceError } from '../diagnostics.ts';
import { lex, type Token } from '../source/lexer.ts';
import type { SourceLine } from '../source/source.ts';

export interface SingleMacro {
  readonly name: string;
  /** Null: the name stands alone; else the names between the parentheses. */
  readonly parameters: readonly string[] | null;
  readonly body: readonly Token[];
}

/** A line may grow to so many tokens; beyond that a macro surely feeds on itself. */
const TOKEN_LIMIT = 50_000;

export class SingleMacros {
  private readonly exact = new Map<string, SingleMacro[]>();
  /** By lower-case name: the %idefine family. */
  private readonly folded = new Map<string, SingleMacro[]>();
  private produced = 0;

  define(macro: SingleMacro, ignoreCase: boolean): void {
    const table = ignoreCase ? this.folded : this.exact;
    const key = ignoreCase ? macro.name.toLowerCase() : macro.name;
    const arity = macro.parameters?.length ?? -1;
    const others = (table.get(key) ?? []).filter((m) => (m.parameters?.length ?? -1) !== arity);
    table.set(key, [...others, macro]);
  }

  undefine(name: string): void {
    this.exact.delete(name);
    this.folded.delete(name.toLowerCase());
  }

  isDefined(name: string): boolean {
    return this.exact.has(name) || this.folded.has(name.toLowerCase());
  }

  private candidates(name: string): readonly SingleMacro[] | undefined {
    return this.exact.get(name) ?? (this.folded.size > 0 ? this.folded.get(name.toLowerCase()) : undefined);
  }

  /** The tokens with every macro replaced and `%+` joined. */
  expand(tokens: readonly Token[]): readonly Token[] {
    if (!tokens.some((t) => (t.kind === 'name' && this.candidates(t.text)) || t.text === '%+')) return tokens;
    this.produced = 0;
    let result = this.replace(tokens, new Set());
    // What was joined may be a macro's name in turn.
    for (let round = 0; round < 32 && result.some((t) => t.text === '%+'); round++) {
      result = this.replace(joinPasted(result), new Set());
    }
    return result;
  }

  private replace(tokens: readonly Token[], active: ReadonlySet<SingleMacro>): Token[] {
    const out: Token[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      const candidates = token.kind === 'name' && !token.painted ? this.candidates(token.text) : undefined;
      const use = candidates ? this.match(candidates, tokens, i, active) : null;
      if (!use) {
        // A macro's own name inside its body stays what it is, for ever.
        const own = candidates?.some((m) => active.has(m)) ?? false;
        out.push(own ? { ...token, painted: true } : token);
        continue;
      }
      const body = this.substitute(
        use.macro,
        use.args.map((arg) => this.replace(arg, active)),
        token,
      );
      out.push(...this.replace(body, new Set([...active, use.macro])));
      i = use.end;
      this.produced += body.length;
      if (this.produced > TOKEN_LIMIT) throw new SourceError(`'${token.text}' expands without end`, token);
    }
    return out;
  }

  private match(
    candidates: readonly SingleMacro[],
    tokens: readonly Token[],
    at: number,
    active: ReadonlySet<SingleMacro>,
  ): { macro: SingleMacro; args: readonly (readonly Token[])[]; end: number } | null {
    if (tokens[at + 1]?.text === '(' && candidates.some((m) => m.parameters)) {
      const call = readArguments(tokens, at + 1);
      if (call) {
        const count = call.args.length;
        const fits = (m: SingleMacro): boolean =>
          m.parameters?.length === count || (m.parameters?.length === 0 && count === 1 && call.args[0]!.length === 0);
        const macro = candidates.find((m) => fits(m) && !active.has(m));
        if (macro) return { macro, args: call.args, end: call.end };
      }
    }
    const plain = candidates.find((m) => !m.parameters && !active.has(m));
    return plain ? { macro: plain, args: [], end: at } : null;
  }

  /** The body with arguments for parameters, all at the place of the use. */
  private substitute(macro: SingleMacro, args: readonly (readonly Token[])[], use: Token): Token[] {
    const out: Token[] = [];
    macro.body.forEach((token, i) => {
      const space = i === 0 ? use.space : token.space;
      const parameter = token.kind === 'name' ? (macro.parameters?.indexOf(token.text) ?? -1) : -1;
      if (parameter >= 0) {
        args[parameter]!.forEach((t, j) => {
          out.push(j === 0 ? { ...t, space } : t);
        });
      } else out.push({ ...token, line: use.line, column: use.column, space });
    });
    return macro.parameters ? joinPasted(out) : out;
  }
}

/** The arguments from an opening parenthesis on: split at commas, parentheses and braces guarding theirs. */
function readArguments(tokens: readonly Token[], open: number): { args: Token[][]; end: number } | null {
  const args: Token[][] = [[]];
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!;
    const mark = kind === 'mark' ? text : '';
    if (mark === '(' || mark === '[' || mark === '{') depth++;
    if (mark === ')' || mark === ']' || mark === '}') depth--;
    if (depth === 0) return { args: args.map(withoutBraces), end: i };
    if (i === open) continue;
    if (mark === ',' && depth === 1) args.push([]);
    else args.at(-1)!.push(tokens[i]!);
  }
  return null;
}

/** `{a, b}` is the argument `a, b`. */
export function withoutBraces(tokens: readonly Token[]): Token[] {
  const braced = tokens.length >= 2 && tokens[0]!.text === '{' && tokens.at(-1)!.text === '}';
  return braced ? tokens.slice(1, -1) : [...tokens];
}

/** Does what `%+` asks: the tokens on both sides become one. */
export function joinPasted(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind !== 'percent' || token.text !== '%+') {
      out.push(token);
      continue;
    }
    const left = out.pop();
    const right = tokens[++i];
    if (left && right) out.push(...paste(left, right));
    else if (left ?? right) out.push((left ?? right)!);
  }
  return out;
}

/** Two tokens written together: lexed anew, so that `a` and `1` are the name `a1`. */
export function paste(left: Token, right: Token): Token[] {
  const text = left.text + right.text;
  const line: SourceLine = { ...left.line, text };
  return lex(line).map((t, i) => ({
    ...t,
    line: left.line,
    column: left.column,
    space: i === 0 ? left.space : t.space,
  }));
}
