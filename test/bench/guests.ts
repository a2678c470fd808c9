/** The benchmark guests: what they are, and their images. */
import { assembleFile } from '../../emu/build/assemble.ts';

const GUESTS = 'test/bench/guests';

const COMPUTE = ['sieve', 'crc32', 'qsort', 'chacha', 'fib', 'matmul', 'memcpy', 'divmix'];
const TRAP = ['int3', 'int80-ring0', 'int80-ring3', 'pagefault', 'protection', 'ports', 'irq'];

export interface Guest {
  readonly name: string;
  readonly kind: 'compute' | 'trap';
}

/** All guests, compute first. */
export const guests: readonly Guest[] = [
  ...COMPUTE.map((name) => ({ name, kind: 'compute' }) as const),
  ...TRAP.map((name) => ({ name, kind: 'trap' }) as const),
];

/** The image: multiboot ELF32. @throws BuildError when the source has an error */
export function assembleGuest(name: string): Uint8Array {
  return assembleFile(`${GUESTS}/${name}.asm`, { format: 'multiboot', includePaths: [GUESTS] }).bytes;
}
