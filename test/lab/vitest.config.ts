import { defineConfig } from 'vitest/config';

/** The lab's suite: every file talks to the one hypervisor of its kind, so they run one after another. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/lab/suite/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 900_000,
  },
});
