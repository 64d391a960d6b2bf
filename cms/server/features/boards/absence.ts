/** What is known of why a board is away, gathered from where it stands; shared/protocol/board-absence.ts says what it suggests. */
import {
  clockOffMs,
  dayMs,
  faultBeforeMs,
  othersOf,
  suspectedByFault,
  togetherMs,
  type AbsenceEvidence,
} from '../../../../shared/protocol/board-absence.ts';
import { budgetOfKey } from '../../../../shared/protocol/downloads.ts';
import { isSaidOf } from '../../../../shared/protocol/status.ts';
import { localMonthOf } from '../../../../shared/schedule/zone.ts';
import type { Actor } from '../../access.ts';
import type { ProofService } from '../proof/service.ts';
import type { UpkeepService } from '../upkeep/service.ts';
import type { BoardConditions } from './conditions.ts';
import type { BoardsService } from './service.ts';
import type { BoardStatuses } from './status.ts';

interface Deps {
  readonly boards: Pick<BoardsService, 'require' | 'record' | 'recordsOfUnits' | 'presences'>;
  readonly conditions: Pick<BoardConditions, 'elsewhere' | 'heardSince' | 'restoredFrom'>;
  readonly upkeep: Pick<UpkeepService, 'find' | 'mayRead'>;
  readonly proof: Pick<ProofService, 'eventsOf'>;
  readonly statuses: Pick<BoardStatuses, 'said'>;
}

/** As many as a day may have; of a player that writes more the newest say enough. */
const eventsRead = 200;

export type BoardAbsence = ReturnType<typeof createBoardAbsence>;

/** What `readsSim` guards is left out of it. */
export const withoutSim = (evidence: AbsenceEvidence): AbsenceEvidence => ({
  ...evidence,
  simPaidUntil: null,
  network: null,
  data: null,
  readsSim: false,
});

export function createBoardAbsence({ boards, conditions, upkeep, proof, statuses }: Deps) {
  const absence = {
    /** @returns null when it is not away, or was never there. @throws AppError `board_unknown` 404 */
    async of(actor: Actor, boardId: string): Promise<AbsenceEvidence | null> {
      const { unitId } = await boards.require(actor, 'board.read', boardId);
      const known = await absence.known(boardId);
      return known && !upkeep.mayRead(actor, unitId) ? withoutSim(known) : known;
    },

    /** The same for the system's own use, without rights. */
    async known(boardId: string): Promise<AbsenceEvidence | null> {
      const found = await boards.record(boardId);
      if (!found) return null;
      const { unitId, zone } = found;
      const inUnit = await boards.recordsOfUnits([unitId]);
      const presences = await boards.presences(inUnit.map(({ id }) => id));
      const own = presences.find((one) => one.boardId === boardId);
      if (own?.presence !== 'offline' || own.since === null) return null;
      const { since } = own;
      const [there, heard, online, restoredFrom, record, said, { events }] = await Promise.all([
        conditions.elsewhere(unitId, since - togetherMs),
        conditions.heardSince(null, since + togetherMs),
        // Whoever is connected all the while need not have said anything.
        conditions.elsewhere(unitId, Number.MAX_SAFE_INTEGER),
        conditions.restoredFrom(null),
        upkeep.find(boardId),
        statuses.said(boardId),
        proof.eventsOf(boardId, { limit: eventsRead }),
      ]);
      const limitMb = budgetOfKey(said?.status.dl ?? null);
      // A month that was over when it went away says nothing of why.
      const mb = said && isSaidOf(localMonthOf(zone, since), said.at) ? said.status.mb : null;
      const recent = events.filter(({ at }) => at <= since && at > since - dayMs);
      // What a player before it wrote down says nothing of this one.
      const journal = recent.find(({ body }) => body?.type === 'booted')?.journalId;
      const before = recent.filter(({ journalId }) => journal === undefined || journalId === journal);
      const faults = before.flatMap(({ at, body }) =>
        body?.type === 'faultRaised' && at > since - faultBeforeMs
          ? [{ at, code: body.code, detail: body.detail }]
          : [],
      );
      const step = before.find(({ body }) => body?.type === 'clockStepped')?.body;
      // Of trusted time to the machine's own.
      const off = step?.type === 'clockStepped' ? step.toOffsetMs : 0;
      const others = othersOf(
        since,
        presences.filter((one) => one !== own),
      );
      return {
        since,
        restoredFrom,
        others,
        everywhere: { there, heard: heard || online || others.online > 0 },
        simPaidUntil: record?.simPaidUntil ?? null,
        readsSim: true,
        data: limitMb === null || mb === null ? null : { usedMb: mb, limitMb },
        network: said && { net: said.status.net, signal: said.status.signal },
        fault: faults.find(({ code }) => suspectedByFault(code) !== null) ?? faults[0] ?? null,
        restarts: before.filter(({ body }) => body?.type === 'booted').length,
        clockOffMs: Math.abs(off) >= clockOffMs ? off : null,
      };
    },
  };
  return absence;
}
