import { beforeEach, describe, expect, test } from 'vitest';
import type { CpuHost } from '../../emu/machine/cpu.ts';
import { PhysicalMemory } from '../../emu/machine/physical-memory.ts';
import { FakeProcessor } from './fake-processor.ts';

let cpu: FakeProcessor;
let memory: PhysicalMemory;
let calls: string[];

beforeEach(() => {
  cpu = new FakeProcessor({} as CpuHost, 0x200000);
  memory = new PhysicalMemory(cpu);
  calls = [];
  memory.addRam(0, 0xa0000);
  memory.addWindow('screen', {
    first: 0xb8000,
    last: 0xbffff,
    read: (address, width) => {
      calls.push(`read ${address.toString(16)} ${width}`);
      return width === 1 ? address & 0xff : 0x04030201;
    },
    write: (address, value, width) => calls.push(`write ${address.toString(16)} ${value.toString(16)} ${width}`),
  });
});

describe('physical memory', () => {
  test('tells the frame table what is where', () => {
    memory.addRom('bios', 0xf0000, new Uint8Array(0x10000).fill(0xea));
    expect(cpu.frameCalls).toEqual([
      'none 0 200000',
      'ram 0 a0000',
      'mmio b8000 8000',
      'rom f0000 10000',
      'changed f0000 10000',
    ]);
    expect(memory.map.map(({ kind, owner }) => `${kind} ${owner}`)).toEqual(['ram RAM', 'mmio screen', 'rom bios']);
  });

  test('a ROM that does not fill its last frame is filled up with ones', () => {
    memory.addRom('option', 0xc8000, Uint8Array.of(0x55, 0xaa));
    expect([...memory.read(0xc8000, 3)]).toEqual([0x55, 0xaa, 0xff]);
  });

  test('hands accesses to the chip whose frames they touch, with their width', () => {
    expect(memory.mmioRead(0xb8004, 4)).toBe(0x04030201);
    memory.mmioWrite(0xb8000, 0x12345, 2);
    expect(calls).toEqual(['read b8004 4', 'write b8000 2345 2']);
  });

  test('an access over the end of a window is made of bytes; what is beyond floats', () => {
    expect(memory.mmioRead(0xbfffe, 4)).toBe(0xfffffffe);
    memory.mmioWrite(0xbffff, 0xabcd, 2);
    expect(calls.at(-1)).toBe('write bffff cd 1');
  });

  test('where nothing is, all ones are read and writes vanish', () => {
    expect(memory.mmioRead(0xd0000, 2)).toBe(0xffff);
    memory.mmioWrite(0xd0000, 0, 4);
    expect(calls).toEqual([]);
  });

  test('the host reads and writes RAM, and the core hears of it', () => {
    memory.write(0x1000, Uint8Array.of(1, 2, 3));
    expect([...memory.read(0x1001, 2)]).toEqual([2, 3]);
    expect(cpu.frameCalls.at(-1)).toBe('changed 1000 3');
  });

  test('the host cannot read a chip by accident', () => {
    expect(() => memory.read(0x9ffff, 2)).toThrow('0x9ffff to 0xa0000 is not all RAM or ROM');
    expect(memory.isMemory(0x9fff0, 16)).toBe(true);
    expect(memory.isMemory(0xb8000, 1)).toBe(false);
  });

  test('refuses what overlaps, is no whole frame, or has no memory behind it', () => {
    expect(() => memory.addRam(0x9f000, 0x2000)).toThrow('RAM: 0x9f000 to 0xa0fff overlaps RAM at 0x0 to 0x9ffff');
    expect(() => memory.addRam(0x100000, 0x800)).toThrow('not made of whole 4 KB frames');
    expect(() => memory.addRam(0x100000, 0x200000)).toThrow('does not fit into 2097152 bytes of RAM');
  });
});
