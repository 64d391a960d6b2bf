/**
 * What covers the timeline: the code of a player that is not paired, a test that a technician has called for, or, until the
 * first programme is here, which board this is.
 */
import type { Scene } from '../../shared/protocol/bridge.ts';
import type { CommandOf } from '../../shared/protocol/commands.ts';
import type { Certificate } from '../../shared/protocol/programme.ts';

export interface OverlayOptions {
  /** Origin of the CMS, shown beside the code. */
  readonly cms: string;
  /** Which board this player was paired with; null: none. */
  readonly boardId: () => string | null;
  /** Whether there is a programme to play. */
  readonly plays: () => boolean;
  readonly certificate: () => Certificate | null;
  /** null: nothing covers the timeline. */
  readonly onScene: (scene: Scene | null) => void;
}

export class Overlay {
  readonly #o: OverlayOptions;
  /** Shown until the pairing is saved; empty while there is none. */
  #code: string | null = null;
  #test: { readonly scene: Scene; readonly timer: NodeJS.Timeout } | null = null;

  constructor(options: OverlayOptions) {
    this.#o = options;
  }

  /** Pairing before tests. To be called when something has changed that it asks for. */
  refresh(): void {
    const { cms, boardId, plays, onScene } = this.#o;
    if (this.#code !== null || boardId() === null) return onScene({ kind: 'pairing', code: this.#code ?? '', cms });
    onScene(this.#test?.scene ?? (plays() ? null : this.#identification()));
  }

  /** null: there is none to be shown any more. */
  showCode(code: string | null): void {
    this.#code = code;
    this.refresh();
  }

  /** Shows a test for its time, or ends it. */
  run({ name, durationMs }: Pick<CommandOf<'testPattern' | 'identify' | 'endTest'>, 'name' | 'durationMs'>): void {
    this.#endTest();
    const scene: Scene | null =
      name === 'testPattern'
        ? { kind: 'testPattern', label: this.#o.certificate()?.boardName ?? '' }
        : this.#identification();
    if (name !== 'endTest' && scene) {
      const timer = setTimeout(() => {
        this.#test = null;
        this.refresh();
      }, durationMs);
      this.#test = { scene, timer };
    }
    this.refresh();
  }

  close(): void {
    this.#endTest();
  }

  #endTest(): void {
    if (this.#test) clearTimeout(this.#test.timer);
    this.#test = null;
  }

  /** Without a certificate that holds the number alone: a board that lost everything is black to nobody. */
  #identification(): Scene | null {
    const boardId = this.#o.boardId();
    if (boardId === null) return null;
    const { boardName, place } = this.#o.certificate() ?? { boardName: '', place: '' };
    return { kind: 'identify', boardName, place, boardId };
  }
}
