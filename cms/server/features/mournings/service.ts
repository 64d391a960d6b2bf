/**
 * Mourning (quốc tang): between two times boards of a unit and below show nothing that entertains. What is ordered, changed or
 * lifted is signed into what boards already play at once (features/programmes/suspended.ts); alerts are never touched. See docs/decisions/0012.
 */
import {
  longestMourningMs,
  type Mourning,
  type MourningInput,
  type MourningList,
} from '../../../../shared/protocol/api/mournings.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { AuditEntry, Context, EventMap } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import type { AccountsService } from '../accounts/service.ts';
import { contentUnits, maySeeContent } from '../notices/sight.ts';
import type { UnitsService } from '../units/service.ts';
import * as repo from './repo.ts';
import type { MourningRecord, MourningValues } from './repo.ts';

/** Mourning in [from, to), ms UTC, for boards of the unit and below. */
export interface MourningTime {
  readonly unitId: string;
  readonly from: number;
  readonly to: number;
}

export interface MourningsService {
  /** Those of units in sight and of units above them. */
  list(actor: Actor, only?: { readonly standing: boolean }): Promise<MourningList>;
  /** @throws AppError `mourning_unknown` 404 */
  get(actor: Actor, id: string): Promise<Mourning>;
  /** Others in sight that some board goes by as well, while it lasts or would have; the first to begin first. */
  also(actor: Actor, mourning: Mourning): Promise<MourningRecord[]>;
  /**
   * @throws AppError `forbidden` 403, `validity_reversed`, `mourning_ends_past`, `mourning_too_long`, `mourning_overlaps` 409,
   *   `mourning_too_many` 409
   */
  order(actor: Actor, input: MourningInput): Promise<Mourning>;
  /** @throws AppError as `order`, `mourning_unknown` 404, `revision_conflict` 409, `mourning_over` 409 */
  setEnd(actor: Actor, id: string, revision: number, endsAt: number): Promise<Mourning>;
  /** Ends it now; one that has not begun never begins. @throws AppError as `setEnd` */
  lift(actor: Actor, id: string, revision: number): Promise<Mourning>;

  /** Those that boards have to go by, the first to begin first; for the system's own use. */
  standing(): Promise<MourningTime[]>;
  /** When boards had to go by one, in a period that may be over. */
  times(period: { readonly from: number; readonly to: number }): Promise<MourningTime[]>;
  /**
   * What has just been approved of a notice entertains where what boards have did not, or the other way round.
   * @returns what to emit once the transaction has ended; null when nobody mourns
   */
  noticeMarked(tx: Tx): Promise<EventMap['mourningsChanged'] | null>;
  /** Boards have been given a change. */
  markSent(changes: EventMap['mourningsChanged']['changes']): Promise<void>;
  /**
   * Announces again what this process, or the one before, did not bring to all boards.
   * @param since what was changed then or earlier, ms UTC
   */
  announceUnsent(since: number): Promise<void>;
}

export interface MourningsDeps {
  readonly units: Pick<UnitsService, 'tree' | 'nameOf'>;
  readonly accounts: Pick<AccountsService, 'names'>;
}

type Times = Pick<MourningValues, 'startsAt' | 'endsAt'>;

/** Told at once. */
const toldAtOnce = 200;
/** That one board may have to go by at a time: a manifest holds twenty suspensions (programmes/suspended.ts). */
const mostOnOneLine = 5;

export function createMourningsService(context: Context, { units, accounts }: MourningsDeps): MourningsService {
  const { store, sources, access, audit, events } = context;
  const { tree } = units;

  const unknown = (): AppError => new AppError('mourning_unknown', 'There is no such mourning', { status: 404 });
  const conflict = (revision: number): AppError =>
    new AppError('revision_conflict', 'Somebody else has changed it meanwhile', { status: 409, params: { revision } });
  const isOver = ({ liftedAt, endsAt }: MourningRecord): boolean => liftedAt !== null || endsAt <= sources.now();

  function stateOf(record: MourningRecord): Mourning['state'] {
    if (record.liftedAt !== null) return 'lifted';
    if (isOver(record)) return 'over';
    return record.startsAt > sources.now() ? 'planned' : 'current';
  }

  async function views(records: readonly MourningRecord[]): Promise<Mourning[]> {
    const changes = Map.groupBy(
      await repo.findChanges(
        store.write,
        records.map(({ id }) => id),
      ),
      ({ mourningId }) => mourningId,
    );
    const people = [
      ...records.flatMap(({ createdBy, liftedBy }) => [createdBy, liftedBy ?? []].flat()),
      ...[...changes.values()].flat().map(({ by }) => by),
    ];
    const names = await accounts.names([...new Set(people)]);
    const person = (id: string) => ({ id, name: names.get(id) ?? null });
    return records.map((record) => {
      const { createdBy, liftedBy, unsentSince, ...fields } = record;
      return {
        ...fields,
        unitName: units.nameOf(record.unitId),
        state: stateOf(record),
        createdBy: person(createdBy),
        liftedBy: liftedBy === null ? null : person(liftedBy),
        changes: (changes.get(record.id) ?? []).map(({ at, by, endsAt }) => ({ at, by: person(by), endsAt })),
        sendingSince: unsentSince,
      };
    });
  }

  async function view(id: string): Promise<Mourning> {
    const record = await repo.findMourning(store.write, id);
    if (!record) throw unknown();
    return (await views([record]))[0]!;
  }

  async function find(actor: Actor, id: string): Promise<MourningRecord> {
    const record = await repo.findMourning(store.write, id);
    if (!record || !maySeeContent(actor, access, tree, record.unitId)) throw unknown();
    return record;
  }

  /** As it was at `revision`, to be changed. */
  async function open(actor: Actor, id: string, revision: number): Promise<MourningRecord> {
    const record = await find(actor, id);
    access.assert(actor, 'mourning.order', record.unitId);
    if (isOver(record)) throw new AppError('mourning_over', 'It has ended', { status: 409 });
    if (record.revision !== revision) throw conflict(record.revision);
    return record;
  }

  function assertTimes(startsAt: number, endsAt: number): void {
    const refuse = (code: string, message: string) => new AppError(code, message, { field: 'endsAt' });
    if (endsAt <= sources.now()) throw refuse('mourning_ends_past', 'Its end is in the past');
    if (endsAt <= startsAt) throw refuse('validity_reversed', 'It ends before it begins');
    if (endsAt - startsAt > longestMourningMs) throw refuse('mourning_too_long', 'It lasts longer than 31 days');
  }

  const meet = (a: Times, b: Times): boolean => a.startsAt < b.endsAt && b.startsAt < a.endsAt;

  /**
   * Ordered twice, it would go on after somebody has ended it. Until the transaction ends nobody else orders or extends one.
   * @param id its own, null when it is new
   * @returns what stands
   */
  async function assertAlone(
    tx: Tx,
    { unitId, ...times }: MourningValues,
    id: string | null,
  ): Promise<MourningRecord[]> {
    await repo.holdOrders(tx, tree.pathOf(unitId)[0] ?? unitId);
    const standing = await repo.findStanding(tx, sources.now());
    if (standing.some((other) => other.id !== id && other.unitId === unitId && meet(other, times)))
      throw new AppError('mourning_overlaps', 'The unit mourns then already: change the end', { status: 409 });
    return standing;
  }

  /** Boards go by those of their own unit and of all above it: those of units beside each other meet on none. */
  async function assertRoom(tx: Tx, values: MourningValues): Promise<void> {
    const { unitId } = values;
    const standing = await assertAlone(tx, values, null);
    const below = new Set(tree.subtreeOf(unitId));
    // The line with the most ends at one of them.
    const ends = [unitId, ...standing.map((other) => other.unitId).filter((id) => below.has(id))];
    const most = Math.max(
      ...ends.map((end) => {
        const line = tree.pathOf(end);
        return standing.filter((other) => line.includes(other.unitId)).length;
      }),
    );
    if (most >= mostOnOneLine)
      throw new AppError('mourning_too_many', 'Too many at a time: extend or lift one that there is', { status: 409 });
  }

  const entry = (
    actor: Actor,
    action: string,
    id: string,
    { unitId, reason }: MourningValues,
    detail: AuditEntry['detail'],
  ): AuditEntry => ({
    actor,
    action,
    subjectType: 'mourning',
    subjectId: id,
    unitId,
    detail: { reason, ...detail },
  });

  const announce = (id: string, at: number, unitId: string): void =>
    events.emit('mourningsChanged', { changes: [{ id, at }], unitIds: [unitId] });

  return {
    async list(actor, only) {
      const from = only?.standing ? sources.now() : null;
      const unitIds = contentUnits(actor, access, tree);
      return { mournings: await views(await repo.findMournings(store.write, unitIds, from, toldAtOnce)) };
    },
    async get(actor, id) {
      return (await views([await find(actor, id)]))[0]!;
    },
    async also(actor, { id, unitId, startsAt, endsAt }) {
      const line = new Set([...tree.pathOf(unitId), ...tree.subtreeOf(unitId)]);
      return (await repo.findStanding(store.write, sources.now())).filter(
        (other) =>
          other.id !== id &&
          line.has(other.unitId) &&
          meet(other, { startsAt, endsAt }) &&
          maySeeContent(actor, access, tree, other.unitId),
      );
    },
    async order(actor, input) {
      access.assert(actor, 'mourning.order', input.unitId);
      const id = sources.newId();
      const now = sources.now();
      // Nobody can have gone by it before it was ordered.
      const values = { ...input, startsAt: Math.max(input.startsAt, now) };
      assertTimes(input.startsAt, input.endsAt);
      await store.transaction(async (tx) => {
        await assertRoom(tx, values);
        await repo.insertMourning(tx, id, values, actor.userId, now);
        const { reference, startsAt, endsAt } = values;
        await audit(tx, entry(actor, 'mourning.ordered', id, values, { reference, startsAt, endsAt }));
      });
      announce(id, now, values.unitId);
      return view(id);
    },
    async setEnd(actor, id, revision, endsAt) {
      const before = await open(actor, id, revision);
      assertTimes(before.startsAt, endsAt);
      if (endsAt === before.endsAt) return view(id);
      const now = sources.now();
      await store.transaction(async (tx) => {
        await assertAlone(tx, { ...before, endsAt }, id);
        if (!(await repo.updateEnd(tx, before, endsAt, actor.userId, now))) throw conflict(revision + 1);
        const detail = { endsAt, before: { endsAt: before.endsAt } };
        await audit(tx, entry(actor, 'mourning.changed', id, before, detail));
      });
      announce(id, now, before.unitId);
      return view(id);
    },
    async lift(actor, id, revision) {
      const before = await open(actor, id, revision);
      const now = sources.now();
      await store.transaction(async (tx) => {
        if (!(await repo.markLifted(tx, before, actor.userId, now))) throw conflict(revision + 1);
        await audit(tx, entry(actor, 'mourning.lifted', id, before, { endsAt: before.endsAt }));
      });
      announce(id, now, before.unitId);
      return view(id);
    },
    async standing() {
      const records = await repo.findStanding(store.write, sources.now());
      return records.map(({ unitId, startsAt, endsAt }) => ({ unitId, from: startsAt, to: endsAt }));
    },
    async times({ from, to }) {
      const records = await repo.findDuring(store.read, from, to);
      return records
        .map(({ unitId, startsAt, endsAt, liftedAt }) => ({
          unitId,
          from: startsAt,
          to: Math.min(endsAt, liftedAt ?? Infinity),
        }))
        .filter((time) => time.from < time.to);
    },
    async noticeMarked(tx) {
      const at = sources.now();
      const standing = await repo.findStanding(tx, at);
      if (standing.length === 0) return null;
      await repo.markUnsent(
        tx,
        standing.map(({ id }) => id),
        at,
      );
      return {
        changes: standing.map(({ id }) => ({ id, at })),
        unitIds: [...new Set(standing.map(({ unitId }) => unitId))],
      };
    },
    async markSent(changes) {
      for (const { id, at } of changes) await repo.markSent(store.write, id, at);
    },
    async announceUnsent(since) {
      for (const { id, unitId, unsentSince } of await repo.findUnsent(store.read, since))
        announce(id, unsentSince!, unitId);
    },
  };
}
