/** The program `trapgate`. */

import { constants } from 'node:os';
import { dispatch } from './dispatch.ts';
import { inlineLongChains } from './inlining.ts';

inlineLongChains();

// Whoever read our output has gone (`| head`): end as other programs do, unless a command has something to put in order.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (process.stdout.listenerCount('error') > 1) return;
  if (error.code !== 'EPIPE') process.stderr.write(`trapgate: standard output: ${error.message}\n`);
  process.exit(error.code === 'EPIPE' ? 128 + constants.signals.SIGPIPE : 1);
});

process.exitCode = await dispatch(process.argv.slice(2));
