/** Commands to boards in words. What a later release gave without words for it here is shown by its name. */
import type { GivenCommand } from '../../../../../shared/protocol/api/commands.ts';
import { sentenceOf } from '../../lib/errors.ts';
import { messagesNamed } from '../../lib/named-messages.ts';
import { formatDateTime } from '../../lib/time.ts';
import { m } from '../../paraglide/messages.js';

const names = messagesNamed<Record<string, string>>(m, 'command_name_');
const snake = (name: string): string => name.replace(/([A-Z])/g, '_$1').toLowerCase();

/** What the board is to do, with what the command says: «Âm lượng 40%». */
export function commandName({ name, payload }: Pick<GivenCommand, 'name' | 'payload'>): string {
  const values = Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, String(value)]));
  // What only takes one of two ways is two sentences.
  const way = Object.values(payload).find((value) => typeof value === 'boolean');
  const id = way === undefined ? snake(name) : `${snake(name)}_${way}`;
  return names[`command_name_${id}`]?.(values) ?? name;
}

export function commandState({ state, stateAt, expiresAt, errorCode }: GivenCommand): string {
  const time = formatDateTime(stateAt);
  switch (state) {
    case 'waiting':
      return m.command_state_waiting({ time: formatDateTime(expiresAt) });
    case 'received':
      return m.command_state_received({ time });
    case 'done':
      return m.command_state_done({ time });
    case 'failed':
    case 'refused':
      return m.command_state_failed({ time, why: sentenceOf(errorCode ?? 'command_refused') });
    case 'expired':
      return m.command_state_expired({ time });
    case 'replaced':
      return m.command_state_replaced({ time });
  }
}

export const commandTone = ({ state }: GivenCommand): 'good' | 'bad' | 'warn' | 'neutral' =>
  state === 'done'
    ? 'good'
    : state === 'failed' || state === 'refused'
      ? 'bad'
      : state === 'expired'
        ? 'warn'
        : 'neutral';
