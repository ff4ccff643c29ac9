import { defineConfig } from 'vitest/config';

/** The unit and private-libvirtd suites. The lab's suite has its own runner (`npm run lab -- test`). */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: ['test/lab/suite/**', 'node_modules/**', 'dist/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
