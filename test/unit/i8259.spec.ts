import { describe, expect, test } from 'vitest';
import { I8259, I8259Pair } from '../../devices/i8259.ts';
import { Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';

const EOI = 0x20;
const ALL = [0, 1, 2, 3, 4, 5, 6, 7];

/** One chip at ports 0 and 1, vectors 0x20-0x27, nothing masked. */
function single({ icw1 = 0x13, icw4 = 0x01 } = {}) {
  const int = new Probe();
  const chip = new I8259({ name: 'i8259', port: 0, int, elcr: { port: 2, bits: 0xff } });
  const io = portsOf(chip);
  io.write(0, icw1);
  io.write(1, 0x20);
  if (icw1 & 1) io.write(1, icw4);
  return {
    chip,
    int,
    ...io,
    raise: (...levels: number[]) => levels.forEach((n) => void chip.irq(n).set(true)),
    drop: (...levels: number[]) => levels.forEach((n) => void chip.irq(n).set(false)),
    edge(...levels: number[]): void {
      this.drop(...levels);
      this.raise(...levels);
    },
    inta: () => chip.vector(chip.acknowledge()),
    irr(): number {
      io.write(0, 0x0a);
      return io.read(0);
    },
    isr(): number {
      io.write(0, 0x0b);
      return io.read(0);
    },
    /** The order in which all eight inputs, raised together, are served with non-specific EOIs. */
    order(): number[] {
      this.edge(...ALL);
      return ALL.map(() => {
        const level = chip.acknowledge();
        io.write(0, EOI);
        return level;
      });
    },
  };
}

/** The PC's pair as its kernel sets it up: vectors 0x20-0x2f, nothing masked. */
function pair({ icw4Master = 0x01 } = {}) {
  const int = new Probe();
  const chips = new I8259Pair({ int });
  const io = portsOf(chips);
  io.write(0x20, 0x11);
  io.write(0x21, 0x20, 0x04, icw4Master);
  io.write(0xa0, 0x11);
  io.write(0xa1, 0x28, 0x02, 0x01);
  const edge = (n: number) => {
    chips.irq(n).set(false);
    chips.irq(n).set(true);
  };
  return { chips, int, ...io, edge };
}

describe('8259A initialisation', () => {
  test('is silent before its ICWs', () => {
    const int = new Probe();
    const chip = new I8259({ name: 'i8259', port: 0, int });
    chip.irq(3).set(true);
    expect(int.level).toBe(false);
  });

  test('ICW1 clears the mask, what is in service, and the edges seen so far', () => {
    const p = single();
    p.write(1, 0xff);
    p.raise(3);
    p.write(0, 0x13);
    p.write(1, 0x40, 0x01);
    expect([p.read(1), p.irr(), p.isr()]).toEqual([0, 0, 0]);
    p.edge(3);
    expect(p.inta()).toBe(0x43);
  });

  test('the low three bits of ICW2 do not matter in 8086 mode', () => {
    const p = single();
    p.write(0, 0x13);
    p.write(1, 0x37, 0x01);
    p.raise(2);
    expect(p.inta()).toBe(0x32);
  });

  test('without IC4 the chip is in MCS-80 mode, and the second INTA gives the low byte of a CALL address', () => {
    const every4 = single({ icw1: 0x16 | 0xa0 });
    every4.raise(5);
    expect(every4.inta()).toBe(0xa0 | (5 << 2));
    const every8 = single({ icw1: 0x12 | 0xc0 });
    every8.raise(5);
    expect(every8.inta()).toBe(0xc0 | (5 << 3));
  });

  test('ICW3 is asked for only when there is a cascade, ICW4 only when ICW1 said so', () => {
    const p = single();
    p.write(0, 0x10);
    p.write(1, 0x50, 0x00);
    p.write(1, 0xa5);
    expect(p.read(1)).toBe(0xa5);
  });
});

describe('8259A requests', () => {
  test('a rising edge sets IRR and INT; INTA moves it to ISR', () => {
    const p = single();
    p.raise(4);
    expect([p.int.level, p.irr(), p.isr()]).toEqual([true, 0x10, 0]);
    expect(p.inta()).toBe(0x24);
    expect([p.int.level, p.irr(), p.isr()]).toEqual([false, 0, 0x10]);
  });

  test('an input that stays high does not ask again in edge mode', () => {
    const p = single();
    p.raise(4);
    p.inta();
    p.write(0, EOI);
    expect(p.int.level).toBe(false);
    p.edge(4);
    expect(p.int.level).toBe(true);
  });

  test.each([
    ['LTIM', { icw1: 0x1b }, 0x00],
    ['the ELCR', {}, 0x10],
  ])('an input that stays high asks again in level mode, by %s', (_, options, elcr) => {
    const p = single(options);
    p.write(2, elcr);
    p.raise(4);
    p.inta();
    expect(p.irr()).toBe(0x10);
    p.write(0, EOI);
    expect(p.int.level).toBe(true);
    p.drop(4);
    expect([p.int.level, p.irr()]).toEqual([false, 0]);
  });

  test('a masked request is remembered, and asks when it is unmasked', () => {
    const p = single();
    p.write(1, 0x10);
    p.raise(4);
    expect([p.int.level, p.irr()]).toEqual([false, 0x10]);
    p.write(1, 0);
    expect(p.int.level).toBe(true);
  });

  test('a request that goes away before INTA takes INT with it, and INTA then gives level 7 with no ISR bit', () => {
    const p = single();
    p.raise(3);
    p.drop(3);
    expect(p.int.level).toBe(false);
    expect(p.inta()).toBe(0x27);
    expect(p.isr()).toBe(0);
  });
});

describe('8259A priorities', () => {
  test('fully nested: IR0 is highest, and a level in service keeps out itself and all below', () => {
    const p = single();
    p.raise(4);
    p.inta();
    p.edge(4);
    p.raise(6);
    expect(p.int.level).toBe(false);
    p.raise(2);
    expect(p.inta()).toBe(0x22);
    expect(p.isr()).toBe(0x14);
  });

  test('a non-specific EOI ends the highest level in service', () => {
    const p = single();
    p.raise(4);
    p.inta();
    p.raise(2);
    p.inta();
    p.write(0, EOI);
    expect(p.isr()).toBe(0x10);
    p.write(0, EOI);
    expect(p.isr()).toBe(0);
  });

  test('a specific EOI ends the level it names', () => {
    const p = single();
    p.raise(4);
    p.inta();
    p.raise(2);
    p.inta();
    p.write(0, 0x64);
    expect(p.isr()).toBe(0x04);
  });

  test('an EOI with nothing in service does nothing', () => {
    const p = single();
    p.write(0, EOI);
    p.write(0, 0xa0);
    expect(p.order()).toEqual(ALL);
  });

  test('set priority: the level named becomes the lowest', () => {
    const p = single();
    p.write(0, 0xc4);
    expect(p.order()).toEqual([5, 6, 7, 0, 1, 2, 3, 4]);
  });

  test('rotate on non-specific EOI: the level just served becomes the lowest', () => {
    const p = single();
    p.raise(2);
    p.inta();
    p.write(0, 0xa0);
    expect(p.order()).toEqual([3, 4, 5, 6, 7, 0, 1, 2]);
  });

  test('rotate on specific EOI', () => {
    const p = single();
    p.raise(2);
    p.inta();
    p.write(0, 0xe2);
    expect(p.isr()).toBe(0);
    expect(p.order()).toEqual([3, 4, 5, 6, 7, 0, 1, 2]);
  });

  test('OCW2 with SL alone is no operation', () => {
    const p = single();
    p.raise(2);
    p.inta();
    p.write(0, 0x42);
    expect(p.isr()).toBe(0x04);
  });

  test('automatic EOI: nothing is ever seen in service', () => {
    const p = single({ icw4: 0x03 });
    p.raise(2, 5);
    expect([p.inta(), p.isr(), p.inta(), p.isr()]).toEqual([0x22, 0, 0x25, 0]);
  });

  test('rotate in automatic EOI mode, set and cleared', () => {
    const p = single({ icw4: 0x03 });
    p.write(0, 0x80);
    p.raise(2);
    p.inta();
    p.edge(1, 2, 3);
    expect([p.inta(), p.inta(), p.inta()]).toEqual([0x23, 0x21, 0x22]);
    p.write(0, 0x00, 0xc7);
    p.edge(1, 2);
    p.inta();
    p.edge(1);
    expect(p.inta()).toBe(0x21);
  });

  test('special mask mode: a level in service that is masked lets the lower ones through', () => {
    const p = single();
    p.raise(2);
    p.inta();
    p.write(1, 0x04);
    p.raise(6);
    expect(p.int.level).toBe(false);
    p.write(0, 0x68);
    expect(p.int.level).toBe(true);
    expect(p.inta()).toBe(0x26);
    // A non-specific EOI passes over the masked level, though it is the highest.
    p.write(0, EOI);
    expect(p.isr()).toBe(0x04);
    p.write(0, 0x48);
    p.write(0, EOI);
    expect(p.isr()).toBe(0);
  });

  test('OCW3 without ESMM leaves special mask mode as it is', () => {
    const p = single();
    p.write(0, 0x68, 0x28, 0x08);
    expect(p.chip.peek().specialMask).toBe(true);
  });
});

describe('8259A reading', () => {
  test('OCW3 chooses IRR or ISR, and the choice lasts', () => {
    const p = single();
    p.raise(1);
    p.inta();
    p.raise(6);
    expect([p.isr(), p.read(0), p.irr(), p.read(0)]).toEqual([0x02, 0x02, 0x40, 0x40]);
  });

  test('poll: the next read is an INTA that gives the level with bit 7', () => {
    const p = single();
    p.raise(6);
    p.write(0, 0x0c);
    expect(p.read(0)).toBe(0x86);
    expect(p.isr()).toBe(0x40);
    p.write(0, 0x0c);
    expect(p.read(1)).toBe(0);
    expect(p.read(1)).toBe(0);
  });
});

describe('the pair', () => {
  test.each([0, 1, 3, 4, 5, 6, 7])('IRQ %i is vector 0x20 + n', (n) => {
    const p = pair();
    p.edge(n);
    expect(p.int.level).toBe(true);
    expect(p.chips.acknowledge()).toBe(0x20 + n);
    expect(p.int.level).toBe(false);
  });

  test.each([8, 9, 10, 11, 12, 13, 14, 15])('IRQ %i comes through the cascade and takes two EOIs', (n) => {
    const p = pair();
    p.edge(n);
    expect(p.chips.acknowledge()).toBe(0x20 + n);
    expect(p.chips.peek().slave.isr).toBe(1 << (n - 8));
    expect(p.chips.peek().master.isr).toBe(0x04);
    p.write(0xa0, EOI);
    p.edge(n);
    expect(p.int.level).toBe(false);
    p.write(0x20, EOI);
    expect(p.int.level).toBe(true);
  });

  test('there is no IRQ 2: it is the cascade', () => {
    expect(() => pair().chips.irq(2)).toThrow(RangeError);
    expect(() => pair().chips.irq(16)).toThrow(RangeError);
  });

  test('masking IRQ 2 stops all of the slave’s, which remembers them', () => {
    const p = pair();
    p.write(0x21, 0x04);
    for (let n = 8; n < 16; n++) p.edge(n);
    expect(p.int.level).toBe(false);
    expect(p.chips.slave.irr).toBe(0xff);
    p.edge(7);
    expect(p.chips.acknowledge()).toBe(0x27);
    p.write(0x20, EOI);
    p.write(0x21, 0x00);
    expect(p.chips.acknowledge()).toBe(0x28);
  });

  test('IRQ 8 comes before IRQ 3 and after IRQ 1', () => {
    const p = pair({ icw4Master: 0x03 });
    p.edge(3);
    p.edge(8);
    p.edge(1);
    expect([p.chips.acknowledge(), p.chips.acknowledge(), p.chips.acknowledge()]).toEqual([0x21, 0x28, 0x23]);
  });

  test('spurious 7: INTA without a request leaves no trace in the ISR', () => {
    const p = pair();
    expect(p.chips.acknowledge()).toBe(0x27);
    expect(p.chips.peek().master.isr).toBe(0);
  });

  test('spurious 15: the slave has lost its request, the master has not', () => {
    const p = pair();
    // The master has seen the slave's INT; between its two INTA cycles the slave's own input falls.
    p.chips.master.irq(2).set(true);
    expect(p.chips.acknowledge()).toBe(0x2f);
    expect(p.chips.peek().slave.isr).toBe(0);
    expect(p.chips.peek().master.isr).toBe(0x04);
  });

  test('a second edge on the slave during service of the first waits, unless the master is special fully nested', () => {
    const plain = pair();
    plain.edge(12);
    plain.chips.acknowledge();
    plain.edge(9);
    expect(plain.int.level).toBe(false);
    const special = pair({ icw4Master: 0x11 });
    special.edge(12);
    special.chips.acknowledge();
    special.edge(9);
    expect(special.int.level).toBe(true);
    expect(special.chips.acknowledge()).toBe(0x29);
    special.edge(3);
    expect(special.int.level).toBe(false);
  });

  test('a slave with another id than its input stays silent, and the bus floats', () => {
    const p = pair();
    p.write(0xa0, 0x11);
    p.write(0xa1, 0x28, 0x03, 0x01);
    p.edge(9);
    expect(p.chips.acknowledge()).toBe(0xff);
  });

  test('the ELCR keeps IRQ 0, 1, 2, 8 and 13 edge triggered', () => {
    const p = pair();
    p.write(0x4d0, 0xff);
    p.write(0x4d1, 0xff);
    expect([p.read(0x4d0), p.read(0x4d1)]).toEqual([0xf8, 0xde]);
  });

  test('buffered mode names master and slave itself', () => {
    const p = pair({ icw4Master: 0x09 });
    p.edge(9);
    // Told to be a slave, the first chip no longer leads the cascade: it answers alone.
    expect(p.chips.acknowledge()).toBe(0x22);
    const q = pair({ icw4Master: 0x0d });
    q.edge(9);
    expect(q.chips.acknowledge()).toBe(0x29);
  });

  test('save and load keep the future, INT included', () => {
    const p = pair();
    p.edge(4);
    p.edge(9);
    const q = pair();
    q.chips.load(p.chips.save());
    expect(q.int.level).toBe(true);
    expect([q.chips.acknowledge(), p.chips.acknowledge()]).toEqual([0x29, 0x29]);
    expect(q.chips.peek()).toEqual(p.chips.peek());
    q.chips.reset();
    expect(q.int.level).toBe(false);
  });
});
