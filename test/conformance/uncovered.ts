/** Entries of the instruction table that no referee can be asked about, with the reason. A test sees that they stay few. */
export const uncovered: Readonly<Record<string, string>> = {
  '0f a2 cpuid (none)': 'says which processor it is: test/trap/p6.spec.ts compares with docs/processor.md',
};

/** The same for places in the core that raise an exception. */
export const unraised: Readonly<Record<string, string>> = {};
