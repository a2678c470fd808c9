import { describe, expect, test } from 'vitest';
import { answersOfBochs } from './bochs.ts';
import { Guest } from './guest.ts';
import { answersOfQemu } from './qemu.ts';
import { files, language, programming, signals } from './userland.ts';

/** What goes wrong in programs and in the kernel, and what debuggers see of it. */
const CRIMES = [
  ...['div_by_zero', 'int3', 'invalid_opcode', 'privileged', 'privileged hlt', 'privileged out', 'stray_interrupt'],
  ...['null_pointer', 'kernel_memory', 'hello', 'syscalls', 'args one two', 'ports iopl'],
  'sleep 6', // so many reports are printed at a time, and no more
  ...['step', 'into', 'bound', 'selector', 'null', 'kernel', 'cr0', 'lidt', 'lock'].map((kind) => `exceptions ${kind}`),
  'sleep 6',
  ...['divide', 'overflow', 'ud', 'df', 'np', 'ss', 'gp', 'pf', 'null', 'ro', 'nested', 'stack', 'int3', 'vector'].map(
    (kind) => `trap ${kind}`,
  ),
  ...['int3', 'div_by_zero', 'hello'].map((program) => `gdb -batch -ex run -ex "i r" -ex c ${program}`),
  "gdb -batch -ex 'b *0x40000002' -ex run -ex si -ex 'x/8 $eip' -ex c hello",
  ...['hello', 'signals', 'int3', 'cat /none'].map((program) => `strace ${program}`),
  ...['max_active=1', 'max_active=1 flags=2', 'busy=1'].map((flags) => `insmod parallel.ko ${flags}`),
  'lsmod',
];

/**
 * Where memory of the heap lies depends on where the loader put the archive; QEMU does not set EFLAGS.RF in a fault's
 * frame.
 */
const comparable = (lines: readonly string[]) =>
  lines.map((line) =>
    line
      .replace(/\b[\da-f]{8}\b/g, 'ADDRESS')
      .replace(/Code:.*/, 'Code:')
      .replace(/^eflags .*/, 'eflags'),
  );

describe.each([
  ['QEMU', answersOfQemu],
  ['Bochs', answersOfBochs],
] as const)('under %s', (_, answersOf) => {
  test('shell, files and signals answer the same', async () => {
    const exchanges = [...language, ...programming, ...signals, ...files];
    const answers = await answersOf(exchanges.map(({ command }) => command));
    exchanges.forEach(({ command, answer }, n) => {
      const expected = answer.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line)));
      expect(answers[n], command).toEqual(expected);
    });
  });

  test('what goes wrong is told in the same words', async () => {
    const guest = Guest.shell();
    const answers = await answersOf(CRIMES);
    CRIMES.forEach((command, n) => {
      expect(comparable(answers[n]!), command).toEqual(comparable(guest.command(command)));
    });
  });
});
