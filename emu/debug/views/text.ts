/** Text with meaning: what views are made of. A face with colours shows the tones; one without leaves them out. */

export type Tone =
  /** Of less weight: addresses, units, what is the same as ever. */
  | 'dim'
  /** Of more weight. */
  | 'strong'
  /** Different from when the machine last stood. */
  | 'changed'
  /** Where the machine stands, or what is chosen. */
  | 'here'
  | 'symbol'
  | 'title'
  | 'good'
  | 'bad';

export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

/** One line, from left to right. */
export type Line = readonly Span[];

/** A line of pieces; what is undefined is left out. */
export function line(...parts: readonly (string | Span | undefined)[]): Line {
  return parts.flatMap((part) =>
    part === undefined || part === '' ? [] : typeof part === 'string' ? [{ text: part }] : [part],
  );
}

const toned =
  (tone: Tone) =>
  (text: string): Span => ({ text, tone });
export const dim = toned('dim');
export const strong = toned('strong');
export const changed = toned('changed');
export const here = toned('here');
export const title = toned('title');
export const good = toned('good');
export const bad = toned('bad');

/** ' <name>' behind an address that has one. */
export function named(name: string | undefined): Span | undefined {
  return name === undefined ? undefined : { text: ` <${name}>`, tone: 'symbol' };
}

/** Lines of text, one each; of no text none. */
export function paragraph(text: string): Line[] {
  if (text === '') return [];
  return text.split('\n').map((part) => line(part));
}

export function lengthOf(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + text.length, 0);
}

/** What a face without tones shows. */
export function plain(lines: readonly Line[]): string {
  return lines
    .map((spans) =>
      spans
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

/** A number as it is written here: hexadecimal, without a prefix. */
export function hex(value: number, digits = 8): string {
  return (value >>> 0).toString(16).padStart(digits, '0');
}

/** Eight bits, bit 7 on the left. */
export function bits8(value: number): string {
  return value.toString(2).padStart(8, '0');
}
