/** For whom this tab opened pages without a second factor: one that is asked for after a reload was switched on meanwhile. */
const key = 'bang-tin-opened';

/** A browser that keeps nothing knows of nobody. */
export function noteOpened(userId: string | null): void {
  try {
    if (userId === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, userId);
  } catch {
    // As said.
  }
}

export function wasOpened(userId: string): boolean {
  try {
    return sessionStorage.getItem(key) === userId;
  } catch {
    return false;
  }
}
