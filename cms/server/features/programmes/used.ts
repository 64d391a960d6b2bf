/** Which programme a board used when, by its own signed records: kept for good, as the programmes are. */
import type { Version } from '../../../../shared/protocol/common.ts';
import { journalBody } from '../../../../shared/protocol/journal.ts';
import type { Db } from '../../store/store.ts';

export interface Used {
  readonly version: Version;
  readonly manifest: string;
  /** ms UTC. */
  readonly from: number;
  /** When it went over to another, or its player was taken away; null: it has told of neither. */
  readonly until: number | null;
}

/** @returns null where the board has not told, or where the CMS, restored from a backup, has lost what it tells of */
export async function usedAt(db: Db, boardId: string, at: number): Promise<Used | null> {
  const switches = db
    .selectFrom('board_events as events')
    .innerJoin('journals', 'journals.id', 'events.journal_id')
    .innerJoin('devices', 'devices.id', 'journals.device_id')
    .select(['events.at', 'events.seq', 'events.body', 'journals.no', 'devices.ended_at'])
    .where('events.board_id', '=', boardId)
    .where('events.type', '=', 'programmeSwitched')
    .limit(1);
  const last = await switches
    .where('events.at', '<=', at)
    // As its journal tells it: a clock that was behind after a power cut changes no order.
    .orderBy('journals.no', 'desc')
    .orderBy('events.seq', 'desc')
    .executeTakeFirst();
  const body = last && journalBody.safeParse(JSON.parse(last.body)).data;
  if (body?.type !== 'programmeSwitched' || (last!.ended_at !== null && last!.ended_at <= at)) return null;
  const next = await switches
    .where((e) =>
      e.or([
        e('journals.no', '>', last!.no),
        e.and([e('journals.no', '=', last!.no), e('events.seq', '>', last!.seq)]),
      ]),
    )
    // A clock that was ahead says too late a time of one of them.
    .orderBy('events.at')
    .executeTakeFirst();
  const { version } = body;
  const programme = await db
    .selectFrom('programmes')
    .select('manifest')
    .where('board_id', '=', boardId)
    .where('epoch', '=', version.epoch)
    .where('counter', '=', version.counter)
    .executeTakeFirst();
  const ends = [next?.at, last!.ended_at].filter((end) => typeof end === 'number');
  return programme
    ? { version, manifest: programme.manifest, from: last!.at, until: ends.length === 0 ? null : Math.min(...ends) }
    : null;
}
