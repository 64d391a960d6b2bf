/**
 * The programme: everything that one board needs. A small signed manifest names content-addressed parts (canonical
 * JSON, named by the SHA-256 of their bytes) that boards share, and media assets. See docs/protocol.md.
 */
import { z } from 'zod';
import {
  durationMs,
  msUtc,
  optionalLine,
  outputRegion,
  publicKey,
  sha256Hex,
  timeZone,
  uuid,
  version,
  type Version,
} from './common.ts';
import { webLink } from './link-code.ts';

/**
 * The categories that players know (Nghị định 49/2024/NĐ-CP Đ.6, grouped). Those that a province adds (api/categories.ts) are `other` to
 * boards: none shows its category, and a player of a release before refused what it did not know.
 */
export const noticeCategories = [
  'law',
  'local',
  'welfare',
  'economy',
  'security',
  'disaster',
  'examples',
  'violations',
  'other',
] as const;

/**
 * What a notice shows. Layout fields are checked by the layout's own schema (layouts/<name>/schema.ts); a media file in them is an
 * object `{asset, …}`. `enlarge` draws a layout so many times larger, for boards that are read from afar: fewer words to a page, more pages.
 * `link` stands beside it as a QR code, on glass that has room for one. Both are left out where there is none.
 */
export const noticeContent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('layout'),
    layout: z.string().max(64),
    fields: z.record(z.string(), z.json()),
    enlarge: z.number().min(1).max(3).optional(),
    link: webLink.optional(),
  }),
  z.strictObject({
    type: z.literal('image'),
    asset: sha256Hex,
    alt: optionalLine(500),
    fit: z.enum(['contain', 'cover']),
    link: webLink.optional(),
  }),
  z.strictObject({
    type: z.literal('video'),
    asset: sha256Hex,
    alt: optionalLine(500),
    fit: z.enum(['contain', 'cover']),
    muted: z.boolean(),
    link: webLink.optional(),
  }),
]);
export type NoticeContent = z.infer<typeof noticeContent>;

/** SHA-256 of every media file that the content shows, each once. */
export function assetsOf(content: NoticeContent): string[] {
  if (content.type !== 'layout') return [content.asset];
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const asset = sha256Hex.safeParse((value as { asset?: unknown }).asset);
    if (asset.success) found.add(asset.data);
    Object.values(value).forEach(look);
  };
  look(content.fields);
  return [...found];
}

/** The same content with other files where `assetsOf` finds files. */
export function withAssets(content: NoticeContent, other: (hash: string) => string): NoticeContent {
  if (content.type !== 'layout') return { ...content, asset: other(content.asset) };
  const swap = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(swap);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const hash = key === 'asset' ? sha256Hex.safeParse(item).data : undefined;
        return [key, hash === undefined ? swap(item) : other(hash)];
      }),
    );
  };
  return { ...content, fields: swap(content.fields) as typeof content.fields };
}

export const noticePart = z.strictObject({
  kind: z.literal('notice'),
  noticeId: uuid,
  title: z.string().max(300),
  category: z.string().max(64),
  originUnitId: uuid,
  /** Slot length, fixed at compile time: a text's from its word count, a video's from its master. */
  durationMs: durationMs.min(1000),
  content: noticeContent,
});
export type NoticePart = z.infer<typeof noticePart>;

export const playlistItem = z.strictObject({
  itemId: uuid,
  noticeId: uuid,
  /** null: the notice's own length. */
  durationMs: durationMs.min(1000).nullable(),
  /** [from, to) in which the item is played; null: unbounded. */
  validFrom: msUtc.nullable(),
  validTo: msUtc.nullable(),
});

const playlistPart = z.strictObject({
  kind: z.literal('playlist'),
  playlistId: uuid,
  name: z.string().max(200),
  items: z.array(playlistItem).max(1000),
});
export type PlaylistPart = z.infer<typeof playlistPart>;

/** A window: cron start, duration, validity, in the board's zone. Open windows compete by priority, then later start, then smaller id. */
export const windowFields = {
  /** Five-field cron expression for the start. */
  cron: z.string().max(200),
  durationMs: durationMs.min(60_000).max(7 * 86_400_000),
  validFrom: msUtc.nullable(),
  validTo: msUtc.nullable(),
};

/** A local day of the board's zone on which a window does not open as its cron expression says: not at all, or once, at another time. */
export const exceptionDay = z.strictObject({
  /** «2026-02-17» */
  date: z.iso.date(),
  /** The opening of that day instead; null: none. `minute` counts from midnight by the clock on the wall. */
  instead: z
    .strictObject({ minute: z.int().min(0).max(1439), durationMs: durationMs.min(60_000).max(7 * 86_400_000) })
    .nullable(),
});
export type ExceptionDay = z.infer<typeof exceptionDay>;
/** Of one window, each day once. */
export const exceptionDays = z
  .array(exceptionDay)
  .max(400)
  .refine((days) => new Set(days.map(({ date }) => date)).size === days.length, { error: 'A day is there twice' });

export const entryPart = z.strictObject({
  kind: z.literal('entry'),
  entryId: uuid,
  playlistId: uuid,
  priority: z.int().min(0).max(100),
  ...windowFields,
  /** Left out when there are none, so that what was published before there were any keeps its name. */
  exceptions: exceptionDays.min(1).optional(),
});
export type EntryPart = z.infer<typeof entryPart>;

/** An upper unit's notice that must be shown at least `perHour` times in every full hour that its windows are open. */
export const obligationPart = z.strictObject({
  kind: z.literal('obligation'),
  obligationId: uuid,
  noticeId: uuid,
  perHour: z.int().min(1).max(60),
  /** The receiving unit's order among obligations that are due together; smaller first. */
  order: z.int().min(0).max(1000),
  ...windowFields,
});
export type ObligationPart = z.infer<typeof obligationPart>;

/** The slide of last resort: unit name and clock. */
export const fallbackPart = z.strictObject({
  kind: z.literal('fallback'),
  unitName: z.string().max(200),
  boardName: z.string().max(200),
});
export type FallbackPart = z.infer<typeof fallbackPart>;

export const part = z.discriminatedUnion('kind', [noticePart, playlistPart, entryPart, obligationPart, fallbackPart]);
export type Part = z.infer<typeof part>;

export const partRef = z.strictObject({ hash: sha256Hex, size: z.int().min(2).max(1_000_000) });
export const assetRef = z.strictObject({
  hash: sha256Hex,
  size: z.int().min(1),
  mediaType: z.enum(['image/webp', 'image/png', 'image/jpeg', 'video/mp4', 'video/webm']),
});
export type PartRef = z.infer<typeof partRef>;
export type AssetRef = z.infer<typeof assetRef>;

/** The CMS's signed statement of who a board is (typ `bang-tin-certificate`, signed by a programme key). */
export const certificate = z.strictObject({
  v: z.literal(1),
  boardId: uuid,
  boardName: z.string().max(200),
  /** From the root unit to the board's own. */
  unitPath: z.array(uuid).min(1).max(32),
  unitName: z.string().max(200),
  groups: z.array(z.string().max(64)).max(100),
  place: z.string().max(300),
  zone: timeZone,
  output: outputRegion,
  deviceKey: publicKey,
  issuedAt: msUtc,
});
export type Certificate = z.infer<typeof certificate>;

/** From when until when notices are not shown, wherever they stand: [from, to), ms UTC. */
export const suspension = z
  .strictObject({ from: msUtc, to: msUtc, noticeIds: z.array(uuid).min(1).max(5000) })
  .refine(({ from, to }) => from < to, { error: 'A suspension must end after it begins', path: ['to'] });
export type Suspension = z.infer<typeof suspension>;

/** Payload of the manifest JWS (typ `bang-tin-manifest`, signed by a programme key). */
export const manifest = z.strictObject({
  v: z.literal(1),
  boardId: uuid,
  version,
  issuedAt: msUtc,
  /** The certificate, a compact JWS of its own. */
  certificate: z.string(),
  defaultPlaylistId: uuid.nullable(),
  parts: z.array(partRef).max(20_000),
  assets: z.array(assetRef).max(20_000),
  /** Left out when there are none, so that players from before there were any are not troubled. */
  suspensions: z.array(suspension).min(1).max(20).optional(),
});
export type Manifest = z.infer<typeof manifest>;

/** A manifest with its parts read and indexed: what `timeline()` is a function of. */
export interface Programme {
  readonly boardId: string;
  readonly version: Version;
  readonly zone: string;
  readonly defaultPlaylistId: string | null;
  readonly notices: ReadonlyMap<string, NoticePart>;
  readonly playlists: ReadonlyMap<string, PlaylistPart>;
  readonly entries: readonly EntryPart[];
  readonly obligations: readonly ObligationPart[];
  readonly fallback: FallbackPart;
  readonly suspensions?: readonly Suspension[] | undefined;
  /** SHA-256 of each notice's part, so that a play can name what exactly was shown. */
  readonly noticeHashes: ReadonlyMap<string, string>;
}
