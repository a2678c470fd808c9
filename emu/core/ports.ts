// The I/O ports, and who may use them. SDM 1, chapter 18.5.
import { CPL, TR, EAX, EDX, LATCHES, LATCHED, LATCH_FREE, LATCH_WAITS, LATCH_MADE, S_BASE, S_LIMIT, S_ACCESS, WATCHING, WATCH_PORTS } from './layout';
import { raise, faulted, GP } from './fault';
import { notePort } from './debug';
import { readSystem, segmentAt } from './memory';
import { typeOf, isVirtual8086, TYPE_TSS32 } from './segments';
import { iopl } from './eflags';
import { imm } from './operands';
import { onward } from './onward';
@external('env', 'portRead') declare function portRead(port: u32, width: u32): u32;
@external('env', 'portWrite') declare function portWrite(port: u32, value: u32, width: u32): void;

const TSS_MAP: u32 = 0x66; // where a 32-bit TSS says where its bitmap is

/** SDM 1, 18.5.2: every port the access touches must have a zero bit; the bitmap ends with the TSS. Raises #GP(0). */
function bitmapAllows(port: u32, width: u32): bool {
  const tr = segmentAt(TR), limit = load<u32>(tr, S_LIMIT);
  if ((typeOf(load<u32>(tr, S_ACCESS)) & TYPE_TSS32) != TYPE_TSS32 || limit < TSS_MAP + 1) return refuse();
  const at = <u32>readSystem<u16>(load<u32>(tr, S_BASE) + TSS_MAP) + (port >>> 3);
  if (faulted()) return false;
  // Two bytes are read always, since the bits may lie across.
  if (at + 1 > limit) return refuse();
  const bits = <u32>readSystem<u16>(load<u32>(tr, S_BASE) + at) >>> (port & 7);
  if (faulted()) return false;
  return (bits & ((1 << width) - 1)) == 0 || refuse();
}
function refuse(): bool { raise(GP, 0); return false; }

/** May the program use `width` ports from here on? IOPL decides, then the bitmap (always, in virtual-8086 mode). */
@inline export function checkPort(port: u32, width: u32): bool { return ioplAllows() || bitmapAllows(port, width); }
/** SDM 1, 18.5.1: CPL <= IOPL; in real mode both are 0 or more. Virtual-8086 mode has only the bitmap. */
@inline export function ioplAllows(): bool { return load<u32>(CPL) <= iopl() && !isVirtual8086(); }
@inline export function readPort<T>(port: u32): T {
  notePort(port, <u32>sizeof<T>());
  return <T>portRead(port, <u32>sizeof<T>());
}
@inline export function writePort<T>(port: u32, value: T): void {
  notePort(port, <u32>sizeof<T>());
  portWrite(port, <u32>value, <u32>sizeof<T>());
}

/** Where the host says what a port gives or takes without asking: LATCH bits | byte. */
@inline export function latchOf(port: u32): usize { return LATCHES + (port << 1); }
@inline function isUnheard(): bool { return ioplAllows() && (load<u32>(WATCHING) & WATCH_PORTS) == 0; }
/** May the program read this with nobody to be asked? */
@inline export function shows(latch: usize): bool { return (<u32>load<u16>(latch) & LATCHED) != 0 && isUnheard(); }
/** May it write this byte with nobody to be told before the chip is next looked at? */
@inline export function takes(latch: usize, byte: u32): bool {
  const entry = <u32>load<u16>(latch);
  return ((entry & LATCH_FREE) | <u32>(entry == (LATCH_WAITS | byte))) != 0 && isUnheard();
}
@inline export function leaveIn(latch: usize, byte: u32): void {
  store<u16>(latch, (<u32>load<u16>(latch) & 0xff00) | LATCH_MADE | byte);
}

@inline function input<T>(pc: usize, port: u32): usize {
  if (!checkPort(port, <u32>sizeof<T>())) return pc;
  store<T>(EAX, readPort<T>(port));
  return onward(pc);
}
@inline function output<T>(pc: usize, port: u32): usize {
  if (!checkPort(port, <u32>sizeof<T>())) return pc;
  writePort<T>(port, load<T>(EAX));
  return onward(pc);
}
export function inImmediate<T>(pc: usize): usize { return input<T>(pc, imm(pc) & 0xff); }
export function inDx<T>(pc: usize): usize { return input<T>(pc, load<u16>(EDX)); }
export function outImmediate<T>(pc: usize): usize { return output<T>(pc, imm(pc) & 0xff); }
export function outDx<T>(pc: usize): usize { return output<T>(pc, load<u16>(EDX)); }
