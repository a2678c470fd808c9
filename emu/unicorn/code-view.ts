/** Code as hooks see it: how long an instruction is, where a block ends, and what cannot be fetched. */

import { disassemble } from '../../asm/index.ts';
import { CONSTANTS as uc } from './constants.ts';
import type { GuestMemory } from './guest-memory.ts';

const PAGE = 4096;
const LONGEST_INSTRUCTION = 15;

/** What ends a basic block. */
export const ENDS_BLOCK =
  /^(?:rep\w* )?(?:j\w+|call|ret\w*|lret\w*|retf\w*|iret\w*|int\w*|loop\w*|hlt|sys\w+|ud2|ljmp|lcall)\b/;

interface Instruction {
  readonly size: number;
  readonly text: string;
}

export class CodeView {
  private readonly known = new Map<number, Instruction & { readonly bytes: string }>();

  /** @param bits what the code segment says at the moment */
  constructor(
    private readonly memory: GuestMemory,
    private readonly bits: () => 16 | 32,
  ) {}

  /** The instruction at an address that can be fetched. */
  instructionAt(address: number): Instruction {
    const code = this.memory.read(address, Math.min(LONGEST_INSTRUCTION, this.contiguousFrom(address)))!;
    const bytes = String.fromCharCode(...code);
    const known = this.known.get(address);
    if (known?.bytes === bytes) return known;
    const [line] = disassemble(code, { bits: this.bits(), address, limit: 1 });
    const found = { bytes, size: line?.bytes.length ?? 1, text: line?.text ?? '' };
    this.known.set(address, found);
    return found;
  }

  /** Bytes up to the first page that is not mapped, at most an instruction's. */
  private contiguousFrom(address: number): number {
    const left = PAGE - (address % PAGE);
    return left >= LONGEST_INSTRUCTION || this.memory.permsAt(address + left) !== undefined
      ? LONGEST_INSTRUCTION
      : left;
  }

  /** Bytes from an address to the end of its basic block. */
  blockSize(address: number): number {
    let at = address;
    for (;;) {
      if (this.unfetchable(at) !== undefined) return at - address;
      const { size, text } = this.instructionAt(at);
      at += size;
      if (ENDS_BLOCK.test(text)) return at - address;
    }
  }

  /** The first address of an instruction's fetch that may not be fetched. */
  unfetchable(address: number): number | undefined {
    const isFetchable = (at: number) => ((this.memory.permsAt(at) ?? 0) & uc.PROT_EXEC) !== 0;
    if (!isFetchable(address)) return address;
    const next = address - (address % PAGE) + PAGE;
    if (next - address >= LONGEST_INSTRUCTION || isFetchable(next)) return undefined;
    const code = this.memory.read(address, next - address)!;
    const [line] = disassemble(code, { bits: this.bits(), address, limit: 1 });
    return line && !line.text.startsWith('db ') ? undefined : next;
  }
}
