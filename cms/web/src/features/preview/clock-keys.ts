/** How keys move a slider over the hours of a day. */
const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Arrows: a minute, with Shift ten; Page Up and Page Down: an hour. @returns ms; null: the key is none of these */
export function keyStepMs({ key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): number | null {
  const step = shiftKey ? 10 * minuteMs : minuteMs;
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return step;
    case 'ArrowLeft':
    case 'ArrowDown':
      return -step;
    case 'PageUp':
      return hourMs;
    case 'PageDown':
      return -hourMs;
    default:
      return null;
  }
}
