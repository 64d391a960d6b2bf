/** Pairings, and the players (devices) that they make. */
import type { Selectable } from 'kysely';
import { insertJournal } from '../../store/new-journal.ts';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type PairingRow = Selectable<Database['pairings']>;
export interface DeviceRow {
  readonly id: string;
  readonly board_id: string;
  readonly device_key: string;
  readonly ended_at: number | null;
}

/** Players of a board that are still listened to: the current one and those whose journal may be on its way. */
const devicesHeard = 20;

export const pairingRepo = {
  async insertPairing(tx: Tx, row: PairingRow): Promise<void> {
    await tx.insertInto('pairings').values(row).execute();
  },

  async pairing(db: Db | Tx, id: string): Promise<PairingRow | undefined> {
    return db.selectFrom('pairings').selectAll().where('id', '=', id).executeTakeFirst();
  },

  async pairingsWithCode(db: Db | Tx, code: string): Promise<PairingRow[]> {
    return db.selectFrom('pairings').selectAll().where('code', '=', code).orderBy('created_at', 'desc').execute();
  },

  async countPending(db: Db | Tx, now: number): Promise<number> {
    const row = await db
      .selectFrom('pairings')
      .select((e) => e.fn.countAll<number>().as('count'))
      .where('expires_at', '>', now)
      .where('used_at', 'is', null)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  },

  async deleteExpiredBefore(tx: Tx, before: number): Promise<void> {
    await tx.deleteFrom('pairings').where('expires_at', '<', before).execute();
  },

  /** @returns false when it was revealed already */
  async reveal(
    tx: Tx,
    id: string,
    revealed: Pick<PairingRow, 'code' | 'device_key' | 'journal_id' | 'info'>,
  ): Promise<boolean> {
    const done = await tx
      .updateTable('pairings')
      .set(revealed)
      .where('id', '=', id)
      .where('code', 'is', null)
      .executeTakeFirst();
    return done.numUpdatedRows > 0n;
  },

  async expire(tx: Tx, ids: readonly string[], now: number): Promise<void> {
    await tx.updateTable('pairings').set({ expires_at: now }).where('id', 'in', ids).execute();
  },

  /** @returns false when somebody used it first */
  async use(tx: Tx, id: string, boardId: string, now: number): Promise<boolean> {
    const done = await tx
      .updateTable('pairings')
      .set({ used_at: now, board_id: boardId })
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    return done.numUpdatedRows > 0n;
  },

  async boardUnit(db: Db | Tx, boardId: string): Promise<string | undefined> {
    const row = await db
      .selectFrom('boards')
      .select('unit_id')
      .where('id', '=', boardId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return row?.unit_id;
  },

  async keyIsKnown(db: Db | Tx, deviceKey: string): Promise<boolean> {
    return (
      (await db.selectFrom('devices').select('id').where('device_key', '=', deviceKey).executeTakeFirst()) !== undefined
    );
  },

  async journalIsKnown(db: Db | Tx, journalId: string): Promise<boolean> {
    return (await db.selectFrom('journals').select('id').where('id', '=', journalId).executeTakeFirst()) !== undefined;
  },

  /** Newest first, also of a board that was deleted: what its last player still holds is owed to the record. */
  async devicesOf(db: Db | Tx, boardId: string): Promise<DeviceRow[]> {
    return db
      .selectFrom('devices')
      .select(['devices.id', 'devices.board_id', 'devices.device_key', 'devices.ended_at'])
      .where('devices.board_id', '=', boardId)
      .orderBy('devices.paired_at', 'desc')
      .orderBy('devices.id', 'desc')
      .limit(devicesHeard)
      .execute();
  },

  /** @returns the player that spoke for the board; undefined: none did */
  async endDevice(
    tx: Tx,
    boardId: string,
    now: number,
    why: { by: string; reason: string } | null,
  ): Promise<string | undefined> {
    const ended = await tx
      .updateTable('devices')
      .set({ ended_at: now, ended_by: why?.by ?? null, ended_reason: why?.reason ?? null })
      .where('board_id', '=', boardId)
      .where('ended_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    return ended?.id;
  },

  /** Since when the board's player speaks for it, ms UTC; undefined: it has none. */
  async pairedAt(db: Db | Tx, boardId: string): Promise<number | undefined> {
    const row = await db
      .selectFrom('devices')
      .select('paired_at')
      .where('board_id', '=', boardId)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    return row?.paired_at;
  },

  /** The end of the board's last player, where nobody took its place; undefined: it has one, or has had none. */
  async lastEnd(db: Db, boardId: string) {
    const last = await db
      .selectFrom('devices')
      .leftJoin('users', 'users.id', 'devices.ended_by')
      .select(['ended_at', 'ended_by', 'ended_reason', 'users.name'])
      .where('board_id', '=', boardId)
      .orderBy('paired_at', 'desc')
      .orderBy('devices.id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return last?.ended_at == null || last.ended_reason === null ? undefined : last;
  },

  /** Ends the board's player, if it has one, and puts a new one with its journal in its place. */
  async replaceDevice(
    tx: Tx,
    device: { id: string; boardId: string; deviceKey: string; pairedBy: string | null; journalId: string; now: number },
  ): Promise<void> {
    await pairingRepo.endDevice(tx, device.boardId, device.now, null);
    await tx
      .insertInto('devices')
      .values({
        id: device.id,
        board_id: device.boardId,
        device_key: device.deviceKey,
        paired_at: device.now,
        paired_by: device.pairedBy,
        ended_at: null,
      })
      .execute();
    await insertJournal(tx, { id: device.journalId, boardId: device.boardId, deviceId: device.id, now: device.now });
  },
};
