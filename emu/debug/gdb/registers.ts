/**
 * The registers gdb sees, in the order of their numbers, and target.xml, which tells gdb of them (GDB manual, G.5.3).
 * The system registers are a feature of our own: gdb shows them by name (`info registers cr3 idtr_base`) and in `info all-registers`.
 * `info registers system` stays empty, whatever group they are given: gdb's code for x86 asks its own list.
 */

import * as L from '../../core/layout.ts';
import type { ControlRegister, Cpu, GeneralRegister, SegmentRegister } from '../../machine/cpu.ts';

/** One register: `read` gives its bytes, lowest first; `write` is absent where it cannot be changed from here. */
export interface Register {
  readonly name: string;
  readonly bytes: number;
  /** Attributes for target.xml beside name and size. */
  readonly attributes: string;
  read(cpu: Cpu): Uint8Array;
  write?(cpu: Cpu, bytes: Uint8Array): void;
}

const GENERAL: readonly GeneralRegister[] = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const SEGMENTS: readonly SegmentRegister[] = ['cs', 'ss', 'ds', 'es', 'fs', 'gs'];
const CONTROL: readonly ControlRegister[] = ['cr0', 'cr2', 'cr3', 'cr4'];
const DEBUG = [0, 1, 2, 3, 6, 7];

function word(value: number, bytes = 4): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => (i < 4 ? (value >>> (8 * i)) & 0xff : 0));
}
function numberOf(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

/** A register of 32 bits. */
function register(
  name: string,
  type: string,
  get: (cpu: Cpu) => number,
  set?: (cpu: Cpu, value: number) => void,
): Register {
  const read = (cpu: Cpu) => word(get(cpu));
  const attributes = `type="${type}"`;
  if (!set) return { name, bytes: 4, attributes, read };
  return { name, bytes: 4, attributes, read, write: (cpu, bytes) => set(cpu, numberOf(bytes)) };
}

/** Bytes of the processor's state block that mean what gdb takes them for. */
function stored(name: string, type: string, at: (cpu: Cpu) => number, bytes: number): Register {
  return {
    name,
    bytes,
    attributes: `type="${type}"`,
    read: (cpu) => cpu.saveState().slice(at(cpu), at(cpu) + bytes),
    write: (cpu, value) => {
      const state = cpu.saveState();
      state.set(value, at(cpu));
      cpu.loadState(state);
    },
  };
}

/** SDM 1, 8.1.2: ST(i) is counted from TOP. */
const topOf = (cpu: Cpu) => (cpu.get(L.FPU_STATUS) >>> 11) & 7;
const stackRegister = (i: number) => (cpu: Cpu) => L.FPU_REGISTERS + ((topOf(cpu) + i) & 7) * 16;
/** SDM 1, figure 8-7: two bits each; full registers are shown as valid, whatever they hold. */
function tagWord(cpu: Cpu): number {
  const full = cpu.get(L.FPU_TAGS);
  return Array.from({ length: 8 }, (_, i) => ((full >>> i) & 1 ? 0 : 3) << (2 * i)).reduce((a, b) => a | b, 0);
}

const CORE: readonly Register[] = [
  ...GENERAL.map((name) =>
    register(
      name,
      name === 'esp' || name === 'ebp' ? 'data_ptr' : 'int32',
      (cpu) => cpu.register(name),
      (cpu, value) => cpu.setRegister(name, value),
    ),
  ),
  // gdb knows no segments, and takes what is here for the address of the code: so it is told the linear one, which is
  // another only where CS has a base (real mode, virtual-8086 mode). `ip` among the system registers is the offset.
  register(
    'eip',
    'code_ptr',
    (cpu) => (cpu.segment('cs').base + cpu.eip) >>> 0,
    (cpu, value) => {
      cpu.eip = (value - cpu.segment('cs').base) >>> 0;
    },
  ),
  register(
    'eflags',
    'i386_eflags',
    (cpu) => cpu.eflags,
    (cpu, value) => {
      cpu.eflags = value;
    },
  ),
  ...SEGMENTS.map((name) => register(name, 'int32', (cpu) => cpu.segment(name).selector)),
  ...Array.from({ length: 8 }, (_, i) => stored(`st${i}`, 'i387_ext', stackRegister(i), 10)),
  register('fctrl', 'int', (cpu) => cpu.get(L.FPU_CONTROL)),
  register('fstat', 'int', (cpu) => cpu.get(L.FPU_STATUS)),
  register('ftag', 'int', tagWord),
  register('fiseg', 'int', (cpu) => cpu.get(L.FPU_CS)),
  register('fioff', 'int', (cpu) => cpu.get(L.FPU_IP)),
  register('foseg', 'int', (cpu) => cpu.get(L.FPU_DS)),
  register('fooff', 'int', (cpu) => cpu.get(L.FPU_DP)),
  register('fop', 'int', (cpu) => cpu.get(L.FPU_OPCODE)),
];
const SSE: readonly Register[] = [
  ...Array.from({ length: 8 }, (_, i) => stored(`xmm${i}`, 'vec128', () => L.XMM + i * 16, 16)),
  stored('mxcsr', 'i386_mxcsr', () => L.MXCSR, 4),
];
const SYSTEM: readonly Register[] = [
  ...CONTROL.map((name) =>
    register(
      name,
      name === 'cr2' ? 'data_ptr' : 'int32',
      (cpu) => cpu[name],
      (cpu, value) => {
        cpu[name] = value;
      },
    ),
  ),
  ...SEGMENTS.map((name) => register(`${name}_base`, 'data_ptr', (cpu) => cpu.segment(name).base)),
  ...(['ldtr', 'tr'] as const).map((name) => register(name, 'int32', (cpu) => cpu.segment(name).selector)),
  register('gdtr_base', 'data_ptr', (cpu) => cpu.gdtr.base),
  register('gdtr_limit', 'int32', (cpu) => cpu.gdtr.limit),
  register('idtr_base', 'data_ptr', (cpu) => cpu.idtr.base),
  register('idtr_limit', 'int32', (cpu) => cpu.idtr.limit),
  register('cpl', 'int32', (cpu) => cpu.cpl),
  register(
    'ip',
    'int32',
    (cpu) => cpu.eip,
    (cpu, value) => {
      cpu.eip = value;
    },
  ),
  ...DEBUG.map((n) => register(`dr${n}`, 'data_ptr', (cpu) => cpu.debugRegister(n))),
];

/** By number. */
export const REGISTERS: readonly Register[] = [...CORE, ...SSE, ...SYSTEM];
export const EIP_NUMBER = REGISTERS.findIndex(({ name }) => name === 'eip');
export const ESP_NUMBER = REGISTERS.findIndex(({ name }) => name === 'esp');

const EFLAGS = 'CF 0,PF 2,AF 4,ZF 6,SF 7,TF 8,IF 9,DF 10,OF 11,NT 14,RF 16,VM 17,AC 18,VIF 19,VIP 20,ID 21';
const MXCSR = 'IE 0,DE 1,ZE 2,OE 3,UE 4,PE 5,DAZ 6,IM 7,DM 8,ZM 9,OM 10,UM 11,PM 12,FZ 15';

function flags(id: string, bits: string): string {
  const fields = bits.split(',').map((bit) => {
    const [name, place] = bit.split(' ');
    return `<field name="${name}" start="${place}" end="${place}"/>`;
  });
  return `<flags id="${id}" size="4">${fields.join('')}</flags>`;
}

const VECTORS = [
  ['v4f', 'ieee_single', 4, 'v4_float'],
  ['v2d', 'ieee_double', 2, 'v2_double'],
  ['v16i8', 'int8', 16, 'v16_int8'],
  ['v8i16', 'int16', 8, 'v8_int16'],
  ['v4i32', 'int32', 4, 'v4_int32'],
  ['v2i64', 'int64', 2, 'v2_int64'],
] as const;

function vec128(): string {
  const kinds = VECTORS.map(([id, type, count]) => `<vector id="${id}" type="${type}" count="${count}"/>`);
  const fields = VECTORS.map(([id, , , name]) => `<field name="${name}" type="${id}"/>`);
  return `${kinds.join('')}<union id="vec128">${fields.join('')}<field name="uint128" type="uint128"/></union>`;
}

function feature(name: string, types: string, registers: readonly Register[], group = ''): string {
  const lines = registers.map(
    (r) => `<reg name="${r.name}" bitsize="${r.bytes * 8}" ${r.attributes} regnum="${REGISTERS.indexOf(r)}"${group}/>`,
  );
  return `<feature name="${name}">\n${types}\n${lines.join('\n')}\n</feature>\n`;
}

/**
 * What gdb asks for as target.xml when it attaches.
 * @param bits what code is decoded with then; gdb does not hear of a change: `set architecture i8086`, `i386`
 */
export function targetDescription(bits: 16 | 32): string {
  return [
    '<?xml version="1.0"?>\n<!DOCTYPE target SYSTEM "gdb-target.dtd">\n<target version="1.0">\n',
    `<architecture>${bits === 16 ? 'i8086' : 'i386'}</architecture>\n`,
    feature('org.gnu.gdb.i386.core', flags('i386_eflags', EFLAGS), CORE),
    feature('org.gnu.gdb.i386.sse', vec128() + flags('i386_mxcsr', MXCSR), SSE),
    feature('org.trapgate.i386.system', '', SYSTEM, ' group="system"'),
    '</target>\n',
  ].join('');
}

/** Any linear address may be mapped to RAM, so all of them are. */
export const MEMORY_MAP =
  '<?xml version="1.0"?>\n<!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN"' +
  ' "http://sourceware.org/gdb/gdb-memory-map.dtd">\n' +
  '<memory-map><memory type="ram" start="0x0" length="0x100000000"/></memory-map>\n';
