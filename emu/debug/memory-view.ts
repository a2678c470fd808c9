/**
 * Guest memory by linear address, for looking: nothing is marked accessed, no chip is asked, no cache is filled. Where
 * no page is mapped, or a chip decodes, there is nothing to see.
 */

import type { Pc } from '../machine/pc.ts';

const PAGE = 4096;
const ADDRESSES = 2 ** 32;

/** One byte, or undefined where nothing can be seen. */
function byteAt(pc: Pc, linear: number): number | undefined {
  const physical = pc.cpu.translate(linear % ADDRESSES);
  return physical !== undefined && pc.machine.memory.isMemory(physical, 1) ? pc.cpu.ram[physical] : undefined;
}

/** As many of these bytes as can be seen: fewer, or none, when something else begins. */
export function peekBytes(pc: Pc, linear: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const at = (linear + done) % ADDRESSES;
    const take = Math.min(length - done, PAGE - (at % PAGE));
    const physical = pc.cpu.translate(at);
    if (physical === undefined || !pc.machine.memory.isMemory(physical, take)) return bytes.slice(0, done);
    bytes.set(pc.cpu.ram.subarray(physical, physical + take), done);
    done += take;
  }
  return bytes;
}

/** A little-endian number of 1, 2 or 4 bytes, or undefined where some of it cannot be seen. */
export function peekNumber(pc: Pc, linear: number, width: 1 | 2 | 4 = 4): number | undefined {
  let value = 0;
  for (let i = 0; i < width; i++) {
    const byte = byteAt(pc, linear + i);
    if (byte === undefined) return undefined;
    value += byte * 2 ** (8 * i);
  }
  return value;
}

/** Put bytes into memory, ROM too. @returns false, and nothing is written, where some of it is no memory */
export function pokeBytes(pc: Pc, linear: number, bytes: Uint8Array): boolean {
  if (peekBytes(pc, linear, bytes.length).length < bytes.length) return false;
  for (let done = 0; done < bytes.length; ) {
    const at = (linear + done) % ADDRESSES;
    const take = Math.min(bytes.length - done, PAGE - (at % PAGE));
    pc.machine.memory.write(pc.cpu.translate(at)!, bytes.subarray(done, done + take));
    done += take;
  }
  return true;
}
