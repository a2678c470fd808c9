import { afterEach, describe, expect, test } from 'vitest';
import { expectRest } from './behind.ts';
import { Guest } from './guest.ts';

interface Kind {
  readonly kind: string;
  readonly vector: number;
  readonly errorCode?: number;
  readonly cr2?: number;
  /** The lines before the registers. */
  readonly says: readonly string[];
}

const WILD = 0xdeadbee8;
/** Vectors from here on are interrupts. */
const EXCEPTIONS = 32;

const oopses: Kind[] = [
  { kind: 'divide', vector: 0, says: ['divide error: 0000'] },
  { kind: 'overflow', vector: 4, says: ['overflow: 0000'] },
  { kind: 'ud', vector: 6, says: ['invalid opcode: 0000'] },
  { kind: 'df', vector: 8, errorCode: 0, says: ['PANIC: double fault, error_code: 0x0', 'double fault: 0000'] },
  { kind: 'np', vector: 11, errorCode: 0xe0, says: ['segment not present: 00e0'] },
  { kind: 'ss', vector: 12, errorCode: 0xe0, says: ['stack segment: 00e0'] },
  { kind: 'gp', vector: 13, errorCode: 0x100, says: ['general protection fault: 0100'] },
  {
    kind: 'pf',
    vector: 14,
    errorCode: 2,
    cr2: WILD,
    says: [
      'BUG: unable to handle page fault for address: deadbee8',
      '#PF: supervisor write access in kernel mode',
      '#PF: error_code(0x0002) - not-present page',
      '*pde = 00000000',
      'Oops: 0002',
    ],
  },
  {
    kind: 'null',
    vector: 14,
    errorCode: 0,
    cr2: 0,
    says: [
      'BUG: kernel NULL pointer dereference, address: 00000000',
      '#PF: supervisor read access in kernel mode',
      '#PF: error_code(0x0000) - not-present page',
    ],
  },
];

describe('a fault in the kernel is an oops, and the shell lives on', () => {
  const guest = Guest.shell();
  afterEach(() => expectRest(guest));
  let oopsCount = 0;

  test.each(oopses)('trap $kind', ({ kind, vector, errorCode, cr2, says }) => {
    const from = guest.traps.entries.length;
    const lines = guest.command(`trap ${kind}`);
    oopsCount++;
    // What the processor did ...
    const delivered = guest.traps.entries.slice(from).filter((entry) => entry.vector < EXCEPTIONS);
    expect(delivered).toHaveLength(1);
    expect(delivered[0]).toMatchObject({ vector, errorCode, cr2, cpl: 0 });
    // ... and what the kernel said of it
    says.forEach((text, n) => {
      expect(lines[n]).toBe(/: \d{4}$/.test(text) || /: [\da-f]{4}$/.test(text) ? `${text} [#${oopsCount}]` : text);
    });
    const report = lines.slice(says.length).join('\n');
    expect(report).toMatch(new RegExp(`^EIP: trap_${kind}\\+0x[\\da-f]+/0x[\\da-f]+$`, 'm'));
    expect(report).toMatch(/^Code:( [\da-f]{2})+ <[\da-f]{2}>( [\da-f]{2})+$/m);
    expect(report).toMatch(/^Call Trace:\n provoke_trap\+/m);
    expect(lines.at(-1)).toBe('Segmentation fault');
    expect(guest.command('echo alive')).toEqual(['alive']);
  });

  test('a stack used up is a double fault, and the task gate leads to a sound stack', () => {
    const from = guest.traps.entries.length;
    const lines = guest.command('trap stack');
    oopsCount++;
    const exceptions = guest.traps.entries.slice(from).filter((entry) => entry.vector < EXCEPTIONS);
    expect(exceptions).toMatchObject([{ vector: 8, errorCode: 0 }]);
    const [, hit, bottom] = /^BUG: stack guard page was hit at (\w{8}) \(stack is (\w{8})\.\.\w{8}\)$/.exec(lines[0]!)!;
    const below = Number.parseInt(bottom!, 16) - Number.parseInt(hit!, 16);
    expect(below).toBeGreaterThan(0);
    expect(below).toBeLessThanOrEqual(4096);
    expect(lines[1]).toBe(`kernel stack overflow (double-fault): 0000 [#${oopsCount}]`);
    expect(lines.filter((line) => line.startsWith(' trap_stack+'))).toHaveLength(24);
    expect(guest.command('trap stack').at(-1)).toBe('Segmentation fault');
    expect(guest.command('echo alive')).toEqual(['alive']);
  });

  test('the trace names every caller', () => {
    const lines = guest.command('trap nested');
    const trace = lines.slice(lines.indexOf('Call Trace:') + 1, -2).map((line) => line.trim().replace(/\+.*/, ''));
    expect(trace).toEqual([
      ...['nested_inner', 'nested_outer', 'trap_nested'],
      ...['provoke_trap', 'seq_write', 'sys_write', 'do_system_call', 'common_entry_return'],
      expect.stringMatching(/^EIP: 0x4000/),
    ]);
  });

  test('the kernel cannot write into its own code', () => {
    const lines = guest.command('trap ro');
    const address = guest.address('trap_ro').toString(16).padStart(8, '0');
    expect(lines.slice(0, 3)).toEqual([
      `BUG: unable to handle page fault for address: ${address}`,
      '#PF: supervisor write access in kernel mode',
      '#PF: error_code(0x0003) - permissions violation',
    ]);
  });

  test('int3 is said and passed over', () => {
    const from = guest.traps.entries.length;
    expect(guest.command('trap int3').join()).toMatch(
      /^int3: breakpoint in the kernel at trap_int3\+0x3\/0x\w+, going on$/,
    );
    const breakpoint = guest.traps.entries.slice(from).find(({ vector }) => vector === 3);
    expect(breakpoint).toMatchObject({ eip: guest.address('trap_int3') + 4, errorCode: undefined });
  });

  test('a vector that nobody claims is said', () => {
    expect(guest.command('trap vector')).toEqual(['do_IRQ: 0.56 No irq handler for vector']);
  });

  test('no such kind', () => {
    expect(guest.command('trap nonsense')).toEqual(['trap: nonsense: no such kind']);
  });
});
