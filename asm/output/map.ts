/** The map file: where sections and symbols lie. */

import type { LinkedImage } from '../link/link.ts';

export function writeMap(image: LinkedImage, title: string): string {
  const hex = (n: number): string => n.toString(16).padStart(8, '0');
  const manyFiles = new Set(image.pieces.map((piece) => piece.object)).size > 1;
  const out = [`Map of ${title}`, '', 'Sections', '', 'address   size      rights  name'];
  for (const { name, address, size, write, execute, noBits, pieces } of image.outputs) {
    const rights = `r${write ? 'w' : '-'}${execute ? 'x' : '-'}${noBits ? '0' : ' '}`;
    out.push(`${hex(address)}  ${hex(size)}  ${rights}    ${name}`);
    if (!manyFiles) continue;
    for (const piece of pieces) {
      out.push(
        `${hex(piece.address)}  ${hex(piece.size)}            ${piece.object.file}(${piece.emitted.section.name})`,
      );
    }
  }
  out.push('', 'Symbols', '', 'address   section     name');
  for (const symbol of image.symbols) {
    if (symbol.section !== null)
      out.push(`${hex(symbol.address)}  ${symbol.section.padEnd(10)}${symbol.global ? '*' : ' '} ${symbol.name}`);
  }
  out.push('', 'Numbers', '', 'value     name');
  for (const symbol of image.symbols) if (symbol.section === null) out.push(`${hex(symbol.address)}  ${symbol.name}`);
  return `${out.join('\n')}\n`;
}
