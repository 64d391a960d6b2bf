/** Entry of the stage: one page, one carrier to the director, one Stage between them. */
import './jitless.ts';
import { mount } from 'svelte';
import App from './App.svelte';
import { carrierKind, openCarrier, type Carrier } from './carriers.ts';
import { Stage } from './stage.svelte.ts';
import './stage.css';
import '../../layouts/parts/theme.css';

const kind = carrierKind(location);
document.documentElement.dataset.carrier = kind;
// A public screen never shows a menu or a dialogue, and a fault is the director's to know, not the passers-by's.
for (const name of ['contextmenu', 'dragstart', 'error', 'unhandledrejection']) {
  window.addEventListener(name, (event) => event.preventDefault());
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
