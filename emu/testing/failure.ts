/**
 * What a failing test tells: what differs, what happened last, why, and how to get there: a capsule of the run so far,
 * and the command that opens the stepper at this very instruction.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'vitest';
import { whyFault } from '../debug/why/fault.ts';
import { whyIrq } from '../debug/why/irq.ts';
import { formatCapsule } from '../machine/keeping/capsule.ts';
import type { TestMachine } from './test-machine.ts';

const FOLDER = '.trapgate';
const LONGEST_NAME = 60;

/** @param irq the interrupt that did not come, when the complaint is about that */
export function failureOf(machine: TestMachine, complaint: string, irq?: number): string {
  const parts = [complaint, machine.story(), whyOf(machine, irq), wayThere(machine, complaint)];
  return parts.filter((part) => part !== '').join('\n');
}

/** The chain of checks behind the last fault, or before an interrupt. */
function whyOf(machine: TestMachine, irq: number | undefined): string {
  const asked = { pc: machine.pc, symbols: machine.symbols, traps: { entries: machine.traps } };
  if (irq !== undefined) return `Why IRQ ${irq} has not come: ${whyIrq(asked, irq).text}`;
  const last = machine.traps.at(-1);
  if (last?.cause !== 'fault' && machine.pc.cpu.shutdown === undefined) return '';
  return `Why: ${whyFault(asked).text}`;
}

function wayThere(machine: TestMachine, complaint: string): string {
  if (!machine.keepsCapsules) return '';
  if (machine.hasOwnChips) return '(No capsule was made: the machine has chips that only this test knows.)';
  const { currentTestName = 'test', testPath = '' } = expect.getState();
  const slug = currentTestName.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, LONGEST_NAME);
  const digest = createHash('sha256').update(testPath).update(currentTestName).digest('hex').slice(0, 8);
  const folder = existsSync('node_modules') ? join('node_modules', FOLDER) : join(tmpdir(), FOLDER);
  const path = join(folder, `${slug.replace(/^-|-$/g, '')}-${digest}.capsule`);
  try {
    mkdirSync(folder, { recursive: true });
    // Whole or not at all, also when several tests run at once.
    writeFileSync(
      `${path}.${process.pid}`,
      formatCapsule(machine.pc, { ...machine.debugging, note: complaint.split('\n')[0]! }),
    );
    renameSync(`${path}.${process.pid}`, path);
  } catch (error) {
    return `(No capsule was made: ${(error as Error).message})`;
  }
  return `To step from there: npx trapgate debug ${relative('.', path)}`;
}
