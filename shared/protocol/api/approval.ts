/**
 * HTTP: approval of notices. A submission freezes what the notice says as a numbered version; boards are given the version that was
 * approved last, and nothing else.
 */
import { z } from 'zod';
import { durationMs, msUtc, optionalParagraphs, uuid } from '../common.ts';
import { notice, noticeStates } from './content.ts';

export const person = z.strictObject({ id: z.string(), name: z.string().nullable() });

const noticeVersion = notice
  .pick({
    unitId: true,
    title: true,
    category: true,
    content: true,
    durationMs: true,
    entertainment: true,
    revision: true,
  })
  .extend({
    /** From 1. */
    number: z.int(),
    effectiveDurationMs: durationMs,
    /** `withdrawn`: the notice was edited before anybody decided. */
    state: z.enum(['submitted', 'approved', 'returned', 'withdrawn']),
    /** Who wrote it last. */
    editedBy: person,
    submittedBy: person,
    submittedAt: msUtc,
    /** null with an approval: the notice is older than approvals are. */
    decidedBy: person.nullable(),
    decidedAt: msUtc.nullable(),
    /** Whose right it was, where whoever decided stood in for them (delegations.ts). */
    inPlaceOf: person.nullable(),
    remark: z.string(),
    /** Whoever wrote it approved it. */
    selfApproved: z.boolean(),
  });
export type NoticeVersion = z.infer<typeof noticeVersion>;

/** GET /api/notices/:id/approval */
export const noticeApproval = z.strictObject({
  state: z.enum(noticeStates),
  /** The notice's, now. */
  revision: z.int(),
  /** Who wrote what it says now. */
  editedBy: person,
  /** The version that boards are given. */
  approvedVersion: z.int().nullable(),
  /** Whether whoever wrote a notice may approve it, in its province. */
  selfApproval: z.boolean(),
  /** The newest first, at most a hundred. */
  versions: z.array(noticeVersion),
});
export type NoticeApproval = z.infer<typeof noticeApproval>;

/**
 * POST /api/notices/:id/submit → approval; with `approve` it is approved in the same step. Errors: revision_conflict 409,
 * nothing_to_submit 409, self_approval_off 403.
 */
export const noticeSubmit = z.strictObject({ revision: z.int(), approve: z.boolean().default(false) });
/**
 * POST /api/notices/:id/approve {version}, POST /api/notices/:id/return {version, remark} → approval. `version` is the one that was
 * read. Errors: version_unknown 404, version_edited 409, already_approved 409, already_returned 409, self_approval_off 403.
 */
export const noticeApprove = z.strictObject({ version: z.int() });
export const noticeReturn = z.strictObject({ version: z.int(), remark: optionalParagraphs(1000).min(1) });

/** GET, PUT /api/units/:id/self-approval: of the province that the unit lies in. */
export const selfApproval = z.strictObject({ provinceId: uuid, allowed: z.boolean() });
export const selfApprovalEdit = selfApproval.pick({ allowed: true });
