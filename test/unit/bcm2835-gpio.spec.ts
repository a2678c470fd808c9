import { describe, expect, test } from 'vitest';
import { Bcm2835Gpio, GPIO_BASE } from '../../devices/bcm2835-gpio.ts';
import { Probe } from './fake-clock.ts';

const [FSEL, SET, CLR, LEV, EDS] = [0x00, 0x1c, 0x28, 0x34, 0x40];
const [REN, FEN, HEN, LEN, AREN, AFEN] = [0x4c, 0x58, 0x64, 0x70, 0x7c, 0x88];
const [PUD, PUDCLK] = [0x94, 0x98];
const ONES = 0xffff_ffff;
/** Pins 32 to 53. */
const HIGH_ONES = 0x003f_ffff;

function bench() {
  const irq = new Probe();
  const lamps: string[] = [];
  const chip = new Bcm2835Gpio({ irq, changed: (pin, level) => void lamps.push(`${pin}${level ? '+' : '-'}`) });
  const window = chip.memory[0]!;
  return {
    chip,
    irq,
    lamps,
    read: (at: number, width: 1 | 2 | 4 = 4) => window.read(GPIO_BASE + at, width) >>> 0,
    write: (at: number, value: number, width: 1 | 2 | 4 = 4) => window.write(GPIO_BASE + at, value >>> 0, width),
  };
}

describe('function select, outputs and levels', () => {
  test('three bits a pin, ten pins a register, four in the last', () => {
    const b = bench();
    for (let n = 0; n < 6; n++) {
      b.write(FSEL + 4 * n, ONES);
      expect(b.read(FSEL + 4 * n)).toBe(n < 5 ? 0x3fff_ffff : 0xfff);
    }
  });

  test('an output follows what is written to set and clear, which read 0', () => {
    const b = bench();
    for (const pin of [0, 9, 10, 31, 32, 47, 53]) {
      const [word, bit] = [pin < 32 ? 0 : 4, (1 << (pin & 31)) >>> 0];
      b.write(FSEL + 4 * Math.floor(pin / 10), 1 << ((pin % 10) * 3));
      b.write(SET + word, bit);
      expect([b.chip.level(pin), b.read(LEV + word) & bit]).toEqual([true, bit | 0]);
      b.write(CLR + word, bit);
      expect([b.chip.level(pin), b.read(SET + word), b.read(CLR + word)]).toEqual([false, 0, 0]);
    }
    // Pins 0, 47 and 53 are pulled up before, and fall when they become outputs.
    expect(b.lamps.join(' ')).toBe('0- 0+ 0- 9+ 9- 10+ 10- 31+ 31- 32+ 32- 47- 47+ 47- 53- 53+ 53-');
  });

  test('the latch is kept while a pin is an input, and shows when it becomes an output', () => {
    const b = bench();
    b.write(SET, 1 << 15);
    expect(b.chip.level(15)).toBe(false);
    b.write(FSEL + 4, 1 << 15);
    expect(b.chip.level(15)).toBe(true);
    expect(b.lamps).toEqual(['15+']);
  });

  test('level is read only', () => {
    const b = bench();
    const before = b.read(LEV);
    b.write(LEV, ~before);
    expect(b.read(LEV)).toBe(before);
  });

  test('narrow accesses reach a part of a register', () => {
    const b = bench();
    b.write(FSEL + 1, 0x12, 1);
    expect([b.read(FSEL), b.read(FSEL + 1, 1), b.read(FSEL, 2)]).toEqual([0x1200, 0x12, 0x1200]);
    b.write(FSEL + 2, 0x0034, 2);
    expect(b.read(FSEL)).toBe(0x0034_1200);
    b.write(FSEL + 4, 1 << 15);
    b.write(SET + 1, 0x80, 1);
    expect(b.chip.level(15)).toBe(true);
  });

  test('what is between and behind the registers reads 0', () => {
    const b = bench();
    for (const at of [0x18, 0x24, 0x30, 0x3c, 0x48, 0x54, 0x60, 0x6c, 0x78, 0x84, 0x90, 0xa0, 0xb0, 0xffc]) {
      b.write(at, ONES);
      expect(b.read(at)).toBe(0);
    }
  });
});

describe('events', () => {
  test.each([
    ['rising', REN, true],
    ['falling', FEN, false],
    ['unsampled rising', AREN, true],
    ['unsampled falling', AFEN, false],
  ])('%s edges', (_, register, rising) => {
    const b = bench();
    b.write(register, 1 << 15);
    expect(b.read(register)).toBe(1 << 15);
    b.chip.press(15, true);
    expect([b.read(EDS), b.irq.level]).toEqual(rising ? [1 << 15, true] : [0, false]);
    b.chip.press(15, false);
    expect([b.read(EDS), b.irq.level]).toEqual([1 << 15, true]);
    b.write(EDS, 1 << 15);
    expect([b.read(EDS), b.irq.level]).toEqual([0, false]);
  });

  test('a high level comes again for as long as it lasts', () => {
    const b = bench();
    b.write(HEN, 1 << 20);
    b.chip.drive(20, 'high');
    b.write(EDS, 1 << 20);
    expect([b.read(EDS), b.irq.level]).toEqual([1 << 20, true]);
    b.chip.drive(20, 'low');
    b.write(EDS, 1 << 20);
    expect([b.read(EDS), b.irq.level]).toEqual([0, false]);
  });

  test('a low level likewise', () => {
    const b = bench();
    b.write(LEN, 1 << 20);
    expect([b.read(EDS), b.irq.level]).toEqual([1 << 20, true]);
    b.chip.drive(20, 'high');
    b.write(EDS, 1 << 20);
    expect([b.read(EDS), b.irq.level]).toEqual([0, false]);
  });

  test('each pin has its own bit, in two registers of 32 and 22', () => {
    const b = bench();
    for (const register of [REN, FEN, HEN, LEN, AREN, AFEN]) {
      b.write(register, ONES);
      b.write(register + 4, ONES);
      expect([b.read(register), b.read(register + 4)]).toEqual([ONES, HIGH_ONES]);
      b.write(register, 0);
      b.write(register + 4, 0);
    }
    b.write(EDS, ONES);
    b.write(EDS + 4, ONES);
    b.write(REN + 4, ONES);
    b.chip.drive(53, 'low');
    b.chip.drive(53, 'high');
    expect([b.read(EDS), b.read(EDS + 4)]).toEqual([0, 1 << 21]);
  });

  test('an output’s own edges count too', () => {
    const b = bench();
    b.write(FSEL + 4, 1 << 15);
    b.write(REN, 1 << 15);
    b.write(SET, 1 << 15);
    expect(b.read(EDS)).toBe(1 << 15);
  });
});

describe('pulls', () => {
  test('at reset 0-8, 34-36 and 46-53 are up, the others down', () => {
    const b = bench();
    expect([b.read(LEV), b.read(LEV + 4)]).toEqual([0x1ff, 0x003f_c01c]);
  });

  test('GPPUD takes effect on the pins whose clock rises', () => {
    const b = bench();
    b.write(PUD, 2);
    expect([b.read(PUD), b.chip.level(15)]).toEqual([2, false]);
    b.write(PUDCLK, 1 << 15);
    expect([b.read(PUDCLK), b.chip.level(15), b.chip.level(16)]).toEqual([1 << 15, true, false]);
    b.write(PUD, 1);
    b.write(PUDCLK, 1 << 15);
    expect(b.chip.level(15)).toBe(true);
    b.write(PUDCLK, 0);
    b.write(PUDCLK + 4, 1 << 2);
    expect([b.chip.level(15), b.chip.level(34), b.chip.level(35)]).toEqual([true, false, true]);
  });

  test('a pin without pull or driver keeps its level', () => {
    const b = bench();
    b.write(PUD, 0);
    b.write(PUDCLK, 1 << 15);
    b.chip.drive(15, 'high');
    b.chip.drive(15, 'open');
    expect(b.chip.level(15)).toBe(true);
  });
});

test('a push button leads to ground where the pull is up, whoever has pulled it up', () => {
  const b = bench();
  b.write(PUD, 2);
  b.write(PUDCLK, 1 << 15);
  b.write(FEN, 1 << 15);
  expect(b.chip.level(15)).toBe(true);
  b.chip.press(15, true);
  expect([b.chip.level(15), b.irq.level]).toEqual([false, true]);
  // The pull that changes while it is held does not rewire it.
  b.write(PUD, 1);
  b.write(PUDCLK, 0);
  b.write(PUDCLK, 1 << 15);
  expect(b.chip.level(15)).toBe(false);
});

test('a push button pulls a pin away from its level at reset', () => {
  const b = bench();
  b.chip.press(4, true);
  b.chip.press(15, true);
  expect([b.chip.level(4), b.chip.level(15)]).toEqual([false, true]);
  b.chip.press(4, false);
  b.chip.press(15, false);
  expect([b.chip.level(4), b.chip.level(15)]).toEqual([true, false]);
  expect(() => b.chip.press(54, true)).toThrow('a BCM2835 has no GPIO 54');
});

test('a loaded chip has the saved one’s future', () => {
  const first = bench();
  first.write(REN, 1 << 15);
  first.chip.press(15, true);
  const second = bench();
  second.chip.load(JSON.parse(JSON.stringify(first.chip.save())));
  expect([second.irq.level, second.read(EDS), second.chip.save()]).toEqual([true, 1 << 15, first.chip.save()]);
});

test('a reset clears registers, but a finger stays on its button', () => {
  const b = bench();
  b.write(REN, 1 << 15);
  b.chip.press(15, true);
  b.chip.reset();
  expect([b.read(REN), b.read(EDS), b.irq.level, b.chip.level(15)]).toEqual([0, 0, false, true]);
});
