import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { noticeCategories } from '../../../../shared/protocol/programme.ts';
import { migration } from './0029-categories.ts';

it('begins with those that boards know, in their order, each in use and with a name in both languages', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('create table notices (id text, category text)');
  const file = db.prepare('insert into notices values (?, ?)');
  for (const key of noticeCategories) file.run(`notice ${key}`, key);
  for (const statement of migration.statements('sqlite')) db.exec(statement);
  const rows = db.prepare('select * from categories order by position').all();
  expect(rows.map(({ key, in_use }) => [key, in_use])).toEqual(noticeCategories.map((key) => [key, 1]));
  for (const language of ['name_vi', 'name_en'])
    expect(new Set(rows.map((row) => String(row[language]).toLowerCase())).size).toBe(noticeCategories.length);
  const unnamed = db.prepare('select id from notices where category not in (select key from categories)').all();
  expect(unnamed).toEqual([]);
  db.close();
});
