/** Units change at midnight in Viet Nam, on the day that a decision names. Times are ms UTC. */
import { Temporal } from 'temporal-polyfill';
import { AppError } from '../../../../shared/util/errors.ts';
import { UnitError } from './rules.ts';

export const homeZone = 'Asia/Ho_Chi_Minh';

const local = (ms: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(homeZone);

/** When the day that holds `ms` began. */
export const startOfDay = (ms: number): number => local(ms).startOfDay().epochMilliseconds;

/** When a day («2026-12-01») begins. @throws AppError `invalid_input` */
export function beginOf(day: string): number {
  try {
    return Temporal.PlainDate.from(day).toZonedDateTime(homeZone).epochMilliseconds;
  } catch (cause) {
    throw new AppError('invalid_input', 'There is no such day', { field: 'from', cause });
  }
}

/** When a change begins. @throws UnitError `unit_reason_needed` when that is before today and nobody says why */
export function beginning({ from, reason }: { from: string; reason?: string | undefined }, now: number): number {
  const at = beginOf(from);
  if (at < startOfDay(now) && (reason ?? '') === '')
    throw new UnitError('unit_reason_needed', 'A day before today corrects the records: say why', { field: 'reason' });
  return at;
}

/** «01/12/2026», for sentences. */
export function dayInWords(ms: number): string {
  const { day, month, year } = local(ms);
  return `${String(day).padStart(2, '0')}/${String(month).padStart(2, '0')}/${year}`;
}
