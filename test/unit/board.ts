import { cmosOf } from '../../devices/cmos.ts';
import { DebugConsole } from '../../devices/debug-console.ts';
import type { Device } from '../../devices/device.ts';
import { I8042 } from '../../devices/i8042.ts';
import { I8254 } from '../../devices/i8254.ts';
import { I8259Pair } from '../../devices/i8259.ts';
import { joinLines } from '../../devices/line.ts';
import { Mc146818 } from '../../devices/mc146818.ts';
import { Port61 } from '../../devices/port61.ts';
import { Port92 } from '../../devices/port92.ts';
import { Power } from '../../devices/power.ts';
import { Ps2Keyboard } from '../../devices/ps2-keyboard.ts';
import { Ps2Mouse } from '../../devices/ps2-mouse.ts';
import { Uart16550 } from '../../devices/uart16550.ts';
import { VgaText } from '../../devices/vga-text.ts';
import { FakeClock, Probe } from './fake-clock.ts';

/** All chips of the PC on one board, wired as in the machine, without a processor. */
export function board() {
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
    new DebugConsole({ transmit: () => {} }),
    pic,
  ];
  const ports = chips.flatMap((chip) => chip.ports ?? []);
  return { clock, int, pic, keyboard, mouse, com1, com2, sent, chips, ports };
}
export type Board = ReturnType<typeof board>;
