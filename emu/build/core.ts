/**
 * Builds the processor: the instruction table becomes the switch and the decoder's tables (AssemblyScript in
 * emu/core/generated), asc compiles that and the rest of emu/core to WebAssembly, and the result lands as base64
 * in emu/core/generated/image.ts, so that it can be bundled and imported like any module.
 *
 *     node build/tools/core.js             the optimised core
 *     node build/tools/core.js --quick     a few times slower to run, a few times faster to build
 *
 * A WebAssembly image depends on nothing but what is hashed below, so images are kept in build/cache.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { STATIC_DATA } from '../core/layout.ts';
import { generate } from '../isa/generate/main.ts';
import { main, run, step, writeIfChanged } from './step.ts';

const CORE = 'emu/core';
const GENERATED = `${CORE}/generated`;
const IMAGE = `${GENERATED}/image.ts`;
const ENTRY = `${CORE}/run.ts`;
const CACHE = 'build/cache';
const KEPT = 8; // images in the cache

const COMPILER = 'node_modules/assemblyscript';
const FLAGS = [
  ...['--runtime', 'stub'], // no heap, no garbage collector
  '--importMemory', // the host makes the memory, as large as the guest's RAM asks for
  ...['--memoryBase', String(STATIC_DATA)],
  '--noAssert',
];

await main(async () => {
  const quick = process.argv.includes('--quick');
  mkdirSync(GENERATED, { recursive: true });
  await step('core: generating the switch from emu/isa', async () => generate(GENERATED));
  const flags = [...FLAGS, quick ? '-O1' : '-O3'];
  const image = join(CACHE, `core-${hash(flags)}.wasm`);
  if (!existsSync(image)) {
    await step(`core: compiling ${CORE} to WebAssembly (${flags.at(-1)})`, async () => {
      mkdirSync(CACHE, { recursive: true });
      const unfinished = `${image}.${process.pid}.tmp.wasm`;
      const warnings = await run(process.execPath, [`${COMPILER}/bin/asc.js`, ENTRY, ...flags, '-o', unfinished]);
      if (warnings.trim()) console.error(warnings);
      writeIfChanged(image, readFileSync(unfinished));
      rmSync(unfinished);
      return `${Math.round(statSync(image).size / 1024)} KB`;
    });
    forgetOldImages();
  }
  writeIfChanged(IMAGE, imageModule(readFileSync(image)));
});

/** Everything an image is made from: sources, compiler, flags. */
function hash(flags: readonly string[]): string {
  const sha = createHash('sha256');
  const version = JSON.parse(readFileSync(`${COMPILER}/package.json`, 'utf8')).version as string;
  sha.update(JSON.stringify([version, ENTRY, flags]));
  const files = (readdirSync(CORE, { recursive: true }) as string[]).filter((name) => name.endsWith('.ts')).sort();
  for (const name of files) {
    const path = join(CORE, name);
    if (path === IMAGE) continue;
    sha.update(`\0${name}\0`).update(readFileSync(path));
  }
  return sha.digest('hex').slice(0, 16);
}

function imageModule(wasm: Uint8Array): string {
  return [
    '// Written by emu/build/core.ts: the compiled processor, as base64.',
    `export const coreImage =\n  '${Buffer.from(wasm).toString('base64')}';`,
    '',
  ].join('\n');
}

function forgetOldImages(): void {
  const images = readdirSync(CACHE)
    .filter((name) => /^core-[0-9a-f]+\.wasm$/.test(name))
    .map((name) => ({ path: join(CACHE, basename(name)), age: statSync(join(CACHE, name)).mtimeMs }))
    .sort((a, b) => b.age - a.age);
  for (const { path } of images.slice(KEPT)) rmSync(path, { force: true });
}
