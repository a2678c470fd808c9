/**
 * An input log as a file: JSON lines. A header, then one input a line, oldest first; the last line ends it, with what the
 * state of the machine was then, and a checksum over all that is before it. For instance
 *
 *     {"format":"trapgate input log","version":2,"setup":{"frequency":100000000,"ramBytes":134217728}}
 *     {"at":2000000,"kind":"key","key":"a","down":true}
 *     {"at":2600000,"kind":"serial","port":1,"byte":104}
 *     {"at":90000000,"kind":"end","state":"0f54c1d20a8e3b77","sum":"6a09e667f3bcc908"}
 */

import { createHash } from 'node:crypto';
import { isInput, type StampedInput } from '../input-log.ts';

/** What a replay must share with the recording; compared key by key. */
export type Setup = Readonly<Record<string, string | number>>;

export interface InputLog {
  readonly setup: Setup;
  /** The last one is the end, unless the recording was cut short. */
  readonly events: readonly StampedInput[];
}

/** An input log file that cannot be used; the message names file and line. */
export class InputLogError extends Error {
  override readonly name = 'InputLogError';
}

const FORMAT = 'trapgate input log';
const VERSION = 2;
const SUM_DIGITS = 16;

/** Writes a log as the inputs come. */
export class InputLogWriter {
  private readonly digest = createHash('sha256');

  /** Begins with the header. @param write takes whole lines */
  constructor(
    private readonly write: (text: string) => void,
    setup: Setup,
  ) {
    this.put({ format: FORMAT, version: VERSION, setup });
  }

  add(input: StampedInput): void {
    this.put(inOrder(input));
  }

  /** Nothing may follow. @param state the machine's, as stateHash says it */
  end(at: number, state: string): void {
    const sum = this.digest.copy().digest('hex').slice(0, SUM_DIGITS);
    this.put({ at, kind: 'end', state, sum });
  }

  private put(line: object): void {
    const text = `${JSON.stringify(line)}\n`;
    this.digest.update(text);
    this.write(text);
  }
}

/** Inputs as lines, without header and end. */
export function formatInputs(inputs: readonly StampedInput[]): string {
  return inputs.map((input) => `${JSON.stringify(inOrder(input))}\n`).join('');
}

/** The inverse of formatInputs. @throws InputLogError @param line the number of the first one, for messages */
export function parseInputs(name: string, lines: readonly string[], line = 1): StampedInput[] {
  let last = 0;
  return lines.map((text, i) => {
    const number = line + i;
    const event = objectOn(name, number, text);
    const { at } = event;
    if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < 0) {
      return fail(name, number, '"at" is not an instruction count');
    }
    if (at < last) return fail(name, number, `time runs backwards: ${at} after ${last}`);
    last = at;
    return isInput(event) ? { ...event, at } : fail(name, number, `no input is like this: ${text}`);
  });
}

/**
 * Read a log file back.
 * @param name what error messages call it
 * @param unfinished take one that was cut short, up to its last whole line
 * @throws InputLogError when it is damaged, cut short, of another format or of another version
 */
export function parseInputLog(name: string, text: string, unfinished = false): InputLog {
  const lines = text.split('\n');
  const rest = lines.pop();
  if (lines.length === 0) lines.push(rest ?? '');
  const header = objectOn(name, 1, lines[0]!);
  if (header.format !== FORMAT) fail(name, 1, `not a ${FORMAT} (no "format":"${FORMAT}")`);
  if (header.version !== VERSION) fail(name, 1, `version ${header.version}; this program reads version ${VERSION}`);
  if (!isSetup(header.setup)) return fail(name, 1, '"setup" is not an object of strings and numbers');
  const events = parseInputs(name, lines.slice(1), 2);
  const early = events.slice(0, -1).findIndex(({ kind }) => kind === 'end');
  if (early >= 0) fail(name, early + 3, 'something stands behind the end');

  const end = events.at(-1);
  if (end?.kind !== 'end' || rest !== '') {
    if (unfinished) return { setup: header.setup, events };
    const until = end === undefined ? 'before anything entered' : `after instruction ${end.at}`;
    return fail(name, lines.length, `the recording was cut short here, ${until}; --unfinished replays what there is`);
  }
  const digest = createHash('sha256').update(`${lines.slice(0, -1).join('\n')}\n`);
  if ((end as { sum?: unknown }).sum !== digest.digest('hex').slice(0, SUM_DIGITS)) {
    fail(name, lines.length, 'the log is damaged: its checksum is not that of the lines before');
  }
  const { at, state } = end;
  return { setup: header.setup, events: [...events.slice(0, -1), { at, kind: 'end', ...(state ? { state } : {}) }] };
}

/**
 * Refuse to replay a log on a machine that is not like the one it was recorded on.
 * @throws InputLogError that says what differs
 */
export function checkSetup(name: string, recorded: Setup, present: Setup): void {
  for (const key of new Set([...Object.keys(recorded), ...Object.keys(present)])) {
    if (recorded[key] !== present[key]) {
      throw new InputLogError(
        `${name}: recorded with ${key} ${recorded[key] ?? 'unset'}, but this machine has ${present[key] ?? 'none'}`,
      );
    }
  }
}

/** Time first, as people read it. */
function inOrder({ at, ...rest }: StampedInput): object {
  return { at, ...rest };
}

function fail(name: string, line: number, complaint: string): never {
  throw new InputLogError(`${name}:${line}: ${complaint}`);
}

function objectOn(name: string, line: number, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below, as for JSON that is no object.
  }
  return fail(name, line, 'not a JSON object');
}

function isSetup(value: unknown): value is Setup {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((v) => typeof v === 'string' || typeof v === 'number')
  );
}
