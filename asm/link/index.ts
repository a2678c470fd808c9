/** Objects into an image: the face of the linker for programs and for `trapgate link`. */

import { type Diagnostic, Diagnostics } from '../diagnostics.ts';
import { writeExecutable } from '../output/elf.ts';
import { flatSize, writeFlat } from '../output/flat.ts';
import { writeIntelHex } from '../output/intel-hex.ts';
import { writeMap } from '../output/map.ts';
import { ObjectError, readElfObject } from './elf-object.ts';
import { compilerLayout, LayoutError, type LinkLayout, parseLayout, plainLayout } from './layout.ts';
import { EMPTY_IMAGE, type LinkedImage, type LinkedSymbol, linkObjects } from './link.ts';
import type { ObjectCode } from './object.ts';
import { FILE_LIMIT, type OutputSection } from './place.ts';

/** A relocatable ELF32 object. */
export interface LinkInput {
  /** For messages and the map. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What a link can make: as in `assemble`, but for objects. */
export type LinkFormat = 'bin' | 'ihex' | 'elf32exec' | 'multiboot';

export interface LinkOptions {
  /** `elf32exec` by default. */
  readonly format?: LinkFormat;
  /** A layout description (docs/assembler.md, "Linking"); what it leaves out is as the format has it. */
  readonly layout?: { readonly file: string; readonly text: string };
  /** Where the image begins; goes before the layout's. */
  readonly base?: number;
  /** Where execution begins; goes before the layout's. `_start` by default. */
  readonly entry?: string;
}

export interface LinkResult {
  /** No errors; without that the bytes mean nothing. */
  readonly ok: boolean;
  readonly bytes: Uint8Array;
  readonly sections: readonly Omit<OutputSection, 'pieces'>[];
  /** By address. */
  readonly symbols: readonly LinkedSymbol[];
  readonly entry: number;
  readonly diagnostics: readonly Diagnostic[];
  /** The map, as text. */
  map(): string;
}

/** Links objects in the order given. Never throws for what they hold: see `diagnostics`. */
export function link(objects: readonly LinkInput[], options: LinkOptions = {}): LinkResult {
  const format = options.format ?? 'elf32exec';
  const diagnostics = new Diagnostics();
  const layout = layoutFor(format, options, diagnostics);
  const read = objects.map((object) => readObject(object, diagnostics)).filter((object) => object !== null);
  const image = diagnostics.errors === 0 ? linkObjects(read, layout, diagnostics) : EMPTY_IMAGE;
  const entry = entryOf(image, options.entry ?? layout.entry, layout, diagnostics);
  if (format === 'bin' && flatSize(image) > FILE_LIMIT) {
    diagnostics.error(`the flat image would have ${flatSize(image)} bytes; ${FILE_LIMIT} is the limit`, null);
  }
  const ok = diagnostics.errors === 0;
  return {
    ok,
    bytes: ok ? write(format, image, entry) : new Uint8Array(0),
    sections: image.outputs.map(({ pieces: _, ...section }) => section),
    symbols: image.symbols,
    entry,
    diagnostics: diagnostics.sorted(),
    map: () => writeMap(image, objects.map(({ file }) => file).join(', ')),
  };
}

function readObject({ file, bytes }: LinkInput, diagnostics: Diagnostics): ObjectCode | null {
  try {
    return readElfObject(file, bytes);
  } catch (problem) {
    if (!(problem instanceof ObjectError)) throw problem;
    diagnostics.error(problem.message, null);
    return null;
  }
}

function layoutFor(format: LinkFormat, options: LinkOptions, diagnostics: Diagnostics): LinkLayout {
  let layout = { bin: flat, ihex: flat, elf32exec: program, multiboot: kernel }[format];
  if (options.layout) {
    const { file, text } = options.layout;
    try {
      layout = parseLayout(text, layout);
    } catch (problem) {
      if (!(problem instanceof LayoutError)) throw problem;
      const line = { file, number: problem.line, text: text.split(/\r?\n/)[problem.line - 1] ?? '', within: null };
      diagnostics.error(problem.message, { line, column: 1 });
    }
  }
  return options.base === undefined ? layout : { ...layout, base: options.base };
}

const kernel = compilerLayout(0x10_0000, 'sections');
const program = compilerLayout(0x4000_0000, 'rights');
const flat: LinkLayout = { ...plainLayout(0, 'none'), steps: kernel.steps, discard: [...kernel.discard, '.eh_frame'] };

/** A name that was asked for must be there; `_start` may be missing, then the first code begins. */
function entryOf(image: LinkedImage, name: string | null, layout: LinkLayout, diagnostics: Diagnostics): number {
  const symbol = image.symbols.find((s) => s.name === (name ?? '_start') && s.section !== null);
  if (!symbol && name !== null && diagnostics.errors === 0) {
    diagnostics.error(`the entry '${name}' is defined in no file`, null);
  }
  return symbol?.address ?? image.outputs.find((o) => o.execute)?.address ?? layout.base;
}

function write(format: LinkFormat, image: LinkedImage, entry: number): Uint8Array {
  if (format === 'bin') return writeFlat(image);
  return format === 'ihex' ? writeIntelHex(image, entry) : writeExecutable(image, entry);
}
