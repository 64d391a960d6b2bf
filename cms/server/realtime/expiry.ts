/** Tells when a takeover ends of itself: nothing is written then, but pages that show it must look again. */
import type { Context } from '../context.ts';
import type { TakeoverService } from '../features/takeovers/service.ts';

/** setTimeout takes no more than 2^31 - 1 ms; looking in a little early costs nothing. */
const longestWaitMs = 86_400_000;

export function watchExpiry(context: Context, takeovers: Pick<TakeoverService, 'nextExpiry'>): { close(): void } {
  const { events, log, sources } = context;
  let timer: NodeJS.Timeout | null = null;
  /** Up to when all ends were told; a late timer must not leap over the next. */
  let toldUntil = sources.now();
  /** Counts plans, so that only the newest sets a timer. */
  let plans = 0;

  async function plan(): Promise<void> {
    const mine = ++plans;
    const next = await takeovers.nextExpiry(toldUntil);
    if (mine !== plans) return;
    if (timer) clearTimeout(timer);
    timer = null;
    if (!next) return;
    const wait = Math.min(Math.max(next.at - sources.now(), 0), longestWaitMs);
    timer = setTimeout(() => {
      if (sources.now() >= next.at) {
        toldUntil = next.at;
        for (const takeoverId of next.takeoverIds) events.emit('takeoverProgressed', { takeoverId });
      }
      planSafely();
    }, wait);
    timer.unref();
  }

  function planSafely(): void {
    plan().catch((error: unknown) => log.error({ err: error }, 'the next expiry of a takeover is not known'));
  }

  planSafely();
  const stop = events.on('takeoverRaised', planSafely);
  return {
    close() {
      stop();
      plans++;
      if (timer) clearTimeout(timer);
    },
  };
}
