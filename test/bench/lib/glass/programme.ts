/** A programme of items that can be recognized on the glass, and what it is made of. */
import { sha256 } from '../../../../player/engine/testing-cms.ts';
import type { AssetRef, NoticeContent, Part } from '../../../../shared/protocol/programme.ts';
import { markedClip, markedPicture, clipRate } from './barcode.ts';

export const raster = { width: 640, height: 360 };

/** A clip, a picture (a page of a PDF is one), or a text in a layout. */
export type ItemKind = 'video' | 'image' | 'layout';

export interface Item {
  readonly kind: ItemKind;
  /** Items with the same number show the same. */
  readonly number: number;
}

/** Each kind after each, and each after itself, as in a playlist of one item. */
export const everyTransition: readonly Item[] = [
  { kind: 'video', number: 1 },
  { kind: 'video', number: 1 },
  { kind: 'video', number: 2 },
  { kind: 'image', number: 3 },
  { kind: 'image', number: 3 },
  { kind: 'image', number: 4 },
  { kind: 'layout', number: 5 },
  { kind: 'layout', number: 5 },
  { kind: 'layout', number: 6 },
  { kind: 'video', number: 7 },
  { kind: 'layout', number: 5 },
  { kind: 'image', number: 8 },
];

export interface GlassProgramme {
  readonly parts: readonly Part[];
  readonly assets: readonly AssetRef[];
  readonly defaultPlaylistId: string;
  readonly files: readonly Buffer[];
}

const uuid = (group: number, n: number): string =>
  `00000000-0000-4000-8000-${String(group).padStart(6, '0')}${String(n).padStart(6, '0')}`;

/** Of these items, one after another, each for `slotMs`, which is how long its clips are. */
export async function glassProgramme(items: readonly Item[], slotMs: number): Promise<GlassProgramme> {
  const files = new Map<number, Buffer>();
  for (const { kind, number } of items) {
    if (kind === 'layout' || files.has(number)) continue;
    const file =
      kind === 'video'
        ? markedClip(number, Math.round((slotMs * clipRate) / 1000), raster)
        : markedPicture(number, raster);
    files.set(number, await file);
  }
  const contentOf = ({ kind, number }: Item): NoticeContent => {
    if (kind === 'layout') return { type: 'layout', layout: 'notice', fields: fieldsOf(number) };
    const asset = sha256(files.get(number)!);
    return kind === 'image'
      ? { type: kind, asset, alt: '', fit: 'contain' }
      : { type: kind, asset, alt: '', fit: 'contain', muted: true };
  };
  const kinds = new Map(items.map(({ kind, number }) => [number, kind]));
  const assets = [...files].map(([number, file]) =>
    assetOf(file, kinds.get(number) === 'video' ? 'video/webm' : 'image/png'),
  );
  return programmeOf(
    items.map((item) => ({ number: item.number, content: contentOf(item) })),
    slotMs,
    assets,
    [...files.values()],
  );
}

/** Of these clips (MP4), one after another. */
export function clipsProgramme(clips: readonly Buffer[], slotMs: number): GlassProgramme {
  const items = clips.map((clip, number): Shown => ({
    number,
    content: { type: 'video', asset: sha256(clip), alt: '', fit: 'contain', muted: true },
  }));
  return programmeOf(
    items,
    slotMs,
    clips.map((clip) => assetOf(clip, 'video/mp4')),
    clips,
  );
}

interface Shown {
  readonly number: number;
  readonly content: NoticeContent;
}

const assetOf = (file: Buffer, mediaType: AssetRef['mediaType']): AssetRef => ({
  hash: sha256(file),
  size: file.length,
  mediaType,
});

function programmeOf(
  items: readonly Shown[],
  durationMs: number,
  assets: readonly AssetRef[],
  files: readonly Buffer[],
): GlassProgramme {
  const notices = [...new Map(items.map((item) => [item.number, item])).values()].map(({ number, content }): Part => ({
    kind: 'notice',
    noticeId: uuid(1, number),
    title: `Tin số ${number}`,
    category: 'local',
    originUnitId: uuid(0, 1),
    durationMs,
    content,
  }));
  const defaultPlaylistId = uuid(2, 1);
  const playlist: Part = {
    kind: 'playlist',
    playlistId: defaultPlaylistId,
    name: 'Danh sách',
    items: items.map(({ number }, n) => ({
      itemId: uuid(3, n),
      noticeId: uuid(1, number),
      durationMs: null,
      validFrom: null,
      validTo: null,
    })),
  };
  const fallback: Part = { kind: 'fallback', unitName: 'Xã Mẫu', boardName: 'Bảng thôn Đông' };
  return { parts: [...notices, playlist, fallback], assets, defaultPlaylistId, files };
}

/** Few enough words for one page. */
const fieldsOf = (number: number): Record<string, string> => ({
  title: `Tin số ${number}`,
  body: ['Họp thôn lúc 19 giờ.', 'Tiêm phòng dại cho chó, mèo.', 'Nước sạch về bản.'][number % 3]!,
});
