/** Every example of docs/assembler.md assembles without a word. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { assemble, formatDiagnostic } from '../../asm/index.ts';

const text = readFileSync('docs/assembler.md', 'utf8');
const examples: [title: string, source: string][] = [];
let title = '';
for (const [, heading, source] of text.matchAll(/^## (.+)$|^```asm\n([\s\S]*?)^```$/gm)) {
  if (heading !== undefined) title = heading;
  else examples.push([title, source!]);
}

test.each(examples)('%s', (_, source) => {
  const format = source.includes('.multiboot') ? 'multiboot' : 'bin';
  const { ok, bytes, diagnostics } = assemble(source, { format, file: 'example.asm' });
  expect(diagnostics.map(formatDiagnostic)).toEqual([]);
  expect(ok && bytes.length > 0).toBe(true);
});
