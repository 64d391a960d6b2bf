/** Makes one picture of a board in a child process of its own, within limits of time and memory. */
import { AppError } from '../../../shared/util/errors.ts';
import { createChildRunner, type ChildLimits } from './child-runner.ts';
import type { ScreenshotErrorCode, ScreenshotJob, ScreenshotResult } from './screenshot-messages.ts';

/** A second or so of work; the rest is for a machine that is busy. */
const limits: ChildLimits = { stallMs: 20_000, totalMs: 20_000, memoryBytes: 600_000_000 };

const refusal = (code: ScreenshotErrorCode, message: string): AppError =>
  new AppError(code, message, { status: code === 'storage_full' ? 507 : 422 });

const run = createChildRunner<ScreenshotJob, ScreenshotResult, ScreenshotErrorCode>({
  file: new URL('./screenshot-child.ts', import.meta.url),
  limits,
  refusal,
  fault: (_job, _why, message) => refusal('screenshot_invalid', message),
});

/** @throws AppError `screenshot_invalid` 422, `storage_full` 507; the signal's reason when it was aborted */
export const runScreenshot = (job: ScreenshotJob, signal: AbortSignal): Promise<ScreenshotResult> =>
  run(job, { signal, onProgress: () => undefined });
