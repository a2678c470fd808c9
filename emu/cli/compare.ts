/** `trapgate compare`: the same image here and on a referee, and the first thing that differs. */

import { Pc } from '../machine/pc.ts';
import { nameOfVector } from '../machine/stop.ts';
import { SymbolTable } from '../trace/symbols.ts';
import { type TrapEntry, TrapLog } from '../trace/trap-log.ts';
import { type Command, UsageError } from './command.ts';
import { runOn } from './machine/kept.ts';
import { type Closers, MACHINE_OPTIONS, type MachineOptions, planOf, withClearErrors } from './machine/plan.ts';
import { describeOptions, type OptionSpec, parseOptions } from './options.ts';
import { onBochs } from './referees/bochs.ts';
import {
  type Difference,
  firstLineDifference,
  firstTrapDifference,
  type Observation,
  type ObservedTrap,
  type Subject,
} from './referees/observation.ts';
import { onQemu } from './referees/qemu.ts';

const REFEREES = ['qemu', 'bochs'] as const;
/** What of a machine the referees can be given. */
const SHARED = ['m', 'kernel', 'append', 'initrd', 'max-instructions'] as const;
const DEFAULT_SECONDS = 20;
/** Instructions of virtual time, when neither guest nor --max-instructions ends the run. */
const LONGEST_RUN = 1_000_000_000;

const OPTIONS = [
  { name: 'with', argument: 'REFEREE', help: 'qemu or bochs, as they are installed' },
  { name: 'input', argument: 'TEXT', help: 'sent to COM1 from the beginning; \\n is an end of line (qemu only)' },
  { name: 'console-only', help: 'compare no traps: for programs that take turns by the clock' },
  { name: 'ignore', argument: 'REGEXP', help: 'leave such lines of the console out', many: true },
  {
    name: 'seconds',
    argument: 'N',
    help: `how long the referee may take, in seconds of the host (${DEFAULT_SECONDS})`,
  },
  ...MACHINE_OPTIONS.filter((option) => SHARED.some((name) => name === option.name)),
] as const satisfies readonly OptionSpec[];

const HELP = `usage: trapgate compare --with qemu|bochs [OPTIONS] IMAGE

Run IMAGE here and on the referee, and show the first trap and the first line of the console that differ.

Compared are exceptions and software interrupts, in their order: vector, error code, ring, CS:EIP and CR2 with QEMU, the
vector with Bochs, which says no more; and what COM1 says, line by line, without time stamps like [    0.123456].
Interrupts are not compared: they come when each machine's clock has them come. Where a guest's programs take turns by
that clock, so do their system calls, and only the console is the same (--console-only). A guest that does not end by itself is
stopped when its console has been quiet for some seconds, and compared as far as both have come.

${describeOptions(OPTIONS)}

Exit status: 0 when nothing differs; 1 when something does, or the referee is not installed; 2 for wrong usage.
`;

export const command: Command = {
  name: 'compare',
  summary: 'run an image here and in QEMU or Bochs, and show what differs',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  const name = options.get('with');
  const referee = REFEREES.find((known) => known === name);
  if (!referee) throw new UsageError(`--with ${name ?? 'is missing'}: ${REFEREES.join(' or ')} is wanted`);
  const ignored = options.all('ignore').map(patternOf);
  const seconds = options.number('seconds', { min: 1, max: 3600 }) ?? DEFAULT_SECONDS;
  const input = (options.get('input') ?? '').replaceAll('\\n', '\n');
  const closers: Closers = [];
  try {
    const plan = planOf(options as MachineOptions, 'none', false, closers);
    if (plan.kept) throw new UsageError(`${plan.kept.path} begins in the middle: a referee begins at power-on`);
    const { image } = plan;
    const said: number[] = [];
    const pc = new Pc({ ...plan.pc, serial: (byte) => said.push(byte) });
    const loaded = withClearErrors(() => pc.boot(image));
    const subject: Subject = {
      image: image.file.name,
      commandLine: image.commandLine ?? '',
      initrd: options.get('initrd') ?? '',
      ramBytes: pc.configuration.ramBytes,
      input,
      seconds,
    };
    const theirs = referee === 'qemu' ? onQemu(subject) : onBochs(subject, pc);
    const ours = observe(pc, said, input, Math.min(plan.maxInstructions, LONGEST_RUN));
    const symbols = new SymbolTable(loaded.symbols, loaded.last);
    return tell(referee, ours, await theirs, { ignored, consoleOnly: options.has('console-only') }, symbols);
  } finally {
    for (const close of closers) close();
  }
}

function observe(pc: Pc, said: readonly number[], input: string, until: number): Observation {
  const traps: ObservedTrap[] = [];
  const log = new TrapLog(pc.machine, 0, (trap) => {
    if (trap.cause !== 'external' && trap.cause !== 'nmi') traps.push(observed(trap));
  });
  pc.serial.send(Buffer.from(input, 'latin1'));
  const stop = runOn(pc, { until });
  log.detach();
  const text = Buffer.from(said).toString('latin1').replaceAll('\r', '');
  const ended = stop.kind !== 'budget' && stop.kind !== 'halted';
  return { traps, console: text.split('\n'), ended };
}

/** As QEMU's log has it: for software interrupts the address is the instruction's own, and no error code is 0. */
function observed({ vector, errorCode, cause, cpl, cs, eip, cr2 }: TrapEntry): ObservedTrap {
  const bytes = cause !== 'software' ? 0 : vector === 3 || vector === 4 ? 1 : 2;
  return { vector, errorCode: errorCode ?? 0, cpl, cs, eip: (eip - bytes) >>> 0, cr2 };
}

function tell(
  referee: string,
  ours: Observation,
  theirs: Observation,
  { ignored, consoleOnly }: { ignored: readonly RegExp[]; consoleOnly: boolean },
  symbols: SymbolTable,
): number {
  const describe = ({ vector, errorCode, cpl, cs, eip, cr2 }: ObservedTrap) => {
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
    const symbol = eip === undefined ? undefined : symbols.nameOf(eip);
    return [
      nameOfVector(vector, errorCode),
      cpl === undefined ? '' : ` from ring ${cpl}`,
      eip === undefined ? '' : ` at ${hex(cs ?? 0, 4)}:${hex(eip, 8)}`,
      symbol === undefined ? '' : ` <${symbol}>`,
      cr2 === undefined ? '' : `, cr2 ${hex(cr2, 8)}`,
    ].join('');
  };
  const trap = consoleOnly ? undefined : firstTrapDifference(ours, theirs, describe);
  const line = firstLineDifference(ours, theirs, ignored);
  const out = (text: string) => process.stdout.write(`${text}\n`);
  const show = (what: string, { index, ours: here, theirs: there }: Difference) => {
    out(`the first ${what} that differs is number ${index + 1}:`);
    out(`  trapgate  ${here ?? '(there is none)'}`);
    out(`  ${referee.padEnd(8)}  ${there ?? '(there is none)'}`);
  };
  if (trap) show('trap', trap);
  if (line) show('line', line);
  const traps = Math.min(ours.traps.length, theirs.traps.length);
  const lines = Math.min(ours.console.length, theirs.console.length);
  if (!trap && !line) {
    const whole = ours.ended && theirs.ended ? '' : ', as far as both have come';
    const same = consoleOnly ? `${lines} lines` : `${traps} traps and ${lines} lines`;
    out(`nothing differs: ${same} are the same on trapgate and ${referee}${whole}`);
  }
  return trap || line ? 1 : 0;
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new UsageError(`--ignore ${text}: ${(error as Error).message}`);
  }
}
