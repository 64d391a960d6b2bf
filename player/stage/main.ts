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

const program = import('./page.ts');

// A kiosk window on a bare X server, where no window manager makes it cover its screen. Ignored in a tab, and where it does already.
if (kind === 'socket' && (innerWidth < screen.width || innerHeight < screen.height)) {
  const resized = once(window, 'resize');
  window.moveTo(0, 0);
  window.resizeTo(screen.width, screen.height);
  // The size is told to the director first of all.
  await Promise.race([resized, delay(500)]);
}

const first = kind === 'socket' ? openFirstSocket() : null;
(await program).start(kind, first);
