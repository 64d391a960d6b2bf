/** What was published for boards last, as it lies in the store: for a player, or waiting for one. */
import { decodeJwt } from 'jose';
import { z } from 'zod';
import {
  assetRef,
  certificate as certificateSchema,
  manifest as manifestSchema,
  part as partSchema,
  partRef,
  type Certificate,
  type Manifest,
  type Part,
} from '../../../../shared/protocol/programme.ts';
import type { Db } from '../../store/store.ts';
import { piecesOf, takeTurns } from '../../turns.ts';
import { encodePart, type EncodedPart, type ProgrammeContent } from './compile.ts';
import * as repo from './repo.ts';

/** Parts read in one go. */
const partsPerRead = 200;

/** What a board is to play, with those of its parts that may not be stored yet. */
export interface Content {
  readonly content: ProgrammeContent;
  readonly parts: readonly EncodedPart[];
}

/** What was published for a board without a player. */
export const waitingSchema = z.strictObject({
  defaultPlaylistId: z.string().nullable(),
  parts: z.array(partRef),
  assets: z.array(assetRef),
});

/** Reads a manifest that this CMS signed and stored itself: its signature is the reader's to check, not ours. */
export const readManifest = (jws: string): Manifest => manifestSchema.parse(decodeJwt(jws));
export const readCertificate = (manifest: string): Certificate => certificateIn(readManifest(manifest));
export const certificateIn = ({ certificate }: Pick<Manifest, 'certificate'>): Certificate =>
  certificateSchema.parse(decodeJwt(certificate));

/** What was published for a board last: waiting for a player, or with the player before; the fallback alone when nothing ever was. */
export function publishedContent(
  board: { readonly name: string; readonly unitName: string },
  newest: repo.Newest | undefined,
  waiting: string | undefined,
): Content {
  if (waiting !== undefined) return { content: waitingSchema.parse(JSON.parse(waiting)), parts: [] };
  if (newest) {
    const { defaultPlaylistId, parts, assets } = readManifest(newest.manifest);
    return { content: { defaultPlaylistId, parts, assets }, parts: [] };
  }
  const fallback = encodePart({ kind: 'fallback', unitName: board.unitName, boardName: board.name });
  return {
    content: { defaultPlaylistId: null, parts: [{ hash: fallback.hash, size: fallback.size }], assets: [] },
    parts: [fallback],
  };
}

/** What the parts of some programmes say, by hash; null for one that is not there or cannot be read. */
export async function readPartsLeniently(
  db: Db,
  all: readonly { content: Pick<ProgrammeContent, 'parts'>; parts: Iterable<EncodedPart> }[],
): Promise<(hash: string) => Part | null> {
  const known = new Map<string, Part | null>();
  const turn = takeTurns();
  const note = async (hash: string, body: string): Promise<void> => {
    known.set(hash, partIn(body));
    await turn();
  };
  for (const { parts } of all) for (const part of parts) await note(part.hash, part.body);
  const hashes = new Set(all.flatMap(({ content }) => content.parts.map(({ hash }) => hash)));
  for (const some of piecesOf(
    [...hashes].filter((hash) => !known.has(hash)),
    partsPerRead,
  ))
    for (const { hash, body } of await repo.findParts(db, some)) await note(hash, body);
  return (hash) => known.get(hash) ?? null;
}

/** The same for those who need them whole: whoever asks for one that is not there or cannot be read is refused. */
export async function readParts(...args: Parameters<typeof readPartsLeniently>): Promise<(hash: string) => Part> {
  const partOf = await readPartsLeniently(...args);
  return (hash) => {
    const part = partOf(hash);
    if (part) return part;
    throw new Error(`Part ${hash} is not there or cannot be read`);
  };
}

function partIn(body: string): Part | null {
  try {
    return partSchema.parse(JSON.parse(body));
  } catch {
    return null;
  }
}
