/** What is known of why a board is away, gathered from where it stands; shared/protocol/board-absence.ts says what it suggests. */
import {
  dayMs,
  faultBeforeMs,
  othersOf,
  togetherMs,
  type AbsenceEvidence,
} from '../../../../shared/protocol/board-absence.ts';
import type { Actor } from '../../access.ts';
import type { ProofService } from '../proof/service.ts';
import type { UpkeepService } from '../upkeep/service.ts';
import type { BoardConditions } from './conditions.ts';
import type { BoardsService } from './service.ts';

interface Deps {
  readonly boards: Pick<BoardsService, 'require' | 'recordsOfUnits' | 'presences'>;
  readonly conditions: Pick<BoardConditions, 'count' | 'heardSince'>;
  readonly upkeep: Pick<UpkeepService, 'get' | 'mayRead'>;
  readonly proof: Pick<ProofService, 'events'>;
}

/** As many as a day may have; of a player that writes more the newest say enough. */
const eventsRead = 200;

export type BoardAbsence = ReturnType<typeof createBoardAbsence>;

export function createBoardAbsence({ boards, conditions, upkeep, proof }: Deps) {
  return {
    /** @returns null when it is not away, or was never there. @throws AppError `board_unknown` 404 */
    async of(actor: Actor, boardId: string): Promise<AbsenceEvidence | null> {
      const { unitId } = await boards.require(actor, 'board.read', boardId);
      const inUnit = await boards.recordsOfUnits([unitId]);
      const presences = await boards.presences(inUnit.map(({ id }) => id));
      const own = presences.find((one) => one.boardId === boardId);
      if (own?.presence !== 'offline' || own.since === null) return null;
      const { since } = own;
      const [counts, heard, record, { events }] = await Promise.all([
        conditions.count(null),
        conditions.heardSince(null, since + togetherMs),
        upkeep.mayRead(actor, unitId) ? upkeep.get(actor, boardId) : null,
        proof.events(actor, boardId, { limit: eventsRead }),
      ]);
      const before = events.filter(({ at }) => at <= since && at > since - dayMs);
      const fault = before.find(({ at, body }) => body?.type === 'faultRaised' && at > since - faultBeforeMs);
      const step = before.find(({ body }) => body?.type === 'clockStepped')?.body;
      const sum = (of: typeof counts): number => of.reduce((all, { count }) => all + count, 0);
      const offline = sum(counts.filter(({ condition }) => condition === 'offline'));
      // Of some of the unknown nothing was ever heard.
      const online = sum(counts.filter(({ condition }) => !['offline', 'unpaired', 'unknown'].includes(condition)));
      const others = othersOf(
        since,
        presences.filter((one) => one !== own),
      );
      return {
        since,
        others,
        everywhere: { paired: offline + online - 1, heard: heard || online > 0 || others.online > 0 },
        simPaidUntil: record?.simPaidUntil ?? null,
        fault:
          fault?.body?.type === 'faultRaised'
            ? { at: fault.at, code: fault.body.code, detail: fault.body.detail }
            : null,
        restarts: before.filter(({ body }) => body?.type === 'booted').length,
        clockStepMs: step?.type === 'clockStepped' ? step.toOffsetMs - step.fromOffsetMs : null,
      };
    },
  };
}
