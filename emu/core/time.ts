// Virtual time: how many instructions have retired, exactly, at any moment.
import { END_TIME, BUDGET, MARGIN, CURRENT, R_POSITION } from './layout';

/** Instructions left before the deadline, as seen from a record about to run. */
@inline export function instructionsLeft(pc: usize): i32 {
  return load<i32>(BUDGET) + <i32>MARGIN - <i32>load<u8>(pc, R_POSITION);
}
/** Virtual time at the instruction being executed. */
export function now(): f64 {
  return load<f64>(END_TIME) - <f64>instructionsLeft(load<u32>(CURRENT));
}
