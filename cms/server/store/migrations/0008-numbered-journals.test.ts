import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import * as initial from './0001-initial.ts';
import * as slimPlays from './0007-slim-plays.ts';
import { migration } from './0008-numbered-journals.ts';

it('keeps every play, with its journal and its board', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('pragma foreign_keys = off');
  for (const before of [initial.migration, slimPlays.migration])
    for (const statement of before.statements('sqlite')) db.exec(statement);
  // Two boards; the first had to begin a second journal, which begins last.
  const journals = [
    ['j2', 'board b', 20],
    ['j1', 'board a', 10],
    ['j3', 'board a', 30],
  ] as const;
  for (const [id, board, at] of journals) {
    db.prepare(
      "insert into journals (id, board_id, device_id, last_seq, last_hash, created_at) values (?, ?, 'd', 0, '0', ?)",
    ).run(id, board, at);
    for (const seq of [1, 2])
      db.prepare(
        `insert into plays (journal_id, seq, board_id, start_at, painted_ms, why, outcome, host, clock, offset_ms)
          values (?, ?, ?, ?, 15000, 'loop', 'completed', 'chromium', 'synced', -3)`,
      ).run(id, seq, board, at + seq);
  }
  for (const statement of migration.statements('sqlite')) db.exec(statement);
  const numbered = db.prepare('select id, no, board_no from journals order by no').all();
  expect(numbered.map((row) => ({ ...row }))).toEqual([
    { id: 'j1', no: 1, board_no: 1 },
    { id: 'j2', no: 2, board_no: 2 },
    { id: 'j3', no: 3, board_no: 1 },
  ]);
  const plays = db.prepare('select journal_no, seq, board_no, start_at, offset_ms from plays order by start_at').all();
  expect(plays.map((row) => Object.values(row))).toEqual([
    [1, 1, 1, 11, -3],
    [1, 2, 1, 12, -3],
    [2, 1, 2, 21, -3],
    [2, 2, 2, 22, -3],
    [3, 1, 1, 31, -3],
    [3, 2, 1, 32, -3],
  ]);
  expect(db.prepare("select value from settings where key = 'journal'").get()).toMatchObject({ value: '3' });
  db.close();
});
