/**
 * Source files into lines without macros: includes, conditionals, repetition, macros of one line
 * and of many. Lines are asked for one by one, so that a condition may use a constant the parser
 * has just met.
 */

import { type Diagnostics, SourceError } from '../diagnostics.ts';
import type { NameResolver, Scope } from '../expressions/expression.ts';
import { lex, type Token, tokensToText } from '../source/lexer.ts';
import { type Expansion, joinPath, type Position, type SourceLine, splitLines } from '../source/source.ts';
import type { ExpandedLine } from '../statements/parser.ts';
import { answer, constantOf, type Knowledge, questionOf } from './conditions.ts';
import { define, isDefinition } from './definitions.ts';
import {
  type Call,
  choose,
  fillParameters,
  instantiate,
  type MultiMacro,
  parseHead,
  type RawLine,
  splitCommas,
  substituteParameters,
} from './multi.ts';
import { SingleMacros } from './single.ts';

/** Where lines come from at the moment; the top of a stack. */
interface Frame {
  readonly kind: 'file' | 'macro' | 'rep';
  readonly lines: readonly RawLine[] | readonly SourceLine[];
  at: number;
  /** Rep: rounds to go after this one. */
  rounds: number;
  readonly call: Call | null;
  /** Conditionals open when the frame began. */
  readonly conditions: number;
}

interface Condition {
  /** Lines of the present branch are taken. */
  taking: boolean;
  /** No later branch may be taken. */
  settled: boolean;
  hasElse: boolean;
  readonly at: Position;
}

/** A %macro or %rep whose body is being gathered. */
interface Gathering {
  readonly kind: 'macro' | 'rep';
  readonly at: Token;
  readonly macro: MultiMacro | null;
  readonly rounds: number;
  readonly body: RawLine[];
  depth: number;
}

export interface PreprocessorHost {
  readonly diagnostics: Diagnostics;
  readonly includePaths: readonly string[];
  readText(path: string): string | null;
  scope(): Scope;
  readonly nameOf: NameResolver;
}

const INCLUDE_DEPTH = 64;
const FRAME_DEPTH = 400;
const LINE_LIMIT = 4_000_000;
const REPEAT_LIMIT = 1_000_000n;

const BEGIN_MACRO = new Set(['%macro', '%imacro', '%rmacro', '%irmacro']);
const END_MACRO = new Set(['%endmacro', '%endm']);

export class Preprocessor {
  readonly singles = new SingleMacros();
  /** Files read, in order, for a dependency list. */
  readonly files: string[] = [];
  private readonly multis = new Map<string, MultiMacro[]>();
  private readonly frames: Frame[] = [];
  private readonly conditions: Condition[] = [];
  private readonly contexts: { readonly name: string; readonly id: number }[] = [];
  private gathering: Gathering | null = null;
  private uses = 0;
  private count = 0;
  private readonly host: PreprocessorHost;
  private readonly knowledge: Knowledge;

  constructor(host: PreprocessorHost) {
    this.host = host;
    this.knowledge = {
      expand: (tokens) => this.singles.expand(tokens),
      isDefined: (name) => this.singles.isDefined(name) || name === '__LINE__' || name === '__FILE__',
      isMacro: (name) => this.multis.has(name),
      isContext: (name) => this.contexts.at(-1)?.name === name,
      get scope() {
        return host.scope();
      },
      nameOf: host.nameOf,
    };
  }

  /** All lines of the source, expanded. Errors are noted and their line is left out. */
  *lines(file: string, text: string): Generator<ExpandedLine> {
    this.files.push(file);
    this.push('file', splitLines(file, text, null), null, 0);
    const { diagnostics } = this.host;
    for (let raw = this.fetch(); raw; raw = this.fetch()) {
      if (diagnostics.full) return;
      if (++this.count > LINE_LIMIT) {
        diagnostics.error(`macros make more than ${LINE_LIMIT} lines`, { line: raw.line, column: 1 });
        return;
      }
      const line = raw;
      const expanded = diagnostics.guard({ line: line.line, column: 1 }, () => this.process(line));
      if (expanded && expanded.length > 0) yield { tokens: expanded, line: line.line };
    }
    if (this.gathering) diagnostics.error(`'${this.gathering.at.text}' is never ended`, this.gathering.at);
    const context = this.contexts.at(-1);
    if (context) diagnostics.warning(`the context '${context.name}' is never popped`, null);
  }

  // Frames ---------------------------------------------------------------------------------------

  private push(kind: Frame['kind'], lines: Frame['lines'], call: Call | null, rounds: number): void {
    this.frames.push({ kind, lines, at: 0, rounds, call, conditions: this.conditions.length });
  }

  /** The next line of the innermost source that has one. */
  private fetch(): RawLine | null {
    for (;;) {
      const frame = this.frames.at(-1);
      if (!frame) return null;
      const next = frame.lines[frame.at];
      if (next) {
        frame.at++;
        return 'tokens' in next
          ? frame.call && frame.kind === 'macro'
            ? instantiate(next, frame.call.expansion)
            : next
          : { tokens: lex(next), line: next };
      }
      if (frame.kind === 'rep' && frame.rounds > 0 && !this.gathering) {
        frame.rounds--;
        frame.at = 0;
        continue;
      }
      this.leave(frame, true);
    }
  }

  private leave(frame: Frame, complain: boolean): void {
    this.frames.pop();
    if (complain && this.gathering && frame.kind !== 'file') {
      this.host.diagnostics.error(`'${this.gathering.at.text}' is not ended in its macro`, this.gathering.at);
      this.gathering = null;
    }
    while (this.conditions.length > frame.conditions) {
      const open = this.conditions.pop()!;
      if (complain) this.host.diagnostics.error("'%if' without '%endif'", open.at);
    }
  }

  /** The macro use that `%1` speaks of now: through repetitions, not through files. */
  private get call(): Call | null {
    for (let i = this.frames.length - 1; i >= 0; i--) {
      const frame = this.frames[i]!;
      if (frame.kind === 'macro') return frame.call;
      if (frame.kind === 'file') return null;
    }
    return null;
  }

  private get taking(): boolean {
    return this.conditions.at(-1)?.taking ?? true;
  }

  // One line -------------------------------------------------------------------------------------

  /** The line's tokens for the parser, or nothing if the line was the preprocessor's own. */
  private process(raw: RawLine): readonly Token[] | null {
    const first = raw.tokens[0];
    if (!first) return null;
    if (this.gathering) {
      this.gather(raw, first);
      return null;
    }
    const isDirective = first.kind === 'percent' && /^%[A-Za-z]/.test(first.text);
    if (!this.taking) {
      if (isDirective) this.conditional(first.text.toLowerCase(), raw, first);
      return null;
    }
    const tokens = substituteParameters(
      raw.tokens,
      this.call,
      this.contexts.map((c) => c.id),
    );
    const head = tokens[0];
    if (!head) return null;
    if (head.kind === 'percent' && /^%[A-Za-z]/.test(head.text)) {
      this.directive(head, { tokens, line: raw.line });
      return null;
    }
    return this.useMacro(this.expandLine(tokens), raw.line);
  }

  private expandLine(tokens: readonly Token[]): readonly Token[] {
    const dynamic = tokens.some((t) => t.text === '__LINE__' || t.text === '__FILE__');
    const settled = dynamic ? tokens.map((t) => this.dynamicName(t)) : tokens;
    return this.singles.expand(settled);
  }

  private dynamicName(token: Token): Token {
    const { line } = token;
    if (token.text === '__LINE__')
      return { ...token, kind: 'number', text: `${line.number}`, value: BigInt(line.number) };
    if (token.text === '__FILE__') return { ...token, kind: 'string', text: `'${line.file}'`, string: line.file };
    return token;
  }

  /** If the line uses a multi-line macro, its body comes next; a label before it goes on alone. */
  private useMacro(tokens: readonly Token[], line: SourceLine): readonly Token[] | null {
    let at = 0;
    if (tokens[1]?.text === ':' && tokens[0]?.kind !== 'mark') at = 2;
    else if (
      tokens[0]?.kind === 'name' &&
      !this.multis.has(tokens[0].text) &&
      tokens[1] &&
      this.multis.has(tokens[1].text)
    )
      at = 1;
    const name = tokens[at];
    const macros = name?.kind === 'name' ? this.multis.get(name.text) : undefined;
    if (!name || !macros || this.inUse(macros)) return tokens;
    const rest = tokens.slice(at + 1);
    const given = rest.length === 0 ? [] : splitCommas(rest);
    const macro = choose(macros, given.length, name);
    if (this.frames.length > FRAME_DEPTH) throw new SourceError('macros nest too deep', name);
    const expansion: Expansion = { kind: 'macro', name: macro.name, at: line };
    const parameters = fillParameters(macro, given, rest);
    this.push('macro', macro.body, { macro, parameters, rotation: 0, id: ++this.uses, expansion }, 0);
    return at > 0 ? tokens.slice(0, at) : null;
  }

  /** A macro does not expand inside itself: there its name is the instruction's again. */
  private inUse(macros: readonly MultiMacro[]): boolean {
    return this.frames.some((frame) => frame.kind === 'macro' && frame.call && macros.includes(frame.call.macro));
  }

  // Directives -----------------------------------------------------------------------------------

  private directive(head: Token, raw: RawLine): void {
    const word = head.text.toLowerCase();
    const rest = raw.tokens.slice(1);
    if (this.conditional(word, raw, head)) return;
    if (isDefinition(word)) {
      const constant = (tokens: readonly Token[], line: SourceLine): bigint =>
        constantOf(this.expandLine(tokens), line, this.knowledge);
      define(word, head, rest, this.singles, constant, (tokens) => this.expandLine(tokens));
      return;
    }
    if (BEGIN_MACRO.has(word)) {
      // Whatever is wrong with the head, the body up to %endmacro belongs to it.
      this.gathering = { kind: 'macro', at: head, macro: null, rounds: 0, body: [], depth: 0 };
      const macro = parseHead(rest, raw.line);
      this.gathering = { ...this.gathering, macro, body: macro.body };
      return;
    }
    switch (word) {
      case '%rep':
        this.beginRepeat(head, rest, raw.line);
        return;
      case '%exitrep':
        this.leaveUntil('rep', head);
        return;
      case '%exitmacro':
        this.leaveUntil('macro', head);
        return;
      case '%include':
        this.include(head, this.expandLine(rest), raw.line);
        return;
      case '%rotate':
        this.rotate(head, rest, raw.line);
        return;
      case '%push':
        this.contexts.push({ name: rest[0]?.text ?? '', id: ++this.uses });
        return;
      case '%pop':
      case '%repl':
        this.pop(word, head, rest[0]?.text);
        return;
      case '%unmacro':
        this.multis.delete(rest[0]?.text ?? '');
        return;
      case '%error':
      case '%fatal':
        throw new SourceError(message(this.expandLine(rest)) || word, head);
      case '%warning':
        this.host.diagnostics.warning(message(this.expandLine(rest)), head);
        return;
      case '%pragma':
      case '%line':
      case '%use':
      case '%note':
        return;
    }
    if (END_MACRO.has(word) || word === '%endrep') throw new SourceError(`'${word}' without its beginning`, head);
    throw new SourceError(`'${head.text}' is no directive of the preprocessor`, head);
  }

  /** %if and its kin; false if the word is another. */
  private conditional(word: string, raw: RawLine, at: Token): boolean {
    const bare = word.slice(1);
    const rest = raw.tokens.slice(1);
    const opens = questionOf(bare, 'if');
    if (opens) {
      // Inside a branch not taken, nothing is asked: the whole conditional is passed over.
      const condition = { taking: false, settled: true, hasElse: false, at };
      this.conditions.push(condition);
      if (this.conditions.length < 2 || this.conditions.at(-2)!.taking) {
        const holds = answer(opens.question, rest, raw.line, at, this.knowledge) !== opens.negated;
        condition.taking = condition.settled = holds;
      }
      return true;
    }
    const goesOn = questionOf(bare, 'elif');
    if (!goesOn && bare !== 'else' && bare !== 'endif') return false;
    const condition = this.conditions.at(-1);
    if (!condition || this.conditions.length <= (this.frames.at(-1)?.conditions ?? 0)) {
      throw new SourceError(`'${word}' without '%if'`, at);
    }
    if (bare === 'endif') this.conditions.pop();
    else if (condition.hasElse) throw new SourceError(`'${word}' after '%else'`, at);
    else if (bare === 'else') {
      condition.hasElse = true;
      condition.taking = !condition.settled;
    } else if (goesOn) {
      condition.taking = false;
      if (!condition.settled) {
        const tokens = substituteParameters(
          rest,
          this.call,
          this.contexts.map((c) => c.id),
        );
        condition.taking = answer(goesOn.question, tokens, raw.line, at, this.knowledge) !== goesOn.negated;
        condition.settled = condition.taking;
      }
    }
    return true;
  }

  // Gathering bodies -----------------------------------------------------------------------------

  private gather(raw: RawLine, first: Token): void {
    const gathering = this.gathering!;
    const word = first.kind === 'percent' ? first.text.toLowerCase() : '';
    const opens = gathering.kind === 'macro' ? BEGIN_MACRO.has(word) : word === '%rep';
    const ends = gathering.kind === 'macro' ? END_MACRO.has(word) : word === '%endrep';
    if (opens) gathering.depth++;
    if (!ends || gathering.depth-- > 0) {
      gathering.body.push(raw);
      return;
    }
    this.gathering = null;
    const { macro } = gathering;
    if (macro) {
      const arity = (m: MultiMacro): boolean =>
        m.least === macro.least && m.most === macro.most && m.greedy === macro.greedy;
      this.multis.set(macro.name, [...(this.multis.get(macro.name) ?? []).filter((m) => !arity(m)), macro]);
    } else if (gathering.rounds > 0) this.push('rep', gathering.body, null, gathering.rounds - 1);
  }

  private beginRepeat(head: Token, rest: readonly Token[], line: SourceLine): void {
    // As with macros: the body goes with the head.
    this.gathering = { kind: 'rep', at: head, macro: null, rounds: 0, body: [], depth: 0 };
    const rounds = constantOf(this.expandLine(rest), line, this.knowledge);
    if (rounds > REPEAT_LIMIT) throw new SourceError(`a repetition goes ${REPEAT_LIMIT} rounds at most`, head);
    if (this.frames.length > FRAME_DEPTH) throw new SourceError('repetitions nest too deep', head);
    this.gathering = { ...this.gathering, rounds: Number(rounds) };
  }

  private leaveUntil(kind: 'rep' | 'macro', at: Token): void {
    const inside = this.frames.some((f) => f.kind === kind);
    if (!inside) throw new SourceError(`'${at.text}' outside its body`, at);
    for (;;) {
      const frame = this.frames.at(-1)!;
      if (frame.kind === 'file') throw new SourceError(`'${at.text}' outside its body`, at);
      this.leave(frame, false);
      if (frame.kind === kind) return;
    }
  }

  private include(head: Token, rest: readonly Token[], line: SourceLine): void {
    const name = rest[0];
    if (name?.kind !== 'string')
      throw new SourceError("expected a file's name in quotes after '%include'", name ?? head);
    const { path, text } = this.find(name.string ?? '', name);
    if (this.frames.filter((f) => f.kind === 'file').length >= INCLUDE_DEPTH)
      throw new SourceError('includes nest too deep', name);
    if (!this.files.includes(path)) this.files.push(path);
    this.push('file', splitLines(path, text, { kind: 'include', name: path, at: line }), null, 0);
  }

  /** As it is named (from where the assembler runs, as in NASM), then in each search path. */
  private find(name: string, at: Position): { path: string; text: string } {
    for (const directory of ['', ...this.host.includePaths]) {
      const path = joinPath(directory, name);
      const text = this.host.readText(path);
      if (text !== null) return { path, text };
    }
    throw new SourceError(`there is no file '${name}' here or in the include paths`, at);
  }

  private rotate(head: Token, rest: readonly Token[], line: SourceLine): void {
    const { call } = this;
    if (!call) throw new SourceError("'%rotate' outside a macro", head);
    const total = call.parameters.length;
    if (total === 0) return;
    const step = Number(BigInt.asIntN(32, constantOf(this.expandLine(rest), line, this.knowledge)));
    call.rotation = (((call.rotation + step) % total) + total) % total;
  }

  private pop(word: string, head: Token, name: string | undefined): void {
    const top = this.contexts.at(-1);
    if (!top) throw new SourceError(`'${word}' without '%push'`, head);
    if (word === '%repl') {
      this.contexts[this.contexts.length - 1] = { name: name ?? '', id: top.id };
      return;
    }
    if (name !== undefined && name !== top.name)
      throw new SourceError(`the open context is '${top.name}', not '${name}'`, head);
    this.contexts.pop();
  }
}

/** A message of %error: one string's text, or the words as they stand. */
function message(tokens: readonly Token[]): string {
  return tokens.length === 1 && tokens[0]!.kind === 'string' ? tokens[0]!.string! : tokensToText(tokens);
}
