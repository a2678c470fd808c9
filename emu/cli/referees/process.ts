/** Running another emulator: in a folder of its own, until it ends, says nothing more, or the patience is over. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError, Interrupted } from '../command.ts';
import { Progress } from '../progress.ts';
import { onSignals } from '../signals.ts';

/** How often to look whether the console still grows. */
const LOOK_MS = 250;
/** A guest that says nothing for so long waits for something that will not come. */
const QUIET_MS = 4000;

export interface Emulator {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** The file that COM1 goes to. */
  readonly console: string;
  readonly input?: string;
  readonly seconds: number;
}

/**
 * Shows how far it has come; a signal ends it, too.
 * @returns whether it ended by itself
 * @throws CommandError when it is not installed; Interrupted
 */
export async function runEmulator(emulator: Emulator): Promise<boolean> {
  const { program, args, folder, input } = emulator;
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const child = spawn(program, args, { cwd: folder, stdio: [stdin, 'ignore', 'ignore'] });
  let signal: number | undefined;
  const isByItself = await onSignals(
    (number) => {
      signal = number;
      child.kill('SIGKILL');
    },
    () => endOf(child, emulator),
  );
  if (signal !== undefined) throw new Interrupted(signal);
  return isByItself;
}

/** @returns whether it ended by itself */
function endOf(child: ChildProcess, { program, folder, console, input, seconds }: Emulator): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    let length = 0;
    let grown = started;
    let stopped = false;
    const progress = new Progress(`on ${program}`);
    const watch = setInterval(() => {
      const now = Date.now();
      const size = readText(join(folder, console)).length;
      if (size > length) [length, grown] = [size, now];
      progress.say(`${length} bytes on its console`);
      const quiet = length > 0 && now - grown > QUIET_MS;
      if (!quiet && now - started < seconds * 1000) return;
      stopped = true;
      child.kill('SIGKILL');
    }, LOOK_MS);
    const end = () => {
      clearInterval(watch);
      progress.end();
    };
    child.stdin?.on('error', () => {});
    if (input !== undefined) child.stdin?.end(input);
    child.on('error', (error: NodeJS.ErrnoException) => {
      end();
      const why = error.code === 'ENOENT' ? 'it is not installed' : error.message;
      reject(new CommandError(`cannot run ${program}: ${why}`));
    });
    child.on('close', () => {
      end();
      resolve(!stopped);
    });
  });
}

/** The text of a file, as far as there is one. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** What stands in a console's file, as lines. */
export function linesOf(text: string): string[] {
  return text.replaceAll('\r', '').split('\n');
}

export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'trapgate-compare-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
