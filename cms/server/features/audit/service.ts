import type { Audit, Sources } from '../../context.ts';

/** Writes entries of the audit log, each in the transaction of the change that it tells of. Entries are never changed or removed. */
export function createAudit(sources: Sources): Audit {
  return async (tx, entry) => {
    await tx
      .insertInto('audit_log')
      .values({
        id: sources.newId(),
        at: sources.now(),
        user_id: entry.actor?.userId ?? null,
        action: entry.action,
        subject_type: entry.subjectType,
        subject_id: entry.subjectId,
        unit_id: entry.unitId,
        detail: JSON.stringify(entry.detail),
      })
      .execute();
  };
}
