/**
 * What a debugger may look at: a machine of ours (Pc is one), or one at the far end of a wire, as far as its stub tells.
 * Looking changes nothing: no page is marked accessed, no chip is asked, no cache is filled.
 */

import type { GeneralRegister, Segment, SegmentRegister, TableRegister } from '../../machine/cpu.ts';

export interface ProcessorSight {
  register(name: GeneralRegister): number;
  /** With its hidden part; of a stub that does not tell it, as its descriptor says. */
  segment(name: SegmentRegister): Segment;
  readonly eip: number;
  readonly eflags: number;
  readonly cpl: number;
  readonly cr0: number;
  readonly cr2: number;
  readonly cr3: number;
  readonly cr4: number;
  /** undefined: the stub does not tell. */
  readonly gdtr: TableRegister | undefined;
  readonly idtr: TableRegister | undefined;
  readonly isHalted: boolean;
}

export interface Sight {
  readonly cpu: ProcessorSight;
  /** Virtual time; undefined where the stub has none. */
  readonly now: number | undefined;
  /** As many of these bytes at a linear address as can be seen: fewer, or none, where no page is mapped or a chip decodes. */
  peek(linear: number, length: number): Uint8Array;
  /** The same at a physical address. */
  peekPhysical(physical: number, length: number): Uint8Array;
}
