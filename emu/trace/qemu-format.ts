/**
 * The trap log as `qemu-system-i386 -d int` writes it, one line a trap, so that scripts made for it work here.
 *
 *          0: v=0e e=0002 i=0 cpl=3 IP=001b:08048123 pc=08048123 SP=0023:bffff000 CR2=00000004
 *          1: v=80 e=0000 i=1 cpl=3 IP=001b:08048140 pc=08048140 SP=0023:bffff000 env->regs[R_EAX]=00000001
 *
 * Where QEMU and this machine's log differ, the line follows QEMU: for `int n`, `int3` and `into` IP is the
 * instruction itself, not the one behind it (as pushed); e is 0 where no error code is pushed.
 * pc is IP with the code segment's base added. The log does not hold the base: it's taken as 0, as in every
 * system with flat segments.
 */

import type { TrapEntry } from './trap-log.ts';

const BREAKPOINT = 3;
const OVERFLOW = 4;
const PAGE_FAULT = 14;

/** @param count the number at the start of the line; QEMU counts from 0 */
export function formatAsQemu(entry: TrapEntry, count: number = entry.index): string {
  const { vector, cpl, cs, ss, esp } = entry;
  const software = entry.cause === 'software';
  const eip = software ? (entry.eip - softwareInterruptBytes(vector)) >>> 0 : entry.eip;
  const head = `${String(count).padStart(6)}: v=${hex(vector, 2)} e=${hex(entry.errorCode ?? 0, 4)} i=${software ? 1 : 0}`;
  const where = `cpl=${cpl} IP=${hex(cs, 4)}:${hex(eip, 8)} pc=${hex(eip, 8)} SP=${hex(ss, 4)}:${hex(esp, 8)}`;
  const detail = vector === PAGE_FAULT ? `CR2=${hex(entry.cr2 ?? 0, 8)}` : `env->regs[R_EAX]=${hex(entry.eax ?? 0, 8)}`;
  return `${head} ${where} ${detail}`;
}

/** Length of the instruction that raised a vector: `int3` and `into` have one byte, `int n` two. */
function softwareInterruptBytes(vector: number): number {
  return vector === BREAKPOINT || vector === OVERFLOW ? 1 : 2;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
