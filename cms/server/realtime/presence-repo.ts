import type { Selectable } from 'kysely';
import type { Database } from '../store/schema.ts';
import type { Db, Tx } from '../store/store.ts';

export type StateRow = Selectable<Database['board_states']>;

export const presenceRepo = {
  async pairedBoards(db: Db): Promise<string[]> {
    return (await db.selectFrom('devices').select('board_id').where('ended_at', 'is', null).execute()).map(
      (row) => row.board_id,
    );
  },

  async states(db: Db): Promise<StateRow[]> {
    return db.selectFrom('board_states').selectAll().execute();
  },

  async write(tx: Tx, rows: readonly StateRow[]): Promise<void> {
    await tx
      .insertInto('board_states')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('board_id').doUpdateSet((e) => ({
          online: e.ref('excluded.online'),
          since: e.ref('excluded.since'),
          last_seen_at: e.ref('excluded.last_seen_at'),
          host: e.ref('excluded.host'),
          app: e.ref('excluded.app'),
          state: e.ref('excluded.state'),
          shows: e.ref('excluded.shows'),
          shows_since: e.ref('excluded.shows_since'),
        })),
      )
      .execute();
  },

  async touchOnline(db: Db, now: number): Promise<void> {
    await db.updateTable('board_states').set({ last_seen_at: now }).where('online', '=', 1).execute();
  },

  /** For what the console is told of media: whose it is. */
  async unitOfMedia(db: Db, mediaId: string): Promise<string | undefined> {
    return (await db.selectFrom('media').select('unit_id').where('id', '=', mediaId).executeTakeFirst())?.unit_id;
  },
};
