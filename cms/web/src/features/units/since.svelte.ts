/** From which day on a change of the tree holds. */
import { formatDate, startOfDay } from '../../lib/time.ts';

/** The day in Viet Nam that holds `ms`: «2026-12-01». */
export function dayOf(ms: number): string {
  const [day, month, year] = formatDate(ms).split('/');
  return `${year}-${month}-${day}`;
}

export class Since {
  /** ms UTC; null: what is typed is no date. */
  at = $state<number | null>(null);
  reason = $state('');

  reset(now: number): void {
    this.at = startOfDay(now);
    this.reason = '';
  }

  /** What is sent: the reason only where one is asked for. */
  input(now: number): { from: string | undefined; reason?: string } {
    const from = this.at === null ? undefined : dayOf(this.at);
    return this.isPast(now) ? { from, reason: this.reason } : { from };
  }

  isPast(now: number): boolean {
    return this.at !== null && this.at < startOfDay(now);
  }
  isLater(now: number): boolean {
    return this.at !== null && this.at >= startOfDay(now, 1);
  }

  /** Errors that the schema cannot know. */
  errors(now: number, sentence: () => string): Record<string, string> {
    return this.isPast(now) && this.reason.trim() === '' ? { reason: sentence() } : {};
  }
}
