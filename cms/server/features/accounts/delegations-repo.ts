import { roleAllows } from '../../../../shared/protocol/rights.ts';
import type { UnitTree } from '../../access.ts';
import type { Role } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

/** Of those that are over so many are told. */
const mostPast = 20;

/** Somebody who stands in for an approver at a unit, between two times. */
export interface StandIn {
  readonly id: string;
  readonly unitId: string;
  readonly fromId: string;
  readonly fromName: string;
  readonly toId: string;
  readonly toName: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

/**
 * Those that are not over at `now`, of people or units. What hangs from a right that the approver has lost, from an account that is closed, or
 * on somebody who does not write there any more, does not count.
 */
export async function standIns(
  db: Db | Tx,
  tree: Pick<UnitTree, 'pathOf'>,
  of: { to?: string; from?: string; unitIds?: readonly string[] },
  now: number,
): Promise<StandIn[]> {
  const rows = await db
    .selectFrom('delegations as given')
    .innerJoin('users as giver', 'giver.id', 'given.from_user')
    .innerJoin('users as taker', 'taker.id', 'given.to_user')
    .innerJoin('grants as held', 'held.user_id', 'given.from_user')
    .select(['given.id', 'given.unit_id', 'from_user', 'giver.name as from_name', 'to_user', 'taker.name as to_name'])
    .innerJoin('grants as own', 'own.user_id', 'given.to_user')
    .select(['starts_at', 'ends_at', 'held.unit_id as held_at', 'held.role'])
    .select(['own.unit_id as own_at', 'own.role as own_role'])
    .where('ends_at', '>', now)
    .where('giver.active', '=', 1)
    .where('taker.active', '=', 1)
    .$if(of.to !== undefined, (query) => query.where('to_user', '=', of.to!))
    .$if(of.from !== undefined, (query) => query.where('from_user', '=', of.from!))
    .$if(of.unitIds !== undefined, (query) => query.where('given.unit_id', 'in', of.unitIds!))
    .orderBy('starts_at')
    .orderBy('given.id')
    .execute();
  const counting = rows.filter((row) => {
    const path = tree.pathOf(row.unit_id);
    const isHeld = roleAllows(row.role, 'content.approve') && path.includes(row.held_at);
    return isHeld && roleAllows(row.own_role, 'content.edit') && path.includes(row.own_at);
  });
  return [...new Map(counting.map((row) => [row.id, row])).values()].map((row) => ({
    id: row.id,
    unitId: row.unit_id,
    fromId: row.from_user,
    fromName: row.from_name,
    toId: row.to_user,
    toName: row.to_name,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
  }));
}

export async function insertDelegation(
  tx: Tx,
  given: { id: string; unitId: string; fromId: string; toId: string; startsAt: number; endsAt: number },
  now: number,
): Promise<void> {
  await tx
    .insertInto('delegations')
    .values({
      id: given.id,
      unit_id: given.unitId,
      from_user: given.fromId,
      to_user: given.toId,
      starts_at: given.startsAt,
      ends_at: given.endsAt,
      made_at: now,
    })
    .execute();
}

const known = (db: Db | Tx) =>
  db
    .selectFrom('delegations as given')
    .innerJoin('users as giver', 'giver.id', 'given.from_user')
    .innerJoin('users as taker', 'taker.id', 'given.to_user')
    .select(['given.id', 'given.unit_id as unitId', 'from_user as fromId', 'giver.name as fromName'])
    .select(['to_user as toId', 'taker.name as toName', 'starts_at as startsAt', 'ends_at as endsAt']);

/** A person's, given or taken, that were over in (after, now], the newest first. */
export function pastOf(db: Db, userId: string, after: number, now: number): Promise<StandIn[]> {
  return known(db)
    .where('ends_at', '>', after)
    .where('ends_at', '<=', now)
    .where((eb) => eb.or([eb('from_user', '=', userId), eb('to_user', '=', userId)]))
    .orderBy('ends_at', 'desc')
    .orderBy('given.id')
    .limit(mostPast)
    .execute();
}

/** What was done in the place of who gave it, the newest first. */
export async function doneIn(db: Db, { fromId, toId, startsAt, endsAt }: StandIn, limit: number) {
  const rows = await db
    .selectFrom('audit_log')
    .select(['at', 'action', 'subject_id', 'unit_id', 'names'])
    .where('in_place_of', '=', fromId)
    .where('user_id', '=', toId)
    .where('action', 'not like', 'user.%')
    .where('at', '>=', startsAt)
    .where('at', '<=', endsAt)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ at, action, subject_id, unit_id, names }) => ({
    at,
    action,
    unitId: unit_id,
    about: subject_id === null ? null : ((JSON.parse(names ?? '{}') as Record<string, string>)[subject_id] ?? null),
  }));
}

/** One of a person's, given or taken, that is not over, whether it counts just now or not. */
export function findRunning(tx: Tx, id: string, userId: string, now: number): Promise<StandIn | undefined> {
  return known(tx)
    .where('given.id', '=', id)
    .where('ends_at', '>', now)
    .where((eb) => eb.or([eb('from_user', '=', userId), eb('to_user', '=', userId)]))
    .executeTakeFirst();
}

/** Whether a person has one at the unit that overlaps these times, whether it counts just now or not. */
export async function overlaps(
  tx: Tx,
  { unitId, toId, startsAt, endsAt }: Pick<StandIn, 'unitId' | 'toId' | 'startsAt' | 'endsAt'>,
): Promise<boolean> {
  const row = await tx
    .selectFrom('delegations')
    .select('id')
    .where('to_user', '=', toId)
    .where('unit_id', '=', unitId)
    .where('ends_at', '>', startsAt)
    .where('starts_at', '<', endsAt)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Those who stand in for a person, or will. */
export async function takersOf(db: Db, fromId: string, now: number): Promise<string[]> {
  const rows = await db
    .selectFrom('delegations')
    .select('to_user')
    .distinct()
    .where('from_user', '=', fromId)
    .where('ends_at', '>', now)
    .execute();
  return rows.map((row) => row.to_user);
}

/** What had not begun goes. */
export async function endDelegation(tx: Tx, id: string, now: number): Promise<void> {
  await tx.deleteFrom('delegations').where('id', '=', id).where('starts_at', '>', now).execute();
  await tx.updateTable('delegations').set({ ends_at: now }).where('id', '=', id).execute();
}

/** Of whom one begins or ends in (after, until], ms UTC; giver and taker, each once. */
export async function peopleOfTurns(db: Db, after: number, until: number): Promise<string[]> {
  const rows = await db
    .selectFrom('delegations')
    .select(['from_user', 'to_user'])
    .where((eb) =>
      eb.or((['starts_at', 'ends_at'] as const).map((at) => eb.and([eb(at, '>', after), eb(at, '<=', until)]))),
    )
    .execute();
  return [...new Set(rows.flatMap(({ from_user, to_user }) => [from_user, to_user]))];
}

/** Who can sign in and has one of the roles on one of the units: the nearest to the end of the list first, then by name. */
export async function peopleWith(
  db: Db,
  roles: readonly Role[],
  unitIds: readonly string[],
  but: string,
): Promise<{ id: string; name: string; unitId: string }[]> {
  const rows = await db
    .selectFrom('grants')
    .innerJoin('users', 'users.id', 'grants.user_id')
    .select(['users.id', 'name', 'unit_id'])
    .distinct()
    .where('unit_id', 'in', unitIds)
    .where('role', 'in', roles)
    .where('active', '=', 1)
    .where('password_hash', 'is not', null)
    .where('users.id', '<>', but)
    .execute();
  const near = rows.sort(
    (a, b) => unitIds.indexOf(b.unit_id) - unitIds.indexOf(a.unit_id) || a.name.localeCompare(b.name, 'vi'),
  );
  return near
    .filter(({ id }, index) => near.findIndex((one) => one.id === id) === index)
    .map(({ id, name, unit_id }) => ({ id, name, unitId: unit_id }));
}
