/** The kernel's table of its own functions, as source: what the first assembly found, for the second. */

export interface PlacedSymbol {
  readonly name: string;
  readonly address: number;
}

/** Of the names in .text: the labels that belong to no other label, lowest first; of those at one address, the first by name. */
export function functionsOf(text: Iterable<PlacedSymbol>): PlacedSymbol[] {
  const places = new Map<number, string>();
  for (const { name, address } of text) {
    if (/[.@]/.test(name)) continue;
    const known = places.get(address);
    if (known === undefined || name < known) places.set(address, name);
  }
  return [...places].map(([address, name]) => ({ name, address })).sort((a, b) => a.address - b.address);
}

/** kallsyms.inc: a line for each function. */
export function kallsymsSource(functions: readonly PlacedSymbol[]): string {
  const line = ({ address, name }: PlacedSymbol) =>
    `        kallsym 0x${address.toString(16).padStart(8, '0')}, "${name}"\n`;
  return functions.map(line).join('');
}
