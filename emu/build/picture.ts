/**
 * Makes docs/session.svg, the README's picture: a real session with the guest's shell over the serial line, as a
 * terminal shows it. What is typed comes from the list below; everything else the guest said.
 *
 *     make picture
 */
import { spawn } from 'node:child_process';
import { main, step, writeIfChanged } from './step.ts';

const PICTURE = 'docs/session.svg';
const RUN = ['dist/trapgate.js', 'run', 'dist/guest/kernel.elf', '-initrd', 'dist/guest/programs.cpio'];
const TYPED = ['div_by_zero', 'trap pf', 'cat /proc/interrupts', 'poweroff'];

const COLUMNS = 104;
const CHARACTER = { width: 8.4, height: 18 };
const MARGIN = 16;
const TITLE_BAR = 34;

const COLORS = {
  screen: '#11151c',
  bar: '#1d2430',
  text: '#d6dde8',
  prompt: '#7fd88f',
  time: '#6f7d91',
  fault: '#f2a65a',
};

await main(async () => {
  await step(`picture: ${PICTURE}`, async () => {
    const said = await session();
    writeIfChanged(PICTURE, draw(['$ make run', ...said.split('\n').flatMap(wrap)]));
  });
});

/** What COM1 says when this is typed. */
function session(): Promise<string> {
  return new Promise((resolve, reject) => {
    const guest = spawn(process.execPath, RUN, { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    guest.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
    });
    guest.on('error', reject);
    guest.on('close', () => resolve(said.replaceAll('\r', '').trimEnd()));
    guest.stdin.end(TYPED.map((line) => `${line}\n`).join(''));
  });
}

/** As a terminal does: on to the next line at the right edge. */
function wrap(line: string): string[] {
  const pieces = line.match(new RegExp(`.{1,${COLUMNS}}`, 'g'));
  return pieces ?? [''];
}

function draw(lines: readonly string[]): string {
  const width = Math.ceil(COLUMNS * CHARACTER.width) + 2 * MARGIN;
  const height = TITLE_BAR + lines.length * CHARACTER.height + MARGIN;
  const rows = lines.map((line, i) => {
    const y = TITLE_BAR + (i + 1) * CHARACTER.height - 4;
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${colored(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="${COLORS.text}">`,
    `<rect width="100%" height="100%" rx="8" fill="${COLORS.screen}"/>`,
    `<path d="M0 26V8a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v18z" fill="${COLORS.bar}"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (color, i) => `<circle cx="${18 + 18 * i}" cy="13" r="5" fill="${color}"/>`,
    ),
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

/** Prompts, time stamps, and the lines that tell of a trap each have their color. */
function colored(line: string): string {
  const prompt = /^([#$] )(.*)$/.exec(line);
  if (prompt)
    return `<tspan fill="${COLORS.prompt}">${prompt[1]}</tspan><tspan font-weight="bold">${escaped(prompt[2]!)}</tspan>`;
  const log = /^(\[ *\d+\.\d+\])(.*)$/.exec(line);
  if (!log) return escaped(line);
  const trap = /trap |BUG|Oops|#PF|fault|EIP:/.test(log[2]!);
  const text = trap ? `<tspan fill="${COLORS.fault}">${escaped(log[2]!)}</tspan>` : escaped(log[2]!);
  return `<tspan fill="${COLORS.time}">${log[1]}</tspan>${text}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
