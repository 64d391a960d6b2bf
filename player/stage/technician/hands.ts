/**
 * How somebody at the glass asks for the technician's page: Enter five times, which every keyboard has and no method of input takes, or
 * a finger held still for five seconds.
 */

const presses = 5;
const withinMs = 3_000;
const heldMs = 5_000;
/** A finger that strays further is no finger that is held, px. */
const strayPx = 40;

/** @param onAsk called each time; whoever calls decides whether it counts */
export function watchHands(target: Window, onAsk: () => void): void {
  let times: number[] = [];
  target.addEventListener('keydown', ({ key, repeat, timeStamp }) => {
    if (key !== 'Enter' || repeat) {
      if (key !== 'Enter') times = [];
      return;
    }
    times = [...times.filter((time) => timeStamp - time < withinMs), timeStamp];
    if (times.length < presses) return;
    times = [];
    onAsk();
  });
  let held: { readonly timer: number; readonly x: number; readonly y: number } | null = null;
  const letGo = (): void => {
    if (held) target.clearTimeout(held.timer);
    held = null;
  };
  target.addEventListener('pointerdown', ({ clientX: x, clientY: y }) => {
    letGo();
    held = { timer: target.setTimeout(onAsk, heldMs), x, y };
  });
  target.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (held && Math.hypot(clientX - held.x, clientY - held.y) > strayPx) letGo();
  });
  for (const name of ['pointerup', 'pointercancel', 'blur']) target.addEventListener(name, letGo);
}
