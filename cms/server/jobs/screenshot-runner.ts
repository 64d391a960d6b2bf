/** Makes pictures of boards in a child process, within limits of time and memory. */
import { AppError } from '../../../shared/util/errors.ts';
import { createChildRunner, type ChildLimits } from './child-runner.ts';
import type { ScreenshotErrorCode, ScreenshotJob, ScreenshotResult } from './screenshot-messages.ts';

/** A second or so of work; the rest is for a machine that is busy. */
const limits: ChildLimits = { stallMs: 20_000, totalMs: 20_000, memoryBytes: 600_000_000 };

const refusal = (code: ScreenshotErrorCode, message: string): AppError =>
  new AppError(code, message, { status: code === 'storage_full' ? 507 : 422 });

export type RunScreenshot = (job: ScreenshotJob, signal: AbortSignal) => Promise<ScreenshotResult>;

/**
 * @param idleMs how long a child waits for the next picture, ms; 0: each picture has a child of its own
 * @throws AppError `screenshot_invalid` 422, `storage_full` 507; the signal's reason when it was aborted
 */
export function createScreenshotRunner(idleMs = 0): RunScreenshot {
  const run = createChildRunner<ScreenshotJob, ScreenshotResult, ScreenshotErrorCode>({
    file: new URL('./screenshot-child.ts', import.meta.url),
    limits,
    idleMs,
    refusal,
    fault: (_job, _why, message) => refusal('screenshot_invalid', message),
  });
  return (job, signal) => run(job, { signal, onProgress: () => undefined });
}
