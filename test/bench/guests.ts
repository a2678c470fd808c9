/** The benchmark guests: what they are, and their images. */
import { readdirSync } from 'node:fs';

export const GUESTS = 'test/bench/guests';

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
