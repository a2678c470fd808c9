/** Machine code to text, with names for addresses. */

import { capstone } from './encode/engines.ts';

export interface NamedAddress {
  readonly name: string;
  readonly address: number;
  /** Of several names for one address, a global one is shown. */
  readonly global?: boolean;
}

export interface DisassembleOptions {
  /** 32 by default. */
  readonly bits?: 16 | 32 | 64;
  /** Of the first byte; 0 by default. */
  readonly address?: number;
  /** Names for addresses: jump targets and memory operands are shown with them. */
  readonly symbols?: readonly NamedAddress[];
  /** At most so many lines. */
  readonly limit?: number;
}

export interface DisassembledLine {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** `mov eax, dword ptr [ebx]`; a byte that begins no instruction is `db 0x..`. */
  readonly text: string;
  /** The name of exactly this address, if it has one. */
  readonly label: string | null;
  /** What an address in the instruction is: `printk+0x12`; null if it speaks of none. */
  readonly target: string | null;
}

/** Disassembles all bytes, one line each instruction. */
export function disassemble(bytes: Uint8Array, options: DisassembleOptions = {}): DisassembledLine[] {
  const { bits = 32, address = 0, limit = Number.POSITIVE_INFINITY } = options;
  const names = new AddressNames(options.symbols ?? []);
  const lines: DisassembledLine[] = [];
  for (let at = 0; at < bytes.length && lines.length < limit; ) {
    const place = address + at;
    // No instruction is longer than 15 bytes.
    const found = capstone(bytes.subarray(at, at + 15), place, bits);
    const taken = found?.bytes ?? bytes.slice(at, at + 1);
    const text = found
      ? `${found.mnemonic} ${found.operands}`.trimEnd()
      : `db 0x${taken[0]!.toString(16).padStart(2, '0')}`;
    lines.push({
      address: place,
      bytes: taken,
      text,
      label: names.exact(place),
      target: found ? names.targetIn(text) : null,
    });
    at += taken.length;
  }
  return lines;
}

/** Finds the symbol an address belongs to. */
export class AddressNames {
  private readonly sorted: readonly NamedAddress[];

  constructor(symbols: readonly NamedAddress[]) {
    this.sorted = [...symbols].sort((a, b) => a.address - b.address || Number(b.global ?? 0) - Number(a.global ?? 0));
  }

  exact(address: number): string | null {
    const found = this.before(address);
    return found?.address === address ? found.name : null;
  }

  /** `name`, `name+0x12`, or null if no symbol is within a megabyte before the address. */
  describe(address: number): string | null {
    const found = this.before(address);
    if (!found || address - found.address > 1 << 20) return null;
    return found.address === address ? found.name : `${found.name}+0x${(address - found.address).toString(16)}`;
  }

  /** The address an instruction's text speaks of, named. */
  targetIn(text: string): string | null {
    const number = /(?:^(?:j\w+|call|loop\w*) |\[|, )(0x[0-9a-f]+)\]?$/.exec(text)?.[1];
    return number && this.sorted.length > 0 ? this.describe(Number(number)) : null;
  }

  /** The last symbol at or before the address; of several at one address the first. */
  private before(address: number): NamedAddress | undefined {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    let at = low - 1;
    while (at > 0 && this.sorted[at - 1]!.address === this.sorted[at]!.address) at--;
    return this.sorted[at];
  }
}
