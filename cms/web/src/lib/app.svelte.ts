/** What every part of the page shares, built once in main.ts and handed down by context. */
import { createContext, tick } from 'svelte';
import {
  me,
  setupCheck,
  type Me,
  type Role,
  type setupRequest,
  type signInRequest,
} from '../../../../shared/protocol/api/accounts.ts';
import { linkCheck, linkUsed, type linkUse } from '../../../../shared/protocol/api/users.ts';
import type { Unit } from '../../../../shared/protocol/api/units.ts';
import { actionsOf, roleAllows, type Action } from '../../../../shared/protocol/rights.ts';
import type { z } from 'zod';
import { createApi, ApiError, type Api } from './api.ts';
import { Live } from './live.svelte.ts';
import { Toasts } from './toasts.svelte.ts';

export class Session {
  /** Who the CMS says is there. undefined: not asked yet; null: nobody is signed in. */
  me = $state.raw<Me | null | undefined>(undefined);
  /**
   * Whose pages are built. They stay, out of reach, after the session has ended or a second factor is asked for, so that
   * what was being typed is there when the same person has signed in again.
   */
  holder = $state.raw<Me | null>(null);
  /** The CMS could not be asked. */
  error = $state.raw<ApiError | null>(null);

  /** Whoever the pages are built for, or is on the way in. */
  get signedIn(): Me {
    const person = this.holder ?? this.me;
    if (!person) throw new Error('Nobody is signed in');
    return person;
  }

  /** The pages are there, and nobody may get at them: the same person has to sign in again, or show the second factor. */
  get locked(): boolean {
    return this.holder !== null && !this.open;
  }

  /** Whether the session opens more than what leads to its second factor. */
  get open(): boolean {
    return this.me?.secondFactor === 'none' || this.me?.secondFactor === 'passed';
  }

  /** Takes what the CMS said. Pages of another person go. */
  take(next: Me | null): void {
    this.me = next;
    if (next && this.open) this.holder = next;
    else if (next && next.user.id !== this.holder?.user.id) this.holder = null;
  }

  /** The person leaves: nothing stays for anybody. */
  leave(): void {
    this.me = null;
    this.holder = null;
  }

  /** Whether one of the person's roles allows it somewhere. The CMS decides where; this only leaves out what never works. */
  may(action: Action): boolean {
    return this.holder?.grants.some((grant) => roleAllows(grant.role, action)) === true;
  }

  /** Whether the person may do there all that the role allows, and so hand it on. */
  holdsAt(role: Role, unitId: string, units: readonly Unit[]): boolean {
    return (
      this.mayAt('user.manage', unitId, units) && actionsOf(role).every((action) => this.mayAt(action, unitId, units))
    );
  }

  /** Whether it is allowed on all units there are. */
  mayEverywhere(action: Action, units: readonly Unit[]): boolean {
    const roots = units.filter(({ parentId }) => parentId === null);
    return roots.length > 0 && roots.every(({ id }) => this.mayAt(action, id, units));
  }

  /** Whether it is allowed on this unit: by a role on the unit itself or on one above it. */
  mayAt(action: Action, unitId: string, units: readonly Unit[]): boolean {
    const parents = new Map(units.map((unit) => [unit.id, unit.parentId]));
    const above = new Set<string>();
    for (let id: string | null = unitId; id !== null && !above.has(id); id = parents.get(id) ?? null) above.add(id);
    return this.holder?.grants.some((grant) => above.has(grant.unitId) && roleAllows(grant.role, action)) === true;
  }
}

/** Something unsaved on a page, which would be lost with it. */
export interface Unsaved {
  /** Asks the person. @returns whether they leave all the same */
  ask(): Promise<boolean>;
  /** They have left: it is given up. */
  giveUp(): void;
}

export class App {
  readonly unsaved = new Set<Unsaved>();
  readonly session = new Session();
  readonly live: Live;
  readonly toasts = new Toasts();
  readonly api: Api;
  /** This computer's clock, ms UTC, moved on every second. */
  now = $state(Date.now());

  constructor(fetch: typeof globalThis.fetch, live = new Live()) {
    this.live = live;
    // What the person may do has changed, or the CMS has ended the connection: perhaps the session too.
    this.live.on('accountChangedV1', () => void this.start());
    this.live.onEnded(() => void this.start());
    this.api = createApi({
      fetch,
      csrfToken: () => this.session.me?.csrfToken ?? null,
      onSignedOut: () => this.#take(null),
      onHeldUp: () => this.start(),
    });
  }

  /** Finds out who is signed in. */
  async start(): Promise<void> {
    this.session.error = null;
    try {
      this.#take((await this.api.get('/api/session', me.optional())) ?? null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.session.error = error;
    }
  }

  /** Moves `now` on until the returned function is called. */
  tick(): () => void {
    const timer = setInterval(() => {
      this.now = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  }

  async signIn(input: z.infer<typeof signInRequest>): Promise<void> {
    this.#take(await this.api.post('/api/session', me, input));
  }

  async setUp(input: z.infer<typeof setupRequest>): Promise<void> {
    this.#take(await this.api.post('/api/setup', me, input));
  }

  /** Whether the link of the first set-up still opens. @throws ApiError `setup_done`, `setup_link_invalid` */
  async checkSetUp(token: string): Promise<void> {
    await this.api.post('/api/setup/check', setupCheck, { token });
  }

  /** Whom a one-time link is for. @throws ApiError `link_used`, `link_expired`, `link_replaced`, `link_unknown` */
  checkLink(token: string): Promise<z.infer<typeof linkCheck>> {
    return this.api.post('/api/account-links/check', linkCheck, { token });
  }

  /** Chooses a password by a one-time link, which signs the person in. */
  async useLink(input: z.infer<typeof linkUse>): Promise<void> {
    this.#take((await this.api.post('/api/account-links/use', linkUsed, input)).me);
  }

  /** Shows the second factor, by a code of the app or a recovery code. */
  async proveSecondFactor(code: string): Promise<void> {
    this.#take(await this.api.post('/api/session/second-factor', me, { code }));
  }

  /** Signs out everywhere, here too. */
  async signOutEverywhere(): Promise<void> {
    await this.api.remove('/api/account/sessions');
    this.#leave();
  }

  /** Asks first where something is unsaved; while the pages are out of reach whoever calls it has asked, as nothing beneath can be answered. */
  async signOut(): Promise<void> {
    const unsaved = [...this.unsaved];
    if (!this.session.locked) for (const each of unsaved) if (!(await each.ask())) return;
    await this.api.remove('/api/session');
    for (const each of unsaved) each.giveUp();
    // What a page does when it goes is by what was there before: it has to see that nothing is left to keep.
    await tick();
    this.#leave();
  }

  #take(next: Me | null): void {
    this.session.take(next);
    if (next && this.session.open) this.live.open();
    else this.live.close();
  }

  #leave(): void {
    this.session.leave();
    this.live.close();
    this.toasts.clear();
  }
}

export const [useApp, provideApp] = createContext<App>();
