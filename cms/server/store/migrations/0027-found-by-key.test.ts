import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { migration } from './0027-found-by-key.ts';

it('says of old parts which notice they are, and of no others', () => {
  const db = new DatabaseSync(':memory:');
  for (const table of ['notices', 'playlists', 'schedule_entries', 'boards']) {
    db.exec(
      `create table ${table} (id text, unit_id text, ${table === 'boards' ? '' : 'folded text,'} deleted_at integer)`,
    );
    db.exec(`create index ${table}_bin on ${table} (deleted_at) where deleted_at is not null`);
  }
  db.exec('create table parts (hash text primary key, body text not null)');
  const insert = db.prepare('insert into parts values (?, ?)');
  insert.run('a', JSON.stringify({ kind: 'notice', noticeId: 'n', title: '«"kind":"obligation"»' }));
  insert.run('b', JSON.stringify({ kind: 'obligation', noticeId: 'n' }));
  insert.run('c', JSON.stringify({ kind: 'fallback' }));
  for (const statement of migration.statements('sqlite')) db.exec(statement);
  expect(db.prepare('select hash from parts where notice_id = ?').all('n')).toEqual([{ hash: 'a' }]);
  db.close();
});
