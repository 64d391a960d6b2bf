/** Whether a display is there to open a window on, found out without disturbing what plays meanwhile. */
import { connect } from 'node:net';
import { isAbsolute, join } from 'node:path';

/** A display that takes a connection and then says nothing is not waited for, ms. */
const connectMs = 2_000;

/** Sockets of the displays that the environment names; null when one of them cannot be asked like this (another machine's, another system's). */
export function displaySockets(env: NodeJS.ProcessEnv): string[] | null {
  const { DISPLAY: x, WAYLAND_DISPLAY: wayland, XDG_RUNTIME_DIR: runtime } = env;
  const sockets: string[] = [];
  if (wayland) {
    if (!isAbsolute(wayland) && !runtime) return null;
    sockets.push(isAbsolute(wayland) ? wayland : join(runtime!, wayland));
  }
  if (x) {
    const screen = /^(?:unix)?:(\d+)(?:\.\d+)?$/.exec(x);
    if (!screen) return null;
    // In the file system and, on Linux, in the abstract name space (Xtrans); a server may listen on either.
    const path = `/tmp/.X11-unix/X${screen[1]}`;
    sockets.push(path, `\0${path}`);
  }
  return sockets.length > 0 ? sockets : null;
}

/** false: no window can be opened now. true: one may be. */
export async function displayAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  const sockets = displaySockets(env);
  return sockets === null || (await Promise.all(sockets.map(answers))).includes(true);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path, timeout: connectMs });
    const end = (there: boolean) => {
      socket.destroy();
      resolve(there);
    };
    socket
      .once('connect', () => end(true))
      .once('timeout', () => end(false))
      .once('error', () => end(false));
  });
}
