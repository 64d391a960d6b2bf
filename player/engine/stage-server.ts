/** What is behind the stage's door: media by hash, verified before its first showing, and the bridge's WebSocket. */
import type { Logger } from 'pino';
import { WebSocketServer, type WebSocket } from 'ws';
import { sha256Hex } from '../../shared/protocol/common.ts';
import { stageEvent, type StageCommand, type StageEvent } from '../../shared/protocol/bridge.ts';
import { technicianEvent, type TechnicianCommand, type TechnicianEvent } from '../../shared/protocol/technician.ts';
import type { Library } from './library.ts';
import type { StageKind } from './launch.ts';
import { endWith, sendFile, type StageDoor } from './stage-door.ts';

/** Close codes of the bridge's socket (RFC 6455: 4000–4999 are free). */
export const closeCodes = { replaced: 4001, invalidMessage: 4002, crowded: 4003, silent: 4004 } as const;

/** A stage that has connected. */
export interface StageConnection {
  readonly kind: StageKind;
  send(command: StageCommand | TechnicianCommand): void;
  close(code: number): void;
  onEvent: (event: StageEvent | TechnicianEvent) => void;
  onClose: () => void;
}

export interface StageServerOptions {
  readonly library: Library;
  /** Media type of an asset that may be served; null for any other. */
  readonly assetType: (hash: string) => string | null;
  readonly onStage: (stage: StageConnection) => void;
  readonly log: Logger;
}

export interface StageServer {
  close(): void;
}

/** Serves what comes through the door from now on, and what has been waiting behind it. */
export function startStageServer(door: StageDoor, options: StageServerOptions): StageServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 65_536 });
  door.attach({
    async asset(request, response, hash) {
      const type = sha256Hex.safeParse(hash).success ? options.assetType(hash) : null;
      // Hashed before its first showing: nothing that the CMS did not sign reaches the glass.
      if (type === null || !(await options.library.verify(hash))) return endWith(response, 404);
      response.setHeader('content-type', type);
      // The disk holds it once already; the browser need not keep another copy.
      response.setHeader('cache-control', 'no-store');
      await sendFile(request, response, options.library.path(hash));
    },
    bridge(request, socket, head, kind) {
      sockets.handleUpgrade(request, socket, head, (ws) => options.onStage(connect(ws, kind, options.log)));
    },
  });
  return {
    close() {
      for (const ws of sockets.clients) ws.terminate();
    },
  };
}

function connect(ws: WebSocket, kind: StageKind, log: Logger): StageConnection {
  const stage: StageConnection = {
    kind,
    send: (command) => {
      if (ws.readyState === ws.OPEN) ws.send(JSON.stringify(command));
    },
    // A page that has hung does not answer a close; the socket is gone in any case soon after.
    close: (code) => {
      ws.close(code);
      setTimeout(() => ws.terminate(), 1_000).unref();
    },
    onEvent: () => undefined,
    onClose: () => undefined,
  };
  ws.on('message', (data, isBinary) => {
    const event = isBinary ? null : parseEvent(String(data));
    if (event) return stage.onEvent(event);
    log.warn('the stage sent something that is no message');
    stage.close(closeCodes.invalidMessage);
  });
  ws.on('error', (error) => log.debug({ err: error }, 'stage socket'));
  ws.on('close', () => stage.onClose());
  return stage;
}

function parseEvent(text: string): StageEvent | TechnicianEvent | null {
  try {
    const said: unknown = JSON.parse(text);
    return technicianEvent.safeParse(said).data ?? stageEvent.parse(said);
  } catch {
    return null;
  }
}
