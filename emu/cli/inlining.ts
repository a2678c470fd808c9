/** A setting of the JavaScript engine that the program makes for itself; a library must not. */
import { setFlagsFromString } from 'node:v8';

/**
 * V8 puts at most 920 bytes of bytecode, callees with theirs, into one compiled function. What an interrupt does to the
 * chips is a chain of small methods somewhat longer than that; with room for all of it, guests that live on interrupts
 * run a fifth faster, and others as before (docs/decisions/0007-a-function-for-each-slow-case.md). To be called before
 * anything is compiled.
 */
export function inlineLongChains(): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=3000');
}
