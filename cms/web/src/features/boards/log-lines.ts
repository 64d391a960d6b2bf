/** A player's log in words: what has a known event or fault is told in the page's language, the rest as the player wrote it. */
import { faults, type FaultAction } from '../../../../../shared/faults/table.ts';
import { logLine, type LogLine } from '../../../../../shared/protocol/log.ts';
import { sentenceOf } from '../../lib/errors.ts';
import { messagesNamed } from '../../lib/named-messages.ts';
import { m } from '../../paraglide/messages.js';
import { commandName } from './command-words.ts';
import { bodyWords } from './event-words.ts';

export type LogLevel = 'info' | 'warning' | 'error';

export interface LogEntry {
  /** As it was written. */
  readonly raw: string;
  /** By the player's own clock, ms UTC; null: the line says none. */
  readonly at: number | null;
  readonly level: LogLevel;
  readonly words: string;
  /** What the player does about a fault; '': nothing that is known. */
  readonly action: string;
}

const actions = messagesNamed(m, 'fault_action_');
const snake = (name: string): string => name.replace(/([A-Z])/g, '_$1').toLowerCase();

/** The newest line first. */
export function readLog(text: string): LogEntry[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map(entryOf).reverse();
}

function entryOf(raw: string): LogEntry {
  const parsed = logLine.safeParse(jsonOr(raw));
  if (!parsed.success) return { raw, at: null, level: 'info', words: raw, action: '' };
  const line = parsed.data;
  const level = line.level >= 50 ? 'error' : line.level >= 40 ? 'warning' : 'info';
  return { raw, at: line.time, level, words: wordsOf(line), action: actionOf(line) };
}

function jsonOr(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
}

const isFault = ({ msg, code }: LogLine): boolean => msg === 'fault' && code !== undefined;

function wordsOf(line: LogLine): string {
  const { code = '', detail = '', event, msg } = line;
  if (isFault(line)) return sentenceOf(code, { detail });
  if (event === undefined) return code === '' ? msg : `${msg} (${code})`;
  switch (event.type) {
    case 'commandTaken':
      return m.log_command_taken({ command: commandName(event) });
    case 'commandFailed':
      return m.log_command_failed({ command: commandName(event), why: sentenceOf(event.code) });
    case 'ended':
      return m.log_event_ended();
    case 'paired':
      return m.log_event_paired();
    case 'replaced':
      return m.log_event_replaced();
    case 'stageConnected':
      return m.log_event_stage_connected();
    case 'linkUp':
      return m.log_event_link_up();
    case 'linkLost':
      return m.log_event_link_lost();
    case 'linkFailed':
      return m.log_event_link_failed();
    default:
      return bodyWords(event);
  }
}

/** Of a fault what is done every time, and the step that its detail names: «… → newWindow in 500 ms». */
function actionOf(line: LogLine): string {
  if (!isFault(line)) return '';
  const always: readonly FaultAction[] = Object.hasOwn(faults, line.code!)
    ? faults[line.code as keyof typeof faults].always
    : [];
  const step = / → (\w+)(?: in \d+ ms)?$/.exec(line.detail ?? '')?.[1];
  const words = [...always, ...(step === undefined ? [] : [step])].map(
    (action) => actions[`fault_action_${snake(action)}`]?.() ?? action,
  );
  return words.join(', ');
}
