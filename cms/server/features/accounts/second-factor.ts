/** One's own second factor: set up with an authenticator app, shown after the password, replaced, taken away. */
import type { z } from 'zod';
import type { Me } from '../../../../shared/protocol/api/accounts.ts';
import type {
  ownSecondFactor,
  recoveryCodes,
  secondFactorSecret,
} from '../../../../shared/protocol/api/second-factor.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { Throttle } from '../pairing/throttle.ts';
import { throttled, type SignInGuard } from './guard.ts';
import * as repo from './second-factor-repo.ts';
import { isSecondFactorRequired, needsSecondFactor } from './second-factor-policy.ts';
import { sha256 } from './secrets.ts';
import { markSecondFactor } from './sessions-repo.ts';
import type { Sessions } from './sessions.ts';
import { keyFor, makeRecoveryCodes, plainCode, SecretBox, secretBytes, stepOf } from './totp.ts';

/** How long a secret that is shown waits for its first code. */
const PENDING_MS = 3_600_000;
/** Wrong codes for one account within an hour, from wherever: whoever tries them knows its password. */
const WRONG_PER_ACCOUNT = 20;

/**
 * Codes: `second_factor_wrong` 403, `second_factor_used` 403, `recovery_code_wrong` 403, `recovery_code_used` 403,
 * `second_factor_unbegun` 409, `second_factor_none` 409, `second_factor_required` 409.
 */
class SecondFactorError extends AppError {}

export interface SecondFactor {
  view(actor: Actor): Promise<z.infer<typeof ownSecondFactor>>;
  /** A new secret, which counts when it is confirmed; the present one counts until then. @param password null: see the protocol */
  begin(actor: Actor, password: string | null, address: string): Promise<z.infer<typeof secondFactorSecret>>;
  /** @returns the recovery codes; nobody sees them again */
  confirm(actor: Actor, code: string, address: string): Promise<z.infer<typeof recoveryCodes>>;
  /** Shows it, by a code of the app or a recovery code. */
  prove(actor: Actor, code: string, address: string): Promise<Me>;
  renewRecoveryCodes(actor: Actor, password: string, address: string): Promise<z.infer<typeof recoveryCodes>>;
  remove(actor: Actor, password: string, address: string): Promise<void>;
}

interface Deps {
  readonly sessions: Pick<Sessions, 'me' | 'unitOf'>;
  readonly guard: SignInGuard;
  /** @throws AppError `password_wrong`, `sign_in_throttled` */
  readonly assertPassword: (actor: Actor, password: string, address: string) => Promise<void>;
}

const figuresOf = (code: string): string => code.replace(/\s/g, '');
/** Whether it has the form of an app's code; recovery codes are longer. */
const isOfApp = (code: string): boolean => /^\d{1,8}$/.test(figuresOf(code));

export function createSecondFactor(context: Context, deps: Deps): SecondFactor {
  const { store, sources, audit, events, folders, log } = context;
  const { now } = sources;
  const { guard, sessions, assertPassword } = deps;
  const byAccount = new Throttle({ limit: WRONG_PER_ACCOUNT, windowMs: 3_600_000, now });
  let box: Promise<SecretBox> | null = null;

  function openBox(): Promise<SecretBox> {
    box ??= SecretBox.open(folders.keys, sources).catch((error: unknown) => {
      // Put back from a backup it opens without a restart.
      box = null;
      throw error;
    });
    return box;
  }

  const hashOf = (userId: string, code: string): string => sha256(`recovery ${userId} ${plainCode(code)}`);
  const write = (tx: Tx, actor: Actor, action: string, detail: Record<string, unknown>): Promise<void> =>
    audit(tx, {
      actor,
      action,
      subjectType: 'user',
      subjectId: actor.userId,
      unitId: sessions.unitOf(actor.grants),
      detail,
    });

  /** Who knows no more than the password must not put a second factor of their own in the place of the one that is there. */
  function assertShown(actor: Actor): void {
    if (actor.secondFactor === 'code')
      throw new AppError('second_factor_needed', 'Show your second factor first', { status: 403 });
  }

  /** Counts before the work is done; see SignInGuard. */
  function attempt(actor: Actor, address: string): { right(): void } {
    if (byAccount.exceeded(actor.userId)) throw throttled(byAccount.retryAfterMs(actor.userId));
    const counted = guard.begin(`second factor ${actor.userId}`, address);
    byAccount.take(actor.userId);
    return {
      right() {
        counted.right();
        byAccount.giveBack(actor.userId);
      },
    };
  }

  const wrong = (): SecondFactorError =>
    new SecondFactorError('second_factor_wrong', 'This code is wrong or too old', { status: 403, field: 'code' });
  const used = (): SecondFactorError =>
    new SecondFactorError('second_factor_used', 'This code has been used; wait for the next one', {
      status: 403,
      field: 'code',
    });

  /** Why a code that is none of the app's was refused: whoever has no phone is told of the list, not of a clock. */
  async function refusalOf(userId: string, code: string): Promise<SecondFactorError> {
    if (isOfApp(code)) return wrong();
    return (await repo.isRecoveryCode(store.read, userId, hashOf(userId, code)))
      ? new SecondFactorError('recovery_code_used', 'This recovery code has been used', { status: 403, field: 'code' })
      : new SecondFactorError('recovery_code_wrong', 'This is no recovery code', { status: 403, field: 'code' });
  }

  /** The step of a right code of the app; null for any other. */
  async function stepOfApp(userId: string, sealed: string | null, code: string): Promise<number | null> {
    if (sealed === null || !isOfApp(code)) return null;
    const secret = (await openBox()).unseal(userId, sealed);
    if (secret) return stepOf(secret, figuresOf(code), now());
    log.error({ userId }, 'a second factor was sealed with another key than keys/second-factor.json');
    return null;
  }

  async function makeCodes(tx: Tx, actor: Actor): Promise<string[]> {
    const codes = makeRecoveryCodes(sources);
    const hashes = codes.map((code) => hashOf(actor.userId, code));
    await repo.replaceRecoveryCodes(tx, actor.userId, hashes, now());
    return codes;
  }

  const required = async (actor: Actor): Promise<boolean> =>
    needsSecondFactor(actor.grants) && (await isSecondFactorRequired(store.read));

  return {
    async view(actor) {
      const [row, recoveryCodesLeft] = await Promise.all([
        repo.findSecondFactor(store.read, actor.userId),
        repo.recoveryCodesLeft(store.read, actor.userId),
      ]);
      return { since: row?.confirmedAt ?? null, recoveryCodesLeft, required: await required(actor) };
    },
    async begin(actor, password, address) {
      assertShown(actor);
      // Whoever may do nothing else yet has just shown the password.
      if (actor.secondFactor !== 'setUp' || password !== null) await assertPassword(actor, password ?? '', address);
      const secret = sources.randomBytes(secretBytes);
      const sealed = (await openBox()).seal(actor.userId, secret);
      await store.transaction((tx) => repo.setPending(tx, actor.userId, sealed, now()));
      return keyFor(secret, actor.email);
    },
    async confirm(actor, code, address) {
      assertShown(actor);
      const row = await repo.findSecondFactor(store.read, actor.userId);
      const sealed = row?.pendingSecret ?? null;
      const unbegun = (): SecondFactorError =>
        new SecondFactorError('second_factor_unbegun', 'Begin again: this secret does not wait any more', {
          status: 409,
        });
      if (sealed === null || now() - (row?.pendingAt ?? 0) > PENDING_MS) throw unbegun();
      const tried = attempt(actor, address);
      const step = await stepOfApp(actor.userId, sealed, code);
      if (step === null) throw wrong();
      const codes = await store.transaction(async (tx) => {
        if (!(await repo.confirmPending(tx, actor.userId, sealed, step, now()))) throw unbegun();
        await markSecondFactor(tx, actor.sessionHash, now());
        await write(tx, actor, 'user.secondFactorSet', { address, replaced: row?.confirmedAt != null });
        return makeCodes(tx, actor);
      });
      tried.right();
      // Their other sessions have to show it now.
      events.emit('accountChanged', { userId: actor.userId });
      return { recoveryCodes: codes };
    },
    async prove(actor, code, address) {
      if (actor.secondFactor !== 'code') return sessions.me(actor);
      const tried = attempt(actor, address);
      const row = await repo.findSecondFactor(store.read, actor.userId);
      const step = await stepOfApp(actor.userId, row?.secret ?? null, code);
      const outcome = await store.transaction(async (tx) => {
        const by =
          step !== null
            ? (await repo.takeStep(tx, actor.userId, step)) && 'app'
            : (await repo.useRecoveryCode(tx, actor.userId, hashOf(actor.userId, code), now())) && 'recoveryCode';
        if (by === false) {
          // Nobody has proved who they are: the entry names the account that was tried, not an actor.
          const detail = { address, secondFactor: step === null ? 'wrong' : 'used' };
          const unitId = sessions.unitOf(actor.grants);
          const about = { subjectType: 'user', subjectId: actor.userId, unitId, detail };
          await audit(tx, { actor: null, action: 'session.refused', ...about });
          return false;
        }
        await markSecondFactor(tx, actor.sessionHash, now());
        const left = by === 'app' ? {} : { recoveryCodesLeft: await repo.recoveryCodesLeft(tx, actor.userId) };
        await write(tx, actor, 'session.confirmed', { address, secondFactor: by, ...left });
        return true;
      });
      if (!outcome) throw step === null ? await refusalOf(actor.userId, code) : used();
      tried.right();
      return sessions.me({ ...actor, secondFactor: 'passed' });
    },
    async renewRecoveryCodes(actor, password, address) {
      await assertPassword(actor, password, address);
      const codes = await store.transaction(async (tx) => {
        if ((await repo.findSecondFactor(tx, actor.userId))?.confirmedAt == null)
          throw new SecondFactorError('second_factor_none', 'There is no second factor', { status: 409 });
        await write(tx, actor, 'user.recoveryCodesRenewed', { address });
        return makeCodes(tx, actor);
      });
      return { recoveryCodes: codes };
    },
    async remove(actor, password, address) {
      await assertPassword(actor, password, address);
      if (await required(actor))
        throw new SecondFactorError('second_factor_required', 'Your roles need a second factor', { status: 409 });
      await store.transaction(async (tx) => {
        if (await repo.deleteSecondFactor(tx, actor.userId))
          await write(tx, actor, 'user.secondFactorRemoved', { address });
      });
      events.emit('accountChanged', { userId: actor.userId });
    },
  };
}
