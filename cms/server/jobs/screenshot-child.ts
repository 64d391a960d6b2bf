/** Child process that makes pictures of boards: whatever a hostile file does to a decoder, it does here. */
import { AppError } from '../../../shared/util/errors.ts';
import { answerJob } from './child-job.ts';
import { isStorageFull } from './media-errors.ts';
import type { ScreenshotErrorCode } from './screenshot-messages.ts';
import { renderScreenshot } from './screenshot-render.ts';

answerJob(renderScreenshot, (error): ScreenshotErrorCode | null => {
  if (isStorageFull(error)) return 'storage_full';
  return error instanceof AppError && error.code === 'screenshot_invalid' ? error.code : null;
});
