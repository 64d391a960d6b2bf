/** Whether anybody is there to whom a browser may be sent. */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const againMs = 100;

/**
 * Resolves once something listens at the port of a loopback address.
 * @throws AbortError when the signal comes first
 */
export async function untilListening(url: string, signal: AbortSignal): Promise<void> {
  const port = Number(new URL(url).port);
  while (!(await listens(port))) await pause(againMs, undefined, { signal });
  signal.throwIfAborted();
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const say = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', say(true)).once('error', say(false));
  });
}
