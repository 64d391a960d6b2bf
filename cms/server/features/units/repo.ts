import type { Db, Tx } from '../../store/store.ts';
import type { Database } from '../../store/schema.ts';

/** What a unit is called and where it hangs in [validFrom, validTo). */
export interface UnitVersion {
  readonly id: string;
  readonly unitId: string;
  readonly code: string;
  readonly name: string;
  readonly level: Database['unit_versions']['level'];
  readonly parentId: string | null;
  /** ms UTC. */
  readonly validFrom: number;
  readonly validTo: number | null;
}

export async function allVersions(db: Db | Tx): Promise<UnitVersion[]> {
  const rows = await db.selectFrom('unit_versions').selectAll().orderBy('code').orderBy('valid_from').execute();
  return rows.map((row) => ({
    id: row.id,
    unitId: row.unit_id,
    code: row.code,
    name: row.name,
    level: row.level,
    parentId: row.parent_id,
    validFrom: row.valid_from,
    validTo: row.valid_to,
  }));
}

export async function insertUnit(tx: Tx, unitId: string, now: number): Promise<void> {
  await tx.insertInto('units').values({ id: unitId, created_at: now }).execute();
}

export async function insertVersion(tx: Tx, version: UnitVersion): Promise<void> {
  await tx
    .insertInto('unit_versions')
    .values({
      id: version.id,
      unit_id: version.unitId,
      code: version.code,
      name: version.name,
      level: version.level,
      parent_id: version.parentId,
      valid_from: version.validFrom,
      valid_to: version.validTo,
    })
    .execute();
}

export async function endVersion(tx: Tx, versionId: string, at: number): Promise<void> {
  await tx.updateTable('unit_versions').set({ valid_to: at }).where('id', '=', versionId).execute();
}
