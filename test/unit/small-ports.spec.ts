import { describe, expect, test } from 'vitest';
import { DebugConsole } from '../../devices/debug-console.ts';
import { IsaDebugExit } from '../../devices/isa-debug-exit.ts';
import { joinLines, pulse, splitLine } from '../../devices/line.ts';
import { Port61 } from '../../devices/port61.ts';
import { Port92 } from '../../devices/port92.ts';
import { Power } from '../../devices/power.ts';
import { FakeClock, Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';

describe('debug console, 0xe9', () => {
  test('hands on what is written and reads 0xe9', () => {
    const bytes: number[] = [];
    const io = portsOf(new DebugConsole({ transmit: (byte) => void bytes.push(byte) }));
    io.write(0xe9, 0x68, 0x69);
    expect([bytes, io.read(0xe9)]).toEqual([[0x68, 0x69], 0xe9]);
  });
});

describe('isa-debug-exit, 0xf4', () => {
  test.each([
    [0x00, 1],
    [0x10, 0x21],
    [0xff, 0x1ff],
  ])('writing %i exits with %i', (value, status) => {
    const statuses: number[] = [];
    const chip = new IsaDebugExit({ exit: (s) => void statuses.push(s) });
    portsOf(chip).write(0xf4, value);
    expect(statuses).toEqual([status]);
    expect(chip.peek().status).toBe(status);
  });

  test('words and double words count whole', () => {
    const statuses: number[] = [];
    const chip = new IsaDebugExit({ exit: (s) => void statuses.push(s) });
    chip.ports[0]?.writeWide?.(0xf4, 0x1234, 2);
    chip.ports[0]?.writeWide?.(0xf4, 0xffff_ffff, 4);
    expect(statuses).toEqual([0x2469, 0xffff_ffff]);
  });
});

describe('port 0x92', () => {
  const bench = () => {
    const lines = { a20: new Probe(), reset: new Probe() };
    return { ...lines, ...portsOf(new Port92(lines)) };
  };

  test('bit 1 is the A20 gate', () => {
    const b = bench();
    b.write(0x92, 0x02);
    expect([b.a20.level, b.read(0x92)]).toEqual([true, 0x02]);
    b.write(0x92, 0x00);
    expect(b.a20.level).toBe(false);
  });

  test('bit 0 resets the processor when it rises, and only then', () => {
    const b = bench();
    b.write(0x92, 0x01, 0x01);
    expect(b.reset.rises).toBe(1);
    b.write(0x92, 0x00, 0x01);
    expect(b.reset.rises).toBe(2);
  });
});

describe('power, 0x604', () => {
  const bench = () => {
    let offs = 0;
    const chip = new Power({ off: () => void offs++ });
    return { ...portsOf(chip), wide: chip.ports[0]!, offs: () => offs };
  };

  test('0x2000 switches the machine off, as a word or by its high byte', () => {
    const b = bench();
    b.wide.writeWide?.(0x604, 0x2000, 2);
    expect(b.offs()).toBe(1);
    b.write(0x605, 0x20);
    expect(b.offs()).toBe(2);
  });

  test('the sleeping types that are no power-off do nothing, and SLP_EN reads 0', () => {
    const b = bench();
    b.wide.writeWide?.(0x604, 0x2401, 2);
    expect([b.offs(), b.wide.readWide?.(0x604, 2), b.read(0x604), b.read(0x605)]).toEqual([0, 0x0401, 0x01, 0x04]);
  });
});

describe('port 0x61', () => {
  const bench = () => {
    const clock = new FakeClock(13_125_000);
    const lines = { gate2: new Probe(), nmi: new Probe(), speaker: new Probe() };
    let output = false;
    const chip = new Port61({ clock, ...lines, output2: () => output });
    const setOutput = (level: boolean) => {
      output = level;
    };
    return { clock, chip, ...lines, setOutput, ...portsOf(chip) };
  };

  test('bits 0 and 1 are the gate of counter 2 and the speaker', () => {
    const b = bench();
    b.write(0x61, 0x03);
    expect([b.gate2.level, b.speaker.level, b.read(0x61) & 0x0f]).toEqual([true, true, 0x03]);
    b.write(0x61, 0x00);
    expect([b.gate2.level, b.speaker.level]).toEqual([false, false]);
  });

  test('bit 5 is OUT of counter 2', () => {
    const b = bench();
    expect(b.read(0x61) & 0x20).toBe(0);
    b.setOutput(true);
    expect(b.read(0x61) & 0x20).toBe(0x20);
  });

  test('bit 4 toggles with each refresh, every 18 ticks of the 8254’s clock', () => {
    const b = bench();
    const seen: number[] = [];
    for (let tick = 0; tick < 72; tick++) {
      seen.push((b.read(0x61) >> 4) & 1);
      b.clock.runTo(b.clock.now + 11);
    }
    expect(seen.join('')).toBe('0'.repeat(18) + '1'.repeat(18) + '0'.repeat(18) + '1'.repeat(18));
  });

  test('IOCHK and parity errors raise NMI until they are cleared through bits 3 and 2', () => {
    const b = bench();
    pulse(b.chip.iochk);
    expect([b.nmi.level, b.read(0x61) & 0xc0]).toEqual([true, 0x40]);
    pulse(b.chip.parity);
    b.write(0x61, 0x08);
    expect([b.nmi.level, b.read(0x61) & 0xc0]).toEqual([true, 0x80]);
    b.write(0x61, 0x0c);
    expect([b.nmi.level, b.read(0x61) & 0xc0]).toEqual([false, 0]);
    pulse(b.chip.iochk);
    expect(b.nmi.level).toBe(false);
  });
});

describe('lines', () => {
  test('a joined wire is high while any driver holds it high', () => {
    const wire = new Probe();
    const driver = joinLines(wire);
    const [a, b] = [driver(), driver()];
    a.set(true);
    b.set(true);
    b.set(true);
    a.set(false);
    expect(wire.level).toBe(true);
    b.set(false);
    expect([wire.level, wire.rises]).toEqual([false, 1]);
  });

  test('a split line drives all its ends', () => {
    const [a, b] = [new Probe(), new Probe()];
    splitLine(a, b).set(true);
    expect([a.level, b.level]).toEqual([true, true]);
  });
});
