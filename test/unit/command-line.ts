/** For specs of the command line: a folder of one's own and what was said, anew for each test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';

export class CommandLine {
  folder = '';
  /** Standard output and standard error since the test began; a test may empty them. */
  out = '';
  err = '';

  /** Of a file in the folder. */
  readonly path = (name: string): string => join(this.folder, name);

  /** @returns the path of the file that was written */
  readonly write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(this.path(name), content);
    return this.path(name);
  };
}

/** Sets up each test of the file, or of the `describe` block, it is called in. */
export function commandLine(): CommandLine {
  const cli = new CommandLine();
  const text = (data: string | Uint8Array) => (typeof data === 'string' ? data : Buffer.from(data).toString('latin1'));
  beforeEach(() => {
    cli.folder = mkdtempSync(join(tmpdir(), 'trapgate-cli-'));
    cli.out = cli.err = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((data) => {
      cli.out += text(data);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((data) => {
      cli.err += text(data);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(cli.folder, { recursive: true });
  });
  return cli;
}
