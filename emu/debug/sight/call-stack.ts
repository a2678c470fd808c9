/**
 * Who called whom, and what was interrupted: frames read with the image's own tables (emu/trace/debug-info.ts), and where
 * those know nothing, along the chain of ebp.
 */

import type { FrameTable } from '../../../asm/index.ts';
import type { GeneralRegister } from '../../machine/cpu.ts';
import { peekNumber } from './memory-view.ts';
import type { Sight } from './sight.ts';

const ABI: readonly GeneralRegister[] = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const [ESP, EBP, EIP] = [4, 5, 8];
const MOST_FRAMES = 256;

export interface StackFrame {
  /** Linear address of the instruction the frame stands at, or that its call returns to. */
  readonly address: number;
  /** Address to look a name and a line up with: inside the call, when the frame waits for one to return. */
  readonly within: number;
  /** By the i386 ABI's numbers; what is not known is not there. */
  readonly registers: ReadonlyMap<number, number>;
  /** What called or was interrupted by the frame before. */
  readonly kind: 'here' | 'caller' | 'interrupted';
}

/** The innermost first. Code in a segment with a base (real mode) has only that one: no table speaks of it. */
export function callStack(sight: Sight, table: FrameTable): StackFrame[] {
  const { cpu } = sight;
  const { base } = cpu.segment('cs');
  const registers = new Map<number, number>(ABI.map((name, i) => [i, cpu.register(name)]));
  registers.set(EIP, cpu.eip);
  const here = (base + cpu.eip) >>> 0;
  const frames: StackFrame[] = [{ address: here, within: here, registers, kind: 'here' }];
  if (base !== 0) return frames;
  while (frames.length < MOST_FRAMES) {
    const last = frames.at(-1)!;
    const next = callerOf(sight, table, last);
    // The stack grows downwards, so callers lie higher; but a trap from another ring changes stacks.
    if (!next || next.address === 0) break;
    if (next.kind === 'caller' && next.registers.get(ESP)! <= last.registers.get(ESP)!) break;
    frames.push(next);
  }
  return frames;
}

function callerOf(sight: Sight, table: FrameTable, frame: StackFrame): StackFrame | undefined {
  const known = table.callerOf(frame.within, {
    register: (number) => frame.registers.get(number),
    word: (address) => peekNumber(sight, address),
  });
  if (known) {
    const address = known.registers.get(EIP)!;
    const kind = known.interrupted ? 'interrupted' : 'caller';
    return { address, within: known.interrupted ? address : address - 1, registers: known.registers, kind };
  }
  return byFramePointer(sight, frame);
}

/** push ebp; mov ebp, esp: the caller's ebp, and above it the way back. */
function byFramePointer(sight: Sight, { registers }: StackFrame): StackFrame | undefined {
  const ebp = registers.get(EBP);
  if (ebp === undefined || ebp < registers.get(ESP)!) return undefined;
  const [outer, address] = [peekNumber(sight, ebp), peekNumber(sight, ebp + 4)];
  if (outer === undefined || address === undefined || outer <= ebp) return undefined;
  const caller = new Map([
    [ESP, ebp + 8],
    [EBP, outer],
    [EIP, address],
  ]);
  return { address, within: address - 1, registers: caller, kind: 'caller' };
}
