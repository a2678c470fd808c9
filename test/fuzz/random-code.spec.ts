import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { RunExit } from '../../emu/machine/cpu.ts';
import { Random } from './random.ts';
import { RandomWorld } from './random-world.ts';

const WORLDS = 150;
const hash = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const ends = (exit: RunExit): boolean => exit === RunExit.Halted || exit === RunExit.Shutdown;

test('random code never crashes the core, and every deadline is kept to the instruction', () => {
  for (let seed = 1; seed <= WORLDS; seed++) {
    const { cpu } = new RandomWorld(seed);
    const random = new Random(seed);
    for (let run = 0; run < 20; run++) {
      const wanted = 1 + random.below(3000);
      const before = cpu.now;
      const exit = cpu.run(wanted);
      if (exit === RunExit.Budget) expect(cpu.now - before, `seed ${seed}, run ${run}`).toBe(wanted);
      else expect(cpu.now - before, `seed ${seed}, run ${run}`).toBeLessThanOrEqual(wanted);
      if (ends(exit)) break;
    }
  }
});

/** The deadline forces single steps, and those are taken by the slow step: so this compares the two sides of every case. */
test('the hot switch and the slow step do the same to every bit', () => {
  const instructions = 400;
  for (let seed = 1; seed <= WORLDS; seed++) {
    const hot = new RandomWorld(seed);
    const slow = new RandomWorld(seed);
    let exit = RunExit.Requested;
    while (exit === RunExit.Requested && hot.cpu.now < instructions) exit = hot.cpu.run(instructions - hot.cpu.now);
    while (slow.cpu.now < hot.cpu.now) if (ends(slow.cpu.run(1))) break;
    expect(slow.describe(), `seed ${seed}`).toEqual(hot.describe());
    expect(hash(slow.cpu.ram), `memory, seed ${seed}`).toBe(hash(hot.cpu.ram));
  }
});
