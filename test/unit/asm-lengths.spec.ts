/** The disassembler and the core read the same bytes as instructions of the same length. */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { disassemble } from '../../asm/index.ts';
import * as L from '../../emu/core/layout.ts';
import { Cpu } from '../../emu/machine/cpu.ts';

const cpu = Cpu.create(
  { portRead: () => 0, portWrite: () => {}, mmioRead: () => 0, mmioWrite: () => {}, acknowledge: () => 0 },
  1 << 20,
);
const memory = (cpu as unknown as { readonly view: DataView }).view;
const AT = 0x1000;
const HLT = 0xf4;
const CODE = { 16: 0x009b, 32: 0xc09b } as const;

/** How many bytes the core decodes; 0 when it takes them for no instruction. */
function decoded(bytes: Uint8Array, bits: 16 | 32): number {
  cpu.reset();
  cpu.ram.fill(HLT, AT, AT + 32);
  cpu.ram.set(bytes, AT);
  cpu.memoryChanged(AT, 32);
  cpu.cr0 |= 1;
  cpu.setSegment('cs', { selector: 8, base: 0, limit: 0xffffffff, access: CODE[bits], usable: true });
  cpu.eip = AT;
  cpu.run(1);
  for (let block = L.ARENA; block < L.ARENA_END; ) {
    const records = memory.getUint32(block + L.B_RECORDS, true);
    if (records === 0) break;
    if (memory.getUint32(block + L.B_PHYSICAL, true) === AT) {
      if (records === 1) return memory.getUint32(block + L.B_BYTES, true);
      return memory.getUint32(block + L.BLOCK + L.RECORD + L.R_EIP, true) - AT;
    }
    block += L.BLOCK + records * L.RECORD;
  }
  return 0;
}

test('each statement of the corpus is as long for the core as for the disassembler', () => {
  const lines = gunzipSync(readFileSync('test/conformance/cases/asm-corpus.txt.gz')).toString().trimEnd().split('\n');
  const wrong: string[] = [];
  for (const line of lines) {
    // The core has no 64-bit mode.
    if (line.startsWith('64')) continue;
    const [size, hex, statement] = line.split('\t') as [string, string, string];
    const bits = size === '16' ? 16 : 32;
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    const lengths = disassemble(bytes, { bits }).map((l) => l.bytes.length);
    const ours = decoded(bytes, bits);
    // `fsave` and its like are two instructions.
    if (lengths[0] !== ours) wrong.push(`${size} ${statement} ${hex}: disassembled ${lengths}, decoded ${ours}`);
  }
  expect(wrong).toEqual([]);
});
