import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { filesNamedIn } from './sqlite-file.ts';

it.each([
  ['of a release before documents were kept as sent', '', ['a1']],
  ['of this release', ', original integer not null default 1', ['a1', 'd1']],
])('a backup holds what a database %s names', (_, column, assets) => {
  const folder = mkdtempSync(join(tmpdir(), 'bang-tin-sqlite-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'cms.sqlite');
  {
    using db = new DatabaseSync(path);
    db.exec(`
      create table assets (hash text);
      create table media (id text, state text);
      create table documents (hash text${column});
      insert into assets values ('a1');
      insert into media values ('m1', 'processing'), ('m2', 'ready');
      insert into documents (hash) values ('d1');
    `);
  }
  expect(filesNamedIn(path)).toEqual({ assets, uploads: ['m1'] });
});
