/** The adapter's end of the run command: a TCP port on which one client at a time may attach to the machine. */

import { createServer, type Server, type Socket } from 'node:net';
import { DebugAdapter } from '../../debug/dap/adapter.ts';
import { ConfigurationError, type Debuggee, type DebugHost } from '../../debug/dap/debuggee.ts';
import type { Move } from '../../debug/stepper/move.ts';
import { Stepper } from '../../debug/stepper/stepper.ts';
import type { RunLimits } from '../../machine/machine.ts';
import type { Stop } from '../../machine/stop.ts';
import { debugInfoOf } from '../../trace/debug-info.ts';
import type { DebugPlan } from '../machine/debug-plan.ts';
import type { Debugger, Ending, Session } from '../session/session.ts';
import { listen } from '../session/tcp-address.ts';
import { sourceFolders } from '../stepper/source-files.ts';
import { controlsOf, statusOf } from './machines.ts';

export class DapServer implements Debugger, DebugHost {
  private readonly stepper: Stepper;
  private client: { readonly socket: Socket; readonly adapter: DebugAdapter } | undefined;
  /** The machine runs without a client. */
  private free: Move | undefined;
  private attached: Debuggee | undefined;

  private constructor(
    private readonly session: Session,
    private readonly plan: DebugPlan,
    private readonly server: Server,
  ) {
    const { history } = plan;
    const debugInfo = debugInfoOf(session.image.file);
    this.stepper = new Stepper(session.pc, session.symbols, { history, debugInfo });
    if (!plan.waits) this.free = this.stepper.begin('run');
    server.on('connection', (socket) => this.accept(socket));
  }

  /** Listen, and put the session under the adapter. @throws CommandError when the port cannot be had */
  static async listen(session: Session, plan: DebugPlan): Promise<DapServer> {
    const server = createServer();
    const debug = new DapServer(session, plan, server);
    const port = await listen(server, plan);
    session.attach(debug);
    if (plan.waits || plan.port === 0) {
      process.stderr.write(`trapgate: a debug adapter's client can attach: ${plan.host}:${port}\n`);
    }
    return debug;
  }

  run(limits: Pick<RunLimits, 'until' | 'idle'>): Stop | 'stopped' {
    if (this.attached) return this.client!.adapter.run(limits);
    if (!this.free) return 'stopped';
    const reason = this.free.proceed(limits);
    if (reason.kind === 'under way') return reason.stop;
    this.free = undefined;
    return reason.kind === 'machine' ? reason.stop : 'stopped';
  }

  get isStanding(): boolean {
    return this.attached ? this.client!.adapter.isStanding : this.free === undefined;
  }

  touched(): void {
    this.stepper.history.fork();
  }

  refresh(): void {
    this.client?.adapter.refresh();
  }

  ended(ending: Ending): void {
    if (this.attached)
      this.client?.adapter.machineEnded(this.attached, statusOf(ending), this.session.describe(ending));
  }

  /** Hang up, and listen no more. */
  close(): void {
    this.server.close();
    this.client?.socket.end();
  }

  launch(): Debuggee {
    throw new ConfigurationError('this machine runs already: the configuration\'s "request" must be "attach"');
  }

  attach(): Debuggee {
    const { session, stepper } = this;
    const { file } = session.image;
    this.free?.cancel();
    this.free = undefined;
    const release = () => {
      this.attached = undefined;
      this.free = stepper.begin('run');
      session.wake();
    };
    this.attached = {
      ...controlsOf(session),
      stepper,
      name: file.name,
      sourceFolders: sourceFolders(file.name),
      waits: this.plan.waits && stepper.pc.machine.now === stepper.history.start,
      end: async () => session.end({ kind: 'left' }),
      release,
    };
    return this.attached;
  }

  private accept(socket: Socket): void {
    if (this.client) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    const adapter = new DebugAdapter(this, () => {
      if (this.client?.adapter === adapter) this.client = undefined;
      socket.end();
    });
    this.client = { socket, adapter };
    adapter.start(socket, socket);
  }
}
