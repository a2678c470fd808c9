/**
 * Reads .debug_frame and .eh_frame: for an address of code, where the caller's frame and registers are. The place to
 * find them is worked out by whoever has registers and memory. Source: DWARF 4, sections 6.4 and 2.5; for .eh_frame the
 * Linux Standard Base, Core, 10.6.
 */

import { ByteReader } from './byte-reader.ts';

/** Registers and memory of the frame that is left, by the i386 ABI's numbers; undefined: not known, not mapped. */
export interface FrameMachine {
  register(number: number): number | undefined;
  /** A 32-bit word at a linear address. */
  word(address: number): number | undefined;
}

/** How one value of the caller is found. */
type Rule =
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'value offset'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'expression' | 'value'; readonly code: Uint8Array }
  | { readonly kind: 'undefined' };
type CfaRule = { readonly register: number; readonly offset: number } | { readonly code: Uint8Array };

interface Rules {
  readonly cfa: CfaRule | undefined;
  readonly registers: ReadonlyMap<number, Rule>;
}

/** A caller's frame. */
export interface Caller {
  /** By the ABI's numbers: 0 to 7 are eax to edi, 8 is eip, 9 eflags. */
  readonly registers: ReadonlyMap<number, number>;
  /** The frame that was left belongs to a trap: the caller stands at its eip, not behind a call. */
  readonly interrupted: boolean;
}

interface Common {
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  readonly returnRegister: number;
  readonly interrupted: boolean;
  /** How .eh_frame writes addresses; 0 absolute, 0x10 relative to where they stand. */
  readonly encoding: number;
  readonly augmented: boolean;
  readonly code: Uint8Array;
}

interface Entry {
  readonly first: number;
  readonly end: number;
  readonly common: Common;
  readonly code: Uint8Array;
}

const EIP = 8;
const ESP = 4;
const REGISTERS = 10;
const PC_RELATIVE = 0x10;

export class FrameTable {
  private readonly entries: readonly Entry[];

  /** @param ehFrame the section and the address that it is loaded at */
  constructor(debugFrame: Uint8Array | undefined, ehFrame?: { readonly bytes: Uint8Array; readonly address: number }) {
    const entries = [
      ...(debugFrame ? readEntries(debugFrame, undefined) : []),
      ...(ehFrame ? readEntries(ehFrame.bytes, ehFrame.address) : []),
    ];
    this.entries = entries.sort((a, b) => a.first - b.first);
  }

  /** The caller of code at this address; undefined when the table does not know, or memory cannot be seen. */
  callerOf(eip: number, machine: FrameMachine): Caller | undefined {
    const entry = this.entries.findLast(({ first, end }) => eip >= first && eip < end);
    if (!entry) return undefined;
    try {
      return callerBy(entry, eip, machine);
    } catch (problem) {
      if (problem instanceof RangeError) return undefined;
      throw problem;
    }
  }
}

function callerBy(entry: Entry, eip: number, machine: FrameMachine): Caller | undefined {
  const { common } = entry;
  const initial = rulesAt(common.code, Infinity, 0, common, { cfa: undefined, registers: new Map() });
  const rules = rulesAt(entry.code, eip, entry.first, common, initial);
  const { cfa: where } = rules;
  if (!where) return undefined;
  const base = 'code' in where ? 0 : machine.register(where.register);
  const cfa = 'code' in where ? evaluate(where.code, machine, undefined) : base && (base + where.offset) >>> 0;
  if (cfa === undefined) return undefined;
  const registers = new Map<number, number>();
  for (let number = 0; number < REGISTERS; number++) {
    const value = valueBy(rules.registers.get(number), number, cfa, machine);
    if (value !== undefined) registers.set(number, value);
  }
  const back = registers.get(common.returnRegister);
  if (back === undefined) return undefined;
  registers.set(EIP, back);
  return { registers, interrupted: common.interrupted };
}

function valueBy(rule: Rule | undefined, number: number, cfa: number, machine: FrameMachine): number | undefined {
  // The stack pointer of the caller is the CFA unless something else is said; the rest is as it is.
  if (!rule) return number === ESP ? cfa : number === EIP ? undefined : machine.register(number);
  switch (rule.kind) {
    case 'offset':
      return machine.word((cfa + rule.offset) >>> 0);
    case 'value offset':
      return (cfa + rule.offset) >>> 0;
    case 'register':
      return machine.register(rule.register);
    case 'expression': {
      const at = evaluate(rule.code, machine, cfa);
      return at === undefined ? undefined : machine.word(at);
    }
    case 'value':
      return evaluate(rule.code, machine, cfa);
    case 'undefined':
      return undefined;
  }
}

// ---- The entries

function readEntries(section: Uint8Array, loadedAt: number | undefined): Entry[] {
  const isEh = loadedAt !== undefined;
  const commons = new Map<number, Common | undefined>();
  const entries: Entry[] = [];
  const reader = new ByteReader(section);
  const commonAt = (at: number) => {
    if (!commons.has(at)) {
      const part = new ByteReader(section, at).sized();
      part.skip(4);
      commons.set(at, readCommon(part));
    }
    return commons.get(at);
  };
  while (reader.left >= 4) {
    const start = reader.at;
    const part = reader.sized();
    try {
      if (part.bytes.length === 0) continue;
      const id = part.u32();
      if (id === (isEh ? 0 : 0xffffffff)) continue;
      const common = commonAt(isEh ? start + 4 - id : id);
      if (!common) continue;
      const here = () => (loadedAt ?? 0) + start + 4 + part.at;
      const relative = (common.encoding & 0x70) === PC_RELATIVE ? here() : 0;
      const first = (part.u32() + relative) >>> 0;
      const end = first + part.u32();
      if (common.augmented) part.skip(part.unsigned());
      entries.push({ first, end, common, code: part.bytes.subarray(part.at) });
    } catch (problem) {
      if (!(problem instanceof RangeError)) throw problem;
    }
  }
  return entries;
}

function readCommon(reader: ByteReader): Common | undefined {
  const version = reader.u8();
  const augmentation = reader.text();
  if (!/^z?[RSPLB]*$/.test(augmentation)) return undefined;
  if (version >= 4) reader.skip(2);
  const codeAlignment = reader.unsigned();
  const dataAlignment = reader.signed();
  const returnRegister = version === 1 ? reader.u8() : reader.unsigned();
  let encoding = 0;
  const augmented = augmentation.startsWith('z');
  if (augmented) {
    const end = reader.unsigned() + reader.at;
    for (const letter of augmentation.slice(1)) {
      if (letter === 'R') encoding = reader.u8();
      else if (letter === 'L') reader.skip(1);
      else if (letter === 'P') reader.skip(5);
    }
    reader.at = end;
  }
  const code = reader.bytes.subarray(reader.at);
  const interrupted = augmentation.includes('S');
  return { codeAlignment, dataAlignment, returnRegister, interrupted, encoding, augmented, code };
}

// ---- Call frame instructions (section 6.4.2)

function rulesAt(code: Uint8Array, eip: number, first: number, common: Common, initial: Rules): Rules {
  const reader = new ByteReader(code);
  let cfa = initial.cfa;
  let registers = new Map(initial.registers);
  let location = first;
  const remembered: { cfa: CfaRule | undefined; registers: Map<number, Rule> }[] = [];
  const done = () => ({ cfa, registers });
  const set = (register: number, rule: Rule) => registers.set(register, rule);
  const restore = (register: number) => {
    const rule = initial.registers.get(register);
    if (rule) registers.set(register, rule);
    else registers.delete(register);
  };
  const moveCfa = (change: { register?: number; offset?: number }) => {
    if (cfa && 'register' in cfa) cfa = { ...cfa, ...change };
  };
  const block = () => {
    const length = reader.unsigned();
    reader.skip(length);
    return code.subarray(reader.at - length, reader.at);
  };
  const data = common.dataAlignment;
  while (reader.left > 0) {
    const opcode = reader.u8();
    const low = opcode & 0x3f;
    let advance = 0;
    switch (opcode & 0xc0) {
      case 0x40:
        advance = low;
        break;
      case 0x80:
        set(low, { kind: 'offset', offset: reader.unsigned() * data });
        break;
      case 0xc0:
        restore(low);
        break;
      default:
        switch (opcode) {
          case 0x00:
            break;
          case 0x01:
            location = reader.u32();
            if (location > eip) return done();
            break;
          case 0x02:
            advance = reader.u8();
            break;
          case 0x03:
            advance = reader.u16();
            break;
          case 0x04:
            advance = reader.u32();
            break;
          case 0x05:
            set(reader.unsigned(), { kind: 'offset', offset: reader.unsigned() * data });
            break;
          case 0x06:
            restore(reader.unsigned());
            break;
          case 0x07:
            set(reader.unsigned(), { kind: 'undefined' });
            break;
          case 0x08:
            registers.delete(reader.unsigned());
            break;
          case 0x09:
            set(reader.unsigned(), { kind: 'register', register: reader.unsigned() });
            break;
          case 0x0a:
            remembered.push({ cfa, registers: new Map(registers) });
            break;
          case 0x0b: {
            const back = remembered.pop();
            if (back) ({ cfa, registers } = back);
            break;
          }
          case 0x0c:
            cfa = { register: reader.unsigned(), offset: reader.unsigned() };
            break;
          case 0x0d:
            moveCfa({ register: reader.unsigned() });
            break;
          case 0x0e:
            moveCfa({ offset: reader.unsigned() });
            break;
          case 0x0f:
            cfa = { code: block() };
            break;
          case 0x10:
            set(reader.unsigned(), { kind: 'expression', code: block() });
            break;
          case 0x11:
            set(reader.unsigned(), { kind: 'offset', offset: reader.signed() * data });
            break;
          case 0x12:
            cfa = { register: reader.unsigned(), offset: reader.signed() * data };
            break;
          case 0x13:
            moveCfa({ offset: reader.signed() * data });
            break;
          case 0x14:
            set(reader.unsigned(), { kind: 'value offset', offset: reader.unsigned() * data });
            break;
          case 0x15:
            set(reader.unsigned(), { kind: 'value offset', offset: reader.signed() * data });
            break;
          case 0x16:
            set(reader.unsigned(), { kind: 'value', code: block() });
            break;
          case 0x2e:
            reader.unsigned();
            break;
          default:
            throw new RangeError(`call frame instruction ${opcode}`);
        }
    }
    location += advance * common.codeAlignment;
    if (location > eip) return done();
  }
  return done();
}

// ---- Expressions (section 2.5)

/** Longest run of operations: a loop in a damaged table ends. */
const MOST_OPERATIONS = 1000;

function evaluate(code: Uint8Array, machine: FrameMachine, cfa: number | undefined): number | undefined {
  const reader = new ByteReader(code);
  const stack: number[] = cfa === undefined ? [] : [cfa];
  const pop = () => {
    const value = stack.pop();
    if (value === undefined) throw new RangeError('an expression takes from an empty stack');
    return value;
  };
  const push = (value: number) => stack.push(value >>> 0);
  const binary = (apply: (a: number, b: number) => number) => {
    const b = pop();
    push(apply(pop(), b));
  };
  const jump = () => {
    const distance = (reader.u16() << 16) >> 16;
    return () => {
      reader.at += distance;
    };
  };
  for (let count = 0; reader.left > 0; count++) {
    if (count > MOST_OPERATIONS) throw new RangeError('an expression does not end');
    const op = reader.u8();
    if (op >= 0x30 && op <= 0x4f) push(op - 0x30);
    else if (op >= 0x70 && op <= 0x8f) {
      const base = machine.register(op - 0x70);
      if (base === undefined) return undefined;
      push(base + reader.signed());
    } else {
      switch (op) {
        case 0x03:
        case 0x0c:
        case 0x0d:
          push(reader.u32());
          break;
        case 0x06: {
          const value = machine.word(pop());
          if (value === undefined) return undefined;
          push(value);
          break;
        }
        case 0x08:
          push(reader.u8());
          break;
        case 0x09:
          push((reader.u8() << 24) >> 24);
          break;
        case 0x0a:
          push(reader.u16());
          break;
        case 0x0b:
          push((reader.u16() << 16) >> 16);
          break;
        case 0x10:
          push(reader.unsigned());
          break;
        case 0x11:
          push(reader.signed());
          break;
        case 0x12: {
          const top = pop();
          push(top);
          push(top);
          break;
        }
        case 0x13:
          pop();
          break;
        case 0x16: {
          const [top, next] = [pop(), pop()];
          push(top);
          push(next);
          break;
        }
        case 0x1a:
          binary((a, b) => a & b);
          break;
        case 0x1c:
          binary((a, b) => a - b);
          break;
        case 0x21:
          binary((a, b) => a | b);
          break;
        case 0x22:
          binary((a, b) => a + b);
          break;
        case 0x23:
          push(pop() + reader.unsigned());
          break;
        case 0x24:
          binary((a, b) => a << b);
          break;
        case 0x28: {
          const go = jump();
          if (pop() !== 0) go();
          break;
        }
        case 0x29:
          binary((a, b) => (a === b ? 1 : 0));
          break;
        case 0x2a:
          binary((a, b) => ((a | 0) >= (b | 0) ? 1 : 0));
          break;
        case 0x2e:
          binary((a, b) => (a !== b ? 1 : 0));
          break;
        case 0x2f:
          jump()();
          break;
        default:
          throw new RangeError(`operation ${op} in an expression`);
      }
    }
  }
  return stack.at(-1);
}
