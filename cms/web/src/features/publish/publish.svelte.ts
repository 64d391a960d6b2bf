/** Publishing: what would change, the act, and how far every board has come since. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { z } from 'zod';
import type { Board, ProgrammeProgress } from '../../../../../shared/protocol/api/boards.ts';
import { publishAnswer, publishPreview } from '../../../../../shared/protocol/api/publishing.ts';
import { compareVersions } from '../../../../../shared/protocol/common.ts';
import type { Api } from '../../lib/api.ts';

export type PreviewRow = Omit<z.infer<typeof publishPreview>['boards'][number], 'unapproved'> & {
  /** Ids of notices that are left out. */
  readonly unapproved: readonly string[];
};
type Published = z.infer<typeof publishAnswer>['boards'][number];

export class Publishing {
  readonly preview = new SvelteMap<string, PreviewRow>();
  /** What this page published, by board. */
  readonly published = new SvelteMap<string, Published>();
  /** Whether the CMS is being asked what publishing would change. */
  looking = $state(false);
  #wanted = new SvelteSet<string>();
  #looks = 0;
  #api: Api;
  #offered: () => readonly Board[] | null;

  /** @param offered the boards that the person is shown; null: not known yet */
  constructor(api: Api, offered: () => readonly Board[] | null) {
    this.#api = api;
    this.#offered = offered;
  }

  /** Ids of the boards that would be sent something: those that are wanted and shown, and no other. */
  get chosen(): string[] {
    return (this.#offered() ?? []).map(({ id }) => id).filter((id) => this.#wanted.has(id));
  }

  choose(boardId: string, chosen: boolean): void {
    if (chosen) this.#wanted.add(boardId);
    else this.#wanted.delete(boardId);
  }

  /**
   * Asks what publishing would change; boards with changes are chosen. What was found before stands until the answer. An answer that was
   * overtaken by a newer look is dropped. @throws ApiError
   */
  async look(): Promise<void> {
    const look = ++this.#looks;
    const boardIds = (this.#offered() ?? []).map(({ id }) => id);
    this.looking = boardIds.length > 0;
    if (!this.looking) return;
    try {
      const { boards, unapproved } = await this.#api.post('/api/programmes/preview', publishPreview, { boardIds });
      if (look !== this.#looks) return;
      const found = new Set(boards.map(({ boardId }) => boardId));
      for (const boardId of this.preview.keys()) if (!found.has(boardId)) this.preview.delete(boardId);
      this.#wanted.clear();
      for (const row of boards) {
        this.preview.set(row.boardId, { ...row, unapproved: row.unapproved.map((place) => unapproved[place]!) });
        if (row.changes) this.#wanted.add(row.boardId);
      }
    } catch (error) {
      if (look === this.#looks) throw error;
    } finally {
      if (look === this.#looks) this.looking = false;
    }
  }

  /**
   * @param boardIds of those that are chosen
   * @returns how many boards were given something new, and how many have no player to give it to
   */
  async publish(boardIds: readonly string[]): Promise<{ changed: number; waiting: number }> {
    const answer = await this.#api.post('/api/programmes/publish', publishAnswer, { boardIds });
    for (const row of answer.boards) {
      this.published.set(row.boardId, row);
      const before = this.preview.get(row.boardId);
      if (before) this.preview.set(row.boardId, { ...before, changes: null });
      this.#wanted.delete(row.boardId);
    }
    const waiting = answer.boards.filter((row) => row.version === null).length;
    return { changed: answer.boards.filter((row) => row.changed && row.version !== null).length, waiting };
  }

  /** How far the version that this page published has come; what a board said of older ones does not count. */
  progressOf(board: Board): ProgrammeProgress | null {
    const published = this.published.get(board.id);
    if (!published?.version || !board.progress) return null;
    return compareVersions(board.progress.version, published.version) >= 0 ? board.progress : null;
  }

  /** Boards of this publication per state. */
  tally(boards: readonly Board[]): {
    total: number;
    active: number;
    refused: number;
    waiting: number;
    offline: number;
  } {
    const tally = { total: 0, active: 0, refused: 0, waiting: 0, offline: 0 };
    for (const board of boards) {
      const published = this.published.get(board.id);
      if (!published?.changed || published.version === null) continue;
      tally.total++;
      const state = this.progressOf(board)?.state;
      if (state === 'active') tally.active++;
      else if (state === 'refused') tally.refused++;
      else if (board.presence.presence !== 'online') tally.offline++;
      else tally.waiting++;
    }
    return tally;
  }
}
