import { defineConfig } from 'vitest/config';

// Specs that compare with another emulator or tool end in .referee.spec.ts and run in `make test-all` only.
const withReferees = process.env.TRAPGATE_REFEREES === '1';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/**/*.spec.ts'],
    exclude: withReferees ? [] : ['test/**/*.referee.spec.ts'],
    // Nothing in the product keeps state in its modules, and loading them anew for each file is a third of the time.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
