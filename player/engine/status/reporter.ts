/**
 * Tells the CMS how the player is doing: in full at each connection and every 15 minutes, in between what has changed. A CMS that does
 * not know the message is not told again before the next connection.
 */
import type { Logger } from 'pino';
import {
  fullEveryMs,
  fullAgain,
  fullReport,
  readEveryMs,
  statusDifference,
  type BoardStatus,
  type StatusReport,
} from '../../../shared/protocol/status.ts';
import { codeOf } from '../programmes.ts';

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
  /** The connection for which readings are being taken and told. */
  #looking: number | null = null;
  /** Something changed during that: looked at once more. */
  #again = false;

  constructor(options: ReporterOptions) {
    this.#o = options;
  }

  /** A connection is there. */
  start(): void {
    this.stop();
    const connection = this.#connection;
    void this.#look(connection, 0);
    this.#timer = setInterval(() => void this.#look(connection, readEveryMs), readEveryMs);
  }

  /** Something has changed that does not wait for the next reading. */
  lookNow(): void {
    if (this.#timer) void this.#look(this.#connection, 0);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#told = null;
    this.#connection++;
  }

  /** @param sinceMs since the look before that was due by time, ms; 0: out of turn */
  async #look(connection: number, sinceMs: number): Promise<void> {
    this.#sinceFullMs += sinceMs;
    // Neither a machine that is slow to read nor a CMS that is slow to answer is asked twice at once.
    if (this.#looking === connection) {
      this.#again ||= sinceMs === 0;
      return;
    }
    this.#looking = connection;
    this.#again = false;
    const status = await this.#o.read();
    if (connection === this.#connection) {
      if (this.#told === null) await this.#begin(status, connection);
      else this.#goOn(this.#told, status);
    }
    if (this.#looking !== connection) return;
    this.#looking = null;
    if (this.#again) this.lookNow();
  }

  /** The first report of a connection. One that got no answer, or that a busy CMS refused, is followed by another at the next look. */
  async #begin(status: BoardStatus, connection: number): Promise<void> {
    try {
      await this.#o.send(fullReport(status));
    } catch (error) {
      this.#o.log.debug({ err: error }, 'the CMS does not take the status');
      if (connection === this.#connection && codeOf(error) === 'message_unknown') this.stop();
      return;
    }
    if (connection !== this.#connection) return;
    this.#told = status;
    this.#sinceFullMs = 0;
  }

  #goOn(told: BoardStatus, status: BoardStatus): void {
    if (this.#sinceFullMs >= fullEveryMs) {
      this.#o.tell(fullAgain(told, status));
      this.#told = status;
      this.#sinceFullMs = 0;
      return;
    }
    const changed = statusDifference(told, status);
    if (Object.keys(changed).length === 0) return;
    this.#o.tell({ full: false, status: changed });
    this.#told = { ...told, ...changed };
  }
}
