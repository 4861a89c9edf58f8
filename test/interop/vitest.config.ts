import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests against published programs (`npm run test:interop`), one file after the other: each has processes of its own. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    name: 'interop',
    include: ['test/system/interop/**/*.test.ts'],
    setupFiles: ['test/support/vitest/end-of-file.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
