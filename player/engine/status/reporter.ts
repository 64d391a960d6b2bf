/**
 * Tells the CMS how the player is doing: in full at each connection and every 15 minutes, in between what has changed. A CMS that does
 * not know the message is not told again before the next connection.
 */
import type { Logger } from 'pino';
import {
  fullEveryMs,
  fullReport,
  readEveryMs,
  statusDifference,
  type BoardStatus,
  type StatusReport,
} from '../../../shared/protocol/status.ts';

export interface ReporterOptions {
  /** Takes all readings; never throws. */
  readonly read: () => Promise<BoardStatus>;
  /** Sends and waits for the answer. Rejects with the code of the refusal. */
  readonly send: (report: StatusReport) => Promise<unknown>;
  /** Sends; the connection sees to its order, and who loses it is told in full at the next. */
  readonly tell: (report: StatusReport) => void;
  readonly log: Logger;
}

export class StatusReporter {
  readonly #o: ReporterOptions;
  #timer: NodeJS.Timeout | null = null;
  #told: BoardStatus | null = null;
  #sinceFullMs = 0;
  /** Counts connections: what was read for one is not told to the next. */
  #connection = 0;
  #reading = false;

  constructor(options: ReporterOptions) {
    this.#o = options;
  }

  /** A connection is there. */
  start(): void {
    this.stop();
    void this.#begin(this.#connection);
    this.#timer = setInterval(() => void this.#look(this.#connection), readEveryMs);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#told = null;
    this.#connection++;
  }

  async #begin(connection: number): Promise<void> {
    const status = await this.#o.read();
    if (connection !== this.#connection) return;
    try {
      await this.#o.send(fullReport(status));
      if (connection !== this.#connection) return;
      this.#told = status;
      this.#sinceFullMs = 0;
    } catch (error) {
      this.#o.log.debug({ err: error }, 'the CMS does not take the status');
      if (connection === this.#connection) this.stop();
    }
  }

  async #look(connection: number): Promise<void> {
    // A machine that takes longer to be read than readings are apart is not asked twice at once.
    if (this.#reading || this.#told === null) return;
    this.#reading = true;
    const status = await this.#o.read().finally(() => (this.#reading = false));
    if (connection !== this.#connection || this.#told === null) return;
    this.#sinceFullMs += readEveryMs;
    if (this.#sinceFullMs >= fullEveryMs) {
      this.#o.tell(fullReport(status));
      this.#told = status;
      this.#sinceFullMs = 0;
      return;
    }
    const changed = statusDifference(this.#told, status);
    if (Object.keys(changed).length === 0) return;
    this.#o.tell({ full: false, status: changed });
    this.#told = { ...this.#told, ...changed };
  }
}
