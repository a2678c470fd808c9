/** The disassemble request: so many instructions from somewhere, also backwards from there. */

import type { DebugProtocol } from '@vscode/debugprotocol';
import { type DisassembledLine, disassemble } from '../../../asm/index.ts';
import { peekBytes } from '../sight/memory-view.ts';
import { codeBits } from '../stepper/instruction-kind.ts';
import type { Debuggee } from './debuggee.ts';
import { hex } from './requests.ts';
import type { Sources } from './sources.ts';

/** SDM 2A, 2.3.11. */
const LONGEST = 15;
const ADDRESSES = 2 ** 32;

/**
 * @param offset in instructions: where to begin, counted from `address`
 * @returns exactly `count`; where there is no memory, or address space, they are marked as invalid
 */
export function disassembleAround(
  debuggee: Debuggee,
  sources: Sources,
  address: number,
  offset: number,
  count: number,
): DebugProtocol.DisassembledInstruction[] {
  const before = offset < 0 ? linesBefore(debuggee, address, -offset).slice(0, count) : [];
  const missing = offset < 0 ? Math.min(count, -offset) - before.length : 0;
  const rest = count - missing - before.length;
  const skipped = Math.max(0, offset);
  const after = rest > 0 ? linesFrom(debuggee, address, skipped + rest).slice(skipped) : [];
  const first = before[0]?.address ?? address;
  let end = address;
  for (const line of after) end = line.address + line.bytes.length;
  const shown = [...before, ...after].map((line) => instruction(debuggee, sources, line));
  return [
    ...Array.from({ length: missing }, (_, i) => nothingAt(first - missing + i)),
    ...shown,
    ...Array.from({ length: rest - after.length }, (_, i) => nothingAt(end + i)),
  ];
}

function linesFrom({ stepper: { pc } }: Debuggee, address: number, limit: number): DisassembledLine[] {
  const length = Math.min(limit * LONGEST, ADDRESSES - address);
  return disassemble(peekBytes(pc, address, length), { bits: codeBits(pc), address, limit });
}

/**
 * The instructions that end where `address` begins. Code cannot be read backwards: one begins further up, best where a
 * line of source or a symbol begins, and sees whether the instructions come out at the address.
 */
function linesBefore(debuggee: Debuggee, address: number, count: number): DisassembledLine[] {
  const { stepper } = debuggee;
  const info = stepper.debugInfo;
  const far = Math.max(0, address - count * LONGEST);
  const starts: number[] = [];
  for (let at = far; at < address; at++) {
    const isBoundary = info.lines.at(at)?.first === at || stepper.symbols.nameOf(at)?.includes('+0x') === false;
    if (isBoundary) starts.push(at);
  }
  for (const from of [...starts, ...Array.from({ length: Math.min(LONGEST, address - far) }, (_, i) => far + i)]) {
    const bytes = peekBytes(stepper.pc, from, address - from);
    if (bytes.length < address - from) continue;
    const lines = disassemble(bytes, { bits: codeBits(stepper.pc), address: from, limit: address - from });
    const last = lines.at(-1);
    const whole = last !== undefined && last.address + last.bytes.length === address && !last.text.startsWith('db ');
    if (whole) return lines.slice(-count);
  }
  return [];
}

function instruction(
  { stepper }: Debuggee,
  sources: Sources,
  { address, bytes, text }: DisassembledLine,
): DebugProtocol.DisassembledInstruction {
  const symbol = stepper.symbols.nameOf(address);
  const line = stepper.debugInfo.lines.at(address);
  return {
    address: hex(address),
    instructionBytes: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' '),
    instruction: text,
    ...(symbol === undefined ? {} : { symbol }),
    ...(line?.first === address ? { location: sources.of(line.file), line: line.line } : {}),
  };
}

function nothingAt(address: number): DebugProtocol.DisassembledInstruction {
  return { address: hex(address), instruction: '(nothing can be seen here)', presentationHint: 'invalid' };
}
