/** Memory as bytes and characters, and the stack as words with the names they may be. */

import { callStack, type StackFrame } from '../sight/call-stack.ts';
import { peekBytes, peekNumber } from '../sight/memory-view.ts';
import type { Scene } from './scene.ts';
import { dim, here, hex, type Line, line, named } from './text.ts';

const ROW = 16;
/** Of an access word: D of code, B of a stack. */
const BIG = 0x4000;

/** Bytes from a linear address on. */
export function memoryView({ sight }: Scene, from: number, length: number): Line[] {
  const bytes = peekBytes(sight, from, length);
  if (bytes.length === 0) return [line(dim(`nothing can be seen at ${hex(from)}`))];
  return Array.from({ length: Math.ceil(bytes.length / ROW) }, (_, row) => {
    const part = bytes.subarray(row * ROW, row * ROW + ROW);
    const numbers = Array.from(part, (byte) => hex(byte, 2)).join(' ');
    const text = Array.from(part, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    return line(dim(`${hex(from + row * ROW)}  `), `${numbers.padEnd(3 * ROW - 1)}  `, dim(text));
  });
}

/** The words on the stack, the last pushed first; where one is an address with a name, the name. */
export function stackView(scene: Scene, rows: number): Line[] {
  const { sight, symbols } = scene;
  const { cpu } = sight;
  const ss = cpu.segment('ss');
  const wide: 2 | 4 = (cpu.segment('cs').access & BIG) !== 0 ? 4 : 2;
  const small = (ss.access & BIG) === 0;
  const top = small ? cpu.register('esp') & 0xffff : cpu.register('esp');
  const lines: Line[] = [];
  for (let i = 0; i < rows; i++) {
    const at = (ss.base + top + i * wide) >>> 0;
    const value = peekNumber(sight, at, wide);
    const mark = i === 0 ? here('esp') : (ss.base + cpu.register('ebp')) >>> 0 === at ? dim('ebp') : '   ';
    if (value === undefined) return [...lines, line(mark, dim(` ${hex(at)} nothing can be seen from here on`))];
    lines.push(line(mark, dim(` ${hex(at)} `), hex(value, wide * 2), named(symbols.nameOf(value))));
  }
  return lines;
}

/** Who called whom, and what was interrupted; the innermost first. */
export function backtraceView(scene: Scene, rows: number): Line[] {
  const frames = callStack(scene.sight, scene.debugInfo.frames).slice(0, rows);
  return frames.map(({ address, within, kind }, i) => {
    const words: Record<StackFrame['kind'], string> = { here: '', caller: 'called by ', interrupted: 'interrupted ' };
    const place = scene.debugInfo.lines.nameOf(within);
    return line(
      dim(`#${i} `.padEnd(4)),
      words[kind],
      dim(hex(address)),
      named(scene.symbols.nameOf(within)),
      place === undefined ? undefined : dim(` ${place}`),
    );
  });
}
