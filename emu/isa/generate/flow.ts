/** How a case goes on: to the next record, to another block, or out of the switch. */

export type Mode = 'hot' | 'slow';
/** Lines of AssemblyScript. */
export type Lines = string[];

export const leave = 'return leave(pc, budget);';

/** End of a block: charge its instructions, go to the target, look up when the host wants control. */
export function go(mode: Mode, target: string, record = 'pc'): Lines {
  if (mode === 'slow') return [`return ${target};`];
  return [`budget -= blockLength(${record});`, `pc = ${target};`, `if (budget < 0) ${leave}`, 'continue;'];
}
export const next = (mode: Mode): Lines => (mode === 'slow' ? ['return pc + RECORD;'] : ['pc += RECORD;', 'continue;']);
/** Hot: where this EIP's record is, known from before, or leave. */
export const known = (eip: string): Lines => [
  `const entry = jumpEntry(${eip});`,
  `if (!jumpKnown(entry, ${eip})) ${leave}`,
];
