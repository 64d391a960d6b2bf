/** HTTP to the CMS: time, tokens, content by hash. What comes back is parsed here; nobody else sees a raw answer. */
import type { z } from 'zod';
import { errorBody, type OutputRegion } from '../../shared/protocol/common.ts';
import { boardTokenLifeMs, logPath, screenshotPath, timeAnswer } from '../../shared/protocol/link.ts';
import { samplePath, type SampleAbout } from '../../shared/protocol/samples.ts';
import { speedPath } from '../../shared/protocol/technician.ts';
import { AppError } from '../../shared/util/errors.ts';
import type { Clock, ClockStep } from './clock.ts';
import type { DeviceKey } from './identity.ts';
import type { System } from './system.ts';

/** The CMS did not answer, or refused. `status` 0: no answer at all. */
export class CmsError extends AppError {
  readonly httpStatus: number;
  constructor(code: string, message: string, httpStatus: number, cause?: unknown) {
    super(code, message, { cause });
    this.httpStatus = httpStatus;
  }
}

/** Longest wait for the head of an answer, ms. */
const answerTimeoutMs = 15_000;
/** The same for a request that brings a picture over a thin line, ms. */
const broughtTimeoutMs = 45_000;
/** Largest JSON answer that is read, bytes. */
const maxJsonBytes = 9_000_000;

export interface Credentials {
  readonly boardId: string;
  readonly key: DeviceKey;
}

/** The clock that answers of this CMS set, and that its tokens are made by. */
export type CmsClock = Pick<Clock, 'now' | 'sample'>;

export class CmsHttp {
  readonly #cms: string;
  readonly #clock: CmsClock;
  readonly #system: System;
  readonly #onStep: (step: ClockStep) => void;
  #sampled = false;
  #token: { of: string; jws: string; until: number } | null = null;

  constructor(cms: string, clock: CmsClock, system: System, onStep: (step: ClockStep) => void) {
    this.#cms = cms.replace(/\/+$/, '');
    this.#clock = clock;
    this.#system = system;
    this.#onStep = onStep;
  }

  get cms(): string {
    return this.#cms;
  }

  /** Samples the CMS's clock. @throws CmsError */
  async sampleTime(signal: AbortSignal): Promise<void> {
    const sent = this.#system.monotonic();
    const { now } = await this.json('GET', '/api/board/time', timeAnswer, signal);
    this.takeSample(now, sent, this.#system.monotonic());
  }

  /** A CMS clock reading that came with another answer. */
  takeSample(cmsNow: number, sent: number, received: number): void {
    this.#sampled = true;
    const step = this.#clock.sample(cmsNow, sent, received);
    if (step) this.#onStep(step);
  }

  /** The next token starts from a new sample: the CMS refused the last one, maybe for its time. */
  distrustTime(): void {
    this.#sampled = false;
    this.#token = null;
  }

  /** A token that lives for another minute at least. @throws CmsError when the CMS's time is needed and cannot be had */
  async token(who: Credentials, signal: AbortSignal): Promise<string> {
    if (!this.#sampled) await this.sampleTime(signal);
    const now = this.#clock.now();
    const of = `${who.boardId} ${who.key.x}`;
    if (this.#token?.of === of && this.#token.until - now > boardTokenLifeMs / 2) return this.#token.jws;
    const payload = {
      boardId: who.boardId,
      issuedAt: now,
      expiresAt: now + boardTokenLifeMs,
      nonce: this.#system.randomBytes(16).toString('base64url'),
    };
    const jws = await who.key.signDocument('bang-tin-board-token', payload, who.boardId);
    this.#token = { of, jws, until: payload.expiresAt };
    return jws;
  }

  /**
   * GET of content by path, from byte `from`. The caller reads the body, within its own limits.
   * @throws CmsError for anything but 200, 206 and 416
   */
  async content(path: string, from: number, who: Credentials, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${await this.token(who, signal)}` };
    if (from > 0) headers.range = `bytes=${from}-`;
    const response = await this.#fetch(path, { headers, redirect: 'error' }, signal);
    if (response.status === 401) this.distrustTime();
    if (response.status === 200 || response.status === 206 || response.status === 416) return response;
    throw await refusal(response);
  }

  /** Brings a picture of the glass that a command asked for. @throws CmsError */
  async putScreenshot(
    commandId: string,
    bytes: Uint8Array,
    { takenAt, output }: { takenAt: number; output: OutputRegion | null },
    who: Credentials,
    signal: AbortSignal,
  ): Promise<void> {
    const query = new URLSearchParams({ takenAt: String(takenAt) });
    if (output) query.set('output', [output.x, output.y, output.width, output.height, output.rotation].join(','));
    await this.#put(`${screenshotPath(commandId)}?${query}`, imageType(bytes), Buffer.from(bytes), who, signal);
  }

  /** Brings a picture that was ordered of every so many minutes, or word that there is none. @throws CmsError */
  async putSample(
    id: string,
    about: SampleAbout,
    picture: Uint8Array | null,
    who: Credentials,
    signal: AbortSignal,
  ): Promise<void> {
    const query = new URLSearchParams({ about: JSON.stringify(about) });
    await this.#put(
      `${samplePath(id)}?${query}`,
      picture && imageType(picture),
      picture && Buffer.from(picture),
      who,
      signal,
    );
  }

  /** Brings the log that a command asked for. @throws CmsError */
  async putLog(commandId: string, text: string, who: Credentials, signal: AbortSignal): Promise<void> {
    await this.#put(logPath(commandId), 'text/plain; charset=utf-8', text, who, signal);
  }

  /** Bytes for a test of the line. @throws CmsError */
  speedDown(who: Credentials, signal: AbortSignal): Promise<Response> {
    return this.content(speedPath, 0, who, signal);
  }

  /** @throws CmsError */
  async speedUp(bytes: Buffer<ArrayBuffer>, who: Credentials, signal: AbortSignal): Promise<void> {
    await this.#put(speedPath, 'application/octet-stream', bytes, who, signal);
  }

  /** @throws CmsError */
  async #put(
    path: string,
    type: string | null,
    body: string | Buffer<ArrayBuffer> | null,
    who: Credentials,
    signal: AbortSignal,
  ): Promise<void> {
    const headers: Record<string, string> = { authorization: `Bearer ${await this.token(who, signal)}` };
    if (type !== null) headers['content-type'] = type;
    const init: RequestInit = { method: 'PUT', headers, redirect: 'error', body };
    const response = await this.#fetch(path, init, signal, broughtTimeoutMs);
    if (response.ok) return;
    if (response.status === 401) this.distrustTime();
    throw await refusal(response);
  }

  /** A JSON request. @throws CmsError */
  async json<T>(
    method: 'GET' | 'POST',
    path: string,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<T> {
    const init: RequestInit = { method, redirect: 'error' };
    if (body !== undefined) {
      init.headers = { 'content-type': 'application/json' };
      init.body = JSON.stringify(body);
    }
    const response = await this.#fetch(path, init, signal);
    if (!response.ok) throw await refusal(response);
    const parsed = schema.safeParse(await readJson(response));
    if (!parsed.success)
      throw new CmsError(
        'answer_invalid',
        `The CMS answered ${path} with something else`,
        response.status,
        parsed.error,
      );
    return parsed.data;
  }

  /** The timeout covers the head of the answer; whoever reads a long body watches it. */
  async #fetch(path: string, init: RequestInit, signal: AbortSignal, timeoutMs = answerTimeoutMs): Promise<Response> {
    const slow = new AbortController();
    const timer = setTimeout(() => slow.abort(new Error('no answer in time')), timeoutMs);
    try {
      return await fetch(this.#cms + path, { ...init, signal: AbortSignal.any([signal, slow.signal]) });
    } catch (cause) {
      throw new CmsError('cms_unreachable', `No answer from ${this.#cms}`, 0, cause);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** RIFF is how a WebP begins; a host takes that or JPEG. */
const imageType = (bytes: Uint8Array): string => (bytes[0] === 0x52 ? 'image/webp' : 'image/jpeg');

async function readJson(response: Response): Promise<unknown> {
  try {
    const text = await readLimited(response, maxJsonBytes);
    return JSON.parse(new TextDecoder().decode(text));
  } catch (cause) {
    throw new CmsError('answer_invalid', 'The CMS answered with something that is not JSON', response.status, cause);
  }
}

async function refusal(response: Response): Promise<CmsError> {
  const body = errorBody.safeParse(await readJson(response).catch(() => null));
  return body.success
    ? new CmsError(body.data.error.code, body.data.error.message, response.status)
    : new CmsError('cms_refused', `The CMS answered with status ${response.status}`, response.status);
}

/** Longest silence in the middle of a body, ms. */
const silenceMs = 30_000;

/** The chunks of a body; a connection that falls silent ends with an error instead of waiting for ever. @throws CmsError */
export async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    while (true) {
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new CmsError('cms_silent', 'The download fell silent', response.status)),
          silenceMs,
        );
      });
      const chunk = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer));
      if (chunk.done) return;
      yield chunk.value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** A whole body of at most `limit` bytes. @throws CmsError `answer_too_large` */
export async function readLimited(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(response)) {
    size += chunk.length;
    if (size > limit) throw new CmsError('answer_too_large', `More than ${limit} bytes came`, response.status);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
