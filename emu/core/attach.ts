// What a debugger attached to the machine asks of the core. The host writes the tables (layout.ts, "The debugger's"); nothing
// here is part of the guest's machine, and none of it costs anything while there is no breakpoint and no watch.
//
//   breakpoints   by linear address. The decoder gives such an instruction no hot case, so that the hot switch leaves
//                 before it, and the loop asks here. Everything else runs as fast as ever.
//   watches       of linear addresses. A watched page is kept out of the translation caches, so that every access to it
//                 comes the slow way, where it is compared; the loop then stops after the instruction.
//   events        what never happens in the hot switch: a change of the CPL, rdmsr and wrmsr.
import {
  BREAKPOINTS, BREAKPOINT_COUNT, BREAKPOINT_NONE, BREAKPOINT_SLOTS, CS, ECX, END_TIME, EVENT_HIT, EVENT_MSR, EVENT_STOPS, EXIT_REQUEST, KIND_REAL, PASS_TIME, R_EIP, R_KIND, REPEATING, S_BASE,
  SEGMENT, SEGMENTS, WATCH, WATCH_COUNT, WATCH_FIRST, WATCH_HIT, WATCH_HITS, WATCH_HIT_AT, WATCH_KINDS, WATCH_LAST, WATCHES,
} from './layout';
import { instructionsLeft } from './time';

@inline function linearOf(eip: u32): u32 { return load<u32>(SEGMENTS + CS * SEGMENT, S_BASE) + eip; }

/** Is there a breakpoint on the instruction at this EIP? An open hash table: the host puts an address into the first free slot. */
export function hasBreakpoint(eip: u32): bool {
  if (!load<u32>(BREAKPOINT_COUNT)) return false;
  const linear = linearOf(eip);
  let slot = linear & (BREAKPOINT_SLOTS - 1), found = load<u32>(BREAKPOINTS + (slot << 2));
  while (found != linear && found != BREAKPOINT_NONE) {
    slot = (slot + 1) & (BREAKPOINT_SLOTS - 1);
    found = load<u32>(BREAKPOINTS + (slot << 2));
  }
  return found == linear;
}
/** Must the loop stop before this record? Not in the middle of a repeated instruction, and not where the host goes on from. */
@inline export function stopsBefore(pc: usize): bool { return load<u32>(BREAKPOINT_COUNT) != 0 && isStop(pc); }
function isStop(pc: usize): bool {
  if (!(load<u8>(pc, R_KIND) & KIND_REAL) || load<u32>(REPEATING)) return false;
  return hasBreakpoint(load<u32>(pc, R_EIP)) && load<f64>(END_TIME) - <f64>instructionsLeft(pc) != load<f64>(PASS_TIME);
}

@inline function watchAt(n: u32): usize { return WATCHES + n * WATCH; }
@inline function overlaps(watch: usize, first: u32, last: u32): bool {
  return first <= load<u32>(watch, WATCH_LAST) && last >= load<u32>(watch, WATCH_FIRST);
}
/** Is something in this page watched? */
export function watchesPage(linear: u32): bool {
  const page = linear & 0xfffff000;
  for (let n: u32 = 0; n < load<u32>(WATCH_COUNT); n++) if (overlaps(watchAt(n), page, page + 0xfff)) return true;
  return false;
}
/** Memory was accessed; `kind` is WATCH_READ or WATCH_WRITE. */
export function meetWatches(kind: u32, linear: u32, bytes: u32): void {
  for (let n: u32 = 0; n < load<u32>(WATCH_COUNT); n++) {
    const watch = watchAt(n);
    if (!(load<u32>(watch, WATCH_KINDS) & kind) || !overlaps(watch, linear, linear + bytes - 1)) continue;
    const bit: u64 = <u64>1 << n;
    if (load<u32>(WATCH_HIT)) {
      store<u64>(WATCH_HITS, load<u64>(WATCH_HITS) | bit);
      continue;
    }
    store<u32>(WATCH_HIT, n + 1);
    store<u64>(WATCH_HITS, bit);
    store<u32>(WATCH_HIT_AT, linear);
    store<u32>(EXIT_REQUEST, 1);
  }
}

/** One of the EVENT_ bits has come to pass: stop after this instruction if the debugger waits for it. */
export function meetEvent(event: u32): void {
  if (!(load<u32>(EVENT_STOPS) & event)) return;
  store<u32>(EVENT_HIT, load<u32>(EVENT_HIT) | event);
  store<u32>(EVENT_MSR, load<u32>(ECX));
  store<u32>(EXIT_REQUEST, 1);
}
