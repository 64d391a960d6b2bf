/** Approval of notices: submit, approve, return with a remark; and the history of it. See docs/decisions/0010. */
import type { NoticeApproval } from '../../../../shared/protocol/api/approval.ts';
import type { Desk } from '../../../../shared/protocol/api/desk.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { AuditEntry, Context, EventMap } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import type { AccountsService } from '../accounts/service.ts';
import type { MourningsService } from '../mournings/service.ts';
import type { ObligationsService } from '../obligations/service.ts';
import { assertLength } from './content.ts';
import * as repo from './repo.ts';
import type { NoticeRecord } from './repo.ts';
import type { SelfApproval } from './self-approval.ts';
import type { NoticesService } from './service.ts';
import * as versions from './versions-repo.ts';

export interface Approvals {
  /** For who reads it at its own unit. @throws AppError `notice_unknown` 404 */
  view(actor: Actor, id: string): Promise<NoticeApproval>;
  /**
   * Freezes what the notice says at `revision` as a version that waits for a decision.
   * @param approve decides at once, for who may
   * @throws AppError `notice_unknown` 404, `forbidden` 403, `revision_conflict` 409, `nothing_to_submit` 409, `notice_too_long`, `self_approval_off` 403,
   * `obliged_notice_too_long` 409
   */
  submit(actor: Actor, id: string, input: { revision: number; approve: boolean }): Promise<NoticeApproval>;
  /**
   * Boards are given this version from their next publication on.
   * @throws AppError `notice_unknown` 404, `forbidden` 403, `self_approval_off` 403, `version_unknown` 404, `version_edited` 409 and
   * `already_approved`, `already_returned` 409 with params.by
   */
  approve(actor: Actor, id: string, version: number): Promise<NoticeApproval>;
  /** Gives it back to whoever wrote it. @throws AppError as `approve`, apart from `self_approval_off` */
  return(actor: Actor, id: string, version: number, remark: string): Promise<NoticeApproval>;
  /** What was given back of what the actor wrote or submitted, may still edit and nobody has edited since. */
  returned(actor: Actor): Promise<Desk['returned']>;
}

export interface ApprovalDeps {
  readonly notices: Pick<NoticesService, 'find' | 'timed'>;
  readonly accounts: Pick<AccountsService, 'names'>;
  readonly selfApproval: Pick<SelfApproval, 'allowedAt'>;
  readonly obligations: Pick<ObligationsService, 'noticeApproved' | 'assertStillFits'>;
  readonly mournings: Pick<MourningsService, 'noticeMarked'>;
}

/** Whom an approval concerns at once: who is obliged to show the new version, and who mourns when it entertains and the old one did not. */
interface Concerned {
  readonly obliged: EventMap['obligationsChanged'] | null;
  readonly mourning: EventMap['mourningsChanged'] | null;
}
const nobody: Concerned = { obliged: null, mourning: null };

/** Versions told of one notice. */
const versionsTold = 100;

export function createApprovals(context: Context, deps: ApprovalDeps): Approvals {
  const { store, sources, access, audit, events } = context;
  const { notices, accounts, selfApproval, obligations, mournings } = deps;

  const unknown = (): AppError => new AppError('notice_unknown', 'There is no such notice', { status: 404 });

  async function view(actor: Actor, id: string): Promise<NoticeApproval> {
    const notice = await notices.find(actor, id);
    // Who uses it from below is given what was approved, not how it came about.
    if (!access.can(actor, 'content.read', notice.unitId)) throw unknown();
    const [found, editedBy, allowed] = await Promise.all([
      versions.findVersions(store.read, id, versionsTold),
      versions.findEditor(store.read, id),
      selfApproval.allowedAt(store.read, notice.unitId),
    ]);
    const people = found.flatMap(({ editedBy, submittedBy, decidedBy, inPlaceOf }) =>
      [editedBy, submittedBy, decidedBy, inPlaceOf].filter((id) => id !== null),
    );
    const names = await accounts.names([...new Set([editedBy, ...people])]);
    const person = (userId: string) => ({ id: userId, name: names.get(userId) ?? null });
    return {
      state: notice.state,
      revision: notice.revision,
      editedBy: person(editedBy),
      approvedVersion: notice.approvedVersion,
      selfApproval: allowed,
      versions: (await notices.timed(found)).map((version) => ({
        ...version,
        editedBy: person(version.editedBy),
        submittedBy: person(version.submittedBy),
        decidedBy: version.decidedBy === null ? null : person(version.decidedBy),
        inPlaceOf: version.inPlaceOf === null ? null : person(version.inPlaceOf),
      })),
    };
  }

  /** Held: until the transaction ends nobody edits, deletes or decides on it. */
  async function hold(tx: Tx, id: string): Promise<NoticeRecord> {
    const [notice] = await repo.holdNoticesToEdit(tx, [id]);
    if (!notice) throw unknown();
    return notice;
  }

  const entry = (actor: Actor, action: string, notice: NoticeRecord, detail: AuditEntry['detail']): AuditEntry => ({
    actor,
    action,
    subjectType: 'notice',
    subjectId: notice.id,
    unitId: notice.unitId,
    detail: { title: notice.title, ...detail },
  });

  /** Whose right a decision rests on, where it is lent. */
  const placeOf = (actor: Actor, { unitId }: NoticeRecord) => access.inPlaceOf(actor, 'content.approve', unitId);
  const saidOf = (inPlaceOf: string | null) => (inPlaceOf === null ? {} : { inPlaceOf });

  /** A version that waits for a decision. */
  async function open(tx: Tx, id: string, number: number): Promise<versions.VersionRecord> {
    const version = await versions.findVersion(tx, id, number);
    if (!version) throw new AppError('version_unknown', 'There is no such version', { status: 404 });
    if (version.state === 'withdrawn')
      throw new AppError('version_edited', 'It has been edited since it was submitted', { status: 409 });
    if (version.state !== 'submitted') {
      const by =
        version.decidedBy === null ? '' : ((await accounts.names([version.decidedBy])).get(version.decidedBy) ?? '');
      throw version.state === 'approved'
        ? new AppError('already_approved', 'Somebody else has approved it', { status: 409, params: { by } })
        : new AppError('already_returned', 'Somebody else has returned it', { status: 409, params: { by } });
    }
    return version;
  }

  /** How long it would be on, and how long what boards have of it is; ms, 0 where nothing was approved. */
  async function lengthsOf(tx: Tx, id: string, next: Pick<NoticeRecord, 'content' | 'durationMs'>) {
    const approved = await versions.findApproved(tx, [id], true);
    const [made, shown] = await notices.timed<Pick<NoticeRecord, 'content' | 'durationMs'>>([next, ...approved]);
    return { nextMs: made!.effectiveDurationMs, shownMs: shown?.effectiveDurationMs ?? 0 };
  }

  /** Approves a version that waits. @returns what `told` is to emit */
  async function pass(tx: Tx, actor: Actor, notice: NoticeRecord, version: versions.VersionRecord): Promise<Concerned> {
    access.assert(actor, 'content.approve', notice.unitId);
    const selfApproved = version.editedBy === actor.userId;
    if (selfApproved && !(await selfApproval.allowedAt(tx, notice.unitId)))
      throw new AppError('self_approval_off', 'Whoever wrote it may not approve it', { status: 403 });
    const { number } = version;
    const inPlaceOf = placeOf(actor, notice);
    const { nextMs, shownMs } = await lengthsOf(tx, notice.id, version);
    // What makes it no worse is let through: what was sent long ago may be too much already.
    if (nextMs > shownMs) await obligations.assertStillFits(notice.id, nextMs, tx);
    await versions.decide(tx, notice.id, number, {
      state: 'approved',
      by: actor.userId,
      inPlaceOf,
      now: sources.now(),
      remark: '',
      selfApproved,
    });
    const entertained = (await versions.findEntertaining(tx, [notice.id])).length > 0;
    await versions.setApproved(tx, notice.id, version);
    const detail = { version: number, ...(selfApproved ? { selfApproved } : {}), ...saidOf(inPlaceOf) };
    await audit(tx, entry(actor, 'notice.approved', notice, detail));
    return {
      obliged: await obligations.noticeApproved(notice.id, tx),
      mourning: entertained === version.entertainment ? null : await mournings.noticeMarked(tx),
    };
  }

  async function told(
    actor: Actor,
    id: string,
    unitId: string,
    { obliged, mourning } = nobody,
  ): Promise<NoticeApproval> {
    events.emit('approvalsChanged', { unitId });
    if (obliged) events.emit('obligationsChanged', obliged);
    if (mourning) events.emit('mourningsChanged', mourning);
    return view(actor, id);
  }

  return {
    view,
    async returned(actor) {
      const found = (await versions.findReturned(store.read, actor.userId)).filter(({ unitId }) =>
        access.can(actor, 'content.edit', unitId),
      );
      const names = await accounts.names([...new Set(found.flatMap(({ decidedBy }) => decidedBy ?? []))]);
      return found.map(({ noticeId, title, remark, decidedBy, decidedAt }) => ({
        id: noticeId,
        title,
        remark,
        by: { id: decidedBy!, name: names.get(decidedBy!) ?? null },
        at: decidedAt!,
      }));
    },
    async submit(actor, id, { revision, approve }) {
      await notices.find(actor, id);
      const { unitId, concerned } = await store.transaction(async (tx) => {
        const notice = await hold(tx, id);
        access.assert(actor, 'content.edit', notice.unitId);
        if (notice.revision !== revision)
          throw new AppError('revision_conflict', 'Somebody else has changed it meanwhile', {
            status: 409,
            params: { revision: notice.revision },
          });
        if (notice.state === 'submitted' || notice.state === 'approved')
          throw new AppError('nothing_to_submit', 'It has not been edited since it was submitted', { status: 409 });
        // Its file may have been exchanged for a longer one.
        const { nextMs, shownMs } = await lengthsOf(tx, id, notice);
        assertLength(nextMs, shownMs);
        const editedBy = await versions.findEditor(tx, id);
        const number = await versions.insertVersion(tx, notice, { editedBy, by: actor.userId, now: sources.now() });
        await versions.setState(tx, id, 'submitted');
        await audit(tx, entry(actor, 'notice.submitted', notice, { version: number }));
        const concerned = approve ? await pass(tx, actor, notice, await open(tx, id, number)) : nobody;
        return { unitId: notice.unitId, concerned };
      });
      return told(actor, id, unitId, concerned);
    },
    async approve(actor, id, number) {
      await notices.find(actor, id);
      const { unitId, concerned } = await store.transaction(async (tx) => {
        const notice = await hold(tx, id);
        access.assert(actor, 'content.approve', notice.unitId);
        const concerned = await pass(tx, actor, notice, await open(tx, id, number));
        return { unitId: notice.unitId, concerned };
      });
      return told(actor, id, unitId, concerned);
    },
    async return(actor, id, number, remark) {
      await notices.find(actor, id);
      const unitId = await store.transaction(async (tx) => {
        const notice = await hold(tx, id);
        access.assert(actor, 'content.approve', notice.unitId);
        await open(tx, id, number);
        const now = sources.now();
        const inPlaceOf = placeOf(actor, notice);
        const decision = { state: 'returned', by: actor.userId, inPlaceOf, now, remark, selfApproved: false } as const;
        await versions.decide(tx, id, number, decision);
        await versions.setState(tx, id, 'returned');
        await audit(tx, entry(actor, 'notice.returned', notice, { version: number, remark, ...saidOf(inPlaceOf) }));
        return notice.unitId;
      });
      return told(actor, id, unitId);
    },
  };
}
