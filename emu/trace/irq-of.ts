/** Which interrupt line a vector stands for. */

import type { Pc } from '../machine/pc.ts';

/** IRQ 0 to 15, as the 8259s are set up now; undefined for a vector of neither. */
export function irqOf({ pic }: Pick<Pc, 'pic'>, vector: number): number | undefined {
  const { master, slave } = pic.peek();
  if ((vector & 0xf8) === (master.icw2 & 0xf8)) return vector & 7;
  if ((vector & 0xf8) === (slave.icw2 & 0xf8)) return 8 + (vector & 7);
  return undefined;
}
