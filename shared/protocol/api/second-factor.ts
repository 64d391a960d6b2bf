/** HTTP: the second factor, a one-time code of an authenticator app (RFC 6238), with recovery codes for who has lost theirs. */
import { z } from 'zod';
import { msUtc } from '../common.ts';

/**
 * Where a session stands. `none`: there is no second factor, and none is asked for. `passed`: it was shown. Until then only the
 * routes below answer, others 403 `second_factor_needed` (`code`: it has to be shown) or `second_factor_missing` (`setUp`: the
 * person's roles need one that is not set up).
 */
export const secondFactorStanding = z.enum(['none', 'passed', 'code', 'setUp']);
export type SecondFactorStanding = z.infer<typeof secondFactorStanding>;

/**
 * POST /api/session/second-factor {code} → me. Six figures of the app, or one of the recovery codes.
 * Errors: second_factor_wrong 403, second_factor_used 403, recovery_code_wrong 403, recovery_code_used 403,
 * sign_in_throttled 429.
 */
export const secondFactorProof = z.strictObject({ code: z.string().trim().min(6).max(40) });

/** GET /api/account/second-factor: one's own. */
export const ownSecondFactor = z.strictObject({
  /** Since when; null: none. */
  since: msUtc.nullable(),
  recoveryCodesLeft: z.int(),
  /** Whether the person's roles need one. */
  required: z.boolean(),
});

const password = z.string().min(1).max(200);
/**
 * POST /api/account/second-factor/begin {password} → a new secret, which counts when it is confirmed. The password may be left out
 * by who has to set one up before anything else. Errors: password_wrong 403, sign_in_throttled 429.
 */
export const secondFactorBegin = z.strictObject({ password: password.nullable() });
export const secondFactorSecret = z.strictObject({
  /** Base32, to be typed where no camera is. */
  secret: z.string(),
  /** otpauth://, for a QR code. */
  uri: z.string(),
});
/**
 * POST /api/account/second-factor/confirm {code} → recovery codes, shown this once; the session has shown its second factor.
 * Errors: second_factor_wrong 403, second_factor_unbegun 409, sign_in_throttled 429.
 */
export const secondFactorConfirm = z.strictObject({
  code: z
    .string()
    .trim()
    .regex(/^\d{3} ?\d{3}$/),
});
export const recoveryCodes = z.strictObject({ recoveryCodes: z.array(z.string()) });
/**
 * POST /api/account/second-factor/recovery-codes {password} → new ones, the older open nothing. Error: second_factor_none 409.
 * POST /api/account/second-factor/remove {password} → 204. Error: second_factor_required 409.
 * DELETE /api/users/:id/second-factor → user, for those who manage the account: its sessions end.
 */
export const passwordShown = z.strictObject({ password });

/** GET /api/settings → settings; PUT {…} for who manages the installation. */
export const settings = z.strictObject({
  /** Whether roles that raise takeovers or manage accounts need a second factor. */
  secondFactorRequired: z.boolean(),
});
export type Settings = z.infer<typeof settings>;
