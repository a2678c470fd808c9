/** Instructions around an address, and the source they come from. */

import { disassemble } from '../../../asm/index.ts';
import { peekBytes } from '../sight/memory-view.ts';
import { codeBits } from '../stepper/instruction-kind.ts';
import { hereOf, type Scene } from './scene.ts';
import { dim, here as hereTone, hex, type Line, line, type Span, strong } from './text.ts';

const LONGEST = 15;
/** Further than this nobody looks for the beginning of a routine. */
const FAR = 1024;

interface Shown {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly text: string;
}

export interface CodeOptions {
  /** Lines to show. */
  readonly rows: number;
  /** Lines before the address. */
  readonly above?: number;
  /** Whether to show the instructions' bytes. */
  readonly bytes?: boolean;
  /** An address that is marked, besides where the machine stands. */
  readonly cursor?: number | undefined;
}

/** Disassembly. Routines have a line with their name, the next instruction an arrow, one with a stop a bullet. */
export function codeView(
  scene: Scene,
  address: number,
  { rows, above = 0, bytes = false, cursor }: CodeOptions,
): Line[] {
  const instructions = around(scene, address, above, rows);
  if (instructions.length === 0) return [line(dim(`no code can be seen at ${hex(address)}`))];
  const here = hereOf(scene.sight);
  const stops = new Set(scene.stops.flatMap(({ at }) => (at.kind === 'address' ? [at.address] : [])));
  const lines: Line[] = [];
  let current = 0;
  for (const { address: at, bytes: code, text } of instructions) {
    if (at === address) current = lines.length;
    const name = scene.symbols.nameOf(at);
    if (name !== undefined && !name.includes('+')) lines.push(line({ text: `${name}:`, tone: 'symbol' }));
    const mark = at === cursor ? '> ' : at === here ? '=>' : stops.has(at) ? ' \u2022' : '  ';
    const raw = bytes
      ? ` ${Array.from(code, (byte) => hex(byte, 2))
          .join('')
          .slice(0, 16)
          .padEnd(16)}`
      : '';
    const shown = withNames(scene, text);
    const parts: Span[] = [dim(` ${hex(at)}${raw}  `), ...shown];
    const whole = [{ text: mark }, ...parts].map(({ text }) => text).join('');
    lines.push(at === here ? line(hereTone(whole)) : at === cursor ? line(strong(whole)) : line(mark, ...parts));
  }
  const first = Math.max(0, Math.min(current - above, lines.length - rows));
  return lines.slice(first, first + rows);
}

/** The source around an address: its file, and lines with their numbers. Nothing when no line is known for it. */
export function sourceView(scene: Scene, address: number, rows: number): Line[] | undefined {
  const place = scene.debugInfo.lines.at(address);
  if (!place) return undefined;
  const text = scene.source(place.file);
  if (!text) return [line(dim(`${place.file}:${place.line}, but the file is not there`))];
  const first = Math.max(1, Math.min(place.line - Math.floor(rows / 2), text.length - rows + 1));
  const width = String(first + rows).length;
  const stops = stoppedLines(scene, place.file);
  return text.slice(first - 1, first - 1 + rows).map((content, i) => {
    const number = first + i;
    const isHere = number === place.line;
    const label = `${isHere ? '=>' : stops.has(number) ? ' \u2022' : '  '} ${String(number).padStart(width)}  `;
    const shown = content.replaceAll('\t', '        ');
    return isHere ? line(hereTone(label + shown)) : line(dim(label), shown);
  });
}

function stoppedLines({ stops, debugInfo }: Scene, file: string): Set<number> {
  const lines = stops.flatMap(({ at }) => {
    const place = at.kind === 'address' ? debugInfo.lines.at(at.address) : undefined;
    return place?.file === file ? [place.line] : [];
  });
  return new Set(lines);
}

/** An operand that is an address with a name gets it. */
function withNames({ symbols }: Scene, text: string): Span[] {
  const match = /0x([\da-f]{5,8})\b/.exec(text);
  const name = match && symbols.nameOf(Number.parseInt(match[1]!, 16));
  return name ? [{ text }, { text: `  <${name}>`, tone: 'symbol' }] : [{ text }];
}

/** Where the instructions begin that lie before an address: at most so many, the first one first. */
export function codeStarts(scene: Scene, address: number, above: number): number[] {
  const { sight } = scene;
  const start = startBefore(scene, address, above);
  const bytes = peekBytes(sight, start, address - start);
  const decoded = disassemble(bytes, { bits: codeBits(sight), address: start, limit: Math.max(1, address - start) });
  return decoded.map((instruction) => instruction.address).slice(-above);
}

/** Instructions from some before an address on, such that one begins at the address. */
function around(scene: Scene, address: number, above: number, rows: number): Shown[] {
  const { sight } = scene;
  const start = above > 0 ? (codeStarts(scene, address, above)[0] ?? address) : address;
  const bytes = peekBytes(sight, start, address - start + rows * LONGEST);
  return disassemble(bytes, { bits: codeBits(sight), address: start, limit: above + rows });
}

/** An address before this one from which decoding leads here: a line's, a routine's, or one that happens to. */
function startBefore(scene: Scene, address: number, above: number): number {
  const { symbols, debugInfo, sight } = scene;
  let known = debugInfo.lines.at(address)?.first;
  for (let i = 0; i < above && known !== undefined; i++) {
    const before = debugInfo.lines.at(known - 1);
    if (!before || address - before.first > FAR) break;
    known = before.first;
  }
  if (known !== undefined) return known;
  const routine = symbols.addressOf(symbols.nameOf(address)?.split('+')[0] ?? '');
  if (routine !== undefined && routine < address && address - routine <= FAR) return routine;
  for (let start = address - above * 4; start < address; start++) {
    const bytes = start < 0 ? new Uint8Array() : peekBytes(sight, start, address - start);
    if (bytes.length < address - start) continue;
    const decoded = disassemble(bytes, { bits: codeBits(sight), address: start, limit: address - start });
    const end = decoded.reduce((sum, instruction) => sum + instruction.bytes.length, start);
    if (end === address && decoded.every(({ text }) => !text.startsWith('db '))) return start;
  }
  return address;
}
