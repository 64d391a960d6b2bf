/** Which schedules nobody would see: the board keeps its screen off whenever they are open. Nothing is kept from being published by it. */
import type { z } from 'zod';
import type { publishPreview } from '../../../../shared/protocol/api/publishing.ts';
import type { EntryPart } from '../../../../shared/protocol/programme.ts';
import { hoursKey, type ScreenHours } from '../../../../shared/protocol/screen.ts';
import { isUnseen } from '../../../../shared/schedule/unseen.ts';
import { Zone } from '../../../../shared/schedule/zone.ts';
import { inTurns, takeTurns } from '../../turns.ts';
import type { BoardRecord } from '../boards/service.ts';
import type { DarkHoursService } from '../commands/dark-hours.ts';
import type { SchedulesService } from '../schedules/service.ts';
import type { Compiled } from './compile.ts';

type Unseen = z.infer<typeof publishPreview>['boards'][number]['unseen'];

/** Looked ahead for so long, ms: what opens once a month is found. */
const aheadMs = 35 * 86_400_000;

export interface UnseenDeps {
  readonly darkHours: Pick<DarkHoursService, 'standing'>;
  readonly schedules: Pick<SchedulesService, 'names'>;
}

/** @returns by board what nobody would see of what was compiled for it, by the hours that it said it keeps; left out: nothing. What boards share is worked out once. */
export async function unseenOf(
  records: readonly BoardRecord[],
  compiled: ReadonlyMap<string, Compiled>,
  now: number,
  { darkHours, schedules }: UnseenDeps,
): Promise<ReadonlyMap<string, NonNullable<Unseen>>> {
  const hoursOf = new Map<string, ScreenHours>();
  for (const [boardId, hours] of await darkHours.standing(records.map(({ id }) => id)))
    if (hours.on !== null) hoursOf.set(boardId, hours);
  const turn = takeTurns();
  const entries = new Map<string, EntryPart | null>();
  const zones = new Map<string, Zone>();
  const known = new Map<string, boolean>();
  const found = new Map<string, string[]>();
  for (const { id, zone: name } of records) {
    const hours = hoursOf.get(id);
    if (!hours) continue;
    const zone = zones.get(name) ?? new Zone(name);
    zones.set(name, zone);
    const own: string[] = [];
    for (const { hash, body } of compiled.get(id)!.parts.values()) {
      await turn();
      if (!entries.has(hash)) entries.set(hash, body.includes('"kind":"entry"') ? entryIn(body) : null);
      const entry = entries.get(hash);
      if (!entry) continue;
      const key = `${hash} ${name} ${hoursKey(hours)}`;
      const is = known.get(key) ?? (await isUnseen(entry, hours, zone, now, now + aheadMs, turn));
      known.set(key, is);
      if (is) own.push(entry.entryId);
    }
    if (own.length > 0) found.set(id, own);
  }
  const ids = new Set([...found.values()].flat());
  const names = new Map((await schedules.names([...ids])).map(({ id, name }) => [id, name]));
  const unseen = new Map<string, NonNullable<Unseen>>();
  await inTurns(found, ([id, entryIds]) => {
    const named = entryIds.map((entryId) => names.get(entryId) ?? '').toSorted((a, b) => a.localeCompare(b, 'vi'));
    unseen.set(id, { on: hoursOf.get(id)!.on!, schedules: named });
  });
  return unseen;
}

/** The text of a notice may say anything; of a part that was just compiled nothing else needs to be checked. */
function entryIn(body: string): EntryPart | null {
  const part = JSON.parse(body) as EntryPart | { readonly kind: 'other' };
  return part.kind === 'entry' ? part : null;
}
