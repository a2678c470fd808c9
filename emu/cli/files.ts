/** Reading and writing files as the commands that make files do it. */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { CommandError } from './command.ts';

/** The file's bytes; null when it cannot be read. */
export function readBytes(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

/** The file's bytes. @throws CommandError that says why not */
export function readFile(path: string): Uint8Array {
  return onFile('read', path, () => readFileSync(path));
}

/** Does something with a file, and tells what went wrong in plain words. @throws CommandError */
export function onFile<T>(verb: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: verb === 'write' ? 'no such folder' : 'no such file',
      ENOSPC: 'no space left on the disk',
      EISDIR: 'it is a directory',
      EACCES: 'permission denied',
    };
    throw new CommandError(`cannot ${verb} ${path}: ${reasons[code ?? ''] ?? message}`);
  }
}

/** Writes beside the file and then renames, so that nobody sees half of it. @throws CommandError */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    onFile('write', path, () => {
      writeFileSync(unfinished, content);
      renameSync(unfinished, path);
    });
  } finally {
    rmSync(unfinished, { force: true });
  }
}
