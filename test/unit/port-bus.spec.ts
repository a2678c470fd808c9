import { beforeEach, describe, expect, test } from 'vitest';
import { PortBus } from '../../emu/machine/port-bus.ts';

let bus: PortBus;
let calls: string[];

beforeEach(() => {
  bus = new PortBus();
  calls = [];
  bus.claim('bytes', {
    first: 0x60,
    last: 0x63,
    read: (port) => port,
    write: (port, value) => calls.push(`${port.toString(16)}=${value.toString(16)}`),
  });
  bus.claim('wide', {
    first: 0x600,
    last: 0x605,
    read: (port) => port & 0xff,
    write: (port, value) => calls.push(`byte ${port.toString(16)}=${value.toString(16)}`),
    readWide: (_, width) => (width === 2 ? 0xbeef : 0xdeadbeef),
    writeWide: (port, value, width) => calls.push(`${width} bytes ${port.toString(16)}=${value.toString(16)}`),
  });
});

describe('port bus', () => {
  test('a port that nobody decodes floats', () => {
    expect(bus.read(0x80, 1)).toBe(0xff);
    expect(bus.read(0x80, 2)).toBe(0xffff);
    expect(bus.read(0x80, 4)).toBe(0xffffffff);
    bus.write(0x80, 1, 4);
    expect(calls).toEqual([]);
  });

  test('a byte-wide chip sees a wide access as bytes, low port first', () => {
    expect(bus.read(0x60, 4)).toBe(0x63626160);
    bus.write(0x60, 0x11223344, 4);
    expect(calls).toEqual(['60=44', '61=33', '62=22', '63=11']);
  });

  test('a wide access that reaches beyond the chip floats there', () => {
    expect(bus.read(0x63, 2)).toBe(0xff63);
  });

  test('a wide chip gets a wide access whole, and bytes as bytes', () => {
    expect(bus.read(0x604, 2)).toBe(0xbeef);
    expect(bus.read(0x600, 4)).toBe(0xdeadbeef);
    expect(bus.read(0x601, 1)).toBe(0x01);
    bus.write(0x604, 0x12345, 2);
    bus.write(0x604, 0x6, 1);
    expect(calls).toEqual(['2 bytes 604=2345', 'byte 604=6']);
  });

  test('a wide access only partly within a wide chip goes byte by byte', () => {
    bus.write(0x605, 0xabcd, 2);
    expect(calls).toEqual(['byte 605=cd']);
  });

  test('the bus ends at 0xffff and begins again at 0', () => {
    bus.claim('edge', { first: 0, last: 0, read: () => 0x12 });
    expect(bus.read(0xffff, 2)).toBe(0x12ff);
  });

  test('a chip without read or write floats there', () => {
    bus.claim('mute', { first: 0x90, last: 0x90 });
    expect(bus.read(0x90, 1)).toBe(0xff);
    bus.write(0x90, 0, 1);
  });

  test('two chips cannot have one port', () => {
    expect(() => bus.claim('thief', { first: 0x5f, last: 0x60 })).toThrow('thief and bytes both decode port 0x60');
    expect(() => bus.claim('wild', { first: 0xffff, last: 0x10000 })).toThrow(RangeError);
  });

  test('tells who decodes what, in order', () => {
    expect(bus.map().map((claim) => claim.owner)).toEqual(['bytes', 'wide']);
  });
});
