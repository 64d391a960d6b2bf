/** The child's end of child-runner.ts: takes one job, reports how far it is and how much memory it holds, answers, and ends. */
import { constants, setPriority } from 'node:os';
import type { ChildMessage } from './child-runner.ts';

/** How often memory is reported, ms. */
const beatMs = 250;

/**
 * @param work does the job; what it reports is from 0 to 1
 * @param codeOf what is wrong with the file, by the error; null for a fault of ours or of a library
 */
export function answerJob<Job, Result, Code extends string>(
  work: (job: Job, report: (share: number) => void) => Promise<Result>,
  codeOf: (error: unknown) => Code | null,
): void {
  let reached = 0;
  const send = (message: ChildMessage<Result, Code>): void => {
    // A parent that has gone needs no answer.
    if (process.connected) process.send?.(message);
  };
  const report = (share: number): void => {
    reached = share;
    send({ type: 'progress', share, rss: process.memoryUsage.rss() });
  };
  process.once('message', (job: Job) => {
    void (async () => {
      const beat = setInterval(() => report(reached), beatMs);
      try {
        // Boards and people come before files.
        setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
        send({ type: 'done', result: await work(job, report) });
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        send({ type: 'failed', code: codeOf(error), message });
      } finally {
        clearInterval(beat);
        process.disconnect();
      }
    })();
  });
  process.once('disconnect', () => process.exit());
}
