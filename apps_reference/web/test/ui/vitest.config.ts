/** The app as built, in a real browser: npm run test:ui (after npm run build). */

import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  cacheDir: '../../node_modules/.vite',
  test: {
    include: ['*.ui.ts'],
    globalSetup: 'serve.ts',
    fileParallelism: false, // a browser each
    expect: { poll: { timeout: 20_000 } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
