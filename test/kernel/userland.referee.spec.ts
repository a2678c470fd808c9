import { expect, test } from 'vitest';
import { answersOfQemu } from './qemu.ts';
import { files, language, signals } from './userland.ts';

test('shell, files and signals answer the same under QEMU', async () => {
  const exchanges = [...language, ...signals, ...files];
  const answers = await answersOfQemu(exchanges.map(({ command }) => command));
  exchanges.forEach(({ command, answer }, n) => {
    const expected = answer.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line)));
    expect(answers[n], command).toEqual(expected);
  });
});
