/** Registers by Unicorn's names, as bytes: how uc_reg_read and uc_reg_write see them. */

import * as L from '../core/layout.ts';
import type { ControlRegister, Cpu, GeneralRegister, SegmentRegister } from '../machine/cpu.ts';
import type { RegisterName } from './constants.ts';

/** One register. */
export interface RegisterAccess {
  readonly bytes: number;
  read(cpu: Cpu): Uint8Array;
  write(cpu: Cpu, bytes: Uint8Array): void;
}

const GENERAL: readonly GeneralRegister[] = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const SEGMENTS: readonly SegmentRegister[] = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'];
const CR0_PE = 1;

function numberOf(bytes: Uint8Array): number {
  return bytes.subarray(0, 4).reduceRight((value, byte) => value * 256 + byte, 0);
}
function bytesOf(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i < 4 ? (value >>> (8 * i)) & 0xff : 0));
}

/** A register of 1, 2 or 4 bytes. */
function number(bytes: number, get: (cpu: Cpu) => number, set: (cpu: Cpu, value: number) => void): RegisterAccess {
  return {
    bytes,
    read: (cpu) => bytesOf(get(cpu), bytes),
    write: (cpu, value) => set(cpu, numberOf(value.subarray(0, bytes))),
  };
}

/** Part of a general register. */
function part(whole: GeneralRegister, bytes: 1 | 2, shift = 0): RegisterAccess {
  const mask = bytes === 1 ? 0xff : 0xffff;
  return number(
    bytes,
    (cpu) => (cpu.register(whole) >>> shift) & mask,
    (cpu, value) =>
      cpu.setRegister(whole, ((cpu.register(whole) & ~(mask << shift)) | ((value & mask) << shift)) >>> 0),
  );
}

/** Bytes of the processor's state. */
function stored(at: (cpu: Cpu) => number, bytes: number): RegisterAccess {
  return {
    bytes,
    read: (cpu) => cpu.saveState().slice(at(cpu), at(cpu) + bytes),
    write: (cpu, value) => {
      const state = cpu.saveState();
      state.set(value.subarray(0, bytes), at(cpu));
      cpu.loadState(state);
    },
  };
}

function control(name: ControlRegister): RegisterAccess {
  return number(
    4,
    (cpu) => cpu[name],
    (cpu, value) => {
      cpu[name] = value;
    },
  );
}

/** uc_x86_mmr: selector (2 bytes), base (at 8), limit (at 16), flags (at 20). */
function tableRegister(name: 'gdtr' | 'idtr'): RegisterAccess {
  return {
    bytes: 24,
    read: (cpu) => {
      const bytes = new Uint8Array(24);
      bytes.set(bytesOf(cpu[name].base, 4), 8);
      bytes.set(bytesOf(cpu[name].limit, 4), 16);
      return bytes;
    },
    write: (cpu, bytes) => {
      cpu[name] = { base: numberOf(bytes.subarray(8, 12)), limit: numberOf(bytes.subarray(16, 20)) & 0xffff };
    },
  };
}

/** Writing a selector loads the segment: from the GDT where there is one, else the segment stays where it is. */
function segment(name: SegmentRegister): RegisterAccess {
  return number(
    2,
    (cpu) => cpu.segment(name).selector,
    (cpu, selector) => {
      const now = cpu.segment(name);
      if (!(cpu.cr0 & CR0_PE)) cpu.setSegment(name, { ...now, selector, base: selector << 4 });
      else cpu.setSegment(name, { ...now, ...descriptorOf(cpu, selector), selector });
    },
  );
}

function descriptorOf(cpu: Cpu, selector: number): { base: number; limit: number; access: number } | undefined {
  const index = selector & 0xfff8;
  const { base, limit } = cpu.gdtr;
  if (index === 0 || index + 7 > limit) return undefined;
  const word = (at: number) => {
    const physical = [0, 1, 2, 3].map((i) => readByte(cpu, base + index + at + i));
    return numberOf(Uint8Array.from(physical));
  };
  const [low, high] = [word(0), word(4)];
  const size = ((high & 0xf0000) | (low & 0xffff)) >>> 0;
  return {
    base: (((high & 0xff000000) | ((high & 0xff) << 16)) + (low >>> 16)) >>> 0,
    limit: high & 0x800000 ? size * 4096 + 4095 : size,
    access: (high >>> 8) & 0xffff,
  };
}

/** A byte by linear address; where none can be had, 0. */
function readByte(cpu: Cpu, linear: number): number {
  const at = cpu.locate(linear);
  return at === undefined ? 0 : cpu.ram[at]!;
}

function base(name: SegmentRegister): RegisterAccess {
  return number(
    4,
    (cpu) => cpu.segment(name).base,
    (cpu, value) => cpu.setSegment(name, { ...cpu.segment(name), base: value }),
  );
}

const eflags = (bytes: 2 | 4) =>
  number(
    bytes,
    (cpu) => cpu.eflags,
    (cpu, value) => {
      cpu.eflags = value;
    },
  );
const eip = (bytes: 2 | 4) =>
  number(
    bytes,
    (cpu) => cpu.eip,
    (cpu, value) => {
      cpu.eip = value;
    },
  );

/** SDM 1, 8.1.2: ST(i) is counted from TOP. */
const stackRegister = (i: number) => (cpu: Cpu) =>
  L.FPU_REGISTERS + ((((cpu.get(L.FPU_STATUS) >>> 11) & 7) + i) & 7) * 16;

/** The registers there are; of the others, Unicorn knows the names only. */
export const REGISTERS: Partial<Record<RegisterName, RegisterAccess>> = {
  ...Object.fromEntries(
    GENERAL.flatMap((name) => {
      const short = name.slice(1);
      const whole = number(
        4,
        (cpu) => cpu.register(name),
        (cpu, value) => cpu.setRegister(name, value),
      );
      return [
        [name.toUpperCase(), whole],
        [short.toUpperCase(), part(name, 2)],
      ];
    }),
  ),
  ...Object.fromEntries(
    (['a', 'c', 'd', 'b'] as const).flatMap((letter) => {
      const whole = `e${letter}x` as GeneralRegister;
      return [
        [`${letter.toUpperCase()}L`, part(whole, 1)],
        [`${letter.toUpperCase()}H`, part(whole, 1, 8)],
      ];
    }),
  ),
  ...Object.fromEntries(SEGMENTS.map((name) => [name.toUpperCase(), segment(name)])),
  EIP: eip(4),
  IP: eip(2),
  EFLAGS: eflags(4),
  FLAGS: eflags(2),
  CR0: control('cr0'),
  CR2: control('cr2'),
  CR3: control('cr3'),
  CR4: control('cr4'),
  ...Object.fromEntries(
    [0, 1, 2, 3, 6, 7].map((n) => [
      `DR${n}`,
      number(
        4,
        (cpu) => cpu.debugRegister(n),
        (cpu, value) => cpu.setDebugRegister(n, value),
      ),
    ]),
  ),
  GDTR: tableRegister('gdtr'),
  IDTR: tableRegister('idtr'),
  FS_BASE: base('fs'),
  GS_BASE: base('gs'),
  FPCW: stored(() => L.FPU_CONTROL, 2),
  FPSW: stored(() => L.FPU_STATUS, 2),
  MXCSR: stored(() => L.MXCSR, 4),
  ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`ST${i}`, stored(stackRegister(i), 10)])),
  ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`FP${i}`, stored(() => L.FPU_REGISTERS + i * 16, 10)])),
  ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`MM${i}`, stored(() => L.FPU_REGISTERS + i * 16, 8)])),
  ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`XMM${i}`, stored(() => L.XMM + i * 16, 16)])),
};
