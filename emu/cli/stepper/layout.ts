/** Where the panes are, for a terminal of any size. */

/** What a box shows: always the same view, or the one that is chosen by its key. */
export type BoxContent = 'code' | 'source' | 'registers' | 'stack' | 'backtrace' | 'chosen' | 'second';

export interface Box {
  readonly content: BoxContent;
  /** Of its title line, from 0. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** With its title line. */
  readonly height: number;
}

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  readonly boxes: readonly Box[];
  /** Rows of the bar at the top, the command line and the keys. */
  readonly bar: number;
  readonly command: number;
  readonly keys: number;
}

/** Less than this cannot hold anything. */
export const LEAST = { columns: 40, rows: 12 } as const;

const KEY_ROWS = 3;
const REGISTER_ROWS = 12;
const REGISTER_COLUMNS = 33;

/**
 * At 80 by 24: code and registers above, below them the pane that is chosen. A tall terminal has the source besides, a
 * wide one a second column with stack and a second chosen pane.
 */
export function layoutFor(columns: number, rows: number): Layout {
  const keys = Math.max(0, rows - KEY_ROWS);
  const command = Math.max(0, keys - 1);
  const [top, height] = [1, Math.max(3, command - 1)];
  const boxes = columns >= 120 ? wide(columns, top, height) : narrow(0, columns, top, height);
  return { columns, rows, boxes, bar: 0, command, keys };
}

function narrow(x: number, columns: number, top: number, height: number): Box[] {
  const right = columns >= 72 ? REGISTER_COLUMNS : 0;
  const tall = height >= 32;
  const upper = Math.min(REGISTER_ROWS, Math.ceil(height * 0.6));
  const source = tall ? Math.floor((height - upper) / 2) : 0;
  const boxes: Box[] = [{ content: 'code', x, y: top, width: columns - right, height: upper }];
  if (right > 0) boxes.push({ content: 'registers', x: x + columns - right, y: top, width: right, height: upper });
  if (source > 0) boxes.push({ content: 'source', x, y: top + upper, width: columns, height: source });
  const used = upper + source;
  boxes.push({ content: 'chosen', x, y: top + used, width: columns, height: height - used });
  return boxes;
}

function wide(columns: number, top: number, height: number): Box[] {
  const left = Math.ceil(columns / 2);
  const right = columns - left;
  const rows = (share: number) => Math.max(4, Math.floor(height * share));
  const registers = Math.min(REGISTER_ROWS, rows(0.5));
  if (height < 30) {
    const code = rows(0.5);
    return [
      { content: 'code', x: 0, y: top, width: left, height: code },
      { content: 'chosen', x: 0, y: top + code, width: left, height: height - code },
      { content: 'registers', x: left, y: top, width: right, height: registers },
      { content: 'second', x: left, y: top + registers, width: right, height: height - registers },
    ];
  }
  const [source, code, stack, calls] = [rows(0.3), rows(0.32), rows(0.2), rows(0.12)];
  const third = top + registers;
  return [
    { content: 'source', x: 0, y: top, width: left, height: source },
    { content: 'code', x: 0, y: top + source, width: left, height: code },
    { content: 'chosen', x: 0, y: top + source + code, width: left, height: height - source - code },
    { content: 'registers', x: left, y: top, width: right, height: registers },
    { content: 'stack', x: left, y: third, width: right, height: stack },
    { content: 'backtrace', x: left, y: third + stack, width: right, height: calls },
    {
      content: 'second',
      x: left,
      y: third + stack + calls,
      width: right,
      height: height - registers - stack - calls,
    },
  ];
}
