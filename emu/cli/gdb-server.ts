/** gdb's end of the run command: a TCP port on which one gdb at a time may talk to the stub in emu/debug/gdb. */

import { createServer, type Server, type Socket } from 'node:net';
import { GdbStub } from '../debug/gdb/stub.ts';
import { Stepper } from '../debug/stepper.ts';
import type { RunLimits } from '../machine/machine.ts';
import type { Stop } from '../machine/stop.ts';
import { CommandError, UsageError } from './command.ts';
import type { MachineOptions } from './plan.ts';
import type { Debugger, Session } from './session.ts';

const LOOPBACK = '127.0.0.1';
/** QEMU's -s. */
const USUAL_PORT = 1234;
const MB = 2 ** 20;

/** Where to listen, and how to begin. */
export interface GdbPlan {
  readonly host: string;
  /** 0: any that is free; it is told on standard error. */
  readonly port: number;
  /** Stand until gdb lets it go. */
  readonly waits: boolean;
  readonly historyBytes: number;
}

/** What -gdb, -s, -S and --history ask for. @throws UsageError */
export function gdbPlanOf(options: MachineOptions): GdbPlan | undefined {
  const where = options.get('gdb');
  const historyBytes = (options.number('history', { min: 1, max: 65536 }) ?? 256) * MB;
  if (where === undefined && !options.has('s')) {
    for (const name of ['S', 'history'] as const) {
      if (options.has(name)) throw new UsageError(`-${name} is about debugging: -s or -gdb says where gdb attaches`);
    }
    return undefined;
  }
  if (where !== undefined && options.has('s')) throw new UsageError('-s is -gdb tcp::1234: one of them');
  const match = /^tcp:([^:,]*|\[[\da-f:]+\]):(\d+)(?:,.*)?$/i.exec(where ?? `tcp::${USUAL_PORT}`);
  const port = Number(match?.[2]);
  if (!match || port > 65535) throw new UsageError(`-gdb ${where}: tcp::PORT or tcp:HOST:PORT is wanted`);
  for (const name of ['record', 'd', 'events'] as const) {
    if (options.has(name))
      throw new UsageError(`--${name} is for a run that time goes through once, not under a debugger`);
  }
  const host = match[1]!.replace(/^\[|\]$/g, '') || LOOPBACK;
  return { host, port, waits: options.has('S'), historyBytes };
}

export class GdbServer implements Debugger {
  private readonly stepper: Stepper;
  private readonly stub: GdbStub;
  private client: Socket | undefined;

  private constructor(
    private readonly session: Session,
    plan: GdbPlan,
    private readonly server: Server,
  ) {
    this.stepper = new Stepper(session.pc, session.symbols, { history: { bytes: plan.historyBytes } });
    this.stub = new GdbStub(
      this.stepper,
      (text) => this.client?.write(text, 'latin1'),
      () => session.wake(),
      (kill) => (kill ? session.end({ kind: 'left' }) : this.client?.end()),
    );
    this.stub.connect(!plan.waits);
    server.on('connection', (socket) => this.accept(socket));
  }

  /** Listen, and put the session under the debugger. @throws CommandError when the port cannot be had */
  static async listen(session: Session, plan: GdbPlan): Promise<GdbServer> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', ({ message }) => reject(new CommandError(`gdb cannot attach: ${message}`)));
      server.listen(plan.port, plan.host, resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : plan.port;
    if (plan.waits || plan.port === 0)
      process.stderr.write(`trapgate: gdb can attach: target remote ${plan.host}:${port}\n`);
    const debug = new GdbServer(session, plan, server);
    session.attach(debug);
    return debug;
  }

  run(limits: Pick<RunLimits, 'until' | 'idle'>): Stop | 'stopped' {
    return this.stub.run(limits);
  }

  get isStanding(): boolean {
    return !this.stub.isRunning;
  }

  touched(): void {
    this.stepper.history.fork();
  }

  /** Hang up, and listen no more. */
  close(): void {
    this.server.close();
    this.client?.end();
  }

  private accept(socket: Socket): void {
    if (this.client) {
      socket.destroy();
      return;
    }
    this.client = socket;
    socket.setNoDelay(true);
    // QEMU's stub does the same: who attaches finds the machine standing.
    this.stub.connect();
    socket.on('data', (bytes) => this.stub.receive(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.client = undefined;
      this.stub.disconnect();
      this.session.wake();
    });
  }
}
