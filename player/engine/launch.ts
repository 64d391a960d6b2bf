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
