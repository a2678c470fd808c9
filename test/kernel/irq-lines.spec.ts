import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { behind, bit, expectRest, interruptOf, isException, pic } from './behind.ts';
import { Guest } from './guest.ts';

const LINE = 10;
const VECTOR = 0x20 + LINE;
const [TIMER, KEYBOARD] = [0, 1];
const EFLAGS_IF = 0x200;

/** Let line 10 rise and, a while later, fall again; `times` over. */
function pulse(guest: Guest, times = 1, line = LINE): void {
  const { machine } = guest.pc;
  for (let n = 0; n < times; n++) {
    machine.inputs.schedule(machine.now, { kind: 'line', line, level: true });
    machine.run({ instructions: 200_000 });
    machine.inputs.schedule(machine.now, { kind: 'line', line, level: false });
    machine.run({ instructions: 200_000 });
  }
}

/** What the console says while `act` runs and for some virtual time behind it. */
function said(guest: Guest, act: () => void, instructions = 20_000_000): string[] {
  const from = guest.console.length;
  act();
  guest.pc.machine.run({ instructions });
  const text = guest.console.slice(from).replaceAll(/\[ *\d+\.\d{6}\] /g, '');
  return text.split('\n').filter((line) => line !== '');
}

describe('a line and its handlers', () => {
  let guest: Guest;
  beforeAll(() => {
    guest = Guest.shell();
  });
  afterEach(() => expectRest(guest));

  test('every line can be asked for; refusals are Linux’s', () => {
    const before = pic(guest).imr;
    const lines = guest.command('insmod probe_lines.ko');
    expect(pic(guest).imr).toBe(before);
    const of = (irq: number) => lines.filter((line) => line.startsWith(`probe_lines: IRQ ${irq},`));
    expect(of(0)).toEqual(['probe_lines: IRQ 0, flags 100: -16', 'probe_lines: IRQ 0, flags 180: -16']);
    expect(of(1)).toEqual(['probe_lines: IRQ 1, flags 100: -16', 'probe_lines: IRQ 1, flags 180: free']);
    expect(of(2)).toEqual(['probe_lines: IRQ 2, flags 100: -22', 'probe_lines: IRQ 2, flags 180: -22']);
    expect(of(10)).toEqual(['probe_lines: IRQ 10, flags 100: free', 'probe_lines: IRQ 10, flags 180: free']);
    expect(of(16)).toEqual(['probe_lines: IRQ 16, flags 100: -22', 'probe_lines: IRQ 16, flags 180: -22']);
    expect(lines).toContain('genirq: Flags mismatch irq 1. 00000000 (probe_lines) vs. 00000080 (i8042)');
    expect(lines).toContain("probe_lines: the keyboard's, not shared: -16");
    expect(lines).toContain('probe_lines: shared without a cookie: -22');
    expect(lines).toContain('genirq: Threaded irq requested with handler=NULL and !ONESHOT for probe_lines (irq 10)');
    expect(lines).toContain('Trying to free already-free IRQ 10');
    expect(lines.at(-1)).toBe('insmod: ERROR: could not insert module probe_lines.ko: No such device');
  });

  test('a shared line: a press and a release are two interrupts, for the driver and for who observes', () => {
    expect(guest.command('insmod irq_counter.ko')).toEqual(['']);
    const [row] = guest.command('cat /proc/interrupts').filter((line) => line.startsWith('  1:'));
    expect(row).toMatch(/XT-PIC {6}i8042, irq_counter$/);
    const from = guest.traps.entries.length;
    const lines = said(guest, () => guest.type('a'));
    const keys = guest.traps.entries.slice(from).filter(interruptOf(KEYBOARD));
    expect(keys).toMatchObject([{ cause: 'external' }, { cause: 'external' }]);
    expect(guest.pc.i8042.peek()).toMatchObject({ full: false, output: { byte: 0x9e } });
    expect(lines).toEqual([
      'irq_counter: IRQ 1, cookie 1234: 0',
      expect.stringMatching(/^a?irq_counter: IRQ 1, cookie 1234: 1$/),
    ]);
    guest.pc.serial.send([0x15]);
    guest.command('rmmod irq_counter');
    expect(guest.console).toContain('irq_counter: 2 interrupts\n');
    expect(guest.command('cat /proc/interrupts').find((line) => line.startsWith('  1:'))).toMatch(/ i8042$/);
  });

  test('scan codes: a release is the press and 0x80', () => {
    guest.command('insmod scan_codes.ko');
    const text = said(guest, () => guest.type('a')).join(' ');
    expect(text).toMatch(/Scan Code 1e: Character a Pressed.*Scan Code 9e: Character a Released/);
    guest.pc.serial.send([0x15]);
    guest.command('rmmod scan_codes');
  });

  test('a parameter moves it to another line, whose edges it counts one by one', () => {
    guest.command(`insmod irq_counter.ko irq=${LINE}`);
    const from = guest.traps.entries.length;
    expect(pic(guest).imr & bit(LINE)).toBe(0);
    expect(said(guest, () => pulse(guest, 3))).toEqual([0, 1, 2].map((n) => `irq_counter: IRQ 10, cookie 1234: ${n}`));
    expect(guest.traps.entries.slice(from).filter(({ vector }) => vector === VECTOR)).toHaveLength(3);
    expect(pic(guest)).toMatchObject({ isr: 0, elcr: 0 });
    const row = guest.command('cat /proc/interrupts').find((line) => line.startsWith(' 10:'));
    expect(row).toMatch(/^ 10: {10}3 {4}XT-PIC {6}irq_counter$/);
    guest.command('rmmod irq_counter');
    expect(pic(guest).imr & bit(LINE)).toBe(bit(LINE));
    expect(said(guest, () => pulse(guest))).toEqual([]);
    expect(guest.traps.entries.slice(from).filter(({ vector }) => vector === VECTOR)).toHaveLength(3);
  });

  test('a spurious interrupt is counted, and nobody’s', () => {
    const from = guest.traps.entries.length;
    expect(guest.command('insmod spurious.ko')).toEqual(['spurious: the handler ran 0 times']);
    const vectors = guest.traps.entries.slice(from).map(({ vector }) => vector);
    expect(vectors.filter((vector) => vector === 0x27 || vector === 0x2f)).toEqual([0x27, 0x2f, 0x2f]);
    expect(pic(guest).isr).toBe(0);
    const rows = guest.command('cat /proc/interrupts');
    expect(rows.find((row) => row.startsWith('ERR:'))).toBe('ERR:          3');
    expect(rows.find((row) => row.startsWith('  7:'))).toMatch(/^ {2}7: {10}0 /);
    expect(rows.find((row) => row.startsWith(' 15:'))).toMatch(/^ 15: {10}0 /);
    const said = guest.command('dmesg').filter((line) => line.startsWith('spurious 8259A'));
    expect(said).toEqual(['spurious 8259A interrupt: IRQ7.', 'spurious 8259A interrupt: IRQ15.']);
    guest.command('rmmod spurious');
  });

  test('a line that nobody cares for is switched off', () => {
    const from = guest.traps.entries.length;
    const lines = guest.command('insmod nobody_cared.ko');
    expect(guest.traps.entries.slice(from).filter(interruptOf(LINE))).toHaveLength(100_001);
    expect(lines[0]).toBe('irq 10: nobody cared (try booting with the "irqpoll" option)');
    expect(lines).toContain(' <IRQ>');
    expect(lines).toContain('handlers:');
    expect(lines.at(-3)).toMatch(/^\[<\w{8}>\] handler \[nobody_cared\]$/);
    expect(lines.slice(-2)).toEqual(['Disabling IRQ #10', 'nobody_cared: the handler was asked 100000 times']);
    expect(pic(guest).imr & bit(LINE)).toBe(bit(LINE));
    guest.command('rmmod nobody_cared');
    expect(guest.command('insmod nobody_cared.ko answer=1')).toEqual([
      'nobody_cared: the handler was asked 100001 times',
    ]);
    guest.command('rmmod nobody_cared');
  });

  test('a vector leads to a line through the table vector_irq', () => {
    const { said, traps } = behind(guest, () => guest.command('insmod stray_vector.ko'));
    expect(said.slice(1)).toEqual([
      'do_IRQ: 0.56 No irq handler for vector',
      'stray_vector: interrupt of line 11, for lothars_device',
      'do_IRQ: 0.56 No irq handler for vector',
    ]);
    const strays = traps.filter(({ vector }) => vector === 56);
    expect(strays).toMatchObject(Array(3).fill({ cause: 'software', cpl: 0, errorCode: undefined }));
    expect(traps.filter(interruptOf(11))).toEqual([]);
    guest.command('rmmod stray_vector');
  });
});

describe('what makes a line an interrupt', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));
  const taken = (act: () => void) => behind(guest, act).traps.filter(interruptOf(LINE));
  const set = (level: boolean) => {
    const { machine } = guest.pc;
    machine.inputs.schedule(machine.now, { kind: 'line', line: LINE, level });
    machine.run({ instructions: 2_000_000 });
  };

  test('an edge: one for each rise, however long it stays up', () => {
    guest.command('insmod trigger.ko type=1');
    expect(pic(guest).elcr & bit(LINE)).toBe(0);
    expect(said(guest, () => set(true), 50_000_000)).toEqual(['trigger: 1']);
    // It is still high, asks no more, and nothing keeps it out.
    expect(pic(guest)).toMatchObject({ isr: 0, irr: expect.toSatisfy((irr) => (irr & bit(LINE)) === 0) });
    expect(pic(guest).imr & bit(LINE)).toBe(0);
    expect(said(guest, () => set(false))).toEqual([]);
    expect(said(guest, () => set(true))).toEqual(['trigger: 2']);
    set(false);
    guest.command('rmmod trigger');
  });

  test('a level: again at once while it stays up, until the line is switched off', () => {
    guest.command('insmod trigger.ko type=4');
    expect(pic(guest).elcr & bit(LINE)).toBe(bit(LINE));
    const traps = taken(() => {
      expect(said(guest, () => set(true), 50_000_000)).toEqual([1, 2, 3, 4, 5].map((n) => `trigger: ${n}`));
    });
    expect(traps.length).toBe(5);
    // Still asking, and kept out.
    expect(pic(guest).irr & pic(guest).imr & bit(LINE)).toBe(bit(LINE));
    set(false);
    guest.command('rmmod trigger');
    expect(pic(guest).elcr & bit(LINE)).toBe(0);
  });

  test('one handler on two lines gets the cookie of each', () => {
    guest.command('insmod cookies.ko');
    const from = guest.traps.entries.length;
    const lines = said(guest, () => {
      pulse(guest);
      pulse(guest, 2, 11);
    });
    const vectors = guest.traps.entries.slice(from).map(({ vector }) => vector - 0x20);
    expect(vectors.filter((line) => line === 10 || line === 11)).toEqual([10, 11, 11]);
    expect(lines).toEqual([
      'cookies: line 10, device of line 10: 1',
      'cookies: line 11, device of line 11: 1',
      'cookies: line 11, device of line 11: 2',
    ]);
    guest.command('rmmod cookies');
  });
});

describe('off and on', () => {
  test('for the CPU and for a line, nested', () => {
    const guest = Guest.shell();
    const from = guest.console.length;
    const { said, traps, between } = behind(guest, () => {
      guest.pc.serial.send(Buffer.from('insmod irq_control.ko\n'));
      guest.until('interrupts on\n', guest.until('interrupts off\n', guest.console.length));
      // In the middle of the 300 ms: the timer asks, and the CPU does not listen.
      guest.pc.machine.run({ instructions: guest.pc.machine.clock.frequency / 5 });
      expect(guest.pc.cpu.eflags & EFLAGS_IF).toBe(0);
      expect(pic(guest).irr & ~pic(guest).imr & bit(TIMER)).toBe(bit(TIMER));
      expect(pic(guest).isr).toBe(0);
      guest.until('\n# ', from);
    });
    const lines = said.slice(1);
    expect(between('interrupts on', '300 ms with').filter(interruptOf(TIMER)).length).toBeLessThan(3);
    expect(traps.filter(isException)).toEqual([]);
    expectRest(guest);
    expect(lines.slice(0, 4)).toEqual(['on', 'off', 'off', 'on'].map((state) => `irq_control: interrupts ${state}`));
    expect(lines[4]).toBe('irq_control: 300 ms with interrupts off, 0 ticks');
    expect(lines[5]).toMatch(/^irq_control: then 3[01] at once$/);
    const [, before, after] = /\[ *(\S+)\] irq_control: interrupts on\n\[ *(\S+)\] irq_control: 300 ms/.exec(
      guest.console.slice(from),
    )!;
    expect(Number(after) - Number(before)).toBeGreaterThanOrEqual(0.3);
    expect(Number(after) - Number(before)).toBeLessThan(0.31);
    expect(lines.filter((line) => /abled (once|twice)/.test(line))).toEqual([
      'irq_control: disabled twice: 1',
      'irq_control: enabled once: 1',
      'irq_control: enabled twice: 2',
    ]);
    expect(lines).toContain('Unbalanced enable for IRQ 10');
    expect(lines).toContain('Trying to free already-free IRQ 10');
  });
});

test('a line switched off is at rest: its thread is waited for, and all who share it are off', () => {
  const run = ['waiting: the thread begins', 'waiting: the thread ends'];
  const guest = Guest.shell();
  const { said, traps } = behind(guest, () => {
    guest.pc.serial.send(Buffer.from('insmod waiting.ko\n'));
    const off = guest.until('disable_irq_nosync is back\n');
    expect(pic(guest).imr & bit(LINE)).toBe(bit(LINE));
    guest.until('\n# ', off);
  });
  // Three for the thread; four for the shared line, one of them while it was off.
  expect(traps.filter(interruptOf(LINE))).toHaveLength(3);
  expect(traps.filter(interruptOf(11))).toHaveLength(4);
  expectRest(guest);
  expect(said.slice(1)).toEqual([
    run[0],
    'waiting: disable_irq_nosync is back',
    run[1],
    'waiting: synchronize_irq is back',
    ...run,
    'waiting: disable_irq is back',
    ...run,
    'waiting: free_irq is back',
    'waiting: shared and off: 1 and 1',
    'waiting: shared and on: 2 and 2',
    'waiting: one is gone: 2 and 3',
    'insmod: ERROR: could not insert module waiting.ko: No such device',
  ]);
});

test('a masked line is remembered by its chip and ignored by the CPU until it is unmasked; others go on', () => {
  const guest = Guest.shell();
  const { machine } = guest.pc;
  guest.command(`insmod irq_counter.ko irq=${LINE}`);
  /** The kernel writes its copy of the masks to the chips with each interrupt. */
  const mask = (masked: boolean) => {
    const address = guest.address('cached_irq_mask');
    const masks = guest.word(address) & ~bit(LINE) & 0xffff;
    const value = masked ? masks | bit(LINE) : masks;
    machine.memory.write(address, Uint8Array.of(value & 0xff, value >> 8));
    machine.run({ instructions: machine.clock.frequency / 50 });
    expect(pic(guest).imr & bit(LINE)).toBe(masked ? bit(LINE) : 0);
  };
  mask(true);
  const { traps } = behind(guest, () => {
    machine.inputs.schedule(machine.now, { kind: 'line', line: LINE, level: true });
    guest.type('a');
    guest.until('# a', guest.console.length - 2);
    machine.run({ instructions: 5_000_000 });
  });
  expect(traps.filter(interruptOf(LINE))).toEqual([]);
  expect(traps.filter(interruptOf(KEYBOARD))).toHaveLength(2);
  expect(pic(guest).irr & bit(LINE)).toBe(bit(LINE));
  expect(said(guest, () => mask(false))).toEqual(['irq_counter: IRQ 10, cookie 1234: 0']);
});

describe('contexts', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));

  test('init, handler and tasklet are told apart', () => {
    const lines = guest.command('insmod contexts.ko');
    expect(lines[0]).toMatch(
      /^contexts: init: in_interrupt 0 in_irq 0 in_softirq 0 irqs_disabled 0 current insmod\/\d+$/,
    );
    expect(lines[1]).toMatch(/softirqs held off: in_interrupt 200 in_irq 0 in_softirq 200 irqs_disabled 0 /);
    const heard = said(guest, () => pulse(guest));
    expect(heard[0]).toBe(
      'contexts: handler: in_interrupt 10000 in_irq 10000 in_softirq 0 irqs_disabled 200 current swapper/0/0',
    );
    const trace = heard.slice(heard.indexOf('Call Trace:'), heard.indexOf('contexts: handler: pending 40'));
    expect(trace[1]).toBe(' <IRQ>');
    expect(trace[2]).toMatch(/^ handler\+0x\w+\/0x\w+ \[contexts\]$/);
    expect(trace.indexOf(' </IRQ>')).toBeLessThan(trace.findIndex((line) => line.startsWith(' do_IRQ+')));
    expect(heard).toContain(
      'contexts: tasklet: in_interrupt 100 in_irq 0 in_softirq 100 irqs_disabled 0 current swapper/0/0',
    );
    expect(heard).toContain('contexts: tasklet: pending 0');
    expect(heard).toContain(' <SOFTIRQ>');
    expect(heard.join('\n')).not.toContain('BUG');
    // The interrupt came to the idle task, was over at the chip before its softirqs, and led back there.
    const last = guest.traps.entries.findLast(interruptOf(LINE))!;
    expect(last).toMatchObject({ cause: 'external', cpl: 0 });
    expect(last.eip - guest.address('cpu_idle')).toBeLessThan(64);
    guest.command('rmmod contexts');
  });

  test('a handler that might sleep is told so', () => {
    guest.command('insmod contexts.ko sleep_in_handler=1');
    const heard = said(guest, () => pulse(guest));
    expect(heard.join('\n')).toMatch(/BUG: sleeping function called from invalid context at kmalloc\+/);
    expect(heard).toContain('in_atomic(): 1, irqs_disabled(): 1, non_block: 0, pid: 0, name: swapper/0');
    guest.command('rmmod contexts');
  });

  test('a mutex, a program’s memory, being preempted: a task may, a handler may not', () => {
    const { said, traps, between } = behind(guest, () => guest.command('insmod forbidden.ko'));
    const bugs = said.filter((line) => line.startsWith('BUG'));
    expect(bugs).toEqual([
      expect.stringMatching(/^BUG: sleeping function called from invalid context at mutex_lock\+/),
      expect.stringMatching(/^BUG: sleeping function called from invalid context at copy_from_user\+/),
    ]);
    expect(said.indexOf(bugs[0]!)).toBeGreaterThan(said.indexOf('forbidden: handler: a mutex'));
    expect(said).toContain('forbidden: task: another task ran meanwhile: 1');
    expect(said).toContain('forbidden: handler: another task ran meanwhile: 0');
    // In the handler, too, the timer came in, and asked for another task.
    const ticks = between('handler: its name', 'handler: another task').filter(interruptOf(TIMER));
    expect(ticks.length).toBeGreaterThanOrEqual(4);
    expect(traps.filter(interruptOf(LINE))).toMatchObject([{ cause: 'software', cpl: 0 }]);
  });
});

describe('threaded interrupts', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));

  test('the thread runs after each, with its name and priority, and the line is masked until it is done', () => {
    guest.command(`insmod threaded.ko irq=${LINE}`);
    expect(guest.command('ps ax -o ni,s,rtprio,cls,cmd').find((row) => row.includes('[irq/'))).toBe(
      '  - S     50  FF [irq/10-my_interrupt]',
    );
    const masked = () => (pic(guest).imr & bit(LINE)) !== 0;
    expect(masked()).toBe(false);
    const heard = said(guest, () => {
      pulse(guest);
      guest.until('threaded: thread', guest.console.length - 400);
      expect(masked()).toBe(true);
      expect(pic(guest).isr).toBe(0);
    });
    expect(masked()).toBe(false);
    expect(heard[0]).toBe('threaded: handler 1, irqs_disabled 200');
    expect(heard[1]).toBe('threaded: thread irq/10-my_inter, priority 50, in_interrupt 0, irqs_disabled 0');
    expect(heard.join('\n')).toMatch(/thread_function\+.*\[threaded\]\n irq_thread\+/);
    expect(heard.at(-1)).toBe('threaded: done, handled 1');
    guest.command('rmmod threaded');
    expect(guest.command('ps -ef').find((row) => row.includes('[irq/'))).toBeUndefined();
  });

  test('one that is never woken exists and never runs', () => {
    guest.command(`insmod threaded.ko irq=${LINE} wake=0`);
    expect(guest.command('ps -ef | grep irq/')[0]).toMatch(/ \[irq\/10-my_interrupt\]$/);
    expect(said(guest, () => pulse(guest, 2))).toEqual([
      'threaded: handler 1, irqs_disabled 200',
      'threaded: handler 2, irqs_disabled 200',
    ]);
    guest.command('rmmod threaded');
  });
});
