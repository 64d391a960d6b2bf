/** What differs between two versions of a schedule, in words. */
import type { ScheduleInput } from '../../../../../shared/protocol/api/content.ts';
import type { ExceptionDay } from '../../../../../shared/protocol/programme.ts';
import { localDayOn } from '../../../../../shared/schedule/zone.ts';
import { differences, type Change, type Line } from '../../lib/changes.ts';
import { homeZone } from '../../lib/time.ts';
import { dayWords, durationWords } from '../../lib/words.ts';
import { m } from '../../paraglide/messages.js';
import { timeWord } from './cron-choice.ts';
import { priorityWord } from './priority.ts';
import { scheduleSentence, type When } from './sentence.ts';

interface Names {
  unit: (id: string) => string;
  playlist: (id: string) => string;
  targets: (targets: ScheduleInput['targets']) => string;
}

export const changesOf = (before: ScheduleInput, after: ScheduleInput, names: Names): Change[] =>
  differences(linesOf(before, names), linesOf(after, names));

const linesOf = (schedule: ScheduleInput, names: Names): Line[] => [
  [m.schedule_name(), schedule.name],
  [m.unit_field(), names.unit(schedule.unitId)],
  ...partLines(schedule, names),
  [m.schedule_where(), names.targets(schedule.targets)],
];

/** What boards are told of a schedule. */
export const partLines = (
  schedule: Pick<ScheduleInput, 'playlistId' | 'priority' | 'exceptions' | keyof When>,
  names: Pick<Names, 'playlist'>,
): Line[] => [
  [m.schedule_playlist(), names.playlist(schedule.playlistId)],
  [m.schedule_priority(), priorityWord(schedule.priority)],
  [m.schedule_when(), scheduleSentence(schedule)],
  [m.exceptions_title(), exceptionLines(schedule).join('\n')],
];

export const exceptionLines = ({ exceptions }: Pick<ScheduleInput, 'exceptions'>): string[] =>
  (exceptions ?? []).map(exceptionWords);

/** «Thứ Bảy 28/11/2026: 10:00, 2 giờ» */
export function exceptionWords({ date, instead }: ExceptionDay): string {
  const day = dayWords(localDayOn(homeZone, date).start);
  if (instead === null) return `${day}: ${m.exceptions_skipped()}`;
  const { minute, durationMs } = instead;
  return `${day}: ${timeWord(Math.floor(minute / 60), minute % 60)}, ${durationWords(durationMs)}`;
}
