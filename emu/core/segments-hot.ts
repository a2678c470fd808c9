// Loading data segment registers as the hot switch does it: a flat segment whose descriptor is remembered, into a
// register that was flat before, so that nothing decoded depends on the change. All inlined; the rest is segments.ts.
import {
  CPL, DS, ES, GENERATION, MODE, MODE_FLAT, SEGMENT, SEGMENTS, SS, S_ACCESS, S_BASE, S_LIMIT, S_SELECTOR, S_USABLE,
} from './layout';
import { dplOf, KEPT_IN_CACHE, rememberedAt, rplOf } from './segments';

@inline export function selectorOf(segment: usize): u32 { return load<u32>(<usize>SEGMENTS + segment * <usize>SEGMENT, S_SELECTOR); }

// A descriptor's dwords when it is present, writable, expand-up, accessed data with base 0 and limit 4 GB.
const FLAT_LOW: u32 = 0x0000ffff, FLAT_HIGH: u32 = 0x008f9300, FLAT_HIGH_MASK: u32 = 0xff8f9fff;
const IN_MODE: u32 = (MODE_FLAT << ES) | (MODE_FLAT << DS); // FS and GS have no part in MODE
const STACK: u32 = MODE_FLAT << SS; // SS is never plain: loading it casts a shadow

@inline export function loadsPlainly(segment: usize, selector: u32): bool {
  const entry = rememberedAt(selector), high = load<u32>(entry, 12);
  const unknown = (load<u32>(entry) ^ load<u32>(GENERATION)) | (load<u32>(entry, 4) ^ (selector & 0xfffc));
  const odd = (load<u32>(entry, 8) ^ FLAT_LOW) | ((high & FLAT_HIGH_MASK) ^ FLAT_HIGH);
  const changesMode = (~load<u32>(MODE) & IN_MODE | STACK) & (MODE_FLAT << <u32>segment);
  // SDM 3A, 5.7: both CPL and RPL must be at or below the DPL.
  return (unknown | odd | changesMode) == 0 && max(load<u32>(CPL), rplOf(selector)) <= dplOf(high);
}
@inline export function loadPlain(segment: usize, selector: u32): void {
  const at = <usize>SEGMENTS + segment * <usize>SEGMENT;
  store<u32>(at, selector, S_SELECTOR);
  store<u32>(at, 0, S_BASE);
  store<u32>(at, 0xffffffff, S_LIMIT);
  store<u32>(at, load<u32>(rememberedAt(selector), 12) & KEPT_IN_CACHE, S_ACCESS);
  store<u32>(at, 1, S_USABLE);
}
