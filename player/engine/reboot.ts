/** Starts the machine again, by the command that was set for it (`BANG_TIN_REBOOT`). */
import { exec } from 'node:child_process';
import { AppError } from '../../shared/util/errors.ts';
import { pause } from './system.ts';

/** The command has so long to answer, and the machine to go down after it, ms. */
const answerMs = 30_000;
const goingDownMs = 120_000;

/** What `BANG_TIN_REBOOT` says: a shell command, or `none`. */
export function rebootCommandOf(said: string | undefined): string | null {
  if (said === 'none') return null;
  if (said) return said;
  return process.platform === 'win32' ? 'shutdown /r /t 5' : 'systemctl reboot';
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
