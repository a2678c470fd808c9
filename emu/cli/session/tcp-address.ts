/** Where a debugger may come to, as QEMU writes it: tcp::PORT, tcp:HOST:PORT. */

import type { Server } from 'node:net';
import { CommandError, UsageError } from '../command.ts';

const LOOPBACK = '127.0.0.1';

export interface TcpAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Without a host, only this machine can come. @param option what is parsed, for the message @throws UsageError */
export function parseTcpAddress(option: string, text: string): TcpAddress {
  const match = /^tcp:([^:,]*|\[[\da-f:]+\]):(\d+)(?:,.*)?$/i.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65535) throw new UsageError(`${option} ${text}: tcp::PORT or tcp:HOST:PORT is wanted`);
  return { host: match[1]!.replace(/^\[|\]$/g, '') || LOOPBACK, port };
}

/** Listen there. @returns the port it got @throws CommandError when it cannot be had */
export async function listen(server: Server, { host, port }: TcpAddress): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => reject(new CommandError(`cannot listen: ${message}`)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}
