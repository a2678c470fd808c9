/**
 * Between a client and its adapter: all goes to the adapter here, unless the client attaches to a machine that another
 * process runs (`trapgate run -dap`). Then all goes there from the attach request on, and the adapter here hears no more.
 */

import { connect } from 'node:net';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { DebugAdapter } from '../../debug/dap/adapter.ts';

const HEADER_END = '\r\n\r\n';

interface Message {
  readonly type?: string;
  readonly command?: string;
  readonly seq?: number;
  readonly request_seq?: number;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

export function connectRelay(adapter: DebugAdapter, input: Readable, output: Writable): void {
  const local = new PassThrough();
  const messages = new Messages();
  let initialize: Message = {};
  const toAdapter = (bytes: Uint8Array) => void local.write(bytes);
  const data = (bytes: Buffer) => {
    for (const { raw, message } of messages.read(bytes)) {
      if (message.command === 'initialize') initialize = message;
      const { port, host } = message.arguments ?? {};
      if (message.command === 'attach' && port !== undefined && !adapter.isDebugging) {
        input.off('data', data);
        const rest = Buffer.concat([raw, messages.rest()]);
        forward({ host: String(host ?? '127.0.0.1'), port: Number(port) }, initialize, rest, message);
        return;
      }
      toAdapter(raw);
    }
  };
  const forward = (
    { host, port }: { host: string; port: number },
    first: Message,
    attach: Uint8Array,
    { seq = 0 }: Message,
  ) => {
    const answers = new Messages();
    const socket = connect({ host, port });
    let isConnected = false;
    socket.on('connect', () => {
      isConnected = true;
      adapter.removeAllListeners();
      socket.write(framed(first));
      socket.write(attach);
      input.pipe(socket);
    });
    socket.on('data', (bytes: Buffer) => {
      for (const { raw, message } of answers.read(bytes)) {
        // The client has had its answer to initialize.
        if (message.type !== 'response' || message.request_seq !== first.seq) output.write(raw);
      }
    });
    socket.on('error', ({ message: text }) => {
      if (isConnected) return;
      const message = `cannot attach to ${host}:${port}: ${text}`;
      const error = { id: 1, format: message, showUser: true };
      const failed = { seq: 0, type: 'response', command: 'attach', request_seq: seq, success: false, message };
      output.write(framed({ ...failed, body: { error } }));
      input.on('data', data);
    });
    socket.on('close', () => {
      if (isConnected) adapter.shutdown();
    });
  };
  input.on('data', data);
  input.on('end', () => local.destroy());
  input.on('close', () => local.destroy());
  adapter.start(local, output as NodeJS.WritableStream);
}

function framed(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from(`Content-Length: ${text.length}${HEADER_END}`), text]);
}

/** Whole messages of a stream, and what they say; a message that is no JSON says nothing. */
class Messages {
  private waiting = Buffer.alloc(0);

  *read(bytes: Buffer): Generator<{ raw: Buffer; message: Message }> {
    this.waiting = Buffer.concat([this.waiting, bytes]);
    for (;;) {
      const end = this.waiting.indexOf(HEADER_END);
      if (end < 0) return;
      const body = end + HEADER_END.length;
      const length = Number(/content-length: *(\d+)/i.exec(this.waiting.toString('latin1', 0, end))?.[1] ?? 0);
      if (this.waiting.length < body + length) return;
      const raw = this.waiting.subarray(0, body + length);
      this.waiting = this.waiting.subarray(body + length);
      yield { raw, message: parsed(raw.toString('utf8', body)) };
    }
  }

  /** What has come behind the last whole message. */
  rest(): Buffer {
    const { waiting } = this;
    this.waiting = Buffer.alloc(0);
    return waiting;
  }
}

function parsed(text: string): Message {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null ? message : {};
  } catch {
    return {};
  }
}
