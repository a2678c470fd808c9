/** Addresses and names, both ways. */

import type { ImageSymbol } from '../machine/loaders/image.ts';

export class SymbolTable {
  private readonly byAddress: readonly ImageSymbol[];
  private readonly byName: ReadonlyMap<string, ImageSymbol>;

  /** @param last the image's last address; behind it nothing has a name */
  constructor(
    symbols: readonly ImageSymbol[],
    private readonly last: number = 0xffffffff,
  ) {
    // Of several names for one address the best comes last: global before local, functions before the rest.
    const rank = ({ global, kind }: ImageSymbol) => (global ? 2 : 0) + (kind === 'function' ? 1 : 0);
    this.byAddress = [...symbols].sort((a, b) => a.address - b.address || rank(a) - rank(b));
    this.byName = new Map(symbols.map((symbol) => [symbol.name, symbol]));
  }

  /** The address of a name; undefined when there is none. */
  addressOf(name: string): number | undefined {
    return this.byName.get(name)?.address;
  }

  /** The names that begin so, in order. */
  namesFrom(start: string): string[] {
    return [...this.byName.keys()].filter((name) => name.startsWith(start)).sort();
  }

  /** An address as 'name' or 'name+0x1a'; undefined when no symbol's code or data holds it. */
  nameOf(address: number): string | undefined {
    let low = 0;
    let high = this.byAddress.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.byAddress[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    const symbol = this.byAddress[low - 1];
    if (!symbol || address > this.last) return undefined;
    const offset = address - symbol.address;
    if (symbol.size > 0 && offset >= symbol.size) return undefined;
    return offset === 0 ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`;
  }
}
