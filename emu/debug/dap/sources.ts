/** Sources: the names in an image's debug information beside the client's paths. */

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Debuggee } from './debuggee.ts';
import { Source } from './library.ts';

export class Sources {
  private readonly known = new Map<string, DebugProtocol.Source>();

  constructor(private readonly debuggee: Debuggee) {}

  /** The source of a name in the debug information. A file that is not there is shown by its name alone. */
  of(file: string): DebugProtocol.Source {
    const known = this.known.get(file);
    if (known) return known;
    const path = [file, ...this.debuggee.sourceFolders.map((folder) => join(folder, file))].find((p) => existsSync(p));
    const source: DebugProtocol.Source = new Source(basename(file), path === undefined ? undefined : resolve(path));
    if (path === undefined) Object.assign(source, { origin: `${file} was not found`, presentationHint: 'deemphasize' });
    this.known.set(file, source);
    return source;
  }

  /** The name in the debug information that a client's source means; undefined when it has no code in the image. */
  fileOf({ path, name }: { path?: string; name?: string }): string | undefined {
    const wanted = path ?? name;
    if (wanted === undefined) return undefined;
    const { lines } = this.debuggee.stepper.debugInfo;
    return lines.files.find((file) => this.of(file).path === wanted) ?? lines.fileLike(wanted);
  }

  get all(): DebugProtocol.Source[] {
    return this.debuggee.stepper.debugInfo.lines.files.map((file) => this.of(file));
  }
}
