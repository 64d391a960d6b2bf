/** «Gỡ ngay»: a notice leaves every board at once, and «Cho phát lại» lets boards have it again. See docs/decisions/0010. */
import type { Takedowns } from '../../../../shared/protocol/api/takedown.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import type { AccountsService } from '../accounts/service.ts';
import type { BoardsService } from '../boards/service.ts';
import type { ObligationsService } from '../obligations/service.ts';
import type { ProgrammesService } from '../programmes/service.ts';
import * as repo from './repo.ts';
import type { NoticesService } from './service.ts';
import * as takedowns from './takedowns-repo.ts';

export interface TakedownService {
  /** @throws AppError `notice_unknown` 404 */
  view(actor: Actor, id: string): Promise<Takedowns>;
  /**
   * Stops it from being compiled, and gives every board that has it a version without it; drafts of those boards stay unpublished.
   * One that broke off is gone on with. A deleted notice, too, may be on boards still.
   * @throws AppError `notice_unknown` 404, `forbidden` 403, `already_taken_down` 409
   */
  takeDown(actor: Actor, id: string, reason: string): Promise<Takedowns>;
  /** Boards that are obliged to show it are given it again at once, others by their next publication. @throws AppError `notice_unknown` 404, `forbidden` 403, `not_taken_down` 409 */
  putBack(actor: Actor, id: string): Promise<Takedowns>;
  /** By notice, while each was taken down: [from, to), ms UTC, `to` Infinity where it still is. Without rights. */
  times(ids: readonly string[]): Promise<ReadonlyMap<string, { from: number; to: number }[]>>;
  /** Finishes what broke off: when the CMS stopped, or something failed. */
  resume(): Promise<void>;
}

export interface TakedownDeps {
  readonly notices: Pick<NoticesService, 'findEver'>;
  readonly accounts: Pick<AccountsService, 'names'>;
  readonly boards: Pick<BoardsService, 'records'>;
  readonly obligations: Pick<ObligationsService, 'noticeApproved'>;
  readonly programmes: Pick<ProgrammesService, 'withdraw' | 'everHeld'>;
}

type Withdrawn = Pick<repo.NoticeRecord, 'id' | 'title' | 'unitId'>;

export function createTakedowns(context: Context, deps: TakedownDeps): TakedownService {
  const { store, sources, access, audit, events, log } = context;
  const { notices, accounts, boards, obligations, programmes } = deps;

  /**
   * Whether something has brought it to boards, or may: a board shows only parts that were published for it, and what publishes a notice
   * is a playlist or an obligation. Every page that has a notice open asks this, again at each decision below: so by key, and only of what
   * was never published (mostly drafts) in the playlists; and as a reader, for nothing is decided by it.
   */
  const mayShow = async (id: string): Promise<boolean> =>
    (await programmes.everHeld(id)) || (await repo.usesOf(store.read, id)).length > 0;

  async function view(actor: Actor, id: string): Promise<Takedowns> {
    await notices.findEver(actor, id);
    const rows = await takedowns.findTakedowns(store.write, id);
    const names = await accounts.names([
      ...new Set(rows.flatMap((row) => [row.taken_by, row.restored_by ?? []].flat())),
    ]);
    const person = (userId: string) => ({ id: userId, name: names.get(userId) ?? null });
    const now = rows.find((row) => row.restored_at === null);
    const had = now ? await takedowns.findBoards(store.write, now.id) : [];
    const records = await boards.records(had.map(({ boardId }) => boardId));
    const inSight = new Set(
      records.filter(({ unitId }) => access.canReach(actor, 'board.read', unitId)).map((board) => board.id),
    );
    const shown = had.filter(({ boardId }) => inSight.has(boardId));
    return {
      takedowns: rows.map((row) => ({
        id: row.id,
        at: row.taken_at,
        by: person(row.taken_by),
        reason: row.reason,
        pending: row.pending === 1,
        restoredAt: row.restored_at,
        restoredBy: row.restored_by === null ? null : person(row.restored_by),
      })),
      boards: shown,
      hidden: had.length - shown.length,
      mayShow: await mayShow(id),
    };
  }

  /** Held, with the right to it. */
  async function hold(tx: Tx, actor: Actor, id: string): Promise<repo.NoticeRecord> {
    const notice = await repo.holdNoticeEver(tx, id);
    if (!notice) throw new AppError('notice_unknown', 'There is no such notice', { status: 404 });
    access.assertReach(actor, 'content.approve', notice.unitId);
    return notice;
  }

  /** By take-down. */
  const running = new Map<string, Promise<void>>();

  /** Those who look on hear of the end, and of one that broke off. */
  async function withdraw(id: string, notice: Withdrawn, by: string): Promise<void> {
    try {
      await programmes.withdraw(notice, { userId: by }, (tx, had) => takedowns.insertBoards(store, tx, id, had));
      await takedowns.finishTakedown(store.write, id);
    } finally {
      events.emit('approvalsChanged', { unitId: notice.unitId });
    }
  }

  /** Whoever asks for one that is running waits for that. */
  function carryOut(id: string, notice: Withdrawn, by: string): Promise<void> {
    const work = running.get(id) ?? withdraw(id, notice, by).finally(() => running.delete(id));
    running.set(id, work);
    return work;
  }

  return {
    view,
    async takeDown(actor, noticeId, reason) {
      await notices.findEver(actor, noticeId);
      const { id, notice, by } = await store.transaction(async (tx) => {
        const held = await hold(tx, actor, noticeId);
        const open = await takedowns.findOpen(tx, noticeId);
        if (open?.pending === 1) return { id: open.id, notice: held, by: open.taken_by };
        if (open) throw new AppError('already_taken_down', 'Somebody else has taken it down', { status: 409 });
        const id = sources.newId();
        await takedowns.insertTakedown(tx, {
          id,
          notice_id: noticeId,
          taken_at: sources.now(),
          taken_by: actor.userId,
          reason,
          pending: 1,
          restored_at: null,
          restored_by: null,
        });
        const inPlace = access.saidInPlace(actor, 'content.approve', held.unitId);
        const detail = { title: held.title, reason, ...inPlace };
        const about = { actor, subjectType: 'notice', subjectId: noticeId, unitId: held.unitId, detail };
        await audit(tx, { ...about, action: 'notice.takenDown' });
        return { id, notice: held, by: actor.userId };
      });
      await carryOut(id, notice, by);
      return view(actor, noticeId);
    },
    async putBack(actor, noticeId) {
      await notices.findEver(actor, noticeId);
      const { id, unitId, obliged } = await store.transaction(async (tx) => {
        const held = await hold(tx, actor, noticeId);
        const open = await takedowns.findOpen(tx, noticeId);
        if (!open) throw new AppError('not_taken_down', 'It is not taken down', { status: 409 });
        await takedowns.endTakedown(tx, noticeId, actor.userId, sources.now());
        const about = { actor, subjectType: 'notice', subjectId: noticeId, unitId: held.unitId };
        const inPlace = access.saidInPlace(actor, 'content.approve', held.unitId);
        await audit(tx, { ...about, action: 'notice.putBack', detail: { title: held.title, ...inPlace } });
        return { id: open.id, unitId: held.unitId, obliged: await obligations.noticeApproved(noticeId, tx) };
      });
      // What still takes it off boards has to end before they are given it.
      await running.get(id)?.catch(() => undefined);
      if (obliged) events.emit('obligationsChanged', obliged);
      events.emit('approvalsChanged', { unitId });
      return view(actor, noticeId);
    },
    async times(ids) {
      const times = new Map<string, { from: number; to: number }[]>(ids.map((id) => [id, []]));
      for (const row of await takedowns.findTakedownTimes(store.read, ids))
        times.get(row.notice_id)!.push({ from: row.taken_at, to: row.restored_at ?? Infinity });
      return times;
    },
    async resume() {
      for (const row of await takedowns.findPending(store.read)) {
        if (running.has(row.id)) continue;
        // Let through again meanwhile: there is nothing left to take off.
        if (row.restored_at !== null) {
          await takedowns.finishTakedown(store.write, row.id);
          continue;
        }
        // A take-down goes with its notice.
        const notice = (await repo.findNoticeEver(store.read, row.notice_id))!;
        await carryOut(row.id, notice, row.taken_by).catch((error: unknown) =>
          log.error({ err: error, noticeId: notice.id }, 'a notice could not be taken off all boards'),
        );
      }
    },
  };
}
