import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { migration } from './0026-bin.ts';

it('says who deleted, and who wrote, of what was deleted before', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('create table boards (id text, deleted_at integer)');
  for (const table of ['notices', 'playlists', 'schedule_entries'])
    db.exec(`create table ${table} (id text, revision integer, updated_by text, deleted_at integer)`);
  db.exec('create table notice_versions (notice_id text, number integer, revision integer, edited_by text)');
  db.exec(`insert into notices values
    ('kept', 2, 'writer', null), ('gone', 2, 'deleter', 5), ('edited', 3, 'deleter', 5), ('draft', 1, 'deleter', 5)`);
  db.exec(`insert into notice_versions values
    ('gone', 1, 1, 'first'), ('gone', 2, 2, 'second'), ('gone', 3, 2, 'writer'), ('edited', 1, 2, 'first')`);
  db.exec(`insert into playlists values ('p', 1, 'deleter', 5), ('q', 1, 'writer', null)`);
  for (const statement of migration.statements('sqlite')) db.exec(statement);
  const people = (table: string) =>
    db
      .prepare(`select id, updated_by, deleted_by from ${table} order by id`)
      .all()
      .map((row) => Object.values(row));
  expect(people('notices')).toEqual([
    ['draft', 'deleter', 'deleter'],
    // What was written after it was submitted nobody knows the writer of.
    ['edited', 'deleter', 'deleter'],
    ['gone', 'writer', 'deleter'],
    ['kept', 'writer', null],
  ]);
  expect(people('playlists')).toEqual([
    ['p', 'deleter', 'deleter'],
    ['q', 'writer', null],
  ]);
  db.close();
});
