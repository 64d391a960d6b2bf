/**
 * The CMS's HTTP interface as this page uses it. Every answer is parsed with the schema of shared/protocol/api, every
 * refusal becomes an ApiError with the server's stable code.
 */
import type { z } from 'zod';
import { errorBody } from '../../../../shared/protocol/common.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { fetchSentences } from './errors.ts';

/** Codes of its own: `network_unreachable` (no answer), `answer_invalid` (an answer that this page does not understand). */
export class ApiError extends AppError {}

export interface ApiOptions {
  fetch: typeof globalThis.fetch;
  /** The token of the session, sent with every changing request; null before signing in. */
  csrfToken: () => string | null;
  /** Called when the CMS answers that nobody is signed in. */
  onSignedOut: () => void;
  /** Called when the CMS answers that the session has to show a second factor first, or to set one up. The refusal waits for it. */
  onHeldUp: () => Promise<void>;
}

export interface Api {
  get<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, schema: z.ZodType<T>, body?: unknown): Promise<T>;
  put<T>(path: string, schema: z.ZodType<T>, body: unknown): Promise<T>;
  patch<T>(path: string, schema: z.ZodType<T>, body: unknown): Promise<T>;
  /** Sends a file as it is. */
  sendFile<T>(path: string, schema: z.ZodType<T>, file: Blob, type: string): Promise<T>;
  /** What is answered 204. */
  send(method: 'POST' | 'PUT', path: string, body?: unknown): Promise<void>;
  /** GET of what is no JSON: the answer itself. */
  read(path: string): Promise<Response>;
  /** DELETE, answered 204. */
  remove(path: string): Promise<void>;
}

/** A second factor is asked for, or asked for anew, while the page is open. */
const heldUp = new Set(['second_factor_needed', 'second_factor_missing']);
/** Refusals with which the pages go out of the person's reach. */
export const locksPages: ReadonlySet<string> = new Set(['not_signed_in', ...heldUp]);

class FileBody {
  readonly file: Blob;
  readonly type: string;
  constructor(file: Blob, type: string) {
    this.file = file;
    this.type = type;
  }
}

/** Makes the client. Its methods throw ApiError only, or the AbortError of the given signal. */
export function createApi(options: ApiOptions): Api {
  async function send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { accept: 'application/json' };
    const token = method === 'GET' ? null : options.csrfToken();
    if (token !== null) headers['x-csrf-token'] = token;
    const init: RequestInit = { method, headers, credentials: 'same-origin' };
    if (body instanceof FileBody) {
      headers['content-type'] = body.type;
      init.body = body.file;
    } else if (body !== undefined) {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(body);
    }
    if (signal) init.signal = signal;
    let response: Response;
    try {
      response = await options.fetch(path, init);
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new ApiError('network_unreachable', 'The CMS did not answer', { status: 503, cause });
    }
    if (response.ok) return response;
    const error = await refusal(response);
    if (error.code === 'not_signed_in') options.onSignedOut();
    if (heldUp.has(error.code)) await options.onHeldUp();
    throw error;
  }

  async function answer<T>(
    method: string,
    path: string,
    schema: z.ZodType<T>,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<T> {
    const response = await send(method, path, body, signal);
    const parsed = schema.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success) {
      throw new ApiError('answer_invalid', `${method} ${path} was answered in an unknown shape`, {
        status: 502,
        cause: parsed.error,
      });
    }
    return parsed.data;
  }

  return {
    get: (path, schema, signal) => answer('GET', path, schema, undefined, signal),
    post: (path, schema, body) => answer('POST', path, schema, body),
    put: (path, schema, body) => answer('PUT', path, schema, body),
    patch: (path, schema, body) => answer('PATCH', path, schema, body),
    sendFile: (path, schema, file, type) => answer('POST', path, schema, new FileBody(file, type)),
    read: (path) => send('GET', path, undefined),
    async send(method, path, body) {
      await send(method, path, body);
    },
    async remove(path) {
      await send('DELETE', path, undefined);
    },
  };
}

/** The error that a refused request carries, and its sentence is there; a body from a proxy in between reads as `http_<status>`. */
export async function refusal(response: { status: number; json(): Promise<unknown> }): Promise<ApiError> {
  const parsed = errorBody.safeParse(await response.json().catch(() => undefined));
  const error = parsed.success
    ? parsed.data.error
    : { code: `http_${response.status}`, message: `HTTP ${response.status}`, field: null, params: {} };
  const { code, message, field, params } = error;
  // Who is not signed in is shown the way in: that page does not wait for sentences.
  if (code !== 'not_signed_in') await fetchSentences();
  return new ApiError(code, message, { status: response.status, params, ...(field === null ? {} : { field }) });
}
