/**
 * What a VGA's registers hold after its BIOS has set mode 3: 80 by 25 characters in 16 colours.
 * Source: IBM PS/2 Video Subsystem Technical Reference, "Video Graphics Array", mode tables.
 */

/** Horizontal and vertical timing, cursor, start address (CR00-CR18). */
// biome-ignore format: a table
export const CRTC_MODE_3: readonly number[] = [
  0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00,
  0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff,
];

/** Reset, clocking mode, map mask, character map, memory mode (SR0-SR4). */
export const SEQUENCER_MODE_3: readonly number[] = [0x03, 0x00, 0x03, 0x00, 0x02];

/** GR0-GR8; GR6 puts the memory at 0xb8000. */
export const GRAPHICS_MODE_3: readonly number[] = [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x0f, 0xff];

/** Sixteen palette entries, mode control (blink on), overscan, plane enable, panning, colour select (AR0-AR14). */
// biome-ignore format: a table
export const ATTRIBUTE_MODE_3: readonly number[] = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
  0x0c, 0x00, 0x0f, 0x08, 0x00,
];

export const MISCELLANEOUS_MODE_3 = 0x67;

/** 256 colours of three six-bit parts: the 64 of an EGA monitor, whose bits are r g b R G B (capitals the stronger). */
export function dacMode3(): number[] {
  const colours: number[] = [];
  for (let i = 0; i < 256; i++) {
    const part = (strong: number, weak: number) => (i & strong ? 42 : 0) + (i & weak ? 21 : 0);
    if (i < 64) colours.push(part(4, 32), part(2, 16), part(1, 8));
    else colours.push(0, 0, 0);
  }
  return colours;
}
