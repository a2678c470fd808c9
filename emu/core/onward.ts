// How instructions outside the hot switch go on to the next one.
import { RECORD, R_KIND, KIND_ENDS_BLOCK } from './layout';
import { next } from './operands';
import { find } from './blocks';

/** The next instruction's record: the next in memory, or, after one that ends its block, whatever is found there now. */
@inline export function onward(pc: usize): usize {
  return load<u8>(pc, R_KIND) & KIND_ENDS_BLOCK ? find(next(pc)) : pc + RECORD;
}
