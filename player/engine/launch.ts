/** What a host and the engine that it starts agree on at a launch. */

/** `host`: the stage of this player's host, supervised; `open`: a page opened by hand with the printed address. */
export type StageKind = 'host' | 'open';
export type StageTokens = Readonly<Record<StageKind, string>>;

/** Tokens for one launch. @param randomBytes so many bytes, in secret */
export function newTokens(randomBytes: (count: number) => Buffer): StageTokens {
  const token = () => randomBytes(24).toString('base64url');
  return { host: token(), open: token() };
}

/** Address of the stage's page. */
export function stageUrl(port: number, token: string): string {
  return `http://127.0.0.1:${port}/?token=${token}`;
}

/** The engine's exit code for a command line or folder that will not be better at the next attempt: it is not started again. */
export const uselessExitCode = 64;

/** What only the host sees, for the journal: told to the engine that runs, or to the next one. */
export interface HostFault {
  readonly type: 'fault';
  readonly code: 'page_ended' | 'window_ended' | 'engine_ended' | 'engine_stuck';
  readonly detail: string;
}

/** The engine asks its host for a picture of the host's window, of so many bytes at most. */
export interface PictureWanted {
  readonly type: 'pictureWanted';
  readonly id: number;
  readonly maxBytes: number;
}
/** The host's answer: WebP or JPEG in base64, or the code of why there is none. */
export type PictureAnswer =
  | { readonly type: 'picture'; readonly id: number; readonly base64: string }
  | { readonly type: 'noPicture'; readonly id: number; readonly code: string };
