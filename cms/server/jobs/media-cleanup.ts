/** Once an hour: deletes uploads that were given up. */
import { schedule } from 'node-cron';
import type { Logger } from 'pino';

export interface CleanupJob {
  stop(): Promise<void>;
}

export function scheduleMediaCleanup(media: { removeAbandonedUploads(): Promise<number> }, log: Logger): CleanupJob {
  const task = schedule(
    '17 * * * *',
    async () => {
      try {
        const removed = await media.removeAbandonedUploads();
        if (removed > 0) log.info({ removed }, 'abandoned uploads removed');
      } catch (error) {
        log.error({ err: error }, 'abandoned uploads could not be removed');
      }
    },
    { name: 'media-cleanup', noOverlap: true },
  );
  return {
    async stop() {
      await task.destroy();
    },
  };
}
