// Which processor this is: CPUID, the model-specific registers, and the counters. SDM 2A, CPUID; SDM 4.
//
// A P6: family 6, and of its features those that the instruction table and the rest of the core have. Software may
// believe every bit here; what is not claimed is not there.
import {
  CPL, CR4, EAX, EBX, ECX, EDX, EFER, EVENT_RDMSR, EVENT_WRMSR, MISC_ENABLE, PAGE_ATTRIBUTES, SYSENTER_CS, SYSENTER_EIP, SYSENTER_ESP, TIME_STAMP,
} from './layout';
import { meetEvent } from './attach';
import { raise, GP } from './fault';
import { now } from './time';
import { flushTranslations } from './paging';
import { onward } from './onward';

// ---- CPUID

const FEATURE_VME: u32 = 1 << 1, FEATURE_DE: u32 = 1 << 2, FEATURE_PSE: u32 = 1 << 3, FEATURE_TSC: u32 = 1 << 4, FEATURE_MSR: u32 = 1 << 5;
const FEATURE_PAE: u32 = 1 << 6, FEATURE_CX8: u32 = 1 << 8, FEATURE_SEP: u32 = 1 << 11, FEATURE_PGE: u32 = 1 << 13, FEATURE_CMOV: u32 = 1 << 15;
const FEATURE_PAT: u32 = 1 << 16, FEATURE_FPU: u32 = 1 << 0, FEATURE_CLFLUSH: u32 = 1 << 19, FEATURE_MMX: u32 = 1 << 23, FEATURE_FXSR: u32 = 1 << 24;
const FEATURE_SSE: u32 = 1 << 25, FEATURE_SSE2: u32 = 1 << 26;
/** Leaf 1, EDX. */
const FEATURES: u32 = FEATURE_TSC | FEATURE_MSR | FEATURE_CX8 | FEATURE_SEP | FEATURE_CMOV | FEATURE_DE | FEATURE_PSE | FEATURE_PAT
  | FEATURE_PAE | FEATURE_PGE | FEATURE_VME | FEATURE_FPU | FEATURE_CLFLUSH | FEATURE_MMX | FEATURE_FXSR | FEATURE_SSE | FEATURE_SSE2;
/** Leaf 1, EBX: CLFLUSH works on 8 * 8 bytes. */
const CLFLUSH_LINE: u32 = 8 << 8;
/** Leaf 80000001H, EDX. */
const EXTENDED_FEATURES: u32 = 1 << 20; // NX
/** Family 6, model 13, stepping 8. */
const SIGNATURE: u32 = 0x6d8;
const HIGHEST_LEAF: u32 = 2, HIGHEST_EXTENDED: u32 = 0x80000008;
/** Leaf 80000008H: 32 bits of physical address, 32 of linear address. */
const ADDRESS_BITS: u32 = 0x2020;
const VENDOR = memory.data<u8>([71, 101, 110, 117, 110, 116, 101, 108, 105, 110, 101, 73]); // "GenuineIntel", as EBX ECX EDX have it
/** "trapgate i686 processor", 48 bytes: leaves 80000002H to 80000004H. */
const BRAND = memory.data<u8>([
  116, 114, 97, 112, 103, 97, 116, 101, 32, 105, 54, 56, 54, 32, 112, 114, 111, 99, 101, 115, 115, 111, 114, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

function answer(eax: u32, ebx: u32, ecx: u32, edx: u32): void {
  store<u32>(EAX, eax);
  store<u32>(EBX, ebx);
  store<u32>(ECX, ecx);
  store<u32>(EDX, edx);
}
export function cpuid(pc: usize): usize {
  const leaf = load<u32>(EAX);
  if (leaf == 0) answer(HIGHEST_LEAF, load<u32>(VENDOR), load<u32>(VENDOR, 4), load<u32>(VENDOR, 8));
  else if (leaf == 1) answer(SIGNATURE, CLFLUSH_LINE, 0, FEATURES);
  else if (leaf == 0x80000000) answer(HIGHEST_EXTENDED, 0, 0, 0);
  else if (leaf == 0x80000001) answer(0, 0, 0, EXTENDED_FEATURES);
  else if (leaf >= 0x80000002 && leaf <= 0x80000004) {
    const at = BRAND + <usize>(leaf - 0x80000002) * 16;
    answer(load<u32>(at), load<u32>(at, 4), load<u32>(at, 8), load<u32>(at, 12));
  } else if (leaf == HIGHEST_EXTENDED) answer(ADDRESS_BITS, 0, 0, 0);
  else if (leaf > 0x80000000 && leaf < HIGHEST_EXTENDED) answer(0, 0, 0, 0);
  // SDM 2A, CPUID: beyond the highest leaf the highest basic one answers. Leaf 2 knows no caches: its only news is AL = 1.
  else answer(1, 0, 0, 0);
  return onward(pc);
}

// ---- counters

export const CR4_TSD: u32 = 1 << 2, CR4_PCE: u32 = 1 << 8;
const COUNTERS: u32 = 2; // of performance; with no events to count they stand at 0

@inline function refuse(pc: usize): usize { raise(GP, 0); return pc; }
@inline function give(value: u64): void {
  store<u32>(EAX, <u32>value);
  store<u32>(EDX, <u32>(value >>> 32));
}
/** One tick an instruction: virtual time. */
function timeStamp(): u64 { return <u64>(<i64>now() + load<i64>(TIME_STAMP)); }

/** SDM 2B, RDTSC: with CR4.TSD for ring 0 only. */
export function rdtsc(pc: usize): usize {
  if (load<u32>(CR4) & CR4_TSD && load<u32>(CPL)) return refuse(pc);
  give(timeStamp());
  return onward(pc);
}
/** SDM 2B, RDPMC: without CR4.PCE for ring 0 only; #GP(0) for a counter that isn't there. */
export function rdpmc(pc: usize): usize {
  if (!(load<u32>(CR4) & CR4_PCE) && load<u32>(CPL)) return refuse(pc);
  if (load<u32>(ECX) >= COUNTERS) return refuse(pc);
  give(0);
  return onward(pc);
}

// ---- model-specific registers: those that kernels and BIOSes of the time touch

const MSR_TSC: u32 = 0x10, MSR_PLATFORM_ID: u32 = 0x17, MSR_EBL_CR_POWERON: u32 = 0x2a, MSR_BIOS_UPDT_TRIG: u32 = 0x79, MSR_BIOS_SIGN_ID: u32 = 0x8b;
const MSR_SYSENTER_CS: u32 = 0x174, MSR_SYSENTER_ESP: u32 = 0x175, MSR_SYSENTER_EIP: u32 = 0x176, MSR_MISC_ENABLE: u32 = 0x1a0;
const MSR_PAT: u32 = 0x277, MSR_EFER: u32 = 0xc0000080;
export const EFER_NXE: u32 = 1 << 11;
const PAT_AT_RESET: u64 = 0x0007040600070406;

/** SDM 3A, 11.12.2: UC, WC, WT, WP, WB and UC-; anything else is #GP(0). */
function isAttributeTable(value: u64): bool {
  for (let i: u32 = 0; i < 8; i++, value >>>= 8) {
    const type = <u32>value & 0xff;
    if (type > 7 || type == 2 || type == 3) return false;
  }
  return true;
}
export function resetModel(): void {
  store<u64>(PAGE_ATTRIBUTES, PAT_AT_RESET);
  store<u32>(MISC_ENABLE, 1); // fast strings
}
/** SDM 2B, RDMSR: #GP(0) outside ring 0, and for a register that isn't there. */
export function rdmsr(pc: usize): usize {
  if (load<u32>(CPL)) return refuse(pc);
  const msr = load<u32>(ECX);
  if (msr == MSR_TSC) give(timeStamp());
  else if (msr == MSR_SYSENTER_CS) give(load<u32>(SYSENTER_CS));
  else if (msr == MSR_SYSENTER_ESP) give(load<u32>(SYSENTER_ESP));
  else if (msr == MSR_SYSENTER_EIP) give(load<u32>(SYSENTER_EIP));
  else if (msr == MSR_MISC_ENABLE) give(load<u32>(MISC_ENABLE));
  else if (msr == MSR_PAT) give(load<u64>(PAGE_ATTRIBUTES));
  else if (msr == MSR_EFER) give(load<u32>(EFER));
  else if (msr == MSR_PLATFORM_ID || msr == MSR_EBL_CR_POWERON || msr == MSR_BIOS_SIGN_ID) give(0);
  else return refuse(pc);
  meetEvent(EVENT_RDMSR);
  return onward(pc);
}
/** SDM 2B, WRMSR: #GP(0) besides for reserved bits. */
export function wrmsr(pc: usize): usize {
  if (load<u32>(CPL)) return refuse(pc);
  const msr = load<u32>(ECX), value = load<u32>(EAX), high = load<u32>(EDX);
  // SDM 3B, 17.17.3: on a P6 writing clears the upper half of the time-stamp counter.
  if (msr == MSR_TSC) store<i64>(TIME_STAMP, <i64>value - <i64>now());
  else if (msr == MSR_SYSENTER_CS) store<u32>(SYSENTER_CS, value);
  else if (msr == MSR_SYSENTER_ESP) store<u32>(SYSENTER_ESP, value);
  else if (msr == MSR_SYSENTER_EIP) store<u32>(SYSENTER_EIP, value);
  else if (msr == MSR_MISC_ENABLE) store<u32>(MISC_ENABLE, value);
  else if (msr == MSR_PAT) {
    const table = <u64>high << 32 | value;
    if (!isAttributeTable(table)) return refuse(pc);
    store<u64>(PAGE_ATTRIBUTES, table);
  } else if (msr == MSR_EFER) {
    if (value & ~EFER_NXE || high) return refuse(pc);
    if (value != load<u32>(EFER)) { store<u32>(EFER, value); flushTranslations(); }
  } else if (msr != MSR_BIOS_UPDT_TRIG && msr != MSR_BIOS_SIGN_ID) return refuse(pc);
  meetEvent(EVENT_WRMSR);
  return onward(pc);
}
