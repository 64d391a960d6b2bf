/** What a restore leaves in the data folder, so that the next start continues in a higher epoch without anybody thinking of it. */
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../files.ts';
import { readSetting, writeSetting } from '../store/settings.ts';
import type { Db } from '../store/store.ts';

export const restoredMarker = 'restored';

export const wasRestored = (data: string): Promise<boolean> =>
  stat(join(data, restoredMarker)).then(
    () => true,
    () => false,
  );

/** When the backup was taken that the data come from, ms UTC; null where nothing says so. */
export async function backupTime(data: string): Promise<number | null> {
  const at = Date.parse((await readFile(join(data, restoredMarker), 'utf8').catch(() => '')).trim());
  return Number.isNaN(at) ? null : at;
}

const restoredSetting = 'restored';
const restoredShape = z.strictObject({ backupAt: z.int(), at: z.int() });

/** Remembers that from `at` on the data are those of a backup of `backupAt`, ms UTC. */
export const noteRestored = (db: Db, note: z.infer<typeof restoredShape>): Promise<void> =>
  writeSetting(db, restoredSetting, JSON.stringify(note));

/** null: these data were never restored. */
export async function restoredOf(db: Db): Promise<z.infer<typeof restoredShape> | null> {
  const value = await readSetting(db, restoredSetting);
  return value === null ? null : restoredShape.parse(JSON.parse(value));
}

/** The higher epoch is in the database. Where the marker stays all the same, the epoch rises once more, which harms nobody. */
export async function forgetRestored(data: string): Promise<void> {
  await rm(join(data, restoredMarker), { force: true });
  await syncFolder(data);
}
