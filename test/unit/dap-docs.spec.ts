/** What docs/dap.md tells people to paste works: it is JSON, and every attribute is one that is known. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  LAUNCH_OPTIONS,
  OWN_ATTRIBUTES,
  optionsOfConfiguration,
  unknownAttributes,
} from '../../emu/cli/dap/launch-configuration.ts';

const text = readFileSync(new URL('../../docs/dap.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!));

test('launch.json', () => {
  const launches = blocks.find(({ configurations }) => configurations)!.configurations as Record<string, unknown>[];
  expect(launches.map(({ type }) => type)).toEqual(launches.map(() => 'trapgate'));
  for (const configuration of launches.filter(({ request }) => request === 'launch')) {
    expect(unknownAttributes(configuration)).toEqual([]);
    expect(optionsOfConfiguration(configuration).operands).toEqual([configuration.program]);
  }
});

test('every attribute of our own is in the table', () => {
  for (const name of Object.keys(OWN_ATTRIBUTES)) expect(text).toContain(`| \`${name}\` |`);
});

test('a misspelt attribute is noticed, what clients add is not', () => {
  const configuration = { program: 'k', type: 'trapgate', request: 'launch', name: 'x', __sessionId: '1', initd: 'x' };
  expect(unknownAttributes(configuration)).toEqual(['initd']);
  expect(LAUNCH_OPTIONS.map(({ name }) => name)).not.toContain('gdb');
});
