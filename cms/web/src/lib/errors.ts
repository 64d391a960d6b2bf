/**
 * From a stable error code to a sentence that says what to do, in the page's language. There are hundreds, and the first page
 * needs none: they come with the first refusal, and before any other page.
 */
import { AppError } from '../../../../shared/util/errors.ts';
import { m } from '../paraglide/messages.js';
import { messageIdOf } from './error-codes.ts';

type Params = Record<string, string | number>;
type Sentences = Readonly<Record<string, ((params: Params) => string) | undefined>>;

/** What can be said from the start, and where there is nothing to fetch the others from: the line or the CMS is away, or upgraded. */
let sentences: Sentences = {
  error_network_unreachable: m.error_network_unreachable,
  error_page_failed: m.error_page_failed,
  error_answer_invalid: m.error_answer_invalid,
  error_not_signed_in: m.error_not_signed_in,
  error_http_429: m.error_http_429,
  error_http_502: m.error_http_502,
  error_http_503: m.error_http_503,
  error_http_504: m.error_http_504,
};

/** Fetches the sentences of all codes. Where that fails, codes are named until the next call. */
export async function fetchSentences(): Promise<void> {
  const fetched = await import('./error-sentences.ts').catch(() => null);
  if (fetched) sentences = fetched.errorSentences;
}

/** The sentence for a code; an unknown code is named, so that it can be reported. */
export function sentenceOf(code: string, params: Params = {}): string {
  // `in_use` says where, when the CMS says it.
  const where = 'where' in params && params.where !== '' ? sentences[`${messageIdOf(code)}_where`] : undefined;
  const message = where ?? sentences[messageIdOf(code)];
  return message ? message(params) : m.error_unknown({ code });
}

/** The sentence for anything that was thrown. */
export function explain(error: unknown): string {
  return error instanceof AppError ? sentenceOf(error.code, error.params) : sentenceOf('page_failed');
}
