import { describe, expect, test } from 'vitest';
import { Guest } from './guest.ts';

describe('softirqs', () => {
  const guest = Guest.shell();
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

  test('run in their order, held off and let go, in ksoftirqd when a task raised them', () => {
    const action = (current: string) =>
      `softirqs: my action: pending 0, in_softirq 100, irqs_disabled 0, current ${current}`;
    expect(guest.command('insmod softirqs.ko')).toEqual([
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
    ]);
    const names = [...counts().keys()];
    expect(names.slice(-3)).toEqual(['HRTIMER', 'MY_SOFTIRQ', 'RCU']);
    expect(counts().get('MY_SOFTIRQ')).toBe(3);
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

test('tasklets: twice is once, the urgent one first, a disabled one waits', () => {
  const runs = (name: string) => `tasklets: ${name} runs: irqs_disabled 0 in_softirq 100 pending 0`;
  expect(Guest.shell().command('insmod tasklets.ko')).toEqual([
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
});
