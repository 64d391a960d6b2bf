/**
 * Which boards are there, and what they last said of themselves: in memory for whoever asks now, in `board_states` for pages and
 * for the next start. Writes are collected; `boardChanged` is told when they are durable.
 */
import type { RequestOf, boardMessages } from '../../../shared/protocol/link.ts';
import type { Context } from '../context.ts';
import { cleanLine } from '../text.ts';
import { presenceRepo as repo, type StateRow } from './presence-repo.ts';

export type BoardState = RequestOf<typeof boardMessages.stateChangedV1>;

/** How long changes wait for company, ms. */
const flushAfterMs = 150;
/** How often «seen» of the boards online is written, ms: what is known of them after a crash of the CMS. */
const touchEveryMs = 30_000;
/** Rows per transaction. */
const rowsPerFlush = 500;

function showsOf({ now, screenOn, screenRests, cut }: BoardState): StateRow['shows'] {
  if (screenOn === false) return screenRests ? 'resting' : 'dark';
  if (now === null) return null;
  if (now.why === 'takeover') return now.exercise ? 'exercise' : 'takeover';
  if (now.why !== 'fallback') return 'content';
  return cut ? 'cut' : 'fallback';
}

export class Presence {
  readonly #context: Context;
  readonly #paired: Set<string>;
  readonly #states: Map<string, StateRow>;
  readonly #dirty = new Set<string>();
  readonly #stop: (() => void)[] = [];
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> = Promise.resolve();

  private constructor(context: Context, paired: Iterable<string>, states: readonly StateRow[]) {
    this.#context = context;
    this.#paired = new Set(paired);
    this.#states = new Map(states.map((row) => [row.board_id, row]));
    const touch = setInterval(() => this.#touch(), touchEveryMs);
    touch.unref();
    this.#stop.push(
      () => clearInterval(touch),
      context.events.on('boardPaired', ({ boardId }) => void this.#paired.add(boardId)),
      context.events.on('boardUnpaired', ({ boardId }) => void this.#paired.delete(boardId)),
    );
  }

  /** After a start nobody is there yet: boards that were online have been offline since they were last seen. */
  static async load(context: Context): Promise<Presence> {
    const [paired, states] = await Promise.all([
      repo.pairedBoards(context.store.read),
      repo.states(context.store.read),
    ]);
    const presence = new Presence(context, paired, states);
    for (const row of states)
      if (row.online === 1) presence.#goOffline(row, row.last_seen_at ?? row.since ?? context.sources.now());
    await presence.flush();
    return presence;
  }

  stateOf(boardId: string): 'unpaired' | 'online' | 'offline' {
    if (!this.#paired.has(boardId)) return 'unpaired';
    return this.#states.get(boardId)?.online === 1 ? 'online' : 'offline';
  }

  /** What shows its picture, as it last said itself. */
  hostOf(boardId: string): string | null {
    return this.#states.get(boardId)?.host ?? null;
  }

  /** What it said last, of an absent one without what it showed; null: nothing yet. */
  saidOf(boardId: string): BoardState | null {
    const state = this.#states.get(boardId)?.state ?? null;
    return state === null ? null : (JSON.parse(state) as BoardState);
  }

  connected(boardId: string): void {
    const now = this.#context.sources.now();
    const row = this.#row(boardId);
    if (row.online !== 1) Object.assign(row, { online: 1, since: now });
    row.last_seen_at = now;
    this.#changed(boardId);
  }

  /** A packet has come. Written with the next change or touch. */
  seen(boardId: string): void {
    this.#row(boardId).last_seen_at = this.#context.sources.now();
  }

  greeted(boardId: string, by: { host: string; app: string }): void {
    // One board's odd text must not keep the rows of the others from being written.
    Object.assign(this.#row(boardId), { host: by.host, app: cleanLine(by.app) });
    this.#changed(boardId);
  }

  said(boardId: string, state: BoardState): void {
    const row = this.#row(boardId);
    const shows = showsOf(state);
    if (shows !== row.shows) row.shows_since = shows === null ? null : this.#context.sources.now();
    Object.assign(row, { state: JSON.stringify(state), host: state.host, shows });
    this.#changed(boardId);
  }

  /** @param silent the connection fell silent rather than being closed: it has been gone since the last packet */
  disconnected(boardId: string, silent: boolean): void {
    const row = this.#row(boardId);
    if (row.online !== 1) return;
    const now = this.#context.sources.now();
    if (!silent) row.last_seen_at = now;
    this.#goOffline(row, row.last_seen_at ?? now);
  }

  /** Writes what has changed. Rejects when it could not; it is tried again with the next change. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const done = this.#flushing.then(() => this.#write());
    this.#flushing = done.catch(() => undefined);
    return done;
  }

  /** Everybody leaves with the server. */
  async close(): Promise<void> {
    for (const stop of this.#stop) stop();
    const now = this.#context.sources.now();
    for (const row of this.#states.values()) if (row.online === 1) this.#goOffline(row, now);
    await this.flush();
  }

  #row(boardId: string): StateRow {
    let row = this.#states.get(boardId);
    if (!row) {
      row = {
        board_id: boardId,
        online: 0,
        since: null,
        last_seen_at: null,
        host: null,
        app: null,
        state: null,
        shows: null,
        shows_since: null,
      };
      this.#states.set(boardId, row);
    }
    return row;
  }

  #goOffline(row: StateRow, since: number): void {
    Object.assign(row, { online: 0, since, shows: null, shows_since: null });
    // What an absent board shows is not known.
    if (row.state !== null)
      row.state = JSON.stringify({
        ...(JSON.parse(row.state) as BoardState),
        now: null,
        next: null,
        screenOn: null,
        screenRests: undefined,
      });
    this.#changed(row.board_id);
  }

  #changed(boardId: string): void {
    this.#dirty.add(boardId);
    this.#timer ??= setTimeout(() => {
      this.flush().catch((error: unknown) =>
        this.#context.log.error({ err: error }, 'the state of boards was not written'),
      );
    }, flushAfterMs);
  }

  async #write(): Promise<void> {
    while (this.#dirty.size > 0) {
      const ids = [...this.#dirty].slice(0, rowsPerFlush);
      for (const id of ids) this.#dirty.delete(id);
      try {
        const rows = ids.map((id) => ({ ...this.#row(id) }));
        await this.#context.store.transaction((tx) => repo.write(tx, rows));
      } catch (error) {
        for (const id of ids) this.#dirty.add(id);
        throw error;
      }
      for (const boardId of ids) this.#context.events.emit('boardChanged', { boardId });
    }
  }

  #touch(): void {
    const { store, sources, log } = this.#context;
    repo
      .touchOnline(store.write, sources.now())
      .catch((error: unknown) => log.warn({ err: error }, 'boards online were not touched'));
  }
}
