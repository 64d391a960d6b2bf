/** What sqlite.ts and its worker threads say to each other. */
export interface WorkerOptions {
  readonly file: string;
  readonly readOnly: boolean;
  readonly busyTimeoutMs: number;
  /** Held as long as the connection is open, so that no second process takes the same folder; null: not held. */
  readonly lockFile: string | null;
}

export type WorkerRequest = {
  readonly id: number;
  /** The transaction that it belongs to; null: none. A request of a transaction that is over, or never began, is refused. */
  readonly transaction: number | null;
} & (
  | { readonly op: 'query'; readonly sql: string; readonly parameters: readonly unknown[] }
  | {
      readonly op: 'insertMany';
      readonly head: string;
      readonly tail: string;
      readonly columns: number;
      readonly json: string;
    }
  /** Nobody waits for its answer: when it fails, the requests that follow are refused with the same error. */
  | { readonly op: 'begin' }
  | { readonly op: 'commit' }
  | { readonly op: 'rollback' }
  | { readonly op: 'close' }
);

export interface WorkerResult {
  readonly rows: unknown[];
  readonly changes: number;
}

/** Answer 0 says that the database is open. */
export type WorkerAnswer =
  | { readonly id: number; readonly ok: true; readonly result: WorkerResult }
  | { readonly id: number; readonly ok: false; readonly message: string; readonly errcode: number | null };
