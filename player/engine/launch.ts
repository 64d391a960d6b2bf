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

/** Version of the player in this package, as boards report it. */
export const appVersion = '0.1.0';
/**
 * Number of the agreement between host and engine: command line, environment, messages, all that this file and main.ts name. A host
 * starts engines of its own number only; raised when either could not do with the other's older half.
 */
export const launchAgreement = 1;

/** What comes with the host itself, as the name of a version beside those that were unpacked. */
export const packaged = 'package';

/** Which versions of the player are here, as the host tells the engine that it starts (`BANG_TIN_VERSIONS`, JSON). */
export interface VersionsHere {
  readonly launch: number;
  /** The version that came with the host. */
  readonly package: string;
  /** `packaged`, or a folder of `versions/`. */
  readonly running: string;
  /** The one before it, which is kept. */
  readonly previous: string | null;
  /** The order that the running one is being tried for; null: it is no trial. */
  readonly trial: string | null;
  /** The last one that was given up; `order` null: it had run before. */
  readonly failed: { readonly id: string; readonly order: string | null; readonly why: VersionFailure } | null;
  /** The page on the glass may be another version's: it is loaded anew before it counts. */
  readonly pageOfBefore: boolean;
}

/** Why a version was given up. */
export type VersionFailure = 'update_no_picture' | 'update_crashed' | 'update_power_cut' | 'update_unusable';

/** The host tells the engine that its trial is over: it stays. */
export interface VersionKept {
  readonly type: 'versionKept';
  readonly previous: string | null;
}

/** The engine asks its host for a picture of the host's window, of so many bytes at most, scaled down to a longest side (px) where one is given. */
export interface PictureWanted {
  readonly type: 'pictureWanted';
  readonly id: number;
  readonly maxBytes: number;
  /** Left out by engines from before it. */
  readonly longSide?: number | null;
}
/** The host's answer: WebP or JPEG in base64, or the code of why there is none. */
export type PictureAnswer =
  | { readonly type: 'picture'; readonly id: number; readonly base64: string }
  | { readonly type: 'noPicture'; readonly id: number; readonly code: string };
