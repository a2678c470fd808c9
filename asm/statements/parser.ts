/**
 * Lines without macros, into statements. One method a directive; an error gives up its line, is
 * noted, and the next line goes on.
 */

import { type Diagnostics, SourceError } from '../diagnostics.ts';
import type { Bits } from '../encode/operands.ts';
import { type Expression, evaluate, literal, parseExpression, type Scope } from '../expressions/expression.ts';
import { isConstant } from '../expressions/value.ts';
import { Cursor, type Token } from '../source/lexer.ts';
import type { Position, SourceLine } from '../source/source.ts';
import { CFI_DIRECTIVES, parseCfi } from './cfi.ts';
import { DATA_UNITS, parseData, RESERVE_UNITS } from './data.ts';
import { declare } from './declarations.ts';
import { isMnemonic, nearest, PREFIXES } from './mnemonics.ts';
import { parseOperands } from './operands.ts';
import { alignment, implicitText, openSection } from './sections.ts';
import type { AsmSymbol, Section, Statement, Unit } from './statement.ts';
import { SymbolTable } from './symbols.ts';

/** A line after the preprocessor. */
export interface ExpandedLine {
  readonly tokens: readonly Token[];
  readonly line: SourceLine;
}

/** What the parser asks of the rest. */
export interface ParserHost {
  readonly diagnostics: Diagnostics;
  readonly bits: Bits;
  /** A file for incbin; throws SourceError when there is none. */
  readBinary(name: string, at: Position): Uint8Array;
  /** Keeps `__SECT__` true. */
  sectionChanged(name: string): void;
}

/** Where statements go: a section of the image, or a structure being measured. */
interface Measure {
  /** Null in `absolute`. */
  readonly name: Token | null;
  offset: bigint;
  readonly parent: string;
}

/** `istruc`: how far the instance has been filled. */
interface Instance {
  readonly name: string;
  readonly start: string;
  readonly at: Position;
}

const DIRECTIVES = new Set([
  ...CFI_DIRECTIVES,
  ...(
    'section segment global extern weak common static bits use16 use32 use64 org align alignb sectalign absolute struc endstruc ' +
    'istruc at iend incbin equ times default cpu required'
  ).split(' '),
]);

/** What a line often consists of alone, so that a misspelt one is not taken for a label. */
const STANDS_ALONE = new Set('ret iret iretd leave hlt cli sti nop pushad popad pusha popa pushfd popfd'.split(' '));

export class Parser {
  readonly symbols = new SymbolTable();
  private readonly sections = new Map<string, Section>();
  private section: Section;
  private measure: Measure | null = null;
  private instance: Instance | null = null;
  private bits: Bits;
  /** `default rel`. */
  private relative = false;
  private origin: Expression | null = null;
  private readonly lines: SourceLine[] = [];
  private readonly host: ParserHost;
  private instances = 0;

  constructor(host: ParserHost) {
    this.host = host;
    this.bits = host.bits;
    this.section = implicitText(this.sections);
  }

  /** Constants known so far, for the preprocessor's conditions. */
  get early(): Scope {
    return this.symbols.early;
  }

  /** Takes one line. */
  accept(line: ExpandedLine): void {
    this.lines.push(line.line);
    this.host.diagnostics.guard({ line: line.line, column: 1 }, () =>
      this.statement(new Cursor(line.tokens, line.line), null),
    );
  }

  finish(file: string): Unit {
    const { diagnostics } = this.host;
    if (this.measure?.name) diagnostics.error("'struc' without 'endstruc'", this.measure.name);
    if (this.instance) diagnostics.error("'istruc' without 'iend'", this.instance.at);
    this.symbols.settle((name, at) => diagnostics.error(`'${name}' is declared global but not defined`, at));
    const sections = [...this.sections.values()];
    return { file, sections, symbols: this.symbols.all, origin: this.origin, lines: this.lines };
  }

  // One statement --------------------------------------------------------------------------------

  private statement(cursor: Cursor, times: Expression | null): void {
    const first = cursor.peek();
    if (!first) return;
    if (first.kind === 'mark' && first.text === '[') {
      this.bracketed(cursor);
      return;
    }
    if ((first.kind === 'name' || first.kind === 'number') && cursor.sees(':', 1)) {
      cursor.next();
      cursor.next();
      if (this.startsWith(cursor, 'equ')) {
        this.equ(first, cursor);
        return;
      }
      this.label(first);
      this.statement(cursor, times);
      return;
    }
    if (first.kind !== 'name') cursor.fail('expected a label, an instruction or a directive');
    const word = first.text.toLowerCase();
    if (this.isOperation(cursor)) {
      cursor.next();
      this.operation(word, first, cursor, times);
      return;
    }
    // No operation: a label without its colon, if what follows can stand after one.
    const after = cursor.peek(1);
    if (after === undefined || this.isOperation(cursor, 1)) {
      if (after === undefined && this.looksMisspelt(word)) throw this.unknown(first);
      cursor.next();
      if (this.startsWith(cursor, 'equ')) {
        this.equ(first, cursor);
        return;
      }
      this.label(first);
      this.statement(cursor, times);
      return;
    }
    throw this.unknown(first);
  }

  private startsWith(cursor: Cursor, word: string): boolean {
    return cursor.acceptWord(word);
  }

  private isOperation(cursor: Cursor, ahead = 0): boolean {
    const token = cursor.peek(ahead);
    if (token?.kind !== 'name') return false;
    const word = token.text.toLowerCase();
    // A segment register begins a statement only as the prefix of an instruction.
    if (PREFIXES.has(word)) return true;
    return isMnemonic(word) || DATA_UNITS.has(word) || RESERVE_UNITS.has(word) || DIRECTIVES.has(word);
  }

  /** `rett` alone on a line is a slip; `reset` may be a label. A word one letter from an instruction without operands. */
  private looksMisspelt(word: string): boolean {
    const near = nearest(word, []);
    return near !== null && word.length > 3 && STANDS_ALONE.has(near);
  }

  private unknown(token: Token): SourceError {
    const near = nearest(token.text.toLowerCase(), [...DIRECTIVES, ...DATA_UNITS.keys(), ...RESERVE_UNITS.keys()]);
    const hint = near ? `; did you mean '${near}'?` : '';
    return new SourceError(`'${token.text}' is no instruction, directive or macro${hint}`, token);
  }

  private operation(word: string, at: Token, cursor: Cursor, times: Expression | null): void {
    const unit = DATA_UNITS.get(word);
    if (unit !== undefined) {
      this.add({ kind: 'data', unit, items: parseData(cursor, unit, this.symbols.nameOf), at, times });
      return;
    }
    const room = RESERVE_UNITS.get(word);
    if (room !== undefined) {
      const count = this.expression(cursor);
      cursor.end('the count');
      this.reserve(room, count, at, times);
      return;
    }
    if (PREFIXES.has(word) || isMnemonic(word)) {
      this.instruction(word, at, cursor, times);
      return;
    }
    if (word === 'times') {
      if (times) throw new SourceError("'times' inside 'times'", at);
      const count = this.expression(cursor);
      this.statement(cursor, count);
      return;
    }
    if (word === 'incbin') {
      this.incbin(at, cursor, times);
      return;
    }
    if (times) throw new SourceError(`'${word}' cannot be repeated`, at);
    if (CFI_DIRECTIVES.has(word)) {
      this.add({ kind: 'cfi', cfi: parseCfi(word, at, cursor, this.symbols.nameOf), at, times });
      return;
    }
    this.directive(word, at, cursor);
  }

  private instruction(word: string, at: Token, cursor: Cursor, times: Expression | null): void {
    const prefixes: string[] = [];
    let mnemonic = word;
    while (PREFIXES.has(mnemonic)) {
      prefixes.push(mnemonic);
      const next = cursor.next();
      if (!next) throw new SourceError(`expected an instruction after the prefix '${mnemonic}'`, at);
      mnemonic = next.text.toLowerCase();
      if (next.kind !== 'name' || !(isMnemonic(mnemonic) || PREFIXES.has(mnemonic))) throw this.unknown(next);
    }
    const operands = parseOperands(cursor, this.symbols.nameOf, this.symbols.early, this.relative && this.bits === 64);
    const instruction = { mnemonic, prefixes, operands, bits: this.bits, at };
    this.add({ kind: 'instruction', instruction, at, times });
  }

  private label(token: Token): void {
    if (this.measure) {
      this.symbols.defineEqu(token, literal(this.measure.offset, token), null);
      if (!token.text.startsWith('.')) this.symbols.currentParent = token.text;
      return;
    }
    const symbol = this.symbols.defineLabel(token, this.section);
    this.section.statements.push({ kind: 'label', symbol, at: token, times: null });
  }

  private equ(token: Token, cursor: Cursor): void {
    const value = this.expression(cursor);
    cursor.end("the value of 'equ'");
    const symbol: AsmSymbol = this.symbols.defineEqu(token, value, this.section);
    this.section.statements.push({ kind: 'equ', symbol, at: token, times: null });
  }

  private add(statement: Statement): void {
    if (this.measure) throw new SourceError('only resb, resw and their like may stand in a structure', statement.at);
    this.section.statements.push(statement);
  }

  private reserve(unit: number, count: Expression, at: Position, times: Expression | null): void {
    if (!this.measure) {
      this.add({ kind: 'reserve', unit, count, at, times });
      return;
    }
    const repeat = times ? this.number(times) : 1n;
    this.measure.offset += BigInt(unit) * this.number(count) * repeat;
  }

  private incbin(at: Token, cursor: Cursor, times: Expression | null): void {
    const name = cursor.next();
    if (name?.kind !== 'string') throw new SourceError("expected a file's name in quotes", name ?? at);
    const file = this.host.readBinary(name.string ?? '', name);
    const skip = cursor.accept(',') ? this.within(this.expression(cursor), file.length) : 0;
    const length = cursor.accept(',') ? this.within(this.expression(cursor), file.length - skip) : file.length - skip;
    const bytes = file.subarray(skip, skip + length);
    cursor.end("'incbin'");
    this.add({ kind: 'bytes', bytes, at, times });
  }

  // Directives -----------------------------------------------------------------------------------

  private directive(word: string, at: Token, cursor: Cursor): void {
    switch (word) {
      case 'section':
      case 'segment':
        this.openSection(cursor);
        return;
      case 'global':
      case 'static':
      case 'weak':
      case 'extern':
      case 'required':
      case 'common':
        declare(word, cursor, this.symbols);
        return;
      case 'use16':
      case 'use32':
      case 'use64':
        this.bits = Number(word.slice(3)) as Bits;
        cursor.end(word);
        return;
      case 'bits':
        this.setBits(cursor);
        return;
      case 'org':
        this.origin = this.expression(cursor);
        cursor.end("'org'");
        return;
      case 'align':
      case 'alignb':
      case 'sectalign':
        this.align(word, at, cursor);
        return;
      case 'absolute':
        this.measure = { name: null, offset: this.number(this.expression(cursor)), parent: this.symbols.currentParent };
        cursor.end("'absolute'");
        return;
      case 'struc':
        this.struc(at, cursor);
        return;
      case 'endstruc':
        this.endStruc(at, cursor);
        return;
      case 'istruc':
        this.istruc(at, cursor);
        return;
      case 'at':
        this.fillTo(at, cursor);
        return;
      case 'iend':
        this.iend(at, cursor);
        return;
      case 'default':
        this.relative = cursor.acceptWord('rel') || (!cursor.acceptWord('abs') && this.relative);
        return;
      case 'cpu':
        // Every instruction is known.
        return;
    }
    throw this.unknown(at);
  }

  /** `[section .text]`, NASM's primitive form. */
  private bracketed(cursor: Cursor): void {
    cursor.next();
    const word = cursor.next();
    const rest: Token[] = [];
    while (!cursor.done && !cursor.sees(']')) rest.push(cursor.next()!);
    cursor.expect(']', 'to close the directive');
    cursor.end('the directive');
    if (word?.kind !== 'name' || !DIRECTIVES.has(word.text.toLowerCase()))
      cursor.fail('expected a directive in the brackets');
    const inner = new Cursor(rest, word.line);
    // The primitive form leaves __SECT__ alone, so that `[section .data] ... __SECT__` comes back.
    if (['section', 'segment'].includes(word.text.toLowerCase())) this.enter(inner);
    else this.directive(word.text.toLowerCase(), word, inner);
  }

  private openSection(cursor: Cursor): void {
    this.enter(cursor);
    this.host.sectionChanged(this.section.name);
  }

  private enter(cursor: Cursor): void {
    if (this.measure?.name) throw new SourceError("'section' inside 'struc'", cursor.place());
    this.measure = null;
    this.section = openSection(cursor, this.sections, this.symbols.nameOf, this.symbols.early);
  }

  private setBits(cursor: Cursor): void {
    const value = this.expression(cursor);
    const bits = this.number(value);
    if (bits !== 16n && bits !== 32n && bits !== 64n) {
      throw new SourceError("expected 16, 32 or 64 after 'bits'", value.at);
    }
    this.bits = Number(bits) as Bits;
    cursor.end("'bits'");
  }

  private align(word: string, at: Token, cursor: Cursor): void {
    if (word === 'sectalign' && (cursor.acceptWord('on') || cursor.acceptWord('off'))) return;
    const to = this.expression(cursor);
    const step = alignment(to, this.symbols.early);
    const fill = cursor.accept(',') ? this.alignFill(cursor) : word === 'alignb' || this.section.noBits ? null : 'nop';
    cursor.end(`'${word}'`);
    if (this.measure) {
      this.measure.offset = (this.measure.offset + BigInt(step) - 1n) & -BigInt(step);
      return;
    }
    this.section.align = Math.max(this.section.align, step);
    if (word !== 'sectalign') this.add({ kind: 'align', to, fill, at, times: null });
  }

  /** `align 4, db 0`, `align 4, nop`, `alignb 4, resb 1`. */
  private alignFill(cursor: Cursor): Expression | null | 'nop' {
    if (cursor.acceptWord('nop')) return 'nop';
    if (cursor.acceptWord('resb')) {
      this.expression(cursor);
      return null;
    }
    if (!cursor.acceptWord('db')) cursor.fail("expected 'db' and a byte to fill with, 'nop' or 'resb 1'");
    return this.expression(cursor);
  }

  private struc(at: Token, cursor: Cursor): void {
    if (this.measure?.name) throw new SourceError("'struc' inside 'struc'", at);
    const name = cursor.next();
    if (name?.kind !== 'name') throw new SourceError("expected a name after 'struc'", name ?? at);
    const start = cursor.accept(',') ? this.number(this.expression(cursor)) : 0n;
    cursor.end("'struc'");
    const parent = this.symbols.currentParent;
    this.symbols.defineEqu(name, literal(0n, name), null);
    this.symbols.currentParent = name.text;
    this.measure = { name, offset: start, parent };
  }

  private endStruc(at: Token, cursor: Cursor): void {
    const { measure } = this;
    if (!measure?.name) throw new SourceError("'endstruc' without 'struc'", at);
    cursor.end("'endstruc'");
    const text = `${measure.name.text}_size`;
    this.measure = null;
    this.symbols.currentParent = measure.parent;
    this.symbols.defineEqu({ ...measure.name, text }, literal(measure.offset, at), null);
  }

  private istruc(at: Token, cursor: Cursor): void {
    if (this.instance) throw new SourceError("'istruc' inside 'istruc'", at);
    const name = cursor.next();
    if (name?.kind !== 'name') throw new SourceError("expected a structure's name after 'istruc'", name ?? at);
    cursor.end("'istruc'");
    const start: Token = { ...name, text: `..@istruc${++this.instances}` };
    this.label(start);
    this.instance = { name: name.text, start: start.text, at };
  }

  /** `at FIELD, data`: fills the gap up to the field. */
  private fillTo(at: Token, cursor: Cursor): void {
    const { instance } = this;
    if (!instance) throw new SourceError("'at' outside 'istruc'", at);
    const { currentParent } = this.symbols;
    // `.field` belongs to the structure, not to the label before the instance.
    this.symbols.currentParent = instance.name;
    const field = this.expression(cursor);
    this.symbols.currentParent = currentParent;
    this.pad(at, field);
    if (cursor.accept(',')) this.statement(cursor, null);
    else cursor.end("the field of 'at'");
  }

  private iend(at: Token, cursor: Cursor): void {
    const { instance } = this;
    if (!instance) throw new SourceError("'iend' without 'istruc'", at);
    cursor.end("'iend'");
    this.pad(at, { op: 'symbol', name: `${instance.name}_size`, at });
    this.instance = null;
  }

  /** times (target - ($ - start)) db 0 */
  private pad(at: Position, target: Expression): void {
    const instance = this.instance!;
    const base: Expression = { op: 'symbol', name: instance.name, at };
    const start: Expression = { op: 'symbol', name: instance.start, at };
    const minus = (left: Expression, right: Expression): Expression => ({ op: 'binary', sign: '-', left, right, at });
    const times = minus(minus(target, base), minus({ op: 'here', at }, start));
    this.add({ kind: 'bytes', bytes: Uint8Array.of(0), at, times });
  }

  // Numbers --------------------------------------------------------------------------------------

  private expression(cursor: Cursor): Expression {
    return parseExpression(cursor, this.symbols.nameOf);
  }

  /** A number of bytes of which there are `most`. */
  private within(e: Expression, most: number): number {
    const number = this.number(e);
    if (number < 0n || number > BigInt(most))
      throw new SourceError(`the file has ${most} bytes here, not ${number}`, e.at);
    return Number(number);
  }

  /** A number that must be known while reading. */
  private number(e: Expression): bigint {
    const value = evaluate(e, this.symbols.early);
    if (!isConstant(value)) throw new SourceError('a number known while reading is needed here', e.at);
    return value.number;
  }
}
