/**
 * One SQLite connection in a thread of its own, so that no query and no fsync ever runs on the event loop that carries takeovers.
 * Requests are answered in the order in which they arrive. Started only by sqlite.ts.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { takeLockFile } from './lock-file.ts';
import type { WorkerAnswer, WorkerOptions, WorkerRequest, WorkerResult } from './sqlite-messages.ts';

const nothing: WorkerResult = { rows: [], changes: 0 };

/** Prepared statements kept; queries are few and their text repeats. */
const STATEMENTS_KEPT = 400;
/** Rows per statement of a bulk insert: more gains nothing, and 15 columns must stay below SQLite's limit of parameters. */
const ROWS_PER_STATEMENT = 50;

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

function open(options: WorkerOptions): DatabaseSync {
  const db = new DatabaseSync(options.file, { readOnly: options.readOnly, timeout: options.busyTimeoutMs });
  if (!options.readOnly) {
    // Pages of 8 KB (decided when the file is made): journals come in batches of 100 KB, and fewer pages are written for them.
    db.exec('pragma page_size = 8192; pragma journal_mode = wal;');
    db.exec('pragma synchronous = full; pragma journal_size_limit = 67108864;');
  }
  // A checkpoint every 16 MB instead of 4: a storm of records then pays for it seldom.
  db.exec(
    'pragma foreign_keys = on; pragma cache_size = -32768; pragma temp_store = memory; pragma wal_autocheckpoint = 2000;',
  );
  return db;
}

function serve(db: DatabaseSync, begin: string, lock: DatabaseSync | null, port: MessagePort): void {
  const prepared = new Map<string, Prepared>();
  /** The transaction that is meant to be open, and why it is not any more, or never was. */
  let current: number | null = null;
  let broken: Error | null = null;

  /**
   * Statements of a transaction are sent without waiting for each other. When SQLite has ended the transaction by itself (a full
   * disk), or could not begin it, none of those that follow may run: each would be a transaction of its own.
   */
  function assertOpen(transaction: number | null): void {
    if (transaction === null) return;
    if (transaction !== current) throw new Error('This transaction is over');
    if (broken) throw broken;
  }

  /** A statement that made SQLite end the transaction is the reason that all after it are given. */
  function within(transaction: number | null, work: () => WorkerResult): WorkerResult {
    assertOpen(transaction);
    try {
      return work();
    } catch (error) {
      if (transaction !== null && !db.isTransaction) broken = error as Error;
      throw error;
    }
  }

  function beginTransaction(transaction: number | null): void {
    current = transaction;
    broken = null;
    try {
      db.exec(begin);
    } catch (error) {
      broken = error as Error;
      throw error;
    }
  }

  /** A commit that fails leaves nothing open: the next holder is at work already when the failure is known. */
  function commitTransaction(transaction: number | null): void {
    assertOpen(transaction);
    current = null;
    try {
      db.exec('commit');
    } catch (error) {
      rollBack();
      throw error;
    }
  }

  function rollBack(): void {
    // A full disk has rolled back already.
    if (db.isTransaction) db.exec('rollback');
  }

  function prepare(sql: string): Prepared {
    let entry = prepared.get(sql);
    if (entry) prepared.delete(sql);
    else {
      const statement = db.prepare(sql);
      entry = { statement, returnsRows: statement.columns().length > 0 };
      if (prepared.size >= STATEMENTS_KEPT) prepared.delete(prepared.keys().next().value!);
    }
    prepared.set(sql, entry);
    return entry;
  }

  function query(sql: string, parameters: readonly unknown[]): WorkerResult {
    const { statement, returnsRows } = prepare(sql);
    const values = parameters as SQLInputValue[];
    if (returnsRows) return { rows: statement.all(...values), changes: 0 };
    return { rows: [], changes: Number(statement.run(...values).changes) };
  }

  /** `json`: an array of rows, each an array of values. Measured faster than json_each() by a third. */
  function insertMany(head: string, tail: string, columns: number, json: string): WorkerResult {
    const rows = JSON.parse(json) as SQLInputValue[][];
    const row = `(${Array.from({ length: columns }, () => '?').join(',')})`;
    const statementFor = (count: number): string =>
      `${head} values ${Array.from({ length: count }, () => row).join(',')} ${tail}`;
    const full = rows.length < ROWS_PER_STATEMENT ? '' : statementFor(ROWS_PER_STATEMENT);
    let changes = 0;
    for (let i = 0; i < rows.length; i += ROWS_PER_STATEMENT) {
      const count = Math.min(ROWS_PER_STATEMENT, rows.length - i);
      const { statement } = prepare(count === ROWS_PER_STATEMENT ? full : statementFor(count));
      // By hand: a third of what flat() takes.
      const values: SQLInputValue[] = [];
      for (let r = i; r < i + count; r++) for (const value of rows[r]!) values.push(value);
      changes += Number(statement.run(...values).changes);
    }
    return { rows: [], changes };
  }

  function run(request: WorkerRequest): WorkerResult {
    switch (request.op) {
      case 'query':
        return within(request.transaction, () => query(request.sql, request.parameters));
      case 'insertMany':
        return within(request.transaction, () => insertMany(request.head, request.tail, request.columns, request.json));
      case 'begin':
        beginTransaction(request.transaction);
        return nothing;
      case 'commit':
        commitTransaction(request.transaction);
        return nothing;
      case 'rollback':
        if (request.transaction !== current) return nothing;
        current = null;
        rollBack();
        return nothing;
      case 'close':
        if (db.isOpen) db.close();
        if (lock?.isOpen) lock.close();
        return nothing;
    }
  }

  port.on('message', (request: WorkerRequest) => {
    let answer: WorkerAnswer;
    try {
      answer = { id: request.id, ok: true, result: run(request) };
    } catch (error) {
      answer = refusal(request.id, error);
    }
    port.postMessage(answer);
    if (request.op === 'close') port.close();
  });
}

function refusal(id: number, error: unknown): WorkerAnswer {
  const { message, errcode } = error as Error & { errcode?: number };
  return { id, ok: false, message, errcode: errcode ?? null };
}

function start(options: WorkerOptions, port: MessagePort): void {
  try {
    const lock = options.lockFile === null ? null : takeLockFile(options.lockFile);
    serve(open(options), options.readOnly ? 'begin' : 'begin immediate', lock, port);
    port.postMessage({ id: 0, ok: true, result: { rows: [], changes: 0 } } satisfies WorkerAnswer);
  } catch (error) {
    port.postMessage(refusal(0, error));
  }
}

if (parentPort) start(workerData as WorkerOptions, parentPort);
