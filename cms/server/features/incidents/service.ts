/** Incidents of boards, for pages and for what tells of them. */
import type { z } from 'zod';
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
import { seenBy, type IncidentBoard, type Sight } from './seen.ts';
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

  const toSeen = (sight: Sight, row: repo.IncidentRow, boards: readonly IncidentBoard[]): Incident | null => {
    const known = seenBy(sight, row, boards);
    return known && toIncident(known.row, known.boards);
  };

  const toIncident = (row: repo.IncidentRow, boards: readonly IncidentBoard[]): Incident => ({
    id: row.id,
    about: row.about,
    kind: row.kind,
    unitId: row.unit_id,
    unitName: units.nameOf(row.unit_id),
    since: row.since,
    openedAt: row.opened_at,
    endedAt: row.ended_at,
    evidence: row.evidence,
    boardCount: boards.length,
    wellCount: boards.filter(({ ended_at }) => ended_at !== null).length,
    boards: boards.slice(0, mostNamed).map(({ board_id, name, unit_id, since, ended_at }) => ({
      id: board_id,
      name,
      unitName: units.nameOf(unit_id),
      since,
      endedAt: ended_at,
    })),
  });

  /** Incidents with their boards, as somebody may know them; those without a board in sight are left out. */
  async function seen(sight: Sight, rows: readonly repo.IncidentRow[]): Promise<Incident[]> {
    const boards = Map.groupBy(
      await repo.boardsOf(
        store.read,
        rows.map(({ id }) => id),
      ),
      (board) => board.incident_id,
    );
    return rows.flatMap((row) => {
      return toSeen(sight, row, boards.get(row.id) ?? []) ?? [];
    });
  }

  return {
    policy: createIncidentPolicy(context),
    watch: createIncidentWatch(context, deps),
    reminders: createReminders(context, deps),
    news: createIncidentNews(store, access, { toSeen, nameOf: (unitId) => units.nameOf(unitId) }),

    async list(actor: Actor, query: z.infer<typeof incidentsQuery>): Promise<z.infer<typeof incidentPage>> {
      const { state, limit, cursor } = query;
      const unitIds = access.canEverywhere(actor, 'board.read') ? null : access.unitsFor(actor, 'board.read');
      const [at, id] = cursor?.split('_') ?? [];
      const after = id === undefined ? null : { at: Number(at), id };
      const [found, openCount] = await Promise.all([
        // One more tells whether there are more.
        repo.incidentPage(store.read, unitIds, { state, after, limit: limit + 1 }),
        repo.countOpen(store.read, unitIds),
      ]);
      const rows = found.slice(0, limit);
      const last = found.length > limit ? rows.at(-1) : undefined;
      const sight = {
        sees: (unitId: string) => unitIds === null || access.canReach(actor, 'board.read', unitId),
        looksAfter: (unitId: string) => access.canReach(actor, 'board.edit', unitId),
      };
      return {
        incidents: await seen(sight, rows),
        next: last ? `${state === 'open' ? last.opened_at : last.ended_at!}_${last.id}` : null,
        openCount,
      };
    },
  };
}
