import { describe, expect, test } from 'vitest';
import { cmosOf } from '../../devices/cmos.ts';
import type { Device, PortWindow } from '../../devices/device.ts';
import { I8042 } from '../../devices/i8042.ts';
import { I8254 } from '../../devices/i8254.ts';
import { I8259Pair } from '../../devices/i8259.ts';
import { KEYS } from '../../devices/keys.ts';
import { joinLines } from '../../devices/line.ts';
import { Mc146818 } from '../../devices/mc146818.ts';
import { Port61 } from '../../devices/port61.ts';
import { Port92 } from '../../devices/port92.ts';
import { Power } from '../../devices/power.ts';
import { Ps2Keyboard } from '../../devices/ps2-keyboard.ts';
import { Ps2Mouse } from '../../devices/ps2-mouse.ts';
import { Uart16550 } from '../../devices/uart16550.ts';
import { VgaText } from '../../devices/vga-text.ts';
import { FakeClock, Probe } from '../unit/fake-clock.ts';
import { Random } from './random.ts';

/** All chips of the PC on one board, wired as in the machine, without a processor. */
function board() {
  const clock = new FakeClock();
  const int = new Probe();
  const pic = new I8259Pair({ int });
  const wire = Array.from({ length: 16 }, (_, n) => (n === 2 ? () => new Probe() : joinLines(pic.irq(n))));
  const irq = (n: number) => wire[n]!();
  const sent: number[] = [];
  const keyboard = new Ps2Keyboard({ clock });
  const mouse = new Ps2Mouse({ clock });
  const pit = new I8254({ clock, out0: irq(0) });
  const uart = (name: string, port: number, n: number) =>
    new Uart16550({ clock, name, port, irq: irq(n), peer: { transmit: (byte) => void sent.push(byte) } });
  const [com1, com2] = [uart('com1', 0x3f8, 4), uart('com2', 0x2f8, 3)];
  const lines = { a20: new Probe(), reset: new Probe() };
  const chips: Device[] = [
    keyboard,
    mouse,
    pit,
    new I8042({ clock, irq1: irq(1), irq12: irq(12), ...lines, keyboard, aux: mouse }),
    new Mc146818({ clock, irq: irq(8), cmos: cmosOf({ memoryBytes: 1 << 27 }) }),
    com1,
    com2,
    new Port61({ clock, gate2: pit.gate(2), output2: () => pit.output(2), nmi: new Probe() }),
    new Port92(lines),
    new Power({ off: () => {} }),
    new VgaText({ clock }),
    pic,
  ];
  const ports = chips.flatMap((chip) => chip.ports ?? []);
  return { clock, int, pic, keyboard, mouse, com1, com2, sent, chips, ports };
}
type Board = ReturnType<typeof board>;

/** One thing that happens to a board; its result is all that can be seen of it. */
function happen(b: Board, random: Random): unknown {
  const kind = random.below(100);
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
  return b.int.level ? b.pic.acknowledge() : undefined;
}

function save(b: Board): unknown[] {
  return b.chips.map((chip) => chip.save());
}

/** A board that goes on from where another is. The 8259s come last: they take the lines as the others left them. */
function copyOf(b: Board): Board {
  const copy = board();
  copy.clock.now = b.clock.now;
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
