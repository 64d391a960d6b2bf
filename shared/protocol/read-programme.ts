/** From a verified manifest and the bytes of its parts to what `timeline()` is a function of. */
import type { ParsedCron } from '../schedule/cron.ts';
import { parseCron } from '../schedule/cron.ts';
import { AppError } from '../util/errors.ts';
import { sha256 as pureSha256, type Sha256 } from '../util/sha256.ts';
import {
  assetsOf,
  part,
  type AssetRef,
  type Certificate,
  type EntryPart,
  type FallbackPart,
  type Manifest,
  type NoticePart,
  type ObligationPart,
  type Part,
  type PlaylistPart,
  type Programme,
} from './programme.ts';

/**
 * Reads a programme. The caller has verified the signatures of manifest and certificate.
 *
 * `parts` holds the bytes (or their text) of each part by hash; every one is verified against its name and size.
 * @throws AppError `part_missing`, `part_damaged` or `part_invalid` (params.hash), or `programme_incomplete`
 *   for a reference that leads nowhere, two parts with one id, or a certificate of another board
 */
export function readProgramme(
  manifest: Manifest,
  certificate: Certificate,
  parts: ReadonlyMap<string, string | Uint8Array>,
  sha256: Sha256 = pureSha256,
): Programme {
  if (manifest.boardId !== certificate.boardId)
    throw incomplete(`The certificate is that of board ${certificate.boardId}`);
  const read = manifest.parts.map(({ hash, size }) => [hash, readPart(hash, size, parts.get(hash), sha256)] as const);
  const programme: Programme = {
    boardId: manifest.boardId,
    version: manifest.version,
    zone: certificate.zone,
    defaultPlaylistId: manifest.defaultPlaylistId,
    ...indexParts(read),
    ...(manifest.suspensions ? { suspensions: manifest.suspensions } : {}),
  };
  checkReferences(programme, manifest.assets);
  return programme;
}

/**
 * The parts of one programme by what they are, each with its hash.
 * @throws AppError `programme_incomplete` for two parts with one id, or no fallback
 */
export function indexParts(
  parts: Iterable<readonly [hash: string, part: Part]>,
): Pick<Programme, 'notices' | 'playlists' | 'entries' | 'obligations' | 'fallback' | 'noticeHashes'> {
  const notices = new Map<string, NoticePart>();
  const noticeHashes = new Map<string, string>();
  const playlists = new Map<string, PlaylistPart>();
  const entries = new Map<string, EntryPart>();
  const obligations = new Map<string, ObligationPart>();
  let fallback: FallbackPart | null = null;
  for (const [hash, read] of parts) {
    if (read.kind === 'notice') {
      put(notices, read.noticeId, read);
      noticeHashes.set(read.noticeId, hash);
    } else if (read.kind === 'playlist') put(playlists, read.playlistId, read);
    else if (read.kind === 'entry') put(entries, read.entryId, read);
    else if (read.kind === 'obligation') put(obligations, read.obligationId, read);
    else if (fallback) throw incomplete('There are two fallbacks');
    else fallback = read;
  }
  if (!fallback) throw incomplete('There is no fallback');
  return {
    notices,
    playlists,
    entries: [...entries.values()],
    obligations: [...obligations.values()],
    fallback,
    noticeHashes,
  };
}

/** Hashes of the media assets that the notices of a programme show. */
export function neededAssets(programme: Pick<Programme, 'notices'>): Set<string> {
  const hashes = new Set<string>();
  for (const { content } of programme.notices.values()) {
    for (const hash of assetsOf(content)) hashes.add(hash);
  }
  return hashes;
}

function readPart(hash: string, size: number, data: string | Uint8Array | undefined, sha256: Sha256): Part {
  const params = { hash };
  if (data === undefined) throw new AppError('part_missing', `Part ${hash} is missing`, { params });
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  if (bytes.length !== size || sha256(bytes) !== hash)
    throw new AppError('part_damaged', `Part ${hash} is not what its name says`, { params });
  try {
    return part.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new AppError('part_invalid', `Part ${hash} has the wrong shape`, { params, cause });
  }
}

function checkReferences(programme: Programme, assets: readonly AssetRef[]): void {
  const { notices, playlists, defaultPlaylistId } = programme;
  const needPlaylist = (id: string): void => {
    if (!playlists.has(id)) throw incomplete(`Playlist ${id} is missing`);
  };
  const needNotice = (id: string): void => {
    if (!notices.has(id)) throw incomplete(`Notice ${id} is missing`);
  };
  if (defaultPlaylistId !== null) needPlaylist(defaultPlaylistId);
  for (const playlist of playlists.values()) playlist.items.forEach((item) => needNotice(item.noticeId));
  for (const entry of programme.entries) {
    needPlaylist(entry.playlistId);
    readCron(entry.cron);
  }
  for (const obligation of programme.obligations) {
    needNotice(obligation.noticeId);
    readCron(obligation.cron);
  }
  const listed = new Set(assets.map((asset) => asset.hash));
  for (const hash of neededAssets(programme))
    if (!listed.has(hash)) throw incomplete(`Asset ${hash} is not in the manifest`);
}

function readCron(expression: string): ParsedCron {
  try {
    return parseCron(expression);
  } catch (cause) {
    throw new AppError('part_invalid', `Not a cron expression: ${expression}`, { params: { cron: expression }, cause });
  }
}

function put<T>(map: Map<string, T>, id: string, value: T): void {
  if (map.has(id)) throw incomplete(`There are two parts with the id ${id}`);
  map.set(id, value);
}

function incomplete(message: string): AppError {
  return new AppError('programme_incomplete', message);
}
