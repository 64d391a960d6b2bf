/** Starts the machine again, by the command that was set for it (`BANG_TIN_REBOOT`), and knows at the next start whether it was done. */
import { exec } from 'node:child_process';
import { z } from 'zod';
import { AppError } from '../../shared/util/errors.ts';
import type { Store } from './store.ts';
import { pause, type System } from './system.ts';

/** The command has so long to answer, and the machine to go down after it, ms. */
const answerMs = 30_000;
const goingDownMs = 120_000;

/** Which run of the machine this is; `bootId` null: it gives its runs no names. */
const runShape = z.object({ bootId: z.string().nullable(), monotonic: z.number() });

/** What `BANG_TIN_REBOOT` says: a shell command; `none`, or nothing after the sign: it is not done. */
export function rebootCommandOf(said: string | undefined): string | null {
  if (said !== undefined) return said === '' || said === 'none' ? null : said;
  return process.platform === 'win32' ? 'shutdown /r /t 5' : 'systemctl reboot';
}

/** Before a reboot: what the next start tells by whether it was done. */
export const noteRun = (store: Pick<Store, 'writeMeta'>, { bootId, monotonic }: System): void =>
  store.writeMeta('rebootFrom', { bootId, monotonic: monotonic() });

/** Whether the machine has been started since. Where its runs have no names, its time since the start has begun anew. */
export function wasRebooted(store: Pick<Store, 'readMeta'>, { bootId, monotonic }: System): boolean {
  const before = store.readMeta('rebootFrom', runShape);
  if (before === null) return false;
  return bootId !== null && before.bootId !== null ? bootId !== before.bootId : monotonic() < before.monotonic;
}

/**
 * Resolves never where it works: the machine ends.
 * @throws AppError `reboot_failed`: the command failed, as where this user may not, or the machine goes on all the same
 */
export async function reboot(command: string, signal: AbortSignal): Promise<never> {
  await new Promise<void>((resolve, reject) => {
    exec(command, { timeout: answerMs, windowsHide: true }, (error, _, stderr) => {
      if (!error) return resolve();
      // The machine goes down, and has ended its command before us.
      if (signal.aborted) return;
      const why = stderr.trim().slice(0, 300) || error.message;
      reject(new AppError('reboot_failed', `The machine was not started again: ${why}`));
    });
  });
  // Ended because the machine goes down: what came of it is for the next start to tell.
  if (!(await pause(goingDownMs, signal))) return new Promise<never>(() => undefined);
  throw new AppError('reboot_failed', 'The machine goes on all the same');
}
