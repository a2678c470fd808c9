import { describe, expect, test } from 'vitest';
import { Uart16550 } from '../../devices/uart16550.ts';
import { FakeClock, Probe } from './fake-clock.ts';
import { portsOf } from './ports.ts';

const [RBR, IER, IIR, LCR, MCR, LSR, MSR, SCR] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const [THR, FCR] = [0, 2] as const;
/** 1,152,000 instructions a second: at 115,200 baud, ten to a bit and a hundred to a character of 8N1. */
const FREQUENCY = 1_152_000;
const CHARACTER = 100;

function bench({ paced = true, connected = true } = {}) {
  const clock = new FakeClock(FREQUENCY);
  const irq = new Probe();
  const sent: number[] = [];
  const heard: string[] = [];
  const waiting: number[] = [];
  const uart: Uart16550 = new Uart16550({
    clock,
    name: 'com1',
    port: 0,
    irq,
    paced,
    ...(connected && {
      peer: {
        transmit: (byte) => void sent.push(byte),
        modem: (l) => void heard.push(`${l.dtr ? 'dtr ' : ''}${l.rts ? 'rts ' : ''}${l.break ? 'break' : ''}`.trim()),
        ready: () => {
          while (waiting.length > 0 && uart.receive(waiting[0]!)) waiting.shift();
        },
      },
    }),
  });
  const io = portsOf(uart);
  return {
    clock,
    irq,
    sent,
    heard,
    uart,
    ...io,
    /** 115,200 baud, 8N1, OUT2 on. */
    open(ier = 0, fcr = 0): void {
      io.write(LCR, 0x83);
      io.write(0, 1);
      io.write(1, 0);
      io.write(LCR, 0x03);
      io.write(MCR, 0x0b);
      io.write(FCR, fcr);
      io.write(IER, ier);
    },
    run: (instructions: number) => clock.runTo(clock.now + instructions),
    /** Bytes on the wire, one after another at line speed. */
    wire(...bytes: number[]): void {
      for (const byte of bytes) {
        uart.shiftIn(byte);
        clock.runTo(clock.now + CHARACTER);
      }
    },
    /** Bytes from a polite peer that waits for ready(). */
    offer(...bytes: number[]): void {
      waiting.push(...bytes);
      while (waiting.length > 0 && uart.receive(waiting[0]!)) waiting.shift();
    },
    waiting,
  };
}

describe('16550 registers', () => {
  test('after a reset: THR and shift register empty, nothing pending, lines inactive, 8 bits', () => {
    const b = bench({ connected: false });
    expect([b.read(IER), b.read(IIR), b.read(LCR), b.read(MCR), b.read(LSR), b.read(MSR)]).toEqual([
      0, 1, 3, 0, 0x60, 0,
    ]);
  });

  test('IER keeps four bits, MCR five, LCR and SCR all', () => {
    const b = bench();
    for (const register of [IER, LCR, MCR, SCR]) b.write(register, 0x7f);
    expect([b.read(IER), b.read(LCR), b.read(MCR), b.read(SCR)]).toEqual([0x0f, 0x7f, 0x1f, 0x7f]);
  });

  test('DLAB puts the divisor in the place of data and IER', () => {
    const b = bench();
    b.write(IER, 0x05);
    b.write(LCR, 0x80);
    b.write(0, 0x34);
    b.write(1, 0x12);
    expect([b.read(0), b.read(1)]).toEqual([0x34, 0x12]);
    b.write(LCR, 0x00);
    expect(b.read(IER)).toBe(0x05);
  });

  test('IIR shows whether FIFOs are on; FCR bits count only together with bit 0', () => {
    const b = bench();
    b.write(FCR, 0x01);
    expect(b.read(IIR)).toBe(0xc1);
    b.write(FCR, 0xc0);
    expect(b.read(IIR)).toBe(0x01);
    expect(b.uart.peek().fcr).toBe(0);
  });
});

describe('16550 transmitter', () => {
  test('a byte leaves at the end of its frame: THRE at once, TEMT after it', () => {
    const b = bench();
    b.open();
    b.write(THR, 0x41);
    expect(b.read(LSR) & 0x60).toBe(0x20);
    b.run(CHARACTER - 1);
    expect(b.sent).toEqual([]);
    b.run(1);
    expect(b.sent).toEqual([0x41]);
    expect(b.read(LSR) & 0x60).toBe(0x60);
  });

  test.each([
    ['8N1 at 115,200', 0x03, 1, 100],
    ['8N1 at 9,600', 0x03, 12, 1200],
    ['8E2', 0x1f, 1, 120],
    ['7O1', 0x0a, 1, 100],
    ['5N1', 0x00, 1, 70],
    ['5N1.5', 0x04, 1, 75],
  ])('a frame of %s takes its time', (_, lcr, divisor, instructions) => {
    const b = bench();
    b.open();
    b.write(LCR, 0x80);
    b.write(0, divisor);
    b.write(LCR, lcr);
    b.write(THR, 0xff);
    b.run(instructions - 1);
    expect(b.sent).toEqual([]);
    b.run(1);
    expect(b.sent).toEqual([0xff & ((1 << (5 + (lcr & 3))) - 1)]);
  });

  test('unpaced, a byte leaves at once', () => {
    const b = bench({ paced: false });
    b.open();
    b.write(THR, 0x41);
    expect([b.sent, b.read(LSR)]).toEqual([[0x41], 0x60]);
  });

  test('drained, it sends all it holds at once, and goes on as empty', () => {
    const b = bench();
    b.open(0, 0x01);
    for (const byte of [1, 2, 3]) b.write(THR, byte);
    b.uart.drain();
    expect([b.sent, b.read(LSR)]).toEqual([[1, 2, 3], 0x60]);
    b.run(3 * CHARACTER);
    b.write(THR, 4);
    b.run(CHARACTER);
    expect(b.sent).toEqual([1, 2, 3, 4]);
  });

  test('the FIFO takes 16 bytes besides the one on its way', () => {
    const b = bench();
    b.open(0, 0x01);
    for (let i = 0; i < 17; i++) b.write(THR, i);
    b.run(17 * CHARACTER);
    expect(b.sent).toEqual(Array.from({ length: 17 }, (_, i) => i));
  });

  test('the THR interrupt: on enabling, again when the last byte leaves THR; cleared by IIR or by a write', () => {
    const b = bench();
    b.open(0x02);
    expect(b.irq.level).toBe(true);
    expect(b.read(IIR)).toBe(0x02);
    expect([b.irq.level, b.read(IIR)]).toEqual([false, 0x01]);
    b.write(THR, 1, 2);
    expect(b.irq.level).toBe(false);
    b.run(CHARACTER);
    expect(b.irq.level).toBe(true);
    b.write(THR, 3);
    expect(b.irq.level).toBe(false);
  });

  test('break holds the wire: no bytes, and the other end is told', () => {
    const b = bench();
    b.open();
    b.write(LCR, 0x43);
    b.write(THR, 0x41);
    b.run(CHARACTER);
    b.write(LCR, 0x03);
    expect(b.sent).toEqual([]);
    expect(b.heard.slice(-2)).toEqual(['dtr rts break', 'dtr rts']);
  });
});

describe('16550 receiver', () => {
  test('a byte is there at the end of its frame, with DR and the interrupt, until it is read', () => {
    const b = bench();
    b.open(0x01);
    b.uart.shiftIn(0x42);
    b.run(CHARACTER - 1);
    expect([b.irq.level, b.read(LSR) & 1]).toEqual([false, 0]);
    b.run(1);
    expect([b.irq.level, b.read(LSR) & 1, b.read(IIR)]).toEqual([true, 1, 0x04]);
    expect(b.read(RBR)).toBe(0x42);
    expect([b.irq.level, b.read(LSR) & 1, b.read(RBR)]).toEqual([false, 0, 0x42]);
  });

  test('without FIFOs a second byte overruns the first and replaces it', () => {
    const b = bench();
    b.open(0x05);
    b.wire(1, 2);
    expect(b.read(IIR)).toBe(0x06);
    expect(b.read(LSR)).toBe(0x63);
    expect(b.read(LSR)).toBe(0x61);
    expect(b.read(RBR)).toBe(2);
  });

  test('with FIFOs the seventeenth byte is lost and the sixteen are kept', () => {
    const b = bench();
    b.open(0, 0x01);
    b.wire(...Array.from({ length: 17 }, (_, i) => i));
    expect(b.read(LSR) & 0x02).toBe(0x02);
    for (let i = 0; i < 16; i++) expect(b.read(RBR)).toBe(i);
    expect(b.read(LSR) & 0x01).toBe(0);
  });

  test.each([
    [0x01, 1],
    [0x41, 4],
    [0x81, 8],
    [0xc1, 14],
  ])('FCR %i asks for the interrupt at %i bytes', (fcr, trigger) => {
    const b = bench();
    b.open(0x01, fcr);
    for (let i = 1; i < trigger; i++) {
      b.wire(i);
      expect(b.irq.level).toBe(false);
    }
    b.wire(trigger);
    expect(b.read(IIR)).toBe(0xc4);
    b.read(RBR);
    expect(b.irq.level).toBe(false);
  });

  test('the time-out comes four characters after the last byte in or out', () => {
    const b = bench();
    b.open(0x01, 0x81);
    b.wire(1, 2);
    b.run(3 * CHARACTER);
    b.read(RBR);
    b.run(4 * CHARACTER - 1);
    expect(b.irq.level).toBe(false);
    b.run(1);
    expect(b.read(IIR)).toBe(0xcc);
    b.read(RBR);
    expect([b.irq.level, b.read(IIR)]).toEqual([false, 0xc1]);
    b.run(10 * CHARACTER);
    expect(b.irq.level).toBe(false);
  });

  test('errors travel with their byte, and LSR bit 7 tells of them ahead', () => {
    const b = bench();
    b.open(0x04, 0x01);
    b.write(LCR, 0x0b);
    b.uart.shiftIn(1);
    b.run(2 * CHARACTER);
    b.uart.shiftIn(2, { parity: true });
    b.run(2 * CHARACTER);
    expect(b.read(LSR)).toBe(0xe1);
    b.read(RBR);
    expect(b.read(IIR)).toBe(0xc6);
    expect(b.read(LSR)).toBe(0xe5);
    expect(b.read(LSR)).toBe(0x61);
  });

  test('a break arrives as a zero with BI and FE', () => {
    const b = bench();
    b.open();
    b.uart.shiftIn(0xff, { break: true });
    b.run(CHARACTER);
    expect([b.read(LSR), b.read(RBR)]).toEqual([0x79, 0]);
  });

  test('framing errors show as FE', () => {
    const b = bench();
    b.open();
    b.uart.shiftIn(0x55, { framing: true });
    b.run(CHARACTER);
    expect(b.read(LSR) & 0x1e).toBe(0x08);
  });

  test('a polite peer loses nothing: receive() refuses, ready() asks again', () => {
    const b = bench();
    b.open(0, 0x01);
    const bytes = Array.from({ length: 40 }, (_, i) => i);
    b.offer(...bytes);
    b.run(100 * CHARACTER);
    const read: number[] = [];
    while (b.read(LSR) & 1) {
      read.push(b.read(RBR));
      b.run(CHARACTER);
    }
    expect(read).toEqual(bytes);
  });

  test('unpaced, receive() fills the FIFO at once', () => {
    const b = bench({ paced: false });
    b.open(0, 0x01);
    b.offer(...Array.from({ length: 20 }, (_, i) => i));
    expect(b.waiting.length).toBe(4);
    expect(b.read(RBR)).toBe(0);
    expect(b.waiting.length).toBe(3);
  });

  test('clearing the receiver FIFO forgets its bytes', () => {
    const b = bench();
    b.open(0, 0x01);
    b.wire(1, 2, 3);
    b.write(FCR, 0x03);
    expect(b.read(LSR) & 1).toBe(0);
    b.wire(4);
    b.write(FCR, 0x00);
    expect(b.read(LSR) & 1).toBe(0);
  });
});

describe('16550: the delayed THR-empty interrupt (8.11)', () => {
  const LAST_STOP_BIT = CHARACTER / 10;

  test('with one byte at a time in the FIFO it comes a character less its stop bit late', () => {
    const b = bench();
    b.open(2, 0x01);
    b.read(IIR);
    b.write(THR, 0x41, 0x42);
    b.run(2 * CHARACTER);
    b.read(IIR);
    b.write(THR, 0x43);
    expect([b.read(LSR) & 0x20, b.irq.level]).toEqual([0x20, false]);
    b.run(CHARACTER - LAST_STOP_BIT - 1);
    expect(b.irq.level).toBe(false);
    b.run(1);
    expect([b.irq.level, b.read(IIR)]).toEqual([true, 0xc2]);
  });

  test('a second byte in time takes it back, and two together make it prompt', () => {
    const b = bench();
    b.open(2, 0x01);
    b.read(IIR);
    b.write(THR, 0x41, 0x42, 0x43);
    b.run(CHARACTER);
    expect(b.irq.level).toBe(false);
    b.run(CHARACTER);
    expect(b.irq.level).toBe(true);
  });

  test('the first one after FIFOs are switched on, and all without FIFOs, are prompt', () => {
    const b = bench();
    b.open(2, 0x01);
    b.read(IIR);
    b.write(THR, 0x41);
    expect(b.irq.level).toBe(true);
    const plain = bench();
    plain.open(2, 0x00);
    plain.read(IIR);
    plain.write(THR, 0x41);
    expect(plain.irq.level).toBe(true);
  });

  test('a loaded chip has the rest of the delay', () => {
    const first = bench();
    first.open(2, 0x01);
    first.write(THR, 0x41);
    first.run(3 * CHARACTER);
    first.write(THR, 0x42);
    first.run(30);
    const second = bench();
    second.clock.now = first.clock.now;
    second.uart.load(first.uart.save());
    for (const b of [first, second]) {
      b.run(CHARACTER - LAST_STOP_BIT - 31);
      expect(b.irq.level).toBe(false);
      b.run(1);
      expect(b.irq.level).toBe(true);
    }
  });
});

describe('16550 interrupts', () => {
  test('line status, received data, THR empty and modem status, in this order', () => {
    const b = bench();
    b.open(0x0f, 0x00);
    b.uart.setModem({ dcd: false });
    b.wire(1, 2);
    expect(b.read(IIR)).toBe(0x06);
    b.read(LSR);
    expect(b.read(IIR)).toBe(0x04);
    b.read(RBR);
    expect(b.read(IIR)).toBe(0x02);
    expect(b.read(IIR)).toBe(0x00);
    expect(b.irq.level).toBe(true);
    b.read(MSR);
    expect(b.read(IIR)).toBe(0x01);
    expect(b.irq.level).toBe(false);
  });

  test('OUT2 lets the interrupt out to the bus', () => {
    const b = bench();
    b.open(0x02);
    b.write(MCR, 0x03);
    expect(b.irq.level).toBe(false);
    b.write(MCR, 0x0b);
    expect(b.irq.level).toBe(true);
  });
});

describe('16550 modem lines', () => {
  test('MCR drives DTR and RTS, and the other end is told of changes only', () => {
    const b = bench();
    b.write(MCR, 0x01);
    b.write(MCR, 0x03);
    b.write(MCR, 0x0b);
    b.write(MCR, 0x00);
    expect(b.heard).toEqual(['dtr', 'dtr rts', '']);
    expect([b.uart.dtr, b.uart.rts]).toEqual([false, false]);
  });

  test('MSR shows levels, and changes since it was read; RI only at its trailing edge', () => {
    const b = bench();
    expect(b.read(MSR)).toBe(0xb0);
    b.uart.setModem({ cts: false });
    expect(b.read(MSR)).toBe(0xa1);
    expect(b.read(MSR)).toBe(0xa0);
    b.uart.setModem({ ring: true });
    expect(b.read(MSR)).toBe(0xe0);
    b.uart.setModem({ ring: false, dsr: false, dcd: false });
    expect(b.read(MSR)).toBe(0x0e);
  });

  test('in loopback MCR shows in MSR, the pins are inactive, and bytes come back', () => {
    const b = bench();
    b.open(0x01);
    b.read(MSR);
    b.write(MCR, 0x1a);
    expect(b.read(MSR) & 0xf0).toBe(0x90);
    expect(b.uart.rts).toBe(false);
    b.write(THR, 0x5a);
    b.run(CHARACTER);
    expect([b.read(RBR), b.sent, b.irq.level]).toEqual([0x5a, [], false]);
    b.uart.shiftIn(0x11);
    b.run(CHARACTER);
    expect(b.read(LSR) & 1).toBe(0);
  });
});

describe('16550 saved and loaded', () => {
  test('bytes on their way arrive in the loaded chip when they would have in the first', () => {
    const first = bench();
    first.open(0x01, 0x81);
    first.write(THR, 1, 2, 3);
    first.uart.shiftIn(9);
    first.run(50);
    const second = bench();
    second.clock.now = first.clock.now;
    second.uart.load(first.uart.save());
    first.run(3000);
    second.run(3000);
    expect(second.sent).toEqual(first.sent);
    expect(second.irq.level).toBe(true);
    expect(second.uart.peek()).toEqual(first.uart.peek());
  });
});
