/**
 * VGA memory behind the windows at 0xa0000 and 0xb0000: how the sequencer and the graphics controller lead an access
 * to a plane. In text modes planes 0 and 1 hold characters and attributes, plane 2 the fonts.
 *
 * | register    | bits | here                                                              |
 * |-------------|------|-------------------------------------------------------------------|
 * | sequencer 2 | 3-0  | map mask: planes that a write reaches                               |
 * | sequencer 4 | 2    | 0: even addresses are planes 0 and 2, odd ones 1 and 3              |
 * | graphics 4  | 1-0  | read map select: the plane that a read takes, when not odd/even      |
 * | graphics 6  | 3-2  | where the memory is: A0000 (128 KB), A0000 (64 KB), B0000, B8000     |
 *
 * Planes 0 and 1 exist as text needs them: 32 KB, interleaved. Plane 3, and write modes, are of the graphics modes.
 *
 * Source: IBM PS/2 Hardware Interface Technical Reference, "Video Subsystem", sequencer and graphics controller.
 */
import { FONT_8X16, FONT_HEIGHT } from './vga-font.ts';

export const TEXT_BYTES = 0x8000;
const FONT_PLANE_BYTES = 0x1_0000;
/** A character's place in a font: 32 scan lines, however many are shown. */
export const FONT_PITCH = 32;
const FONT_BYTES = 256 * FONT_PITCH;

const PLANE_2 = 0x04;
const SEQUENTIAL = 0x04;

export interface Planes {
  /** Planes 0 and 1 by turns: character, attribute. */
  memory: number[];
  /** Plane 2: eight fonts of 8 KB; null where nothing has been written, which is zeros. */
  fonts: (number[] | null)[];
}

/** The registers that say where an access goes. */
export interface PlaneRegisters {
  readonly sequencer: readonly number[];
  readonly graphics: readonly number[];
}

/** 0-3: graphics 6, bits 3-2. */
export function memoryMap({ graphics }: PlaneRegisters): number {
  return ((graphics[6] ?? 0) >> 2) & 3;
}

export function writePlanes(planes: Planes, registers: PlaneRegisters, offset: number, byte: number): void {
  const mask = registers.sequencer[2] ?? 0;
  const sequential = ((registers.sequencer[4] ?? 0) & SEQUENTIAL) !== 0;
  // Odd/even: address bit 0 chooses the plane, and each plane sees it as 0.
  const inPlane = sequential ? offset : offset & ~1;
  const reached = sequential ? mask : mask & (offset & 1 ? 0x0a : 0x05);
  if (reached & PLANE_2) {
    const font = Math.floor((inPlane % FONT_PLANE_BYTES) / FONT_BYTES);
    planes.fonts[font] ??= emptyFont();
    planes.fonts[font][inPlane % FONT_BYTES] = byte;
  }
  // A character is at an even address of its plane, whichever way it is reached.
  if (inPlane & 1) return;
  for (const plane of [0, 1]) {
    if (reached & (1 << plane)) planes.memory[(inPlane % TEXT_BYTES) + plane] = byte;
  }
}

export function readPlanes(planes: Planes, registers: PlaneRegisters, offset: number): number {
  const sequential = ((registers.sequencer[4] ?? 0) & SEQUENTIAL) !== 0;
  if (!sequential) return planes.memory[offset % TEXT_BYTES] ?? 0;
  const plane = (registers.graphics[4] ?? 0) & 3;
  if (plane === 2) {
    return planes.fonts[Math.floor((offset % FONT_PLANE_BYTES) / FONT_BYTES)]?.[offset % FONT_BYTES] ?? 0;
  }
  return plane < 2 && (offset & 1) === 0 ? (planes.memory[(offset % TEXT_BYTES) + plane] ?? 0) : 0;
}

const FONTS_AT_POWER_ON = new Array<number>(FONT_PLANE_BYTES).fill(0);
FONT_8X16.forEach((byte, i) => {
  FONTS_AT_POWER_ON[Math.floor(i / FONT_HEIGHT) * FONT_PITCH + (i % FONT_HEIGHT)] = byte;
});

/** As a video BIOS leaves plane 2: its 8 by 16 font in block 0. */
export function fontsAtPowerOn(): Planes['fonts'] {
  const font = emptyFont();
  FONT_8X16.forEach((byte, i) => {
    font[Math.floor(i / FONT_HEIGHT) * FONT_PITCH + (i % FONT_HEIGHT)] = byte;
  });
  return [font, ...new Array<null>(FONT_PLANE_BYTES / FONT_BYTES - 1).fill(null)];
}

function emptyFont(): number[] {
  return new Array<number>(FONT_BYTES).fill(0);
}

/** "Character Map Select": which of the eight fonts of plane 2 these three bits mean; they are not in order. */
export function fontOf(planes: Planes, select: number): readonly number[] {
  return planes.fonts[((select & 3) << 1) | ((select >> 2) & 1)] ?? [];
}
