import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { migration } from './0024-approved-entertainment.ts';

it('marks what was approved as it is, and not what is marked in a draft', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('create table notices (id text, revision integer, entertainment integer)');
  db.exec('create table notice_versions (notice_id text, number integer, revision integer, entertainment integer)');
  db.exec(`insert into notices values ('song', 2, 1), ('news', 1, 0), ('draft', 3, 1)`);
  db.exec(
    `insert into notice_versions values ('song', 1, 1, 0), ('song', 2, 2, 0), ('news', 1, 1, 0), ('draft', 1, 2, 0)`,
  );
  for (const statement of migration.statements('sqlite')) db.exec(statement);
  const marked = db.prepare('select notice_id, number from notice_versions where entertainment = 1').all();
  expect(marked.map((row) => Object.values(row))).toEqual([['song', 2]]);
  db.close();
});
