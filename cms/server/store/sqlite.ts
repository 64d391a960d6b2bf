/**
 * Kysely's SQLite dialect over node:sqlite in worker threads. A connection is a thread and serves one holder at a time, so a
 * transaction has its connection to itself and other writers queue behind it.
 */
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
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

class SqliteConnection implements DatabaseConnection {
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

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const [first] = query.parameters;
    const result =
      first instanceof BulkRows
        ? await this.request({
            op: 'insertMany',
            head: query.sql,
            tail: first.tail,
            columns: first.columns,
            json: first.json,
          })
        : await this.request({ op: 'query', sql: query.sql, parameters: query.parameters });
    return { rows: result.rows as R[], numAffectedRows: BigInt(result.changes) };
  }

  // eslint-disable-next-line require-yield
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new StoreError('store_unsupported', 'Page through large results by key instead of streaming them');
  }

  async close(): Promise<void> {
    const isOpen = await this.opened.then(
      () => !this.#dead,
      () => false,
    );
    if (isOpen) await this.request({ op: 'close' });
    await this.#worker.terminate();
  }
}

class SqliteDriver implements Driver {
  readonly #options: WorkerOptions;
  readonly #count: number;
  #all: SqliteConnection[] = [];
  readonly #free: SqliteConnection[] = [];
  readonly #queue: ((connection: SqliteConnection) => void)[] = [];

  constructor(options: WorkerOptions, count: number) {
    this.#options = options;
    this.#count = count;
  }

  async init(): Promise<void> {
    this.#all = Array.from({ length: this.#count }, () => new SqliteConnection(this.#options));
    try {
      await Promise.all(this.#all.map((connection) => connection.opened));
    } catch (error) {
      await this.destroy();
      throw error;
    }
    this.#free.push(...this.#all);
  }

  acquireConnection(): Promise<DatabaseConnection> {
    const connection = this.#free.pop();
    if (connection) return Promise.resolve(connection);
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    const next = this.#queue.shift();
    if (next) next(connection as SqliteConnection);
    else this.#free.push(connection as SqliteConnection);
    return Promise.resolve();
  }

  /** Not waited for: the first statement follows at once, and is refused when the transaction could not begin. */
  beginTransaction(connection: DatabaseConnection): Promise<void> {
    (connection as SqliteConnection).request({ op: 'begin' }).catch(() => undefined);
    return Promise.resolve();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as SqliteConnection).request({ op: 'commit' });
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as SqliteConnection).request({ op: 'rollback' });
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#all.map((connection) => connection.close()));
  }
}

/** @param count connections, each a thread; a writer has one */
export function sqliteDialect(options: WorkerOptions, count: number): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(options, count),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
