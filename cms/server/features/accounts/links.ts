/**
 * One-time links by which a person chooses a password: an invitation, or a way back in. Whoever has one, has the account; so it opens
 * only as long as whoever issued it could issue it anew.
 */
import type { z } from 'zod';
import type { linkCheck, OneTimeLink } from '../../../../shared/protocol/api/users.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Db, Tx } from '../../store/store.ts';
import type { SignInGuard } from './guard.ts';
import * as repo from './links-repo.ts';
import type { LinkRow } from './links-repo.ts';
import type { Passwords } from './passwords.ts';
import { grantsOf, setPassword } from './repo.ts';
import { makeSecret, sha256 } from './secrets.ts';
import type { Origin, Session, Sessions } from './sessions.ts';
import { awaitTurn } from './users-repo.ts';

const DAY_MS = 86_400_000;
/** An invitation waits for somebody to come to the office; a way back in is for now. */
export const linkLifeMs = { invitation: 7 * DAY_MS, password_reset: DAY_MS } as const;

/** Codes: `link_unknown` 404, `link_used` 409, `link_expired` 410, `link_replaced` 410. */
export class LinkError extends AppError {}

export interface Links {
  /** A fresh link; the person's older ones open no more. */
  issue(tx: Tx, actor: Actor, userId: string, purpose: OneTimeLink['purpose']): Promise<OneTimeLink>;
  /** @returns how many opened something until now */
  revoke(tx: Tx, userId: string): Promise<number>;
  /** After the rights of somebody changed: links for them, or issued by them, that could not be issued any more open nothing. */
  revokeUnheld(tx: Tx, actor: Pick<Actor, 'userId'>, userId: string): Promise<void>;
  /** Whom the link is for; asking uses nothing up. @throws LinkError; AppError `sign_in_throttled` */
  check(token: string, address: string): Promise<z.infer<typeof linkCheck>>;
  /**
   * Sets the password, ends every session of the person, and begins one.
   * @param previous token of the session that the browser held until now, whoever's it was
   * @throws LinkError; AppError `sign_in_throttled`
   */
  use(request: { token: string; password: string }, origin: Origin, previous?: string | null): Promise<Session>;
}

/** Who issued a link, and for whom. */
export type Issue = Pick<LinkRow, 'userId' | 'createdBy'>;

/** @param deps.mayIssue whether the issuer may issue such a link now */
export function createLinks(
  context: Context,
  deps: {
    sessions: Sessions;
    guard: SignInGuard;
    passwords: Passwords;
    mayIssue: (db: Db | Tx, issue: Issue) => Promise<boolean>;
  },
): Links {
  const { store, sources, audit } = context;
  const { now } = sources;
  const { sessions, guard, passwords, mayIssue } = deps;

  /** The link, if it opens. */
  function open(link: LinkRow | null): LinkRow {
    if (!link || !link.active) throw new LinkError('link_unknown', 'There is no such link', { status: 404 });
    if (link.usedAt !== null) throw new LinkError('link_used', 'This link has been used', { status: 409 });
    if (link.revokedAt !== null) throw withdrawn();
    if (now() >= link.expiresAt) throw new LinkError('link_expired', 'This link has expired', { status: 410 });
    return link;
  }

  /** Its issuer has not the right any more: it opens nothing, whatever becomes of them later. */
  async function withdraw(tx: Tx, actor: Pick<Actor, 'userId'> | null, tokenHash: string, issue: Issue): Promise<void> {
    await repo.revokeLink(tx, tokenHash, now());
    await audit(tx, {
      actor,
      action: 'user.linkRevoked',
      subjectType: 'user',
      subjectId: issue.userId,
      unitId: sessions.unitOf(await grantsOf(tx, issue.userId)),
      detail: { reason: 'issuer_right_ended' },
    });
  }

  return {
    async issue(tx, actor, userId, purpose) {
      const at = now();
      await repo.revokeLinks(tx, userId, at);
      const token = makeSecret(sources);
      const expiresAt = at + linkLifeMs[purpose];
      const link = { tokenHash: sha256(token), userId, purpose, createdAt: at, createdBy: actor.userId, expiresAt };
      await repo.insertLink(tx, link);
      return { purpose, token, expiresAt };
    },
    revoke: (tx, userId) => repo.revokeLinks(tx, userId, now()),
    async revokeUnheld(tx, actor, userId) {
      for (const link of await repo.openLinksAbout(tx, userId, now()))
        if (!(await mayIssue(tx, link))) await withdraw(tx, actor, link.tokenHash, link);
    },
    async check(token, address) {
      const attempt = guard.begin(null, address);
      const link = open(await repo.findLink(store.read, sha256(token)));
      if (!(await mayIssue(store.read, link))) throw withdrawn();
      attempt.right();
      const { purpose, name, email, expiresAt } = link;
      return { purpose, name, email, expiresAt };
    },
    async use({ token, password }, origin, previous = null) {
      const attempt = guard.begin(null, origin.address);
      const tokenHash = sha256(token);
      open(await repo.findLink(store.read, tokenHash));
      const passwordHash = await passwords.hash(password);
      const used = await store.transaction(async (tx) => {
        await awaitTurn(tx);
        const link = open(await repo.findLink(tx, tokenHash));
        // Kept, though the request is refused: the log says that somebody came with it.
        if (!(await mayIssue(tx, link))) return withdraw(tx, null, tokenHash, link);
        if (!(await repo.markUsed(tx, tokenHash, now())))
          throw new LinkError('link_used', 'This link has been used', { status: 409 });
        const user = { id: link.userId, name: link.name, email: link.email };
        await setPassword(tx, user.id, passwordHash);
        const grants = await grantsOf(tx, user.id);
        await audit(tx, {
          actor: { userId: user.id },
          action: link.purpose === 'invitation' ? 'user.joined' : 'user.passwordReset',
          subjectType: 'user',
          subjectId: user.id,
          unitId: sessions.unitOf(grants),
          detail: { address: origin.address },
        });
        const tells = [await sessions.endAll(tx, { userId: user.id }, user.id, 'password_changed')];
        if (previous !== null) tells.push(await sessions.endReplaced(tx, previous));
        return { session: await sessions.begin(tx, user, origin), tells };
      });
      if (!used) throw withdrawn();
      attempt.right();
      for (const tell of used.tells) tell();
      return used.session;
    },
  };
}

const withdrawn = (): LinkError =>
  new LinkError('link_replaced', 'A newer link took its place, or it was taken back', { status: 410 });
