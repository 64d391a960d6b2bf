/**
 * The two ways a director reaches the stage: a WebSocket on the host that served the page (a player), or messages
 * from the page around this one (the studio's preview). Both carry the same messages.
 * What does not parse is refused where it names its scene, so that the director can go on, and dropped elsewhere.
 */
import { z } from 'zod';
import { stageCommand, type StageCommand, type StageEvent } from '../../shared/protocol/bridge.ts';

export interface Carrier {
  /** Lost when the director is away: it is told everything anew when it is back. */
  send(event: StageEvent): void;
  close(): void;
}

export interface CarrierHandlers {
  /** A director can be reached; it may be another one than before. */
  opened(): void;
  commanded(command: StageCommand): void;
  /** Something came for this scene that is no command. */
  refused(sceneId: string, reason: string): void;
}

const named = z.object({ sceneId: z.string().max(100) });

export type CarrierKind = 'socket' | 'parent';

/** `?carrier=parent` in the page's address chooses the page around it; else the socket. */
export function carrierKind(location: Pick<Location, 'search'>): CarrierKind {
  return new URLSearchParams(location.search).get('carrier') === 'parent' ? 'parent' : 'socket';
}

/** Where the bridge is: the page's own host, with the token from the page's own address. */
export function bridgeUrl(location: Pick<Location, 'href'>): string {
  const page = new URL(location.href);
  const url = new URL('/bridge', page);
  url.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('token', page.searchParams.get('token') ?? '');
  return url.href;
}

/** First and longest wait before the socket is opened again, ms. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 3000;
/** Wait after the player has chosen another stage or has too many (close codes 4001 and 4003): no tug of war. */
const REFUSED_WAIT = 30_000;
const REFUSALS: readonly number[] = [4001, 4003];

export function openCarrier(kind: CarrierKind, window: Window, handlers: CarrierHandlers): Carrier {
  return kind === 'parent' ? openParent(window, handlers) : openSocket(window, handlers);
}

function openSocket(window: Window, handlers: CarrierHandlers): Carrier {
  let socket: WebSocket | null = null;
  let timer = 0;
  let wait = FIRST_WAIT;
  let closed = false;

  const connect = () => {
    const own = new WebSocket(bridgeUrl(window.location));
    socket = own;
    own.addEventListener('open', () => {
      wait = FIRST_WAIT;
      handlers.opened();
    });
    own.addEventListener('message', ({ data }) => receive(data, handlers));
    own.addEventListener('close', ({ code }) => {
      if (closed || socket !== own) return;
      timer = window.setTimeout(connect, REFUSALS.includes(code) ? REFUSED_WAIT : wait);
      wait = Math.min(LONGEST_WAIT, wait * 2);
    });
  };
  connect();
  return {
    send(event) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(event));
    },
    close() {
      closed = true;
      window.clearTimeout(timer);
      socket?.close();
    },
  };
}

function openParent(window: Window, handlers: CarrierHandlers): Carrier {
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

/** Accepts a command as an object or as JSON text. */
function receive(data: unknown, handlers: CarrierHandlers): void {
  let value = data;
  if (typeof data === 'string') {
    try {
      value = JSON.parse(data);
    } catch {
      return;
    }
  }
  const command = stageCommand.safeParse(value);
  if (command.success) return handlers.commanded(command.data);
  const meant = named.safeParse(value);
  if (meant.success) handlers.refused(meant.data.sceneId, z.prettifyError(command.error));
}
