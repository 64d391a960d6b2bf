/** Who is told up to where, and the messages that are on their way. */
import type { Selectable } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { Db, Tx } from '../../store/store.ts';

export type ReaderRow = Selectable<Database['notification_readers']>;
export type MessageRow = Selectable<Database['notification_messages']>;
type ChannelName = ReaderRow['channel'];

export const readers = (db: Db, channel: ChannelName): Promise<ReaderRow[]> =>
  db.selectFrom('notification_readers').selectAll().where('channel', '=', channel).execute();

export async function isReader(db: Db | Tx, channel: ChannelName, reader: string): Promise<boolean> {
  const row = await db
    .selectFrom('notification_readers')
    .select('reader')
    .where('channel', '=', channel)
    .where('reader', '=', reader)
    .executeTakeFirst();
  return row !== undefined;
}

/** Told of what comes after `toldNo`; of one that is there nothing changes. */
export async function insertReader(db: Db | Tx, channel: ChannelName, reader: string, toldNo: number): Promise<void> {
  await db
    .insertInto('notification_readers')
    .values({ channel, reader, told_no: toldNo, told_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function deleteReader(tx: Tx, channel: ChannelName, reader: string): Promise<void> {
  await tx.deleteFrom('notification_readers').where('channel', '=', channel).where('reader', '=', reader).execute();
  // What was on its way is wanted no more.
  await tx
    .deleteFrom('notification_messages')
    .where('channel', '=', channel)
    .where('reader', '=', reader)
    .where('sent_at', 'is', null)
    .where('given_up_at', 'is', null)
    .execute();
}

/** @returns false: it reads no more */
export async function told(
  tx: Db | Tx,
  { channel, reader }: ReaderRow,
  set: { told_no: number; told_at?: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('notification_readers')
    .set(set)
    .where('channel', '=', channel)
    .where('reader', '=', reader)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

export async function insertMessage(
  db: Db | Tx,
  message: Pick<MessageRow, 'id' | 'channel' | 'reader' | 'created_at' | 'body'>,
): Promise<void> {
  await db
    .insertInto('notification_messages')
    .values({
      ...message,
      attempts: 0,
      due_at: message.created_at,
      sent_at: null,
      given_up_at: null,
      error_code: null,
    })
    .execute();
}

const onTheirWay = (db: Db) =>
  db.selectFrom('notification_messages').where('sent_at', 'is', null).where('given_up_at', 'is', null);

/** Readers for whom a message waits. */
export async function waitedFor(db: Db, channel: ChannelName): Promise<Set<string>> {
  const rows = await onTheirWay(db).select('reader').where('channel', '=', channel).execute();
  return new Set(rows.map(({ reader }) => reader));
}

export const dueMessages = (db: Db, channel: ChannelName, now: number, limit: number): Promise<MessageRow[]> =>
  onTheirWay(db)
    .selectAll()
    .where('channel', '=', channel)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute();

export async function deleteMessage(db: Db, id: string): Promise<void> {
  await db.deleteFrom('notification_messages').where('id', '=', id).execute();
}

export async function updateMessage(
  db: Db,
  id: string,
  set: Partial<Pick<MessageRow, 'attempts' | 'due_at' | 'sent_at' | 'given_up_at' | 'error_code'>>,
): Promise<void> {
  await db.updateTable('notification_messages').set(set).where('id', '=', id).execute();
}

export async function deleteMessages(db: Db, before: number): Promise<void> {
  await db
    .deleteFrom('notification_messages')
    .where('created_at', '<', before)
    .where(({ or, eb }) => or([eb('sent_at', 'is not', null), eb('given_up_at', 'is not', null)]))
    .execute();
}

export async function stateOf(db: Db, channel: ChannelName) {
  const [readers, waiting, sent] = await Promise.all([
    db
      .selectFrom('notification_readers')
      .select((e) => e.fn.countAll<number | string>().as('count'))
      .where('channel', '=', channel)
      .executeTakeFirstOrThrow(),
    onTheirWay(db)
      .select((e) => e.fn.countAll<number | string>().as('count'))
      .where('channel', '=', channel)
      .executeTakeFirstOrThrow(),
    db
      .selectFrom('notification_messages')
      .select((e) => e.fn.max('sent_at').as('at'))
      .where('channel', '=', channel)
      .executeTakeFirst(),
  ]);
  return { readers: Number(readers.count), waiting: Number(waiting.count), sentAt: sent?.at ?? null };
}

export const givenUp = (db: Db, limit: number): Promise<MessageRow[]> =>
  db
    .selectFrom('notification_messages')
    .selectAll()
    .where('given_up_at', 'is not', null)
    .orderBy('given_up_at', 'desc')
    .limit(limit)
    .execute();
