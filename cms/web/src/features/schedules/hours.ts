/** How hours of a schedule follow each other while they are typed. Minutes; times of day are counted from midnight. */

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
  return left > 0 && left <= 24 * 60 ? left : before.length;
}
