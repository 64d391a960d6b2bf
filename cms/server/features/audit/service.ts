import type { Audit, AuditEntry, Sources } from '../../context.ts';

/** Rows of eight values per statement: below any limit of parameters. */
const rowsPerInsert = 500;

/** Writes entries of the audit log, each in the transaction of the change that it tells of. Entries are never changed or removed. */
export function createAudit(sources: Sources): Audit {
  const rowOf = (entry: AuditEntry) => ({
    id: sources.newId(),
    at: sources.now(),
    user_id: entry.actor?.userId ?? null,
    action: entry.action,
    subject_type: entry.subjectType,
    subject_id: entry.subjectId,
    unit_id: entry.unitId,
    detail: JSON.stringify(entry.detail),
  });
  return async (tx, ...entries) => {
    for (let i = 0; i < entries.length; i += rowsPerInsert) {
      await tx
        .insertInto('audit_log')
        .values(entries.slice(i, i + rowsPerInsert).map(rowOf))
        .execute();
    }
  };
}
