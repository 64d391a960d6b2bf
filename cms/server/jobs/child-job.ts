/** The child's end of child-runner.ts: takes one job after another, reports how far it is and how much memory it holds, and answers, until its parent lets it go. */
import { constants, setPriority } from 'node:os';
import type { ChildMessage } from './child-runner.ts';

/** What a child is sent beside jobs: it ends. By itself, so that its parent hears of the `close`. */
export const endOfJobs = 'end';

/** How often memory is reported, ms. */
const beatMs = 250;

/**
 * @param work does the job; what it reports is from 0 to 1
 * @param codeOf what is wrong with the file, by the error; null for a fault of ours or of a library
 */
export function answerJob<Job extends object, Result, Code extends string>(
  work: (job: Job, report: (share: number) => void) => Promise<Result>,
  codeOf: (error: unknown) => Code | null,
): void {
  const send = (message: ChildMessage<Result, Code>): void => {
    // A parent that has gone needs no answer.
    if (process.connected) process.send?.(message);
  };
  process.on('message', (job: Job | typeof endOfJobs) => {
    if (job === endOfJobs) return process.disconnect();
    void (async () => {
      let reached = 0;
      const report = (share: number): void => {
        reached = share;
        send({ type: 'progress', share, rss: process.memoryUsage.rss() });
      };
      const beat = setInterval(() => report(reached), beatMs);
      try {
        // Boards and people come before files.
        setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
        const result = await work(job, report);
        send({ type: 'done', result, rss: process.memoryUsage.rss() });
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        send({ type: 'failed', code: codeOf(error), message });
      } finally {
        clearInterval(beat);
      }
    })();
  });
  process.once('disconnect', () => process.exit());
}
