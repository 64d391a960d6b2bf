/** Runs one media job in a child process of its own, within limits of time and memory. */
import { createChildRunner, type ChildLimits, type RunOptions } from './child-runner.ts';
import { MediaError, type MediaErrorCode } from './media-errors.ts';
import type { MediaJob, MediaResult, SmallerJob, SmallerResult } from './media-messages.ts';

export type MediaLimits = ChildLimits;
export const defaultMediaLimits: MediaLimits = { stallMs: 180_000, totalMs: 6 * 3_600_000, memoryBytes: 2_000_000_000 };

/** How a job is run; tests may pass their own. */
export type RunMedia = (job: MediaJob, options: RunOptions) => Promise<MediaResult>;
export type RunSmaller = (job: SmallerJob, options: RunOptions) => Promise<SmallerResult>;

const runnerOf = <Job extends MediaJob | SmallerJob, Result>(limits: MediaLimits) =>
  createChildRunner<Job, Result, MediaErrorCode>({
    file: new URL('./media-child.ts', import.meta.url),
    limits,
    refusal: (code, message) => new MediaError(code, message),
    fault: (job, _why, message) => new MediaError(`${job.kind}_unreadable`, message),
  });

/**
 * @throws MediaError with the code of what is wrong with the file; `image_unreadable` or `video_unreadable` when the child died of it
 * @throws the signal's reason when it was aborted, StoppedError when somebody else ended the child
 */
export const createMediaRunner = (limits: MediaLimits): RunMedia => runnerOf<MediaJob, MediaResult>(limits);
/** @throws as createMediaRunner */
export const createSmallerRunner = (limits: MediaLimits): RunSmaller => runnerOf<SmallerJob, SmallerResult>(limits);
