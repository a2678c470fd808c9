/** Machines for a debug adapter: one that it launches, or the one that `trapgate run -dap` has. */

import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { strokesOf } from '../../../devices/key-text.ts';
import type { DebugAdapter } from '../../debug/dap/adapter.ts';
import { type Configuration, ConfigurationError, type Debuggee, type DebugHost } from '../../debug/dap/debuggee.ts';
import { Stepper } from '../../debug/stepper/stepper.ts';
import { debugInfoOf } from '../../trace/debug-info.ts';
import { historyOptionsOf } from '../machine/debug-plan.ts';
import { goToCursor } from '../machine/kept.ts';
import { type Closers, planOf, withClearErrors } from '../machine/plan.ts';
import { drained } from '../session/pipe-face.ts';
import { type Ending, type Face, Session } from '../session/session.ts';
import { sourceFolders } from '../stepper/source-files.ts';
import { clearError, optionsOfConfiguration, textsOf, unknownAttributes } from './launch-configuration.ts';

/** Launches what the client asks for. */
export class LaunchingHost implements DebugHost {
  /** Who runs them; set once, when it is there. */
  adapter!: DebugAdapter;

  /** @param out where the adapter's messages go: the guest waits when they pile up */
  constructor(private readonly out: Writable) {}

  launch(configuration: Configuration): Debuggee {
    const home = process.cwd();
    const [folder] = configuration.cwd === undefined ? [home] : textsOf('cwd', configuration.cwd);
    try {
      process.chdir(folder!);
    } catch {
      throw new ConfigurationError(`"cwd": there is no folder ${folder}`);
    }
    try {
      return this.launchHere(configuration);
    } catch (error) {
      throw clearError(error);
    } finally {
      process.chdir(home);
    }
  }

  /** Of a machine that another process runs the relay has taken care. */
  attach(): Debuggee {
    throw new ConfigurationError(
      'attach is for a machine that runs: start it with `trapgate run -dap tcp::PORT`, and give "port"',
    );
  }

  private launchHere(configuration: Configuration): Debuggee {
    const { adapter } = this;
    const options = optionsOfConfiguration(configuration);
    const closers: Closers = [];
    const decoder = new TextDecoder();
    const say = (bytes: Uint8Array) => adapter.output('stdout', decoder.decode(bytes, { stream: true }));
    // A person sits at the client, so the guest waits when it waits, unless it is told not to.
    const plan = planOf(options, options.all('serial')[0] ?? 'stdio', true, closers, say);
    const session = withClearErrors(() => new Session(plan));
    const history = historyOptionsOf(options);
    const debugInfo = debugInfoOf(plan.image.file);
    const stepper = new Stepper(session.pc, session.symbols, { history, debugInfo });
    withClearErrors(() => goToCursor(plan.kept, session.pc, (limits) => stepper.history.run(limits)));
    for (const name of unknownAttributes(configuration)) {
      adapter.output('console', `"${name}" is no attribute that trapgate knows\n`);
    }
    session.attach(adapter);
    const over = session.run(nobody(this.out));
    const debuggee: Debuggee = {
      ...controlsOf(session),
      stepper,
      name: plan.image.file.name,
      sourceFolders: [
        ...textsOf('sourceFolders', configuration.sourceFolders ?? []).map((folder) => resolve(folder)),
        ...sourceFolders(plan.image.file.name),
      ],
      end: async () => {
        session.end({ kind: 'left' });
        await over;
      },
      release: () => session.end({ kind: 'left' }),
    };
    const close = () => {
      for (const closer of closers.splice(0)) closer();
    };
    over
      .then((ending) => adapter.machineEnded(debuggee, statusOf(ending), session.describe(ending)))
      .catch((error: Error) => adapter.machineEnded(debuggee, 1, `trapgate has failed: ${error.stack}`))
      .finally(close);
    return debuggee;
  }
}

/** What the adapter asks of a session that is under way. */
export function controlsOf(session: Session): Pick<Debuggee, 'wake' | 'sendSerial' | 'typeKeys'> {
  return {
    wake: () => session.wake(),
    sendSerial: (text) => session.sendSerial(Buffer.from(text, 'latin1')),
    typeKeys: (text) => session.typeKeys(strokesOf(text)),
  };
}

/** Nobody sees the machine but the client. */
function nobody(out: Writable): Face {
  return { isOpen: true, attach: () => {}, refresh: () => {}, drained: () => drained(out), detach: () => {} };
}

/** The guest's exit status. */
export function statusOf(ending: Ending): number {
  if (ending.kind === 'exit') return ending.status & 0xff;
  return ending.kind === 'power-off' || ending.kind === 'left' ? 0 : 1;
}
