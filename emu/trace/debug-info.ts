/** What an image tells debuggers about itself, beside its symbols: lines of source, and where callers' frames are. */

import { FrameTable, readLineTable } from '../../asm/index.ts';
import { parseElf32 } from '../machine/loaders/elf32.ts';
import { ImageError, type ImageFile } from '../machine/loaders/image.ts';
import { SourceLines } from './source-lines.ts';

export interface DebugInfo {
  readonly lines: SourceLines;
  readonly frames: FrameTable;
}

/** Of an image. What it does not have, or what is damaged, is empty: nobody refuses to boot for it. */
export function debugInfoOf(file: ImageFile): DebugInfo {
  const section = sectionsOf(file);
  const part = (name: string) => section(name)?.bytes;
  const [lines, lineStrings, strings] = [part('.debug_line'), part('.debug_line_str'), part('.debug_str')];
  const rows = lines ? readLineTable({ lines, ...(lineStrings && { lineStrings }), ...(strings && { strings }) }) : [];
  return { lines: new SourceLines(rows), frames: new FrameTable(part('.debug_frame'), section('.eh_frame')) };
}

function sectionsOf(file: ImageFile): (name: string) => { bytes: Uint8Array; address: number } | undefined {
  try {
    const { sections } = parseElf32(file);
    return (name) => {
      const found = sections.find((section) => section.name === name);
      return found && { bytes: file.bytes.subarray(found.offset, found.offset + found.size), address: found.address };
    };
  } catch (error) {
    if (error instanceof ImageError) return () => undefined;
    throw error;
  }
}
