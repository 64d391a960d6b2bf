/**
 * Compiles what a board plays, from content to parts. Pure: the same input gives the same bytes, on any CMS, so that boards share
 * parts and an unchanged board needs no new version.
 */
import { createHash } from 'node:crypto';
import { placeCode } from '../../../../shared/protocol/link-code.ts';
import {
  assetsOf,
  type AssetRef,
  type Certificate,
  type EntryPart,
  type NoticePart,
  type ObligationPart,
  type Part,
  type PartRef,
  type PlaylistPart,
  noticeCategories,
} from '../../../../shared/protocol/programme.ts';
import { obligationLoad } from '../../../../shared/schedule/obligations.ts';
import { canonicalJson } from '../../../../shared/util/canonical-json.ts';
import type { BoardRecord } from '../boards/service.ts';
import type { ApprovedNotice } from '../notices/service.ts';
import type { ObligationRecord, ReceivedOrders } from '../obligations/service.ts';
import type { PlaylistRecord } from '../playlists/service.ts';
import type { EntryRecord } from '../schedules/service.ts';
import { targetsBoard } from '../schedules/targets.ts';
import { rasterOf, sizedContent, type AssetSizes, type Raster } from './sizes.ts';

/** Why a programme may not be what its editors want. */
export type CompileWarning =
  'link_not_shown' | 'media_not_ready' | 'notice_not_approved' | 'nothing_to_play' | 'obligations_overcommitted';

/** Everything that programmes are made of, for one or many boards. */
export interface Library {
  /** As they were approved last; what was taken down or never approved is not here. */
  readonly notices: ReadonlyMap<string, ApprovedNotice>;
  /** Ids of those that were never approved. */
  readonly unapproved: ReadonlySet<string>;
  readonly playlists: ReadonlyMap<string, PlaylistRecord>;
  /** Entries and obligations of units on the boards' paths; the compiler picks those that mean the board. */
  readonly entries: readonly EntryRecord[];
  readonly obligations: readonly ObligationRecord[];
  /** In which order units want to show what they are obliged to; that of the unit nearest to the board counts. */
  readonly orders: ReceivedOrders;
  /** Media that are on disk. */
  readonly assets: ReadonlyMap<string, AssetSizes>;
}

export interface BoardToCompile {
  readonly board: Pick<BoardRecord, 'id' | 'name' | 'defaultPlaylistId' | 'output'>;
  /** From the root unit to the board's own. */
  readonly unitPath: readonly string[];
  readonly unitName: string;
}

/** What a manifest says apart from who the board is and which version it is. */
export interface ProgrammeContent {
  readonly defaultPlaylistId: string | null;
  readonly parts: readonly PartRef[];
  readonly assets: readonly AssetRef[];
}

export interface EncodedPart extends PartRef {
  /** Canonical JSON. */
  readonly body: string;
}

export interface Compiled {
  readonly content: ProgrammeContent;
  /** By hash. */
  readonly parts: ReadonlyMap<string, EncodedPart>;
  /** How many notices it holds. */
  readonly notices: number;
  /** Ids of those that it would hold, had they ever been approved. */
  readonly unapproved: readonly string[];
  readonly warnings: readonly CompileWarning[];
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** A notice as boards of one raster show it. */
interface ShownNotice {
  readonly part: NoticePart;
  readonly encoded: EncodedPart;
  readonly assets: readonly AssetRef[];
}

/** Gives a part its bytes and its name. */
export function encodePart(part: Part): EncodedPart {
  const body = canonicalJson(part);
  return { hash: sha256(body), size: Buffer.byteLength(body, 'utf8'), body };
}

/** What boards of one raster with the same entries, obligations and default playlist share: all but the slide that names the board. */
export type Common = Compiled;

/** Compiles boards of one library at one time; what boards share is compiled and encoded once. */
export class Compiler {
  readonly #library: Library;
  readonly #now: number;
  readonly #encoded = new Map<string, EncodedPart>();
  /** Notices as boards of one raster show them. */
  readonly #shown = new Map<string, ShownNotice>();
  /** By raster, the ids of default playlist and entries, and the obligations with their places. */
  readonly #common = new Map<string, Common>();

  /** @param now ms UTC: what has ended by then can never be played again, and costs no byte */
  constructor(library: Library, now: number) {
    this.#library = library;
    this.#now = now;
  }

  compile({ unitName, ...of }: BoardToCompile): Compiled {
    const common = this.common(of);
    const own = encodePart({ kind: 'fallback', unitName, boardName: of.board.name });
    return {
      ...common,
      content: {
        ...common.content,
        parts: [...common.content.parts, { hash: own.hash, size: own.size }].sort(byHash),
      },
      parts: new Map(common.parts).set(own.hash, own),
    };
  }

  /** What a board shares: the same object for all boards that share it. */
  common({ board, unitPath }: Omit<BoardToCompile, 'unitName'>): Common {
    const { playlists: known, entries, obligations } = this.#library;
    // An entry means boards of the unit that owns it; a unit that was moved away takes no board along.
    const means = (item: EntryRecord | ObligationRecord): boolean =>
      unitPath.includes(item.unitId) && targetsBoard(item.targets, board, unitPath) && !this.#isOver(item.validTo);
    return this.#shared(
      rasterOf(board.output),
      board.defaultPlaylistId !== null && known.has(board.defaultPlaylistId) ? board.defaultPlaylistId : null,
      entries.filter((entry) => known.has(entry.playlistId) && means(entry)),
      obligations.filter(means).map((item) => ({ ...item, order: this.#orderOf(item, unitPath) })),
    );
  }

  #shared(
    raster: Raster,
    defaultPlaylistId: string | null,
    entries: readonly EntryRecord[],
    meant: readonly ObligationRecord[],
  ): Common {
    const ids = [entries.map(({ id }) => id), meant.map(({ id, order }) => `${id} ${order}`)];
    const key = [raster.width, raster.height, defaultPlaylistId, ...ids.map((some) => some.join(','))].join('\n');
    let common = this.#common.get(key);
    if (!common) this.#common.set(key, (common = this.#compile(raster, defaultPlaylistId, entries, meant)));
    return common;
  }

  #compile(
    raster: Raster,
    defaultPlaylistId: string | null,
    entries: readonly EntryRecord[],
    meant: readonly ObligationRecord[],
  ): Common {
    const warnings = new Set<CompileWarning>();
    const unapproved = new Set<string>();
    const { playlists: known } = this.#library;
    const obligations = meant.filter((obligation) => this.#canShow(obligation.noticeId, warnings, unapproved));

    const playlistIds = new Set([
      ...(defaultPlaylistId === null ? [] : [defaultPlaylistId]),
      ...entries.map((entry) => entry.playlistId),
    ]);
    const playlists = [...playlistIds].map((id) => this.#playlist(known.get(id)!, warnings, unapproved));
    const noticeIds = new Set([
      ...playlists.flatMap((playlist) => playlist.items.map((item) => item.noticeId)),
      ...obligations.map((obligation) => obligation.noticeId),
    ]);
    const shown = [...noticeIds].map((id) => this.#onRaster(id, raster));
    const notices = shown.map(({ part }) => part);
    if (unapproved.size > 0) warnings.add('notice_not_approved');
    if (notices.length === 0) warnings.add('nothing_to_play');
    if (notices.some(({ content: { link } }) => link !== undefined && placeCode(raster, link) === null))
      warnings.add('link_not_shown');

    const entryParts = entries.map(entryPart);
    const obligationParts = obligations.map(obligationPart);
    if (obligationParts.length > 0) {
      const load = obligationLoad({
        defaultPlaylistId,
        notices: new Map(notices.map((notice) => [notice.noticeId, notice])),
        playlists: new Map(playlists.map((playlist) => [playlist.playlistId, playlist])),
        entries: entryParts,
        obligations: obligationParts,
      });
      if (!load.guaranteed) warnings.add('obligations_overcommitted');
    }

    const encoded = new Map<string, EncodedPart>();
    for (const made of shown) encoded.set(made.encoded.hash, made.encoded);
    for (const part of [...playlists, ...entryParts, ...obligationParts]) {
      const made = this.#encode(part);
      encoded.set(made.hash, made);
    }
    const assets = new Map(shown.flatMap((notice) => notice.assets).map((asset) => [asset.hash, asset]));
    return {
      content: {
        defaultPlaylistId,
        parts: [...encoded.values()].map(({ hash, size }) => ({ hash, size })).sort(byHash),
        assets: [...assets.values()].sort(byHash),
      },
      parts: encoded,
      notices: notices.length,
      unapproved: [...unapproved].sort(),
      warnings: [...warnings].sort(),
    };
  }

  #orderOf(obligation: ObligationRecord, unitPath: readonly string[]): number {
    const { orders } = this.#library;
    const unitId = unitPath.findLast((id) => orders.get(id)?.has(obligation.id));
    return unitId === undefined ? obligation.order : orders.get(unitId)!.get(obligation.id)!;
  }

  #isOver(validTo: number | null): boolean {
    return validTo !== null && validTo <= this.#now;
  }

  /** Whether boards can show a notice. One that was deleted or taken down is left out in silence: whoever did that wanted it. */
  #canShow(id: string, warnings: Set<CompileWarning>, unapproved: Set<string>): boolean {
    const notice = this.#library.notices.get(id);
    if (!notice) {
      if (this.#library.unapproved.has(id)) unapproved.add(id);
      return false;
    }
    if (assetsOf(notice.content).every((hash) => this.#library.assets.has(hash))) return true;
    warnings.add('media_not_ready');
    return false;
  }

  /** A notice that boards can show, with the files that a raster needs. */
  #onRaster(id: string, raster: Raster): ShownNotice {
    const key = `${id} ${raster.width}×${raster.height}`;
    let made = this.#shown.get(key);
    if (!made) {
      const notice = this.#library.notices.get(id)!;
      const { content, assets } = sizedContent(notice.content, raster, this.#library.assets);
      const part = noticePart(notice, content);
      this.#shown.set(key, (made = { part, assets, encoded: encodePart(part) }));
    }
    return made;
  }

  #playlist(playlist: PlaylistRecord, warnings: Set<CompileWarning>, unapproved: Set<string>): PlaylistPart {
    const items = playlist.items.filter(
      (item) => !this.#isOver(item.validTo) && this.#canShow(item.noticeId, warnings, unapproved),
    );
    return { kind: 'playlist', playlistId: playlist.id, name: playlist.name, items };
  }

  /** Ids of one kind are of one record, which says the same to all but its place: so a part is encoded once however many boards hold it. */
  #encode(part: PartOfRecord): EncodedPart {
    const key = keyOf(part);
    let made = this.#encoded.get(key);
    if (!made) this.#encoded.set(key, (made = encodePart(part)));
    return made;
  }
}

type PartOfRecord = PlaylistPart | EntryPart | ObligationPart;

function keyOf(part: PartOfRecord): string {
  if (part.kind === 'playlist') return `playlist ${part.playlistId}`;
  return part.kind === 'entry' ? `entry ${part.entryId}` : `obligation ${part.obligationId} ${part.order}`;
}

const byHash = (a: { hash: string }, b: { hash: string }): number => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0);

const noticePart = (notice: ApprovedNotice, content: NoticePart['content']): NoticePart => ({
  kind: 'notice',
  noticeId: notice.id,
  title: notice.title,
  category: noticeCategories.find((known) => known === notice.category) ?? 'other',
  originUnitId: notice.unitId,
  durationMs: notice.effectiveDurationMs,
  content,
});

const entryPart = (entry: EntryRecord): EntryPart => ({
  kind: 'entry',
  entryId: entry.id,
  playlistId: entry.playlistId,
  priority: entry.priority,
  cron: entry.cron,
  durationMs: entry.durationMs,
  validFrom: entry.validFrom,
  validTo: entry.validTo,
  ...(entry.exceptions.length > 0 ? { exceptions: entry.exceptions } : {}),
});

const obligationPart = (obligation: ObligationRecord): ObligationPart => ({
  kind: 'obligation',
  obligationId: obligation.id,
  noticeId: obligation.noticeId,
  perHour: obligation.perHour,
  order: obligation.order,
  cron: obligation.cron,
  durationMs: obligation.durationMs,
  validFrom: obligation.validFrom,
  validTo: obligation.validTo,
});

/**
 * Names what a programme says, apart from version and time. Epoch and key count as content: after a restore, or when a key is
 * renewed, the same content has to be signed anew.
 */
export function contentHash(
  content: ProgrammeContent,
  certificate: Omit<Certificate, 'issuedAt'>,
  signing: { epoch: number; kid: string },
): string {
  return sha256(canonicalJson({ ...content, certificate, ...signing }));
}
