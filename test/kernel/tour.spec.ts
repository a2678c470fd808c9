import { expect, test } from 'vitest';
import { Guest } from './guest.ts';

test('the tour shows every kind of trap and switches the machine off', () => {
  const guest = new Guest('tour');
  guest.until('Please press one.\n');
  guest.type('a');
  expect(guest.toStop()).toEqual({ kind: 'power-off' });
  const said = guest.console;
  expect(said).not.toContain('WRONG');
  const steps = [
    "It means the character 'a'.",
    'IRQ 0 came through vector 0x20',
    'int3: breakpoint in the kernel at trap_int3+',
    'divide error: 0000 [#1]',
    'general protection fault: 0100 [#2]',
    'Oops: 0002 [#3]',
    'Hello from ring 3.',
    'trap divide error ip:',
    'general protection fault ip:',
    'trap int3 ip:',
    'segfault at 0 ip ',
    'Killed',
    'The end of the tour. The kernel lives.',
    'reboot: Power down',
  ];
  let from = 0;
  for (const step of steps) {
    const at = said.indexOf(step, from);
    expect(at, step).toBeGreaterThanOrEqual(0);
    from = at;
  }
});

test('its console is the same to the last character when it is run again', () => {
  const run = () => {
    const guest = new Guest('tour');
    guest.until('Please press one.\n');
    guest.type('a');
    guest.toStop();
    return guest.console;
  };
  expect(run()).toBe(run());
});
