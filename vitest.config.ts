/**
 * Three suites, run one after another by scripts/test.ts:
 * - unit: everything that needs no server, beside the code it tests. Files that follow one another in a worker share its modules, which
 *   are read once and not once a file: a test gives back what it changed of them. What puts another module in the place of one is
 *   `*.mocked.test.ts`, and has a process to itself;
 * - store: `*.store.test.ts`, the same test on SQLite and on a real PostgreSQL;
 * - e2e: test/e2e, a real CMS, a real player and a real Chromium; each file has its own, and none asserts how fast it is, but for
 *   a page that comes back (chromium-host), which may be late twice.
 */
import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const never = ['**/node_modules/**', '**/dist/**', '**/.cache/**'];
const storeTests = '**/*.store.test.ts';
const mockedTests = '**/*.mocked.test.ts';
/** Most tests wait for a process, a timer, a browser or a disk: one worker a core leaves half of two cores idle. */
const maxWorkers = 2 * availableParallelism();

/** What is looked at again and again comes on a busy machine too; the test's own limit ends the rest, ms. */
const expectation = { poll: { timeout: 20_000 } } as const;

const unit = {
  environment: 'node',
  maxWorkers,
  testTimeout: 30_000,
  hookTimeout: 30_000,
  expect: expectation,
} as const;

/** What takes minutes by itself begins first: else it runs on alone when all else has ended. */
const longest = [
  ...['layouts', 'spine', 'accessibility', 'updates', 'chromium-host'].map((name) => `/test/e2e/${name}.test.ts`),
  ...['demo/demo', 'store/lock', 'features/documents/documents', 'features/programmes/sizes'].map(
    (name) => `/cms/server/${name}.store.test.ts`,
  ),
  ...['cms/server/jobs/media', 'cms/server/access-matrix', 'player/engine/engine-playing'].map(
    (name) => `/${name}.test.ts`,
  ),
];
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.some((name) => moduleId.endsWith(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        plugins: [svelte({ configFile: false })],
        test: {
          ...unit,
          name: 'unit',
          isolate: false,
          include: ['{shared,layouts,cms,player,scripts}/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...never, storeTests, mockedTests, 'test/e2e/**'],
        },
      },
      { test: { ...unit, name: 'unit-mocked', include: [mockedTests], exclude: never } },
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
          expect: expectation,
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
          expect: expectation,
        },
      },
    ],
  },
});
