/**
 * The conversation with the CMS: greets with the cursors, takes what comes, tells what became of it. Whatever it takes goes
 * through one queue, so that no two documents are checked against the same cursor at once. Nothing here stops the board from
 * playing: what cannot be said now is said after the next connection.
 */
import type { Logger } from 'pino';
import type { FaultCode } from '../../shared/faults/table.ts';
import type { HostKind } from '../../shared/protocol/journal.ts';
import type {
  boardMessages,
  cmsMessages,
  CmsMessage,
  RequestOf,
  SentOf,
  SignedDismissal,
} from '../../shared/protocol/link.ts';
import type { BoardStatus } from '../../shared/protocol/status.ts';
import type { Clock, ClockStep } from './clock.ts';
import type { CommandEnd, Commands } from './commands.ts';
import type { CmsHttp } from './cms-http.ts';
import { Courier } from './courier.ts';
import type { Documents } from './documents.ts';
import type { Identity } from './identity.ts';
import type { Journal } from './journal.ts';
import { Link } from './link.ts';
import { codeOf, type ProgrammeProgress, type Programmes } from './programmes.ts';
import { StatusReporter } from './status/reporter.ts';
import type { System } from './system.ts';
import type { Taken, Takeovers } from './takeovers.ts';

export type BoardState = RequestOf<typeof boardMessages.stateChangedV1>;

/** Live state is sent at most this often, ms. */
const stateEveryMs = 1_000;
/** The clock is sampled this often while connected, ms. */
export const sampleEveryMs = 3_600_000;
/** A new connection asks sooner, and then after twice as long each time: how fast this machine's time runs is soon known. */
export const firstSampleMs = 60_000;
/** A board that was replaced asks again whether it still is, ms. */
const askAgainMs = 600_000;
/** What is missing is asked for within this time, ms: all boards notice at once. */
const greetSpreadMs = 10_000;

export interface BoardLinkOptions {
  readonly http: CmsHttp;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly documents: Documents;
  readonly programmes: Programmes;
  readonly takeovers: Takeovers;
  readonly commands: Commands;
  readonly journal: Journal;
  readonly app: string;
  readonly host: () => HostKind;
  /** Somebody pays for each byte, whatever the readings say. */
  readonly metered: () => boolean;
  /** Takes all readings; never throws. */
  readonly readStatus: () => Promise<BoardStatus>;
  /** How the machine reaches the network; never throws. */
  readonly readNetworkKind: () => Promise<BoardStatus['net']>;
  /** There may be keys now that prove who this board is. */
  readonly onKeyList: () => Promise<void>;
  /** The takeovers have changed. */
  readonly onTakeovers: () => void;
  readonly onClockStep: (step: ClockStep) => void;
  /** Another player speaks for the board, or none; the CMS has signed it. What it throws is tried again at the next refusal. */
  readonly onDismissed: () => void;
  readonly onJournalBroken: (journalId: string, code: FaultCode) => void;
  readonly onFault: (code: FaultCode, detail: string) => void;
  readonly system: System;
  readonly log: Logger;
}

export class BoardLink {
  readonly #o: BoardLinkOptions;
  readonly #link: Link;
  readonly #courier: Courier;
  readonly #status: StatusReporter;
  #queue: Promise<void> = Promise.resolve();
  #state: BoardState | null = null;
  #sentState = '';
  #stateTimer: NodeJS.Timeout | null = null;
  #sampleTimer: NodeJS.Timeout | null = null;
  readonly #telling = new Set<'takeovers' | 'commands'>();
  /** Another player was paired with the board: this one may only deliver its journal. */
  #replaced = false;
  #retryTimer: NodeJS.Timeout | null = null;
  #greetTimer: NodeJS.Timeout | null = null;

  constructor(boardId: string, options: BoardLinkOptions) {
    this.#o = options;
    const { http, identity, system, log } = options;
    // Who cannot tell has a cable or a network of the house.
    let network: BoardStatus['net'] = null;
    const isMetered = (net: BoardStatus['net']): boolean => options.metered() || net === 'mobile';
    this.#link = new Link({
      http,
      credentials: { boardId, key: identity.key },
      journalOnly: () => this.#replaced,
      isMetered: async () => {
        if (options.metered()) return true;
        network = await options.readNetworkKind();
        return isMetered(network);
      },
      system,
      log,
      onConnect: () => this.#connected(),
      onDisconnect: () => this.#disconnected(),
      onRefused: (code, dismissal) => {
        log.warn({ code }, 'the CMS does not let this board in');
        if (code !== 'device_replaced' || this.#replaced) return;
        if (dismissal) void this.#inOrder(() => this.#leave(dismissal));
        else this.#deliverOnly();
      },
      onMessage: (name, request) => this.#inOrder(() => this.#receive(name, request)),
      onInvalid: (name) => options.onFault('message_invalid', name),
    });
    this.#status = new StatusReporter({
      read: async () => {
        const status = await options.readStatus();
        // A machine that cannot tell just now is where it was.
        network = status.net ?? network;
        this.#link.setMetered(isMetered(network));
        return status;
      },
      send: (report) => this.#link.send('statusReportedV1', report),
      tell: (report) => this.#link.tell('statusReportedV1', report),
      log,
    });
    this.#courier = new Courier({
      journal: options.journal,
      link: () => this.#link,
      key: () => identity.key,
      journals: () => options.journal.undelivered(identity.key.x),
      onBroken: options.onJournalBroken,
      system,
      log,
    });
  }

  get connected(): boolean {
    return this.#link.connected;
  }

  /** Why the board is not let in, as `Link` says it, also where only its journal is; null: it is, or nothing is known. */
  get refusal(): string | null {
    return this.#replaced ? 'device_replaced' : this.#link.refusal;
  }

  /** Since when it is so, by monotonic time. */
  get since(): number {
    return this.#link.since;
  }

  start(): void {
    this.#link.start();
  }

  /** @param graceMs how long to wait for records that are on their way, ms */
  async close(graceMs: number): Promise<void> {
    this.#disconnected();
    for (const timer of [this.#stateTimer, this.#retryTimer, this.#greetTimer]) if (timer) clearTimeout(timer);
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([this.#courier.idle(), grace]);
    clearTimeout(timer);
    this.#link.close();
    await this.#courier.close();
    await this.#queue;
  }

  /** Something may be there to deliver. */
  deliver(): void {
    this.#courier.wake();
  }

  /** How the player is doing has changed, and does not wait for the next reading. */
  tellStatus(): void {
    this.#status.lookNow();
  }

  /** What is on the board now. */
  setState(state: BoardState): void {
    this.#state = state;
    this.#stateTimer ??= setTimeout(() => {
      this.#stateTimer = null;
      this.#sendState();
    }, stateEveryMs);
  }

  tellProgrammeProgress(progress: ProgrammeProgress): void {
    this.#tell('programmeProgressedV1', progress);
  }

  /** Tells what became of commands, as far as it has not been told. */
  tellCommands(): void {
    this.#tellAll('commands', () => this.#tellCommands());
  }

  /** Tells what became of takeovers, as far as it has not been told. */
  tellTakeovers(): void {
    this.#tellAll('takeovers', () => this.#tellTakeovers());
  }

  /** What is not said now is said after the next connection. */
  #tellAll(what: 'takeovers' | 'commands', tell: () => Promise<void>): void {
    if (this.#telling.has(what) || !this.#link.connected) return;
    this.#telling.add(what);
    tell()
      .catch((error: unknown) => this.#o.log.debug({ what, code: codeOf(error) }, 'telling the CMS failed'))
      .finally(() => this.#telling.delete(what));
  }

  async #tellCommands(): Promise<void> {
    const { commands } = this.#o;
    for (let next = commands.untold()[0]; next; next = commands.untold()[0]) {
      await this.#tellCommand(next);
      commands.markTold(next);
    }
  }

  /** @throws LinkError when the CMS may take it another time */
  async #tellCommand(end: CommandEnd): Promise<void> {
    try {
      await this.#link.send('commandEndedV1', end);
    } catch (error) {
      // What it does not know or cannot read it will never take.
      if (!['message_unknown', 'message_invalid'].includes(codeOf(error))) throw error;
      this.#o.log.debug({ code: codeOf(error) }, 'the CMS does not take the end of a command');
      // One from before this message asks for pictures, and waits for them.
      if (codeOf(error) === 'message_unknown' && end.outcome === 'failed')
        this.#tell('commandFailedV1', { commandId: end.commandId, errorCode: end.errorCode ?? '' });
    }
  }

  async #tellTakeovers(): Promise<void> {
    for (let next = this.#o.takeovers.untold()[0]; next; next = this.#o.takeovers.untold()[0]) {
      try {
        await this.#link.send('takeoverProgressedV1', next);
      } catch (error) {
        if (codeOf(error) === 'link_down') throw error;
        // The CMS does not want it; the journal holds the same.
        this.#o.log.warn({ code: codeOf(error) }, 'the CMS refused news of a takeover');
      }
      this.#o.takeovers.markTold(next);
    }
  }

  #tell<M extends 'programmeProgressedV1' | 'commandFailedV1'>(
    name: M,
    request: SentOf<(typeof boardMessages)[M]>,
  ): void {
    if (!this.#link.connected) return;
    this.#link.send(name, request).catch((error: unknown) => {
      this.#o.log.debug({ name, code: codeOf(error) }, 'telling the CMS failed');
    });
  }

  #sendState(): void {
    const text = JSON.stringify(this.#state);
    if (!this.#state || text === this.#sentState || !this.#link.connected) return;
    this.#sentState = text;
    this.#link.send('stateChangedV1', withoutDefaults(this.#state)).catch((error: unknown) => {
      this.#sentState = '';
      this.#o.log.debug({ code: codeOf(error) }, 'telling the state failed');
    });
  }

  async #leave(dismissal: SignedDismissal): Promise<void> {
    try {
      await this.#o.documents.verifyDismissal(dismissal);
      this.#o.onDismissed();
      this.#replaced = true;
    } catch (error) {
      this.#refused('dismissal_refused', error);
      this.#deliverOnly();
    }
  }

  /** Whoever refuses is not proven to be the CMS: what plays goes on, the journal is offered, and the board asks again. */
  #deliverOnly(): void {
    if (this.#replaced) return;
    this.#o.onFault('device_replaced', 'Another player was paired with this board');
    this.#replaced = true;
  }

  async #connected(): Promise<void> {
    if (!this.#replaced) return this.#greet();
    this.#courier.wake();
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = null;
      this.#replaced = false;
      this.#link.reconnect();
    }, askAgainMs);
  }

  /** States the cursors and takes what is missing. @throws LinkError */
  async #greet(): Promise<void> {
    const { app, clock, documents, host, http, journal, programmes, system, takeovers } = this.#o;
    const { seq, hash } = journal.head;
    const { journalId } = journal;
    const sent = system.monotonic();
    const reply = await this.#link.send('helloV1', {
      app,
      host: host(),
      keyList: documents.keyListNumber,
      programme: programmes.cursor,
      takeover: takeovers.cursor,
      journalId,
      journalSeq: seq,
      journalHash: hash,
      clock: clock.state(),
      offsetMs: clock.offsetMs(),
    });
    http.takeSample(reply.now, sent, system.monotonic());
    await this.#inOrder(async () => {
      if (reply.keyList !== null) {
        await this.#attempt('key_list_refused', () => documents.takeKeyList(reply.keyList as string));
        await this.#o.onKeyList();
      }
      if (reply.manifest !== null)
        await this.#attempt('programme_refused', () => programmes.take(reply.manifest as string));
      let whole = true;
      for (const jws of reply.takeovers) {
        try {
          this.#noteSaved(await takeovers.take(jws, 'hello'));
        } catch (error) {
          this.#refused('takeover_refused', error);
          // Only what is here already is passed by; one that came too late by this board's clock is sent again, should that be wrong.
          whole &&= codeOf(error) === 'takeover_replayed';
        }
      }
      this.#o.onTakeovers();
      this.#tryToSave(() => takeovers.complete(whole));
    });
    this.#tryToSave(() => {
      if (!journal.acked(journalId, reply.journalAcked)) this.#o.onJournalBroken(journalId, 'journal_ack_wrong');
    });
    programmes.resume();
    this.#courier.wake();
    this.tellTakeovers();
    this.tellCommands();
    if (programmes.progress) this.tellProgrammeProgress(programmes.progress);
    this.#sentState = '';
    this.#sendState();
    this.#startSampling();
    this.#status.start();
  }

  /** A disk that fails must not end the connection that brings alerts: what is not saved now is told again by the next hello. */
  #tryToSave(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#o.log.error({ err: error }, 'the disk does not take what came');
    }
  }

  #noteSaved(taken: Taken | null): void {
    if (taken?.saved === false) this.#o.onFault('takeover_not_saved', taken.takeover.takeoverId);
  }

  /** Does something with what came; a refusal is recorded and leaves everything as it was. */
  async #attempt<T>(fault: FaultCode, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      this.#refused(fault, error);
      return null;
    }
  }

  #refused(fault: FaultCode, error: unknown): void {
    this.#o.onFault(fault, `${codeOf(error)}: ${error instanceof Error ? error.message : String(error)}`);
  }

  async #receive<M extends CmsMessage>(name: M, request: RequestOf<(typeof cmsMessages)[M]>): Promise<void> {
    const all = request as Partial<Record<'keyList' | 'manifest' | 'takeover' | 'command', string>>;
    try {
      if (all.keyList !== undefined) {
        await this.#o.documents.takeKeyList(all.keyList);
        await this.#o.onKeyList();
        // What is here may be signed with a key that has been replaced; the CMS signs it anew for who greets.
        this.#greetSoon();
      }
      if (all.manifest !== undefined) await this.#o.programmes.take(all.manifest);
      if (all.takeover !== undefined) await this.#takeTakeover(all.takeover);
      if (all.command !== undefined) await this.#o.commands.take(all.command);
    } catch (error) {
      this.#refused(refusals[name], error);
      throw error;
    }
  }

  async #takeTakeover(jws: string): Promise<void> {
    const taken = await this.#o.takeovers.take(jws, 'live');
    if (taken === null) return;
    // An alert that is out has begun: a clock that is behind does not keep it back.
    const step = this.#o.clock.notBefore(taken.takeover.issuedAt);
    // The step first: what is on the glass was not painted for as long as the clock was wrong.
    if (step) this.#o.onClockStep(step);
    this.#o.onTakeovers();
    this.#noteSaved(taken);
    this.tellTakeovers();
    if (taken.gap) this.#greetSoon();
  }

  /** States the cursors again, to be given what is missing here. */
  #greetSoon(): void {
    this.#greetTimer ??= setTimeout(() => {
      this.#greetTimer = null;
      if (!this.#link.connected) return;
      this.#greet().catch((error: unknown) => {
        this.#o.log.warn({ code: codeOf(error) }, 'asking for what is missing failed');
        if (this.#link.connected) this.#link.reconnect();
      });
    }, this.#o.system.jitter() * greetSpreadMs);
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #startSampling(): void {
    this.#stopSampling();
    const sampleAfter = (wait: number): void => {
      this.#sampleTimer = setTimeout(() => {
        const sent = this.#o.system.monotonic();
        this.#link.send('readClockV1', {}).then(
          ({ now }) => this.#o.http.takeSample(now, sent, this.#o.system.monotonic()),
          (error: unknown) => this.#o.log.debug({ code: codeOf(error) }, 'reading the clock failed'),
        );
        sampleAfter(Math.min(sampleEveryMs, 2 * wait));
      }, wait);
    };
    sampleAfter(firstSampleMs);
  }

  #disconnected(): void {
    this.#stopSampling();
    this.#status.stop();
  }

  #stopSampling(): void {
    if (this.#sampleTimer) clearTimeout(this.#sampleTimer);
    this.#sampleTimer = null;
  }
}

/** What says nothing is left out: CMSs of before 22 November 2026 take no field that they do not know. */
function withoutDefaults({ cut, now, next, ...state }: BoardState): SentOf<(typeof boardMessages)['stateChangedV1']> {
  const spared = (playing: BoardState['now']) => {
    if (playing === null) return null;
    const { exercise, ...rest } = playing;
    return exercise ? playing : rest;
  };
  return { ...state, now: spared(now), next: spared(next), ...(cut && { cut }) };
}

/** The fault that says that what a message brought was not taken. */
const refusals: Record<CmsMessage, FaultCode> = {
  keyListPublishedV1: 'key_list_refused',
  programmePublishedV1: 'programme_refused',
  takeoverRaisedV1: 'takeover_refused',
  runCommandV1: 'command_refused',
};
