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

/** Everything that can happen, by the first word of its action: `notice` and `takenDown` make `notice.takenDown`. */
export const auditActions = {
  session: ['begun', 'confirmed', 'ended', 'refused'],
  user: [
    'created',
    'invited',
    'joined',
    'changed',
    'granted',
    'withdrawn',
    'delegated',
    'delegationEnded',
    'deactivated',
    'reactivated',
    'linkIssued',
    'linkRevoked',
    'passwordReset',
    'passwordChanged',
    'secondFactorSet',
    'secondFactorRemoved',
    'secondFactorReset',
    'recoveryCodesRenewed',
    'notificationsChanged',
  ],
  unit: ['added', 'changed', 'merged', 'cancelled', 'imported', 'selfApprovalChanged'],
  board: [
    'created',
    'changed',
    'deleted',
    'restored',
    'paired',
    'unpaired',
    'commanded',
    'logRead',
    'screenshotViewed',
    'samplesViewed',
    'technicianCodeIssued',
    'upkeepChanged',
  ],
  journal: ['begun', 'forked'],
  plays: ['exported'],
  notice: ['created', 'changed', 'submitted', 'approved', 'returned', 'takenDown', 'putBack', 'deleted', 'restored'],
  document: ['uploaded', 'removed', 'downloaded', 'purged'],
  media: ['uploaded', 'changed', 'replaced', 'deleted', 'restored', 'purged'],
  playlist: ['created', 'changed', 'deleted', 'restored'],
  categories: ['changed'],
  schedule: ['created', 'changed', 'deleted', 'restored'],
  // Deleted: by a release before.
  obligation: ['created', 'changed', 'ended', 'deleted', 'received', 'accepted', 'ordered'],
  programme: ['published', 'waiting'],
  takeover: ['raised', 'updated', 'cleared', 'templatesChanged'],
  mourning: ['ordered', 'changed', 'lifted'],
  epoch: ['begun'],
  keyList: ['renewed'],
  release: ['added', 'stopped'],
  settings: ['changed'],
} as const satisfies Record<(typeof auditGroups)[AuditGroup][number], readonly string[]>;

/** The actions of a group, in the order in which people look for them. */
export const actionsOf = (group: AuditGroup): string[] =>
  auditGroups[group].flatMap((word) => auditActions[word].map((what) => `${word}.${what}`));

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
  /** One action, such as `notice.takenDown`. */
  action: z
    .string()
    .regex(/^[a-zA-Z]{1,40}\.[a-zA-Z]{1,40}$/)
    .optional(),
  /** Words of what the thing was called then: a notice's title, the name of a board; with or without diacritics, in any order. */
  q: z.string().max(300).default(''),
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
