/**
 * Programs for trap tests: assembly in a template, put into a ready-made world.
 *
 * A world is what has to be there before the first interesting instruction: descriptor tables, a stack, a privilege
 * level. The program begins at its label `start`, and its lines keep their numbers: messages speak of the test's own.
 */

import { assemble, formatDiagnostic, type LineEntry } from '../../asm/index.ts';
import type { ImageSymbol } from '../machine/loaders/image.ts';
import { flatWorld, REAL_ORIGIN, REAL_WORLD } from './worlds.ts';

const ORIGIN = 0x100000;
export const PROGRAM_FILE = 'program.asm';

/** Assembly source, and the world it is to live in. */
export interface Program {
  readonly source: string;
  /** Source that comes before it; empty: none. */
  readonly world: string;
  /** Where it is loaded and entered; default: 0x100000. */
  readonly origin?: number;
}

/** A program as bytes, with what its source says about them. */
export interface AssembledProgram {
  readonly bytes: Uint8Array;
  /** Where the bytes go, and the first instruction is. */
  readonly address: number;
  readonly symbols: readonly ImageSymbol[];
  readonly lines: readonly LineEntry[];
  /** The program's own lines, for messages. */
  readonly sourceLines: readonly string[];
}

type Values = readonly (string | number)[];

/** A template tag that puts what it is given into a world. */
type World = (strings: TemplateStringsArray, ...values: Values) => Program;

const tagFor =
  (world: string, origin = ORIGIN): World =>
  (strings, ...values) => ({ source: String.raw({ raw: strings }, ...values), world, origin });

/** A program in flat ring 0, interrupts off, with a GDT, an IDT whose every gate is present, a TSS and a stack. */
export const ring0: World = tagFor(flatWorld(0));

/** The same world, entered in ring 1 with IOPL 0 and interrupts on. */
export const ring1: World = tagFor(flatWorld(1));

/** The same world, entered in ring 2 with IOPL 0 and interrupts on. */
export const ring2: World = tagFor(flatWorld(2));

/** The same world, entered in ring 3 with IOPL 0 and interrupts on. */
export const ring3: World = tagFor(flatWorld(3));

/** Ring 0 with paging on: 4 MB mapped one to one, everything allowed. `page LINEAR, ENTRY` writes a page's entry. */
export const paged0: World = tagFor(flatWorld(0, true));

/** Ring 3 with paging on, as in `paged0`. */
export const paged3: World = tagFor(flatWorld(3, true));

/** Real mode, interrupts off: segments 0, the stack below 7000h, every vector leading to a hlt. */
export const real: World = tagFor(REAL_WORLD, REAL_ORIGIN);

/** A program on its own: 32-bit flat protected mode without tables and stack, begun at its first byte. */
export const bare: World = tagFor('');

/**
 * Assemble a program into its world.
 * @throws Error with every message of the assembler
 */
export function assembleProgram({ source, world, origin = ORIGIN }: Program): AssembledProgram {
  const bytes = new TextEncoder().encode(source);
  const whole = `        bits    32\n${world}%include "${PROGRAM_FILE}"\n`;
  const assembly = assemble(whole, {
    file: 'world.asm',
    format: 'bin',
    bits: 32,
    origin,
    reader: { read: (path) => (path === PROGRAM_FILE ? bytes : null) },
  });
  if (!assembly.ok) throw new Error(assembly.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join('\n'));
  return {
    bytes: imageOf(assembly.sections, assembly.bytes, origin),
    address: origin,
    symbols: assembly.symbols
      .filter(({ section }) => section !== null)
      .map(({ name, address, size, global }) => ({ name, address, size, kind: 'other', global })),
    lines: assembly.lines.filter(({ file }) => file === PROGRAM_FILE),
    sourceLines: source.split('\n'),
  };
}

/** The flat bytes with room for what has no bits, so that all of it is known to be zero. */
function imageOf(
  sections: readonly { address: number; size: number }[],
  bytes: Uint8Array,
  origin: number,
): Uint8Array {
  const end = Math.max(...sections.map(({ address, size }) => address + size));
  const image = new Uint8Array(Math.max(bytes.length, end - origin));
  image.set(bytes);
  return image;
}
