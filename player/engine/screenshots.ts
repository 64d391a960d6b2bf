/**
 * Pictures of the glass on demand: taken by the host, brought to the CMS, one for each command. A picture is for people's eyes; it is
 * no record and proves nothing.
 */
import type { OutputRegion } from '../../shared/protocol/common.ts';
import type { BoardCommand } from '../../shared/protocol/commands.ts';
import { maxScreenshotBytes } from '../../shared/protocol/link.ts';
import { bringInTime } from './bringing.ts';
import type { Clock } from './clock.ts';
import type { CmsHttp, Credentials } from './cms-http.ts';
import { RefusedError } from './documents.ts';
import type { AskForPicture } from './host-pictures.ts';
import { codeOf } from './programmes.ts';

export interface ScreenshotsOptions {
  /** null: no host stands behind the stage, so nobody can take a picture of it. */
  readonly ask: AskForPicture | null;
  /** Whether the host's own stage is there. */
  readonly hasStage: () => boolean;
  /** What the board's picture occupies of the window, for the CMS to cut out. */
  readonly output: () => OutputRegion | null;
  readonly http: Pick<CmsHttp, 'putScreenshot'>;
  readonly credentials: () => Credentials;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal: AbortSignal;
}

export class Screenshots {
  readonly #o: ScreenshotsOptions;
  #busy = false;

  constructor(options: ScreenshotsOptions) {
    this.#o = options;
  }

  /**
   * Begins to take the picture. Resolves when the CMS has it.
   * @throws RefusedError `capture_unsupported`, `no_stage`, `capture_busy`
   */
  run({ commandId, expiresAt }: BoardCommand): Promise<void> {
    const { ask, hasStage } = this.#o;
    if (ask === null) throw new RefusedError('capture_unsupported', 'This player has no window of its own');
    if (!hasStage()) throw new RefusedError('no_stage', 'The window shows no stage');
    if (this.#busy) throw new RefusedError('capture_busy', 'Another picture is on its way');
    this.#busy = true;
    return this.#take(commandId, expiresAt, ask).finally(() => (this.#busy = false));
  }

  async #take(commandId: string, expiresAt: number, ask: AskForPicture): Promise<void> {
    const { clock, output, signal } = this.#o;
    const region = output();
    const bytes = await ask(maxScreenshotBytes);
    const about = { takenAt: clock.now(), output: region };
    await bringInTime(() => this.#bring(commandId, bytes, about), expiresAt, clock, signal);
  }

  async #bring(
    commandId: string,
    bytes: Uint8Array,
    about: { takenAt: number; output: OutputRegion | null },
  ): Promise<void> {
    const { credentials, http, signal } = this.#o;
    try {
      await http.putScreenshot(commandId, bytes, about, credentials(), signal);
    } catch (error) {
      // It had arrived, and only the answer was lost.
      if (codeOf(error) !== 'screenshot_taken') throw error;
    }
  }
}
