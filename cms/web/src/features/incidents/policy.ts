/** When incidents are told of, in words. */
import type { IncidentPolicy } from '../../../../../shared/protocol/api/incidents.ts';
import { durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { timeWord } from '../schedules/cron-choice.ts';

const clock = (minute: number): string => timeWord(Math.floor(minute / 60), minute % 60);

export function policyWords({ afterMinutes, watch: { from, to } }: IncidentPolicy): string {
  const length = durationWords(afterMinutes * 60_000);
  return from === to
    ? m.incident_policy_all_day({ length })
    : m.incident_policy_hours({ length, from: clock(from), to: clock(to) });
}
