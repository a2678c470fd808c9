import { expect, test } from 'vitest';
import { Guest } from './guest.ts';

const stamps = (text: string) => [...text.matchAll(/^\[ *(\d+\.\d{6})\] /gm)].map(([, stamp]) => Number(stamp));

test('time stamps rise through a thousand lines, whatever interrupts whom', () => {
  const guest = Guest.shell();
  const from = guest.console.length;
  for (let n = 0; n < 40; n++) guest.command('trap nested');
  const said = stamps(guest.console.slice(from));
  expect(said.length).toBeGreaterThan(500);
  expect(said).toEqual(said.toSorted((a, b) => a - b));
});

test('the clock keeps the machine’s time', () => {
  const guest = Guest.shell();
  const { machine } = guest.pc;
  const read = () => {
    guest.command('trap vector');
    return { guest: stamps(guest.console).at(-1)!, machine: machine.now / machine.clock.frequency };
  };
  const before = read();
  machine.run({ instructions: 3 * machine.clock.frequency });
  const after = read();
  expect(Math.abs(after.guest - before.guest - (after.machine - before.machine))).toBeLessThan(0.02);
});
