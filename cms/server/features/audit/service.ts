import type { Audit, Sources } from '../../context.ts';
import { idsOf } from './names.ts';
import { namesNow } from './repo.ts';

/** Rows of nine values per statement: below any limit of parameters. */
const rowsPerInsert = 500;

/**
 * Writes entries of the audit log, each in the transaction of the change that it tells of, with what everything was called then.
 * Entries are never changed or removed.
 */
export function createAudit(sources: Sources): Audit {
  return async (tx, ...entries) => {
    for (let i = 0; i < entries.length; i += rowsPerInsert) {
      const some = entries.slice(i, i + rowsPerInsert).map((entry) => ({ entry, ids: idsOf(entry) }));
      const names = await namesNow(tx, together(some.map(({ ids }) => ids)));
      const rows = some.map(({ entry, ids }) => ({
        id: sources.newId(),
        at: sources.now(),
        user_id: entry.actor?.userId ?? null,
        action: entry.action,
        subject_type: entry.subjectType,
        subject_id: entry.subjectId,
        unit_id: entry.unitId,
        detail: JSON.stringify(entry.detail),
        names: JSON.stringify(
          Object.fromEntries([...ids.values()].flat().flatMap((id) => (names.has(id) ? [[id, names.get(id)]] : []))),
        ),
      }));
      await tx.insertInto('audit_log').values(rows).execute();
    }
  };
}

function together(all: readonly ReturnType<typeof idsOf>[]): Map<string, string[]> {
  const sets = new Map<string, Set<string>>();
  for (const [kind, ids] of all.flatMap((one) => [...one])) {
    const set = sets.get(kind) ?? new Set();
    sets.set(kind, set);
    for (const id of ids) set.add(id);
  }
  return new Map([...sets].map(([kind, ids]) => [kind, [...ids]]));
}
