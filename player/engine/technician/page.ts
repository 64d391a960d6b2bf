/**
 * The technician's page: a field for the code, then the page, over what plays, which goes on beneath and does not count meanwhile. An
 * alert ends it at once, and it ends by itself when nobody touches anything.
 */
import type { FaultCode } from '../../../shared/faults/table.ts';
import type { NoteCode } from '../../../shared/faults/notes.ts';
import type {
  TechnicianAct,
  TechnicianFacts,
  TechnicianSaid,
  TechnicianView,
} from '../../../shared/protocol/technician.ts';
import type { System } from '../system.ts';
import type { CodeDoor } from './code-door.ts';

/** Without a key or a touch the field goes after so long, and the page, ms. */
const fieldIdleMs = 3 * 60_000;
const pageIdleMs = 5 * 60_000;
/** However busy somebody is at the glass, ms. */
const longestMs = 60 * 60_000;
/** The field is not opened again sooner: each time is written down, ms. */
const askedAgainMs = 3_000;
/**
 * So many fields in a row may be left without a code; then the next one waits: a public touch screen is for reading. Forgotten when none
 * has been opened for so long after a wait. ms
 */
const freeFields = 3;
const [firstWaitMs, longestWaitMs] = [60_000, 3_600_000];
const forgottenMs = 3_600_000;
/** The page tells anew so often, ms. */
const refreshMs = 2_000;
/** The test pattern stands alone for so long, ms. */
export const patternMs = 20_000;

export interface TechnicianPageOptions {
  readonly door: CodeDoor;
  readonly system: Pick<System, 'monotonic'>;
  /** What codes are made with; null: this player knows no key of its CMS. `unpaired`: there is nothing to guard yet. */
  readonly key: () => Promise<Uint8Array | 'unpaired' | null>;
  /** The CMS's page that takes the challenge. */
  readonly link: (challenge: string) => string;
  readonly facts: () => Promise<TechnicianFacts>;
  /** What can be done here. */
  readonly acts: () => readonly TechnicianAct[];
  readonly act: (act: TechnicianAct) => void;
  readonly show: (view: TechnicianView | null) => void;
  /** What plays is covered, or no longer. */
  readonly onCover: (covers: boolean) => void;
  readonly onNote: (code: NoteCode, detail: string) => void;
  readonly onFault: (code: FaultCode, detail: string) => void;
  /** Something could not be shown; it is tried again at the next look. */
  readonly onError: (error: unknown) => void;
}

export class TechnicianPage {
  readonly #o: TechnicianPageOptions;
  #state: 'closed' | 'code' | 'open' | 'aside' = 'closed';
  #view: TechnicianView | null = null;
  #openedAt = 0;
  #stirredAt = 0;
  #askedAt = -Infinity;
  /** Of the field that is shown: a code was entered, and other characters have come for which none has been since. */
  #entered = false;
  #changed = false;
  /** Fields in a row into which nobody entered a code, and until when the next one waits. */
  #leftFields = 0;
  #waitsUntil = -Infinity;
  #alerted = false;
  #asking = false;
  #timer: NodeJS.Timeout | null = null;
  #aside: NodeJS.Timeout | null = null;

  constructor(options: TechnicianPageOptions) {
    this.#o = options;
  }

  get covers(): boolean {
    return this.#state !== 'closed';
  }

  /** What somebody at the board's own glass does. */
  hear(said: TechnicianSaid): void {
    this.#stirredAt = this.#o.system.monotonic();
    if (this.#state === 'aside') return this.#back();
    switch (said.what) {
      case 'ask':
        return this.#go(this.#ask());
      case 'code':
        return this.#enter(said.code);
      case 'act':
        return this.#act(said.act);
      case 'close':
        return this.#close('by hand');
      case 'stir':
        return;
    }
  }

  /** An alert is on, or no longer: it has the glass. */
  alerted(on: boolean): void {
    this.#alerted = on;
    if (on) this.#close('an alert');
  }

  /** A stage has come, perhaps one that still shows what an engine before, or this one while it was away, had it show. */
  stageReady(): void {
    this.#o.show(this.#view);
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    if (this.#aside) clearTimeout(this.#aside);
  }

  async #ask(): Promise<void> {
    const now = this.#o.system.monotonic();
    if (this.#state !== 'closed' || this.#alerted || this.#asking) return;
    if (now - this.#askedAt < askedAgainMs || now < this.#waitsUntil) return;
    if (now - this.#waitsUntil >= forgottenMs) this.#leftFields = 0;
    this.#asking = true;
    this.#askedAt = now;
    try {
      const key = await this.#o.key();
      if (this.#alerted) return;
      this.#openedAt = now;
      this.#timer = setInterval(() => this.#tick(), refreshMs);
      if (key === 'unpaired') return this.#open('the player is not paired');
      this.#state = 'code';
      this.#entered = false;
      this.#changed = false;
      this.#o.onCover(true);
      this.#o.onNote('technician_asked', 'the field for the code covers what plays');
      this.#showField(key, false);
    } finally {
      this.#asking = false;
    }
  }

  #showField(key: Uint8Array | null, wrong: boolean): void {
    const challenge = key && this.#o.door.challenge(key);
    const link = challenge === null ? '' : this.#o.link(challenge);
    const before = this.#view?.state === 'code' ? this.#view.challenge : null;
    const isOther = before !== null && before !== challenge;
    this.#changed ||= isOther;
    const { waitMs } = this.#o.door;
    this.#show({ state: 'code', challenge, link, wrong: wrong && !isOther, changed: this.#changed, waitMs });
  }

  #enter(code: string): void {
    if (this.#state !== 'code') return;
    const { door } = this.#o;
    const outcome = door.enter(code);
    this.#entered = true;
    if (outcome === 'right') return this.#open('with the code');
    if (outcome === 'wrong') {
      this.#changed = false;
      const wait = door.waitMs > 0 ? `; none is taken for ${Math.round(door.waitMs / 1000)} s` : '';
      this.#o.onFault('technician_refused', `Wrong code number ${door.wrong} since the last right one${wait}`);
    }
    this.#go(
      this.#o.key().then((key) => {
        if (this.#state === 'code' && key !== 'unpaired') this.#showField(key, outcome === 'wrong');
      }),
    );
  }

  #open(how: string): void {
    this.#state = 'open';
    this.#leftFields = 0;
    this.#o.onCover(true);
    this.#o.onNote('technician_opened', `Opened ${how}; it covers what plays`);
    this.#go(this.#tell());
  }

  #act(act: TechnicianAct): void {
    if (this.#state !== 'open' || !this.#o.acts().includes(act)) return;
    this.#o.onNote('technician_acted', act);
    if (act === 'testPattern') this.#stepAside();
    this.#o.act(act);
    if (act !== 'testPattern') this.#go(this.#tell());
  }

  /** The test pattern has the glass until its time is over, or the page is asked for again. */
  #stepAside(): void {
    this.#state = 'aside';
    this.#show(null);
    this.#aside = setTimeout(() => this.#back(), patternMs);
  }

  #back(): void {
    if (this.#aside) clearTimeout(this.#aside);
    this.#aside = null;
    this.#state = 'open';
    this.#go(this.#tell());
  }

  async #tell(): Promise<void> {
    const facts = await this.#o.facts();
    if (this.#state === 'open') this.#show({ state: 'open', facts, acts: [...this.#o.acts()] });
  }

  #tick(): void {
    const now = this.#o.system.monotonic();
    const idleMs = this.#state === 'code' ? fieldIdleMs : pageIdleMs;
    if (now - this.#stirredAt >= idleMs) return this.#close('nobody touched anything');
    if (now - this.#openedAt >= longestMs) return this.#close('it was open for an hour');
    if (this.#state === 'open') this.#go(this.#tell());
    else if (this.#state === 'code') this.#lookAtField();
  }

  /** A challenge that has run out, or a wait that has begun or ended, is shown. */
  #lookAtField(): void {
    const view = this.#view;
    this.#go(
      this.#o.key().then((key) => {
        if (this.#state !== 'code' || key === 'unpaired' || view?.state !== 'code' || view !== this.#view) return;
        const challenge = key && this.#o.door.challenge(key);
        if (challenge !== view.challenge || view.waitMs > 0) this.#showField(key, view.wrong);
      }),
    );
  }

  #close(why: string): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'code' && !this.#entered && !this.#alerted) this.#leaveField();
    this.close();
    const seconds = Math.round((this.#o.system.monotonic() - this.#openedAt) / 1000);
    this.#o.onNote('technician_closed', `Closed after ${seconds} s: ${why}`);
    this.#state = 'closed';
    this.#show(null);
    this.#o.onCover(false);
  }

  #leaveField(): void {
    const over = ++this.#leftFields - freeFields;
    const waitMs = over < 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** over);
    this.#waitsUntil = this.#o.system.monotonic() + waitMs;
  }

  #go(work: Promise<void>): void {
    work.catch(this.#o.onError);
  }

  #show(view: TechnicianView | null): void {
    this.#view = view;
    this.#o.show(view);
  }
}
