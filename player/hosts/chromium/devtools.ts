/**
 * The DevTools protocol over the browser's two pipes (`--remote-debugging-pipe`): JSON messages that end with a zero byte. Only what a
 * picture of the stage takes, word of a page that has crashed, and how it is opened again. In between nothing is attached to the page.
 */
import type { Readable, Writable } from 'node:stream';
import { AppError } from '../../../shared/util/errors.ts';

interface Answer {
  readonly id?: number;
  /** Of an event, which has no id. */
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** The stage's page, to take pictures of. Letting it go detaches from it. */
export interface AttachedPage extends Disposable {
  /** What the window shows, as WebP. @param quality of 100. @throws AppError `capture_failed` */
  capture(quality: number): Promise<Uint8Array>;
  /** The same as JPEG, no side longer than `longSide`, px. @throws AppError `capture_failed` */
  captureSmall(quality: number, longSide: number): Promise<Uint8Array>;
}

export class DevTools {
  readonly #input: Writable;
  readonly #onCrash: (page: string) => void;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  /** By session: who waits for its next frame. */
  readonly #frames = new Map<string, (picture: Uint8Array) => void>();
  #rest = '';
  #sent = 0;

  /** @param onCrash called with the id of a page whose process is gone */
  constructor(input: Writable, output: Readable, onCrash: (page: string) => void) {
    this.#input = input;
    this.#onCrash = onCrash;
    // A browser that ends breaks its pipes.
    for (const pipe of [input, output]) pipe.on('error', () => undefined);
    output
      .setEncoding('utf8')
      .on('data', (text: string) => this.#hear(text))
      .on('close', () => this.#failAll('the browser has ended'));
    this.#send('Target.setDiscoverTargets', { discover: true, filter: [{ type: 'page' }] });
  }

  /**
   * Attaches to the page of this origin.
   * @param signal ends every wait, of the pictures too
   * @throws AppError `no_stage`, `capture_failed`
   */
  async pageAt(origin: string, signal: AbortSignal): Promise<AttachedPage> {
    const { targetInfos } = await before(signal, this.#ask('Target.getTargets', {}));
    const page = (targetInfos as { type: string; url: string; targetId: string }[]).find(
      ({ type, url }) => type === 'page' && URL.canParse(url) && new URL(url).origin === origin,
    );
    if (!page) throw new AppError('no_stage', 'The browser shows no stage');
    const session = await this.#attach(page.targetId, signal);
    return {
      capture: async (quality) => {
        // No clip and no scale: those lay the page out anew for a moment, on the glass too.
        const picture = this.#ask('Page.captureScreenshot', { format: 'webp', quality }, session.id);
        return Buffer.from(String((await before(signal, picture)).data), 'base64');
      },
      // The first frame of a screencast: scaled by whoever draws the window, and nothing is laid out anew.
      captureSmall: async (quality, longSide) => {
        const { promise, resolve } = Promise.withResolvers<Uint8Array>();
        this.#frames.set(session.id, resolve);
        const size = { maxWidth: longSide, maxHeight: longSide };
        try {
          await before(signal, this.#ask('Page.startScreencast', { format: 'jpeg', quality, ...size }, session.id));
          return await before(signal, promise);
        } finally {
          this.#frames.delete(session.id);
          this.#send('Page.stopScreencast', {}, session.id);
        }
      },
      [Symbol.dispose]: () => session[Symbol.dispose](),
    };
  }

  /** Opens an address in a page whose process is gone: it gets another. @throws AppError `capture_failed` */
  async openIn(page: string, url: string, signal: AbortSignal): Promise<void> {
    using session = await this.#attach(page, signal);
    await before(signal, this.#ask('Page.navigate', { url }, session.id));
  }

  /** Process ids of all pages. @throws AppError `capture_failed` */
  async pageProcesses(signal: AbortSignal): Promise<number[]> {
    const { processInfo } = await before(signal, this.#ask('SystemInfo.getProcessInfo', {}));
    return (processInfo as { type: string; id: number }[])
      .filter(({ type }) => type === 'renderer')
      .map(({ id }) => id);
  }

  async #attach(targetId: string, signal: AbortSignal): Promise<Disposable & { readonly id: string }> {
    const attached = this.#ask('Target.attachToTarget', { targetId, flatten: true });
    const detach = ({ sessionId }: Record<string, unknown>): void =>
      this.#send('Target.detachFromTarget', { sessionId });
    const session = await before(signal, attached).catch((error: unknown) => {
      // Should the answer come after all.
      attached.then(detach, () => undefined);
      throw error;
    });
    return { id: String(session.sessionId), [Symbol.dispose]: () => detach(session) };
  }

  /** @throws AppError `capture_failed` */
  async #ask(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#send(method, params, sessionId, resolve);
    const { result, error } = await promise;
    if (!result) throw failed(`${method}: ${error?.message ?? 'an answer without a result'}`);
    return result;
  }

  #send(method: string, params: object, sessionId?: string, onAnswer?: (answer: Answer) => void): void {
    const id = ++this.#sent;
    if (onAnswer) this.#waiting.set(id, onAnswer);
    this.#input.write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
  }

  #hear(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) {
      const answer = readAnswer(message);
      if (!answer) this.#failAll('what the browser said cannot be read');
      else if (answer.id !== undefined) this.#settle(answer.id, answer);
      else if (answer.method === 'Target.targetCrashed') this.#onCrash(String(answer.params?.targetId));
      else if (answer.method === 'Page.screencastFrame')
        this.#frames.get(answer.sessionId ?? '')?.(Buffer.from(String(answer.params?.data), 'base64'));
    }
  }

  #settle(id: number, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #failAll(message: string): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { error: { message } });
  }
}

const failed = (message: string): AppError => new AppError('capture_failed', message);

/** @throws AppError `capture_failed` once the signal is aborted, or what `answer` throws */
function before<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = (): void => reject(failed('The browser has not answered in time'));
  if (signal.aborted) late();
  signal.addEventListener('abort', late);
  return Promise.race([answer, promise]).finally(() => signal.removeEventListener('abort', late));
}

/** null: it is no message. */
function readAnswer(message: string): Answer | null {
  try {
    const answer = JSON.parse(message) as unknown;
    return typeof answer === 'object' ? (answer as Answer | null) : null;
  } catch {
    return null;
  }
}
