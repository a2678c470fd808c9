/**
 * Makes docs/stepper.svg, the picture of docs/stepper.md: the full screen of `trapgate debug` at the handler of a key
 * press. The kernel really runs there, and the frame is the one that a terminal of this size would be sent.
 *
 *     make picture
 */
import { readFileSync } from 'node:fs';
import { composeFrame, type FrameState } from '../cli/stepper/frame.ts';
import { sourceFiles } from '../cli/stepper/source-files.ts';
import { Repl } from '../debug/repl.ts';
import { LocalTarget } from '../debug/stepper/local-target.ts';
import { Stepper } from '../debug/stepper/stepper.ts';
import { type Line, line, strong, type Tone } from '../debug/views/text.ts';
import { ImageFile } from '../machine/loaders/image.ts';
import { Pc } from '../machine/pc.ts';
import { debugInfoOf } from '../trace/debug-info.ts';
import { SymbolTable } from '../trace/symbols.ts';
import { main, step, writeIfChanged } from './step.ts';

const PICTURE = 'docs/stepper.svg';
const KERNEL = 'dist/guest/kernel.elf';
const PROGRAMS = 'dist/guest/programs.cpio';
/** What a person would type; the last thing said stays above the keys. */
const TYPED = ['text Type help once', 'run', 'key h', 'at keyboard_interrupt', 'run', 'over 5'];

const [COLUMNS, ROWS] = [132, 43];
const CHARACTER = { width: 7.2, height: 15 };
const MARGIN = 12;
const SCREEN = '#11151c';
const TEXT = '#d6dde8';
const TONES: Readonly<Record<Tone, { readonly fill: string; readonly bold?: true; readonly back?: string }>> = {
  dim: { fill: '#7b899d' },
  strong: { fill: '#ffffff', bold: true },
  changed: { fill: '#e8c763', bold: true },
  here: { fill: SCREEN, back: TEXT },
  symbol: { fill: '#6cc7d9' },
  title: { fill: '#7aa7f0', bold: true },
  good: { fill: '#7fd88f' },
  bad: { fill: '#f07f7f', bold: true },
};

await main(async () => {
  await step(`picture: ${PICTURE}`, async () => {
    writeIfChanged(PICTURE, draw(await session()));
  });
});

async function session(): Promise<readonly Line[]> {
  const pc = new Pc();
  const file = new ImageFile(KERNEL, new Uint8Array(readFileSync(KERNEL)));
  const modules = [{ commandLine: PROGRAMS, bytes: new Uint8Array(readFileSync(PROGRAMS)) }];
  const loaded = pc.boot({ file, commandLine: '', modules });
  const stepper = new Stepper(pc, new SymbolTable(loaded.symbols, loaded.last), { debugInfo: debugInfoOf(file) });
  const repl = new Repl(new LocalTarget('kernel.elf', stepper, sourceFiles(KERNEL)));
  const output: Line[] = [];
  for (const command of TYPED) output.push(line(strong(`: ${command}`)), ...(await repl.lines(command)));
  const state: FrameState = {
    ...{ mode: 'keys', title: 'kernel.elf', isMoving: false, focus: 1, chosen: 'output', second: 'chips' },
    ...{ scroll: new Map(), addresses: new Map(), help: [], helpScroll: 0, serial: undefined },
    ...{ output, status: output.at(-1)!, codeCursor: undefined, timeCursor: undefined },
    commandLine: { prompt: ': ', text: '', cursor: 0, choices: [] },
  };
  return composeFrame(repl.scene, state, COLUMNS, ROWS).lines;
}

function draw(lines: readonly Line[]): string {
  const width = Math.ceil(COLUMNS * CHARACTER.width) + 2 * MARGIN;
  const height = ROWS * CHARACTER.height + 2 * MARGIN;
  const rows = lines.map((spans, row) => drawRow(spans, MARGIN + row * CHARACTER.height));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="12">`,
    `<rect width="${width}" height="${height}" rx="6" fill="${SCREEN}"/>`,
    ...rows.filter((row) => row !== ''),
    '</svg>\n',
  ].join('\n');
}

/** Every run at its own place, so that another font's width moves nothing. */
function drawRow(spans: Line, y: number): string {
  let column = 0;
  const parts = spans.map(({ text, tone }) => {
    const x = MARGIN + column * CHARACTER.width;
    const width = text.length * CHARACTER.width;
    column += text.length;
    const { fill, bold, back } = tone ? TONES[tone] : { fill: TEXT, bold: undefined, back: undefined };
    const box = back
      ? `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${CHARACTER.height}" fill="${back}"/>`
      : '';
    if (text.trim() === '') return box;
    const place = `x="${x.toFixed(1)}" y="${y + 11}" textLength="${width.toFixed(1)}" fill="${fill}"`;
    return `${box}<text ${place}${bold ? ' font-weight="bold"' : ''} xml:space="preserve">${escaped(text)}</text>`;
  });
  return parts.join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
