/**
 * Every place in the core that raises an exception, and how often the checked-in cases come to it: a core of its own is
 * built, with a mark at each. A place is known by its file, its function and what it raises; not by its line.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { STATIC_DATA } from '../../../emu/core/layout.ts';

const FROM = 'emu/core';
const FOLDER = 'build/conformance/core';
const WASM = 'build/conformance/core.wasm';
const IMAGE = 'build/conformance/image.ts';
const MADE_OF = 'build/conformance/image.key';
const RUNNER = 'build/conformance/causes-run.js';
const MOST = 400;

export interface Site {
  /** "far.ts goFar: raise(GP, 0)", and a second one of the same with its number. */
  readonly name: string;
}

/** Put a mark before each call that raises, and tell where they are. */
export function marked(file: string, source: string, first: number): { text: string; sites: Site[] } {
  const sites: Site[] = [];
  const seen = new Map<string, number>();
  const lines = source.split('\n');
  let where = '';
  const marks = lines.map((line) => {
    const named = /^(?:export )?(?:@inline )?(?:export )?function (\w+)/.exec(line);
    if (named) where = named[1]!;
    if (/function (raise|refuse|reject|undefined_)\b/.test(line) || /^\s*(\*|import|\/\*|\/\/)/.test(line)) return line;
    return withMarks(line, (call) => {
      const plain = `${file} ${where}: ${call}`;
      const times = (seen.get(plain) ?? 0) + 1;
      seen.set(plain, times);
      sites.push({ name: times > 1 ? `${plain} #${times}` : plain });
      return first + sites.length - 1;
    });
  });
  const up = '../'.repeat(file.split('/').length - 1) || './';
  const text = sites.length > 0 ? `import { comeTo } from '${up}marks';\n${marks.join('\n')}` : source;
  return { text, sites };
}

function withMarks(line: string, numberOf: (call: string) => number): string {
  let text = '';
  let rest = line;
  for (;;) {
    const call = /\b(raise|refuse|reject|undefined_)\(/.exec(rest);
    if (!call) return text + rest;
    const end = closing(rest, call.index + call[0].length);
    const whole = rest.slice(call.index, end);
    text += `${rest.slice(0, call.index)}(comeTo(${numberOf(whole)}), ${whole})`;
    rest = rest.slice(end);
  }
}
function closing(line: string, from: number): number {
  let depth = 1;
  for (let at = from; at < line.length; at++) {
    if (line[at] === '(') depth++;
    if (line[at] === ')' && --depth === 0) return at + 1;
  }
  throw new Error(`a call goes on in the next line: ${line}`);
}

const MARKS = `// Written by causes.ts: how often each place that raises was come to.
import { FAULT } from './layout';
const COUNTS = memory.data(${MOST * 4}, 4);
// The first exception stands: what an instruction tries after it is not one.
export function comeTo(n: u32): void { if (load<u32>(FAULT) == 0) store<u32>(COUNTS + n * 4, load<u32>(COUNTS + n * 4) + 1); }
export function marks(n: u32): u32 { return load<u32>(COUNTS + n * 4); }
`;

export interface Cause extends Site {
  /** How often the checked-in cases come to it. */
  readonly times: number;
}

/** A core with a mark at each place, and the program that runs cases on it. */
export async function countCauses(): Promise<Cause[]> {
  const sites = compileMarked();
  await build({
    entryPoints: ['test/conformance/differential/causes-run.ts'],
    outfile: RUNNER,
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning' },
    plugins: [
      {
        name: 'marked core',
        setup({ onResolve }) {
          onResolve({ filter: /core\/generated\/image\.ts$/ }, () => ({ path: join(process.cwd(), IMAGE) }));
        },
      },
    ],
  });
  const times = run<number[]>(String(sites.length));
  return sites.map((site, n) => ({ ...site, times: times[n]! }));
}

/** Cases of the catalogue that come to places that countCauses, called before, found no case for: ids by chapter. */
export function casesFor(causes: readonly Cause[]): Record<string, string[]> {
  const wanted = causes.flatMap(({ times }, n) => (times === 0 ? [n] : []));
  return run<Record<string, string[]>>(String(causes.length), JSON.stringify(wanted));
}

const run = <T>(...args: string[]): T =>
  JSON.parse(execFileSync(process.execPath, [RUNNER, ...args], { encoding: 'utf8' })) as T;

function compileMarked(): Site[] {
  mkdirSync('build/conformance', { recursive: true });
  cpSync(FROM, FOLDER, { recursive: true });
  const sites: Site[] = [];
  const key = createHash('sha256');
  for (const file of (readdirSync(FROM, { recursive: true }) as string[]).sort()) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(join(FROM, file), 'utf8');
    key.update(source);
    if (file.startsWith('generated') || file === 'fault.ts' || file.endsWith('.d.ts')) continue;
    const { text, sites: found } = marked(file, source, sites.length);
    sites.push(...found);
    writeFileSync(join(FOLDER, file), text);
  }
  if (sites.length > MOST) throw new Error(`${sites.length} places are more than ${MOST}`);
  writeFileSync(join(FOLDER, 'marks.ts'), MARKS);
  const entry = join(FOLDER, 'run.ts');
  writeFileSync(entry, `${readFileSync(entry, 'utf8')}\nexport { marks } from './marks';\n`);
  const flags = ['--runtime', 'stub', '--importMemory', '--memoryBase', String(STATIC_DATA), '--noAssert'];
  const made = key.update(MARKS).digest('hex');
  // The same sources make the same core.
  if (existsSync(IMAGE) && existsSync(MADE_OF) && readFileSync(MADE_OF, 'utf8') === made) return sites;
  execFileSync(process.execPath, ['node_modules/assemblyscript/bin/asc.js', entry, ...flags, '-o', WASM], {
    stdio: 'inherit',
  });
  writeFileSync(IMAGE, `export const coreImage = '${readFileSync(WASM).toString('base64')}';\n`);
  writeFileSync(MADE_OF, made);
  return sites;
}
