/** All that is compared one by one, by chapter. */
import type { Case } from '../case.ts';
import { codeBreakpoints, dataBreakpoints, ports, singleSteps } from './debugging.ts';
import { encodings, lengths, privileges } from './encodings.ts';
import { faultPairs, idtGates, virtual8086 } from './interrupts.ts';
import { alignment, segmentLimits, stackLimits } from './limits.ts';
import { pae, pageAccesses, pageEntries } from './pages.ts';
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
};
