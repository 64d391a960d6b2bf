/**
 * HTTP: standing in for an approver. Between two times another person approves and publishes for a unit in the approver's place
 * (../shared/DOMAIN.md, «Flow»). It counts for as long as the approver has that right and an account
 * themselves and the other one writes there, and is handed on no further.
 */
import { z } from 'zod';
import { msUtc, uuid } from '../common.ts';

const person = z.strictObject({ id: uuid, name: z.string() });

/** Whoever is away for longer needs another approver. */
export const longestDelegationMs = 92 * 86_400_000;
/** It is given at most so long ahead. */
export const furthestDelegationMs = 366 * 86_400_000;

export const delegation = z.strictObject({
  id: uuid,
  unitId: uuid,
  unitName: z.string(),
  /** Whose right it is. */
  from: person,
  /** Who stands in. */
  to: person,
  startsAt: msUtc,
  endsAt: msUtc,
});
export type Delegation = z.infer<typeof delegation>;

/** What was done by who stands in, in the other one's place: as the audit log has it, and what the thing was called then. */
const done = z.strictObject({ at: msUtc, action: z.string(), about: z.string().nullable() });

/** Of what was done so many are told, the newest first. */
export const mostDone = 50;
/** Those that are over are told of for so long. */
export const rememberedDelegationMs = 92 * 86_400_000;

const delegationDone = delegation.extend({ done: z.array(done).max(mostDone) });
export type DelegationDone = z.infer<typeof delegationDone>;

/**
 * GET /api/account/delegations: those that the person has given or was given and that are not over; those that are over, the newest first;
 * what was done in either; and for which units they may give one.
 */
export const delegations = z.strictObject({
  delegations: z.array(delegationDone),
  past: z.array(delegationDone),
  units: z.array(z.strictObject({ unitId: uuid, unitName: z.string() })),
});
export type Delegations = z.infer<typeof delegations>;

/** GET /api/account/delegates?unitId=: who may stand in at a unit of one's own: those who write notices there, by a role at it or above it, and do not approve them already. Code: forbidden 403. */
export const delegatesQuery = z.strictObject({ unitId: uuid });
export const delegates = z.strictObject({ people: z.array(person.extend({ unitName: z.string() })) });

/**
 * POST /api/account/delegations → delegation. What begins in the past begins now. Codes: forbidden 403, delegate_unknown 404, validity_reversed,
 * delegation_ends_past, delegation_too_long (field endsAt), delegation_too_far (startsAt), delegation_overlaps 409 (the person stands in there then already).
 * DELETE /api/account/delegations/:id ends it now, by either of the two. → 204. Code: delegation_unknown 404.
 */
export const delegationInput = z.strictObject({ unitId: uuid, userId: uuid, startsAt: msUtc, endsAt: msUtc });
export type DelegationInput = z.infer<typeof delegationInput>;
