/** `trapgate trace`: boot an image and write down its traps and interrupts. */

import { nameOfVector } from '../machine/stop.ts';
import { formatEvent, type MachineEvent } from '../trace/events.ts';
import { formatPerfetto } from '../trace/perfetto.ts';
import { formatAsQemu } from '../trace/qemu-format.ts';
import type { TrapEntry } from '../trace/trap-log.ts';
import { type Command, UsageError } from './command.ts';
import { writeWhole } from './files.ts';
import { MACHINE_OPTIONS } from './machine/plan.ts';
import { describeOptions, type OptionSpec, parseOptions } from './options.ts';
import { type RecordedRun, recordRun } from './session/record-run.ts';

const OPTIONS = [
  { name: 'o', argument: 'FILE', help: 'where to write (default: standard output)' },
  { name: 'format', argument: 'FORMAT', help: 'text (default), json, qemu or perfetto' },
  {
    name: 'returns',
    help: 'tell the returns of exceptions and system calls too, not only those of\ninterrupts; slow: what runs in the kernel is run step by step',
  },
  ...MACHINE_OPTIONS,
] as const satisfies readonly OptionSpec[];

const HELP = `usage: trapgate trace [OPTIONS] IMAGE

Boot IMAGE without a person, and write down what happens: traps and interrupts, their returns, edges of interrupt
lines, INTA cycles, EOIs, console lines. It ends with the guest, or after 5 virtual seconds; an end that the guest has
not chosen (a triple fault) is told on standard error.

FORMAT is one of
  text      a line for each event, with its virtual time in instructions; register writes are left out
  json      all events as JSON lines
  qemu      traps and interrupts as QEMU's -d int writes them
  perfetto  a trace for ui.perfetto.dev or Chrome's DevTools: handlers, ring 3 and lines as tracks, with flows
            from the rise of a line to the EOI

${describeOptions(OPTIONS)}

The other options and their scripts are those of trapgate run.

Exit status: 0; 1 when IMAGE cannot be booted or FILE not written; 2 for wrong usage.
`;

const FORMATS: Readonly<Record<string, (run: RecordedRun) => string>> = {
  text: (run) =>
    lines(run, readable, (event) => `${String(event.time).padStart(12)}  ${formatEvent(event, describeWith(run))}`),
  json: (run) =>
    lines(
      run,
      () => true,
      (event) => JSON.stringify(flat(event)),
    ),
  qemu: ({ events }) => events.flatMap((event) => ('trap' in event ? [`${formatAsQemu(event.trap)}\n`] : [])).join(''),
  perfetto: (run) =>
    formatPerfetto(run.events, {
      frequency: run.frequency,
      irqOf: run.irqOf,
      nameOf: (address) => run.symbols.nameOf(address),
    }),
};

export const command: Command = { name: 'trace', summary: 'boot an image and write its traps down', help: HELP, run };

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  const name = options.get('format') ?? 'text';
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (!format) throw new UsageError(`--format ${name}: ${Object.keys(FORMATS).join(', ')} are possible`);
  const follow = name === 'qemu' ? 'none' : options.has('returns') ? 'all' : 'interrupts';
  const text = format(recordRun(options, follow, 'tracing'));
  const path = options.get('o');
  if (path === undefined) process.stdout.write(text);
  else writeWhole(path, text);
  return 0;
}

const readable = ({ kind }: MachineEvent) => kind !== 'register';

function lines(
  { events }: RecordedRun,
  keep: (event: MachineEvent) => boolean,
  format: (event: MachineEvent) => string,
): string {
  return events
    .filter(keep)
    .map((event) => `${format(event)}\n`)
    .join('');
}

const describeWith =
  ({ symbols }: RecordedRun) =>
  ({ vector, errorCode, cause, cpl, cs, eip, cr2 }: TrapEntry): string => {
    const place = `${cs.toString(16).padStart(4, '0')}:${eip.toString(16).padStart(8, '0')}`;
    const symbol = symbols.nameOf(eip);
    const address = cr2 === undefined ? '' : `, cr2 ${cr2.toString(16).padStart(8, '0')}`;
    return `${nameOfVector(vector, errorCode)} (${cause}) from ring ${cpl} at ${place}${symbol === undefined ? '' : ` <${symbol}>`}${address}`;
  };

/** An event without what it shares with others: of a return, the trap it is from and what it led to. */
function flat(event: MachineEvent): object {
  if (event.kind !== 'iret') return event;
  const { trap, exit, depth } = event.frame;
  return { time: event.time, kind: 'iret', of: trap.index, vector: trap.vector, depth, eip: exit?.eip, cpl: exit?.cpl };
}
