/** Machine code to text, with names for addresses, and data left as data. */

import { capstone } from './encode/engines.ts';

export interface NamedAddress {
  readonly name: string;
  readonly address: number;
  /** Of several names for one address, a global one is shown. */
  readonly global?: boolean;
}

/** Bytes that are no code. */
export interface DataRange {
  readonly address: number;
  /** In bytes. */
  readonly size: number;
}

/** A field that is still to be filled, and the name of what it will point to. */
export interface OpenField {
  readonly address: number;
  readonly target: string;
}

export interface DisassembleOptions {
  /** 32 by default. */
  readonly bits?: 16 | 32 | 64;
  /** Of the first byte; 0 by default. */
  readonly address?: number;
  /** Names for addresses: jump targets and memory operands are shown with them. */
  readonly symbols?: readonly NamedAddress[];
  /** Shown as `db`, a line up to eight bytes. */
  readonly data?: readonly DataRange[];
  /** What a linker would fill: shown as what it will point to. */
  readonly open?: readonly OpenField[];
  /** At most so many lines. */
  readonly limit?: number;
}

export interface DisassembledLine {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** `mov eax, dword ptr [ebx]`; data, and a byte that begins no instruction, is `db 0x..`. */
  readonly text: string;
  /** The name of exactly this address, if it has one. */
  readonly label: string | null;
  /** What an address in the instruction is: `printk+0x12`; null if it speaks of none. */
  readonly target: string | null;
}

/** No instruction is longer. */
const LONGEST = 15;
/** Bytes of data shown in one line. */
const DATA_LINE = 8;

/** Disassembles all bytes, one line each instruction. */
export function disassemble(bytes: Uint8Array, options: DisassembleOptions = {}): DisassembledLine[] {
  const { bits = 32, address = 0, limit = Number.POSITIVE_INFINITY } = options;
  const names = new AddressNames(options.symbols ?? []);
  const data = [...(options.data ?? [])].filter(({ size }) => size > 0).sort((a, b) => a.address - b.address);
  const open = (options.open ?? []).filter((field) => field.address >= address).sort((a, b) => a.address - b.address);
  const lines: DisassembledLine[] = [];
  for (let at = 0; at < bytes.length && lines.length < limit; ) {
    const place = address + at;
    while (data[0] && data[0].address + data[0].size <= place) data.shift();
    const range = data[0];
    const isData = range !== undefined && range.address <= place;
    // Code ends where data begins, and a line of data where the next name stands.
    const edge = isData ? Math.min(range.address + range.size, names.after(place)) : (range?.address ?? Infinity);
    const ahead = bytes.subarray(at, at + Math.min(isData ? DATA_LINE : LONGEST, edge - place));
    const found = isData ? null : capstone(ahead, place, bits);
    const taken = found?.bytes ?? (isData ? ahead.slice() : bytes.slice(at, at + 1));
    const text = found ? `${found.mnemonic} ${found.operands}`.trimEnd() : dataText(taken);
    const targets: string[] = [];
    while (open[0] && open[0].address < place + taken.length) targets.push(open.shift()!.target);
    const target = targets.length > 0 ? targets.join(', ') : found ? names.targetIn(text) : null;
    lines.push({ address: place, bytes: taken, text, label: names.exact(place), target });
    at += taken.length;
  }
  return lines;
}

/** `db 'text', 0x00`: runs of four and more printable characters as text. */
function dataText(bytes: Uint8Array): string {
  const characters = String.fromCharCode(...bytes);
  const items = characters.match(/[ !#-&(-~]{4,}|[\s\S]/g) ?? [];
  const shown = items.map((item) =>
    item.length > 1 ? `'${item}'` : `0x${item.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `db ${shown.join(', ')}`;
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

  /** The nearest named address above this one; Infinity if there is none. */
  after(address: number): number {
    return this.sorted[this.countUpTo(address)]?.address ?? Number.POSITIVE_INFINITY;
  }

  /** The address an instruction's text speaks of, named. */
  targetIn(text: string): string | null {
    // Capstone writes numbers below 10 without 0x.
    const number = /(?:^(?:j\w+|call|loop\w*) |\[|, )(0x[0-9a-f]+|(?<=^\w+ )\d)\]?$/.exec(text)?.[1];
    return number && this.sorted.length > 0 ? this.describe(Number(number)) : null;
  }

  /** The last symbol at or before the address; of several at one address the first. */
  private before(address: number): NamedAddress | undefined {
    let at = this.countUpTo(address) - 1;
    while (at > 0 && this.sorted[at - 1]!.address === this.sorted[at]!.address) at--;
    return this.sorted[at];
  }

  /** How many symbols are at or before the address. */
  private countUpTo(address: number): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
