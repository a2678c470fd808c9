import { Chip } from './chip.ts';
import type { Clock, MemoryWindow, PortWindow } from './device.ts';

/** What is on the screen. */
export interface TextScreen {
  columns: number;
  rows: number;
  /** Row by row: the character in bits 0-7 (code page 437), the attribute in bits 8-15. */
  cells: Uint16Array;
  /** Undefined while the cursor is off or not on the screen. Lines are scan lines of the cell, 0 at its top. */
  cursor: { column: number; row: number; firstLine: number; lastLine: number } | undefined;
}
export interface VgaTextState {
  memory: number[];
}
export class VgaText extends Chip<VgaTextState> {
  readonly name = 'vga-text';
  readonly ports: readonly PortWindow[] = [];
  readonly memory: readonly MemoryWindow[] = [];
  constructor(_options: { clock: Clock }) {
    super(() => ({ memory: [] }));
  }
  text(): TextScreen {
    return { columns: 80, rows: 25, cells: new Uint16Array(2000), cursor: undefined };
  }
  protected settle(): void {}
}
