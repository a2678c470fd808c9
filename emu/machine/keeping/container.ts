/**
 * The form that snapshots and capsules have as files: named sections under one checksum.
 *
 *     trapgate snapshot 1 SHA-256-OF-ALL-THAT-FOLLOWS      a line of text
 *     [["machine",412],["image",192016], ...]              a line of JSON: each section's name and length in bytes
 *     the sections, one after the other
 *
 * A file that is cut short, changed, of another kind or of another version is refused, and the message says which.
 */

import { createHash } from 'node:crypto';

export type KeptKind = 'snapshot' | 'capsule';

/** The sections of a file, by name. */
export type Sections = ReadonlyMap<string, Uint8Array>;

/** A snapshot or capsule that cannot be used; the message begins with the file's name. */
export class KeptFileError extends Error {
  override readonly name = 'KeptFileError';

  constructor(file: string, complaint: string) {
    super(`${file}: ${complaint}`);
  }
}

/** Of each kind, the only one that is written and read. */
const VERSIONS: Readonly<Record<KeptKind, number>> = { snapshot: 1, capsule: 1 };
const LONGEST_FIRST_LINE = 128;
const LINE_END = 0x0a;

const utf8 = new TextEncoder();

/** The bytes of a file. */
export function packSections(kind: KeptKind, sections: Sections): Uint8Array {
  const list = [...sections].map(([name, bytes]) => [name, bytes.length]);
  const body = Buffer.concat([utf8.encode(`${JSON.stringify(list)}\n`), ...sections.values()]);
  // Not as a Buffer, whose slice() would share its bytes.
  return new Uint8Array(Buffer.concat([utf8.encode(`trapgate ${kind} ${VERSIONS[kind]} ${sumOf(body)}\n`), body]));
}

/** What kind of file this says it is, sound or not; undefined when it is none of ours. */
export function keptKind(bytes: Uint8Array): KeptKind | undefined {
  const kind = /^trapgate (\w+) \d/.exec(Buffer.from(bytes.subarray(0, LONGEST_FIRST_LINE)).toString('latin1'))?.[1];
  return kind !== undefined && Object.hasOwn(VERSIONS, kind) ? (kind as KeptKind) : undefined;
}

/** @param file what messages call it @throws KeptFileError */
export function unpackSections(file: string, bytes: Uint8Array, kind: KeptKind): Sections {
  const fail = (complaint: string): never => {
    throw new KeptFileError(file, complaint);
  };
  const found = keptKind(bytes);
  if (found !== kind) return fail(found === undefined ? `not a trapgate ${kind}` : `a ${found}, not a ${kind}`);
  const end = bytes.subarray(0, LONGEST_FIRST_LINE).indexOf(LINE_END);
  const [, , version, sum] = Buffer.from(bytes.subarray(0, Math.max(0, end)))
    .toString('latin1')
    .split(' ');
  if (end < 0 || sum === undefined) return fail('the file is damaged: its first line is incomplete');
  if (version !== String(VERSIONS[kind])) {
    return fail(`version ${version} of the ${kind} format; this program reads version ${VERSIONS[kind]}`);
  }
  const body = bytes.subarray(end + 1);
  const list = body.subarray(0, body.indexOf(LINE_END));
  const lengths = parseList(Buffer.from(list).toString('utf8'));
  const wanted = lengths?.reduce((total, [, length]) => total + length, list.length + 1);
  if (wanted !== undefined && wanted > body.length) {
    return fail(`the file is cut short: ${wanted - body.length} of ${wanted + end + 1} bytes are missing`);
  }
  if (lengths === undefined || wanted !== body.length || sumOf(body) !== sum) {
    return fail('the file is damaged: its checksum is not that of its content');
  }
  let at = list.length + 1;
  return new Map(
    lengths.map(([name, length]) => {
      at += length;
      return [name, body.subarray(at - length, at)];
    }),
  );
}

/** A section that has to be there. @throws KeptFileError */
export function sectionOf(file: string, sections: Sections, name: string): Uint8Array {
  const bytes = sections.get(name);
  if (!bytes) throw new KeptFileError(file, `it has no section '${name}'`);
  return bytes;
}

/** A section of JSON. @throws KeptFileError */
export function jsonOf(file: string, sections: Sections, name: string): unknown {
  try {
    return JSON.parse(Buffer.from(sectionOf(file, sections, name)).toString('utf8'));
  } catch (error) {
    if (error instanceof KeptFileError) throw error;
    throw new KeptFileError(file, `section '${name}' is not JSON`);
  }
}

/** The bytes of a section of JSON. */
export function jsonSection(value: unknown): Uint8Array {
  return utf8.encode(JSON.stringify(value));
}

function parseList(text: string): (readonly [string, number])[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    const isEntry = (entry: unknown) =>
      Array.isArray(entry) && typeof entry[0] === 'string' && Number.isSafeInteger(entry[1]) && entry[1] >= 0;
    return Array.isArray(list) && list.every(isEntry) ? list : undefined;
  } catch {
    return undefined;
  }
}

function sumOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
