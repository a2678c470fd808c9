/**
 * The machine's whole state as one number to compare: registers, time, RAM, every chip. What the processor has only
 * cached (decoded code, translations, how flags are kept) is not part of it.
 */

import * as L from '../core/layout.ts';
import type { Pc } from './pc.ts';

/** Words of the processor's block that say how it runs, not what it is; and the flags, which are hashed as EFLAGS. */
const HOW_IT_RUNS: readonly number[] = [
  ...[L.RESULT, L.RESULT + 4, L.CARRIES, L.EFLAGS, L.BUDGET, L.TLB, L.JUMPS, L.GENERATION, L.CS_GENERATION],
  ...[L.PC, L.FAULT, L.FAULT_CODE, L.CURRENT, L.EXIT_REQUEST, L.TRAP_STOP, L.END_TIME, L.END_TIME + 4],
];

/** Sixteen hexadecimal digits; equal states have equal hashes. Reads all of RAM: some tens of milliseconds. */
export function stateHash(pc: Pc): string {
  const hash = new Hash();
  const state = pc.cpu.saveState();
  const words = new Uint32Array(state.buffer, state.byteOffset, state.length / 4);
  for (const at of HOW_IT_RUNS) words[at / 4] = 0;
  words.fill(0, L.FETCH / 4, (L.FETCH + L.RECORD) / 4);
  hash.add(words);
  hash.add([pc.cpu.eflags]);
  hash.add(new Uint32Array(pc.cpu.ram.buffer, pc.cpu.ram.byteOffset, pc.cpu.ram.length / 4));
  hash.add(new TextEncoder().encode(JSON.stringify(pc.machine.devices.map((chip) => [chip.name, chip.peek()]))));
  return hash.text;
}

/** FNV-1a over words, in two lanes of 32 bits. */
class Hash {
  private a = 0x811c9dc5;
  private b = 0x9747b28c;

  add(words: ArrayLike<number>): void {
    let { a, b } = this;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      a = Math.imul(a ^ word, 0x01000193);
      b = Math.imul(b ^ (word >>> 15) ^ (word << 7) ^ i, 0x85ebca6b);
      a ^= b >>> 17;
    }
    this.a = a;
    this.b = b;
  }

  get text(): string {
    const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
    return hex(this.a) + hex(this.b);
  }
}
