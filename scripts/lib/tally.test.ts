import { expect, test } from 'vitest';
import { closingLine, isSuccess, sum, tallyReport } from './tally.ts';

const report = (over: object) =>
  JSON.stringify({
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 1,
    numTodoTests: 1,
    success: true,
    testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
    ...over,
  });

test('counts passed, failed and skipped, «todo» being a skip', () => {
  expect(tallyReport(report({}), 0)).toEqual({ passed: 3, failed: 0, skipped: 2 });
  const failed = {
    numFailedTests: 2,
    success: false,
    testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }] }],
  };
  expect(tallyReport(report(failed), 1)).toEqual({ passed: 3, failed: 2, skipped: 2 });
});

test('a file that does not load, a crash, a bad exit and a missing report each count as failed', () => {
  const broken = { success: false, testResults: [{ status: 'failed', assertionResults: [] }] };
  expect(tallyReport(report(broken), 1).failed).toBe(1);
  expect(tallyReport(report({}), 1).failed).toBe(1);
  expect(tallyReport(report({}), null).failed).toBe(1);
  expect(tallyReport(null, 0).failed).toBe(1);
  expect(tallyReport('{"cut', 0).failed).toBe(1);
});

test('the closing line sums the suites; a run without a test is no success', () => {
  const total = sum([
    { passed: 2, failed: 0, skipped: 1 },
    { passed: 5, failed: 1, skipped: 0 },
  ]);
  expect(closingLine(total)).toBe('7 passed, 1 failed, 1 skipped');
  expect(isSuccess(total)).toBe(false);
  expect(isSuccess({ passed: 7, failed: 0, skipped: 1 })).toBe(true);
  expect(isSuccess({ passed: 0, failed: 0, skipped: 4 })).toBe(false);
});
