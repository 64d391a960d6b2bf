/** Waiting for what a page does in its own time: frames and events, always with an end. */
import { SceneError, type FailureCode } from './failure.ts';

/** Code and fonts come from this machine: what takes longer does not come. ms */
export const LOAD_LIMIT_MS = 15_000;

/** Resolves when the next frame is about to be painted. */
function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

/**
 * Resolves after the next frame has been painted, with the time (performance.now) at which the frame after it began:
 * by then what was changed before the call has been on the glass.
 */
export function nextPaint(): Promise<number> {
  return nextFrame().then(nextFrame);
}

/** Resolves after the time, ms. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The promise's outcome, or a SceneError when it takes longer than `ms`. */
export async function within<T>(promise: Promise<T>, ms: number, code: FailureCode, message: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SceneError(code, message)), ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves at the first of the events. */
export function once(target: EventTarget, ...names: string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const name of names) target.removeEventListener(name, done);
      resolve();
    };
    for (const name of names) target.addEventListener(name, done);
  });
}
