/** Writes the archive the kernel gets as a multiboot module: cpio's "newc" format, the one Linux takes as an initramfs. */

export interface ArchiveFile {
  readonly name: string;
  readonly data: Uint8Array;
  /** May be run. */
  readonly executable: boolean;
}

const MAGIC = '070701';
const REGULAR = 0o100000;
const TRAILER = 'TRAILER!!!';

/** Files in the order given, owned by root, dated 1970: the same files make the same bytes anywhere. */
export function cpioArchive(files: readonly ArchiveFile[]): Uint8Array {
  const entries = files.map(({ name, data, executable }, i) =>
    entry(name, data, REGULAR | (executable ? 0o755 : 0o644), i + 1),
  );
  return Buffer.concat([...entries, entry(TRAILER, new Uint8Array(), 0, 0)]);
}

/** A header of 13 fields of eight hex digits, the name and the data, each filled up to four bytes. */
function entry(name: string, data: Uint8Array, mode: number, inode: number): Buffer {
  const fields = [
    ...[inode, mode],
    ...[0, 0, 1, 0], // uid, gid, links, time
    data.length,
    ...[0, 0, 0, 0], // devices: the file's, its own
    name.length + 1,
    0, // checksum: not in this variant
  ];
  const header = MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  return Buffer.concat([padded(Buffer.from(`${header}${name}\0`, 'latin1')), padded(data)]);
}

const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
