/** The decoder's tables: opcode to line, and slow case to hot case. */
import { LINE } from '../../core/lines.ts';
import { type Address, type Case, type Cases, type Encoding, nameOf } from './cases.ts';
import { reading, traits } from './notation.ts';

interface OpcodePlace {
  map: number;
  opcode: number;
  registers: boolean;
  digit: number | undefined;
}

/** Where an opcode stands: which map (0: one byte, 1: 0F), which byte, and the digit of its group. */
function place(opcode: string): OpcodePlace {
  const match = /^(0f )?([0-9a-f]{2})(\+)?(?: \/([0-7]))?$/.exec(opcode);
  if (!match) throw new Error(`opcode "${opcode}" is not in the notation of instruction.ts`);
  const [, escaped, byte, plus, digit] = match;
  return {
    map: escaped ? 1 : 0,
    opcode: Number.parseInt(byte as string, 16),
    registers: plus !== undefined,
    digit: digit === undefined ? undefined : Number(digit),
  };
}

function lineOf(cases: Cases, { operands, instruction, register, memory }: Encoding): number[] {
  const line = new Array<number>(LINE).fill(0);
  line.splice(0, 4, ...reading(operands));
  [
    traits(instruction, operands),
    cases.numberOf(register),
    cases.numberOf(memory ?? (operands.includes('O') ? register : undefined)),
  ].forEach((value, n) => {
    line[4 + 2 * n] = value & 255;
    line[5 + 2 * n] = value >> 8;
  });
  return line;
}

/** MAP: 2 operand sizes x 2 maps x 256 opcodes, each the number of a line, of a group's first line (| 0x8000), or 0. */
function opcodeMap(cases: Cases): { map: number[]; lines: number[] } {
  const map = new Array<number>(1024).fill(0);
  const lines: number[] = new Array<number>(LINE).fill(0);
  const groups = new Map<number, (Encoding | undefined)[]>();
  const addLine = (encoding: Encoding | undefined): number => {
    lines.push(...(encoding ? lineOf(cases, encoding) : new Array<number>(LINE).fill(0)));
    return lines.length / LINE - 1;
  };
  const claim = (at: number, value: number, encoding: Encoding): void => {
    if (map[at]) throw new Error(`two instructions claim opcode ${encoding.opcode}`);
    map[at] = value;
  };
  for (const encoding of cases.encodings) {
    const { map: which, opcode, registers, digit } = place(encoding.opcode);
    const sizes = encoding.width === 32 ? [0] : encoding.width === 16 ? [1] : [0, 1];
    for (const size of sizes) {
      const at = size * 512 + which * 256 + opcode;
      if (digit === undefined) {
        const line = addLine(encoding);
        for (let n = 0; n < (registers ? 8 : 1); n++) claim(at + n, line, encoding);
        continue;
      }
      const members = groups.get(at) ?? new Array<Encoding | undefined>(8).fill(undefined);
      if (members[digit]) throw new Error(`two instructions claim opcode ${encoding.opcode}`);
      members[digit] = encoding;
      groups.set(at, members);
    }
  }
  for (const [at, members] of groups) {
    if (map[at]) throw new Error(`opcode ${at.toString(16)} is both an instruction and a group`);
    map[at] = 0x8000 | (lines.length / LINE);
    members.forEach(addLine);
  }
  return { map, lines };
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
