// Interrupts and returns as the 8086 has them. SDM 3B, 20.1.4 and, for virtual-8086 mode, 20.2.
import { CS, ES, DS, FS, GS, SS, EFLAGS, ESP, IDT_BASE, IDT_LIMIT } from './layout';
import { raise, faulted, GP } from './fault';
import { readSystem } from './memory';
import {
  setRealCodeSegment, setRealSegment, selectorIn, refreshMode, refreshCodeAndStack, isVirtual8086, FLAG_AC, FLAG_IF, FLAG_TF, FLAG_RF, FLAG_IOPL, FLAG_VIF,
} from './segments';
import { arithmeticFlags } from './flags';
import { aimAtCurrentStack, reserve, commit, settleStack, stackTop, peekValue, adjustStack } from './stack';
import { writeFlags, FLAGS_ALWAYS, FLAGS_WIDE } from './eflags';
import { admitsImage, isVirtualized, loadImage, virtualImage } from './virtual';
import { find } from './blocks';

/** Through the table of far pointers at IDTR. Gives the handler's record, or 0 with #GP or #SS raised. */
export function interruptReal(vector: u32, eip: u32): usize {
  if (vector * 4 + 3 > load<u32>(IDT_LIMIT)) { raise(GP, 0); return 0; }
  const image = load<u32>(EFLAGS) | arithmeticFlags() | 2;
  return enterVector(load<u32>(IDT_BASE) + vector * 4, eip, image, FLAG_IF | FLAG_TF | FLAG_AC | FLAG_RF);
}
/** SDM 3B, 20.3.3, methods 5 and 6: an int n of a virtual-8086 program through its own table, at address 0. */
export function interruptRedirected(vector: u32, eip: u32): usize {
  if (isVirtualized()) return enterVector(vector * 4, eip, virtualImage(), FLAG_VIF | FLAG_TF | FLAG_RF);
  return enterVector(vector * 4, eip, load<u32>(EFLAGS) | arithmeticFlags() | 2, FLAG_IF | FLAG_TF | FLAG_RF);
}
function enterVector(at: u32, eip: u32, flags: u32, cleared: u32): usize {
  const pointer = readSystem<u32>(at), top = stackTop();
  if (faulted()) return 0;
  aimAtCurrentStack(0);
  const frame = reserve(top, 6, 2);
  if (!frame) return 0;
  store<u16>(frame, <u16>eip);
  store<u16>(frame, <u16>selectorIn(CS), 2);
  store<u16>(frame, <u16>flags, 4);
  commit(frame, top, 6, 2);
  settleStack(top - 6);
  store<u32>(EFLAGS, load<u32>(EFLAGS) & ~cleared);
  setRealCodeSegment(pointer >>> 16);
  refreshCodeAndStack();
  return find(pointer & 0xffff);
}

/** iret in real mode and, with IOPL 3, in virtual-8086 mode. Gives the next record, or 0 with a fault raised. */
export function iretReal<T>(): usize {
  // SDM 3B, 20.2.7: in virtual-8086 mode iret is sensitive to IOPL.
  const virtual = sizeof<T>() == 2 && isVirtualized();
  if (!virtual && isVirtual8086() && (load<u32>(EFLAGS) & FLAG_IOPL) != FLAG_IOPL) { raise(GP, 0); return 0; }
  const size = <u32>sizeof<T>();
  const eip = <u32>peekValue<T>(0), selector = <u32>peekValue<T>(size) & 0xffff, flags = <u32>peekValue<T>(2 * size);
  if (faulted()) return 0;
  if (eip > 0xffff) { raise(GP, 0); return 0; }
  if (virtual && !admitsImage(flags)) return 0;
  adjustStack(3 * size);
  const wide = sizeof<T>() == 4 ? FLAGS_WIDE : 0;
  if (virtual) loadImage(flags);
  else writeFlags(flags, FLAGS_ALWAYS | wide | FLAG_IF | (isVirtual8086() ? 0 : FLAG_IOPL));
  setRealCodeSegment(selector);
  refreshCodeAndStack();
  return find(eip);
}

/**
 * The rest of an iret from ring 0 to virtual-8086 mode (SDM 2A, IRET, RETURN-TO-VIRTUAL-8086-MODE): the frame holds
 * EIP CS EFLAGS ESP SS ES DS FS GS. Gives the next record, or 0 with a fault raised.
 */
export function returnToVirtual8086(eip: u32, selector: u32, flags: u32): usize {
  const esp = peekValue<u32>(12), ss = peekValue<u32>(16), es = peekValue<u32>(20);
  const ds = peekValue<u32>(24), fs = peekValue<u32>(28), gs = peekValue<u32>(32);
  if (faulted()) return 0;
  if (eip > 0xffff) { raise(GP, 0); return 0; }
  writeFlags(flags, 0xffffffff);
  setRealCodeSegment(selector & 0xffff);
  setRealSegment(SS, ss & 0xffff);
  setRealSegment(ES, es & 0xffff);
  setRealSegment(DS, ds & 0xffff);
  setRealSegment(FS, fs & 0xffff);
  setRealSegment(GS, gs & 0xffff);
  store<u32>(ESP, esp);
  refreshMode();
  return find(eip);
}
