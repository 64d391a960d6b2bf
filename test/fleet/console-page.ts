/** A signed-in person's page, as the CMS sees it: the console socket, with everything that it was told. */
import { io, type Socket } from 'socket.io-client';
import { consoleMessages, consoleNamespace, type consoleRequests } from '../../shared/protocol/api/console.ts';
import type { ReplyOf, RequestOf } from '../../shared/protocol/link.ts';

type Requests = typeof consoleRequests;
type Told = keyof typeof consoleMessages;

export interface ConsolePage {
  readonly socket: Socket;
  readonly told: { readonly name: string; readonly body: unknown }[];
  /** Waits until something of this kind has been told. */
  until(name: Told, is?: (body: never) => boolean): Promise<unknown>;
  ask<N extends keyof Requests>(name: N, request: RequestOf<Requests[N]>): Promise<ReplyOf<Requests[N]>>;
}

/**
 * @param person null: nobody is signed in
 * @param origin of the page; null: none is said
 * @throws Error with the code of the refusal
 */
export async function openConsole(
  url: string,
  person: { readonly sessionToken: string } | null,
  origin: string | null = url,
): Promise<ConsolePage> {
  const socket = io(url + consoleNamespace, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: {
      ...(person ? { cookie: `bt_session=${person.sessionToken}` } : {}),
      ...(origin === null ? {} : { origin }),
    },
  });
  const told: ConsolePage['told'] = [];
  const waiting: (() => void)[] = [];
  socket.onAny((name: string, body: unknown) => {
    told.push({ name, body });
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', (error) => {
      socket.disconnect();
      reject(error);
    });
  });
  return {
    socket,
    told,
    async until(name, is = () => true) {
      for (;;) {
        const found = told.find((one) => one.name === name && is(one.body as never));
        if (found) return consoleMessages[name].parse(found.body);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    ask: (name, request) => socket.emitWithAck(name, request) as Promise<never>,
  };
}
