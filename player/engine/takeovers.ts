/**
 * Takeovers as received. They outlive restarts and the loss of the network until they expire. The cursor is the sequence up
 * to which this board has everything; a live message that leaves a gap is shown at once, and the gap is asked for with a new hello.
 */
import { z } from 'zod';
import { compareVersions, msUtc, uuid, version, type Version } from '../../shared/protocol/common.ts';
import type { Certificate } from '../../shared/protocol/programme.ts';
import { selects, standing, type Takeover } from '../../shared/protocol/takeover.ts';
import type { boardMessages, RequestOf } from '../../shared/protocol/link.ts';
import type { Clock } from './clock.ts';
import { RefusedError, type Documents } from './documents.ts';
import type { Store } from './store.ts';

export type TakeoverProgress = RequestOf<typeof boardMessages.takeoverProgressedV1>;

/** `other`: not meant for this board as it knows itself; kept because what it supersedes may be. */
const rowShape = z.object({
  takeover_id: uuid,
  epoch: z.int(),
  counter: z.int(),
  expires_at: msUtc,
  jws: z.string(),
  state: z.enum(['received', 'displayed', 'dark', 'failed', 'ended', 'other']),
  state_at: msUtc,
  state_code: z.string().nullable(),
  told: z.int(),
});
type Row = z.infer<typeof rowShape>;

/** Expired takeovers are kept this long, ms, so that what they superseded does not stand up again. */
const keptAfterExpiryMs = 86_400_000;

export type SelectedBoard = Pick<Certificate, 'boardId' | 'unitPath' | 'groups'>;

export interface Taken {
  readonly takeover: Takeover;
  /** Something between the cursor and this one is missing. */
  readonly gap: boolean;
  /** false: the disk did not take it; it is shown, and asked for again after a restart. */
  readonly saved: boolean;
}

export class Takeovers {
  readonly #store: Store;
  readonly #documents: Documents;
  readonly #clock: Clock;
  readonly #board: () => SelectedBoard | null;
  readonly #all = new Map<string, Takeover>();
  readonly #mine = new Set<string>();
  /** Those that the disk did not take yet: they stand all the same. */
  readonly #unsaved = new Map<string, () => void>();
  /** What became of them that the disk did not take, by id. */
  readonly #unnoted = new Map<string, TakeoverProgress>();

  /** @param board what selectors are matched with; null: not paired */
  constructor(store: Store, documents: Documents, clock: Clock, board: () => SelectedBoard | null) {
    this.#store = store;
    this.#documents = documents;
    this.#clock = clock;
    this.#board = board;
  }

  /** Up to where this board has everything; null for nothing. */
  get cursor(): Version | null {
    return this.#store.readMeta('takeoverCursor', version);
  }

  /** What stands and is meant for this board. Expiry is the timeline's. */
  standing(): Takeover[] {
    return standing([...this.#all.values()]).filter((takeover) => this.#mine.has(takeover.takeoverId));
  }

  /**
   * Reads what is on the disk. A damaged one is set aside and the cursor goes back before it, so that it is sent again.
   * @returns ids of the damaged ones
   */
  async recall(): Promise<string[]> {
    this.#all.clear();
    this.#mine.clear();
    const damaged: string[] = [];
    for (const raw of this.#store.db.prepare('SELECT * FROM takeovers ORDER BY epoch, counter').all()) {
      const id = String((raw as { takeover_id: unknown }).takeover_id);
      try {
        const row = rowShape.parse(raw);
        const takeover = await this.#documents.verifyTakeover(row.jws, 'disk');
        if (takeover.takeoverId !== row.takeover_id)
          throw new RefusedError('takeover_damaged', 'A row holds another takeover');
        this.#remember(takeover, row.state !== 'other');
      } catch {
        damaged.push(id);
        this.#setAside(id, raw as Row);
      }
    }
    this.reconsider();
    this.#purge();
    return damaged;
  }

  /**
   * The board has learnt where it belongs: what was taken as another's may be meant for it. What was its own stays so.
   * @returns whether anything was. A disk that fails does not keep an alert back.
   */
  reconsider(): boolean {
    const board = this.#board();
    if (board === null) return false;
    const found = [...this.#all.values()].filter(
      (takeover) => !this.#mine.has(takeover.takeoverId) && selects(takeover.selectors, board),
    );
    for (const { takeoverId } of found) {
      this.#mine.add(takeoverId);
      try {
        this.#store.db
          .prepare("UPDATE takeovers SET state = 'received', state_at = ?, told = 0 WHERE takeover_id = ?")
          .run(this.#clock.now(), takeoverId);
      } catch {
        // It stands in memory; after a restart it is considered anew.
      }
    }
    return found.length > 0;
  }

  #setAside(id: string, row: Row): void {
    this.#store.transaction(() => {
      this.#store.db
        .prepare('INSERT OR REPLACE INTO documents VALUES (?, ?, ?)')
        .run(`corrupt-takeover-${id}`, String(row.jws), this.#clock.now());
      this.#store.db.prepare('DELETE FROM takeovers WHERE takeover_id = ?').run(id);
      const cursor = this.cursor;
      const before = version.safeParse({ epoch: row.epoch, counter: row.counter - 1 });
      if (cursor && (!before.success || compareVersions(before.data, cursor) < 0)) {
        this.#store.writeMeta('takeoverCursor', before.success ? before.data : null);
      }
    });
  }

  /**
   * Takes a takeover from the wire. Durable on return, unless the disk fails: an alert does not wait for that.
   * @param via `live`: just raised; `hello`: from the CMS's answer to a cursor, where expired ones are left out
   * @returns null for one that is here already
   * @throws AppError `signature_invalid`, `key_unknown`, `document_invalid`, `takeover_replayed`, `takeover_expired`
   */
  async take(jws: string, via: 'live' | 'hello'): Promise<Taken | null> {
    const takeover = await this.#documents.verifyTakeover(jws, 'wire');
    const now = this.#clock.now();
    const expired = this.#clock.validityNow() !== null && takeover.expiresAt <= now;
    if (this.#all.has(takeover.takeoverId)) {
      const stands = standing([...this.#all.values()]).some((other) => other.takeoverId === takeover.takeoverId);
      if (via === 'live' && (expired || (!stands && takeover.type !== 'cancel'))) {
        throw new RefusedError('takeover_replayed', `Takeover ${takeover.takeoverId} came again after its end`);
      }
      return null;
    }
    const cursor = this.cursor;
    if (cursor && compareVersions(takeover.sequence, cursor) <= 0) {
      throw new RefusedError('takeover_replayed', `Takeover ${takeover.takeoverId} is older than what this board has`);
    }
    if (expired) throw new RefusedError('takeover_expired', `Takeover ${takeover.takeoverId} came after its expiry`);
    const gap =
      cursor === null || cursor.epoch !== takeover.sequence.epoch || cursor.counter + 1 !== takeover.sequence.counter;
    const board = this.#board();
    const mine = board !== null && selects(takeover.selectors, board);
    const insert = () => {
      this.#store.db
        .prepare('INSERT INTO takeovers VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, 0)')
        .run(
          takeover.takeoverId,
          takeover.sequence.epoch,
          takeover.sequence.counter,
          takeover.expiresAt,
          jws,
          mine ? 'received' : 'other',
          now,
          mine ? 0 : 1,
        );
    };
    this.#remember(takeover, mine);
    try {
      this.#store.transaction(() => {
        insert();
        if (via === 'live' && !gap) this.#store.writeMeta('takeoverCursor', takeover.sequence);
      });
      return { takeover, gap, saved: this.#store.unwritable === null };
    } catch {
      this.#unsaved.set(takeover.takeoverId, insert);
      return { takeover, gap, saved: false };
    }
  }

  /**
   * The CMS has answered a cursor: everything up to the newest that is here is complete.
   * @param whole false: one was refused that may yet be taken, so the cursor stays before it and it is sent again
   * @throws the disk's error
   */
  complete(whole: boolean): void {
    for (const [id, insert] of this.#unsaved) {
      insert();
      this.#unsaved.delete(id);
    }
    const newest = [...this.#all.values()]
      .map((takeover) => takeover.sequence)
      .sort(compareVersions)
      .at(-1);
    const cursor = this.cursor;
    if (whole && newest && (!cursor || compareVersions(newest, cursor) > 0))
      this.#store.writeMeta('takeoverCursor', newest);
    this.#purge();
  }

  /** Notes what became of a takeover; it is told to the CMS now or after the next connection. A later state is never undone. */
  note(takeoverId: string, state: 'displayed' | 'dark' | 'failed' | 'ended', code: string | null): void {
    const at = this.#clock.now();
    try {
      this.#store.db
        .prepare(
          "UPDATE takeovers SET state = ?, state_at = ?, state_code = ?, told = 0 WHERE takeover_id = ? AND state NOT IN (?, 'ended', 'other')",
        )
        .run(state, at, code, takeoverId, state);
    } catch (error) {
      // Whoever raised it is told all the same.
      if (this.#unnoted.get(takeoverId)?.state !== 'ended')
        this.#unnoted.set(takeoverId, { takeoverId, state, at, errorCode: code });
      throw error;
    }
  }

  /** Remembers that the journal says of it that it was shown, and not yet that it ended. */
  markShown(takeoverId: string, shown: boolean): void {
    this.#store.db.prepare('UPDATE takeovers SET shown = ? WHERE takeover_id = ?').run(shown ? 1 : 0, takeoverId);
  }

  /** Those that the journal says were shown, and not that they ended. */
  shown(): string[] {
    const rows = this.#store.db.prepare('SELECT takeover_id FROM takeovers WHERE shown = 1').all();
    return rows.map((row) => (row as { takeover_id: string }).takeover_id);
  }

  /** What the CMS has not been told, oldest first. */
  untold(): TakeoverProgress[] {
    const rows = this.#store.db.prepare('SELECT * FROM takeovers WHERE told = 0 ORDER BY epoch, counter').all();
    const kept = rows.flatMap((raw) => {
      const row = rowShape.safeParse(raw);
      if (!row.success || row.data.state === 'other' || this.#unnoted.has(row.data.takeover_id)) return [];
      return [
        {
          takeoverId: row.data.takeover_id,
          state: row.data.state,
          at: row.data.state_at,
          errorCode: row.data.state_code,
        },
      ];
    });
    return [...kept, ...this.#unnoted.values()];
  }

  markTold(progress: TakeoverProgress): void {
    const { state, at } = this.#unnoted.get(progress.takeoverId) ?? {};
    if (state === progress.state && at === progress.at) this.#unnoted.delete(progress.takeoverId);
    this.#store.db
      .prepare('UPDATE takeovers SET told = 1 WHERE takeover_id = ? AND state = ? AND state_at = ?')
      .run(progress.takeoverId, progress.state, progress.at);
  }

  #remember(takeover: Takeover, mine: boolean): void {
    this.#all.set(takeover.takeoverId, takeover);
    if (mine) this.#mine.add(takeover.takeoverId);
  }

  /** Drops what had expired long before the newest was signed. No clock is asked: whoever sets one wrong must not end an alert. */
  #purge(): void {
    const newest = Math.max(...[...this.#all.values()].map((takeover) => takeover.issuedAt));
    for (const [id, takeover] of this.#all) {
      if (takeover.expiresAt >= newest - keptAfterExpiryMs) continue;
      if (!this.#isForgotten(id)) continue;
      this.#all.delete(id);
      this.#mine.delete(id);
    }
  }

  /** Removed from the disk, which does not happen before it is told what became of it, nor on a disk that takes no change. */
  #isForgotten(id: string): boolean {
    try {
      return this.#store.db.prepare('DELETE FROM takeovers WHERE takeover_id = ? AND told = 1').run(id).changes > 0;
    } catch {
      return false;
    }
  }

  /** Forgets everything: the player is paired anew. */
  clear(): void {
    this.#all.clear();
    this.#mine.clear();
    this.#unsaved.clear();
    this.#unnoted.clear();
    this.#store.writeMeta('takeoverCursor', null);
  }
}
