import { afterEach, describe, expect, test } from 'vitest';
import { behind, bit, expectRest, interruptOf, isException, pic } from './behind.ts';
import { Guest } from './guest.ts';

const [TIMER, KEYBOARD] = [0, 1];
const MS_PER_TICK = 10;

describe('works', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));
  const GONE = (module: string) => `insmod: ERROR: could not insert module ${module}.ko: No such device`;

  test('run in process context, in order, once; one that sleeps holds nobody back', () => {
    const runs = (name: string) =>
      expect.stringMatching(`^works: ${name} runs in kworker/0:\\d+, in_interrupt 0, irqs_disabled 0$`);
    const { said, traps, between } = behind(guest, () => guest.command('insmod works.ko'));
    expect(said.slice(1)).toEqual([
      "works: two on the system's queue",
      'works: queued: 1',
      'works: queued again: 0',
      runs('first'),
      runs('second'),
      'works: flushed when idle: 0',
      'works: one that sleeps holds nobody back',
      'works: slow begins',
      runs('first'),
      'works: cancel one that runs: 0',
      'works: slow ends',
      'works: it was pending: 0',
      'works: slow begins',
      'works: slow ends',
      'works: flushed: 1',
      "works: a queue of one's own",
      'works: cancelled before its turn: 1',
      'works: slow begins',
      'works: slow ends',
      runs('second'),
      'works: destroyed',
      GONE('works'),
    ]);
    expect(traps.filter(isException)).toEqual([]);
    // It slept for 50 ms, and the timer's interrupts found the processor halted: they came from ring 0, at one place.
    const asleep = between('works: slow begins', 'works: slow ends').filter(interruptOf(TIMER));
    expect(asleep.length).toBeGreaterThanOrEqual(4);
    const idle = guest.address('cpu_idle');
    expect(asleep.filter(({ eip, cpl }) => cpl === 0 && eip > idle && eip < idle + 64).length).toBeGreaterThanOrEqual(
      3,
    );
  });

  test('for later are not early, can be hurried, put off, called off', () => {
    const { said, between, milliseconds } = behind(guest, () => guest.command('insmod delayed.ko delay=5000'));
    expect(said.slice(1)).toEqual([
      'delayed: for 500 ticks: 1',
      'delayed: once more: 0',
      expect.stringMatching(/^delayed: runs after 50[01] ticks$/),
      'delayed: runs after 0 ticks',
      'delayed: hurried: 1',
      'delayed: called off: 1',
      'delayed: called off again: 0',
      'delayed: put off: 1',
      expect.stringMatching(/^delayed: runs after 100[01] ticks$/),
      GONE('delayed'),
    ]);
    // By the timer chip and by the machine's own time, too.
    const span = ['once more', 'runs after 50'] as const;
    expect(Math.abs(between(...span).filter(interruptOf(TIMER)).length - 500)).toBeLessThanOrEqual(2);
    expect(Math.abs(milliseconds(...span) - 500 * MS_PER_TICK)).toBeLessThan(2 * MS_PER_TICK);
  });

  test('that ask for themselves again go on until they are cancelled', () => {
    guest.command('insmod periodic.ko');
    const from = guest.console.length;
    const { machine } = guest.pc;
    const { between } = behind(guest, () => machine.run({ instructions: 3.5 * machine.clock.frequency }));
    for (const [one, next] of [
      ['periodic: 1', 'periodic: 2'],
      ['periodic: 2', 'periodic: 3'],
    ] as const) {
      expect(Math.abs(between(one, next).filter(interruptOf(TIMER)).length - 100)).toBeLessThanOrEqual(1);
    }
    expect([...guest.console.slice(from).matchAll(/periodic: (\d+)\n/g)].map(([, count]) => Number(count))).toEqual([
      1, 2, 3,
    ]);
    expect(guest.command('rmmod periodic')).toEqual(['periodic: over after 3, was pending: 1']);
    const later = guest.console.length;
    machine.run({ instructions: 2 * machine.clock.frequency });
    expect(guest.console.slice(later)).not.toContain('periodic');
  });

  test('tell what the keyboard’s handler took', () => {
    guest.command('insmod intrpt.ko');
    const from = guest.console.length;
    const { traps } = behind(guest, () => {
      guest.type('a');
      guest.until('Scan Code 1e Released.', from);
    });
    expect(guest.console.indexOf('Scan Code 1e Pressed.', from)).toBeGreaterThan(0);
    expect(traps.filter(interruptOf(KEYBOARD))).toHaveLength(2);
    expect(guest.pc.i8042.peek()).toMatchObject({ full: false, output: { byte: 0x9e } });
    guest.pc.serial.send([0x15]);
    guest.command('rmmod intrpt');
  });
});

describe('a queue', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));
  /** The order of begins and ends, the threads, and their nice levels. */
  const parallel = (parameters: string) => {
    const lines = guest.command(`insmod parallel.ko ${parameters}`).filter((line) => line.startsWith('parallel:'));
    const begins = lines
      .map((line) => /^parallel: \d begins in (\S+), nice (-?\d+)$/.exec(line))
      .filter((m) => m !== null);
    return {
      order: lines.map((line) => /^parallel: (\d (begins|ends))/.exec(line)![1]),
      threads: begins.map(([, name]) => name),
      nice: begins.map(([, , level]) => Number(level)),
    };
  };
  const ONE_BY_ONE = ['1 begins', '1 ends', '2 begins', '2 ends'];

  test('with max_active 1 runs one work after the other', () => {
    expect(parallel('max_active=1').order).toEqual(ONE_BY_ONE);
  });

  test('with max_active 2 runs both side by side', () => {
    const { order, threads } = parallel('max_active=2');
    expect(order.slice(0, 2)).toEqual(['1 begins', '2 begins']);
    expect(new Set(threads).size).toBe(2);
    for (const name of threads) expect(name).toMatch(/^kworker\/0:\d+$/);
  });

  test('of high priority has workers of nice -20, which ps shows', () => {
    const { threads, nice } = parallel('flags=16');
    for (const name of threads) expect(name).toMatch(/^kworker\/0:\d+H$/);
    expect(nice).toEqual([-20, -20]);
    expect(guest.command('ps ax -o pid,ni,cmd').some((row) => / -20 \[kworker\/0:0H\]$/.test(row))).toBe(true);
  });

  test('that is unbound has workers of its own', () => {
    for (const name of parallel('flags=2').threads) expect(name).toMatch(/^kworker\/u2:\d+$/);
  });

  test('of a CPU is held up by a work that computes; an unbound one is not', () => {
    const { between } = behind(guest, () => expect(parallel('busy=1').order).toEqual(ONE_BY_ONE));
    // It computes, but not with interrupts off: none found the processor halted.
    const ticks = between('1 begins', '1 ends').filter(interruptOf(TIMER));
    const idle = guest.address('cpu_idle');
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.filter(({ eip }) => eip > idle && eip < idle + 64)).toEqual([]);
    expect(parallel('busy=1 flags=2').order.slice(0, 2)).toEqual(['1 begins', '2 begins']);
  });
});

describe('threads', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));
  const share = (nice: number) => {
    const last = guest.command(`insmod locks.ko nice=${nice}`).at(-2)!;
    return Number(/got (\d+) % of/.exec(last)![1]) / 100;
  };

  test('wait for a mutex, a completion, each other’s end', () => {
    expect(guest.command('insmod locks.ko').slice(0, 6)).toEqual([
      'locks: the waiter stands before the mutex',
      'locks: the waiter has it',
      'locks: trylock: 0',
      'locks: completion: 0 ticks left',
      'locks: the waiter gave 42',
      'locks: trylock: 1',
    ]);
  });

  test('share the processor by their nice levels, with Linux’s weights', () => {
    expect(share(0)).toBeCloseTo(1, 0);
    const five = share(5);
    expect(five).toBeGreaterThan(2.4);
    expect(five).toBeLessThan(3.8);
  });
});

test('a handler that schedules is told so, and the machine goes on', () => {
  const guest = Guest.shell();
  guest.command('insmod contexts.ko sleep_in_handler=2');
  const from = guest.console.length;
  const { machine } = guest.pc;
  machine.inputs.schedule(machine.now, { kind: 'line', line: 10, level: true });
  guest.until('BUG: scheduling while atomic: swapper/0/0/0x00010000\n', from);
  // It is still in its handler, whose line is masked and has been acknowledged.
  expect(pic(guest).imr & bit(10)).toBe(bit(10));
  expect(pic(guest).isr).toBe(0);
  machine.inputs.schedule(machine.now, { kind: 'line', line: 10, level: false });
  machine.run({ instructions: 20_000_000 });
  expectRest(guest);
  expect(guest.command('hello').at(-1)).toBe('Hello from ring 3.');
});
