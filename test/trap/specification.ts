/** Trap cases as sentences: what a program does in a world, and what must be delivered. */
import { expect, test } from 'vitest';
import { boot, type ExpectedTrap, type Program, type TestMachine, UD } from '../../emu/testing/index.ts';

type World = (strings: TemplateStringsArray, ...values: readonly (string | number)[]) => Program;

/** What the case says, the program from its label `start`, and the trap; `eip` is the label `here` unless it says else. */
export type Case = readonly [sentence: string, code: string, expected: ExpectedTrap];

/** The program comes to its end without a trap: the ud2 behind it is what is delivered. */
export const NOTHING: ExpectedTrap = { vector: UD, errorCode: null, eip: 'behind' };

/** A program with the label `start` before it, and `behind`, a ud2, after it. */
export function programOf(world: World, code: string): Program {
  return world`start:
${code}
behind: ud2
`;
}

/** Boot, run to the first trap or interrupt, compare. */
export async function deliver(world: World, code: string, expected: ExpectedTrap): Promise<TestMachine> {
  const m = await boot(programOf(world, code));
  m.runUntilTrap();
  expect(m).toDeliverTrap({ eip: 'here', ...expected });
  return m;
}

/** A test for each case. */
export function specify(world: World, cases: readonly Case[]): void {
  test.each(cases)('%s', async (_, code, expected) => {
    await deliver(world, code, expected);
  });
}
