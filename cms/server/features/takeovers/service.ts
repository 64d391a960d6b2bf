/**
 * Takeovers, after CAP 1.2: alert → update → cancel (all clear) or expiry; superseded, never edited. What is sent is durable
 * before it is sent; what boards report moves each delivery forward and never back; silence stays «unknown».
 */
import type { z } from 'zod';
import type {
  takeoverDetail,
  takeoverPreview,
  TakeoverRequest,
  takeovers as takeoverList,
  TakeoversQuery,
  TakeoverView,
} from '../../../../shared/protocol/api/takeovers.ts';
import type { Version } from '../../../../shared/protocol/common.ts';
import type { boardMessages, RequestOf } from '../../../../shared/protocol/link.ts';
import type { Takeover, TakeoverSelectors } from '../../../../shared/protocol/takeover.ts';
import { proves } from '../../../../shared/protocol/journal.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import type { Presence } from '../../realtime/presence.ts';
import { GroupCommit } from '../../realtime/group-commit.ts';
import type { AccountsService } from '../accounts/service.ts';
import type { BoardsService } from '../boards/service.ts';
import type { UnitsService } from '../units/service.ts';
import { createIssuer, TakeoverError, type Draft, type IssueDeps } from './issue.ts';
import { takeoverRepo as repo, type DeliveryProgress, type TakeoverRow } from './repo.ts';
import { boardsIn, contentOf, deliveryView, endOf, viewOf } from './view.ts';

export interface TakeoverDeps extends IssueDeps {
  readonly accounts: Pick<AccountsService, 'names' | 'called'>;
  readonly boards: Pick<BoardsService, 'belonging'>;
  readonly presence: IssueDeps['presence'] & Pick<Presence, 'hostOf' | 'saidOf'>;
  readonly units: IssueDeps['units'] & Pick<UnitsService, 'nameAt'>;
}

/** «epoch_counter» */
function sequenceOf(cursor: string): Version {
  const [epoch, counter] = cursor.split('_').map(Number) as [number, number];
  return { epoch, counter };
}

type TakeoverProgress = RequestOf<typeof boardMessages.takeoverProgressedV1>;

export type TakeoverService = ReturnType<typeof createTakeoverService>;

const listed = 100;
/** How many times as many are looked through for one answer. */
const listRounds = 3;
/** A storm of reports after a raise is written in few transactions, each short. */
const reportsPerTransaction = 500;
const reportTransactionMs = 50;
const reportDelayMs = 20;

export function createTakeoverService(context: Context, deps: TakeoverDeps) {
  const { store, sources, access, events, log } = context;
  const { targetingOf, assertMayRaise, issue } = createIssuer(context, deps);

  const progressed = new GroupCommit<DeliveryProgress>(store, {
    write: record,
    maxWeight: reportsPerTransaction,
    aimMs: reportTransactionMs,
    weigh: () => 1,
    delayMs: reportDelayMs,
  });

  /** Writes what boards have and show; a board that came to be a target after the raise is counted from then on. */
  async function record(tx: Tx, reports: readonly DeliveryProgress[]): Promise<void> {
    const missing = await repo.unknownTargets(tx, reports);
    if (missing.size > 0)
      for (const row of await repo.inForce(tx, [...missing.keys()], sources.now()))
        await repo.joinTargets(tx, row.id, await targetingOf(contentOf(row).selectors, tx), missing.get(row.id)!);
    await repo.report(tx, reports);
  }

  const isCut = (boardId: string): boolean => deps.presence.saidOf(boardId)?.cut === true;

  /** Whether the screen of a connected board is off, though it should be on: an alert may not light it either. */
  function isDark(boardId: string): boolean {
    if (deps.presence.stateOf(boardId) !== 'online') return false;
    const said = deps.presence.saidOf(boardId);
    return said?.screenOn === false && said.screenRests !== true;
  }

  /** Whether what plays on a connected board cannot prove that anything is displayed. */
  function isUnproved(boardId: string): boolean {
    const host = deps.presence.hostOf(boardId);
    return deps.presence.stateOf(boardId) === 'online' && host !== null && !proves(host);
  }

  /** Visible to who may read takeovers where it was raised or where one of its boards hangs. @throws `takeover_unknown` 404 */
  async function assertVisible(actor: Actor, row: TakeoverRow | undefined): Promise<TakeoverRow> {
    if (row && row.type !== 'cancel') {
      if (access.canReach(actor, 'takeover.read', row.unit_id)) return row;
      const units = await repo.deliveryUnits(store.read, row.id);
      if (units.some((unitId) => access.canReach(actor, 'takeover.read', unitId))) return row;
    }
    throw new TakeoverError('takeover_unknown', 'There is no such takeover', { status: 404 });
  }

  async function views(rows: readonly TakeoverRow[]): Promise<TakeoverView[]> {
    const ids = rows.map((row) => row.id);
    const [successors, counts, names] = await Promise.all([
      repo.successors(store.read, ids),
      repo.countStates(store.read, ids),
      deps.accounts.names([...new Set(rows.map((row) => row.raised_by))]),
    ]);
    const now = sources.now();
    return rows.map((row) =>
      viewOf(row, {
        successor: successors.find((other) => other.supersedes === row.id) ?? null,
        counts: counts.filter((count) => count.takeover_id === row.id),
        raisedByName: names.get(row.raised_by) ?? '',
        now,
      }),
    );
  }

  async function view(id: string): Promise<TakeoverView> {
    const row = await repo.takeover(store.read, id);
    const [found] = row ? await views([row]) : [];
    if (!found) throw new TakeoverError('takeover_unknown', 'There is no such takeover', { status: 404 });
    return found;
  }

  /** @throws TakeoverError `takeover_not_active` 409 */
  async function assertActive(tx: Tx, row: TakeoverRow): Promise<void> {
    if (endOf(row, (await repo.successor(tx, row.id)) ?? null, sources.now()) === null) return;
    throw new TakeoverError('takeover_not_active', 'This takeover has ended already', { status: 409 });
  }

  /**
   * Everyone who raised it still may, on all its targets. A target whose unit has ended since is nobody's, or the root's: it must
   * not keep an alert standing that may be ended everywhere else.
   */
  async function assertMayEnd(actor: Actor, row: TakeoverRow): Promise<void> {
    access.assertReach(actor, 'takeover.raise', row.unit_id);
    for (const unitId of await repo.deliveryUnits(store.read, row.id))
      if (deps.units.tree.pathOf(unitId).length > 0) access.assert(actor, 'takeover.raise', unitId);
  }

  return {
    /** How many boards it would reach. @throws AppError `forbidden`, `takeover_no_targets` */
    async preview(actor: Actor, selectors: TakeoverSelectors): Promise<z.infer<typeof takeoverPreview>> {
      const to = await targetingOf(selectors);
      assertMayRaise(actor, selectors, [...(await repo.targetsByUnit(store.read, to)).keys()]);
      const boards = (await repo.targets(store.read, to)).map((board) => ({
        boardId: board.id,
        name: board.name,
        unitName: deps.units.nameOf(board.unit_id),
        presence: deps.presence.stateOf(board.id),
        unproved: isUnproved(board.id),
        dark: isDark(board.id),
      }));
      const count = (presence: string): number =>
        boards.filter((board) => board.presence === presence && !board.unproved).length;
      return {
        targets: boards.length,
        online: count('online'),
        offline: count('offline'),
        unpaired: count('unpaired'),
        unproved: boards.filter(({ unproved }) => unproved).length,
        cut: boards.filter(({ boardId }) => isCut(boardId)).length,
        boards: boards.slice(0, 10_000),
      };
    },

    /**
     * Raises a takeover. Asking again with the same `clientId` answers with the one raised.
     * @throws AppError `forbidden`; TakeoverError `takeover_no_targets`, `takeover_id_taken`
     */
    async raise(actor: Actor, request: TakeoverRequest): Promise<TakeoverView> {
      const to = await targetingOf(request.selectors);
      const draft: Draft = {
        takeoverId: request.clientId,
        type: 'alert',
        supersedes: null,
        status: request.status,
        content: request.content,
        selectors: request.selectors,
        expiresAt: sources.now() + request.durationMs,
      };
      const check = async (tx: Tx): Promise<boolean> => {
        const held = await repo.takeover(tx, request.clientId);
        if (held && (held.raised_by !== actor.userId || held.type !== 'alert')) {
          throw new TakeoverError('takeover_id_taken', 'This id belongs to another takeover', {
            status: 409,
            field: 'clientId',
          });
        }
        return held === undefined;
      };
      await issue(draft, { actor, action: 'takeover.raised', to, unitId: null, check });
      return view(request.clientId);
    },

    /** Replaces an active takeover by another for the same boards. @throws TakeoverError `takeover_unknown`, `takeover_not_active`, `takeover_update_too_short` */
    async update(
      actor: Actor,
      id: string,
      change: { clientId: string; content: Takeover['content']; durationMs: number },
    ): Promise<TakeoverView> {
      const row = await assertVisible(actor, await repo.takeover(store.read, id));
      await assertMayEnd(actor, row);
      const { selectors, status } = contentOf(row);
      const expiresAt = sources.now() + change.durationMs;
      // A board that heard of the first alone would show it again, or still, when the update has run out.
      if (expiresAt < row.expires_at) {
        throw new TakeoverError('takeover_update_too_short', 'An update may not end before what it replaces', {
          status: 409,
          field: 'durationMs',
        });
      }
      const draft: Draft = {
        takeoverId: change.clientId,
        type: 'update',
        supersedes: id,
        status,
        content: change.content,
        selectors,
        expiresAt,
      };
      const check = async (tx: Tx): Promise<boolean> => {
        const held = await repo.takeover(tx, change.clientId);
        if (held?.supersedes === id && held.raised_by === actor.userId) return false;
        if (held)
          throw new TakeoverError('takeover_id_taken', 'This id belongs to another takeover', {
            status: 409,
            field: 'clientId',
          });
        await assertActive(tx, row);
        return true;
      };
      await issue(draft, { actor, action: 'takeover.updated', to: await targetingOf(selectors), unitId: null, check });
      return view(change.clientId);
    },

    /** Ends it on every board. @throws TakeoverError `takeover_unknown` 404, `takeover_not_active` 409 */
    async allClear(actor: Actor, id: string): Promise<TakeoverView> {
      const row = await assertVisible(actor, await repo.takeover(store.read, id));
      await assertMayEnd(actor, row);
      const { selectors, status, content } = contentOf(row);
      // It lives as long as what it ends: a board that comes back later still learns of it.
      const draft: Draft = {
        takeoverId: sources.newId(),
        type: 'cancel',
        supersedes: id,
        status,
        content,
        selectors,
        expiresAt: row.expires_at,
      };
      const check = async (tx: Tx): Promise<boolean> => {
        await assertActive(tx, row);
        return true;
      };
      await issue(draft, { actor, action: 'takeover.cleared', to: null, unitId: row.unit_id, check });
      return view(id);
    },

    /** One page, newest first. Of what is rare it may hold few or none, and `next` leads on all the same. */
    async list(actor: Actor, query: Partial<TakeoversQuery> = {}): Promise<z.infer<typeof takeoverList>> {
      const { cursor, who = '', delivery, ...filter } = query;
      const unitIds = access.unitsFor(actor, 'takeover.read');
      const raisedBy = who.trim() === '' ? undefined : await deps.accounts.called(who);
      if (unitIds.length === 0 || raisedBy?.length === 0) return { takeovers: [], next: null };
      // What still stands can be ended, also when the unit it was raised for has ended.
      const ended = (await repo.unitsOfUnexpired(store.read, sources.now())).filter(
        (unitId) => deps.units.tree.pathOf(unitId).length === 0 && access.canReach(actor, 'takeover.read', unitId),
      );
      const found: TakeoverView[] = [];
      for (let before = cursor === undefined ? undefined : sequenceOf(cursor), round = 1; ; round++) {
        const rows = await repo.list(store.read, [...unitIds, ...ended], { ...filter, raisedBy, before }, listed);
        found.push(...(await views(rows)).filter((one) => delivery === undefined || boardsIn(one, delivery) > 0));
        const last = rows.at(-1);
        if (last === undefined || rows.length < listed) return { takeovers: found, next: null };
        // What is filtered by delivery is read on until there is enough of it to look at, or the answer has taken its share.
        if (found.length >= listed / 2 || round === listRounds)
          return { takeovers: found, next: `${last.epoch}_${last.counter}` };
        before = last;
      }
    },

    async detail(actor: Actor, id: string): Promise<z.infer<typeof takeoverDetail>> {
      const row = await assertVisible(actor, await repo.takeover(store.read, id));
      const [summary, rows] = await Promise.all([view(id), repo.deliveries(store.read, id)]);
      const belonging = await deps.boards.belonging(rows.map((delivery) => delivery.board_id));
      const unitThen = (boardId: string): string =>
        deps.units.nameAt(belonging(boardId, row.issued_at)!, row.issued_at);
      const deliveries = rows
        .filter(
          (delivery) =>
            access.canReach(actor, 'takeover.read', delivery.unit_id) ||
            access.canReach(actor, 'takeover.read', row.unit_id),
        )
        .map((delivery) => deliveryView(delivery, unitThen(delivery.board_id), summary.state !== 'active'));
      return { ...summary, cut: deliveries.filter(({ boardId }) => isCut(boardId)).length, deliveries };
    },

    /**
     * What a board lacks: everything after its cursor that has not expired, in order. It is on its way to the board then. An alert
     * that it never had and that is over is not given to it: the record of what has ended stays as it is. What ends or replaces
     * another is given in any case: the board may have that other one on its glass.
     */
    async handOver(boardId: string, cursor: Version | null): Promise<string[]> {
      const at = sources.now();
      const after = await repo.after(store.read, cursor, at);
      const over = new Set(after.map(({ supersedes }) => supersedes));
      const lacking = after.filter(({ id, supersedes }) => supersedes !== null || !over.has(id));
      for (const { id: takeoverId } of lacking) {
        // Not waited for: the note must not hold up the takeover itself.
        progressed.add({ takeoverId, boardId, state: 'sent', at, errorCode: null }).then(
          () => events.emit('takeoverProgressed', { takeoverId }),
          (error: unknown) =>
            log.error({ err: error, boardId, takeoverId }, 'it was not noted that a takeover was handed over'),
        );
      }
      return lacking.map(({ jws }) => jws);
    },

    /** Units that hear of a takeover's progress. */
    async audience(takeoverId: string): Promise<string[]> {
      const row = await repo.takeover(store.read, takeoverId);
      return row ? [row.unit_id, ...(await repo.deliveryUnits(store.read, takeoverId))] : [];
    },

    /** By board, when it showed takeovers in [from, to), ms UTC; without rights. */
    async shown(
      boardIds: readonly string[],
      period: { from: number; to: number },
    ): Promise<ReadonlyMap<string, readonly { from: number; to: number }[]>> {
      return Map.groupBy(await repo.shown(store.read, boardIds, period), ({ boardId }) => boardId);
    },

    /** What a board reports of itself. Reports of many boards share transactions; durable when it resolves. */
    async recordProgress(boardId: string, progress: TakeoverProgress): Promise<void> {
      await progressed.add({ boardId, ...progress });
      events.emit('takeoverProgressed', { takeoverId: progress.takeoverId });
    },

    /** Writes what plays prove, in the transaction of whoever read them; the caller emits `takeoverProgressed` after it. */
    report: record,

    /** When every report that was taken is durable. */
    idle: () => progressed.idle(),

    /** Which takeovers end of themselves next after a time (ms UTC), and when; null: none. */
    async nextExpiry(after: number): Promise<{ takeoverIds: string[]; at: number } | null> {
      const next = await repo.nextExpiries(store.read, after);
      return next[0] ? { takeoverIds: next.map((row) => row.id), at: next[0].expires_at } : null;
    },
  };
}
