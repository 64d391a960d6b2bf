/** Entry of the stage: one page, one carrier to the director, one Stage between them. */
import './jitless.ts';
import { mount } from 'svelte';
import App from './App.svelte';
import { carrierKind, openCarrier, type Carrier } from './carriers.ts';
import { Stage } from './stage.svelte.ts';
import { delay, once } from './waiting.ts';
import './stage.css';
import '../../layouts/parts/theme.css';

const kind = carrierKind(location);
document.documentElement.dataset.carrier = kind;
// A public screen never shows a menu or a dialogue, and a fault is the director's to know, not the passers-by's.
for (const name of ['contextmenu', 'dragstart', 'error', 'unhandledrejection']) {
  window.addEventListener(name, (event) => event.preventDefault());
}

// A kiosk window on a bare X server, where no window manager makes it cover its screen. Ignored in a tab, and where it does already.
if (kind === 'socket' && (innerWidth < screen.width || innerHeight < screen.height)) {
  const resized = once(window, 'resize');
  window.moveTo(0, 0);
  window.resizeTo(screen.width, screen.height);
  // The size is told to the director first of all.
  await Promise.race([resized, delay(500)]);
}

let carrier: Carrier | null = null;
const stage = new Stage((event) => carrier?.send(event));
mount(App, { target: document.getElementById('stage') ?? document.body, props: { stage, preview: kind === 'parent' } });
carrier = openCarrier(kind, window, {
  opened: () => stage.directorArrived(),
  commanded: (command) => stage.handle(command),
  refused: (sceneId, reason) => stage.refuse(sceneId, reason),
});
stage.run();
