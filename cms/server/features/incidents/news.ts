/** What there is to tell of incidents and reminders, from a place on, as one reader may know it. */
import { z } from 'zod';
import type { Incident } from '../../../../shared/protocol/api/incidents.ts';
import { reminder, type Reminder } from '../../../../shared/protocol/incident.ts';
import type { Access, Holder } from '../../access.ts';
import type { Store } from '../../store/store.ts';
import * as repo from './repo.ts';
import { boardsInSight, type SeenBoards, type Sight } from './seen.ts';

export interface News {
  readonly opened: readonly Incident[];
  readonly ended: readonly Incident[];
  readonly reminders: readonly (Reminder & { readonly unitName: string })[];
}

/** News is kept for as long, ms. */
const keptMs = 14 * 86_400_000;

export function createIncidentNews(
  store: Store,
  access: Access,
  {
    toIncident,
    nameOf,
  }: {
    toIncident(sight: Sight, row: repo.IncidentRow, boards: SeenBoards): Incident;
    nameOf(unitId: string): string;
  },
) {
  return {
    lastNo: (db: Parameters<typeof repo.lastNewsNo>[0] = store.write) => repo.lastNewsNo(db),

    /** Reads the news after one number and up to another. @returns what of it a reader may know; null: whoever may know all */
    async after(no: number, lastNo: number): Promise<(holder: Holder | null, after: number) => News> {
      const rows = (await repo.newsAfter(store.report, no)).filter((row) => row.no <= lastNo);
      const ids = [...new Set(rows.flatMap(({ incident_id }) => incident_id ?? []))];
      const incidents = new Map((await repo.incidentsById(store.report, ids)).map((row) => [row.id, row]));
      const boards = Map.groupBy(await repo.boardsOf(store.report, ids), ({ incident_id }) => incident_id);
      return (holder, after) => {
        const sight: Sight = {
          sees: (unitId) => holder === null || access.canReach(holder, 'board.read', unitId),
          looksAfter: (unitId) => holder === null || access.canReach(holder, 'board.edit', unitId),
        };
        const of = (what: string) => rows.filter((row) => row.what === what && row.no > after);
        const seen = (what: string) =>
          of(what).flatMap(({ incident_id }) => {
            const row = incidents.get(incident_id!);
            const seen = row && boardsInSight(sight, boards.get(row.id) ?? []);
            return seen ? toIncident(sight, row, seen) : [];
          });
        const reminders = of('reminded')
          .filter(({ unit_id }) => sight.looksAfter(unit_id!))
          .flatMap(({ unit_id, reminders: json }) =>
            z
              .array(reminder)
              .parse(JSON.parse(json!))
              .map((one) => ({ ...one, unitName: nameOf(unit_id!) })),
          );
        return { opened: seen('opened'), ended: seen('ended'), reminders };
      };
    },

    tidy: (now: number) => repo.deleteNews(store.write, now - keptMs),
  };
}
