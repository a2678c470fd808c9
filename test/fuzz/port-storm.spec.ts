/** A fixed slice of what `make soak` does ten million times. */
import { expect, test } from 'vitest';
import { PortStorm } from './port-storm.ts';
import { Random } from './random.ts';

/** Accesses of all seeds together; `make soak` asks for more. */
const ACCESSES = Number(process.env.TRAPGATE_SOAK ?? 150_000);
const SEEDS = [1, 2, 3, 4, 5, 6] as const;
const PATIENCE_MS = 3_600_000;
/** Slices between two comparisons. */
const ROUND = 40;

/** Progress of a soak, at once: what `console` is told waits until a test gives way to others. */
function tell(line: string): void {
  if (process.env.TRAPGATE_SOAK) process.stdout.write(`${line}\n`);
}

test.each(SEEDS)(
  'random port accesses, seed %i: nothing throws or hangs; chips saved and loaded, or told of all at once, have the same future',
  (seed) => {
    const storm = new PortStorm(seed);
    const twin = new PortStorm(seed);
    const random = new Random(seed);
    for (let round = 0; storm.accesses < ACCESSES / SEEDS.length; round++) {
      const before = storm.accesses;
      if (round % 100 === 99) tell(`seed ${seed}: ${before} accesses ...`);
      const loadAt = random.below(ROUND);
      for (let i = 0; i < ROUND; i++) {
        storm.slice();
        // While somebody hears of every access nothing is shown and nothing can wait (devices/port-latch.ts).
        twin.pc.machine.ports.listenToCpu(random.chance(2) ? () => {} : undefined);
        twin.slice();
        if (i === loadAt) twin.saveAndLoad();
      }
      expect(twin.describe()).toEqual(storm.describe());
      expect(storm.accesses, 'the guest makes progress').toBeGreaterThan(before);
    }
    expect(storm.interrupts).toBeGreaterThan(100);
    tell(`seed ${seed}: ${storm.accesses} accesses, ${storm.interrupts} interrupts`);
  },
  PATIENCE_MS,
);
