/** The rows of categories. They are never removed. */
import { sql } from 'kysely';
import type { Category } from '../../../../shared/protocol/api/categories.ts';
import type { Db, Tx } from '../../store/store.ts';

/** All there are, in the province's order. */
export async function findCategories(db: Db | Tx): Promise<Category[]> {
  const rows = await db.selectFrom('categories').selectAll().orderBy('position').execute();
  return rows.map(({ key, name_vi: vi, name_en: en, in_use }) => ({ key, vi, en, inUse: in_use === 1 }));
}

/** Adds those that are new, and makes of each what the list says, in its order. */
export async function saveCategories(tx: Tx, list: readonly Category[]): Promise<void> {
  await tx
    .insertInto('categories')
    .values(
      list.map(({ key, vi, en, inUse }, position) => ({
        key,
        position,
        name_vi: vi,
        name_en: en,
        in_use: inUse ? 1 : 0,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({
        position: eb.ref('excluded.position'),
        name_vi: eb.ref('excluded.name_vi'),
        name_en: eb.ref('excluded.name_en'),
        in_use: eb.ref('excluded.in_use'),
      })),
    )
    .execute();
}

/** Notices under each, as they are written now; without those in the recycle bin. */
export async function countNotices(db: Db): Promise<{ key: string; notices: number }[]> {
  const rows = await db
    .selectFrom('notices')
    .select(['category', sql<number>`count(*)`.as('notices')])
    .where('deleted_at', 'is', null)
    .groupBy('category')
    .execute();
  return rows.map(({ category: key, notices }) => ({ key, notices: Number(notices) }));
}
