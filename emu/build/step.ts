/**
 * What the build says while it works: one line a step, with the seconds once it takes longer than two,
 * and helpers that leave a file alone when its contents would not change (so that make sees no news).
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A step that cannot go on; the message is for the person at the keyboard. */
export class BuildError extends Error {}

const FIRST_NEWS = 2_000; // ms until a step says that it is still at it
const NEWS_AT_TERMINAL = 1_000; // ms between updates of the same line
const NEWS_IN_LOG = 10_000; // ms between lines when nobody can see a line change

/**
 * Says what is being done, does it, and says how long it took if that was noticeable.
 * `work` must leave the event loop free (child processes, not long loops) for its progress to be seen.
 * Its result, if a string, is put behind the title.
 */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const terminal = process.stdout.isTTY;
  process.stdout.write(terminal ? `${title} ...` : `${title} ...\n`);
  const news = () => {
    process.stdout.write(terminal ? `\r${title} ... ${seconds()} s` : `  still at it: ${title}, ${seconds()} s\n`);
    timer = setTimeout(news, terminal ? NEWS_AT_TERMINAL : NEWS_IN_LOG);
  };
  let timer = setTimeout(news, FIRST_NEWS);
  try {
    const result = await work();
    const more = `${typeof result === 'string' ? `: ${result}` : ''}${seconds() >= 2 ? `, ${seconds()} s` : ''}`;
    if (terminal) process.stdout.write(`\r\x1b[K${title}${more}\n`);
    else if (more) process.stdout.write(`  done${more}\n`);
    return result;
  } catch (error) {
    if (terminal) process.stdout.write('\n');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a program to its end and returns what it printed. Fails with that text when it exits other than 0. */
export function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new BuildError(`${program} ${args.join(' ')}\n${output}`));
    });
  });
}

/** Writes the file in one piece, unless it already says exactly that. Returns whether it wrote. */
export function writeIfChanged(path: string, contents: string | Uint8Array): boolean {
  const bytes = typeof contents === 'string' ? Buffer.from(contents) : Buffer.from(contents);
  try {
    if (readFileSync(path).equals(bytes)) return false;
  } catch {
    // Not there yet.
  }
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, path);
  return true;
}

/** Runs a build program: its errors become a message and exit status 1. */
export async function main(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof BuildError) console.error(error.message);
    else console.error(error);
    process.exitCode = 1;
  }
}
