/** Guest memory by linear address, for a debugger: numbers to look at, and bytes to put there. */

import type { Pc } from '../../machine/pc.ts';
import type { Sight } from './sight.ts';

const PAGE = 4096;
const ADDRESSES = 2 ** 32;

/** As many of these bytes as can be seen: fewer, or none, when something else begins. */
export function peekBytes(sight: Sight, linear: number, length: number): Uint8Array {
  return sight.peek(linear % ADDRESSES, length);
}

/** A little-endian number of 1, 2 or 4 bytes, or undefined where some of it cannot be seen. */
export function peekNumber(sight: Sight, linear: number, width: 1 | 2 | 4 = 4): number | undefined {
  return numberOf(peekBytes(sight, linear, width), width);
}

/** The same at a physical address. */
export function peekPhysicalNumber(sight: Sight, physical: number, width: 1 | 2 | 4 = 4): number | undefined {
  return numberOf(sight.peekPhysical(physical, width), width);
}

function numberOf(bytes: Uint8Array, width: number): number | undefined {
  return bytes.length < width ? undefined : bytes.reduceRight((value, byte) => value * 256 + byte, 0);
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
