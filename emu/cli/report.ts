/** `trapgate report`: boot an image and tell how long its interrupts take. */

import { type LineLatencies, latenciesOf, percentilesOf } from '../trace/latency.ts';
import { latencyPicture } from '../trace/latency-picture.ts';
import type { Command } from './command.ts';
import { writeWhole } from './files.ts';
import { MACHINE_OPTIONS } from './machine/plan.ts';
import { describeOptions, type OptionSpec, parseOptions } from './options.ts';
import { recordRun } from './session/record-run.ts';

const OPTIONS = [
  { name: 'svg', argument: 'FILE', help: 'draw it, too' },
  ...MACHINE_OPTIONS,
] as const satisfies readonly OptionSpec[];

const HELP = `usage: trapgate report [OPTIONS] IMAGE

Boot IMAGE without a person and tell how long its interrupts take, line by line: from the rise of the line to the
handler's first instruction, to the EOI, to the bottom half it asked for (a softirq or a work, where the kernel is one
whose softirqs can be heard of), and to the handler's iret. Times are virtual, in instructions: percentiles
50, 90 and 99, and the longest. It ends with the guest, or after 5 virtual seconds.

${describeOptions(OPTIONS)}

The other options and their scripts are those of trapgate run.

Exit status: 0; 1 when IMAGE cannot be booted or FILE not written; 2 for wrong usage.
`;

export const command: Command = {
  name: 'report',
  summary: 'boot an image and tell its interrupt latencies',
  help: HELP,
  run,
};

async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, OPTIONS);
  const recorded = recordRun(options, 'interrupts', 'measuring');
  const lines = latenciesOf(recorded.events, recorded.irqOf);
  process.stdout.write(table(lines));
  const path = options.get('svg');
  if (path !== undefined) writeWhole(path, latencyPicture(lines, recorded.frequency));
  return 0;
}

function table(lines: readonly LineLatencies[]): string {
  if (lines.length === 0) return 'no interrupt was delivered\n';
  const head = ['line', 'rise to', 'count', 'p50', 'p90', 'p99', 'max'];
  const rows = lines.flatMap(({ irq, toHandler, toEoi, toBottomHalf, toReturn }) =>
    (
      [
        ['handler', toHandler],
        ['EOI', toEoi],
        ['bottom half', toBottomHalf],
        ['iret', toReturn],
      ] as const
    )
      .filter(([what, { length }]) => length > 0 || what !== 'bottom half')
      .map(([what, values], i) => {
        const { count, p50, p90, p99, max } = percentilesOf(values);
        return [i === 0 ? `IRQ ${irq}` : '', what, ...[count, p50, p90, p99, max].map(String)];
      }),
  );
  const format = (row: readonly string[]) =>
    row.map((cell, i) => (i < 2 ? cell.padEnd(i === 0 ? 8 : 12) : cell.padStart(10))).join('');
  return [head, ...rows].map((row) => `${format(row).trimEnd()}\n`).join('');
}
