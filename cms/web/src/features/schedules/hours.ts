/** How hours of a schedule follow each other while they are typed. Minutes; times of day are counted from midnight. */

const dayMinutes = 24 * 60;

/** Of hours from one time of day to another; the same time: a day. */
export const lengthOf = (from: number, to: number): number => ((to - from - 1 + 2 * dayMinutes) % dayMinutes) + 1;

interface Hours {
  readonly start: number;
  /** At most a day. */
  readonly length: number;
}

/**
 * How long hours are that begin at another time: the end stays where it is while it lies behind the beginning on the same day, or
 * on the next where it was there before. Else the hours are as long as they were, as in calendars.
 */
export function lengthFrom(start: number, before: Hours): number {
  const left = before.start + before.length - start;
  if (left <= 0) return before.length;
  if (left <= dayMinutes) return left;
  // Begun after midnight, a night ends on the same day; of a whole day the end says nothing.
  return before.length < dayMinutes ? left - dayMinutes : dayMinutes;
}
