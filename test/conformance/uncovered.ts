/** Entries of the instruction table that no referee can be asked about, with the reason. A test sees that they stay few. */
export const uncovered: Readonly<Record<string, string>> = {};

/** The same for places in the core that raise an exception (differential/causes.ts names them). */
export const unraised: Readonly<Record<string, string>> = {
  'real.ts returnToVirtual8086: raise(GP, 0)':
    'no referee checks EIP against the limit here: Bochs and QEMU fault at the first fetch; test/trap/virtual-8086-extensions.spec.ts has it',
};
