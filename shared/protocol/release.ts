/**
 * A release of the player: engine and stage in one archive, named by a document that the release key signs (JWS typ `bang-tin-release`,
 * kid = the public key itself). That key is no key of the CMS: who has broken into the CMS still cannot make boards run a program.
 * What an update is and why: docs/decisions/0018-application-updates.md.
 */
import { z } from 'zod';
import { msUtc, publicKey, sha256Hex } from './common.ts';
import { signDocument, verifyDocument, type SigningKey } from './signing.ts';

/** «1.4.2». */
export const releaseVersion = z.string().regex(/^(0|[1-9]\d{0,3})(\.(0|[1-9]\d{0,3})){2}$/);

/** Largest archive, and largest sum of what is in it, bytes: some tens of times what they are today. */
export const maxArchiveBytes = 64_000_000;
const maxUnpackedBytes = 256_000_000;

/** What a built engine says of itself (`main.cjs --about`). */
export const programAbout = z.object({
  version: releaseVersion,
  /** The agreement between host and engine that it keeps (player/engine/launch.ts): it runs under a host of the same one. */
  launch: z.int().min(1),
  /** Node that it needs at least, major version. */
  node: z.int().min(1),
  /** Schema of the data folder that it writes, and the lowest schema whose player can still read that. */
  data: z.object({ schema: z.int().min(1), readableBy: z.int().min(1) }),
});

/** A later release may say more; what an older player must not pass by raises `v`. */
export const release = programAbout.extend({
  v: z.literal(1),
  issuedAt: msUtc,
  archive: z.object({
    hash: sha256Hex,
    size: z.int().min(1).max(maxArchiveBytes),
    /** Sum of the files in it, bytes. */
    unpacked: z.int().min(1).max(maxUnpackedBytes),
  }),
  /** What is new, for whoever rolls it out. */
  notes: z.string().max(2_000),
  /** Once this release runs, later ones are signed by this key and by the old one no more. */
  nextKey: publicKey.optional(),
});
export type Release = z.infer<typeof release>;

/** Below 0: `a` is the older one. */
export function compareReleases(a: string, b: string): number {
  const [x, y] = [a, b].map((version) => version.split('.').map(Number));
  return x!.map((part, at) => part - y![at]!).find((difference) => difference !== 0) ?? 0;
}

/** Name of the folder that it is unpacked into; its archive is part of it, so that no two ever share one. */
export const releaseFolder = ({ version, archive }: Pick<Release, 'version' | 'archive'>): string =>
  `${version}-${archive.hash.slice(0, 16)}`;
export const versionOfFolder = (folder: string): string => folder.split('-')[0]!;

export const signRelease = (payload: Release, key: SigningKey, publicX: string): Promise<string> =>
  signDocument('bang-tin-release', release.parse(payload), { kid: publicX, key });

/** @throws SignatureError `key_unknown`: signed by another key; `signature_invalid`, `document_invalid` */
export const verifyRelease = (jws: string, publicX: string): Promise<Release> =>
  verifyDocument(jws, 'bang-tin-release', release, (kid) => (kid === publicX ? publicX : null));

/** GET by a board, its token as bearer: the archive, with ranges. */
export const releasePath = (hash: string): string => `/api/board/releases/${hash}`;

/** How far an order to run another version has come, as a board tells it in its status. */
export const updateStates = ['waits', 'fetching', 'ready', 'trying', 'runs', 'wentBack', 'refused'] as const;
export const updateTold = z.object({
  /** The command. */
  of: z.uuid(),
  version: z.string().max(20),
  state: z.enum(updateStates),
  /** Why it waits, went back or was refused. */
  code: z.string().max(64).nullable(),
});
export type UpdateTold = z.infer<typeof updateTold>;
