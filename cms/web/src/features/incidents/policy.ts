/** When incidents are told of, in words. */
import type { IncidentPolicy } from '../../../../../shared/protocol/api/incidents.ts';
import { durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { endWord, minuteWord } from '../schedules/cron-choice.ts';

export function policyWords({ afterMinutes, watch: { from, to } }: IncidentPolicy): string {
  const length = durationWords(afterMinutes * 60_000);
  return from === to
    ? m.incident_policy_all_day({ length })
    : m.incident_policy_hours({ length, from: minuteWord(from), to: endWord(to) });
}
