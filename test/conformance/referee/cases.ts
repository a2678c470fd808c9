/** Random cases of every kind. */
import type { Random } from '../../fuzz/random.ts';
import type { FpuCase } from '../fpu-cases.ts';
import { sseCase } from './sse-cases.ts';
import { x87Case } from './x87-cases.ts';

/** @param group `x87`, `x87.arithmetic`, `sse`, and so on; default anything */
export function randomCase(random: Random, group?: string): FpuCase {
  const [family, kind] = group?.split('.') ?? [];
  const isX87 = family ? family === 'x87' : random.chance(2);
  return isX87 ? x87Case(random, kind) : sseCase(random, kind);
}
