/** All that is compared one by one, by chapter. */
import type { Engine } from '../arena/arena.ts';
import type { Case } from '../case.ts';
import { codeBreakpoints, dataBreakpoints, ports, singleSteps } from './debugging.ts';
import { encodings, lengths, privileges } from './encodings.ts';
import { identity, kinship } from './identity.ts';
import { faultPairs, idtGates, virtual8086 } from './interrupts.ts';
import { alignment, segmentLimits, stackLimits } from './limits.ts';
import { pae, pageAccesses, pageEntries } from './pages.ts';
import { reservedBits, shortSegments, shortTasks, usedGates } from './rarities.ts';
import { realMode } from './real-mode.ts';
import { descriptorTypes, segmentLoads, selectorQuestions } from './segments.ts';
import { smallTasks, taskDescriptors, taskFields, taskReturns } from './tasks.ts';
import { callGates, farTransfers, innerStacks, outerReturns } from './transfers.ts';

export const chapters: Readonly<Record<string, () => Generator<Case>>> = {
  segmentLoads,
  descriptorTypes,
  selectorQuestions,
  farTransfers,
  callGates,
  innerStacks,
  outerReturns,
  idtGates,
  faultPairs,
  virtual8086,
  taskFields,
  taskDescriptors,
  smallTasks,
  taskReturns,
  pageAccesses,
  pageEntries,
  pae,
  dataBreakpoints,
  codeBreakpoints,
  singleSteps,
  ports,
  segmentLimits,
  stackLimits,
  alignment,
  encodings,
  lengths,
  privileges,
  shortSegments,
  shortTasks,
  usedGates,
  reservedBits,
  realMode,
  kinship,
  identity,
};

/** Which processor a chapter is put to. A Core Duo has instructions of SSE3 where ours has none. */
export function engineFor(chapter: string): Engine {
  return chapter === 'identity' ? 'twin' : chapter === 'encodings' ? 'willamette' : 'bochs';
}
