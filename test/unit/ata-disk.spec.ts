import { describe, expect, test } from 'vitest';
import { AtaDisk } from '../../devices/ata-disk.ts';
import { DiskImage, geometryOf } from '../../devices/disk-image.ts';
import { FakeClock, Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';

const [DATA, ERROR, COUNT, LOW, MIDDLE, HIGH, HEAD, STATUS] = [
  0x1f0, 0x1f1, 0x1f2, 0x1f3, 0x1f4, 0x1f5, 0x1f6, 0x1f7,
] as const;
const CONTROL = 0x3f6;
const [BSY, READY, DRQ, FAILED] = [0x80, 0x50, 0x58, 0x51] as const;
const [IDNF, ABRT] = [0x10, 0x04] as const;
const LBA = 0xe0;
const SECTOR = 512;

/** Two cylinders of 16 heads and 63 sectors; each sector begins with its own number. */
function bench(sectors = 2 * 16 * 63) {
  const bytes = new Uint8Array(sectors * SECTOR);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < sectors; n++) view.setUint32(n * SECTOR, n, true);
  const clock = new FakeClock(1_000_000);
  const irq = new Probe();
  const disk = new AtaDisk({ clock, irq, image: new DiskImage(bytes) });
  const io = portsOf(disk);
  const window = disk.ports[0]!;
  const wait = () => clock.runTo(clock.now + 3000);
  const words = (n: number) => Array.from({ length: n }, () => window.readWide!(DATA, 2));
  const address = (sector: number, count = 1) => {
    io.write(COUNT, count);
    io.write(LOW, sector & 0xff);
    io.write(MIDDLE, (sector >> 8) & 0xff);
    io.write(HIGH, (sector >> 16) & 0xff);
    io.write(HEAD, LBA | (sector >> 24));
  };
  return {
    clock,
    irq,
    disk,
    bytes,
    ...io,
    window,
    wait,
    words,
    address,
    command(code: number): number {
      io.write(STATUS, code);
      wait();
      return io.read(CONTROL);
    },
    /** Double words of the data register. */
    take: (bytes: number) => Array.from({ length: bytes / 4 }, () => window.readWide!(DATA, 4)),
    give(bytes: number, value: number): void {
      for (let i = 0; i < bytes; i += 4) window.writeWide!(DATA, value, 4);
    },
    registers: () => [COUNT, LOW, MIDDLE, HIGH, HEAD].map((port) => io.read(port)),
  };
}

describe('the registers', () => {
  test('hold what is written; device/head has two ones', () => {
    const b = bench();
    for (let bit = 1; bit < 0x100; bit *= 2) {
      for (const port of [COUNT, LOW, MIDDLE, HIGH]) {
        b.write(port, bit);
        expect([port, b.read(port)]).toEqual([port, bit]);
      }
      if (bit !== 0x10) {
        b.write(HEAD, bit);
        expect(b.read(HEAD)).toBe(bit | 0xa0);
      }
    }
  });

  test('after power-on they have the signature of a disk, and it is ready', () => {
    const b = bench();
    expect([b.read(ERROR), ...b.registers()]).toEqual([1, 1, 1, 0, 0, 0xa0]);
    expect(b.read(STATUS)).toBe(READY);
  });

  test('the data register is sixteen bits wide: a byte of it is nothing', () => {
    const b = bench();
    b.address(0);
    b.command(0x20);
    expect(b.read(DATA)).toBe(0xff);
    b.write(DATA, 0x12);
    expect(b.words(1)).toEqual([0]);
  });

  test('words at the other registers are two of them', () => {
    const b = bench();
    b.window.writeWide!(LOW, 0x3412, 2);
    expect([b.read(LOW), b.read(MIDDLE), b.window.readWide!(LOW, 2)]).toEqual([0x12, 0x34, 0x3412]);
  });

  test('while it is busy, every register reads as the status, and nothing can be written', () => {
    const b = bench();
    b.address(5);
    b.write(STATUS, 0x20);
    expect([ERROR, COUNT, LOW, HEAD, STATUS, CONTROL].map((port) => b.read(port))).toEqual(new Array(6).fill(BSY));
    b.write(LOW, 0x77);
    b.wait();
    expect(b.read(LOW)).toBe(5);
  });

  test('device 1 is not there: its status is 0 and its commands are ignored', () => {
    const b = bench();
    b.write(HEAD, 0xf0);
    expect([b.read(STATUS), b.read(CONTROL)]).toEqual([0, 0]);
    b.write(STATUS, 0xec);
    b.wait();
    expect([b.read(STATUS), b.irq.level]).toEqual([0, false]);
    b.write(HEAD, 0xe0);
    expect(b.read(STATUS)).toBe(READY);
  });
});

describe('reading', () => {
  test('a sector: busy, then data and INTRQ, which a read of the status ends', () => {
    const b = bench();
    b.address(1000);
    b.write(STATUS, 0x20);
    expect([b.read(STATUS), b.irq.level]).toEqual([BSY, false]);
    b.wait();
    expect([b.read(CONTROL), b.irq.level]).toEqual([DRQ, true]);
    expect([b.read(STATUS), b.irq.level]).toEqual([DRQ, false]);
    expect(b.take(SECTOR)[0]).toBe(1000);
    expect([b.read(STATUS), b.irq.level]).toEqual([READY, false]);
    expect(b.words(1)).toEqual([0xffff]);
  });

  test('several sectors: an interrupt for each; a count of 0 is 256', () => {
    const b = bench();
    b.address(7, 0);
    b.command(0x20);
    for (let n = 7; n < 7 + 256; n++) {
      expect([b.irq.level, b.read(STATUS), b.take(SECTOR)[0]]).toEqual([true, DRQ, n]);
      b.wait();
    }
    expect([b.irq.level, b.read(STATUS)]).toEqual([false, READY]);
    expect(b.registers()).toEqual([0, (7 + 255) & 0xff, 1, 0, 0xe0]);
  });

  test('by cylinder, head and sector, in the default translation or one that is set', () => {
    const b = bench();
    const at = (cylinder: number, head: number, sector: number) => {
      b.write(COUNT, 1);
      b.write(LOW, sector);
      b.write(MIDDLE, cylinder);
      b.write(HIGH, cylinder >> 8);
      b.write(HEAD, 0xa0 | head);
      return b.command(0x20) === DRQ ? b.take(SECTOR)[0] : b.read(ERROR);
    };
    expect(at(1, 2, 3)).toBe((16 + 2) * 63 + 2);
    b.write(COUNT, 10);
    b.write(HEAD, 0xa3);
    expect(b.command(0x91)).toBe(READY);
    expect(at(1, 2, 3)).toBe((4 + 2) * 10 + 2);
    expect([at(0, 0, 0), at(0, 0, 11), at(0, 4, 1)]).toEqual([IDNF, IDNF, IDNF]);
    b.write(COUNT, 0);
    expect([b.command(0x91), b.read(ERROR)]).toEqual([FAILED, ABRT]);
  });

  test('beyond the end there is no sector, and the registers say which', () => {
    const b = bench();
    b.address(2 * 16 * 63 - 1, 3);
    expect(b.command(0x20)).toBe(DRQ);
    b.take(SECTOR);
    b.wait();
    expect([b.read(STATUS), b.read(ERROR), b.read(LOW), b.read(COUNT)]).toEqual([
      FAILED,
      IDNF,
      (2 * 16 * 63) & 0xff,
      2,
    ]);
    b.address(0x0fff_ffff);
    expect([b.command(0x40), b.read(ERROR), b.irq.level]).toEqual([FAILED, IDNF, true]);
  });

  test('multiple: blocks of as many sectors as were set, and not before any were', () => {
    const b = bench();
    b.address(0, 5);
    expect([b.command(0xc4), b.read(ERROR)]).toEqual([FAILED, ABRT]);
    for (const [count, status] of [
      [3, FAILED],
      [32, FAILED],
      [4, READY],
    ] as const) {
      b.write(COUNT, count);
      expect(b.command(0xc6)).toBe(status);
    }
    b.address(10, 5);
    b.command(0xc4);
    b.read(STATUS);
    expect(b.take(4 * SECTOR).filter((_, i) => i % 128 === 0)).toEqual([10, 11, 12, 13]);
    b.wait();
    expect([b.irq.level, b.take(SECTOR)[0], b.read(STATUS)]).toEqual([true, 14, READY]);
  });
});

describe('writing', () => {
  test('the first block is asked for at once, without an interrupt; each that is stored has one', () => {
    const b = bench();
    b.address(20, 2);
    b.write(STATUS, 0x30);
    expect([b.read(STATUS), b.irq.level]).toEqual([DRQ, false]);
    b.give(SECTOR, 0x1122_3344);
    expect([b.irq.level, b.read(STATUS)]).toEqual([true, DRQ]);
    b.give(SECTOR, 0x5566_7788);
    expect([b.irq.level, b.read(STATUS)]).toEqual([true, READY]);
    b.address(20, 2);
    b.command(0x20);
    expect(new Set(b.take(SECTOR))).toEqual(new Set([0x1122_3344]));
    b.wait();
    expect(new Set(b.take(SECTOR))).toEqual(new Set([0x5566_7788]));
  });

  test('the image is not changed; what is, can be had', () => {
    const b = bench();
    b.address(3);
    b.write(STATUS, 0x30);
    b.give(SECTOR, 0xffff_ffff);
    b.wait();
    expect(b.bytes[3 * SECTOR]).toBe(3);
    expect(b.disk.changes.map(({ sector, bytes }) => [sector, bytes.length, bytes[0]])).toEqual([[3, SECTOR, 0xff]]);
    b.disk.reset();
    expect(b.disk.changes.length).toBe(1);
  });

  test('a sector that does not exist fails without asking for data', () => {
    const b = bench();
    b.address(0xffff_ff);
    expect([b.command(0x30), b.read(ERROR)]).toEqual([FAILED, IDNF]);
  });

  test('multiple', () => {
    const b = bench();
    b.write(COUNT, 2);
    b.command(0xc6);
    b.address(1, 3);
    b.write(STATUS, 0xc5);
    b.give(2 * SECTOR, 1);
    b.wait();
    expect(b.read(STATUS)).toBe(DRQ);
    b.give(SECTOR, 2);
    b.wait();
    expect([b.read(STATUS), b.disk.changes.map(({ sector }) => sector)]).toEqual([READY, [1, 2, 3]]);
  });
});

describe('the other commands', () => {
  test('identify device tells geometry, sectors and what can be done', () => {
    const b = bench();
    expect(b.command(0xec)).toBe(DRQ);
    const words = b.words(256);
    expect([words[0], words[1], ...words.slice(3, 7)]).toEqual([0x40, 2, 16, 63 * SECTOR, SECTOR, 63]);
    expect([words[60]! | (words[61]! << 16), words[49]! & 0x200, words[47]]).toEqual([2016, 0x200, 0x8010]);
    expect([words[54], words[55], words[56], words[57]]).toEqual([2, 16, 63, 2016]);
    const model = words.slice(27, 47).flatMap((word) => [word >> 8, word & 0xff]);
    expect(String.fromCharCode(...model).trim()).toBe('TRAPGATE DISK');
    expect(b.read(STATUS)).toBe(READY);
  });

  test.each([0x10, 0x1f, 0x70, 0x7f, 0xe0, 0xe1, 0xe2, 0xe3, 0xe6, 0xe7, 0xef])('%i is done', (code) => {
    const b = bench();
    b.address(1);
    expect([b.command(code), b.irq.level]).toEqual([READY, true]);
  });

  test('check power mode: active; read native max: the last sector', () => {
    const b = bench();
    b.address(0);
    expect([b.command(0xe5), b.read(COUNT)]).toEqual([READY, 0xff]);
    expect([b.command(0xf8), b.registers().slice(1)]).toEqual([READY, [2015 & 0xff, 2015 >> 8, 0, 0xe0]]);
  });

  test.each([0x00, 0x25, 0x35, 0xa0, 0xa1, 0xc8, 0xca, 0xff])('%i is none of its', (code) => {
    const b = bench();
    b.address(1);
    expect([b.command(code), b.read(ERROR), b.irq.level]).toEqual([FAILED, ABRT, true]);
  });

  test('the diagnostic passes, also for a device 1 that is not there', () => {
    const b = bench();
    b.write(HEAD, 0xb5);
    expect(b.command(0x90)).toBe(READY);
    expect([b.read(ERROR), ...b.registers()]).toEqual([1, 1, 1, 0, 0, 0xa0]);
  });
});

describe('device control', () => {
  test('nIEN holds INTRQ back', () => {
    const b = bench();
    b.write(CONTROL, 0x02);
    b.address(0);
    b.command(0x20);
    expect(b.irq.level).toBe(false);
    b.write(CONTROL, 0x00);
    expect(b.irq.level).toBe(true);
  });

  test('SRST stops what is going on, and ends in the signature and the default translation', () => {
    const b = bench();
    b.write(COUNT, 10);
    b.write(HEAD, 0xa3);
    b.command(0x91);
    b.address(9, 2);
    b.command(0x20);
    b.write(CONTROL, 0xfd); // of the bits but nIEN only SRST counts
    b.wait();
    expect([b.read(CONTROL), b.irq.level]).toEqual([BSY, false]);
    b.write(CONTROL, 0x00);
    expect(b.read(CONTROL)).toBe(BSY);
    b.wait();
    expect([b.read(CONTROL), b.read(ERROR), ...b.registers()]).toEqual([READY, 1, 1, 1, 0, 0, 0xa0]);
    expect(b.disk.peek().translation).toEqual({ cylinders: 2, heads: 16, sectors: 63 });
  });
});

describe('disk images', () => {
  test('of a diskette’s size have its geometry', () => {
    expect(geometryOf(2880)).toEqual({ cylinders: 80, heads: 2, sectors: 18 });
    expect(geometryOf(720)).toEqual({ cylinders: 40, heads: 2, sectors: 9 });
    expect(geometryOf(2881)).toEqual({ cylinders: 2, heads: 16, sectors: 63 });
    expect(geometryOf(1)).toEqual({ cylinders: 1, heads: 16, sectors: 63 });
    expect(geometryOf(2 ** 28)).toEqual({ cylinders: 16_383, heads: 16, sectors: 63 });
  });

  test('are filled up to whole sectors', () => {
    const image = new DiskImage(Uint8Array.of(1, 2, 3));
    expect([image.sectors, image.read(0, {}).slice(0, 4), image.read(0, {}).length]).toEqual([1, [1, 2, 3, 0], 512]);
    expect(() => new DiskImage(new Uint8Array(0))).toThrow('a disk of 0 bytes');
  });
});

test('a saved disk has the future the first one has', () => {
  const b = bench();
  b.address(30, 2);
  b.write(STATUS, 0x30);
  b.give(SECTOR, 0x0101_0101);
  const c = bench();
  c.clock.now = b.clock.now;
  c.disk.load(JSON.parse(JSON.stringify(b.disk.save())));
  for (const { give, wait, read } of [b, c]) {
    wait();
    give(SECTOR, 0x0202_0202);
    wait();
    expect(read(STATUS)).toBe(READY);
  }
  expect(c.disk.save()).toEqual(b.disk.save());
  expect(c.irq.level).toBe(b.irq.level);
});
