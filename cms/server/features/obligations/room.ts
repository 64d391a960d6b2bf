/** Whether an hour holds what boards are obliged to show in it. What cannot be kept is refused or told of when it is asked for. */
import { fitEveryHour, type Required } from '../../../../shared/schedule/obligations.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { Receivers, type PlacedBoard } from '../../../../shared/protocol/receivers.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { inTurns } from '../../turns.ts';
import type { BoardsService } from '../boards/service.ts';
import type { NoticesService } from '../notices/service.ts';
import type { UnitsService } from '../units/service.ts';
import * as repo from './repo.ts';
import type { ObligationRecord } from './repo.ts';

export interface RoomDeps {
  readonly units: Pick<UnitsService, 'tree' | 'get'>;
  readonly boards: Pick<BoardsService, 'places'>;
  readonly notices: Pick<NoticesService, 'approved'>;
}

export type Room = ReturnType<typeof createRoom>;

export function createRoom({ store, sources }: Pick<Context, 'store' | 'sources'>, deps: RoomDeps) {
  const { units, boards, notices } = deps;

  async function lengthsOf(noticeIds: readonly string[]): Promise<Map<string, number>> {
    const found = await notices.approved([...new Set(noticeIds)]);
    return new Map(found.map(({ id, effectiveDurationMs }) => [id, effectiveDurationMs]));
  }

  return {
    /** @throws AppError `obligation_notice_too_long`, `obligation_rate_impossible` (params.most) where no board could keep it, with nothing else to show */
    async assertFits({ noticeId, perHour }: Pick<ObligationRecord, 'noticeId' | 'perHour'>): Promise<void> {
      const lengthMs = (await lengthsOf([noticeId])).get(noticeId);
      if (lengthMs === undefined || fitEveryHour([{ perHour, lengthMs }])) return;
      let most = perHour - 1;
      while (most > 0 && !fitEveryHour([{ perHour: most, lengthMs }])) most--;
      throw most === 0
        ? new AppError('obligation_notice_too_long', 'No hour is sure to hold it whole', { field: 'noticeId' })
        : new AppError('obligation_rate_impossible', `An hour holds it ${most} times at most`, {
            field: 'perHour',
            params: { most },
          });
    },

    /** @param lengthMs of what is to be approved. @throws AppError `obliged_notice_too_long` 409 where boards have to show the notice too often for that */
    async assertStillFits(noticeId: string, lengthMs: number, tx: Tx): Promise<void> {
      for (const perHour of await repo.findRatesOfNotice(tx, noticeId))
        if (!fitEveryHour([{ perHour, lengthMs }]))
          throw new AppError('obliged_notice_too_long', `Boards have to show it ${perHour} times an hour`, {
            status: 409,
            params: { perHour },
          });
    },

    /** How many boards of this one are asked for more than an hour holds, by it and all others, as if all were open at once. */
    async crowded(one: ObligationRecord): Promise<number> {
      const path = units.tree.pathOf(one.unitId);
      const below = units.tree.subtreeOf(one.unitId);
      const now = sources.now();
      const [standing, placed] = await Promise.all([
        repo.findObligationsOfUnits(store.read, [...new Set([...path, ...below])]),
        boards.places(below),
      ]);
      const lengths = await lengthsOf(standing.map(({ noticeId }) => noticeId));
      const receivers = new Receivers(units);
      const own = receivers.meant<PlacedBoard>(one, placed);
      const asked = new Map(own.map(({ id }) => [id, [] as number[]]));
      const required: Required[] = [];
      await inTurns(standing, (obligation) => {
        const lengthMs = lengths.get(obligation.noticeId);
        if (lengthMs === undefined || (obligation.validTo ?? Infinity) <= now) return;
        const index = required.push({ perHour: obligation.perHour, lengthMs }) - 1;
        for (const { id } of receivers.meant(obligation, own)) asked.get(id)!.push(index);
      });
      // Most boards are asked for the same.
      const fits = new Map<string, boolean>();
      let crowded = 0;
      await inTurns(asked.values(), (indexes) => {
        const key = indexes.join();
        if (!fits.has(key)) fits.set(key, fitEveryHour(indexes.map((i) => required[i]!)));
        if (!fits.get(key)) crowded++;
      });
      return crowded;
    },
  };
}
