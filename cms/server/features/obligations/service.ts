/**
 * Obligations: an upper unit's notices that boards below must show so many times an hour. What is sent, changed or ended is woven
 * into what boards already play at once (features/programmes/obliged.ts): no commune publishes it, none can hold it back.
 */
import type {
  Obligation,
  ObligationInput,
  ObligationCreate,
  ObligationList,
  ObligationsQuery,
} from '../../../../shared/protocol/api/obligations.ts';
import { pageRows } from '../../../../shared/protocol/api/content.ts';
import { parseCron } from '../../../../shared/schedule/cron.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { Receivers } from '../../../../shared/protocol/receivers.ts';
import type { Actor } from '../../access.ts';
import type { Context, EventMap } from '../../context.ts';
import { cutPage, readCursor } from '../../listing.ts';
import type { Tx } from '../../store/store.ts';
import { takeTurns } from '../../turns.ts';
import { assertIdFree, madeOnce } from '../chosen-id.ts';
import type { BoardsService } from '../boards/service.ts';
import type { NoticesService } from '../notices/service.ts';
import { maySeeContent } from '../notices/sight.ts';
import { assertValidity, cleanTargets } from '../schedules/targets.ts';
import type { UnitsService } from '../units/service.ts';
import { concerned } from './concerned.ts';
import { findReceipts, findReceiptsOfUnits } from './receipts-repo.ts';
import * as repo from './repo.ts';
import { createRoom, type Room } from './room.ts';
import type { ObligationRecord, ObligationValues } from './repo.ts';

export type { ObligationRecord } from './repo.ts';

/** By receiving unit and obligation: its place there, smaller first. */
export type ReceivedOrders = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface ObligationsService {
  /** What units in sight have sent, the newest edit first. @throws AppError `invalid_input` (field cursor) */
  list(actor: Actor, query?: Partial<ObligationsQuery>): Promise<ObligationList>;
  /** @throws AppError `obligation_unknown` 404 */
  get(actor: Actor, id: string): Promise<Obligation>;
  /** @throws AppError `cron_invalid`, `validity_reversed`, `target_outside_unit`, `targets_gone`, `notice_unknown`, `notice_taken_down`, `obligation_notice_not_approved`, `obligation_notice_too_long`, `obligation_rate_impossible`, `forbidden` */
  create(actor: Actor, input: ObligationCreate): Promise<Obligation>;
  /** @throws AppError as `create`, `obligation_unknown` 404, `revision_conflict` 409, `obligation_ended` 409 */
  edit(actor: Actor, id: string, revision: number, input: ObligationInput): Promise<Obligation>;
  /** Boards play it no more; what was sent and shown stays on record. @throws AppError as `edit` */
  end(actor: Actor, id: string, revision: number, reason: string): Promise<Obligation>;

  /** Those that stand and that these units own, for the system's own use. */
  ofUnits(unitIds: readonly string[], tx?: Tx): Promise<ObligationRecord[]>;
  /** The orders that these units have said. */
  orders(unitIds: readonly string[]): Promise<ReceivedOrders>;
  /**
   * Boards that are obliged to show a notice lack what has just been approved of it, or let through again.
   * @returns what to emit once the transaction has ended; null when nothing obliges them
   */
  noticeApproved(noticeId: string, tx: Tx): Promise<EventMap['obligationsChanged'] | null>;
  /** Boards have been given a change. */
  markSent(changes: EventMap['obligationsChanged']['changes']): Promise<void>;
  /** Some boards could not be given a change, though an earlier one has come to all of them meanwhile. */
  markUnsent(changes: EventMap['obligationsChanged']['changes']): Promise<void>;
  /** As `Room.assertStillFits`. */
  readonly assertStillFits: Room['assertStillFits'];
  /**
   * Announces again what this process, or the one before, did not bring to all boards.
   * @param since what was changed then or earlier, ms UTC
   */
  announceUnsent(since: number): Promise<void>;
}

export interface ObligationsDeps {
  readonly units: Pick<UnitsService, 'tree' | 'get' | 'nameOf'>;
  readonly boards: Pick<BoardsService, 'held' | 'places'>;
  readonly notices: Pick<NoticesService, 'usable' | 'held' | 'approved' | 'unapproved' | 'headings'>;
}

export function createObligationsService(context: Context, deps: ObligationsDeps): ObligationsService {
  const { store, sources, access, audit, events } = context;
  const { units, boards, notices } = deps;
  const { tree } = units;
  const room = createRoom(context, deps);

  const unknown = (): AppError => new AppError('obligation_unknown', 'There is no such obligation', { status: 404 });
  const ended = (): AppError => new AppError('obligation_ended', 'It has been ended', { status: 409 });
  const conflict = ({ revision }: ObligationRecord): AppError =>
    new AppError('revision_conflict', 'Somebody else has changed it meanwhile', { status: 409, params: { revision } });

  async function find(actor: Actor, id: string): Promise<ObligationRecord> {
    const record = await repo.findObligation(store.read, id);
    if (!record || !maySeeContent(actor, access, tree, record.unitId)) throw unknown();
    return record;
  }

  /** As it was at `revision`, to be changed. */
  async function open(actor: Actor, id: string, revision: number): Promise<ObligationRecord> {
    const record = await find(actor, id);
    access.assert(actor, 'obligation.edit', record.unitId);
    if (record.endedAt !== null) throw ended();
    if (record.revision !== revision) throw conflict(record);
    return record;
  }

  /** In the transaction, which holds notice and boards: none is deleted or moved between the check and the write. */
  async function clean(
    tx: Tx,
    actor: Actor,
    input: ObligationInput,
    before: ObligationRecord | null,
  ): Promise<ObligationValues> {
    const cron = parseCron(input.cron).expression;
    assertValidity(input);
    const kept = before?.noticeId === input.noticeId;
    const found = kept ? await notices.held([input.noticeId], tx) : await notices.usable(actor, [input.noticeId], tx);
    if (found.length === 0) throw new AppError('notice_unknown', 'There is no such notice', { field: 'noticeId' });
    // One that requires it already may still be changed: boards have it again once it is let through.
    if (!kept && found[0]!.takenDown)
      throw new AppError('notice_taken_down', 'It is taken down from all boards', { field: 'noticeId' });
    if ((await notices.unapproved([input.noticeId])).length > 0)
      throw new AppError('obligation_notice_not_approved', 'Boards are given approved notices only', {
        field: 'noticeId',
      });
    // What is asked for no oftener than before is let through: what was sent long ago may be too much already.
    if (!kept || input.perHour > before.perHour) await room.assertFits(input);
    return { ...input, cron, targets: await cleanTargets(tx, input, before, { tree, boards }) };
  }

  async function views(records: readonly ObligationRecord[]): Promise<Obligation[]> {
    const ids = records.map(({ id }) => id);
    const below = [...new Set(records.flatMap(({ unitId }) => tree.subtreeOf(unitId)))];
    const [placed, receipts, headings] = await Promise.all([
      boards.places(below),
      findReceipts(store.read, ids),
      notices.headings(records.map(({ noticeId }) => noticeId)),
    ]);
    const receivers = new Receivers(units);
    const answers = Map.groupBy(receipts, (receipt) => receipt.obligationId);
    const found: Obligation[] = [];
    const turn = takeTurns();
    for (const record of records) {
      const { order: _order, updatedBy: _by, unsentSince, ...fields } = record;
      const receiving = receivers.all(record, placed);
      const boardCount = [...receiving.values()].reduce((sum, { length }) => sum + length, 0);
      // Nobody answers to themselves.
      receiving.delete(record.unitId);
      const withBoards = new Set([...receiving].flatMap(([unitId, { length }]) => (length > 0 ? [unitId] : [])));
      const given = (answers.get(record.id) ?? []).filter(({ unitId }) => withBoards.has(unitId));
      const heading = headings.get(record.noticeId);
      found.push({
        ...fields,
        unitName: units.nameOf(record.unitId),
        noticeTitle: heading?.title ?? '',
        category: heading?.category ?? 'other',
        sending: unsentSince !== null,
        receivers: withBoards.size,
        received: given.filter(({ receivedAt }) => receivedAt !== null).length,
        accepted: given.filter(({ acceptedAt }) => acceptedAt !== null).length,
        withoutBoards: receiving.size - withBoards.size,
        boards: boardCount,
      });
      await turn();
    }
    return found;
  }

  const whole = async (record: ObligationRecord): Promise<Obligation> => ({
    ...(await views([record]))[0]!,
    crowded: record.endedAt === null ? await room.crowded(record) : 0,
  });

  async function view(id: string): Promise<Obligation> {
    const record = await repo.findObligation(store.write, id);
    if (!record) throw unknown();
    return whole(record);
  }

  /** To all that they ever meant: boards that they mean no more may be those that lack a change. */
  async function announce(...changes: EventMap['obligationsChanged']['changes']): Promise<void> {
    const terms = await repo.findTerms(
      store.write,
      changes.map(({ id }) => id),
    );
    for (const change of changes) events.emit('obligationsChanged', concerned([change], terms.get(change.id)!));
  }

  return {
    async list(actor, { state = 'current', cursor, limit = pageRows } = {}) {
      const inSight = access.unitsFor(actor, 'content.read');
      const isEnded = state === 'ended';
      const [found, total] = await Promise.all([
        repo.findPage(store.read, inSight, isEnded, { after: readCursor(cursor), limit: limit + 1 }),
        repo.count(store.read, inSight, isEnded),
      ]);
      const { page, next } = cutPage(found, limit);
      return { obligations: await views(page), next, total };
    },
    async get(actor, id) {
      return whole(await find(actor, id));
    },
    async create(actor, { id = sources.newId(), ...input }) {
      access.assert(actor, 'obligation.edit', input.unitId);
      const now = sources.now();
      await madeOnce(
        store.transaction(async (tx) => {
          await assertIdFree(tx, 'obligations', id);
          const cleaned = await clean(tx, actor, input, null);
          await repo.insertObligation(tx, id, cleaned, actor.userId, now);
          await audit(tx, {
            actor,
            action: 'obligation.created',
            subjectType: 'obligation',
            subjectId: id,
            unitId: cleaned.unitId,
            detail: { ...cleaned, ...access.saidInPlace(actor, 'obligation.edit', cleaned.unitId) },
          });
        }),
      );
      await announce({ id, at: now });
      return view(id);
    },
    async edit(actor, id, revision, input) {
      const before = await open(actor, id, revision);
      access.assert(actor, 'obligation.edit', input.unitId);
      const now = sources.now();
      await store.transaction(async (tx) => {
        const cleaned = await clean(tx, actor, input, before);
        if (!(await repo.updateObligation(tx, before, cleaned, actor.userId, now))) throw conflict(before);
        await audit(tx, {
          actor,
          action: 'obligation.changed',
          subjectType: 'obligation',
          subjectId: id,
          unitId: cleaned.unitId,
          detail: {
            ...cleaned,
            revision: revision + 1,
            before: { ...valuesOf(before), revision },
            ...access.saidInPlace(actor, 'obligation.edit', cleaned.unitId),
          },
        });
      });
      events.emit('contentSaved', { kind: 'obligation', id });
      await announce({ id, at: now });
      return view(id);
    },
    async end(actor, id, revision, reason) {
      const before = await open(actor, id, revision);
      const now = sources.now();
      await store.transaction(async (tx) => {
        if (!(await repo.markEnded(tx, before, reason, actor.userId, now))) throw conflict(before);
        await audit(tx, {
          actor,
          action: 'obligation.ended',
          subjectType: 'obligation',
          subjectId: id,
          unitId: before.unitId,
          detail: { reason, ...access.saidInPlace(actor, 'obligation.edit', before.unitId) },
        });
      });
      events.emit('contentSaved', { kind: 'obligation', id });
      await announce({ id, at: now });
      return view(id);
    },
    assertStillFits: room.assertStillFits,
    ofUnits: (unitIds, tx) => repo.findObligationsOfUnits(tx ?? store.read, unitIds),
    async orders(unitIds) {
      const orders = new Map<string, Map<string, number>>();
      for (const { unitId, obligationId, order } of await findReceiptsOfUnits(store.read, unitIds)) {
        if (order === null) continue;
        const own = orders.get(unitId) ?? new Map<string, number>();
        orders.set(unitId, own.set(obligationId, order));
      }
      return orders;
    },
    async noticeApproved(noticeId, tx) {
      const at = sources.now();
      const ids = await repo.markNoticeUnsent(tx, noticeId, at);
      if (ids.length === 0) return null;
      const terms = await repo.findTerms(tx, ids);
      return concerned(
        ids.map((id) => ({ id, at })),
        [...terms.values()].flat(),
      );
    },
    async markSent(changes) {
      for (const { id, at } of changes) {
        const unitId = await repo.markSent(store.write, id, at);
        if (unitId !== undefined) events.emit('obligationsProgressed', { ids: [id], unitId });
      }
    },
    async markUnsent(changes) {
      for (const { id, at } of changes) await repo.markUnsent(store.write, [id], at);
    },
    async announceUnsent(since) {
      const unsent = await repo.findUnsent(store.read, since);
      await announce(...unsent.map(({ id, unsentSince }) => ({ id, at: unsentSince! })));
    },
  };
}

const valuesOf = (record: ObligationRecord): ObligationValues => {
  const { unitId, noticeId, perHour, cron, durationMs, validFrom, validTo, targets } = record;
  return { unitId, noticeId, perHour, cron, durationMs, validFrom, validTo, targets };
};
