import { describe, expect, test } from 'vitest';
import { GPIO_BASE, GPIO_PINS } from '../../devices/bcm2835-gpio.ts';
import type { PortWindow } from '../../devices/device.ts';
import { KEYS } from '../../devices/keys.ts';
import { type Board, board } from '../unit/board.ts';
import { Random } from './random.ts';

/** One thing that happens to a board; its result is all that can be seen of it. */
function happen(b: Board, random: Random): unknown {
  const kind = random.below(110);
  const window: PortWindow = random.pick(b.ports);
  const port = window.first + random.below(window.last - window.first + 1);
  if (kind < 40) return window.read?.(port);
  if (kind < 80) return window.write?.(port, random.below(256));
  if (kind < 90) return b.clock.runTo(b.clock.now + random.below(kind === 89 ? 20_000_000 : 20_000));
  if (kind < 93) return b.keyboard.press(random.pick(KEYS).name);
  if (kind < 95) return b.keyboard.release(random.pick(KEYS).name);
  if (kind < 96) return b.mouse.move(random.below(40) - 20, random.below(40) - 20, random.below(3) - 1);
  if (kind < 98) return b.com1.receive(random.below(256));
  if (kind < 99)
    return b.com2.shiftIn(random.below(256), { parity: random.below(2) === 1, break: random.below(9) === 0 });
  if (kind < 104) return b.gpio.memory[0]?.read(GPIO_BASE + 4 * random.below(0x30), 4);
  if (kind < 107) return b.gpio.memory[0]?.write(GPIO_BASE + 4 * random.below(0x30), random.next(), 4);
  if (kind < 108) return b.gpio.press(random.below(GPIO_PINS), random.chance(2));
  if (kind < 109) {
    b.fpu.ferr = !b.fpu.ferr;
    return b.fpuError.update();
  }
  return b.int.level ? b.pic.acknowledge() : undefined;
}

function save(b: Board): unknown[] {
  return b.chips.map((chip) => chip.save());
}

/** A board that goes on from where another is. The 8259s come last: they take the lines as the others left them. */
function copyOf(b: Board): Board {
  const copy = board();
  copy.clock.now = b.clock.now;
  copy.fpu.ferr = b.fpu.ferr;
  b.chips.forEach((chip, i) => void copy.chips[i]!.load(JSON.parse(JSON.stringify(chip.save()))));
  return copy;
}

describe('the chips, whatever is done to them', () => {
  test.each([1, 2, 3, 4])('never throw, and a loaded board has the saved one’s future (%i)', (seed) => {
    const random = new Random(seed);
    let first = board();
    for (let round = 0; round < 15; round++) {
      for (let i = 0; i < 500; i++) happen(first, random);
      const second = copyOf(first);
      expect(save(second)).toEqual(save(first));
      expect(second.int.level).toBe(first.int.level);
      first.sent.length = 0;
      const story = random.next();
      const [forFirst, forSecond] = [new Random(story), new Random(story)];
      for (let i = 0; i < 500; i++) expect(happen(second, forSecond)).toEqual(happen(first, forFirst));
      expect(save(second)).toEqual(save(first));
      expect(second.sent).toEqual(first.sent);
      expect(second.int.level).toBe(first.int.level);
      first = second;
    }
  });
});
