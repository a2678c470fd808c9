/** Operands from tokens: `eax`, `dword [gs:ebx+4]`, `short .loop`, `0x08:start`, `byte 5`. */

import { SourceError } from '../diagnostics.ts';
import type { Operand, OperandSize } from '../encode/operands.ts';
import { type Register, registerNamed } from '../encode/registers.ts';
import { type Expression, type NameResolver, parseExpression, type Scope } from '../expressions/expression.ts';
import type { Cursor } from '../source/lexer.ts';
import type { Position } from '../source/source.ts';
import { takeAddress } from './address.ts';

export const SIZE_WORDS: ReadonlyMap<string, OperandSize> = new Map([
  ['byte', 8],
  ['word', 16],
  ['dword', 32],
  ['fword', 48],
  ['qword', 64],
  ['tword', 80],
  ['oword', 128],
]);

/** Reads all operands up to the line's end; with `relative`, `[place]` is `[rel place]`. */
export function parseOperands(cursor: Cursor, nameOf: NameResolver, scope: Scope, relative = false): Operand[] {
  const operands: Operand[] = [];
  if (cursor.done) return operands;
  do {
    // `fadd to st1` is the other way round: st1 gets the sum.
    const to = cursor.acceptWord('to');
    const operand = parseOperand(cursor, nameOf, scope, relative);
    operands.push(operand);
    if (to && operand.kind === 'register') operands.push({ ...operand, register: registerNamed('st0')! });
  } while (cursor.accept(','));
  cursor.end('the operands');
  if (operands.length > 3) throw new SourceError('an instruction takes three operands at most', operands[3]!.at);
  return operands;
}

function parseOperand(cursor: Cursor, nameOf: NameResolver, scope: Scope, relative: boolean): Operand {
  const at = cursor.place();
  let size: OperandSize | null = null;
  let strict = false;
  let distance: 'short' | 'near' | 'far' | null = null;
  for (;;) {
    const token = cursor.peek();
    if (token?.kind !== 'name') break;
    const word = token.text.toLowerCase();
    const wordSize = SIZE_WORDS.get(word);
    if (wordSize !== undefined) {
      if (size !== null) throw new SourceError('two sizes for one operand', token);
      size = wordSize;
    } else if (word === 'strict') strict = true;
    else if (word === 'short' || word === 'near' || word === 'far') distance = word;
    else break;
    cursor.next();
  }
  if (cursor.sees('[')) return parseMemory(cursor, nameOf, scope, { size, far: distance === 'far', relative, at });
  const value = parseExpression(cursor, nameOf);
  if (value.op === 'register') {
    if (cursor.sees(':')) cursor.fail(`a segment goes inside the brackets: [${value.register.name}:...]; expected ','`);
    if (size !== null && size !== value.register.size) {
      throw new SourceError(`${value.register.name} has ${value.register.size} bits, not ${size}`, at);
    }
    return { kind: 'register', register: value.register, at };
  }
  if (cursor.accept(':')) {
    return { kind: 'far', selector: value, offset: parseExpression(cursor, nameOf), size, at };
  }
  if (distance === 'far') throw new SourceError("expected 'selector:offset' or a memory operand after 'far'", at);
  return { kind: 'immediate', value, size, strict, distance, at };
}

function parseMemory(
  cursor: Cursor,
  nameOf: NameResolver,
  scope: Scope,
  { size, far, relative, at }: { size: OperandSize | null; far: boolean; relative: boolean; at: Position },
): Operand {
  cursor.expect('[', 'to open the address');
  const isRelative = cursor.acceptWord('rel') || (relative && !cursor.acceptWord('abs'));
  let displacementSize = acceptDisplacementSize(cursor);
  let segment: Register | null = null;
  const first = cursor.peek();
  if (first?.kind === 'name' && cursor.sees(':', 1)) {
    segment = registerNamed(first.text) ?? null;
    if (segment?.class !== 'segment') throw new SourceError('expected a segment register before the colon', first);
    cursor.next();
    cursor.next();
    displacementSize ??= acceptDisplacementSize(cursor);
  }
  // `nosplit`: [eax*2] is an index without a base, not the shorter [eax + eax].
  const split = !cursor.acceptWord('nosplit');
  const tree: Expression = parseExpression(cursor, nameOf);
  cursor.expect(']', 'to close the address');
  const address = takeAddress(tree, scope, split);
  // What a register leads to is not counted from the next instruction, nor what another segment holds.
  const counted = isRelative && !address.base && !address.index && !segment;
  return { kind: 'memory', size, far, segment, ...address, displacementSize, relative: counted, at };
}

const DISPLACEMENT_SIZES = { byte: 8, word: 16, dword: 32 } as const;

/** `byte`, `word` or `dword` inside the brackets. */
function acceptDisplacementSize(cursor: Cursor): 8 | 16 | 32 | null {
  const word = (['byte', 'word', 'dword'] as const).find((name) => cursor.acceptWord(name));
  return word ? DISPLACEMENT_SIZES[word] : null;
}
