/** What a command asked for, brought to the CMS while it is of use. */
import type { Clock } from './clock.ts';
import { CmsError } from './cms-http.ts';
import { pause } from './system.ts';

/** Between two attempts to bring something to a CMS that does not answer, ms. */
const againMs = 2_000;

/**
 * What the CMS refuses is not brought again, only what it could not take just now, as long as it is of use; and once what carried a
 * token that was made by a wrong clock: the next one goes by the time of the CMS.
 * @throws whatever `bring` throws last
 */
export async function bringInTime(
  bring: () => Promise<void>,
  expiresAt: number,
  clock: Pick<Clock, 'now'>,
  signal: AbortSignal,
): Promise<void> {
  for (let timeDoubted = false; ;) {
    try {
      return await bring();
    } catch (error) {
      if (!(error instanceof CmsError)) throw error;
      const { httpStatus } = error;
      const later = httpStatus === 0 || httpStatus === 429 || httpStatus >= 500;
      const anew: boolean = httpStatus === 401 && !timeDoubted;
      timeDoubted ||= anew;
      if (!(later || anew) || clock.now() + againMs >= expiresAt || !(await pause(againMs, signal))) throw error;
    }
  }
}
