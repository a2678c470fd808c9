/** `trapgate attach`: the same faces as `trapgate debug`, on a machine behind a gdb stub. */

import { connect, type Socket } from 'node:net';
import { GdbClient } from '../debug/remote/client.ts';
import { type RemoteImage, RemoteTarget } from '../debug/remote/remote-target.ts';
import { Repl } from '../debug/repl.ts';
import { TargetError } from '../debug/stepper/target.ts';
import { isElf, parseElf32 } from '../machine/loaders/elf32.ts';
import { ImageFile } from '../machine/loaders/image.ts';
import { debugInfoOf } from '../trace/debug-info.ts';
import { SymbolTable } from '../trace/symbols.ts';
import { type Command, CommandError, UsageError } from './command.ts';
import { readFile } from './files.ts';
import { withClearErrors } from './machine/plan.ts';
import { describeOptions, parseOptions } from './options.ts';
import { talkInLines } from './stepper/lines.ts';
import { FACE_OPTIONS, wantsFullScreen } from './stepper/options.ts';
import { sourceFiles } from './stepper/source-files.ts';

const HELP = `usage: trapgate attach [OPTIONS] [HOST:]PORT [IMAGE]

Step a machine behind a gdb stub: trapgate run -s, QEMU's -s, or another one of an i386. IMAGE is what runs there, for
its symbols and lines (an ELF file). What the stub cannot tell or do is said. Leaving lets the machine run on.

    qemu-system-i386 -kernel kernel.elf -s -S &
    trapgate attach :1234 kernel.elf

${describeOptions(FACE_OPTIONS)}
`;

/** Milliseconds in which somebody must take the call. */
const PATIENCE = 5000;

export const command: Command = {
  name: 'attach',
  summary: 'step through a machine behind a gdb stub, like QEMU',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, FACE_OPTIONS);
  const [where, path, ...more] = options.operands;
  if (where === undefined) throw new UsageError('where to attach is not given: HOST:PORT');
  if (more.length > 0) throw new UsageError(`one machine and one image: what is ${more.join(' ')}?`);
  const image = path === undefined ? undefined : imageOf(path, options.all('source'));
  const socket = await called(where);
  let cut: (why: string) => void = () => {};
  const gone = new Promise<string>((resolve) => {
    cut = resolve;
  });
  const client = new GdbClient(
    (text) => socket.write(text, 'latin1'),
    (text) => process.stderr.write(text),
  );
  const close = (why: string) => {
    client.close(why);
    cut(why);
  };
  socket.on('data', (bytes) => client.receive(bytes));
  socket.on('error', ({ message }) => close(`the connection is broken: ${message}`));
  socket.on('close', () => close('the far end has hung up'));
  try {
    const target = await RemoteTarget.connect(client, where, image);
    if (wantsFullScreen(options.has('plain'))) {
      const { FullScreen } = await import('./stepper/full-screen.ts');
      await new FullScreen(target).attend(gone);
    } else await talkInLines(new Repl(target), target, () => {});
    await target.leave();
    return 0;
  } catch (error) {
    if (error instanceof TargetError) throw new CommandError(`${where}: ${error.message}`);
    throw error;
  } finally {
    socket.destroy();
  }
}

/** A connection to [HOST:]PORT. @throws UsageError, CommandError when nobody is there */
async function called(where: string): Promise<Socket> {
  const match = /^(?:([^:]*|\[[\da-f:]+\]):)?(\d+)$/i.exec(where);
  const port = Number(match?.[2]);
  if (!match || port < 1 || port > 65535) throw new UsageError(`${where}: HOST:PORT is wanted`);
  const host = match[1]?.replace(/^\[|\]$/g, '') || '127.0.0.1';
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const fail = (why: string) => {
      socket.destroy();
      reject(new CommandError(`nothing can be attached at ${host}:${port}: ${why}`));
    };
    const timer = setTimeout(() => fail(`nobody has answered in ${PATIENCE / 1000} s`), PATIENCE);
    socket.once('error', ({ message }) => fail(message));
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

function imageOf(path: string, folders: readonly string[]): RemoteImage {
  const file = new ImageFile(path, readFile(path));
  if (!withClearErrors(() => isElf(file))) throw new CommandError(`${path} is no ELF file: it has no symbols`);
  const { symbols, segments } = withClearErrors(() => parseElf32(file));
  const last = Math.max(0, ...segments.map(({ virtualAddress, memoryBytes }) => virtualAddress + memoryBytes - 1));
  return {
    symbols: new SymbolTable(symbols, last),
    debugInfo: debugInfoOf(file),
    source: sourceFiles(path, ...folders.map((folder) => `${folder}/.`)),
  };
}
