import { afterEach, describe, expect, test } from 'vitest';
import { behind, expectRest, interruptOf, isException } from './behind.ts';
import { Guest } from './guest.ts';

const TIMER = 0;
/** What the modules say takes as long as the serial line needs for it: up to a tick more or less. */
const around = (ticks: number, from: number) => Math.abs(ticks - from) <= 1;

describe('softirqs', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));
  const counts = () =>
    new Map(
      guest
        .command('cat /proc/softirqs')
        .slice(1)
        .map((row) => row.trim().split(/: +/))
        .map(([name, count]) => [name!, Number(count)]),
    );

  test('are shown as Linux shows them', () => {
    const [head, ...rows] = guest.command('cat /proc/softirqs');
    expect(head).toBe('                    CPU0       ');
    expect(rows[0]).toMatch(/^ {10}HI: {10}0$/);
    expect([...counts().keys()]).toEqual([
      ...['HI', 'TIMER', 'NET_TX', 'NET_RX', 'BLOCK', 'IRQ_POLL', 'TASKLET', 'SCHED', 'HRTIMER', 'RCU'],
    ]);
  });

  test('run in their order, held off and let go, in ksoftirqd when a task raised them; none inside another', () => {
    const action = (current: string) =>
      `softirqs: my action: pending 0, in_softirq 100, irqs_disabled 0, current ${current}`;
    const { said, traps, between, milliseconds } = behind(guest, () => guest.command('insmod softirqs.ko'));
    expect(said.slice(1)).toEqual([
      'softirqs: pending 0',
      'softirqs: raised by a task',
      action('ksoftirqd/0'),
      'softirqs: held off twice, raised last to first',
      'softirqs: pending 608',
      'softirqs: enabled once',
      'softirqs: another action',
      action('insmod'),
      'softirqs: another action',
      'softirqs: enabled twice',
      'softirqs: raised under spin_lock_bh',
      action('insmod'),
      'softirqs: unlocked',
      'softirqs: held off: ticks came 1, pending 2',
      "softirqs: the timer's turn",
      'softirqs: in my action: ticks came 1, pending 2',
      "softirqs: the timer's turn",
    ]);
    const names = [...counts().keys()];
    expect(names.slice(-3)).toEqual(['HRTIMER', 'MY_SOFTIRQ', 'RCU']);
    expect(counts().get('MY_SOFTIRQ')).toBe(4);
    // Softirqs are no traps. While one ran for 30 ms, and while they were held off so long, the timer's interrupts came.
    expect(traps.filter(isException)).toEqual([]);
    for (const [from, to] of [
      ['unlocked', 'held off: ticks'],
      ['held off: ticks', 'in my action'],
    ] as const) {
      const ticks = between(from, to).filter(interruptOf(TIMER));
      expect(around(ticks.length, milliseconds(from, to) / 10)).toBe(true);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
    }
    guest.command('rmmod softirqs');
    expect(counts().has('MY_SOFTIRQ')).toBe(false);
  });

  test('that never end leave the processor to others: the rest is ksoftirqd’s', () => {
    const [rounds, rest] = guest.command('insmod softirq_storm.ko');
    expect(rounds).toBe('softirq_storm: 10 rounds, and the task goes on');
    expect(rest).toBe('softirq_storm: the rest ran in ksoftirqd');
    expect(guest.command('hello')).toEqual(['Hello from ring 3.']);
    guest.command('rmmod softirq_storm');
  });
});

describe('tasklets', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));

  test('twice is once, the urgent one first, a disabled one waits', () => {
    const runs = (name: string) => `tasklets: ${name} runs: irqs_disabled 0 in_softirq 100 pending 0`;
    const { said, between, milliseconds } = behind(guest, () => guest.command('insmod tasklets.ko'));
    expect(said.slice(1)).toEqual([
      'tasklets: static: state 0 count 0',
      'tasklets: disabled: state 0 count 1',
      'tasklets: static, scheduled: state 1 count 0',
      'tasklets: pending 41',
      runs('urgent'),
      runs('static'),
      runs('dynamic'),
      'tasklets: dynamic: killed',
      'tasklets: disabled, scheduled: state 1 count 1',
      runs('disabled'),
      'tasklets: enabled: state 0 count 0',
      'tasklets: disabled twice: state 0 count 2',
      'Attempt to kill tasklet from interrupt',
      'insmod: ERROR: could not insert module tasklets.ko: No such device',
    ]);
    // The disabled one kept its softirq raised for 20 ms, and held no interrupt off.
    const waited = ['dynamic: killed', 'disabled, scheduled'] as const;
    expect(around(between(...waited).filter(interruptOf(TIMER)).length, milliseconds(...waited) / 10)).toBe(true);
    const raised = Number(/TASKLET: +(\d+)/.exec(guest.command('cat /proc/softirqs').join('\n'))![1]);
    expect(raised).toBeGreaterThan(10);
  });

  test('run when the interrupt that scheduled them is over at the chip, and with interrupts on', () => {
    guest.command('insmod contexts.ko');
    const { machine } = guest.pc;
    const { said, traps } = behind(guest, () => {
      machine.inputs.schedule(machine.now, { kind: 'line', line: 10, level: true });
      guest.until('contexts: tasklet: in_interrupt', guest.console.length);
      expect(guest.pc.pic.slave.peek().isr).toBe(0);
      expect(guest.pc.pic.master.peek().isr).toBe(0);
      machine.inputs.schedule(machine.now, { kind: 'line', line: 10, level: false });
      guest.until(' common_entry_return', guest.until('</SOFTIRQ>', guest.console.length));
    });
    expect(said.findIndex((line) => line.includes('handler: in_interrupt'))).toBeLessThan(
      said.findIndex((line) => line.includes('tasklet: in_interrupt')),
    );
    expect(traps.filter(interruptOf(10))).toMatchObject([{ cause: 'external', cpl: 0 }]);
    // The handler said much, with interrupts off; the tasklet's words were interrupted by the ticks that waited.
    expect(traps.filter(interruptOf(TIMER)).length).toBeGreaterThan(0);
    guest.command('rmmod contexts');
  });
});
