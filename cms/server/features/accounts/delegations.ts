/** Standing in for an approver: given by who holds the right, to a colleague at the unit or above it, for some days. */
import type { z } from 'zod';
import {
  furthestDelegationMs,
  longestDelegationMs,
  mostDone,
  rememberedDelegationMs,
  type Delegation,
  type DelegationDone,
  type DelegationInput,
  type Delegations,
  type delegates,
} from '../../../../shared/protocol/api/delegations.ts';
import { roles } from '../../../../shared/protocol/api/accounts.ts';
import { roleAllows } from '../../../../shared/protocol/rights.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor, Holder } from '../../access.ts';
import type { AuditEntry, Context } from '../../context.ts';
import type { UnitsService } from '../units/service.ts';
import * as repo from './delegations-repo.ts';
import type { StandIn } from './delegations-repo.ts';
import { awaitTurn } from './users-repo.ts';

export interface DelegationsService {
  list(actor: Actor): Promise<Delegations>;
  /** @throws AppError `forbidden` */
  delegates(actor: Actor, unitId: string): Promise<z.infer<typeof delegates>>;
  /** @throws AppError as shared/protocol/api/delegations.ts says */
  give(actor: Actor, input: DelegationInput): Promise<Delegation>;
  /** @throws AppError `delegation_unknown` 404 */
  end(actor: Actor, id: string): Promise<void>;
  /** Tells the pages of those two for whom a time has come, since it was last asked, at which one begins or is over. */
  tellOfTime(): Promise<void>;
}

/** What a stand-in may do. */
export const standInRole = 'approver';

const approving = roles.filter((role) => roleAllows(role, 'content.approve'));
const writing = roles.filter((role) => roleAllows(role, 'content.edit'));

/** Without what was lent: that is handed on no further. */
export const ownOf = (actor: Actor): Holder => ({ grants: actor.grants.filter(({ lent }) => lent === undefined) });

export function createDelegations(
  { store, sources, access, audit, events }: Context,
  { units }: { units: Pick<UnitsService, 'get' | 'tree'> },
): DelegationsService {
  let toldUntil = sources.now();
  const nameOf = (unitId: string): string => units.get(unitId)?.name ?? unitId;

  const view = (one: StandIn): Delegation => ({
    id: one.id,
    unitId: one.unitId,
    unitName: nameOf(one.unitId),
    from: { id: one.fromId, name: one.fromName },
    to: { id: one.toId, name: one.toName },
    startsAt: one.startsAt,
    endsAt: one.endsAt,
  });

  async function withDone(one: StandIn): Promise<DelegationDone> {
    const entries = await repo.doneIn(store.read, one, mostDone);
    // There may have been another one at the same time, for another unit.
    const here = entries.filter(({ unitId }) => unitId === null || units.tree.pathOf(unitId).includes(one.unitId));
    return { ...view(one), done: here.map(({ at, action, about }) => ({ at, action, about })) };
  }

  function assertOwn(actor: Actor, unitId: string): void {
    if (!access.holds(ownOf(actor), standInRole, unitId))
      throw new AppError('forbidden', 'You do not approve here yourself', { status: 403 });
  }

  const entry = (actor: Actor, action: string, one: StandIn): AuditEntry => ({
    actor,
    action,
    subjectType: 'user',
    subjectId: one.toId,
    unitId: one.unitId,
    detail: { unitId: one.unitId, inPlaceOf: one.fromId, startsAt: one.startsAt, endsAt: one.endsAt },
  });

  /** Those who write there; whoever approves there already needs nothing, and who only looks, or mends boards, has nothing to do with it. */
  async function candidates(actor: Actor, unitId: string) {
    const path = units.tree.pathOf(unitId);
    const approvers = await repo.peopleWith(store.read, approving, path, actor.userId);
    const known = new Set(approvers.map(({ id }) => id));
    const people = (await repo.peopleWith(store.read, writing, path, actor.userId)).filter(({ id }) => !known.has(id));
    return people.map(({ id, name, unitId }) => ({ id, name, unitName: nameOf(unitId) }));
  }

  return {
    async list(actor) {
      const { userId: id } = actor;
      const now = sources.now();
      const [given, taken] = await Promise.all(
        [{ from: id }, { to: id }].map((of) => repo.standIns(store.read, units.tree, of, now)),
      );
      const past = await repo.pastOf(store.read, id, now - rememberedDelegationMs, now);
      const own = new Map(ownOf(actor).grants.map(({ unitId }) => [unitId, nameOf(unitId)]));
      return {
        delegations: await Promise.all([...given!, ...taken!].map(withDone)),
        past: await Promise.all(past.map(withDone)),
        units: [...own]
          .filter(([unitId]) => access.holds(ownOf(actor), standInRole, unitId))
          .map(([unitId, unitName]) => ({ unitId, unitName })),
      };
    },
    async delegates(actor, unitId) {
      assertOwn(actor, unitId);
      return { people: await candidates(actor, unitId) };
    },
    async give(actor, { unitId, userId, startsAt, endsAt }) {
      assertOwn(actor, unitId);
      const now = sources.now();
      const from = Math.max(startsAt, now);
      const refuse = (code: string, why: string): AppError => new AppError(code, why, { field: 'endsAt' });
      if (endsAt <= now) throw refuse('delegation_ends_past', 'Its end is in the past');
      if (endsAt <= from) throw refuse('validity_reversed', 'It ends before it begins');
      if (from - now > furthestDelegationMs)
        throw new AppError('delegation_too_far', 'It begins more than a year ahead', { field: 'startsAt' });
      if (endsAt - from > longestDelegationMs) throw refuse('delegation_too_long', 'It lasts longer than 92 days');
      const to = (await candidates(actor, unitId)).find(({ id }) => id === userId);
      if (!to)
        throw new AppError('delegate_unknown', 'There is no such colleague here', { status: 404, field: 'userId' });
      const one: StandIn = {
        id: sources.newId(),
        unitId,
        fromId: actor.userId,
        fromName: actor.name,
        toId: to.id,
        toName: to.name,
        startsAt: from,
        endsAt,
      };
      await store.transaction(async (tx) => {
        await awaitTurn(tx);
        if (await repo.overlaps(tx, one))
          throw new AppError('delegation_overlaps', 'They stand in here then already', {
            status: 409,
            field: 'userId',
          });
        await repo.insertDelegation(tx, one, now);
        await audit(tx, entry(actor, 'user.delegated', one));
      });
      for (const id of [one.fromId, one.toId]) events.emit('accountChanged', { userId: id });
      return view(one);
    },
    async end(actor, id) {
      const { userId } = actor;
      const ended = await store.transaction(async (tx) => {
        await awaitTurn(tx);
        const now = sources.now();
        const one = await repo.findRunning(tx, id, userId, now);
        if (!one) throw new AppError('delegation_unknown', 'It is over', { status: 404 });
        await repo.endDelegation(tx, id, now);
        await audit(tx, entry(actor, 'user.delegationEnded', { ...one, endsAt: now }));
        return one;
      });
      for (const userId of [ended.fromId, ended.toId]) events.emit('accountChanged', { userId });
    },
    async tellOfTime() {
      const now = sources.now();
      const people = await repo.peopleOfTurns(store.read, toldUntil, now);
      toldUntil = now;
      for (const userId of people) events.emit('accountChanged', { userId });
    },
  };
}
