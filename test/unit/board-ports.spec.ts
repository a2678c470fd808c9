import { describe, expect, test } from 'vitest';
import { FpuError } from '../../devices/fpu-error.ts';
import { I8254 } from '../../devices/i8254.ts';
import { Ib700 } from '../../devices/ib700.ts';
import { PostCard } from '../../devices/post-card.ts';
import { ResetControl } from '../../devices/reset-control.ts';
import { Speaker, type Tone } from '../../devices/speaker.ts';
import { FakeClock, Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';

describe('reset control, 0xcf9', () => {
  const bench = () => {
    const reset = new Probe();
    const chip = new ResetControl({ reset });
    return { reset, wide: chip.ports[0]!, ...portsOf(chip) };
  };

  test('bit 2 resets when it rises, and only then', () => {
    const b = bench();
    b.write(0xcf9, 0x02);
    expect([b.reset.rises, b.read(0xcf9)]).toEqual([0, 0x02]);
    b.write(0xcf9, 0x06, 0x06);
    expect([b.reset.rises, b.read(0xcf9)]).toEqual([1, 0x06]);
    b.write(0xcf9, 0x02, 0x06);
    expect(b.reset.rises).toBe(2);
  });

  test('the other bits do not exist', () => {
    const b = bench();
    b.write(0xcf9, 0xf9);
    expect([b.read(0xcf9), b.reset.rises]).toEqual([0, 0]);
  });

  test('a double word is PCI’s configuration address, a word reaches it', () => {
    const b = bench();
    b.wide.writeWide?.(0xcf8, 0x8000_0600, 4);
    expect([b.reset.rises, b.wide.readWide?.(0xcf8, 4)]).toEqual([0, 0xffff_ffff]);
    b.wide.writeWide?.(0xcf8, 0x0600, 2);
    expect([b.reset.rises, b.wide.readWide?.(0xcf8, 2), b.wide.readWide?.(0xcf9, 2)]).toEqual([1, 0x06ff, 0xff06]);
    b.write(0xcf8, 0xff);
    expect([b.read(0xcf8), b.read(0xcfa)]).toEqual([0xff, 0xff]);
  });
});

describe('POST card, 0x80', () => {
  test('shows the last code and remembers what came before', () => {
    const chip = new PostCard();
    const io = portsOf(chip);
    io.write(0x80, 1, 1, 2, 0xff);
    expect([io.read(0x80), chip.peek().history]).toEqual([0xff, [1, 2, 0xff]]);
    for (let i = 0; i < 100; i++) io.write(0x80, i);
    expect([chip.peek().history.length, chip.peek().history.at(-1)]).toEqual([16, 99]);
  });
});

describe('IB700 watchdog', () => {
  const SECOND = 1000;
  const bench = () => {
    const clock = new FakeClock(SECOND);
    let acts = 0;
    const chip = new Ib700({ clock, act: () => void acts++ });
    return { clock, chip, ...portsOf(chip), acts: () => acts };
  };

  test.each(Array.from({ length: 16 }, (_, value) => [value, 30 - 2 * value]))(
    '%i acts after %i s',
    (value, seconds) => {
      const b = bench();
      b.write(0x443, value);
      b.clock.runTo(seconds * SECOND - 1);
      expect(b.acts()).toBe(0);
      b.clock.runTo(Math.max(b.clock.now, seconds * SECOND));
      expect([b.acts(), b.chip.peek().expiries]).toEqual([1, 1]);
      b.clock.runTo(100 * SECOND);
      expect(b.acts()).toBe(1);
    },
  );

  test('starting again begins anew, bits 7-4 do not count, and 0x441 stops it', () => {
    const b = bench();
    b.write(0x443, 0x0a);
    b.clock.runTo(9 * SECOND);
    b.write(0x443, 0xfa);
    b.clock.runTo(18 * SECOND);
    expect(b.acts()).toBe(0);
    b.write(0x441, 0);
    b.clock.runTo(100 * SECOND);
    expect([b.acts(), b.chip.peek().expiresAt]).toEqual([0, null]);
  });

  test('is off at power-on and after a reset; a loaded one has the time left', () => {
    const b = bench();
    b.write(0x443, 14);
    const second = bench();
    second.chip.load(b.chip.save());
    b.chip.reset();
    for (const one of [b, second]) one.clock.runTo(3 * SECOND);
    expect([b.acts(), second.acts()]).toEqual([0, 1]);
  });
});

describe('FPU error, 0xf0', () => {
  const bench = () => {
    const lines = { irq: new Probe(), ignne: new Probe() };
    let level = false;
    const chip = new FpuError({ ...lines, ferr: () => level });
    const ferr = (now: boolean) => {
      level = now;
      chip.update();
    };
    return { chip, ferr, ...lines, ...portsOf(chip) };
  };

  test('FERR# raises IRQ 13, and a write to 0xf0 ends it and raises IGNNE# until FERR# falls', () => {
    const b = bench();
    b.ferr(true);
    expect([b.irq.level, b.ignne.level]).toEqual([true, false]);
    b.write(0xf0, 0);
    expect([b.irq.level, b.ignne.level]).toEqual([false, true]);
    b.ferr(false);
    expect([b.irq.level, b.ignne.level]).toEqual([false, false]);
  });

  test('IRQ 13 outlives FERR#; without an error the write has no effect', () => {
    const b = bench();
    b.ferr(true);
    b.ferr(false);
    expect(b.irq.level).toBe(true);
    b.write(0xf1, 0);
    expect([b.irq.level, b.ignne.level]).toEqual([false, false]);
    b.write(0xf0, 0);
    expect(b.ignne.level).toBe(false);
  });
});

describe('speaker', () => {
  const bench = () => {
    const clock = new FakeClock(1_000_000);
    const tones: Tone[] = [];
    let pit: I8254 | undefined;
    const speaker = new Speaker({ clock, wave: () => pit!.wave(2), listener: (tone) => void tones.push(tone) });
    pit = new I8254({ clock, changed2: () => speaker.update() });
    const tone = (mode: number, count: number) => {
      io.write(0x43, 0xb0 | (mode << 1));
      io.write(0x42, count & 0xff, count >> 8);
    };
    const io = portsOf(pit);
    return { clock, pit, speaker, tones, tone, ...io };
  };

  test('records when a tone begins, changes and ends', () => {
    const b = bench();
    b.pit.gate(2).set(true);
    b.speaker.data.set(true);
    expect(b.tones).toEqual([]);
    b.clock.runTo(1000);
    b.tone(3, 1193);
    b.clock.runTo(2000);
    b.write(0x42, 0x54, 0x09);
    b.clock.runTo(3000);
    b.speaker.data.set(false);
    expect(b.tones.map(({ time, frequency }) => [time, Math.round(frequency)])).toEqual([
      [1000, 1000],
      [2000, 500],
      [3000, 0],
    ]);
    expect(b.speaker.peek().tones).toEqual(b.tones);
  });

  test('is silent while the gate is low, in modes that make no wave, and until both bytes are in', () => {
    const b = bench();
    b.speaker.data.set(true);
    b.tone(3, 1193);
    expect(b.speaker.frequency).toBe(0);
    b.pit.gate(2).set(true);
    expect(Math.round(b.speaker.frequency)).toBe(1000);
    b.tone(0, 1193);
    expect(b.speaker.frequency).toBe(0);
    b.write(0x43, 0xb6);
    b.write(0x42, 0xff);
    expect(b.speaker.frequency).toBe(0);
    b.write(0x42, 0xff);
    expect(b.speaker.frequency).toBeCloseTo(1_193_181.8 / 65_535, 3);
  });
});
