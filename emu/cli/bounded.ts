/**
 * Work on a file that may be hostile: it runs in a worker that is stopped when its time or memory is used up, so that
 * no source, whatever it says, hangs the command line.
 */

import { isMainThread, Worker } from 'node:worker_threads';
import { CommandError } from './command.ts';

export interface Bounds {
  readonly seconds: number;
  /** Of JavaScript's heap. */
  readonly megabytes: number;
}

/**
 * Runs `work` here if this is the worker already; else runs the same command line in a worker.
 * @returns the exit status
 * @throws CommandError when a bound is reached
 */
export async function bounded(args: readonly string[], bounds: Bounds, work: () => Promise<number>): Promise<number> {
  // Only the bundle can be started again as a file of its own; in tests the sources run as they are.
  const program = import.meta.url;
  if (!isMainThread || !program.endsWith('.js')) return work();
  const worker = new Worker(new URL(program), {
    argv: [...args],
    resourceLimits: { maxOldGenerationSizeMb: bounds.megabytes },
  });
  return await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      void worker.terminate();
      reject(new CommandError(`stopped after ${bounds.seconds} seconds; --seconds allows more`));
    }, bounds.seconds * 1000);
    worker.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      reject(isMemory ? new CommandError(`stopped: more than ${bounds.megabytes} MB of memory are needed`) : error);
    });
    worker.once('exit', (status) => {
      clearTimeout(timer);
      resolve(status);
    });
  });
}
