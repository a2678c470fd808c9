/** Runs the command at a terminal, as a person does: script(1) makes one, and xterm.js shows what it would show. */
import { spawn } from 'node:child_process';
import xterm from '@xterm/headless';
import { onTestFinished } from 'vitest';
import { referee } from '../referees.ts';

const PROGRAM = new URL('../../dist/trapgate.js', import.meta.url).pathname;

/** A step: when the terminal has been sent `after` since the step before, or shows it, `type` is typed. */
export interface Step {
  readonly after?: string;
  readonly shows?: string | RegExp;
  readonly type: string;
}

export interface Outcome {
  /** Everything that the terminal was sent. */
  readonly sent: string;
  readonly status: string;
  /** What it showed when each step's time had come. */
  readonly screens: readonly string[];
}

/**
 * Run at a terminal of 80 columns and 24 rows.
 * @param settings environment variables, NAME=VALUE
 */
export function atTerminal(
  args: readonly string[],
  steps: readonly Step[],
  settings: readonly string[] = [],
): Promise<Outcome> {
  const program = ['env', ...settings, 'node', PROGRAM, ...args].join(' ');
  const command = `stty rows 24 cols 80; ${program} & p=$!; fg >/dev/null; s=$?; stty -a; echo status $s`;
  const child = spawn(referee('script'), ['-qec', `bash -mc '${command}'`, '/dev/null']);
  // A test that gives up takes the terminal away, and whoever sits at it.
  onTestFinished(() => void child.kill());
  const terminal = new xterm.Terminal({ cols: 80, rows: 24, allowProposedApi: true });
  const left = [...steps];
  const screens: string[] = [];
  let sent = '';
  let from = 0;
  /** Whether the next step's time has come. */
  const isDue = ({ after, shows }: Step): boolean => {
    if (after !== undefined) {
      const at = sent.indexOf(after, from);
      if (at < 0) return false;
      from = at + after.length;
    }
    const screen = shownBy(terminal);
    return shows === undefined || (typeof shows === 'string' ? screen.includes(shows) : shows.test(screen));
  };
  const goOn = () => {
    for (let step = left[0]; step && isDue(step); step = left[0]) {
      left.shift();
      screens.push(shownBy(terminal));
      child.stdin.write(step.type);
    }
  };
  child.stdout.on('data', (bytes: Buffer) => {
    sent += bytes.toString('utf8');
    terminal.write(bytes, goOn);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      child.stdin.destroy();
      resolve({ sent, status: /status (\d+)/.exec(sent)?.[1] ?? 'none', screens });
    });
  });
}

function shownBy({ buffer, rows }: xterm.Terminal): string {
  const { active } = buffer;
  const lines = Array.from(
    { length: rows },
    (_, y) =>
      active
        .getLine(active.baseY + y)
        ?.translateToString()
        .trimEnd() ?? '',
  );
  return lines.join('\n');
}
