/** What is wrong with a cron expression, by its parts. */
import { parseCron } from '../../../../../shared/schedule/windows.ts';
import { AppError } from '../../../../../shared/util/errors.ts';
import { m } from '../../paraglide/messages.js';

const parts = [m.cron_part_minute, m.cron_part_hour, m.cron_part_day, m.cron_part_month, m.cron_part_weekday] as const;

function reads(cron: string): boolean {
  try {
    parseCron(cron);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** «61» chưa đúng. Phút: 0–59. undefined for an expression that is read. */
export function cronFault(cron: string): string | undefined {
  if (reads(cron)) return undefined;
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== parts.length) return m.cron_wrong_count();
  // The first part that cannot be read even where the others allow everything.
  for (const [index, text] of fields.entries()) {
    const alone = parts.map((_, i) => (i === index ? text : '*')).join(' ');
    if (!reads(alone)) return m.cron_wrong_part({ text, part: parts[index]!() });
  }
  return m.cron_wrong_never();
}
