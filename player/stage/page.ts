/** The stage's page: one carrier to the director, one Stage between them. */
import { mount } from 'svelte';
import { loadEveryLayout } from '../../layouts/registry.ts';
import type { CarrierKind } from './address.ts';
import App from './App.svelte';
import { openParent, openSocket, type Carrier, type CarrierHandlers } from './carriers.ts';
import type { FirstSocket } from './first-socket.ts';
import type { TechnicianSaid } from '../../shared/protocol/technician.ts';
import { Stage } from './stage.svelte.ts';
import { watchHands } from './technician/hands.ts';
import './stage.css';
import '../../layouts/parts/theme.css';

/** @param first the connection that is open already; null in a preview */
export function start(kind: CarrierKind, first: FirstSocket | null): void {
  let carrier: Carrier | null = null;
  let warm = kind !== 'socket';
  const stage = new Stage((event) => {
    carrier?.send(event);
    if (warm || event.type !== 'painted') return;
    // The first picture is on the glass: what later ones need is read now, while the engine is there to serve it.
    warm = true;
    requestIdleCallback(() => void loadEveryLayout().catch(() => undefined));
  });
  mount(App, {
    target: document.getElementById('stage') ?? document.body,
    props: {
      stage,
      preview: kind === 'parent',
      say: (said: TechnicianSaid) => carrier?.send({ type: 'technician', said }),
    },
  });
  // A page that somebody opened is no board, and has no such page.
  if (kind === 'socket')
    watchHands(window, () => {
      if (!stage.byHand && stage.technician === null) carrier?.send({ type: 'technician', said: { what: 'ask' } });
    });
  const handlers: CarrierHandlers = {
    opened: () => stage.directorArrived(),
    left: () => stage.directorLeft(),
    commanded: (command) => (command.type === 'reload' ? location.reload() : stage.handle(command)),
    technician: (view) => (stage.technician = view),
    refused: (sceneId, reason) => stage.refuse(sceneId, reason),
  };
  carrier = first ? openSocket(first, handlers) : openParent(window, handlers);
  stage.run();
}
