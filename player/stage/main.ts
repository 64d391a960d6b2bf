/** Entry of the stage: the director is called at once, the program is read beside that. */
import './jitless.ts';
import { carrierKind } from './address.ts';
import { openFirstSocket } from './first-socket.ts';
import { delay, once } from './waiting.ts';

const kind = carrierKind(location);
document.documentElement.dataset.carrier = kind;
// A public screen never shows a menu or a dialogue, and a fault is the director's to know, not the passers-by's.
for (const name of ['contextmenu', 'dragstart', 'error', 'unhandledrejection']) {
  window.addEventListener(name, (event) => event.preventDefault());
}

/** A kiosk window on a bare X server, where no window manager makes it cover its screen. Ignored in a tab, and where it does already. */
async function coverScreen(): Promise<void> {
  if (kind !== 'socket' || (innerWidth >= screen.width && innerHeight >= screen.height)) return;
  const resized = once(window, 'resize');
  window.moveTo(0, 0);
  window.resizeTo(screen.width, screen.height);
  await Promise.race([resized, delay(500)]);
}

const sized = coverScreen();
// Before the dozen files of the program, which would be served first.
const first = kind === 'socket' ? openFirstSocket(sized) : null;
const [{ start }] = await Promise.all([import('./page.ts'), sized]);
start(kind, first);
