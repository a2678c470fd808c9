/**
 * The body of a case: operands, a check or two, functions of emu/core, and how to go on. Every kind of
 * instruction has one skeleton, written once for both modes:
 *
 *   hot    touches only registers, records and pages in the TLB; when anything is missing it leaves *before*
 *          any effect, and the slow step runs the same record
 *   slow   may call whatever it likes; a fault returns at once
 *
 * An inline function cannot make its caller return, so the checks are written out here, and only they.
 */
import { type Condition, conditions, type Instruction } from '../instruction.ts';
import type { Case } from './cases.ts';
import { go, known, type Lines, leave, type Mode, next } from './flow.ts';
import { hotSpecial } from './hot-specials.ts';
import type { Width } from './notation.ts';

const stopIfFaulted = 'if (faulted()) return pc;';
const type = (width: Width | undefined): string => `u${width ?? 32}`;
const isOdd = (condition: Condition): boolean => (conditions.indexOf(condition) & 1) === 1;
const even = (condition: Condition): Condition => conditions[conditions.indexOf(condition) & ~1] as Condition;
const test = (family: string, condition: Condition, operands: string): string =>
  `${isOdd(condition) ? '!' : ''}${family}.${even(condition)}${operands}`;
const choose = (condition: string, record = 'pc'): string => `${condition} ? taken(${record}) : notTaken(${record})`;

/** Everything about reading and writing a case's operands. */
class Operand {
  constructor(
    private readonly c: Case,
    private readonly mode: Mode,
  ) {}

  /** Lines that say where the memory operand is. */
  private get where(): Lines {
    return this.mode === 'hot'
      ? [`const ea = address_${this.c.address}(pc);`]
      : ['const segment = segmentOf(pc), ea = offset(pc);'];
  }
  /** Define `name` as the memory operand's value. For an update, make sure that it can be written too. */
  read(name: string, T: string, update = false): Lines {
    if (this.mode === 'slow') {
      return [
        ...this.where,
        `const ${name} = ${update ? 'readForUpdate' : 'readSegment'}<${T}>(segment, ea);`,
        stopIfFaulted,
      ];
    }
    const can = update ? 'canWrite' : 'canRead';
    return [
      ...this.where,
      'const page = tlbEntry(ea);',
      `if (!${can}<${T}>(page, ea)) ${leave}`,
      `const ${name} = load<${T}>(host(page, ea));`,
    ];
  }
  /** Write back what was read for an update. Cannot fault. */
  writeBack(value: string, T: string): Lines {
    return this.mode === 'slow'
      ? [`writeBack<${T}>(segment, ea, ${value});`]
      : [`store<${T}>(host(page, ea), ${value});`];
  }
  write(value: string, T: string): Lines {
    if (this.mode === 'slow') return [...this.where, `writeSegment<${T}>(segment, ea, ${value});`, stopIfFaulted];
    return [
      ...this.where,
      'const page = tlbEntry(ea);',
      `if (!canWrite<${T}>(page, ea)) ${leave}`,
      `store<${T}>(host(page, ea), ${value});`,
    ];
  }
}

export function body(c: Case, mode: Mode): Lines {
  const { instruction: i, shape } = c;
  const T = type(c.width);
  const operand = new Operand(c, mode);
  const toMemory = shape.startsWith('m');
  const flags = (...operands: string[]): Lines =>
    i.flags && !c.quiet ? [`I.${i.flags}<${T}>(${operands.join(', ')});`] : [];
  const place = (value: string): Lines =>
    toMemory ? operand.writeBack(value, T) : [`store<${T}>(dst(pc), ${value});`];
  const onward = (...operands: string[]): Lines => {
    if (!c.branch || !i.fuse) return next(mode);
    return go(
      mode,
      choose(test(`I.${i.fuse.family}`, c.branch, `<${T}>(${operands.join(', ')})`), 'pc + RECORD'),
      'pc + RECORD',
    );
  };

  switch (i.kind) {
    case 'update':
    case 'compare': {
      const isUpdate = i.kind === 'update';
      const b = shape.endsWith('i') ? `const b = <${T}>imm(pc);` : `const b = load<${T}>(src(pc));`;
      const operands =
        shape === 'rm'
          ? [...operand.read('b', T), `const a = load<${T}>(dst(pc));`]
          : shape === 'rmi'
            ? [...operand.read('a', T), b]
            : shape === 'rri'
              ? [`const a = load<${T}>(src(pc));`, b]
              : toMemory
                ? [...operand.read('a', T, isUpdate), b]
                : [`const a = load<${T}>(dst(pc));`, b];
      const result = `const r = I.${i.value}<${T}>(a, b);`;
      return [...operands, result, ...flags('a', 'b', 'r'), ...(isUpdate ? place('r') : []), ...onward('a', 'b', 'r')];
    }
    case 'modify': {
      const a = toMemory ? operand.read('a', T, true) : [`const a = load<${T}>(dst(pc));`];
      return [...a, `const r = I.${i.value}<${T}>(a);`, ...flags('a', 'r'), ...place('r'), ...onward('a', 'r')];
    }
    case 'shift': {
      const a = toMemory ? operand.read('a', T, true) : [`const a = load<${T}>(dst(pc));`];
      const count = `const n = (${shape.endsWith('c') ? 'load<u8>(ECX)' : 'imm(pc)'} & 31);`;
      const work = [`const r = I.${i.value}<${T}>(a, n);`, ...flags('a', 'n', 'r'), ...place('r')];
      // The decoder has taken care of immediates that are 0.
      if (mode === 'hot' && shape.endsWith('i')) return [...a, 'const n = imm(pc);', ...work, ...next(mode)];
      return [...a, count, 'if (n) {', ...work.map((line) => `  ${line}`), '}', ...next(mode)];
    }
    case 'assign': {
      const S = type(c.source);
      const value = `I.${i.value}<${S}, ${T}>(a)`;
      const a = shape.endsWith('i')
        ? [`const a = <${S}>imm(pc);`]
        : shape === 'rm'
          ? operand.read('a', S)
          : [`const a = load<${S}>(src(pc));`];
      if (toMemory) return [...a, ...operand.write(value, T), ...next(mode)];
      return [...a, `store<${T}>(dst(pc), ${value});`, ...next(mode)];
    }
    case 'address':
      return [
        mode === 'hot' ? `const ea = address_${c.address}(pc);` : 'const ea = offset(pc);',
        `store<${T}>(dst(pc), <${T}>ea);`,
        ...next(mode),
      ];
    case 'set': {
      const value = `<u8>(${test('condition', i.condition as Condition, '()')})`;
      return [...(toMemory ? operand.write(value, 'u8') : [`store<u8>(dst(pc), ${value});`]), ...next(mode)];
    }
    case 'select': {
      // SDM 2A, CMOVcc: the source is read, and may fault, whatever the condition.
      const b = shape === 'rm' ? operand.read('b', T) : [`const b = load<${T}>(src(pc));`];
      const choice = `${test('condition', i.condition as Condition, '()')} ? b : load<${T}>(dst(pc))`;
      return [...b, `store<${T}>(dst(pc), ${choice});`, ...next(mode)];
    }
    case 'consume': {
      const a = toMemory ? operand.read('a', T) : [`const a = load<${T}>(dst(pc));`];
      if (mode === 'slow') return [...a, `I.${i.value}<${T}>(a);`, stopIfFaulted, ...next(mode)];
      return [...a, `if (!I.${i.value}Fits<${T}>(a)) ${leave}`, `I.${i.value}<${T}>(a);`, ...next(mode)];
    }
    case 'push':
    case 'pop':
    case 'jump':
    case 'call':
    case 'return':
      return mode === 'hot' ? hotTransfer(c, operand) : slowTransfer(c, operand);
    case 'branch':
      return go(mode, choose(test('condition', i.condition as Condition, '()')));
    case 'special':
      return mode === 'hot' ? hotSpecial(c) : slowSpecial(c);
  }
}

/** Stack and jumps in the hot switch: flat 32-bit SS and CS, so ESP is a linear address and EIP needs no check. */
function hotTransfer(c: Case, operand: Operand): Lines {
  const { shape } = c;
  const value = shape === 'i' ? 'imm(pc)' : shape === 'r' ? 'load<u32>(dst(pc))' : 'value';
  const push = (what: string): Lines => [
    'const sp = esp() - 4, top = tlbEntry(sp);',
    `if (!canWrite<u32>(top, sp)) ${leave}`,
    `store<u32>(host(top, sp), ${what});`,
    'setEsp(sp);',
  ];
  const pop = (name: string): Lines => [
    'const sp = esp(), top = tlbEntry(sp);',
    `if (!canRead<u32>(top, sp)) ${leave}`,
    `const ${name} = load<u32>(host(top, sp));`,
  ];
  const target = shape === '' ? [] : shape === 'm' ? operand.read('to', 'u32') : ['const to = load<u32>(dst(pc));'];
  switch (c.instruction.kind) {
    case 'push':
      return [...(shape === 'm' ? operand.read('value', 'u32') : []), ...push(value), ...next('hot')];
    case 'pop':
      return [...pop('a'), 'setEsp(sp + 4);', 'store<u32>(dst(pc), a);', ...next('hot')];
    case 'jump':
      return shape === '' ? go('hot', 'taken(pc)') : [...target, ...known('to'), ...go('hot', 'jumpTarget(entry)')];
    case 'call':
      return shape === ''
        ? [...push('imm(pc)'), ...go('hot', 'taken(pc)')]
        : [...target, ...known('to'), ...push('next(pc)'), ...go('hot', 'jumpTarget(entry)')];
    default:
      return [
        ...pop('to'),
        ...known('to'),
        `setEsp(sp + 4${shape === 'i' ? ' + imm(pc)' : ''});`,
        ...go('hot', 'jumpTarget(entry)'),
      ];
  }
}

/** The same with every check, at both operand sizes. Where an EIP is loaded, SDM 2: beyond the CS limit is #GP(0), before any effect. */
function slowTransfer(c: Case, operand: Operand): Lines {
  const { shape } = c;
  const T = type(c.width);
  const value = shape === 'i' ? `<${T}>imm(pc)` : 'value';
  const fetch = (name: string): Lines =>
    shape === 'm' ? operand.read(name, T) : shape === 'r' ? [`const ${name} = load<${T}>(dst(pc));`] : [];
  switch (c.instruction.kind) {
    case 'push':
      return [...fetch('value'), `pushValue<${T}>(${value});`, stopIfFaulted, ...next('slow')];
    case 'pop':
      return [`I.pop${shape === 'm' ? 'Memory' : 'Register'}<${T}>(pc);`, stopIfFaulted, ...next('slow')];
    case 'jump':
      return shape === '' ? ['return taken(pc);'] : [...fetch('to'), 'return I.jumpNear(pc, <u32>to);'];
    case 'call':
      return shape === ''
        ? [`pushValue<${T}>(<${T}>imm(pc));`, stopIfFaulted, 'return taken(pc);']
        : [...fetch('to'), `return I.callNear<${T}>(pc, <u32>to);`];
    default:
      return [`return I.returnNear<${T}>(pc);`];
  }
}

function slowSpecial(c: Case): Lines {
  const { instruction: i } = c;
  const call = `I.${i.value}${c.width === undefined ? '' : `<${type(c.width)}>`}(pc)`;
  if (!i.ends || i.links || Object.keys(i.encodings).length === 0) return [`return ${call};`];
  // It may have changed what the next instruction is decoded under, so that record cannot be trusted.
  return [`const to = ${call};`, 'return to == pc + RECORD ? find(next(pc)) : to;'];
}

/** Names of emu/core's functions that a row needs, for a check that the core has them all. */
export function functionsOf(i: Instruction): string[] {
  return [i.value, i.flags].filter((name): name is string => name !== undefined);
}
