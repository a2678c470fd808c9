/** What the panes show: the debugger's views, and what only the full screen has. */

import { codeView, sourceView } from '../../debug/views/code.ts';
import type { View } from '../../debug/views/index.ts';
import { viewNamed } from '../../debug/views/index.ts';
import { timelineView } from '../../debug/views/record.ts';
import { hereOf, type Scene } from '../../debug/views/scene.ts';
import { dim, here, type Line, line } from '../../debug/views/text.ts';
import { CODE_PAGE_437 } from '../terminal/code-page-437.ts';
import type { BoxContent } from './layout.ts';

const TEXT_MEMORY = 0xb8000;
const [TEXT_COLUMNS, TEXT_ROWS] = [80, 25];

/** A pane that can be chosen, and its key. */
export interface Pane {
  readonly key: string;
  readonly name: string;
  readonly help: string;
  /** What its address is the address of: 'a' asks for one. */
  readonly argument?: string;
}

const pane = (key: string, name: string, view = viewNamed(name)): Pane => ({
  key,
  name,
  help: view?.help ?? '',
  ...(view?.argument === undefined ? {} : { argument: view.argument.replace(/[[\]]/g, '') }),
});

/** In the order of their keys. */
export const PANES: readonly Pane[] = [
  { key: '1', name: 'output', help: 'what commands have said' },
  { key: '2', name: 'console', help: "the guest's screen" },
  ...[pane('3', 'stack'), pane('4', 'segments'), pane('5', 'idt'), pane('6', 'page'), pane('7', 'chips')],
  ...[pane('8', 'traps'), pane('9', 'threads'), pane('0', 'timeline'), pane('m', 'memory'), pane('w', 'fault')],
  ...[pane('i', 'irq'), pane('p', 'stops'), pane('e', 'backtrace'), pane('f', 'source'), pane('d', 'gdt')],
  { key: 't', name: 'com1', help: 'what COM1 has sent' },
];

/** What panes show besides the scene. */
export interface PaneState {
  /** What commands have said. */
  readonly output: readonly Line[];
  /** What COM1 has sent, by lines; undefined: it goes elsewhere. */
  readonly serial: readonly string[] | undefined;
  /** Where a pane looks, if not where the machine stands. */
  readonly addresses: ReadonlyMap<string, number>;
  /** The cursor of the code pane. */
  readonly codeCursor: number | undefined;
  /** The cursor of the timeline. */
  readonly timeCursor: number | undefined;
}

export interface Room {
  readonly rows: number;
  readonly columns: number;
}

/** The lines of a pane, by its name or a box's fixed content. Longer ones than the room can be scrolled. */
export function paneLines(name: string, scene: Scene, state: PaneState, room: Room): readonly Line[] {
  const at = state.addresses.get(name);
  switch (name) {
    case 'code':
      return codeLines(scene, state, room);
    case 'source':
      return (
        sourceView(scene, at ?? state.codeCursor ?? hereOf(scene.sight), room.rows) ?? [
          line(dim('no source is known for this address')),
        ]
      );
    case 'output':
      return state.output;
    case 'com1':
      return state.serial === undefined
        ? [line(dim('COM1 goes where --serial says'))]
        : state.serial.map((text) => line(text));
    case 'console':
      return consoleLines(scene);
    case 'timeline':
      return scene.stepper
        ? timelineView(scene.stepper, room.columns, state.timeCursor)
        : viewLines(name, scene, room, at);
    default:
      return viewLines(name, scene, room, at);
  }
}

/** Panes that are read from their end. */
export function growsDownwards(name: string): boolean {
  return ['output', 'com1', 'console', 'traps'].includes(name);
}

function viewLines(name: string, scene: Scene, room: Room, at: number | undefined): Line[] {
  const view: View | undefined = viewNamed(name);
  const rows = ['traps', 'memory'].includes(name) ? Math.max(room.rows, 200) : room.rows;
  return view ? view.show(scene, { ...room, rows }, at) : [];
}

function codeLines(scene: Scene, { codeCursor }: PaneState, { rows, columns }: Room): Line[] {
  const address = codeCursor ?? hereOf(scene.sight);
  return codeView(scene, address, { rows, above: Math.floor(rows / 3), bytes: columns >= 64, cursor: codeCursor });
}

/** The guest's screen as characters; its cursor is marked. */
function consoleLines({ stepper, sight }: Scene): Line[] {
  if (!stepper) return farConsole(sight);
  const { columns, rows, cells, cursor } = stepper.pc.vga.text();
  return screenLines(cells, columns, rows, cursor);
}

/** Of a machine at the far end: the memory of its colour text mode, as a PC's monitor shows it by default. */
function farConsole(sight: Scene['sight']): Line[] {
  const bytes = sight.peekPhysical(TEXT_MEMORY, TEXT_COLUMNS * TEXT_ROWS * 2);
  if (bytes.length < TEXT_COLUMNS * TEXT_ROWS * 2) {
    return [line(dim('the screen of the machine at the far end cannot be seen from here'))];
  }
  const cells = Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes[2 * i]!);
  return screenLines(cells, TEXT_COLUMNS, TEXT_ROWS, undefined);
}

function screenLines(
  cells: Uint16Array,
  columns: number,
  rows: number,
  cursor: { readonly row: number; readonly column: number } | undefined,
): Line[] {
  return Array.from({ length: lastRow(cells, columns, rows, cursor?.row ?? 0) + 1 }, (_, row) => {
    const text = Array.from(cells.subarray(row * columns, (row + 1) * columns), (cell) => CODE_PAGE_437[cell & 0xff]!);
    if (cursor?.row !== row) return line(text.join('').trimEnd());
    const [left, at, right] = [text.slice(0, cursor.column), text[cursor.column], text.slice(cursor.column + 1)];
    return line(left.join(''), here(at ?? ' '), right.join('').trimEnd());
  });
}

/** The last row that has something on it. */
function lastRow(cells: Uint16Array, columns: number, rows: number, least: number): number {
  for (let row = rows - 1; row > least; row--) {
    if (cells.subarray(row * columns, (row + 1) * columns).some((cell) => ![0, 0x20, 0xff].includes(cell & 0xff)))
      return row;
  }
  return least;
}

/** What a box is called by, and shows. */
export function nameOfBox(content: BoxContent, chosen: string, second: string): string {
  return content === 'chosen' ? chosen : content === 'second' ? second : content;
}
