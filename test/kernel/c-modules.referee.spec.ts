/** Modules in C, compiled by gcc against guest/include, loaded by insmod, judged by what they print and when. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assemble } from '../../asm/index.ts';
import { referee } from '../referees.ts';
import { Guest, type GuestFile } from './guest.ts';

const SOURCES = new URL('modules-c', import.meta.url).pathname;
const HEADERS = new URL('../../guest/include', import.meta.url).pathname;
const KERNEL = new URL('../../guest/kernel', import.meta.url).pathname;
const FLAGS = ['-m32', '-ffreestanding', '-fno-pic', '-fno-stack-protector', '-O1', '-Wall', '-Werror', '-c'];
const folder = mkdtempSync(join(tmpdir(), 'trapgate-c-'));

/** Compile one source of modules-c, or the text given. */
function compile(source: string, text?: string): GuestFile {
  const name = `c-${source}.ko`;
  const object = join(folder, name);
  const input = text === undefined ? [join(SOURCES, `${source}.c`)] : ['-x', 'c', '-'];
  execFileSync(referee('gcc'), [...FLAGS, '-I', HEADERS, '-o', object, ...input], { input: text ?? '' });
  return { name, bytes: new Uint8Array(readFileSync(object)) };
}

const NO_DEVICE = (name: string) => `insmod: ERROR: could not insert module c-${name}.ko: No such device`;

describe('modules in C', () => {
  const sources = ['interrupt', 'old-style', 'softirq', 'works', 'threaded', 'chardev', 'library', 'button'];
  const guest = Guest.shell(true, { files: sources.map((source) => compile(source)) });

  /** What was typed at the keyboard is on the shell's line, too. */
  function clearLine() {
    const from = guest.console.length;
    guest.pc.serial.send(Buffer.from('\x15\n'));
    guest.until('\n# ', from);
  }

  test('a handler beside a driver, its context, its trace', () => {
    expect(guest.command('insmod c-interrupt.ko')).toEqual(['Loaded by insmod, in_interrupt 0']);
    const from = guest.console.length;
    guest.type('a');
    guest.until('counter = 1', from);
    guest.until('\n', guest.console.indexOf('counter = 1', from));
    const said = guest.console.slice(from);
    expect(said).toMatch(/In the handler: counter = 0, in_irq 1, irqs off 1, current (swapper\/0|sh)\n/);
    const trace = said.slice(said.indexOf('CPU: 0 PID: '));
    expect(trace).toMatch(/^CPU: 0 PID: \d+ Comm: (swapper\/0|sh) Not tainted\n/);
    const callers = [...trace.matchAll(/^\[ *\d+\.\d{6}\] {2}(\S+?)(?:\+0x[\da-f]+\/0x[\da-f]+( \[\w+\])?)?$/gm)].map(
      ([, name, module]) => name! + (module ?? ''),
    );
    expect(callers.slice(0, 9)).toEqual([
      '<IRQ>',
      'my_interrupt [c_interrupt]',
      'handle_irq_event_percpu',
      'handle_irq_event',
      'handle_level_irq',
      'call_on_stack',
      '</IRQ>',
      'do_IRQ',
      'common_entry_return',
    ]);
    clearLine();
    expect(guest.command('rmmod c_interrupt')).toEqual(['Unloaded, counter = 2']);
    expect(guest.command('insmod c-interrupt.ko irq=0')).toEqual([
      'genirq: Flags mismatch irq 0. 00000080 (my_interrupt) vs. 00001a00 (timer)',
      'request_irq(0) failed: -16',
      'insmod: ERROR: could not insert module c-interrupt.ko: Device or resource busy',
    ]);
    expect(guest.command('insmod c-interrupt.ko irq=19').slice(0, 1)).toEqual(['request_irq(19) failed: -22']);
  });

  test('the forms of old', () => {
    expect(guest.command('insmod c-old-style.ko')).toEqual([
      'queue_task 1, again 0',
      'before',
      'bottom half: queued, in_softirq 1',
      'after',
    ]);
    const from = guest.console.length;
    guest.type('b');
    guest.until('Scan Code 30 Pressed.\n', from);
    guest.until('Scan Code 30 Released.\n', from);
    clearLine();
    expect(guest.command('rmmod c-old-style')).toEqual(['a first line', '\tand a second\0']);
  });

  test('softirqs and tasklets', () => {
    const [flags, ...lines] = guest.command('insmod c-softirq.ko');
    expect(flags).toBe('flags & IF: 200, irqs_disabled 1');
    const action = 'MY_SOFTIRQ 9: in_softirq 1 current ksoftirqd/0 pending 0';
    const run = (name: string, pending: string) => `${name}: in_softirq 1 in_irq 0 irqs_disabled 0 pending ${pending}`;
    expect(lines).toEqual([
      'pending 00000200',
      action,
      'normal: state 0 count 0',
      'disabled: state 0 count 1',
      'normal: state 1 count 0',
      'pending 41 in_interrupt 200',
      run('normal', '01'),
      run('disabled', '00'),
      'disabled: state 0 count 0',
      run('dynamic', '00'),
      'test_and_set_bit 0',
      'test_bit 1',
      NO_DEVICE('softirq'),
    ]);
    expect(guest.command('cat /proc/softirqs')).toContainEqual(expect.stringMatching(/^ {2}MY_SOFTIRQ: +1$/));
  });

  test('works', () => {
    const beat = (n: number) => expect.stringMatching(new RegExp(`^beat ${n} after \\d+ ms$`));
    const worker = (name: string, pool: string) =>
      expect.stringMatching(new RegExp(`^${name} in kworker/${pool}:\\d+H?: in_interrupt 0 irqs_disabled 0$`));
    expect(guest.command('insmod c-works.ko')).toEqual([
      'queue_work 0, again 1', // gcc works arguments out from the last to the first
      worker('one', 'u\\d'),
      worker('two', 'u\\d'),
      'flush_work 1',
      'flush_work 0',
      'runs 1 1',
      expect.stringMatching(/^plain in kworker\/0:\d$/),
      expect.stringMatching(/^plain in kworker\/0:\d$/),
      'pending 0, cancel 1',
      beat(1),
      'flush_delayed_work 1',
      beat(2),
      beat(3),
      'cancelled 0, beats 3 in 500 ms',
      NO_DEVICE('works'),
    ]);
  });

  test('threaded handlers and what is refused', () => {
    const lines = guest.command('insmod c-threaded.ko');
    expect(lines.slice(0, 7)).toEqual([
      'no such line: -22',
      'cascade: -22',
      'shared without dev: -22',
      'genirq: Threaded irq requested with handler=NULL and !ONESHOT for x (irq 10)',
      'no handler, not one-shot: -22',
      'handler: in_irq 1 irqs_disabled 1',
      'thread irq/10-a_rather: in_interrupt 0 irqs_disabled 0',
    ]);
    const trace = lines.slice(lines.indexOf('Call Trace:') + 1).map((line) => line.replace(/\+.*\/0x[\da-f]+/, ''));
    expect(trace).toEqual([
      ' thread_fn [c_threaded]',
      ' irq_thread',
      ' kthread',
      'free_irq: a_rather_long_name',
      NO_DEVICE('threaded'),
    ]);
  });

  test('a character device whose read raises a software interrupt', () => {
    expect(guest.command('insmod c-chardev.ko')).toEqual(['']);
    const stray = 'do_IRQ: 0.56 No irq handler for vector';
    expect(guest.command('cat /dev/lothars_device')).toEqual(['open 1:0', stray, 'raised']);
    expect(guest.command('cat /proc/interrupts')).toContainEqual(
      expect.stringMatching(/^ 11: +0 +XT-PIC +lothars_device$/),
    );
    expect(guest.command('rmmod c-chardev')).toEqual(['']);
    expect(guest.command('insmod c-chardev.ko connect=1')).toEqual(['']);
    expect(guest.command('cat /dev/lothars_device')).toEqual(['open 1:0', 'handler of line 11', 'raised']);
    guest.command('rmmod c-chardev');
    expect(guest.command('cat /dev/lothars_device').join()).toMatch(/No such file/);
  });

  test('a push button on a GPIO pin', () => {
    expect(guest.command('insmod c-button.ko')).toEqual([
      "ioremap: 00200000 is no chip's",
      'valid 1 0, free 0',
      'again -16',
      'irq 79',
    ]);
    const rows = () => guest.command('cat /proc/interrupts').filter((row) => /bcm2835/.test(row));
    expect(rows()).toEqual([
      expect.stringMatching(/^ 10: +\d+ +XT-PIC +bcm2835-gpio$/),
      expect.stringMatching(/^ 79: +0 +pinctrl-bcm2835 +button$/),
    ]);
    const { machine } = guest.pc;
    for (const down of [true, false, true, false]) {
      machine.inputs.schedule(machine.now, { kind: 'gpio', pin: 15, down });
      machine.run({ instructions: machine.clock.frequency / 20 });
    }
    expect(guest.console).toContain('button: press 1 in irq/79-button, level 0\n');
    expect(guest.console).toContain('button: press 2 in irq/79-button, level 0\n');
    expect(guest.console).not.toContain('press 3');
    expect(rows()[1]).toMatch(/^ 79: +2 /);
    expect(guest.command('rmmod c-button')).toEqual(['']);
    expect(rows()).toEqual([]);
  });

  test('the library: formats, strings, parameters, waiting', () => {
    const parameters = 'number=-7 text=hello flag many=1,2,3 name=xyz octet=0x41';
    expect(guest.command(`insmod c-library.ko ${parameters}`)).toEqual([
      '-5 -6 abc 07 08 deadbeef c s 4000000000%',
      '[   42] [42   ] [-0042] [+42] [0xff] [abc] [   1] [ABC] [18446744073709551615] [-1234567890123]',
      'a\0b\ttab',
      expect.stringMatching(/^thread\+0x0\/0x[\da-f]+ \[c_library\] thread \[c_library\]$/),
      'params: -7 hello 1 3:1,2,3 xyz 65',
      'common 0',
      'too 3 1 /c -7',
      'trunc 31 -22',
      '1428571428 rest 0',
      'locked: irqs_disabled 1 in_atomic 1',
      'bh: in_softirq 1, trylock 0',
      'timer: in_softirq 1',
      'timeout 0',
      'thread thread/5: argument',
      'kthread_stop 7',
      'held 30 ms',
      'insmod: ERROR: could not insert module c-library.ko: Invalid parameters',
    ]);
    expect(guest.command('insmod c-library.ko name=much_too_long')[0]).toMatch(/invalid for parameter `name'$/);
    expect(guest.command('insmod c-library.ko many=1,2,3,4,5')[0]).toMatch(/invalid for parameter `many'$/);
  });
});

test('every header can be included alone', () => {
  const headers = ['linux', 'asm'].flatMap((part) => readdirSync(join(HEADERS, part)).map((name) => `${part}/${name}`));
  expect(headers.length).toBeGreaterThan(60);
  for (const header of headers) compile('header', `#include <${header}>\n#include <${header}>\n`);
});

test('structures and numbers are where the kernel has them', () => {
  const object = compile('layouts');
  const binary = join(folder, 'layouts.bin');
  execFileSync('objcopy', ['-O', 'binary', '-j', '.layouts', join(folder, object.name), binary]);
  const ours = new Uint32Array(new Uint8Array(readFileSync(binary)).buffer);
  const source = readFileSync(join(SOURCES, 'layouts.c'), 'utf8');
  const entries = source
    .slice(source.indexOf('= {') + 3, source.indexOf('};'))
    .match(/AT\([^)]*\)|sizeof\([^)]*\)|\w+/g)!;
  const { ok, bytes, diagnostics } = assemble(asAssembly(entries), {
    file: 'layouts.asm',
    format: 'bin',
    includePaths: [KERNEL],
    reader: { read: readOrNull },
  });
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  expect(ok).toBe(true);
  const kernels = new Uint32Array(new Uint8Array(bytes).buffer);
  expect(entries.map((entry, n) => `${entry} ${ours[n]}`)).toEqual(entries.map((entry, n) => `${entry} ${kernels[n]}`));
});

/** The same list in the kernel's words: struc fields, and its names where they differ from C's. */
function asAssembly(entries: readonly string[]): string {
  const names: Record<string, string> = {
    'timer_list.entry.next': 'timer_list.next',
    'timer_list.entry.pprev': 'timer_list.pprev',
    'irq_desc.irq_data.irq': 'irq_desc.irq',
    'irq_desc.irq_data.chip': 'irq_desc.chip',
    __PARAM_string: 'PARAM_STRING',
  };
  const words = entries.map((entry) => {
    const [, type, field] = /^AT\((\w+), ([\w.]+)\)$/.exec(entry) ?? [];
    const [, sized] = /^sizeof\(struct (\w+)\)$/.exec(entry) ?? [];
    const word = type ? `${type === 'task_struct' ? 'task' : type}.${field}` : sized ? `${sized}_size` : entry;
    return names[word] ?? word;
  });
  const parts = [
    'vectors',
    'cpu',
    'percpu',
    'signal',
    'fs',
    'task',
    'irq',
    'softirq',
    'workqueue',
    'module',
    'device',
    'gfp',
  ];
  const includes = parts.map((part) => `%include "include/${part}.inc"\n`).join('');
  return `        bits 32\n${includes}${words.map((word) => `        dd ${word}\n`).join('')}`;
}

function readOrNull(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
