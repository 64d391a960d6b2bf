/** Incidents of boards, for pages and for what tells of them. */
import type { z } from 'zod';
import type { openIncidentCount } from '../../../../shared/protocol/api/incident-count.ts';
import {
  mostNamed,
  type Incident,
  type incidentPage,
  type incidentsQuery,
} from '../../../../shared/protocol/api/incidents.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { UnitsService } from '../units/service.ts';
import type { BoardsService } from '../boards/service.ts';
import type { UpkeepService } from '../upkeep/service.ts';
import { createIncidentNews } from './news.ts';
import { createIncidentPolicy } from './policy.ts';
import { createReminders } from './reminders.ts';
import * as repo from './repo.ts';
import { knownBy, type SeenBoards, type Sight } from './seen.ts';
import { createIncidentWatch, type WatchDeps } from './watch.ts';

export interface IncidentDeps extends WatchDeps {
  readonly units: Pick<UnitsService, 'tree' | 'nameOf'>;
  readonly boards: Pick<BoardsService, 'records'>;
  readonly upkeep: Pick<UpkeepService, 'ending'>;
}

export type IncidentsService = ReturnType<typeof createIncidentsService>;

export function createIncidentsService(context: Context, deps: IncidentDeps) {
  const { store, access } = context;
  const { units } = deps;

  function toIncident(sight: Sight, of: repo.IncidentRow, { count, well, named }: SeenBoards): Incident {
    const row = knownBy(sight, of);
    return {
      id: row.id,
      about: row.about,
      kind: row.kind,
      unitId: row.unit_id,
      unitName: units.nameOf(row.unit_id),
      since: row.since,
      openedAt: row.opened_at,
      endedAt: row.ended_at,
      evidence: row.evidence,
      boardCount: count,
      wellCount: well,
      boards: named.map(({ board_id, name, unit_id, since, ended_at }) => ({
        id: board_id,
        name,
        unitName: units.nameOf(unit_id),
        since,
        endedAt: ended_at,
      })),
    };
  }

  /** Units whose boards somebody may see; null: all. */
  const unitsSeen = (actor: Actor): readonly string[] | null =>
    access.canEverywhere(actor, 'board.read') ? null : access.unitsFor(actor, 'board.read');

  return {
    policy: createIncidentPolicy(context),
    watch: createIncidentWatch(context, deps),
    reminders: createReminders(context, deps),
    news: createIncidentNews(store, access, { toIncident, nameOf: (unitId) => units.nameOf(unitId) }),

    async list(actor: Actor, query: z.infer<typeof incidentsQuery>): Promise<z.infer<typeof incidentPage>> {
      const { state, limit, cursor } = query;
      const unitIds = unitsSeen(actor);
      const [at, id] = cursor?.split('_') ?? [];
      const after = id === undefined ? null : { at: Number(at), id };
      // One more tells whether there are more.
      const found = await repo.incidentPage(store.report, unitIds, { state, after, limit: limit + 1 });
      const rows = found.slice(0, limit);
      const last = found.length > limit ? rows.at(-1) : undefined;
      const ids = rows.map(({ id }) => id);
      const boards = Map.groupBy(
        await repo.firstBoardsOf(store.report, ids, unitIds, mostNamed),
        ({ incident_id }) => incident_id,
      );
      const sight = {
        sees: (unitId: string) => unitIds === null || access.canReach(actor, 'board.read', unitId),
        looksAfter: (unitId: string) => access.canReach(actor, 'board.edit', unitId),
      };
      return {
        incidents: rows.flatMap((row) => {
          const named = boards.get(row.id);
          if (!named) return [];
          const { count, well } = named[0]!;
          return toIncident(sight, row, { count: Number(count), well: Number(well), named });
        }),
        next: last ? `${state === 'open' ? last.opened_at : last.ended_at!}_${last.id}` : null,
      };
    },

    /** How many with a board in sight go on. */
    async openCount(actor: Actor): Promise<z.infer<typeof openIncidentCount>> {
      return { count: await repo.countOpen(store.report, unitsSeen(actor)) };
    },
  };
}
