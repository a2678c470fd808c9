/**
 * The inside of `[...]` from a tree to base + index * scale + displacement. Registers may stand in
 * any order and in sums and products with constants: `[4*eax + table + ebx - 8]`.
 */

import { SourceError } from '../diagnostics.ts';
import type { Register } from '../encode/registers.ts';
import { type Expression, evaluate, type Scope } from '../expressions/expression.ts';
import { isConstant } from '../expressions/value.ts';
import type { Position } from '../source/source.ts';

export interface Address {
  readonly base: Register | null;
  readonly index: Register | null;
  readonly scale: 1 | 2 | 4 | 8;
  readonly displacement: Expression | null;
}

/**
 * Takes the tree apart; `scope` serves for the constants that multiply registers. A register that stands alone twice
 * becomes base and index, if `mayHalve`.
 */
export function takeAddress(tree: Expression, scope: Scope, mayHalve: boolean): Address {
  const counts = new Map<Register, bigint>();
  const displacement = split(tree, 1n, counts, scope);
  return arrange(counts, displacement, tree.at, mayHalve);
}

/** Moves the registers of a tree into `counts`; gives what is left, or null when nothing is. */
function split(e: Expression, factor: bigint, counts: Map<Register, bigint>, scope: Scope): Expression | null {
  if (e.op === 'register') {
    counts.set(e.register, (counts.get(e.register) ?? 0n) + factor);
    return null;
  }
  if (!hasRegister(e)) {
    if (factor === 1n) return e;
    return { op: 'binary', sign: '*', left: e, right: { op: 'number', number: factor, at: e.at }, at: e.at };
  }
  if (e.op === 'unary' && (e.sign === '-' || e.sign === '+')) {
    return split(e.of, e.sign === '-' ? -factor : factor, counts, scope);
  }
  if (e.op === 'binary' && (e.sign === '+' || e.sign === '-')) {
    const left = split(e.left, factor, counts, scope);
    const right = split(e.right, e.sign === '-' ? -factor : factor, counts, scope);
    if (left && right) return { op: 'binary', sign: '+', left, right, at: e.at };
    return left ?? right;
  }
  if (e.op === 'binary' && e.sign === '*') {
    const [part, number] = hasRegister(e.left) ? [e.left, e.right] : [e.right, e.left];
    const value = evaluate(number, scope);
    if (!isConstant(value))
      throw new SourceError('a register is scaled by a number known here: 1, 2, 4 or 8', number.at);
    return split(part, factor * value.number, counts, scope);
  }
  throw new SourceError('registers in an address may only be added, and multiplied by a constant', e.at);
}

function hasRegister(e: Expression): boolean {
  switch (e.op) {
    case 'register':
      return true;
    case 'unary':
      return hasRegister(e.of);
    case 'binary':
      return hasRegister(e.left) || hasRegister(e.right);
    case 'choose':
      return hasRegister(e.test) || hasRegister(e.yes) || hasRegister(e.no);
    default:
      return false;
  }
}

function arrange(
  counts: Map<Register, bigint>,
  displacement: Expression | null,
  at: Position,
  mayHalve: boolean,
): Address {
  const used = [...counts].filter(([, count]) => count !== 0n);
  for (const [register] of used) {
    if (register.class !== 'general' || register.size === 8) {
      throw new SourceError(`${register.name} cannot hold an address`, at);
    }
  }
  if (used.length > 2) throw new SourceError('an address adds two registers at most', at);
  const [first, second] = used;
  if (!first) return { base: null, index: null, scale: 1, displacement };
  if (second && first[0].size !== second[0].size) {
    throw new SourceError(`${first[0].name} and ${second[0].name} are of different size`, at);
  }
  if (first[0].size === 16) return arrange16(first, second, displacement, at);
  if (!second) return arrangeOne(first[0], first[1], displacement, at, mayHalve);
  // The scaled one is the index; of two unscaled ones the first written is the base, but for esp, which is never an index.
  let [base, index] = first[1] === 1n ? [first, second] : [second, first];
  if (/^[er]sp$/.test(index[0].name) && index[1] === 1n) [base, index] = [index, base];
  if (base[1] !== 1n) throw new SourceError('only one register of an address may be scaled', at);
  return { base: base[0], index: index[0], scale: checkScale(index[0], index[1], at), displacement };
}

/** One register: twice it is shorter as a sum; 3, 5 and 9 times it is itself plus an index. */
function arrangeOne(
  register: Register,
  count: bigint,
  displacement: Expression | null,
  at: Position,
  mayHalve: boolean,
): Address {
  if (count === 1n) return { base: register, index: null, scale: 1, displacement };
  const withItself = (count === 2n && mayHalve) || count === 3n || count === 5n || count === 9n;
  const base = withItself ? register : null;
  return { base, index: register, scale: checkScale(register, withItself ? count - 1n : count, at), displacement };
}

function checkScale(register: Register, count: bigint, at: Position): 1 | 2 | 4 | 8 {
  if (register.name === 'esp' || register.name === 'rsp') {
    throw new SourceError(`${register.name} cannot be an index`, at);
  }
  const scale = [1, 2, 4, 8].find((s) => BigInt(s) === count);
  if (scale === undefined) throw new SourceError(`an index is scaled by 1, 2, 4 or 8, not ${count}`, at);
  return scale as 1 | 2 | 4 | 8;
}

/** 16-bit addresses: bx or bp, plus si or di. */
function arrange16(
  first: readonly [Register, bigint],
  second: readonly [Register, bigint] | undefined,
  displacement: Expression | null,
  at: Position,
): Address {
  const registers = second ? [first, second] : [first];
  if (registers.some(([, count]) => count !== 1n)) throw new SourceError('a 16-bit address has no scaled register', at);
  const bases = registers.filter(([r]) => r.name === 'bx' || r.name === 'bp');
  const indexes = registers.filter(([r]) => r.name === 'si' || r.name === 'di');
  if (bases.length > 1 || indexes.length > 1 || bases.length + indexes.length < registers.length) {
    throw new SourceError('a 16-bit address is bx or bp, plus si or di', at);
  }
  const [base, index] = [bases[0]?.[0] ?? null, indexes[0]?.[0] ?? null];
  return base ? { base, index, scale: 1, displacement } : { base: index, index: null, scale: 1, displacement };
}
