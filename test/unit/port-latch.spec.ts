/** What chips show without being asked is what they would have answered. */
import { beforeEach, expect, test } from 'vitest';
import { FREE, SHOWN } from '../../devices/port-latch.ts';
import { INTR, LATCH_FREE, LATCHED } from '../../emu/core/layout.ts';
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
  expect(SHOWN).toBe(LATCHED);
  expect(FREE).toBe(LATCH_FREE);
});

test('after a reset the masks and line status registers of all chips are shown', () => {
  for (const chip of pc.machine.devices) chip.reset();
  const at = [...shown.keys()].filter((port) => shown[port] !== 0);
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
      if (shown[latched] && ports.read(latched, 1) !== byte) wrong.push({ n, port: latched, byte });
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
