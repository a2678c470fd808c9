/** Collects in what a result differs from what was expected, for people to read. */
import { hex } from './formats.ts';

export class Differences {
  readonly lines: string[] = [];

  /** Compares under a mask, both as unsigned 32-bit numbers. */
  number(name: string, actual: number, expected: number, mask = 0xffffffff): void {
    if (((actual ^ expected) & mask) === 0) return;
    const under = mask >>> 0 === 0xffffffff ? '' : ` under ${hex(mask)}`;
    this.lines.push(`${name}: ${hex(actual)}, expected ${hex(expected)}${under}`);
  }

  /** Compares bytes from an address on, each under its mask (all of it when there is none for it). */
  bytes(name: string, actual: Uint8Array, expected: Uint8Array, masks: ReadonlyMap<number, number> = new Map()): void {
    const differs = [...expected].flatMap((byte, i) => ((byte ^ actual[i]!) & (masks.get(i) ?? 0xff) ? [i] : []));
    if (differs.length === 0) return;
    const places = differs.slice(0, 8).map((i) => `+${i}: ${hex(actual[i]!, 2)}, expected ${hex(expected[i]!, 2)}`);
    this.lines.push(`${name}: ${places.join('; ')}${differs.length > 8 ? ' ...' : ''}`);
  }

  text(line: string): void {
    this.lines.push(line);
  }
}
