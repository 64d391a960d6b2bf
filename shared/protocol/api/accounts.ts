/** HTTP: sign-in and first set-up. Cookie `bt_session` (HttpOnly, SameSite=Lax); every changing request carries `x-csrf-token`. */
import { z } from 'zod';
import { msUtc, uuid } from '../common.ts';
import { secondFactorStanding } from './second-factor.ts';

export const role = z.enum(['administrator', 'province', 'approver', 'editor', 'technician', 'viewer', 'auditor']);
export type Role = z.infer<typeof role>;
/** From the most to the least. */
export const roles: readonly Role[] = role.options;

/** POST /api/session → me. Errors: sign_in_failed 401, account_closed 403, sign_in_throttled 429. */
export const signInRequest = z.strictObject({
  email: z.string().trim().min(3).max(200),
  password: z.string().min(1).max(200),
});
/** GET /api/session → me, or 204 where nobody is signed in; DELETE /api/session signs out. */
export const me = z.strictObject({
  user: z.strictObject({ id: uuid, name: z.string(), email: z.string() }),
  grants: z.array(
    z.strictObject({
      unitId: uuid,
      unitName: z.string(),
      role,
      /** In whose place, and until when; left out: their own. */
      lent: z.strictObject({ by: uuid, name: z.string(), until: msUtc }).optional(),
    }),
  ),
  csrfToken: z.string(),
  /** Until it is `none` or `passed` the session opens nothing else. */
  secondFactor: secondFactorStanding,
});
export type Me = z.infer<typeof me>;
/** POST /api/setup: the first administrator, by the one-time link that an empty CMS prints (`/setup#<token>`). → me */
export const setupRequest = z.strictObject({
  token: z.string().max(200),
  provinceName: z.string().trim().min(1).max(200),
  provinceCode: z
    .string()
    .trim()
    .regex(/^\d{2}$/),
  name: z.string().trim().min(1).max(200),
  email: z.email().max(200),
  /** At least 12 characters. */
  password: z.string().min(12).max(200),
});

/** POST /api/setup/check: whether the link still opens, before anybody fills in the form. Errors: setup_done 409, setup_link_invalid 403, sign_in_throttled 429. */
export const setupCheckRequest = setupRequest.pick({ token: true });
export const setupCheck = z.strictObject({ open: z.literal(true) });
