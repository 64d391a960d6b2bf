/**
 * The first connection to the director after power-on, opened before the stage's program has been read: the director answers
 * meanwhile, and the first picture is loaded and decoded beside the program. What came is kept for the carrier, which goes on with it.
 */
import type { StageEvent } from '../../shared/protocol/bridge.ts';
import { bridgeUrl } from './address.ts';

export interface FirstSocket {
  readonly socket: WebSocket;
  /** The messages that have come, for whoever listens from now on. */
  take(): unknown[];
}

/** What a stage says of itself before anything else. */
export function readyEvent(): Extract<StageEvent, { type: 'ready' }> {
  // Without a window manager Chromium keeps a window of the screen's size a pixel short of it, lest it count as full-screen.
  const whole = (window: number, screen: number) => (screen - window === 1 ? screen : window);
  const [width, height] = [whole(innerWidth, screen.width), whole(innerHeight, screen.height)];
  return { type: 'ready', width, height, pixelRatio: devicePixelRatio };
}

/** @param sized when the window has its size, which the director is told first of all */
export function openFirstSocket(sized: Promise<void>): FirstSocket {
  const socket = new WebSocket(bridgeUrl(location));
  const received: unknown[] = [];
  const loadAhead = pictureLoader();
  socket.addEventListener('open', () => void sized.then(() => socket.send(JSON.stringify(readyEvent()))));
  const keep = ({ data }: MessageEvent) => {
    received.push(data);
    loadAhead(data);
  };
  socket.addEventListener('message', keep);
  return {
    socket,
    take() {
      socket.removeEventListener('message', keep);
      return received;
    },
  };
}

/** Starts loading the first picture that is to be prepared. A guess, which whoever parses the message in earnest does not depend on. */
function pictureLoader(): (data: unknown) => void {
  let assetBase: unknown;
  let image: HTMLImageElement | null = null;
  return (data) => {
    const command = JSON.parse(String(data)) as Record<string, unknown>;
    if (command['type'] === 'configure') assetBase = command['assetBase'];
    const { notice } = (command['scene'] ?? {}) as { notice?: { content?: Record<string, unknown> } };
    const { type, asset } = notice?.content ?? {};
    if (image !== null || typeof assetBase !== 'string' || type !== 'image' || typeof asset !== 'string') return;
    image = new Image();
    image.src = assetBase + asset;
    // Whether it can be read is found out and told by the scene itself.
    image.decode().catch(() => undefined);
  };
}
