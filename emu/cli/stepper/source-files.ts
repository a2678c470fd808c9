/** Finds the sources that an image's debug information names: its paths are relative to where it was built. */

import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/** How far above the image, and above here, a source tree may begin. */
const LEVELS = 4;

/** @param near files, like the image, whose folders and those above are looked in, after the current one */
export function sourceFiles(...near: readonly string[]): (file: string) => readonly string[] | undefined {
  const known = new Map<string, readonly string[] | undefined>();
  const roots = sourceFolders(...near);
  return (file) => {
    if (!known.has(file)) known.set(file, read(isAbsolute(file) ? [file] : roots.map((root) => join(root, file))));
    return known.get(file);
  };
}

/** The folders that such a path may count from, the best first. */
export function sourceFolders(...near: readonly string[]): string[] {
  return ['.', ...near.map(dirname)].flatMap(above);
}

function above(folder: string): string[] {
  const folders = [resolve(folder)];
  for (let i = 0; i < LEVELS; i++) folders.push(dirname(folders.at(-1)!));
  return folders;
}

function read(paths: readonly string[]): readonly string[] | undefined {
  for (const path of paths) {
    try {
      return readFileSync(path, 'utf8').split(/\r?\n/);
    } catch {
      // The next one may be it; without any, there is no source to show.
    }
  }
  return undefined;
}
