/** Adds up what the suites report, for the one closing line of `npm test`. */
import { z } from 'zod';

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** What vitest's JSON reporter writes, as far as it is counted. */
const report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  success: z.boolean(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/**
 * Counts one suite. A file that failed before its tests could be collected counts as one failed, and so does a
 * suite that ended badly for a reason that no test shows (a crash, an unhandled error, a missing report).
 * @param text content of the JSON report; null when there is none
 * @param exitCode of vitest
 */
export function tallyReport(text: string | null, exitCode: number | null): Tally {
  const parsed = text === null ? null : report.safeParse(parseJson(text));
  if (parsed?.data === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = parsed.data;
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = numFailedTests + brokenFiles;
  return {
    passed: numPassedTests,
    failed: failed === 0 && (exitCode !== 0 || !parsed.data.success) ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function sum(tallies: Tally[]): Tally {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of tallies) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/** The last line of `npm test`. */
export const closingLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** A run in which nothing ran proves nothing. */
export const isSuccess = ({ passed, failed }: Tally): boolean => failed === 0 && passed > 0;
