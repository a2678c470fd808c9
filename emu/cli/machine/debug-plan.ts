/** Whether and where a debugger may attach to the machine of `trapgate run`. */

import type { HistoryOptions } from '../../debug/stepper/history.ts';
import { UsageError } from '../command.ts';
import { parseTcpAddress, type TcpAddress } from '../session/tcp-address.ts';
import { DEFAULT_HISTORY_MB, type MachineOptions } from './plan.ts';

const MB = 2 ** 20;
/** QEMU's -s. */
const USUAL = 'tcp::1234';

export interface DebugPlan extends TcpAddress {
  /** Whose protocol is spoken there: gdb's, or that of editors. */
  readonly protocol: 'gdb' | 'dap';
  /** Stand until the debugger lets it go. */
  readonly waits: boolean;
  readonly history: HistoryOptions;
}

/** What -gdb, -dap, -s, -S and --history ask for. @throws UsageError */
export function debugPlanOf(options: MachineOptions): DebugPlan | undefined {
  const asked = (['s', 'gdb', 'dap'] as const).filter((name) => options.has(name));
  if (asked.length > 1) throw new UsageError(`-${asked.join(' and -')}: one debugger at a time can attach`);
  const history = historyOptionsOf(options);
  const [how] = asked;
  if (how === undefined) {
    for (const name of ['S', 'history'] as const) {
      if (options.has(name))
        throw new UsageError(`-${name} is about debugging: -s, -gdb or -dap says who attaches where`);
    }
    return undefined;
  }
  for (const name of ['record', 'd', 'events'] as const) {
    if (options.has(name))
      throw new UsageError(`--${name} is for a run that time goes through once, not under a debugger`);
  }
  const address = parseTcpAddress(`-${how}`, how === 's' ? USUAL : options.get(how)!);
  return { ...address, protocol: how === 'dap' ? 'dap' : 'gdb', waits: options.has('S'), history };
}

/** What --history and --no-reboot say about going back. @throws UsageError */
export function historyOptionsOf(options: MachineOptions): HistoryOptions {
  const bytes = (options.number('history', { min: 1, max: 65536 }) ?? DEFAULT_HISTORY_MB) * MB;
  return { bytes, noReboot: options.has('no-reboot') };
}
