/** HTTP: the audit log. It only grows: every change and every sign-in leaves an entry in the transaction that it tells of. */
import { z } from 'zod';
import { msUtc, uuid } from '../common.ts';

/** What happened, as people look for it: each group holds the actions that begin with one of its words. */
export const auditGroups = {
  signIn: ['session'],
  accounts: ['user'],
  units: ['unit'],
  boards: ['board', 'journal', 'plays'],
  content: ['notice', 'document', 'media', 'playlist', 'categories'],
  schedules: ['schedule', 'obligation'],
  publishing: ['programme'],
  takeovers: ['takeover'],
  mournings: ['mourning'],
  system: ['epoch', 'keyList', 'release', 'settings'],
} as const satisfies Record<string, readonly string[]>;
export type AuditGroup = keyof typeof auditGroups;
export const auditGroup = z.enum(Object.keys(auditGroups) as [AuditGroup, ...AuditGroup[]]);

/** Where a page ends: time and id of its last entry. */
const auditCursor = z.string().regex(/^\d{1,15}_[\w-]{1,64}$/);

/** GET /api/audit → what happened on units where the asker may read the log, the newest first. Who reads it at every unit also sees what belongs to none. */
export const auditQuery = z.strictObject({
  /** [from, to), ms UTC. */
  from: z.coerce.number().pipe(msUtc).optional(),
  to: z.coerce.number().pipe(msUtc).optional(),
  /** Words of a name or an e-mail, with or without diacritics: what these people did, and what was done to their accounts. */
  who: z.string().max(200).default(''),
  group: auditGroup.optional(),
  /** One thing's whole history. */
  subjectId: z.string().min(1).max(100).optional(),
  /** This unit and those below. */
  unitId: uuid.optional(),
  /** The `next` of the page before. */
  cursor: auditCursor.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
export type AuditQuery = z.infer<typeof auditQuery>;

const auditEntry = z.strictObject({
  id: z.string(),
  at: msUtc,
  /** null: nobody was signed in, or the CMS itself did it. */
  who: z.strictObject({ id: z.string(), name: z.string().nullable() }).nullable(),
  /** Such as `notice.changed`. */
  action: z.string(),
  subject: z.strictObject({
    type: z.string(),
    id: z.string().nullable(),
    /** What it was called then, else what it is called now; null where it has no name. */
    name: z.string().nullable(),
  }),
  /** With the name that was true then. */
  unit: z.strictObject({ id: z.string(), name: z.string().nullable() }).nullable(),
  detail: z.record(z.string(), z.unknown()),
  /** What those were called then whom the entry speaks of, by id, as far as the entry or the history of units says. */
  names: z.record(z.string(), z.string()),
});
export type AuditRow = z.infer<typeof auditEntry>;
export const auditPage = z.strictObject({ entries: z.array(auditEntry), next: auditCursor.nullable() });
