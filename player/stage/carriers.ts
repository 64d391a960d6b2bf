/**
 * The two ways a director reaches the stage: a WebSocket on the host that served the page (a player), or messages
 * from the page around this one (the studio's preview). Both carry the same messages.
 * What does not parse is refused where it names its scene, so that the director can go on, and dropped elsewhere.
 */
import { z } from 'zod';
import { stageCommand, type StageCommand, type StageEvent } from '../../shared/protocol/bridge.ts';
import { technicianCommand, type TechnicianEvent, type TechnicianView } from '../../shared/protocol/technician.ts';
import { bridgeUrl } from './address.ts';
import type { FirstSocket } from './first-socket.ts';

export interface Carrier {
  /** Lost when the director is away: it is told everything anew when it is back. */
  send(event: StageEvent | TechnicianEvent): void;
  close(): void;
}

export interface CarrierHandlers {
  /** A director can be reached; it may be another one than before. */
  opened(): void;
  /** It can no longer be reached. */
  left(): void;
  commanded(command: StageCommand): void;
  /** The technician's page is to stand over the content; null: to go. In a player alone. */
  technician(view: TechnicianView | null): void;
  /** Something came for this scene that is no command. */
  refused(sceneId: string, reason: string): void;
}

const named = z.object({ sceneId: z.string().max(100) });

/** First and longest wait before the socket is opened again, ms. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 3000;
/** Wait after the player has chosen another stage or has too many (close codes 4001 and 4003): no tug of war. */
const REFUSED_WAIT = 30_000;
const REFUSALS: readonly number[] = [4001, 4003];

/** Goes on with the first connection, and opens another whenever there is none. */
export function openSocket(first: FirstSocket, handlers: CarrierHandlers): Carrier {
  let socket: WebSocket = first.socket;
  let timer = 0;
  let wait = FIRST_WAIT;
  let closed = false;

  const attend = (own: WebSocket) => {
    own.addEventListener('open', () => (wait = FIRST_WAIT));
    own.addEventListener('message', ({ data }) => receiveInPlayer(data, handlers));
    own.addEventListener('close', ({ code }) => again(code));
  };
  const again = (code: number) => {
    if (closed) return;
    handlers.left();
    timer = window.setTimeout(connect, REFUSALS.includes(code) ? REFUSED_WAIT : wait);
    wait = Math.min(LONGEST_WAIT, wait * 2);
  };
  const connect = () => {
    socket = new WebSocket(bridgeUrl(window.location));
    socket.addEventListener('open', () => handlers.opened());
    attend(socket);
  };

  attend(socket);
  // What it said before is taken after this call has returned: an answer finds its carrier.
  const received = first.take();
  queueMicrotask(() => received.forEach((data) => receiveInPlayer(data, handlers)));
  if (socket.readyState === WebSocket.CLOSED) again(0);
  return {
    send(event) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(event));
    },
    close() {
      closed = true;
      window.clearTimeout(timer);
      socket.close();
    },
  };
}

export function openParent(window: Window, handlers: CarrierHandlers): Carrier {
  const listen = (message: MessageEvent) => {
    if (message.source !== window.parent || message.origin !== window.location.origin) return;
    receive(message.data, handlers);
  };
  window.addEventListener('message', listen);
  // After this call returns, so that the answer finds its listener.
  queueMicrotask(() => handlers.opened());
  return {
    send: (event) => window.parent.postMessage(event, window.location.origin),
    close: () => window.removeEventListener('message', listen),
  };
}

function receiveInPlayer(data: unknown, handlers: CarrierHandlers): void {
  const command = technicianCommand.safeParse(readJson(data));
  if (command.success) handlers.technician(command.data.view);
  else receive(data, handlers);
}

function readJson(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : data;
  } catch {
    return undefined;
  }
}

/** Accepts a command as an object or as JSON text. */
function receive(data: unknown, handlers: CarrierHandlers): void {
  const value = readJson(data);
  const command = stageCommand.safeParse(value);
  if (command.success) return handlers.commanded(command.data);
  const meant = named.safeParse(value);
  if (meant.success) handlers.refused(meant.data.sceneId, z.prettifyError(command.error));
}
