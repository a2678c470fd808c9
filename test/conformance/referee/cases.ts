/** Random cases of every kind. */
import type { Random } from '../../fuzz/random.ts';
import type { FpuCase } from '../fpu-cases.ts';
import { x87Case } from './x87-cases.ts';

/** @param group `x87.arithmetic`, say; default anything */
export function randomCase(random: Random, group?: string): FpuCase {
  const [, kind] = group?.split('.') ?? [];
  return x87Case(random, kind);
}
