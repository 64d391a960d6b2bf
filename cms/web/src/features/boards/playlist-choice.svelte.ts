/**
 * The choice of a board's default playlist, saved as soon as it is made. With the arrow keys a native select chooses
 * everything on the way: one save runs at a time, the last choice wins, and none stands against one's own.
 */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { Api } from '../../lib/api.ts';
import { sendEdit } from './edit.ts';

export interface PlaylistChoiceOptions {
  api: Pick<Api, 'get' | 'patch'>;
  /** The board as it was last loaded. */
  board: () => Board;
  onsaved: (board: Board) => void;
}

export class PlaylistChoice {
  /** The last choice is saved. */
  saved = $state(false);
  /** Why it is not: somebody else has chosen meanwhile, or what was thrown. */
  error = $state.raw<'conflict' | { thrown: unknown } | null>(null);
  #wanted = $state.raw<{ id: string | null } | null>(null);
  #saving = false;
  #options: PlaylistChoiceOptions;

  constructor(options: PlaylistChoiceOptions) {
    this.#options = options;
  }

  /** The playlist's id, '' for none: what is chosen until it is saved, then what the board has. */
  get chosen(): string {
    return (this.#wanted ? this.#wanted.id : this.#options.board().defaultPlaylistId) ?? '';
  }

  /** @param chosen the playlist's id, '' for none. @returns when nothing is left to be saved */
  async choose(chosen: string): Promise<void> {
    this.#wanted = { id: chosen === '' ? null : chosen };
    this.saved = false;
    this.error = null;
    if (this.#saving) return;
    this.#saving = true;
    let base = this.#options.board();
    let sent = null;
    while (this.error !== 'conflict' && this.#wanted !== sent) {
      sent = this.#wanted;
      this.error = null;
      try {
        base = await this.#save(base, sent.id);
        // Whoever chose on did not know what the others chose.
        if (base.defaultPlaylistId !== sent.id) this.error = 'conflict';
      } catch (thrown) {
        this.error = { thrown };
      }
    }
    this.saved = this.error === null;
    this.#saving = false;
    this.#wanted = null;
  }

  async #save(board: Board, defaultPlaylistId: string | null): Promise<Board> {
    let answer = await sendEdit(this.#options.api, board, { defaultPlaylistId });
    // Others may change what they like but the playlist.
    while (answer.refused && answer.board.defaultPlaylistId === board.defaultPlaylistId)
      answer = await sendEdit(this.#options.api, answer.board, { defaultPlaylistId });
    this.#options.onsaved(answer.board);
    return answer.board;
  }
}
