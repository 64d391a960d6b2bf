/**
 * The DevTools protocol over the browser's two pipes (`--remote-debugging-pipe`): JSON messages that end with a zero byte. Only what a
 * picture of the stage takes. Between two pictures nothing is attached to the page.
 */
import type { Readable, Writable } from 'node:stream';
import { AppError } from '../../../shared/util/errors.ts';

/** A browser that has not answered by then hangs, ms. */
const answerMs = 8_000;

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** The stage's page, to take pictures of. Letting it go detaches from it. */
export interface AttachedPage extends Disposable {
  /** What the window shows, as WebP. @param quality of 100. @throws AppError `capture_failed` */
  capture(quality: number): Promise<Uint8Array>;
}

export class DevTools {
  readonly #input: Writable;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #rest = '';
  #sent = 0;

  constructor(input: Writable, output: Readable) {
    this.#input = input;
    // A browser that ends breaks its pipes; whoever waits is told by the timeout.
    for (const pipe of [input, output]) pipe.on('error', () => undefined);
    output.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
  }

  /** Attaches to the page of this origin. @throws AppError `no_stage`, `capture_failed` */
  async pageAt(origin: string): Promise<AttachedPage> {
    const { targetInfos } = await this.#ask('Target.getTargets', {});
    const page = (targetInfos as { type: string; url: string; targetId: string }[]).find(
      ({ type, url }) => type === 'page' && URL.canParse(url) && new URL(url).origin === origin,
    );
    if (!page) throw new AppError('no_stage', 'The browser shows no stage');
    const { sessionId } = await this.#ask('Target.attachToTarget', { targetId: page.targetId, flatten: true });
    return {
      capture: async (quality) => {
        // No clip and no scale: those lay the page out anew for a moment, on the glass too.
        const { data } = await this.#ask('Page.captureScreenshot', { format: 'webp', quality }, String(sessionId));
        return Buffer.from(String(data), 'base64');
      },
      [Symbol.dispose]: () => void this.#ask('Target.detachFromTarget', { sessionId }).catch(() => undefined),
    };
  }

  async #ask(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#sent;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    const timer = setTimeout(() => resolve({ error: { message: 'no answer' } }), answerMs);
    this.#input.write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
    const { result, error } = await promise;
    clearTimeout(timer);
    this.#waiting.delete(id);
    if (!result) throw new AppError('capture_failed', `${method}: ${error?.message ?? 'an answer without a result'}`);
    return result;
  }

  #hear(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) {
      const answer = JSON.parse(message) as Answer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    }
  }
}
