// The translation cache as the hot switch checks it, inline. paging.ts fills and empties it.
//
// An entry says under which tag its page may be read and written, and what to add to a linear
// address to reach it. The tag compared is that of the access's last byte, so an access that
// crosses into the next page misses and takes the slow way.
import { TLB, TLB_ENTRIES, TLB_ENTRY_SHIFT, T_READ, T_WRITE, T_ADDEND } from './layout';

const PAGE_MASK: u32 = 0xfffff000;

@inline function entryIn(cache: usize, linear: u32): usize {
  return cache + (((linear >>> 12) & (TLB_ENTRIES - 1)) << TLB_ENTRY_SHIFT);
}
@inline function tagOf(linear: u32, bytes: u32): u32 { return (linear + (bytes - 1)) & PAGE_MASK; }

/** The entry of the current privilege for this address. */
@inline export function tlbEntry(linear: u32): usize { return entryIn(load<u32>(TLB), linear); }
/** ... of a given cache: TLB_SUPERVISOR or TLB_USER. */
@inline export function tlbEntryOf(cache: u32, linear: u32): usize { return entryIn(cache, linear); }

@inline export function canReadSpan(entry: usize, linear: u32, bytes: u32): bool {
  return load<u32>(entry, T_READ) == tagOf(linear, bytes);
}
@inline export function canWriteSpan(entry: usize, linear: u32, bytes: u32): bool {
  return load<u32>(entry, T_WRITE) == tagOf(linear, bytes);
}
@inline export function canRead<T>(entry: usize, linear: u32): bool { return canReadSpan(entry, linear, <u32>sizeof<T>()); }
@inline export function canWrite<T>(entry: usize, linear: u32): bool { return canWriteSpan(entry, linear, <u32>sizeof<T>()); }
/** Where the address lies in linear (wasm) memory; only after one of the checks above. */
@inline export function host(entry: usize, linear: u32): usize { return load<u32>(entry, T_ADDEND) + linear; }
