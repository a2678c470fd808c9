/** The whole screen as lines: the bar, the boxes with their panes, the command line, the keys. Knows no terminal. */

import type { Scene } from '../../debug/views/scene.ts';
import { bad, dim, good, here, type Line, lengthOf, line, type Span, strong, title } from '../../debug/views/text.ts';
import { Canvas } from './canvas.ts';
import { KEY_ROWS, KEYS } from './keys.ts';
import { type Box, type Layout, LEAST, layoutFor } from './layout.ts';
import { growsDownwards, nameOfBox, PANES, type PaneState, paneLines } from './panes.ts';

export type Mode =
  /** Keys are commands. */
  | 'keys'
  /** They go to the command line, */
  | 'command'
  /** to the guest's keyboard, */
  | 'guest'
  /** or end the help. */
  | 'help';

export interface FrameState extends PaneState {
  readonly mode: Mode;
  /** What it is that is debugged. */
  readonly title: string;
  readonly isMoving: boolean;
  /** Which box the keys go to, counted from the first. */
  readonly focus: number;
  /** What the boxes show that one can choose for. */
  readonly chosen: string;
  readonly second: string;
  /** Lines scrolled, by pane: from the top, or from the end of those that grow downwards. */
  readonly scroll: ReadonlyMap<string, number>;
  /** What the last command has said, in a line. */
  readonly status: Line;
  readonly commandLine: {
    readonly prompt: string;
    readonly text: string;
    readonly cursor: number;
    readonly choices: readonly string[];
  };
  /** Help, by lines, and how far it is scrolled. */
  readonly help: readonly Line[];
  readonly helpScroll: number;
}

export interface Frame {
  readonly lines: readonly Line[];
  /** Where the terminal's cursor is; undefined: nowhere. */
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
  /** The boxes in the order in which Tab goes through them. */
  readonly layout: Layout;
}

export function composeFrame(scene: Scene, state: FrameState, columns: number, rows: number): Frame {
  const layout = layoutFor(columns, rows);
  const canvas = new Canvas(columns, rows);
  if (columns < LEAST.columns || rows < LEAST.rows) {
    canvas.put(0, 0, columns, line(`${columns} by ${rows} is too small:`));
    canvas.put(0, 1, columns, line(`at least ${LEAST.columns} by ${LEAST.rows}, please`));
    return { lines: canvas.lines, cursor: undefined, layout };
  }
  drawBar(canvas, scene, state);
  if (state.mode === 'help') drawHelp(canvas, state, layout);
  else if (state.mode === 'guest' && rows < 40)
    drawBox(canvas, scene, { ...state, chosen: 'console' }, wholeBody(layout), true);
  else for (const [i, box] of layout.boxes.entries()) drawBox(canvas, scene, state, box, i === state.focus);
  drawCommandLine(canvas, state, layout);
  drawKeys(canvas, state, layout);
  const inCommand = state.mode === 'command';
  const cursor = {
    x: Math.min(columns - 1, state.commandLine.prompt.length + state.commandLine.cursor),
    y: layout.command,
  };
  return { lines: canvas.lines, cursor: inCommand ? cursor : undefined, layout };
}

function wholeBody({ columns, command }: Layout): Box {
  return { content: 'chosen', x: 0, y: 1, width: columns, height: command - 1 };
}

function drawBar(canvas: Canvas, { sight, stepper }: Scene, { title: what, isMoving, mode }: FrameState): void {
  const { now } = sight;
  const isPast = stepper?.history.isPast ?? false;
  const doing = isMoving ? good('running') : sight.cpu.isHalted ? 'waits at hlt' : 'stands';
  const seconds = stepper && now !== undefined ? ` = ${(now / stepper.pc.clock.frequency).toFixed(6)} s` : '';
  const parts: (Span | string)[] = [
    strong(' trapgate '),
    what,
    '  ',
    doing,
    isPast ? strong(' in the past') : '',
    now === undefined ? '' : dim(`  ${now}${seconds}`),
    dim(`  ring ${sight.cpu.cpl}`),
    mode === 'guest' ? bad('  the keyboard is the guest\u2019s') : '',
  ];
  canvas.put(0, 0, canvas.columns, line(...parts));
}

function drawBox(canvas: Canvas, scene: Scene, state: FrameState, box: Box, isFocused: boolean): void {
  const { x, y, width, height } = box;
  const name = nameOfBox(box.content, state.chosen, state.second);
  const room = { rows: height - 1, columns: width - (x > 0 ? 1 : 0) };
  const all = paneLines(name, scene, state, room);
  const most = Math.max(0, all.length - room.rows);
  const scrolled = Math.max(0, Math.min(most, state.scroll.get(name) ?? 0));
  const first = growsDownwards(name) ? most - scrolled : scrolled;
  drawTitle(canvas, state, box, name, isFocused, { above: first, below: most - first });
  const left = x > 0 ? x + 1 : x;
  for (let row = 0; row < room.rows; row++) {
    if (x > 0) canvas.put(x, y + 1 + row, 1, line(dim('\u2502')));
    const shown = all[first + row];
    if (shown) canvas.put(left, y + 1 + row, room.columns, shown);
  }
}

/** The title line: the pane's name, of a pane that is chosen the others' keys too, and how much there is above and below. */
function drawTitle(
  canvas: Canvas,
  state: FrameState,
  { x, y, width, content }: Box,
  name: string,
  isFocused: boolean,
  { above, below }: { above: number; below: number },
): void {
  canvas.put(x, y, width, line(dim('\u2500'.repeat(width))));
  const label = isFocused ? here(` ${name} `) : title(` ${name} `);
  const at = state.addresses.get(name);
  const more = `${above > 0 ? `\u2191${above}` : ''}${below > 0 ? ` \u2193${below}` : ''}`;
  const keys = content === 'chosen' || content === 'second' ? tabs(name) : [];
  const head = line(
    label,
    at === undefined ? undefined : dim(`at ${at.toString(16)} `),
    more === '' ? undefined : dim(`${more} `),
  );
  canvas.put(x + 1, y, width - 2, head);
  const room = width - 2 - lengthOf(head);
  if (keys.length > 0) canvas.put(x + 1 + lengthOf(head), y, room, asManyAsFit(keys, room));
}

function tabs(name: string): Span[][] {
  const others = PANES.filter((pane) => pane.name !== name && /\d/.test(pane.key));
  return others.map((pane) => [strong(` ${pane.key}`), dim(pane.name)]);
}

/** As many of these as there is room for. */
function asManyAsFit(parts: readonly Line[], room: number): Line {
  const all: Span[] = [];
  for (const part of parts) {
    if (lengthOf(all) + lengthOf(part) > room) break;
    all.push(...part);
  }
  return all;
}

function drawCommandLine(
  canvas: Canvas,
  { mode, commandLine, status }: FrameState,
  { command, columns }: Layout,
): void {
  if (mode === 'command') {
    const { prompt, text, choices } = commandLine;
    canvas.put(0, command, columns, line(strong(prompt), text));
    const left = prompt.length + text.length + 2;
    if (choices.length > 0) canvas.put(left, command, columns - left, line(dim(choices.join(' '))));
    return;
  }
  // What was said last stays in sight, whichever pane is chosen.
  canvas.put(0, command, columns, status);
}

function drawKeys(canvas: Canvas, { mode }: FrameState, { keys, columns }: Layout): void {
  const rows: Record<Mode, readonly (readonly (readonly [string, string])[])[]> = {
    keys: KEY_ROWS,
    command: [
      [
        ['Enter', 'do it'],
        ['Tab', 'complete'],
        ['\u2191\u2193', 'before'],
        ['Esc', 'back to the keys'],
      ],
      [['', "'help' lists the commands; addresses are expressions: do_IRQ+4, [esp], byte[ebx]"]],
    ],
    guest: [
      [
        ['Ctrl-]', 'takes the keyboard back'],
        ['', 'everything else is typed on the keyboard of the guest'],
      ],
      [['', 'while the machine stands, keys wait in its keyboard until it runs']],
    ],
    help: [
      [
        ['\u2191\u2193 PgUp PgDn', 'scroll'],
        ['any other key', 'back'],
      ],
      [],
    ],
  };
  for (const [row, items] of rows[mode].entries()) {
    const parts = items.map(([key, text]): Line => line(key === '' ? undefined : strong(`${key} `), `${text}  `));
    canvas.put(0, keys + row, columns, parts.flat());
  }
}

function drawHelp(canvas: Canvas, { help, helpScroll }: FrameState, { command, columns }: Layout): void {
  const room = command - 1;
  const first = Math.max(0, Math.min(helpScroll, help.length - room));
  for (let row = 0; row < room; row++) {
    const shown = help[first + row];
    if (shown) canvas.put(1, 1 + row, columns - 2, shown);
  }
}

/** Keys and panes, for the help; the commands' own help stands behind it. */
export function keyHelp(): Line[] {
  return [
    line(title('Keys')),
    ...KEYS.map(({ shown, help, does }) =>
      line('  ', strong(shown.padEnd(8)), help, 'command' in does ? dim(`  (${does.command})`) : undefined),
    ),
    line(''),
    line(title('Panes')),
    ...PANES.map(({ key, name, help }) => line('  ', strong(key.padEnd(8)), name.padEnd(12), dim(help))),
    line(''),
  ];
}
