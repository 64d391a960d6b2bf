/** From a stable error code to a sentence that says what to do, in the page's language. */
import { AppError } from '../../../../shared/util/errors.ts';
import { m } from '../paraglide/messages.js';
import { messageIdOf } from './error-codes.ts';
import { messagesNamed } from './named-messages.ts';

type Params = Record<string, string | number>;
const messages = messagesNamed<Params>(m, 'error_');

/** The sentence for a code; an unknown code is named, so that it can be reported. */
export function sentenceOf(code: string, params: Params = {}): string {
  // `in_use` says where, when the CMS says it.
  const where = 'where' in params && params.where !== '' ? messages[`${messageIdOf(code)}_where`] : undefined;
  const message = where ?? messages[messageIdOf(code)];
  return message ? message(params) : m.error_unknown({ code });
}

/** The sentence for anything that was thrown. */
export function explain(error: unknown): string {
  return error instanceof AppError ? sentenceOf(error.code, error.params) : sentenceOf('page_failed');
}
