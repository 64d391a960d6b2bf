/**
 * Kysely's SQLite dialect over node:sqlite in worker threads. A connection is a thread and serves one holder at a time, so a
 * transaction has its connection to itself and other writers queue behind it.
 */
import type { CompiledQuery } from 'kysely';
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  type SelectModifierNode,
} from 'kysely';
import { Worker } from 'node:worker_threads';
import { StoreError } from './errors.ts';
import type { WorkerAnswer, WorkerOptions, WorkerRequest, WorkerResult } from './sqlite-messages.ts';

type Without<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The only parameter of a bulk insert; see store.ts insertMany. */
export class BulkRows {
  readonly tail: string;
  readonly columns: number;
  readonly json: string;
  constructor(tail: string, columns: number, json: string) {
    this.tail = tail;
    this.columns = columns;
    this.json = json;
  }
}

/** One thread with one SQLite connection (sqlite-worker.ts). */
class SqliteThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(result: WorkerResult): void; reject(error: Error): void }>();
  #nextId = 1;
  #dead: Error | null = null;
  readonly opened: Promise<unknown>;

  constructor(options: WorkerOptions) {
    this.opened = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }));
    this.#worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData: options, execArgv: [] });
    this.#worker.on('message', (answer: WorkerAnswer) => {
      const entry = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.ok) entry?.resolve(answer.result);
      else entry?.reject(StoreError.sqlite(answer.message, answer.errcode));
    });
    this.#worker.on('error', (error) => this.#die(error as Error));
    this.#worker.on('exit', () => this.#die(new StoreError('store_closed', 'The database is closed')));
  }

  #die(error: Error): void {
    this.#dead ??= error;
    for (const entry of this.#waiting.values()) entry.reject(this.#dead);
    this.#waiting.clear();
  }

  request(request: Without<WorkerRequest>): Promise<WorkerResult> {
    if (this.#dead) return Promise.reject(this.#dead);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id });
    });
  }

  async close(): Promise<void> {
    const isOpen = await this.opened.then(
      () => !this.#dead,
      () => false,
    );
    if (isOpen) await this.request({ transaction: null, op: 'close' });
    await this.#worker.terminate();
  }
}

/** Whoever writes has the whole database to itself, so «for update» and «for share» hold already; SQLite has no words for them. */
class Compiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier !== 'ForUpdate' && node.modifier !== 'ForShare') super.visitSelectModifier(node);
  }
}

/** A thread lent to one holder: for a single statement, or from a transaction's begin to its commit. */
class SqliteConnection implements DatabaseConnection {
  readonly thread: SqliteThread;
  /** Of the transaction that this holder has begun. */
  transaction: number | null = null;
  /** Whether the thread went to the next holder with this one's commit. */
  handedOn = false;

  constructor(thread: SqliteThread) {
    this.thread = thread;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const [first] = query.parameters;
    const result =
      first instanceof BulkRows
        ? await this.thread.request({
            transaction: this.transaction,
            op: 'insertMany',
            head: query.sql,
            tail: first.tail,
            columns: first.columns,
            json: first.json,
          })
        : await this.thread.request({
            transaction: this.transaction,
            op: 'query',
            sql: query.sql,
            parameters: query.parameters,
          });
    return { rows: result.rows as R[], numAffectedRows: BigInt(result.changes) };
  }

  // eslint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new StoreError('store_unsupported', 'Page through large results by key instead of streaming them');
  }
}

class SqliteDriver implements Driver {
  readonly #options: WorkerOptions;
  readonly #count: number;
  #all: SqliteThread[] = [];
  readonly #free: SqliteThread[] = [];
  readonly #queue: ((thread: SqliteThread) => void)[] = [];
  #transactions = 0;

  constructor(options: WorkerOptions, count: number) {
    this.#options = options;
    this.#count = count;
  }

  async init(): Promise<void> {
    this.#all = Array.from({ length: this.#count }, () => new SqliteThread(this.#options));
    try {
      await Promise.all(this.#all.map((thread) => thread.opened));
    } catch (error) {
      await this.destroy();
      throw error;
    }
    this.#free.push(...this.#all);
  }

  async acquireConnection(): Promise<SqliteConnection> {
    const thread = this.#free.pop() ?? (await new Promise<SqliteThread>((resolve) => this.#queue.push(resolve)));
    return new SqliteConnection(thread);
  }

  releaseConnection(connection: SqliteConnection): Promise<void> {
    if (!connection.handedOn) this.#handOn(connection);
    return Promise.resolve();
  }

  #handOn(connection: SqliteConnection): void {
    connection.handedOn = true;
    const next = this.#queue.shift();
    if (next) next(connection.thread);
    else this.#free.push(connection.thread);
  }

  /** Not waited for: the first statement follows at once, and is refused when the transaction could not begin. */
  beginTransaction(connection: SqliteConnection): Promise<void> {
    connection.transaction = ++this.#transactions;
    connection.thread.request({ transaction: connection.transaction, op: 'begin' }).catch(() => undefined);
    return Promise.resolve();
  }

  /**
   * The next holder gets the thread as soon as the commit is sent: its requests come after it, and the thread has work while
   * the disk and this event loop take their time.
   */
  async commitTransaction(connection: SqliteConnection): Promise<void> {
    const committed = connection.thread.request({ transaction: connection.transaction, op: 'commit' });
    this.#handOn(connection);
    await committed;
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    await connection.thread.request({ transaction: connection.transaction, op: 'rollback' });
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#all.map((thread) => thread.close()));
  }
}

/** @param count connections, each a thread; a writer has one */
export function sqliteDialect(options: WorkerOptions, count: number): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(options, count),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new Compiler(),
  };
}
