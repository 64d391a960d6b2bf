/** Publishing: what would change, the act, and how far every board has come since. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { z } from 'zod';
import type { Board, ProgrammeProgress } from '../../../../../shared/protocol/api/boards.ts';
import { publishAnswer, publishPreview } from '../../../../../shared/protocol/api/content.ts';
import { compareVersions } from '../../../../../shared/protocol/common.ts';
import type { Api } from '../../lib/api.ts';

export type PreviewRow = z.infer<typeof publishPreview>['boards'][number];
type Published = z.infer<typeof publishAnswer>['boards'][number];

export class Publishing {
  readonly chosen = new SvelteSet<string>();
  readonly preview = new SvelteMap<string, PreviewRow>();
  /** What this page published, by board. */
  readonly published = new SvelteMap<string, Published>();
  #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Asks what publishing would change; boards with changes are chosen. */
  async look(boards: readonly Board[]): Promise<void> {
    this.preview.clear();
    this.chosen.clear();
    if (boards.length === 0) return;
    const answer = await this.#api.post('/api/programmes/preview', publishPreview, {
      boardIds: boards.map((b) => b.id),
    });
    for (const row of answer.boards) {
      this.preview.set(row.boardId, row);
      if (row.changed) this.chosen.add(row.boardId);
    }
  }

  /** @returns how many boards were given something new, and how many have no player to give it to */
  async publish(): Promise<{ changed: number; waiting: number }> {
    const answer = await this.#api.post('/api/programmes/publish', publishAnswer, { boardIds: [...this.chosen] });
    for (const row of answer.boards) {
      this.published.set(row.boardId, row);
      const before = this.preview.get(row.boardId);
      if (before) this.preview.set(row.boardId, { ...before, changed: false });
    }
    this.chosen.clear();
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
