/**
 * The floor of the proof benchmark: the same rows, plays and evidence, inserted in batches into the same kind of SQLite file by
 * prepared statements in a process of its own. Nothing is received, read, verified or answered.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { openStore } from '../../../cms/server/store/store.ts';
import { readBatch } from '../../../cms/server/features/proof/verify.ts';
import { emptyHead } from '../../../shared/proof/chain.ts';
import { makeIdentity, TestJournal } from '../../fleet/board.ts';
import { appendPlays, batchesOf } from '../../fleet/load.ts';

export interface BareRequest {
  readonly boards: number;
  readonly batchesPerBoard: number;
  readonly playsPerBatch: number;
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Needs the path of its database');

/** Tables, indexes and settings as the CMS has them. */
await (await openStore({ databaseUrl: null, file, onError: console.error })).close();
const db = new DatabaseSync(file);
db.exec(
  'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -32768; pragma wal_autocheckpoint = 2000;',
);

const columns =
  'journal_no,seq,start_at,painted_ms,notice_id,takeover_id,why,why_id,outcome,host,clock,offset_ms,board_no'.split(
    ',',
  );
const rowsPerStatement = 50;
const batchesPerTransaction = 20;
const row = `(${columns.map(() => '?').join(',')})`;
const insertPlays = db.prepare(
  `insert into plays (${columns.join(',')}) values ${Array.from({ length: rowsPerStatement }, () => row).join(',')}`,
);
const insertBatch = db.prepare(
  'insert into journal_batches (journal_id, first_seq, last_seq, lines, signature, received_at) values (?,?,?,?,?,?)',
);
const insertJournal = db.prepare(
  'insert into journals (id, no, board_no, board_id, device_id, last_seq, last_hash, created_at) values (?,?,?,?,?,0,?,0)',
);

let journals = 0;

interface Rows {
  readonly evidence: SQLInputValue[];
  /** One flat list per statement. */
  readonly plays: SQLInputValue[][];
}

/** Makes the rows as the CMS would. */
function prepare({ boards, batchesPerBoard, playsPerBatch }: BareRequest): Rows[] {
  const perBoard = Array.from({ length: boards }, () => {
    const identity = makeIdentity();
    const journal = new TestJournal(identity);
    appendPlays(journal, batchesPerBoard * playsPerBatch, Date.now());
    const no = ++journals;
    insertJournal.run(journal.journalId, no, no, identity.boardId, identity.deviceId, '0');
    let head = emptyHead(journal.journalId);
    return batchesOf(journal, 0, playsPerBatch).map((batch): Rows => {
      const read = readBatch(
        batch,
        { boardId: identity.boardId, no, boardNo: no, deviceKey: identity.key.x, head },
        new Map(),
      );
      head = read.head;
      const values = (JSON.parse(`[${read.plays.json}]`) as SQLInputValue[][]).flat();
      const plays: SQLInputValue[][] = [];
      for (let i = 0; i < values.length; i += rowsPerStatement * columns.length)
        plays.push(values.slice(i, i + rowsPerStatement * columns.length));
      return { evidence: [batch.journalId, batch.firstSeq, batch.lastSeq, batch.lines, batch.signature, 0], plays };
    });
  });
  // In turns, as they come from boards that send at the same time.
  return Array.from({ length: batchesPerBoard }, (_, i) => perBoard.map((batches) => batches[i]!)).flat();
}

/** @returns plays per second */
function measure(request: BareRequest): number {
  const rows = prepare(request);
  const started = performance.now();
  for (let i = 0; i < rows.length; i += batchesPerTransaction) {
    db.exec('begin immediate');
    for (const { evidence, plays } of rows.slice(i, i + batchesPerTransaction)) {
      insertBatch.run(...evidence);
      for (const values of plays) insertPlays.run(...values);
    }
    db.exec('commit');
  }
  return (rows.length * request.playsPerBatch) / ((performance.now() - started) / 1000);
}

process.on('message', (message: BareRequest & { id: number }) => {
  try {
    process.send?.({ id: message.id, ok: true, value: measure(message) });
  } catch (error) {
    process.send?.({ id: message.id, ok: false, message: String((error as Error).stack) });
  }
});
process.on('disconnect', () => process.exit());
