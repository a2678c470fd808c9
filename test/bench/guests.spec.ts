/** The benchmark guests compute what they should: the sums are QEMU's and v86's. */
import { expect, test } from 'vitest';
import { assembleGuest, guests } from './guests.ts';
import { trapgateEngine } from './trapgate.ts';

/** Checksum of the first round. */
const SUMS: Readonly<Record<string, string>> = {
  sieve: '0000c010',
  crc32: '32af2cf0',
  qsort: 'be597c12',
  chacha: 'e1996b0f',
  fib: '0001e449',
  matmul: '95403f66',
  memcpy: '010fbb7f',
  divmix: '22363834',
  int3: '00030d40',
  'int80-ring0': '3d983b70',
  'int80-ring3': '33300560',
  pagefault: '71c7ccc0',
  protection: '30bb9600',
  ports: '00024a20',
  irq: '00030d40',
};

test.each(guests)('$name', async ({ name }) => {
  const { report } = await trapgateEngine(assembleGuest(name));
  expect(report.slice(0, 8)).toBe(SUMS[name]);
});
