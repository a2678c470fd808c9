import { AtaDisk } from '../../devices/ata-disk.ts';
import { Bcm2835Gpio } from '../../devices/bcm2835-gpio.ts';
import { cmosOf } from '../../devices/cmos.ts';
import { DebugConsole } from '../../devices/debug-console.ts';
import type { Device } from '../../devices/device.ts';
import { DiskImage } from '../../devices/disk-image.ts';
import { FpuError } from '../../devices/fpu-error.ts';
import { I8042 } from '../../devices/i8042.ts';
import { I8254 } from '../../devices/i8254.ts';
import { I8259Pair } from '../../devices/i8259.ts';
import { Ib700 } from '../../devices/ib700.ts';
import { joinLines } from '../../devices/line.ts';
import { Mc146818 } from '../../devices/mc146818.ts';
import { ParallelPort } from '../../devices/parallel-port.ts';
import { Port61 } from '../../devices/port61.ts';
import { Port92 } from '../../devices/port92.ts';
import { PostCard } from '../../devices/post-card.ts';
import { Power } from '../../devices/power.ts';
import { Printer } from '../../devices/printer.ts';
import { Ps2Keyboard } from '../../devices/ps2-keyboard.ts';
import { Ps2Mouse } from '../../devices/ps2-mouse.ts';
import { ResetControl } from '../../devices/reset-control.ts';
import { Speaker } from '../../devices/speaker.ts';
import { Uart16550 } from '../../devices/uart16550.ts';
import { VgaText } from '../../devices/vga-text.ts';
import { FakeClock, Probe } from './fake-clock.ts';

const DISK = new Uint8Array(64 * 512).map((_, i) => i * 7);

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
  const speaker: Speaker = new Speaker({ clock, wave: () => pit.wave(2) });
  const pit: I8254 = new I8254({ clock, out0: irq(0), changed2: () => speaker.update() });
  const uart = (name: string, port: number, n: number) =>
    new Uart16550({ clock, name, port, irq: irq(n), peer: { transmit: (byte) => void sent.push(byte) } });
  const [com1, com2] = [uart('com1', 0x3f8, 4), uart('com2', 0x2f8, 3)];
  const lines = { a20: new Probe(), reset: new Probe() };
  const parallel = new ParallelPort({ irq: irq(7) });
  const printer = new Printer({ clock, port: parallel, print: (byte) => void sent.push(byte) });
  parallel.connect(printer);
  const gpio = new Bcm2835Gpio({ irq: irq(10) });
  const fpu = { ferr: false };
  const fpuError = new FpuError({ irq: irq(13), ferr: () => fpu.ferr, ignne: new Probe() });
  const port61 = new Port61({
    clock,
    gate2: pit.gate(2),
    output2: () => pit.output(2),
    nmi: new Probe(),
    speaker: speaker.data,
  });
  const chips: Device[] = [
    keyboard,
    mouse,
    pit,
    new I8042({ clock, irq1: irq(1), irq12: irq(12), ...lines, keyboard, aux: mouse }),
    new Mc146818({ clock, irq: irq(8), cmos: cmosOf({ memoryBytes: 1 << 27 }) }),
    com1,
    com2,
    port61,
    speaker,
    parallel,
    printer,
    gpio,
    fpuError,
    new AtaDisk({ clock, irq: irq(14), image: new DiskImage(DISK) }),
    new ResetControl(lines),
    new PostCard(),
    new Ib700({ clock, act: () => port61.iochk.set(true) }),
    new Port92(lines),
    new Power({ off: () => {} }),
    new VgaText({ clock }),
    new DebugConsole({ transmit: () => {} }),
    pic,
  ];
  const ports = chips.flatMap((chip) => chip.ports ?? []);
  return { clock, int, pic, keyboard, mouse, com1, com2, gpio, fpu, fpuError, sent, chips, ports };
}
export type Board = ReturnType<typeof board>;
