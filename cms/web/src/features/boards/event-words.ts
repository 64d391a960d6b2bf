/** What a player wrote into its journal beside plays, in words. */
import { isNote } from '../../../../../shared/faults/notes.ts';
import type { BoardEvent } from '../../../../../shared/protocol/api/proof.ts';
import type { JournalBody } from '../../../../../shared/protocol/journal.ts';
import { sentenceOf } from '../../lib/errors.ts';
import { durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { hostName, versionWord } from './words.ts';

export const eventWords = ({ body }: BoardEvent): string => bodyWords(body);

/** @param body null: of a kind that is not known here */
export function bodyWords(body: JournalBody | null): string {
  switch (body?.type) {
    case 'booted':
      return m.device_log_booted({ host: hostName(body.host), app: body.app });
    case 'programmeSwitched':
      return m.device_log_programme({ version: versionWord(body.version) });
    case 'clockStepped': {
      const by = body.toOffsetMs - body.fromOffsetMs;
      const length = durationWords(Math.max(1000, Math.round(Math.abs(by) / 1000) * 1000));
      return by > 0 ? m.device_log_clock_forward({ length }) : m.device_log_clock_back({ length });
    }
    case 'screenChanged':
      if (body.on === null) return m.device_log_screen_unknown();
      return body.on ? m.device_log_screen_on() : m.device_log_screen_off();
    case 'takeoverShown':
      return m.device_log_alert_shown();
    case 'takeoverEnded': {
      const words = {
        allClear: m.device_log_alert_all_clear,
        superseded: m.device_log_alert_superseded,
        expired: m.device_log_alert_expired,
      };
      return words[body.reason]();
    }
    case 'faultRaised':
      return sentenceOf(body.code, { detail: body.detail });
    default:
      return m.device_log_unknown();
  }
}

export const eventTone = ({ body }: BoardEvent): 'bad' | 'neutral' =>
  body?.type === 'faultRaised' && !isNote(body.code) ? 'bad' : 'neutral';
