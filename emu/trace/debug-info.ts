/** What an image tells debuggers about itself, beside its symbols: lines of source, and where callers' frames are. */

import { FrameTable } from '../../asm/debug/frame-table.ts';
import { readLineTable } from '../../asm/debug/line-table.ts';
import { type Elf32, parseElf32 } from '../machine/loaders/elf32.ts';
import { ImageError, type ImageFile } from '../machine/loaders/image.ts';
import { SourceLines } from './source-lines.ts';

export interface DebugInfo {
  readonly lines: SourceLines;
  readonly frames: FrameTable;
  /** Plain numbers with a name: `equ`, and offsets in structures (`task.state`). */
  readonly constants: ReadonlyMap<string, number>;
}

/** Of an image that tells nothing. */
export const NO_DEBUG_INFO: DebugInfo = {
  lines: new SourceLines([]),
  frames: new FrameTable(undefined),
  constants: new Map(),
};

/** Of an image. What it does not have, or what is damaged, is empty: nobody refuses to boot for it. */
export function debugInfoOf(file: ImageFile): DebugInfo {
  const elf = readElf(file);
  const section = (name: string) => {
    const found = elf?.sections.find((candidate) => candidate.name === name);
    return found && { bytes: file.bytes.subarray(found.offset, found.offset + found.size), address: found.address };
  };
  const part = (name: string) => section(name)?.bytes;
  const [lines, lineStrings, strings] = [part('.debug_line'), part('.debug_line_str'), part('.debug_str')];
  const rows = lines ? readLineTable({ lines, ...(lineStrings && { lineStrings }), ...(strings && { strings }) }) : [];
  return {
    lines: new SourceLines(rows),
    frames: new FrameTable(part('.debug_frame'), section('.eh_frame')),
    constants: elf?.constants ?? new Map(),
  };
}

function readElf(file: ImageFile): Elf32 | undefined {
  try {
    return parseElf32(file);
  } catch (error) {
    if (error instanceof ImageError) return undefined;
    throw error;
  }
}
