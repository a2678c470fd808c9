/** `trapgate run -S -gdb`, driven by Debian's gdb: the kernel under it, forwards and backwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { referee } from '../referees.ts';
import { GUEST_FOLDER } from './guest.ts';

const PROGRAM = new URL('../../dist/trapgate.js', import.meta.url).pathname;
const KERNEL = `${GUEST_FOLDER}/kernel.elf`;
const SETTINGS = ['set pagination off', 'set confirm off', 'set style enabled off', 'set height 0', 'set width 0'];

let machine: ChildProcess | undefined;
afterEach(() => machine?.kill());

interface Started {
  readonly port: string;
  readonly said: () => string;
  /** The guest has come to its prompt. */
  readonly atPrompt: Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Start the machine, standing; gives the port that gdb may come to, and what the guest says. */
async function start(...args: string[]): Promise<Started> {
  const initrd = `${GUEST_FOLDER}/programs.cpio`;
  const child = spawn('node', [PROGRAM, 'run', KERNEL, '-initrd', initrd, '-S', '-gdb', 'tcp::0', ...args]);
  machine = child;
  let said = '';
  const atPrompt = new Promise<void>((resolve) => {
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString('latin1');
      if (said.includes('\n# ')) resolve();
    });
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const port = await new Promise<string>((resolve, reject) => {
    let told = '';
    child.stderr.on('data', (bytes: Buffer) => {
      told += bytes.toString('latin1');
      const match = /127\.0\.0\.1:(\d+)/.exec(told);
      if (match) resolve(match[1]!);
    });
    child.on('close', () => reject(new Error(`it ended: ${told}`)));
  });
  return { port, said: () => said, atPrompt, ended };
}

/** Run gdb with these commands; gives what each printed. @param interrupt when to press Ctrl-C */
async function gdb(port: string, commands: readonly string[], interrupt?: Promise<void>): Promise<string[]> {
  const mark = '--trapgate--';
  const all = [
    ...SETTINGS,
    `target remote 127.0.0.1:${port}`,
    ...commands.flatMap((command) => [`echo ${mark}\\n`, command]),
  ];
  const args = ['-nx', '-batch', ...all.flatMap((command) => ['-ex', command]), KERNEL];
  // One pipe for both outputs, so that they come in order.
  const child = spawn('sh', ['-c', 'exec "$0" "$@" 2>&1', referee('gdb'), ...args]);
  let out = '';
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString('latin1');
  });
  void interrupt?.then(() => child.kill('SIGINT'));
  await new Promise((resolve) => child.on('close', resolve));
  const parts = out.split(`${mark}\n`).slice(1);
  if (parts.length !== commands.length) throw new Error(`gdb gave up:\n${out}`);
  return parts.map((part) => part.replace(/\[Inferior .*detached\]/, '').trim());
}

describe('under gdb', () => {
  test('symbols, registers, memory, and a breakpoint in the interrupt path', async () => {
    const { port } = await start();
    const [where, cr0, , hit, stack, word, next] = await gdb(port, [
      'info symbol $eip',
      'print/x $cr0',
      'break do_IRQ',
      'continue',
      'bt',
      'x/1xw $esp',
      'x/2i $eip',
    ]);
    expect(where).toMatch(/^_start/);
    expect(cr0).toMatch(/= 0x11$/);
    expect(hit).toContain('Breakpoint 1');
    // Through the trap's frame, which gdb calls a signal's, into what was interrupted and on to the beginning.
    expect(stack).toMatch(/#0 +do_IRQ[\s\S]*#1 +<signal handler called>[\s\S]*#2 [\s\S]*_start/);
    expect(word).toMatch(/^0x[\da-f]+.*:\s+0x[\da-f]{8}$/);
    expect(next).toContain('do_IRQ');
  });

  test('a thousand steps back and forth again come to the same state', async () => {
    const { port } = await start();
    const commands = [
      'break do_IRQ',
      'continue',
      'monitor hash',
      'delete',
      'reverse-stepi 1000',
      'monitor hash',
      'stepi 1000',
    ];
    const answers = await gdb(port, [...commands, 'monitor hash']);
    expect(answers[2]).toMatch(/^[\da-f]{16}$/);
    expect(answers[5]).not.toBe(answers[2]);
    expect(answers[7]).toBe(answers[2]);
  });

  test('a watchpoint stops at the same places in both directions', async () => {
    const { port } = await start();
    const [, first, second, back, beginning] = await gdb(port, [
      'watch *(int *)&jiffies',
      'continue',
      'continue',
      'reverse-continue',
      'reverse-continue',
    ]);
    expect(first).toMatch(/Old value = 0\s+New value = 1/);
    expect(second).toMatch(/Old value = 1\s+New value = 2/);
    expect(back).toMatch(/Old value = 2\s+New value = 1/);
    expect(beginning).toContain('No more reverse-execution history');
  });

  test('the handler of an interrupt is entered, told about, and left', async () => {
    const { port } = await start();
    const [, , , handler, out] = await gdb(port, [
      'break timer_interrupt',
      'continue',
      'delete',
      'monitor info traps',
      'finish',
    ]);
    expect(handler).toMatch(/vector 0x20 \(external\) from ring \d/);
    expect(out).toMatch(/in (do_IRQ|handle_irq)/);
  });

  test('lines of the assembly source', async () => {
    const { port } = await start();
    const [line, , , hit, source] = await gdb(port, [
      'info line timer_interrupt',
      'break timer_interrupt',
      'info breakpoints',
      'continue',
      'next',
    ]);
    expect(line).toMatch(/Line \d+ of "[^"]*\.asm"/);
    expect(hit).toMatch(/at [^ ]*\.asm:\d+/);
    expect(source).toMatch(/^\d+\t/);
  });

  test('a line of a source file, with the source around it and the stack', async () => {
    const source = readFileSync(new URL('../../guest/kernel/irq/flow.asm', import.meta.url), 'utf8').split('\n');
    const line = source.findIndex((text) => text.startsWith('proc do_IRQ')) + 1;
    const { port } = await start();
    const [set, hit, list, stack] = await gdb(port, [`break flow.asm:${line}`, 'continue', 'list', 'bt 1']);
    expect(set).toMatch(/Breakpoint 1 at 0x[\da-f]+: file [^ ]*irq\/flow\.asm, line \d+/);
    expect(hit).toMatch(/Breakpoint 1, do_IRQ \(\) at [^ ]*irq\/flow\.asm:\d+/);
    expect(list).toContain('proc do_IRQ');
    expect(stack).toMatch(/#0 +do_IRQ \(\) at [^ ]*irq\/flow\.asm/);
  });

  test('through an interrupt: from what it interrupted into the handler, and by iret back', async () => {
    const { port } = await start();
    const answers = await gdb(port, [
      'break do_IRQ',
      'continue',
      'delete',
      'frame 2',
      'set $interrupted = $pc',
      'frame 0',
      'tbreak *$interrupted',
      'continue',
      'print $pc == $interrupted',
      'reverse-stepi',
      'x/i $pc',
      'stepi',
      'print $pc == $interrupted',
      'monitor info traps',
    ]);
    expect(answers[8]).toMatch(/= 1$/);
    expect(answers[10]).toMatch(/iret/);
    expect(answers[12]).toMatch(/= 1$/);
    expect(answers[13]).toMatch(/vector 0x20 \(external\)/);
  });

  test('hardware breakpoints, read and access watches, every kind of register, one thread, the memory map', async () => {
    const { port } = await start();
    const answers = await gdb(port, [
      'hbreak timer_interrupt',
      'continue',
      'delete',
      'rwatch *(int *)&jiffies',
      'continue',
      'delete',
      'awatch *(int *)&jiffies',
      'continue',
      'delete',
      'info threads',
      'info mem',
      'info registers cs_base gdtr_limit cr3 cpl',
      'print $xmm0.uint128',
      'print $st0',
      'print $mxcsr',
      'print/x $fctrl',
      'info all-registers',
    ]);
    expect(answers[1]).toMatch(/Breakpoint 1, timer_interrupt/);
    expect(answers[4]).toMatch(/read watchpoint 2: [\s\S]*Value = \d/);
    expect(answers[7]).toMatch(/access .*watchpoint 3: /);
    expect(answers[9]).toMatch(/\* 1 +Thread 1/);
    expect(answers[10]).toMatch(/0x00000000\s+0x100000000\s+rw/);
    expect(answers[11]).toMatch(/cs_base +0x0\b[\s\S]*gdtr_limit[\s\S]*cr3[\s\S]*cpl +0x0/);
    expect(answers[12]).toMatch(/= \d+$/);
    expect(answers[13]).toMatch(/= [-\d.]+/);
    expect(answers[14]).toMatch(/IM DM ZM OM UM PM/);
    expect(answers[15]).toMatch(/= 0x[\da-f]+$/);
    expect(answers[16]).toMatch(/idtr_base/);
  });

  test('Ctrl-C stops what runs', async () => {
    const { port, atPrompt } = await start();
    const [running, where, back] = await gdb(port, ['continue', 'info symbol $pc', 'reverse-stepi'], atPrompt);
    expect(running).toMatch(/received signal SIGINT/);
    expect(where).toMatch(/in section \.text/);
    expect(back).toMatch(/^\d+\t/);
  });

  test('what monitor has', async () => {
    const { port } = await start();
    const answers = await gdb(port, [
      'break do_IRQ',
      'continue',
      'monitor info pic',
      'monitor info idt 0x20',
      'monitor info irq',
      'monitor why irq 0',
      'monitor why fault',
      'monitor snapshot',
      'monitor history',
      'monitor irq 5',
      'monitor key a',
      'monitor nmi',
      'monitor nonsense',
    ]);
    expect(answers[2]).toContain('master');
    expect(answers[3]).toMatch(/interrupt gate/);
    expect(answers[5]).toMatch(/in service|IF=0/);
    expect(answers[6]).toContain('No fault');
    expect(answers[7]).toMatch(/kept the moment \d+/);
    expect(answers[12]).toContain('snapshot');
  });

  test('changes in the past begin another future', async () => {
    const { port } = await start();
    const answers = await gdb(port, [
      'break do_IRQ',
      'continue',
      'set $esi = 0x1234',
      'stepi',
      'reverse-stepi',
      'print/x $esi',
      'set *(int *)$esp = 77',
      'print *(int *)$esp',
    ]);
    expect(answers[5]).toMatch(/= 0x1234$/);
    expect(answers[7]).toMatch(/= 77$/);
  });

  test('let go, the machine runs on to its end', async () => {
    const { port, said, ended } = await start('--append', 'tour', '--keys', 'h@1s');
    await gdb(port, ['break do_IRQ', 'continue', 'detach']);
    expect(await ended).toBe(0);
    expect(said()).toContain('#');
  });
});
