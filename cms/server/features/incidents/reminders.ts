/** Reminds, 30, 7 and 1 days before and on the last day, of SIM cards and warranties that end: what falls on one day and unit is one. */
import { reminderDays, reminderDue, type Reminder } from '../../../../shared/protocol/incident.ts';
import type { Context } from '../../context.ts';
import type { BoardsService } from '../boards/service.ts';
import { startOfDay } from '../units/days.ts';
import type { UpkeepService } from '../upkeep/service.ts';
import * as repo from './repo.ts';

const dayMs = 86_400_000;
/** Nobody is reminded before this hour of the day in Viet Nam, ms after midnight. */
const fromMs = 7 * 3_600_000;

export function createReminders(
  { store, sources }: Pick<Context, 'store' | 'sources'>,
  { boards, upkeep }: { boards: Pick<BoardsService, 'records'>; upkeep: Pick<UpkeepService, 'ending'> },
) {
  /** The day for which all were given. */
  let doneFor: number | null = null;
  return {
    async remind(): Promise<void> {
      const now = sources.now();
      const today = startOfDay(now);
      if (doneFor === today || now < today + fromMs) return;
      // Its last day ends at `until`.
      const ending = (await upkeep.ending(today + (reminderDays[0] + 2) * dayMs)).flatMap((one) => {
        const step = reminderDue(Math.round((startOfDay(one.until - 1) - today) / dayMs));
        return step === null ? [] : [{ ...one, step }];
      });
      const given = await repo.givenReminders(
        store.read,
        ending.map(({ boardId }) => boardId),
      );
      const due = ending.filter(({ boardId, what, until, step }) => !given.has(`${boardId} ${what} ${until} ${step}`));
      const records = new Map((await boards.records(due.map(({ boardId }) => boardId))).map((one) => [one.id, one]));
      const ofUnits = Map.groupBy(due, ({ boardId }) => records.get(boardId)?.unitId);
      for (const [unitId, all] of ofUnits) {
        if (unitId === undefined) continue;
        const reminders: Reminder[] = all.map(({ boardId, what, until }) => ({
          boardId,
          boardName: records.get(boardId)!.name,
          what,
          until,
        }));
        await store.transaction(async (tx) => {
          for (const { boardId, what, until, step } of all)
            await repo.insertReminder(tx, { board_id: boardId, what, until, step, at: now });
          await repo.insertNews(tx, [
            { at: now, what: 'reminded', unit_id: unitId, reminders: JSON.stringify(reminders) },
          ]);
        });
      }
      doneFor = today;
    },
  };
}
