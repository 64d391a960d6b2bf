/** The technician's page on this board: its parts, what it is opened with, what it tells and what can be done there. */
import type { Logger } from 'pino';
import { timeAnswer } from '../../../shared/protocol/link.ts';
import type { JournalBody } from '../../../shared/protocol/journal.ts';
import type { Certificate } from '../../../shared/protocol/programme.ts';
import { codeKey } from '../../../shared/protocol/technician-code.ts';
import type { TechnicianAct } from '../../../shared/protocol/technician.ts';
import type { BoardLink } from '../board-link.ts';
import type { Clock } from '../clock.ts';
import type { CmsHttp, Credentials } from '../cms-http.ts';
import type { DataUse } from '../data-use.ts';
import type { Documents } from '../documents.ts';
import type { Faults } from '../faults.ts';
import type { Glass } from '../glass.ts';
import type { Identity } from '../identity.ts';
import type { Overlay } from '../overlay.ts';
import type { Programmes } from '../programmes.ts';
import type { Screen } from '../screen/screen.ts';
import type { Machine } from '../status/machine.ts';
import type { Store } from '../store.ts';
import type { System } from '../system.ts';
import { CodeDoor } from './code-door.ts';
import { Facts, type OwnFacts } from './facts.ts';
import { SpeedTest } from './line.ts';
import { patternMs, TechnicianPage } from './page.ts';

export interface TechnicianOptions {
  readonly store: Store;
  readonly system: System;
  readonly clock: Clock;
  readonly http: CmsHttp;
  readonly credentials: () => Credentials;
  readonly identity: Identity;
  readonly documents: Documents;
  readonly programmes: Programmes;
  readonly certificate: () => Certificate | null;
  readonly machine: Pick<Machine, 'read'>;
  readonly dataUse: DataUse;
  readonly dataDir: string;
  readonly app: string;
  readonly screen: Screen;
  readonly overlay: Overlay;
  readonly glass: () => Glass | null;
  readonly link: () => BoardLink | null;
  readonly faults: Faults;
  /** Has another engine started in place of this one; null: nobody does. */
  readonly restart: (() => void) | null;
  /** What plays is covered, or no longer. */
  readonly onCover: () => void;
  readonly onRecord: (record: JournalBody) => void;
  readonly log: Logger;
  /** The engine ends. */
  readonly signal: AbortSignal;
}

export class Technician {
  readonly page: TechnicianPage;
  readonly #o: TechnicianOptions;
  readonly #speed: SpeedTest;

  constructor(options: TechnicianOptions) {
    this.#o = options;
    const { credentials, dataDir, dataUse, faults, glass, http, identity, log, machine, store, system } = options;
    const monotonic = (): number => system.monotonic();
    this.#speed = new SpeedTest({
      http,
      credentials,
      spent: () => dataUse.spent,
      onBytes: () => void dataUse.look(),
      monotonic,
    });
    const facts = new Facts({
      dataDir,
      machine,
      own: () => this.#own(),
      call: () => http.json('GET', '/api/board/time', timeAnswer, options.signal),
      monotonic,
    });
    this.page = new TechnicianPage({
      door: new CodeDoor({ store, system }),
      system,
      key: () => this.#key(),
      link: (challenge) => `${http.cms}/boards/${identity.paired?.boardId}?technician=${challenge}`,
      facts: () => facts.gather(),
      acts: () => this.#acts(),
      act: (act) => this.#act(act),
      show: (view) => glass()?.showTechnician(view),
      onCover: options.onCover,
      onNote: (code, detail) => {
        log.info({ code, detail }, 'the technician’s page');
        options.onRecord({ type: 'faultRaised', code, detail });
      },
      onFault: (code, detail) => faults.raise(code, detail),
      onError: (error) => log.warn({ err: error }, 'the technician’s page cannot be shown'),
    });
  }

  close(): void {
    this.#speed.stop();
    this.page.close();
  }

  async #key(): Promise<Uint8Array | 'unpaired' | null> {
    const { identity, documents } = this.#o;
    const { paired, key } = identity;
    if (paired === null) return 'unpaired';
    const cmsKey = documents.programmeKey;
    if (cmsKey === null) return null;
    return codeKey(await key.secretWith(cmsKey), { boardId: paired.boardId, deviceKey: key.x, cmsKey });
  }

  /** A player that is not paired shows its code whatever else is called for, and the CMS would not know who tests the line. */
  #acts(): TechnicianAct[] {
    const speed: TechnicianAct = this.#speed.speed.state === 'running' ? 'endSpeed' : 'speed';
    const paired: TechnicianAct[] = this.#o.http.cms === '' ? ['testPattern'] : [speed, 'testPattern'];
    return [...(this.#o.identity.paired ? paired : []), 'reload', ...(this.#o.restart ? (['restart'] as const) : [])];
  }

  #act(act: TechnicianAct): void {
    const { glass, log, overlay, restart } = this.#o;
    switch (act) {
      case 'speed':
        return this.#speed.start();
      case 'endSpeed':
        return this.#speed.stop();
      case 'testPattern':
        return overlay.run({ name: 'testPattern', durationMs: patternMs });
      case 'reload':
        glass()
          ?.reload()
          .catch((error: unknown) => log.warn({ err: error }, 'the page did not come back'));
        return;
      case 'restart':
        return restart?.();
    }
  }

  #own(): OwnFacts {
    const { app, certificate, clock, dataUse, faults, http, identity, programmes, screen, system } = this.#o;
    const { paired } = identity;
    const link = this.#o.link();
    const { boardName, unitName, place, zone } = certificate() ?? unnamed;
    const version = programmes.active?.manifest.version;
    const { progress } = programmes;
    const { driver, off, why } = screen.readings;
    return {
      mb: dataUse.mb,
      connected: link?.connected === true && link.refusal === null,
      refusal: link?.refusal ?? null,
      sinceMs: link && system.monotonic() - link.since,
      pairing: {
        cms: http.cms,
        app,
        os: null,
        board: paired && { boardId: paired.boardId, boardName, unitName, place },
        programme: version ? `${version.epoch}.${version.counter}` : null,
      },
      clock: { state: clock.state(), now: clock.now(), zone, offsetMs: clock.offsetMs() },
      faults: [...faults.recent],
      downloads: progress && { missing: progress.missing, errorCode: progress.errorCode },
      screen: { driver: driver ?? null, on: screen.told.screenOn, off: off ?? false, why: why ?? null },
      speed: this.#speed.speed,
    };
  }
}

const unnamed = { boardName: '', unitName: '', place: '', zone: 'Asia/Ho_Chi_Minh' };
