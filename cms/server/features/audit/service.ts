import type { Audit, AuditEntry, Sources } from '../../context.ts';
import { foldedThen, idsOf } from './names.ts';
import { namesNow } from './repo.ts';

/** Rows of eleven values per statement: below any limit of parameters. */
const rowsPerInsert = 500;

/**
 * Writes entries of the audit log, each in the transaction of the change that it tells of, with what everything was called then.
 * Entries are never changed or removed.
 */
export function createAudit(sources: Sources): Audit {
  return async (tx, ...entries) => {
    for (let i = 0; i < entries.length; i += rowsPerInsert) {
      const some = entries.slice(i, i + rowsPerInsert).map((entry) => ({ entry, ids: idsOf(entry) }));
      const told = new Map(
        some.flatMap(({ entry: { actor, names = {} } }) => [...Object.entries(names), ...nameOf(actor)]),
      );
      const asked = new Map(some.flatMap(({ ids }) => [...ids]).filter(([id]) => !told.has(id)));
      const names = new Map([...told, ...(await namesNow(tx, byKind(asked)))]);
      const rows = some.map(({ entry, ids }) => {
        const then = Object.fromEntries([...ids.keys()].flatMap((id) => (names.has(id) ? [[id, names.get(id)!]] : [])));
        return {
          id: sources.newId(),
          at: sources.now(),
          user_id: entry.actor?.userId ?? null,
          action: entry.action,
          subject_type: entry.subjectType,
          subject_id: entry.subjectId,
          unit_id: entry.unitId,
          detail: JSON.stringify(entry.detail),
          names: JSON.stringify(then),
          folded: foldedThen(entry, then),
          in_place_of: typeof entry.detail.inPlaceOf === 'string' ? entry.detail.inPlaceOf : null,
        };
      });
      await tx.insertInto('audit_log').values(rows).execute();
    }
  };
}

const nameOf = (actor: AuditEntry['actor']): [string, string][] =>
  actor?.name === undefined ? [] : [[actor.userId, actor.name]];

function byKind(kinds: ReadonlyMap<string, string>): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const [id, kind] of kinds) {
    const some = ids.get(kind) ?? [];
    ids.set(kind, some);
    some.push(id);
  }
  return ids;
}
