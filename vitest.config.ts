/**
 * Three suites, run one after another by scripts/test.ts:
 * - unit: everything that needs no server, beside the code it tests;
 * - store: `*.store.test.ts`, the same test on SQLite and on a real PostgreSQL;
 * - e2e: test/e2e, a real CMS, a real player and a real Chromium; each file has its own, and none asserts how fast it is.
 */
import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const never = ['**/node_modules/**', '**/dist/**', '**/.cache/**'];
const storeTests = '**/*.store.test.ts';
/** Most tests wait for a process, a timer, a browser or a disk: one worker a core leaves half of two cores idle. */
const maxWorkers = 2 * availableParallelism();

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'unit',
          environment: 'node',
          maxWorkers,
          include: ['{shared,layouts,cms,player,scripts}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...never, storeTests, 'test/e2e/**'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'store',
          environment: 'node',
          maxWorkers,
          include: ['{cms,player,test}/**/*.store.test.ts'],
          globalSetup: ['cms/server/store/testing-postgres.ts'],
          exclude: never,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/lib/built.ts'],
          exclude: never,
          // Its browsers draw without a graphics processor.
          maxWorkers: availableParallelism() + 1,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
