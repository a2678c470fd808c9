/** `trapgate dap`: the debug adapter, for editors. */

import { createServer } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Command } from './command.ts';
import { UsageError } from './command.ts';
import { LAUNCH_OPTIONS, OWN_ATTRIBUTES } from './dap/launch-configuration.ts';
import { LaunchingHost } from './dap/machines.ts';
import { connectRelay } from './dap/relay.ts';
import { describeOptions, parseOptions } from './options.ts';
import { listen, parseTcpAddress } from './session/tcp-address.ts';

const OPTIONS = [
  { name: 'listen', argument: 'tcp::PORT', help: 'serve clients there (tcp:HOST:PORT: not only of this machine)' },
] as const;

const HELP = `usage: trapgate dap [OPTIONS]

The stepper as a debug adapter (Microsoft's Debug Adapter Protocol) on standard input and output, for an editor that
starts it; or on a port, a machine of its own for each client. docs/dap.md shows what to put into launch.json.

${describeOptions(OPTIONS)}

A launch configuration has:
${describeAttributes()}
and these options of trapgate run, by their names: ${LAUNCH_OPTIONS.map(({ name }) => name).join(', ')}.

An attach configuration has "port" (and "host"), where \`trapgate run -dap tcp::PORT\` listens, and "stopOnEntry".
`;

export const command: Command = {
  name: 'dap',
  summary: 'debug from an editor (Debug Adapter Protocol)',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  if (options.operands.length > 0) {
    throw new UsageError(`${options.operands[0]}: the client says in its configuration what is debugged`);
  }
  const where = options.get('listen');
  if (where === undefined) {
    await serve(process.stdin, process.stdout);
    return 0;
  }
  const address = parseTcpAddress('--listen', where);
  const server = createServer();
  const port = await listen(server, address);
  process.stderr.write(`trapgate: debug adapter at ${address.host}:${port}\n`);
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    void serve(socket, socket).then(() => socket.end());
  });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  server.close();
  return 0;
}

/** Serve one client until it has gone. */
async function serve(input: Readable, output: Writable): Promise<void> {
  const { DebugAdapter } = await import('../debug/dap/adapter.ts');
  await new Promise<void>((resolve) => {
    const host = new LaunchingHost(output);
    const adapter = new DebugAdapter(host, resolve);
    host.adapter = adapter;
    connectRelay(adapter, input, output);
  });
}

function describeAttributes(): string {
  return Object.entries(OWN_ATTRIBUTES)
    .map(([name, help]) => `  ${name.padEnd(16)}${help}`)
    .join('\n');
}
