/**
 * The instruction table as the comparisons see it: an entry for each encoding, the x87's rows taken apart, and a decoder
 * that says which entry some bytes are. It is written from the table's notation alone, not from the core's decoder.
 */
import { instructions } from '../../../emu/isa/index.ts';
import type { Instruction, Operands } from '../../../emu/isa/instruction.ts';
import { x87Encodings } from '../referee/x87-cases.ts';

export interface Entry {
  /** "np 0f 58 addps Vps,Wps"; "d9 e8 x87". */
  readonly id: string;
  readonly name: string;
  readonly instruction: Instruction;
  readonly operands: Operands;
  /** 0f, or not. */
  readonly escaped: boolean;
  /** Mandatory prefix: a byte, 0 for none there may be, undefined when prefixes mean what they always mean. */
  readonly prefix: number | undefined;
  readonly opcode: number;
  /** A register in the opcode's low three bits. */
  readonly registers: boolean;
  readonly digit: number | undefined;
  /** The second byte, of x87 instructions without memory: from, to. */
  readonly second?: readonly [number, number];
}

const PREFIX: Readonly<Record<string, number>> = { np: 0, '66': 0x66, f3: 0xf3, f2: 0xf2 };

function entriesOf(instruction: Instruction): Entry[] {
  return Object.entries(instruction.encodings).map(([key, operands]) => {
    const match = /^(?:(?:(np|66|f3|f2) )?(0f) )?([0-9a-f]{2})(\+)?(?: \/([0-7]))?$/.exec(key);
    if (!match) throw new Error(`opcode "${key}" is not in the table's notation`);
    const [, prefix, escaped, byte, plus, digit] = match;
    return {
      id: `${key} ${instruction.name}${operands && ` ${operands}`}`,
      name: instruction.name,
      instruction,
      operands,
      escaped: escaped !== undefined,
      prefix: prefix === undefined ? undefined : PREFIX[prefix],
      opcode: Number.parseInt(byte as string, 16),
      registers: plus !== undefined,
      digit: digit === undefined ? undefined : Number(digit),
    };
  });
}

const hex = (n: number): string => n.toString(16).padStart(2, '0');

function escapes(row: Entry): Entry[] {
  const { memory, registers } = x87Encodings(row.opcode);
  return [
    ...memory.map((digit) => ({ ...row, id: `${hex(row.opcode)} /${digit} x87 memory`, digit, operands: 'M' })),
    ...registers.map(([from, to]) => ({
      ...row,
      id: `${hex(row.opcode)} ${hex(from)}${to > from ? `-${hex(to)}` : ''} x87`,
      operands: 'F',
      second: [from, to] as const,
    })),
  ];
}

export const entries: readonly Entry[] = instructions
  .flatMap(entriesOf)
  .flatMap((entry) => (entry.name === 'esc' ? escapes(entry) : [entry]));

const byOpcode = new Map<number, Entry[]>();
for (const entry of entries) {
  for (let n = 0; n < (entry.registers ? 8 : 1); n++) {
    const key = (entry.escaped ? 0x100 : 0) | (entry.opcode + n);
    byOpcode.set(key, [...(byOpcode.get(key) ?? []), entry]);
  }
}

export interface Decoded {
  readonly entry: Entry;
  readonly form: 'register' | 'memory' | 'none';
  readonly length: number;
}

const hasModrm = ({ operands, name }: Entry): boolean =>
  name === 'esc' ||
  operands.split(',').some((part) => /^[EGHMSCDRFPNQVUW]/.test(part) && !/^(ES|CS|SS|DS|FS|GS)$/.test(part));

/** Which entry the bytes begin with; nothing when it is none, or when they end before it does. */
export function decode(bytes: Uint8Array, code32 = true): Decoded | undefined {
  let at = 0;
  let size16 = !code32;
  let address16 = !code32;
  let mandatory = 0;
  let operandPrefix = false;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === 0x66) [size16, operandPrefix] = [code32, true];
    else if (byte === 0x67) address16 = code32;
    else if (byte === 0xf2 || byte === 0xf3) mandatory = byte;
    else if (byte !== 0xf0 && (byte & 0xe7) !== 0x26 && (byte & 0xfe) !== 0x64) break;
  }
  const escaped = bytes[at] === 0x0f;
  if (escaped) at++;
  if (at >= bytes.length) return undefined;
  const prefix = mandatory || (operandPrefix ? 0x66 : 0);
  const modrm = bytes[at + 1] ?? 0;
  const isMemory = modrm < 0xc0;
  const entry = (byOpcode.get((escaped ? 0x100 : 0) | bytes[at]!) ?? []).find((each) => {
    if (each.prefix !== undefined && each.prefix !== prefix) return false;
    if (each.second) return modrm >= each.second[0] && modrm <= each.second[1];
    if (each.digit !== undefined && each.digit !== ((modrm >>> 3) & 7)) return false;
    if (each.name === 'esc') return isMemory;
    if (!hasModrm(each)) return true;
    const parts = each.operands.split(',');
    if (parts.some((part) => /^M/.test(part))) return isMemory;
    if (parts.some((part) => /^[NUR]/.test(part)) && !parts.some((part) => /^[CD]/.test(part))) return !isMemory;
    return true;
  });
  if (!entry) return undefined;
  at++;
  const withModrm = hasModrm(entry);
  if (withModrm) at += modrmBytes(bytes, at, address16);
  at += immediateBytes(entry.operands, size16, address16);
  return at > bytes.length
    ? undefined
    : { entry, form: !withModrm ? 'none' : isMemory ? 'memory' : 'register', length: at };
}

function modrmBytes(bytes: Uint8Array, at: number, address16: boolean): number {
  const [mod, rm] = [bytes[at]! >>> 6, bytes[at]! & 7];
  if (mod === 3) return 1;
  if (address16) return 1 + (mod === 1 ? 1 : mod === 2 || rm === 6 ? 2 : 0);
  const sib = rm === 4 ? 1 : 0;
  const base = sib ? bytes[at + 1]! & 7 : rm;
  return 1 + sib + (mod === 1 ? 1 : mod === 2 || base === 5 ? 4 : 0);
}

function immediateBytes(operands: Operands, size16: boolean, address16: boolean): number {
  return operands.split(',').reduce((sum, part) => {
    if (/^(Ib|sIb|Jb)$/.test(part)) return sum + 1;
    if (part === 'Iw') return sum + 2;
    if (/^(Iv|Jv)$/.test(part)) return sum + (size16 ? 2 : 4);
    if (part === 'Ap') return sum + (size16 ? 4 : 6);
    if (/^O/.test(part)) return sum + (address16 ? 2 : 4);
    return sum;
  }, 0);
}
