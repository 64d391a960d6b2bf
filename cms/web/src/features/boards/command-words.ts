/** Commands to boards in words. What a later release gave without words for it here is shown by its name. */
import type { GivenCommand } from '../../../../../shared/protocol/api/commands.ts';
import { downloadLimits } from '../../../../../shared/protocol/downloads.ts';
import { screenHours } from '../../../../../shared/protocol/screen.ts';
import { sentenceOf } from '../../lib/errors.ts';
import { messagesNamed } from '../../lib/named-messages.ts';
import { formatDateTime } from '../../lib/time.ts';
import { m } from '../../paraglide/messages.js';
import { limitsWords } from './downloads-words.ts';
import { everyWords } from './samples-words.ts';
import { hoursWords } from './screen-words.ts';

const names = messagesNamed<Record<string, string>>(m, 'command_name_');
const whys = messagesNamed<Record<string, string>>(m, 'command_why_');
const snake = (name: string): string => name.replace(/([A-Z])/g, '_$1').toLowerCase();

/** What the board is to do, with what the command says: «Âm lượng 40%». */
export function commandName({ name, payload }: Pick<GivenCommand, 'name' | 'payload'>): string {
  const said = Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, String(value)]));
  const { data: hours } = screenHours.safeParse(payload.hours);
  const { data: limits } = downloadLimits.strip().safeParse(payload);
  const { everyMinutes } = payload;
  const values = {
    ...said,
    ...(hours ? { hours: hoursWords(hours) } : {}),
    ...(limits ? { limits: limitsWords(limits) } : {}),
    ...(typeof everyMinutes === 'number' ? { every: everyWords(everyMinutes) } : {}),
  };
  // What only takes one of two ways is two sentences.
  const way = Object.values(payload).find((value) => typeof value === 'boolean');
  const id = way === undefined ? snake(name) : `${snake(name)}_${way}`;
  return names[`command_name_${id}`]?.(values) ?? name;
}

/** Of what a command says: all that its name in words says. */
export const saidByName: readonly string[] = [
  'percent',
  'cut',
  'on',
  'back',
  'version',
  'overBudget',
  'everyMinutes',
  ...Object.keys(downloadLimits.shape),
];

/** Why a board did not do it. What is said otherwise of programmes and of this server has sentences of its own here. */
export const whyNot = (code: string | null): string =>
  whys[`command_why_${code}`]?.({}) ?? sentenceOf(code ?? 'command_refused');
/** Whether the board has it at all is not known. */
const unanswered = ({ state, errorCode }: Pick<GivenCommand, 'state' | 'errorCode'>): boolean =>
  state === 'failed' && errorCode === 'command_unanswered';

export function commandState(command: GivenCommand): string {
  const { state, stateAt, expiresAt, errorCode } = command;
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
      return unanswered(command)
        ? m.command_state_unanswered({ time })
        : m.command_state_failed({ time, why: whyNot(errorCode) });
    case 'expired':
      return m.command_state_expired({ time });
    case 'replaced':
      return errorCode === 'order_withdrawn' ? m.command_state_withdrawn({ time }) : m.command_state_replaced({ time });
  }
}

export function commandTone(command: GivenCommand): 'good' | 'bad' | 'warn' | 'neutral' {
  const { state } = command;
  if (state === 'done') return 'good';
  if (state === 'expired' || unanswered(command)) return 'warn';
  return state === 'failed' || state === 'refused' ? 'bad' : 'neutral';
}

/** Who gave it, and when. */
export function commandGiven({ by, renewed, issuedAt }: GivenCommand): string {
  const time = formatDateTime(issuedAt);
  if (renewed) return m.care_given_anew({ time });
  return by === null ? m.care_given({ time }) : m.care_given_by({ who: by, time });
}

/**
 * The sentence that warns of a source that is cut, or about to be; null: it is not.
 * @param order what stands for the board; null: this CMS knows of no order, as after a restore
 * @param told what the board says
 */
export function cutWords(order: GivenCommand | null, told: boolean): { title: string; text: string } | null {
  const cut = order === null ? told : order.payload.cut === true;
  if (!cut) return null;
  return told || order?.state === 'done'
    ? { title: m.care_cut_title(), text: m.care_cut_text() }
    : { title: m.care_cut_waiting_title(), text: m.care_cut_waiting_text() };
}
