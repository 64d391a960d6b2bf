/**
 * Journals of identities that this player had before: what they still hold goes to the old board under the old key, over a
 * connection that may do nothing else. When all is delivered the old key is forgotten.
 */
import type { Logger } from 'pino';
import type { FaultCode } from '../../shared/faults/table.ts';
import { CmsHttp, type CmsClock } from './cms-http.ts';
import { Courier } from './courier.ts';
import { openDeviceKey, type FormerIdentity, type Identity } from './identity.ts';
import type { Journal } from './journal.ts';
import { Link } from './link.ts';
import type { System } from './system.ts';

export interface FormerJournalsOptions {
  readonly identity: Identity;
  readonly journal: Journal;
  readonly system: System;
  readonly log: Logger;
  readonly onFault: (code: FaultCode, detail: string) => void;
}

/** What one CMS says the time is, by its last answer. */
function timeOf(system: System): CmsClock {
  let ahead = system.now() - system.monotonic();
  return {
    now: () => Math.round(system.monotonic() + ahead),
    sample(cmsNow, sent, received) {
      ahead = cmsNow + (received - sent) / 2 - received;
      return null;
    },
  };
}

/** How often to see whether all is delivered, ms. */
const lookMs = 2_000;

export class FormerJournals {
  readonly #o: FormerJournalsOptions;
  readonly #running: { link: Link; courier: Courier; timer: NodeJS.Timeout }[] = [];

  constructor(options: FormerJournalsOptions) {
    this.#o = options;
  }

  start(): void {
    for (const former of this.#o.identity.former) this.#deliver(former);
  }

  #deliver(former: FormerIdentity): void {
    const { identity, journal, system, log, onFault } = this.#o;
    const key = openDeviceKey(former.key);
    const journals = () => journal.undelivered(key.x);
    // Its time is for its own tokens: a CMS that is no longer ours does not set this board's clock.
    const http = new CmsHttp(former.cms, timeOf(system), system, () => undefined);
    const link: Link = new Link({
      http,
      credentials: { boardId: former.boardId, key },
      journalOnly: () => true,
      // Nobody waits for an alert on it.
      isMetered: () => Promise.resolve(true),
      system,
      log,
      onConnect: () => {
        courier.wake();
        return Promise.resolve();
      },
      onDisconnect: () => undefined,
      onRefused: (code) => log.warn({ code, boardId: former.boardId }, 'the former board is not let in'),
      // This connection is for delivering only.
      onMessage: () => Promise.resolve(),
      onInvalid: () => undefined,
    });
    const courier = new Courier({
      journal,
      link: () => link,
      key: () => key,
      journals,
      onBroken: (journalId, code) => {
        journal.markForked(journalId, code);
        onFault(code, `Former journal ${journalId}`);
      },
      system,
      log,
    });
    const timer = setInterval(() => {
      try {
        if (journals().length > 0) return courier.wake();
        clearInterval(timer);
        link.close();
        identity.forgetFormer(former.journalId);
      } catch (error) {
        // A failing disk: looked at again, or forgotten at the next start.
        log.error({ err: error, boardId: former.boardId }, 'a former journal cannot be looked after');
      }
    }, lookMs);
    this.#running.push({ link, courier, timer });
    if (journals().length > 0) link.start();
  }

  async close(): Promise<void> {
    for (const { link, courier, timer } of this.#running) {
      clearInterval(timer);
      link.close();
      await courier.close();
    }
  }
}
