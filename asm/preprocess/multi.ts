/**
 * Multi-line macros: their heads (`%macro name 1-3+ default`), and what stands for `%1`, `%0`,
 * `%%here`, `%{1:-1}` and `%-1` in a line of their body.
 */

import { SourceError } from '../diagnostics.ts';
import { CONDITIONS } from '../encode/branch.ts';
import { Cursor, type Token } from '../source/lexer.ts';
import type { Expansion, SourceLine } from '../source/source.ts';
import { paste, withoutBraces } from './single.ts';

/** A line not yet expanded. */
export interface RawLine {
  readonly tokens: readonly Token[];
  readonly line: SourceLine;
}

export interface MultiMacro {
  readonly name: string;
  readonly least: number;
  /** Infinity for `1-*`. */
  readonly most: number;
  /** `+`: the last parameter takes the rest of the line, commas and all. */
  readonly greedy: boolean;
  readonly defaults: readonly (readonly Token[])[];
  readonly body: RawLine[];
}

/** One use of a macro. */
export interface Call {
  readonly macro: MultiMacro;
  readonly parameters: readonly (readonly Token[])[];
  /** %rotate: which parameter is `%1` now. */
  rotation: number;
  /** Makes `%%here` this use's own. */
  readonly id: number;
  readonly expansion: Expansion;
}

/** Reads what follows `%macro`. */
export function parseHead(tokens: readonly Token[], line: SourceLine): MultiMacro {
  const cursor = new Cursor(tokens, line);
  const name = cursor.next();
  if (name?.kind !== 'name') throw new SourceError("expected a name after '%macro'", name ?? cursor.place());
  let least = 0;
  let most = 0;
  let greedy = false;
  const first = cursor.next();
  if (first) {
    least = most = count(first);
    if (cursor.accept('-')) {
      const last = cursor.next();
      most = last?.text === '*' ? Number.POSITIVE_INFINITY : last ? count(last) : most;
    }
    greedy = cursor.accept('+');
    if (most < least) throw new SourceError('the most parameters are fewer than the least', first);
  }
  if (cursor.peek()?.text === '.nolist') cursor.next();
  const rest = tokens.slice(cursor.at);
  const defaults = rest.length > 0 ? splitCommas(rest) : [];
  return { name: name.text, least, most, greedy, defaults, body: [] };
}

function count(token: Token): number {
  if (token.value === undefined || token.value > 1000n)
    throw new SourceError("expected how many parameters: '2', '1-3', '1-*', '2+'", token);
  return Number(token.value);
}

/** Parameters of a use: split at commas, braces guarding theirs. */
export function splitCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === '{') depth++;
    if (token.kind === 'mark' && token.text === '}') depth--;
    if (token.kind === 'mark' && token.text === ',' && depth === 0) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts.map(withoutBraces);
}

/** The macro of these that takes so many parameters, or a message with what they take. */
export function choose(macros: readonly MultiMacro[], given: number, at: Token): MultiMacro {
  const found = macros.find((m) => given >= m.least && (m.greedy || given <= m.most));
  if (found) return found;
  const takes = macros.map((m) => {
    if (m.greedy || m.most === Number.POSITIVE_INFINITY) return `${m.least} or more`;
    return m.least === m.most ? `${m.least}` : `${m.least} to ${m.most}`;
  });
  throw new SourceError(`the macro '${at.text}' takes ${takes.join(', or ')} parameters, here are ${given}`, at);
}

/** The parameters with defaults filled in and, if greedy, the rest put into the last. */
export function fillParameters(
  macro: MultiMacro,
  given: readonly (readonly Token[])[],
  rest: readonly Token[],
): (readonly Token[])[] {
  let parameters = [...given];
  if (macro.greedy && given.length > macro.most)
    parameters = [...given.slice(0, macro.most - 1), fromComma(rest, macro.most - 1)];
  for (let i = parameters.length; i < macro.least + macro.defaults.length && i < macro.most; i++) {
    parameters.push(macro.defaults[i - macro.least]!);
  }
  return parameters;
}

/** The tokens after the nth comma. */
function fromComma(tokens: readonly Token[], n: number): readonly Token[] {
  let depth = 0;
  let seen = 0;
  if (n === 0) return tokens;
  for (let i = 0; i < tokens.length; i++) {
    const { kind, text } = tokens[i]!;
    if (kind !== 'mark') continue;
    if (text === '{') depth++;
    if (text === '}') depth--;
    if (text === ',' && depth === 0 && ++seen === n) return tokens.slice(i + 1);
  }
  return [];
}

/** A body's line for one use: placed in the expansion, percent words replaced. */
export function instantiate(raw: RawLine, expansion: Expansion): RawLine {
  const line: SourceLine = { ...raw.line, within: expansion };
  return { line, tokens: raw.tokens.map((t) => ({ ...t, line })) };
}

/** What `%$name` needs: the identities of the open contexts, innermost last. */
export type ContextIds = readonly number[];

/** Replaces percent words that are no directives; `call` is null outside macros. */
export function substituteParameters(
  tokens: readonly Token[],
  call: Call | null,
  contexts: ContextIds,
): readonly Token[] {
  if (!tokens.some((t) => t.kind === 'percent')) return tokens;
  const out: Token[] = [];
  let joinNext = false;
  for (const token of tokens) {
    const words = token.kind === 'percent' ? substituteOne(token, call, contexts) : null;
    const placed = words ?? [token];
    const left = out.at(-1);
    const right = placed[0];
    // `label_%1` and `%1_end` are one word each.
    const touches = left && right && !token.space && (joinNext || words !== null) && isWord(left) && isWord(right);
    if (touches) {
      out.pop();
      out.push(...paste(left, right), ...placed.slice(1));
    } else out.push(...placed);
    joinNext = words !== null && words.length > 0;
  }
  return out;
}

function isWord(token: Token): boolean {
  return token.kind === 'name' || token.kind === 'number';
}

function substituteOne(token: Token, call: Call | null, contexts: ContextIds): Token[] | null {
  const text = token.text.startsWith('%{') ? `%${token.text.slice(2, -1)}` : token.text;
  const named = (name: string): Token[] => [{ ...token, kind: 'name', text: name }];
  if (/^%\$/.test(text)) {
    const name = text.replace(/^%\$+/, '');
    const depth = text.length - 1 - name.length;
    const id = contexts.at(-depth);
    if (id === undefined) throw new SourceError(`'${token.text}' stands outside any '%push'`, token);
    return named(`..@c${id}.${name}`);
  }
  if (!call) return null;
  if (/^%%./.test(text)) return named(`..@${call.id}.${text.slice(2)}`);
  if (text === '%0')
    return [{ ...token, kind: 'number', text: `${call.parameters.length}`, value: BigInt(call.parameters.length) }];
  const single = /^%([+-]?)([0-9]+)$/.exec(text);
  if (single) {
    const parameter = spaced(parameterAt(call, Number(single[2])), token);
    return single[1] === '-' ? invertCondition(parameter, token) : parameter;
  }
  const range = /^%(-?[0-9]+):(-?[0-9]+)$/.exec(text);
  if (range) return parameterRange(call, Number(range[1]), Number(range[2]), token);
  if (text === '%?' || text === '%??') return named(call.macro.name);
  return null;
}

/** %n, counted from 1 through the rotation; empty if there are not so many. */
function parameterAt(call: Call, n: number): readonly Token[] {
  const all = call.parameters;
  if (n < 1 || n > all.length) return [];
  return all[(n - 1 + call.rotation) % all.length]!;
}

function spaced(parameter: readonly Token[], use: Token): Token[] {
  return parameter.map((t, i) => (i === 0 ? { ...t, space: use.space } : t));
}

/** `%{2:-1}`: from the second to the last, with their commas. */
function parameterRange(call: Call, from: number, to: number, use: Token): Token[] {
  const total = call.parameters.length;
  const at = (n: number): number => (n < 0 ? total + n + 1 : n);
  const out: Token[] = [];
  const step = at(from) <= at(to) ? 1 : -1;
  for (let n = at(from); total > 0; n += step) {
    if (out.length > 0) out.push({ ...use, kind: 'mark', text: ',' });
    out.push(...spaced(parameterAt(call, n), use));
    if (n === at(to) || n < 0 || n > total) break;
  }
  return out;
}

/** `j%-1`: the condition of the parameter turned round. */
function invertCondition(parameter: readonly Token[], use: Token): Token[] {
  const name = parameter[0]?.text.toLowerCase() ?? '';
  const number = CONDITIONS.findIndex((names) => names.includes(name));
  if (number < 0) throw new SourceError(`'${use.text}' needs a condition such as 'e' or 'nz'`, use);
  return [{ ...use, kind: 'name', text: CONDITIONS[number ^ 1]![0]! }];
}
