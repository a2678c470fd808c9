/** gdb's end of the run command: a TCP port on which one gdb at a time may talk to the stub in emu/debug/gdb. */

import { createServer, type Server, type Socket } from 'node:net';
import { GdbStub } from '../../debug/gdb/stub.ts';
import { Stepper } from '../../debug/stepper/stepper.ts';
import type { RunLimits } from '../../machine/machine.ts';
import type { Stop } from '../../machine/stop.ts';
import { debugInfoOf } from '../../trace/debug-info.ts';
import type { DebugPlan } from '../machine/debug-plan.ts';
import type { Debugger, Session } from './session.ts';
import { listen } from './tcp-address.ts';

export class GdbServer implements Debugger {
  private readonly stepper: Stepper;
  private readonly stub: GdbStub;
  private client: Socket | undefined;

  private constructor(
    private readonly session: Session,
    plan: DebugPlan,
    private readonly server: Server,
  ) {
    const { history } = plan;
    const debugInfo = debugInfoOf(session.image.file);
    this.stepper = new Stepper(session.pc, session.symbols, { history, debugInfo });
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
  static async listen(session: Session, plan: DebugPlan): Promise<GdbServer> {
    const server = createServer();
    // Whoever comes finds everything ready: gdb waits for an answer two seconds only.
    const debug = new GdbServer(session, plan, server);
    const port = await listen(server, plan);
    if (plan.waits || plan.port === 0)
      process.stderr.write(`trapgate: gdb can attach: target remote ${plan.host}:${port}\n`);
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
