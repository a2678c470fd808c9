/** The decoder's tables: opcode to line, and slow case to hot case. */
import * as L from '../../core/lines.ts';
import { type Address, type Case, type Cases, type Encoding, nameOf } from './cases.ts';
import { reading, traits } from './notation.ts';

interface OpcodePlace {
  /** Maps of lines.ts in which it stands. */
  maps: readonly number[];
  opcode: number;
  registers: boolean;
  digit: number | undefined;
}

/** 0F opcodes stand under all mandatory prefixes when they name none, `np` says that there must be none. */
const prefixed: Readonly<Record<string, readonly number[]>> = {
  any: [L.MAP_0F, L.MAP_0F + L.MAP_66, L.MAP_0F + L.MAP_F3, L.MAP_0F + L.MAP_F2],
  np: [L.MAP_0F],
  '66': [L.MAP_0F + L.MAP_66],
  f3: [L.MAP_0F + L.MAP_F3],
  f2: [L.MAP_0F + L.MAP_F2],
};

/** Where an opcode stands: in which maps, which byte, and the digit of its group. */
function place(opcode: string): OpcodePlace {
  const match = /^(?:(?:(np|66|f3|f2) )?(0f) )?([0-9a-f]{2})(\+)?(?: \/([0-7]))?$/.exec(opcode);
  if (!match) throw new Error(`opcode "${opcode}" is not in the notation of instruction.ts`);
  const [, prefix = 'any', escaped, byte, plus, digit] = match;
  return {
    maps: escaped ? (prefixed[prefix] as readonly number[]) : [L.MAP_ONE_BYTE],
    opcode: Number.parseInt(byte as string, 16),
    registers: plus !== undefined,
    digit: digit === undefined ? undefined : Number(digit),
  };
}

/** One encoding, or two that share an opcode: one when rm is a register, the other when it is memory (movhlps and movlps). */
function lineOf(cases: Cases, encodings: readonly Encoding[]): number[] {
  const register = encodings.find((encoding) => encoding.register);
  const memory = encodings.find((encoding) => encoding.memory);
  const { operands } = (register ?? memory) as Encoding;
  const line = new Array<number>(L.LINE).fill(0);
  line.splice(0, 4, ...reading(operands));
  [
    encodings.reduce((bits, encoding) => bits | traits(encoding.instruction, encoding.operands), 0),
    cases.numberOf(register?.register),
    cases.numberOf(memory?.memory ?? (operands.includes('O') ? register?.register : undefined)),
  ].forEach((value, n) => {
    line[4 + 2 * n] = value & 255;
    line[5 + 2 * n] = value >> 8;
  });
  return line;
}

/** MAP: 2 operand sizes x MAPS x 256 opcodes, each the number of a line, of a group's first line (| 0x8000), or 0. */
function opcodeMap(cases: Cases): { map: number[]; lines: number[] } {
  const map = new Array<number>(2 * L.MAPS * 256).fill(0);
  const lines: number[] = new Array<number>(L.LINE).fill(0);
  const addLine = (encodings: readonly Encoding[] | undefined): number => {
    lines.push(...(encodings ? lineOf(cases, encodings) : new Array<number>(L.LINE).fill(0)));
    return lines.length / L.LINE - 1;
  };
  // What stands at each place; the eight digits of a group, or the one entry of a plain opcode.
  const plain = new Map<number, Encoding[]>();
  const groups = new Map<number, (Encoding[] | undefined)[]>();
  for (const encoding of cases.encodings) {
    const { maps, opcode, registers, digit } = place(encoding.opcode);
    const sizes = encoding.width === 32 ? [0] : encoding.width === 16 ? [1] : [0, 1];
    for (const size of sizes) {
      for (const which of maps) {
        const at = (size * L.MAPS + which) * 256 + opcode;
        if (digit === undefined) {
          for (let n = 0; n < (registers ? 8 : 1); n++) plain.set(at + n, share(plain.get(at + n), encoding));
        } else {
          const members = groups.get(at) ?? new Array<Encoding[] | undefined>(8).fill(undefined);
          members[digit] = share(members[digit], encoding);
          groups.set(at, members);
        }
      }
    }
  }
  const known = new Map<string, number>();
  const number = (members: readonly (readonly Encoding[] | undefined)[]): number => {
    const key = members.map((member) => member?.map((encoding) => cases.encodings.indexOf(encoding)).join()).join(';');
    const first = known.get(key) ?? lines.length / L.LINE;
    if (!known.has(key)) members.forEach(addLine);
    known.set(key, first);
    return first;
  };
  for (const [at, encodings] of plain) map[at] = number([encodings]);
  for (const [at, members] of groups) {
    if (map[at]) throw new Error(`opcode ${at.toString(16)} is both an instruction and a group`);
    map[at] = 0x8000 | number(members);
  }
  return { map, lines };
}

/** Two encodings may share a place when one is for registers only and the other for memory only. */
function share(there: readonly Encoding[] | undefined, encoding: Encoding): Encoding[] {
  const all = [...(there ?? []), encoding];
  const registers = all.filter(({ register }) => register).length;
  if (registers > 1 || all.length - registers > 1 || (all.length > 1 && all.some((e) => e.register && e.memory)))
    throw new Error(`two instructions claim opcode ${encoding.opcode}`);
  return all;
}

const u8 = (name: string, values: number[]): string =>
  `export const ${name} = memory.data<u8>([${values.join(',')}]);\n`;
const u16 = (name: string, values: number[]): string =>
  `export const ${name} = memory.data<u16>([${values.join(',')}]);\n`;

/** Text of generated/tables.ts. */
export function tablesModule(cases: Cases): string {
  const { map, lines } = opcodeMap(cases);
  const { slow } = cases;
  const numberNamed = (name: string): number => {
    const number = slow.findIndex((c) => nameOf(c) === name);
    if (number < 0) throw new Error(`no slow case is called ${name}`);
    return number;
  };
  const hot = (address: Address, quiet: boolean): number[] => slow.map((c: Case) => cases.hotOf(c, address, quiet));
  const constants: Record<string, number> = {
    CASE_undefined: numberNamed('undefined_undefinedOpcode'),
    CASE_outside: numberNamed('outside_outside'),
    CASE_fetch: numberNamed('fetch_fetch'),
    CASE_link: numberNamed('link_link'),
    CASE_bridge: numberNamed('bridge_bridge'),
    CASE_onward: numberNamed('onward'),
    CASE_nop: numberNamed('nop_nop'),
    CASE_call_32: numberNamed('call_32'),
    CASE_call_16: numberNamed('call_16'),
    FIRST_BRANCH: numberNamed('jo'),
  };
  return (
    Object.entries(constants)
      .map(([name, value]) => `export const ${name}: u32 = ${value};\n`)
      .join('') +
    u16('MAP', map) +
    u8('LINES', lines) +
    u16('HOT', hot('bd', false)) +
    u16('HOT_INDEXED', hot('bis', false)) +
    u16('QUIET', hot('bd', true)) +
    u16('QUIET_INDEXED', hot('bis', true)) +
    u8(
      'FUSED_FAMILIES',
      slow.flatMap((c) => [cases.familyOf(c, 'bd'), cases.familyOf(c, 'bis')]),
    ) +
    u16('FUSED', cases.fused)
  );
}
