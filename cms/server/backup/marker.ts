/** What a restore leaves in the data folder, so that the next start continues in a higher epoch without anybody thinking of it. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../files.ts';

export const restoredMarker = 'restored';

export const wasRestored = (data: string): Promise<boolean> =>
  stat(join(data, restoredMarker)).then(
    () => true,
    () => false,
  );

/** The higher epoch is in the database. Where the marker stays all the same, the epoch rises once more, which harms nobody. */
export async function forgetRestored(data: string): Promise<void> {
  await rm(join(data, restoredMarker), { force: true });
  await syncFolder(data);
}
