/** The sentences of all error codes; fetched behind the first page (errors.ts). */
import { m } from '../paraglide/messages.js';
import { messagesNamed } from './named-messages.ts';

export const errorSentences = messagesNamed<Record<string, string | number>>(m, 'error_');
