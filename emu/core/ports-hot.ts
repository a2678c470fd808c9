// Port accesses as the hot switch makes them: allowed by IOPL in protected mode, with no breakpoint on ports.
import { CPL, EFLAGS, EXIT_REQUEST, INTR, NMI, WATCHING } from './layout';
import { FLAG_VM } from './segments';
@external('env', 'portRead') export declare function portRead(port: u32, width: u32): u32;
@external('env', 'portWrite') export declare function portWrite(port: u32, value: u32, width: u32): void;

@inline export function mayAccess(): bool {
  return ((load<u32>(EFLAGS) & FLAG_VM) | load<u32>(WATCHING)) == 0 && load<u32>(CPL) <= ((load<u32>(EFLAGS) >>> 12) & 3);
}
/** The access may have raised a line, or asked for an end of the run. */
@inline export function wantsAttention(): bool { return (load<u32>(INTR) | load<u32>(EXIT_REQUEST) | load<u32>(NMI)) != 0; }
