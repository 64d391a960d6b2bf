/** HTTP: people and what they may do, for those who manage them; and one's own account. */
import { z } from 'zod';
import { msUtc, uuid } from '../common.ts';
import { me, role } from './accounts.ts';
import { delegation } from './delegations.ts';

const personName = z.string().trim().min(1).max(200);
const email = z.email().max(200);
/** At least 12 characters; a sentence is best. */
const newPassword = z.string().min(12).max(200);

export const grant = z.strictObject({ unitId: uuid, role });
export type GrantInput = z.infer<typeof grant>;

export const user = z.strictObject({
  id: uuid,
  name: z.string(),
  email: z.string(),
  /** `invited`: has not chosen a password yet; `inactive`: cannot sign in. */
  state: z.enum(['invited', 'active', 'inactive']),
  grants: z.array(grant.extend({ unitName: z.string() })),
  /** Where they stand in for an approver, now or soon (delegations.ts). */
  standsIn: z.array(delegation.pick({ unitId: true, unitName: true, from: true, startsAt: true, endsAt: true })),
  createdAt: msUtc,
  lastSignInAt: msUtc.nullable(),
  /** The one-time link that is open, never the link itself. */
  link: z.strictObject({ purpose: z.enum(['invitation', 'password_reset']), expiresAt: msUtc }).nullable(),
  /** Whether a second factor is set up. */
  secondFactor: z.boolean(),
  /** Whether the person who asks may change this account: they hold all that it may do, and it is not their own. */
  manageable: z.boolean(),
});
export type User = z.infer<typeof user>;

/** GET /api/users → those with a role on a unit where the asker manages accounts, by name. */
export const usersQuery = z.strictObject({
  /** Words of name, e-mail or unit, with or without diacritics. */
  query: z.string().max(200).default(''),
  role: role.optional(),
  state: user.shape.state.optional(),
  /** With a role on this unit or below. */
  unitId: uuid.optional(),
  /** The `next` of the page before: how many to leave out. */
  cursor: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const users = z.strictObject({ users: z.array(user), total: z.int(), next: z.int().nullable() });

/** POST /api/users: invites somebody. → invited. Errors: email_taken 409, grant_not_held 403, forbidden 403, unit_unknown 404. */
export const inviteRequest = z.strictObject({ name: personName, email, grants: z.array(grant).min(1).max(20) });
/** The secret of a one-time link. It is shown once: the CMS keeps its hash only. */
export const oneTimeLink = z.strictObject({
  purpose: z.enum(['invitation', 'password_reset']),
  token: z.string(),
  expiresAt: msUtc,
});
export type OneTimeLink = z.infer<typeof oneTimeLink>;
export const invited = z.strictObject({ user, link: oneTimeLink });

/**
 * GET /api/users/:id → user. PATCH /api/users/:id {name?, email?} → user. Errors: user_unknown 404, email_taken 409.
 * POST /api/users/:id/grants grant → user; DELETE /api/users/:id/grants/:unitId/:role → user. Errors: grant_not_held 403,
 * last_administrator 409, own_account 409.
 * PUT /api/users/:id/active {active} → user; what is closed loses its sessions at once. Errors: last_administrator 409, own_account 409.
 * POST /api/users/:id/link → a new one-time link, the older ones open no more; DELETE takes it back. Errors: user_inactive 409, own_account 409.
 * GET /api/users/:id/sessions → sessions; DELETE ends all, DELETE …/:sessionId one. Error: session_unknown 404.
 */
export const userPatch = z.strictObject({ name: personName.optional(), email: email.optional() });
export const activeRequest = z.strictObject({ active: z.boolean() });

export const session = z.strictObject({
  /** Not the secret, and not what it is known by. */
  id: z.string(),
  createdAt: msUtc,
  lastSeenAt: msUtc,
  /** When it ends if it is not used. */
  endsAt: msUtc,
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** The one that asks. */
  current: z.boolean(),
});
export type SignInSession = z.infer<typeof session>;
export const sessions = z.strictObject({ sessions: z.array(session) });

/**
 * POST /api/account-links/check {token} → whom the link is for; asking uses nothing up.
 * Errors: link_unknown 404, link_used 409, link_expired 410, link_replaced 410, sign_in_throttled 429.
 */
export const linkRequest = z.strictObject({ token: z.string().min(1).max(200) });
export const linkCheck = z.strictObject({
  purpose: oneTimeLink.shape.purpose,
  name: z.string(),
  email: z.string(),
  expiresAt: msUtc,
});
/** POST /api/account-links/use {token, password} → signed in, as after a sign-in by password. */
export const linkUse = linkRequest.extend({ password: newPassword });
export const linkUsed = z.strictObject({ me });

/**
 * One's own account. GET /api/account/sessions → sessions; DELETE ends all, this one too; DELETE …/:sessionId one.
 * POST /api/account/password: the other sessions end. → 204. Errors: password_wrong 403, password_unchanged 400, sign_in_throttled 429.
 */
export const passwordChange = z.strictObject({ current: z.string().min(1).max(200), next: newPassword });
