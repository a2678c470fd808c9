import { describe, expect, test } from 'vitest';
import { ParallelPort, ParallelWrapPlug } from '../../devices/parallel-port.ts';
import { Printer } from '../../devices/printer.ts';
import { FakeClock, Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';

const [DATA, STATUS, CONTROL] = [0x378, 0x379, 0x37a];

function bench() {
  const irq = new Probe();
  const port = new ParallelPort({ irq });
  return { port, irq, ...portsOf(port) };
}

function printing() {
  const clock = new FakeClock();
  const paper: number[] = [];
  const b = bench();
  const printer = new Printer({ clock, port: b.port, print: (byte) => void paper.push(byte) });
  b.port.connect(printer);
  const print = (byte: number, control = 0x0c) => b.write(DATA, byte) ?? b.write(CONTROL, control | 1, control);
  return { ...b, clock, printer, paper, print };
}

describe('parallel port: registers', () => {
  test('data reads back what was written', () => {
    const b = bench();
    for (const value of [0x00, 0x5a, 0xa5, 0xff]) {
      b.write(DATA, value);
      expect(b.read(DATA)).toBe(value);
    }
  });

  test('control reads back bits 0-5, and ones above', () => {
    const b = bench();
    for (const bit of [0, 1, 2, 3, 4, 5]) {
      b.write(CONTROL, 1 << bit);
      expect(b.read(CONTROL)).toBe(0xc0 | (1 << bit));
    }
    b.write(CONTROL, 0xc0);
    expect(b.read(CONTROL)).toBe(0xc0);
  });

  test('with bit 5 of control set the data wires are inputs', () => {
    const b = bench();
    b.port.setInputs({ data: 0x3c });
    b.write(DATA, 0x55);
    b.write(CONTROL, 0x20);
    expect(b.read(DATA)).toBe(0x3c);
    b.write(CONTROL, 0x00);
    expect(b.read(DATA)).toBe(0x55);
  });

  test('status shows the wires, BUSY inverted; writing it does nothing', () => {
    const b = bench();
    const idle = { busy: false, acknowledge: false, paperOut: false, selected: false, error: false };
    const status = (wires: object) => {
      b.port.setInputs({ ...idle, ...wires });
      b.write(STATUS, 0x00);
      return b.read(STATUS);
    };
    expect(status({})).toBe(0xcf);
    expect(status({ busy: true })).toBe(0x4f);
    expect(status({ acknowledge: true })).toBe(0x8f);
    expect(status({ paperOut: true })).toBe(0xef);
    expect(status({ selected: true })).toBe(0xdf);
    expect(status({ error: true })).toBe(0xc7);
  });

  test('with no cable all wires are pulled high', () => {
    expect(bench().read(STATUS)).toBe(0x7f);
  });
});

describe('parallel port: interrupt', () => {
  test('comes with the end of nACK, and lasts until status is read', () => {
    const b = bench();
    b.write(CONTROL, 0x1c);
    b.port.setInputs({ acknowledge: true });
    expect(b.irq.level).toBe(false);
    b.port.setInputs({ acknowledge: false });
    expect(b.irq.level).toBe(true);
    expect(b.read(STATUS) & 0x04).toBe(0);
    expect([b.irq.level, b.read(STATUS) & 0x04]).toEqual([false, 0x04]);
  });

  test('does not come while bit 4 of control is clear, and clearing it takes it back', () => {
    const b = bench();
    const acknowledge = () => {
      b.port.setInputs({ acknowledge: true });
      b.port.setInputs({ acknowledge: false });
    };
    acknowledge();
    expect(b.irq.level).toBe(false);
    b.write(CONTROL, 0x1c);
    acknowledge();
    expect(b.irq.level).toBe(true);
    b.write(CONTROL, 0x0c);
    expect(b.irq.level).toBe(false);
  });
});

describe('printer', () => {
  test('takes a byte at the strobe, is busy, acknowledges, and is ready', () => {
    const b = printing();
    b.print(0x41, 0x1c);
    expect(b.paper).toEqual([0x41]);
    expect(b.read(STATUS) & 0xc0).toBe(0x40);
    b.clock.runMicroseconds(20);
    expect(b.read(STATUS) & 0xc0).toBe(0x00);
    b.clock.runMicroseconds(5);
    expect([b.irq.level, b.read(STATUS)]).toEqual([true, 0xdb]);
  });

  test('a strobe while it is busy is lost, and so is one without paper or off line', () => {
    const b = printing();
    b.print(0x41);
    b.print(0x42);
    b.clock.runMicroseconds(100);
    b.printer.set({ paperOut: true });
    expect(b.read(STATUS) & 0xb8).toBe(0x30);
    b.print(0x43);
    b.printer.set({ paperOut: false, online: false });
    expect(b.read(STATUS) & 0xb8).toBe(0x00);
    b.print(0x44);
    b.printer.set({ online: true });
    b.print(0x45);
    expect(b.paper).toEqual([0x41, 0x45]);
  });

  test('nINIT makes it ready at once', () => {
    const b = printing();
    b.print(0x41);
    b.write(CONTROL, 0x08);
    expect(b.read(STATUS) & 0x80).toBe(0x80);
  });

  test('a loaded printer goes on being busy for as long', () => {
    const b = printing();
    b.print(0x41);
    b.clock.runMicroseconds(7);
    const second = printing();
    second.clock.now = b.clock.now;
    second.printer.load(b.printer.save());
    second.port.load(b.port.save());
    for (const one of [b, second]) one.clock.runMicroseconds(13);
    expect([b.read(STATUS), second.read(STATUS)]).toEqual([0x1f, 0x1f]);
    expect(second.printer.save()).toEqual(b.printer.save());
  });
});

test('the wrap plug leads each output to an input', () => {
  const b = bench();
  b.port.connect(new ParallelWrapPlug(b.port));
  const statusOf = (control: number, data: number) => {
    b.write(DATA, data);
    b.write(CONTROL, control);
    return b.read(STATUS) & 0xf8;
  };
  // Select, paper and busy follow pins that invert their bits; nACK follows nINIT, nERROR follows data bit 0.
  expect(statusOf(0x00, 0x00)).toBe(0x30);
  expect(statusOf(0x04, 0x01)).toBe(0x78);
  expect(statusOf(0x0f, 0x01)).toBe(0xc8);
});
