/**
 * Bundles what people run and import:
 *
 *     dist/trapgate.js   the command, one file that plain node runs
 *     dist/index.js      the library: import { ... } from 'trapgate'
 *     dist/testing.js    for test files: import { ... } from 'trapgate/testing'
 *     dist/unicorn.js    Unicorn.js's verbs: import { uc } from 'trapgate/unicorn'
 *     dist/types/        their types
 *
 * The packages in package.json's dependencies stay outside the bundles.
 */
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { type BuildOptions, build } from 'esbuild';
import { main, run, step } from './step.ts';

const OUT = 'dist';
const COMMAND = 'emu/cli/main.ts';
const LIBRARY = { index: 'emu/index.ts', testing: 'emu/testing/index.ts', unicorn: 'emu/unicorn/index.ts' };

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  legalComments: 'none',
  // Puts constants in where they are used. Bundled as they stand they are variables, which V8 reads anew each time.
  minifySyntax: true,
  logLevel: 'warning',
};

await main(async () => {
  await step('bundle: dist/trapgate.js', async () => {
    const outfile = `${OUT}/trapgate.js`;
    await build({ ...common, entryPoints: [COMMAND], outfile, banner: { js: '#!/usr/bin/env node' } });
    chmodSync(outfile, 0o755);
  });
  await step('bundle: dist/index.js, dist/testing.js, dist/unicorn.js and their types', async () => {
    for (const name of existsSync(OUT) ? readdirSync(OUT) : []) {
      if (/^chunk-.*\.js$/.test(name)) rmSync(`${OUT}/${name}`);
    }
    // The entries share their code: a Machine is the same class whichever way it was imported.
    await build({ ...common, entryPoints: LIBRARY, outdir: OUT, splitting: true, chunkNames: 'chunk-[hash]' });
    rmSync(`${OUT}/types`, { recursive: true, force: true });
    // Only writes declarations; whether the sources are right is said by `make lint`.
    await run(process.execPath, [
      'node_modules/typescript/bin/tsc',
      ...['-p', 'emu/build/types.tsconfig.json', '--outDir', `${OUT}/types`],
    ]);
  });
});
