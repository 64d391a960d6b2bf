/** The receiving side of obligations: seen to arrive, accepted, put in an order among each other; never dropped. */
import type { Desk } from '../../../../shared/protocol/api/desk.ts';
import type { ReceivedObligation, Receipts } from '../../../../shared/protocol/api/obligations.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { Receivers } from '../../../../shared/protocol/receivers.ts';
import { roleAllows, type Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { takeTurns } from '../../turns.ts';
import type { AccountsService } from '../accounts/service.ts';
import type { BoardsService } from '../boards/service.ts';
import type { NoticesService } from '../notices/service.ts';
import type { UnitsService } from '../units/service.ts';
import { findReceiptsOfUnits, markAccepted, markReceived, writeOrder, type Receipt } from './receipts-repo.ts';
import { concerned } from './concerned.ts';
import { findTerms, markOrdered, type ObligationRecord } from './repo.ts';
import type { ObligationsService } from './service.ts';

export interface ObligationInbox {
  /** What the unit receives, in its order. @throws AppError `unit_unknown` 404, `forbidden` */
  list(actor: Actor, unitId: string): Promise<Receipts>;
  /** What waits to be accepted at the units for which the actor was given a role; those below have people of their own. */
  waiting(actor: Actor): Promise<Desk['obligations']>;
  /** Somebody of the unit has these in sight. Whoever sent one is nobody of the unit. @throws AppError as `list` */
  received(actor: Actor, unitId: string, ids: readonly string[]): Promise<void>;
  /** @throws AppError as `list`, `obligation_unknown` 404, `obligation_own` 403, `obligation_without_boards` 409 */
  accept(actor: Actor, unitId: string, id: string): Promise<Receipts>;
  /** @throws AppError as `list`, `obligations_changed` 409 when `ids` are not all that the unit receives */
  order(actor: Actor, unitId: string, ids: readonly string[]): Promise<Receipts>;
}

export interface InboxDeps {
  readonly units: Pick<UnitsService, 'tree' | 'get' | 'nameOf'>;
  readonly boards: Pick<BoardsService, 'places'>;
  readonly notices: Pick<NoticesService, 'headings'>;
  readonly accounts: Pick<AccountsService, 'names'>;
  readonly obligations: Pick<ObligationsService, 'ofUnits'>;
}

/** An obligation that a unit receives. */
interface Received {
  readonly record: ObligationRecord;
  readonly receipt: Receipt | undefined;
  readonly boards: number;
}

export function createObligationInbox(context: Context, deps: InboxDeps): ObligationInbox {
  const { store, sources, access, audit, events } = context;
  const { units } = deps;
  const { tree } = units;

  /** The unit that answers for the given one, where the actor may. */
  function receiverFor(actor: Actor, right: 'content.read' | 'obligation.accept', unitId: string): string {
    const receiver = new Receivers(units).of(unitId);
    access.assert(actor, right, receiver);
    return receiver;
  }

  /** @param isMeant which of them; all unless told */
  async function received(
    unitId: string,
    isMeant: (record: ObligationRecord) => boolean = () => true,
  ): Promise<Received[]> {
    const now = sources.now();
    const records = (await deps.obligations.ofUnits(tree.pathOf(unitId))).filter(
      (record) => (record.validTo === null || record.validTo > now) && isMeant(record),
    );
    if (records.length === 0) return [];
    const [receipts, boards] = await Promise.all([
      findReceiptsOfUnits(store.write, [unitId]),
      deps.boards.places(tree.subtreeOf(unitId)),
    ]);
    const answers = new Map(receipts.map((receipt) => [receipt.obligationId, receipt]));
    const receivers = new Receivers(units);
    const found: Received[] = [];
    const turn = takeTurns();
    for (const record of records) {
      const meant = receivers.all(record, boards).get(unitId);
      if (meant) found.push({ record, receipt: answers.get(record.id), boards: meant.length });
      await turn();
    }
    return found.sort((a, b) => placeOf(a) - placeOf(b) || (a.record.id < b.record.id ? -1 : 1));
  }

  /** A sender never accepts for the receiver what it sent itself: neither as its unit nor as one of its people. */
  const isOwn = (actor: Actor, unitId: string, record: ObligationRecord): boolean =>
    record.unitId === unitId ||
    record.updatedBy === actor.userId ||
    access.can(actor, 'obligation.edit', record.unitId);

  async function view(actor: Actor, unitId: string): Promise<Receipts> {
    const found = await received(unitId);
    const [headings, names] = await Promise.all([
      deps.notices.headings(found.map(({ record }) => record.noticeId)),
      deps.accounts.names([...new Set(found.flatMap(({ receipt }) => receipt?.acceptedBy ?? []))]),
    ]);
    const mayAnswer = access.can(actor, 'obligation.accept', unitId);
    const obligations = found.map(({ record, receipt, boards }): ReceivedObligation => {
      const heading = headings.get(record.noticeId);
      const by = receipt?.acceptedBy ?? null;
      return {
        id: record.id,
        unitId: record.unitId,
        unitName: units.nameOf(record.unitId),
        noticeId: record.noticeId,
        noticeTitle: heading?.title ?? '',
        category: heading?.category ?? 'other',
        perHour: record.perHour,
        cron: record.cron,
        durationMs: record.durationMs,
        validFrom: record.validFrom,
        validTo: record.validTo,
        sentAt: record.createdAt,
        receivedAt: receipt?.receivedAt ?? null,
        acceptedAt: receipt?.acceptedAt ?? null,
        acceptedBy: by === null ? null : (names.get(by) ?? ''),
        // Nothing is asked of a unit without boards.
        mayAccept: mayAnswer && boards > 0 && !isOwn(actor, unitId, record),
        boards,
      };
    });
    return { unitId, unitName: units.nameOf(unitId), obligations };
  }

  return {
    async list(actor, unitId) {
      return view(actor, receiverFor(actor, 'content.read', unitId));
    },
    async waiting(actor) {
      const receivers = new Receivers(units);
      const answered = new Set(
        actor.grants
          .filter(({ role }) => roleAllows(role, 'obligation.accept'))
          .map(({ unitId }) => receivers.of(unitId)),
      );
      const waiting: Desk['obligations'] = [];
      for (const unitId of answered) {
        if (!access.can(actor, 'obligation.accept', unitId)) continue;
        const open = (await received(unitId, (record) => !isOwn(actor, unitId, record))).filter(
          ({ receipt, boards }) => boards > 0 && (receipt?.acceptedAt ?? null) === null,
        );
        if (open.length > 0) waiting.push({ unitId, unitName: units.nameOf(unitId), count: open.length });
      }
      return waiting;
    },
    async received(actor, given, ids) {
      const unitId = receiverFor(actor, 'obligation.accept', given);
      const asked = new Set(ids);
      const seen = (await received(unitId)).filter(
        ({ record, receipt }) =>
          asked.has(record.id) && (receipt?.receivedAt ?? null) === null && !isOwn(actor, unitId, record),
      );
      if (seen.length === 0) return;
      await store.transaction(async (tx) => {
        const news = await markReceived(
          tx,
          unitId,
          seen.map(({ record }) => record.id),
          sources.now(),
        );
        const entry = { actor, action: 'obligation.received', subjectType: 'obligation', unitId, detail: {} };
        await audit(tx, ...news.map((subjectId) => ({ ...entry, subjectId })));
      });
      events.emit('obligationsProgressed', { ids: seen.map(({ record }) => record.id), unitId });
    },
    async accept(actor, given, id) {
      const unitId = receiverFor(actor, 'obligation.accept', given);
      const found = (await received(unitId)).find(({ record }) => record.id === id);
      if (!found) throw new AppError('obligation_unknown', 'This unit receives no such obligation', { status: 404 });
      if (isOwn(actor, unitId, found.record))
        throw new AppError('obligation_own', 'Whoever sends an obligation does not accept it', { status: 403 });
      if (found.boards === 0)
        throw new AppError('obligation_without_boards', 'Nothing is asked of a unit without boards', { status: 409 });
      await store.transaction(async (tx) => {
        if (!(await markAccepted(tx, { unitId, id }, actor.userId, sources.now()))) return;
        await audit(tx, {
          actor,
          action: 'obligation.accepted',
          subjectType: 'obligation',
          subjectId: id,
          unitId,
          detail: { revision: found.record.revision },
        });
      });
      events.emit('obligationsProgressed', { ids: [id], unitId });
      return view(actor, unitId);
    },
    async order(actor, given, ids) {
      const unitId = receiverFor(actor, 'obligation.accept', given);
      const here = (await received(unitId)).map(({ record }) => record.id);
      if (ids.length !== here.length || !here.every((id) => ids.includes(id)))
        throw new AppError('obligations_changed', 'What this unit receives has changed meanwhile', { status: 409 });
      if (ids.every((id, place) => id === here[place])) return view(actor, unitId);
      const now = sources.now();
      const event = await store.transaction(async (tx) => {
        await writeOrder(tx, unitId, ids);
        const { changes, marked } = await markOrdered(tx, ids, now);
        await audit(tx, {
          actor,
          action: 'obligation.ordered',
          subjectType: 'unit',
          subjectId: unitId,
          unitId,
          detail: { order: ids },
        });
        // The mark of what all boards may lack is this one's now: all are brought it.
        if (marked) return concerned(changes, [...(await findTerms(tx, ids)).values()].flat());
        return { changes, unitIds: [unitId], boardIds: [] };
      });
      events.emit('obligationsChanged', event);
      return view(actor, unitId);
    },
  };
}

const placeOf = ({ record, receipt }: Received): number => receipt?.order ?? record.order;
