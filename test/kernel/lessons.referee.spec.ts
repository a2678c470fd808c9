/** The lessons on other machines: the kernel and its modules are no more ours than theirs. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withBochs } from './bochs.ts';
import type { Conversation } from './conversation.ts';
import { followElsewhere, LESSONS, type Lesson, readLesson } from './lesson.ts';
import { Qemu } from './qemu.ts';

const lessons = readdirSync(LESSONS)
  .filter((name) => /^\d\d-.*\.md$/.test(name))
  .sort()
  .map(readLesson);

/** What they lack. */
const NOT_UNDER_QEMU: Readonly<Record<string, string>> = {
  '10-button': 'there are no GPIO pins',
  '17-polling': 'its time passes at once while the guest waits for a key',
  '30-coprocessor': 'QEMU stops itself at FERR#',
  '31-lockup': 'its watchdog card pulls no IOCHK#',
};
const NOT_UNDER_BOCHS: Readonly<Record<string, string>> = {
  '31-lockup': 'there is no watchdog card',
  '32-cpuid': 'its processor has a local APIC',
};
const TIMEOUT_MS = 300_000;
const byHand = ({ steps }: Lesson) => steps.some(({ kind }) => kind === 'action');

async function followAll(machine: Conversation, chosen: readonly Lesson[]): Promise<void> {
  await machine.until('\n# ');
  for (const lesson of chosen) await followElsewhere(lesson, machine);
}

test('the lessons tell the truth under QEMU, too', { timeout: TIMEOUT_MS }, async () => {
  const chosen = lessons.filter(({ name }) => !(name in NOT_UNDER_QEMU));
  expect(chosen.length).toBe(lessons.length - Object.keys(NOT_UNDER_QEMU).length);
  await Qemu.with('', (qemu) => followAll(qemu, chosen));
});

test('and those that need no hand under Bochs', { timeout: TIMEOUT_MS }, async () => {
  const chosen = lessons.filter((lesson) => !(lesson.name in NOT_UNDER_BOCHS) && !byHand(lesson));
  expect(chosen.length).toBeGreaterThan(20);
  await withBochs((bochs) => followAll(bochs, chosen));
});
