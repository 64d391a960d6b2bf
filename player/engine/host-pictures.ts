/** Pictures of the glass, asked of the host that started this engine: only it can see its window from outside. */
import { AppError } from '../../shared/util/errors.ts';
import type { PictureAnswer, PictureWanted } from './launch.ts';

/** A host that has not answered by then is not going to, ms. */
const answerMs = 15_000;

/**
 * @param longSide scaled down to it, px of the window; left out: as large as the window is
 * @throws AppError with the host's code, such as `capture_failed`
 */
export type AskForPicture = (maxBytes: number, longSide?: number) => Promise<Uint8Array>;

export class HostPictures {
  readonly #send: (message: PictureWanted) => void;
  readonly #waiting = new Map<number, (answer: PictureAnswer) => void>();
  #asked = 0;

  constructor(send: (message: PictureWanted) => void) {
    this.#send = send;
  }

  /** Something came from the host: our own program at the other end of a pipe that nobody else can open. */
  hear(message: PictureAnswer): void {
    this.#waiting.get(message.id)?.(message);
    this.#waiting.delete(message.id);
  }

  readonly ask: AskForPicture = async (maxBytes, longSide) => {
    const id = ++this.#asked;
    const { promise, resolve } = Promise.withResolvers<PictureAnswer>();
    this.#waiting.set(id, resolve);
    const timer = setTimeout(() => this.hear({ type: 'noPicture', id, code: 'capture_failed' }), answerMs);
    this.#send({ type: 'pictureWanted', id, maxBytes, longSide: longSide ?? null });
    const answer = await promise;
    clearTimeout(timer);
    if (answer.type === 'noPicture') throw new AppError(answer.code, 'The host has no picture of its window');
    return Buffer.from(answer.base64, 'base64');
  };
}
