/** What chips show without being asked is what they would have answered. */
import { beforeEach, describe, expect, test } from 'vitest';
import { FREE, INTA_CYCLE, MADE, SHOWN, WAITS } from '../../devices/port-latch.ts';
import { INTA_LATCH, INTR, LATCH_FREE, LATCH_MADE, LATCH_WAITS, LATCHED, LATCHES } from '../../emu/core/layout.ts';
import { Pc } from '../../emu/machine/pc.ts';
import { Random } from '../fuzz/random.ts';

const [PIC, IMR, COM1, LSR] = [0x20, 0x21, 0x3f8, 0x3fd] as const;
const OVERRUN = 0x02;

let pc: Pc;
let shown: Uint16Array;

beforeEach(() => {
  pc = new Pc({ ramBytes: 2 << 20 });
  shown = pc.cpu.portLatches;
});

const byteShown = (port: number) => (shown[port]! & SHOWN ? shown[port]! & 0xff : undefined);

test('chip and processor mean the same by an entry', () => {
  expect([SHOWN, FREE, WAITS, MADE]).toEqual([LATCHED, LATCH_FREE, LATCH_WAITS, LATCH_MADE]);
  expect(LATCHES + INTA_CYCLE * shown.BYTES_PER_ELEMENT).toBe(INTA_LATCH);
  expect(shown.length).toBe(INTA_CYCLE + 1);
});

test('after a reset the masks and line status registers of all chips are shown', () => {
  for (const chip of pc.machine.devices) chip.reset();
  const at = [...shown.keys()].filter((port) => shown[port]! & SHOWN);
  expect(at).toEqual([IMR, 0xa1, 0x2ed, 0x2fd, 0x3ed, LSR]);
  expect(byteShown(IMR)).toBe(0xff);
  expect(byteShown(LSR)).toBe(0x60);
});

test('whatever is written, read and received, what is shown is what a read gives', () => {
  const random = new Random(8);
  const { ports, clock } = pc.machine;
  const wrong: object[] = [];
  for (let n = 0; n < 20_000; n++) {
    const port = random.chance(3) ? random.pick([PIC, IMR, 0xa0, 0xa1]) : COM1 + random.below(8);
    const what = random.below(16);
    if (what === 0) pc.pic.acknowledge();
    else if (what === 1) pc.com1.receive(random.below(256));
    else if (what === 2) pc.com1.shiftIn(random.below(256), { parity: random.chance(4) });
    else if (what < 6) ports.read(port, 1);
    else ports.write(port, random.below(256), 1);
    if (random.chance(20)) pc.cpu.passTime(pc.machine.now + random.below(100_000));
    clock.fireDue();
    for (const latched of [IMR, 0xa1, LSR]) {
      const byte = shown[latched]! & 0xff;
      if (shown[latched]! & SHOWN && ports.read(latched, 1) !== byte) wrong.push({ n, port: latched, byte });
    }
  }
  expect(wrong).toEqual([]);
});

test('a register is not shown while reading it would change the chip', () => {
  const { ports } = pc.machine;
  ports.write(PIC, 0x0c, 1); // OCW3: poll
  expect(byteShown(IMR)).toBeUndefined();
  ports.read(PIC, 1);
  expect(byteShown(IMR)).toBe(0xff);

  for (let bytes = 0; bytes < 2; bytes++) {
    pc.com1.shiftIn(0x41);
    pc.cpu.passTime(pc.machine.now + 1_000_000_000);
    pc.machine.clock.fireDue();
  }
  expect(byteShown(LSR)).toBeUndefined();
  expect(ports.read(LSR, 1) & OVERRUN).toBe(OVERRUN);
  expect(byteShown(LSR)).toBe(0x61);
});

test('a loaded board shows what the saved one did', () => {
  pc.machine.ports.write(IMR, 0x5a, 1);
  const saved = pc.saveBoard();
  pc.machine.ports.write(IMR, 0xa5, 1);
  pc.loadBoard(saved);
  expect(byteShown(IMR)).toBe(0x5a);
});

test('while somebody listens to the processor nothing is shown, so that he hears of every access', () => {
  const { ports } = pc.machine;
  ports.listenToCpu(() => {});
  ports.write(IMR, 0x5a, 1);
  expect(shown.every((entry) => entry === 0)).toBe(true);
  ports.listenToCpu(undefined);
  expect(byteShown(IMR)).toBe(0x5a);
});

test('a mask is taken without telling the chip only while no request waits, and the chip finds it when it looks', () => {
  const { ports } = pc.machine;
  for (const word of [0x11, 0x20, 0x04, 0x01]) ports.write(word === 0x11 ? PIC : IMR, word, 1);
  expect(shown[IMR]).toBe(SHOWN | FREE);
  shown[IMR] = shown[IMR]! | 0xee; // as the processor does it: IRQ 0 and 4 let through
  expect(pc.pic.peek().master.imr).toBe(0xee);
  expect(pc.pic.save().master.imr).toBe(0xee);

  const line = pc.wire(1);
  line.set(true);
  expect(shown[IMR]).toBe(SHOWN | 0xee);
  expect(pc.cpu.get(INTR)).toBe(0);
  ports.write(IMR, 0xec, 1);
  expect(pc.cpu.get(INTR)).toBe(1);

  line.set(false);
  expect(shown[IMR]).toBe(SHOWN | FREE | 0xec);
  ports.write(PIC, 0x11, 1);
  expect(shown[IMR]! & FREE).toBe(0); // what comes next is an ICW2
});

describe('what can wait', () => {
  const [IER, LCR, MCR] = [COM1 + 1, COM1 + 3, COM1 + 4] as const;
  const RECEIVED_OR_THR_EMPTY = 0x03;
  const EOI = 0x20;
  /** As the processor marks it. */
  const make = (at: number) => {
    shown[at] = shown[at]! | MADE;
    if (at === INTA_CYCLE) pc.cpu.setIntr(false);
  };

  beforeEach(() => {
    for (const chip of pc.machine.devices) chip.reset();
    const { ports } = pc.machine;
    for (const word of [0x11, 0x20, 0x04, 0x01, 0xe3]) ports.write(word === 0x11 ? PIC : IMR, word, 1);
  });

  test('an INTA cycle, whose vector is known: the level is in service when somebody looks', () => {
    pc.wire(4).set(true);
    expect(shown[INTA_CYCLE]).toBe(WAITS | 0x24);
    make(INTA_CYCLE);
    expect(pc.pic.peek().master).toMatchObject({ edges: 0, isr: 0x10 });
  });

  test('not one in which the slave has a part, nor one that ends the service by itself', () => {
    const { ports } = pc.machine;
    for (const word of [0x11, 0x28, 0x02, 0x01, 0]) ports.write(word === 0x11 ? 0xa0 : 0xa1, word, 1);
    const slaveLine = pc.wire(8);
    slaveLine.set(true);
    expect(shown[INTA_CYCLE]! & WAITS).toBe(0);
    slaveLine.set(false);
    for (const word of [0x11, 0x20, 0x04, 0x03, 0]) ports.write(word === 0x11 ? PIC : IMR, word, 1);
    pc.wire(4).set(true);
    expect([pc.cpu.get(INTR), shown[INTA_CYCLE]! & WAITS]).toEqual([1, 0]);
  });

  test('an EOI while no request waits: the next edge comes after it', () => {
    const line = pc.wire(4);
    line.set(true);
    make(INTA_CYCLE);
    line.set(false);
    expect(shown[PIC]).toBe(WAITS | EOI);
    make(PIC);
    line.set(true);
    expect(pc.cpu.get(INTR)).toBe(1);
    expect(pc.pic.peek().master.isr).toBe(0);
  });

  test('not an EOI while a request waits for it, nor in special mask mode, nor while somebody listens', () => {
    const { ports } = pc.machine;
    const [high, low] = [pc.wire(3), pc.wire(4)];
    high.set(true);
    low.set(true);
    make(INTA_CYCLE);
    high.set(false);
    expect([pc.cpu.get(INTR), shown[PIC]! & WAITS]).toEqual([0, 0]);
    low.set(false);
    expect(shown[PIC]! & WAITS).toBe(WAITS);
    ports.write(PIC, 0x68, 1); // OCW3: special mask mode
    expect(shown[PIC]! & WAITS).toBe(0);
    ports.write(PIC, 0x48, 1);
    expect(shown[PIC]! & WAITS).toBe(WAITS);
    pc.pic.listen({ acknowledged: () => {}, ended: () => {} });
    expect(shown[PIC]! & WAITS).toBe(0);
  });

  test('an EOI that was made before somebody listened is not told to him', () => {
    const line = pc.wire(4);
    line.set(true);
    make(INTA_CYCLE);
    line.set(false);
    make(PIC);
    const heard: number[] = [];
    pc.pic.listen({ acknowledged: () => {}, ended: (level) => heard.push(level) });
    expect(pc.pic.peek().master.isr).toBe(0);
    expect(heard).toEqual([]);
  });

  test('taking a UART’s enables away while its line is low: then nothing raises it', () => {
    const { ports } = pc.machine;
    ports.write(MCR, 0x08, 1); // OUT2
    ports.write(IER, RECEIVED_OR_THR_EMPTY, 1);
    expect(shown[IER]! & WAITS).toBe(0);
    ports.read(COM1 + 2, 1);
    expect(shown[IER]).toBe(WAITS);
    make(IER);
    pc.com1.shiftIn(0x41);
    pc.cpu.passTime(pc.machine.now + 1_000_000_000);
    pc.machine.clock.fireDue();
    expect(pc.com1.lsr & 1).toBe(1);
    expect(pc.wires[4]!.level).toBe(false);
    expect([pc.com1.peek().ier, pc.com1.save().ier, ports.read(IER, 1)]).toEqual([0, 0, 0]);
    ports.write(LCR, 0x80, 1); // DLAB: the divisor is there
    expect(shown[IER]! & WAITS).toBe(0);
  });

  test('what waited is in the saved state', () => {
    pc.wire(4).set(true);
    make(INTA_CYCLE);
    const saved = pc.saveBoard();
    pc.machine.reset();
    pc.loadBoard(saved);
    expect(pc.pic.peek().master.isr).toBe(0x10);
    expect(shown[INTA_CYCLE]! & MADE).toBe(0);
  });
});
