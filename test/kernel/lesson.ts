/**
 * A lesson's text, followed: its fenced blocks are what one types, and what the machine answers.
 *
 * | line of a block            | meaning                                                                     |
 * |----------------------------|-----------------------------------------------------------------------------|
 * | `$ ... --append nmi`       | how the machine is started, when it is not as usual                          |
 * | `# insmod works.ko`        | a command; the lines behind it are all that it says, without time stamps; with none, and an action behind it, it may be waiting for that |
 * | `[press a]`, `[press Enter]` | a key, at the keyboard; the lines behind it come in this order             |
 * | `[button]`                 | the push button at GPIO 15, held for a tenth of a second                     |
 * | `[mouse 10 -5]`            | the mouse, to the right and away                                            |
 * | `...`                      | in a line any text; alone any lines                                         |
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Guest, type GuestOptions } from './guest.ts';

const CTRL_U = 0x15;

export const LESSONS = new URL('../../docs/lessons', import.meta.url).pathname;

export interface Step {
  readonly kind: 'command' | 'action';
  readonly text: string;
  readonly answer: readonly string[];
}

export interface Lesson {
  readonly name: string;
  /** The words of its `$` line, or none when the machine is started as usual. */
  readonly start: readonly string[];
  readonly steps: readonly Step[];
}

/** @param file a name in docs/lessons */
export function readLesson(file: string): Lesson {
  const blocks = readFileSync(join(LESSONS, file), 'utf8').matchAll(/^```\n(.*?)^```$/gms);
  const lines = [...blocks].flatMap(([, block]) => block!.trimEnd().split('\n'));
  const steps: { kind: Step['kind']; text: string; answer: string[] }[] = [];
  let start: string[] = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) start = line.slice(2).split(/\s+/);
    else if (line.startsWith('# ')) steps.push({ kind: 'command', text: line.slice(2), answer: [] });
    else if (/^\[(press|button|mouse)\b.*\]$/.test(line))
      steps.push({ kind: 'action', text: line.slice(1, -1), answer: [] });
    else if (steps.length > 0) steps.at(-1)!.answer.push(line);
    else throw new Error(`${file}: "${line}" answers nothing`);
  }
  return { name: file.replace(/\.md$/, ''), start, steps };
}

/** The machine that a `$` line starts, at its shell. */
export function startFor(lesson: Lesson): Guest {
  const after = (option: string) => lesson.start[lesson.start.indexOf(option) + 1];
  const has = (option: string) => lesson.start.includes(option);
  const pc: GuestOptions['pc'] = has('--watchdog') ? { watchdog: 'nmi' } : {};
  const guest = new Guest(has('--append') ? after('--append') : '', true, { pc });
  guest.until('\n# ');
  return guest;
}

/** Do what it says and see whether the machine answers as it says. */
export function follow(lesson: Lesson, guest: Guest): void {
  lesson.steps.forEach((step, n) => {
    if (step.kind === 'action') {
      let at = guest.console.length;
      act(guest, step.text);
      for (const line of step.answer) at = waitFor(guest, line, at);
      // What was pressed is on the shell's line, too.
      guest.pc.serial.send([CTRL_U]);
    } else if (step.answer.length === 0 && lesson.steps[n + 1]?.kind === 'action') {
      // It may be waiting for just that.
      guest.pc.serial.send(Buffer.from(`${step.text}\n`));
      guest.pc.machine.run({ instructions: guest.pc.machine.clock.frequency / 2 });
    } else {
      const answer = told(guest.command(step.text));
      expect(matches(answer, step.answer), story(step, answer)).toBe(true);
    }
  });
}

/** The same on another machine, which has no button. */
export async function followElsewhere(lesson: Lesson, machine: OtherMachine): Promise<void> {
  for (const [n, step] of lesson.steps.entries()) {
    if (step.kind === 'action') {
      const [verb, ...rest] = step.text.split(' ');
      if (verb === 'press') await machine.press?.(rest[0] === 'Enter' ? 'ret' : rest[0]!);
      else await machine.moveMouse?.(Number(rest[0]), Number(rest[1]));
      for (const line of step.answer) for (const part of line.split('...')) await machine.until(part);
      machine.send(String.fromCharCode(CTRL_U));
      await machine.command('sleep 0.2'); // what was begun may be told later
    } else if (step.answer.length === 0 && lesson.steps[n + 1]?.kind === 'action') {
      await machine.command(step.text);
    } else {
      const answer = told(await machine.command(step.text));
      expect(matches(answer, step.answer), story(step, answer)).toBe(true);
    }
  }
}

export interface OtherMachine {
  command(line: string): Promise<string[]>;
  until(text: string): Promise<string>;
  send(text: string): void;
  press?(key: string): Promise<void>;
  moveMouse?(right: number, away: number): Promise<void>;
}

/** A command that said nothing has said one empty line. */
const told = (answer: readonly string[]) => answer.filter((line) => line !== '' || answer.length > 1);

function act(guest: Guest, text: string): void {
  const { machine } = guest.pc;
  const [verb, ...rest] = text.split(' ');
  if (verb === 'press') {
    guest.type(rest[0] === 'Enter' ? '\n' : rest[0]!);
  } else if (verb === 'button') {
    const held = machine.clock.frequency / 10;
    machine.inputs.schedule(machine.now, { kind: 'gpio', pin: 15, down: true });
    machine.inputs.schedule(machine.now + held, { kind: 'gpio', pin: 15, down: false });
    machine.run({ instructions: 2 * held });
  } else {
    const [right, away] = rest.map(Number);
    machine.inputs.schedule(machine.now, { kind: 'mouse', right: right!, away: away!, wheel: 0 });
  }
  machine.run({ instructions: machine.clock.frequency / 5 });
}

/** The place behind a line that the console has said, or says, from `from` on. */
function waitFor(guest: Guest, line: string, from: number): number {
  const [first, ...rest] = line.split('...');
  let at = guest.until(first!, from);
  for (const part of rest) at = guest.until(part, at);
  return at;
}

function matches(said: readonly string[], told: readonly string[]): boolean {
  if (told.length === 0) return said.length === 0;
  const [line, ...others] = told;
  if (line === '...') return said.some((_, n) => matches(said.slice(n), others)) || matches([], others);
  return said.length > 0 && pattern(line!).test(said[0]!) && matches(said.slice(1), others);
}

function pattern(line: string): RegExp {
  const literal = line.split('...').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`);
}

function story({ text, answer }: Step, said: readonly string[]): string {
  return `# ${text}\nthe lesson says:\n${answer.join('\n')}\nthe machine says:\n${said.join('\n')}\n`;
}
