/** `trapgate debug` on the full screen of a terminal, and `trapgate attach` on QEMU. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { referee } from '../referees.ts';
import { atTerminal } from './at-terminal.ts';
import { GUEST_FOLDER } from './guest.ts';

const PROGRAM = new URL('../../dist/trapgate.js', import.meta.url).pathname;
const KERNEL = join(GUEST_FOLDER, 'kernel.elf');
const DEBUG = ['debug', KERNEL, '-initrd', join(GUEST_FOLDER, 'programs.cpio'), '--no-realtime'];
const XTERM = 'TERM=xterm-256color';
const ENTERED = '\x1b[?1049h';
const LEFT = '\x1b[?1049l';

/** After the last thing that the terminal was sent it is as it was. */
function expectRestored(sent: string): void {
  expect(sent).toContain(ENTERED);
  const end = sent.slice(sent.lastIndexOf(LEFT));
  expect(sent.lastIndexOf(LEFT)).toBeGreaterThan(sent.lastIndexOf(ENTERED));
  expect(sent.slice(sent.lastIndexOf('\x1b[?25'))).toMatch(/^.{5}h/);
  expect(end).toMatch(/(?<!-)icanon/);
  expect(end).toMatch(/(?<!-)echo /);
}

/** Without anything that a shell would take for its own. */
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[()'*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);

describe('the full screen', () => {
  test('stops at a key press, shows it, steps, and gives the terminal back', async () => {
    const { sent, status } = await atTerminal(
      DEBUG,
      [
        { shows: 'multiboot_save', type: ':trap 0x21\r' },
        { shows: 'stop 1: trap 0x21', type: ':text Type help\r' },
        { shows: 'stop 2: text', type: 'r' },
        { shows: /Type help.*\n\d+ {2}0060:/, type: ':key h\r' },
        { shows: ': key h', type: 'r' },
        { shows: /=> [\da-f]{8} {2}push 0 [\s\S]*<vector_stubs\+0x210>/, type: 's' },
        { shows: /=> [\da-f]{8} {2}push 0x21/, type: '7' },
        { shows: 'IRR', type: '8' },
        { shows: /vector 0x21 \(external\)/, type: '?' },
        { shows: 'step an instruction', type: 'x' },
        { shows: /traps[\s\S]*vector 0x21 \(external\)/, type: 'q' },
      ],
      [XTERM],
    );
    expect(status).toBe('0');
    expectRestored(sent);
  });

  test('a run is stopped by Ctrl-C, and what is typed reaches the guest', async () => {
    const { sent, status } = await atTerminal(
      DEBUG.slice(0, -1),
      [
        { shows: 'multiboot_save', type: 'r2' },
        { shows: 'Type help', type: 'k' },
        { shows: 'takes the keyboard back', type: 'echo h1dden\r' },
        { shows: /# echo h1dden\nh1dden\n/, type: '\x1d' },
        { shows: 's step', type: '\x03' },
        { shows: /\(waiting\).*<cpu_idle/, type: 'q' },
      ],
      [XTERM],
    );
    expect(status).toBe('0');
    expectRestored(sent);
  });

  test('an error that nobody catches is seen on the terminal as it was', async () => {
    const fault = `process.stdin.on("data",d=>{if(String(d)=="Z")throw/**/Error("lost")})`;
    const { sent, status } = await atTerminal(
      DEBUG,
      [{ shows: 'multiboot_save', type: 'Z' }],
      [XTERM, `NODE_OPTIONS=--import=data:text/javascript,${encoded(fault)}`],
    );
    expect(status).not.toBe('0');
    expectRestored(sent);
    expect(sent.slice(sent.lastIndexOf(LEFT))).toContain('Error: lost');
  });

  test('a signal ends it in good order', async () => {
    const kill = `process.stdin.on("data",d=>{if(String(d)=="Z")process.kill(process.pid,"SIGTERM")})`;
    const { sent } = await atTerminal(
      DEBUG,
      [{ shows: 'multiboot_save', type: 'Z' }],
      [XTERM, `NODE_OPTIONS=--import=data:text/javascript,${encoded(kill)}`],
    );
    expectRestored(sent);
  });

  test('NO_COLOR leaves colours out', async () => {
    const steps = [{ shows: 'multiboot_save', type: 'sq' }];
    const [coloured, plain] = await Promise.all([
      atTerminal(DEBUG, steps, [XTERM]),
      atTerminal(DEBUG, steps, [XTERM, 'NO_COLOR=1']),
    ]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    const colours = /\x1b\[[\d;]*\b(3[0-7]|9[0-7])\b[\d;]*m|\x1b\[38;/;
    expect(coloured.sent).toMatch(colours);
    expect(plain.sent).not.toMatch(colours);
  });
});

describe('on QEMU', () => {
  let qemu: ChildProcess | undefined;
  afterEach(() => qemu?.kill());

  test('breakpoints, steps, threads, page walks and its monitor', async () => {
    const port = 20_000 + (process.pid % 10_000);
    const options = ['-display', 'none', '-serial', 'null', '-S', '-gdb', `tcp::${port}`];
    qemu = spawn(referee('qemu-system-i386'), ['-kernel', KERNEL, ...options]);
    const commands = [
      ...['at timer_interrupt', 'run', 'backtrace', 'delete 1', 'out', 'threads', 'page esp', 'segments', 'idt 0x20'],
      ...['pic', 'trap 0x20', 'run', 'over', 'set eax 0x1234', 'print eax', 'back', 'traps'],
    ];
    const said = await attached(port, commands);
    expect(said).toMatch(/stop 1: at timer_interrupt\n.*<timer_interrupt>/);
    expect(said).toMatch(/called by .*<do_IRQ/);
    expect(said).toMatch(/running +[\da-f]{8} +swapper\/0/);
    expect(said).toMatch(/PTE +\[\w+\] at .*supervisor, writable/);
    expect(said).toMatch(/cs {3}0060 rpl 0 {2}base 00000000 limit ffffffff 32-bit code/);
    expect(said).toMatch(/interrupt gate, 32-bit, dpl 0, 0060:[\da-f]{8} <vector_stubs/);
    expect(said).toContain('pic0: irr=');
    expect(said).toMatch(/stop \d+: trap 0x20\n.*<vector_stubs\+0x200>/);
    expect(said).toContain('0x00001234 = 4660');
    expect(said).toContain('this stub cannot go backwards');
    expect(said).toContain('this stub does not tell');
  });

  /** Attach when QEMU listens, and do these commands. */
  async function attached(port: number, commands: readonly string[]): Promise<string> {
    for (;;) {
      const child = spawn('node', [PROGRAM, 'attach', `:${port}`, KERNEL]);
      let said = '';
      let complaint = '';
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString('utf8');
      });
      child.stderr.on('data', (bytes: Buffer) => {
        complaint += bytes.toString('utf8');
      });
      child.stdin.end(`${commands.join('\n')}\n`);
      const status = await new Promise((resolve) => child.on('close', resolve));
      if (status === 0) return said;
      if (qemu?.exitCode !== null || !complaint.includes('ECONNREFUSED')) throw new Error(complaint);
    }
  }
});
