/** The library as people see it: searched, tagged, renamed. */
import {
  maxMediaTags,
  mediaQuery,
  type Media,
  type MediaEdit,
  type MediaList,
  type MediaQuery,
  type MediaTag,
  type MediaUses,
} from '../../../../shared/protocol/api/media.ts';
import { foldedWords } from '../../../../shared/util/fold.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { cleanLine } from '../../text.ts';
import { contentUnits, maySeeContent } from '../notices/sight.ts';
import type { UnitsService } from '../units/service.ts';
import * as libraryRepo from './library-repo.ts';
import type { MediaProcessing } from './processing.ts';
import * as repo from './repo.ts';
import type { MediaRow } from './repo.ts';
import * as usesRepo from './uses-repo.ts';
import { cursorOf, foldedOf, foldedTag, inOrder, placeOf, readCursor } from './search.ts';

export interface MediaLibrary {
  /** One page of what this person may see. @throws AppError `invalid_input` (field cursor) */
  list(actor: Actor, query?: Partial<MediaQuery>): Promise<MediaList>;
  /** @throws AppError `media_unknown` 404 */
  get(actor: Actor, id: string): Promise<Media>;
  /** Renames and tags. @throws AppError `name_empty`, `tag_empty`, `tags_too_many`, `media_unknown`, `forbidden` */
  edit(actor: Actor, id: string, change: MediaEdit): Promise<Media>;
  tags(actor: Actor): Promise<MediaTag[]>;
  /** What shows a file. @throws AppError `media_unknown` 404 */
  uses(actor: Actor, id: string): Promise<MediaUses>;
  /** The row, if this person may see it. @throws AppError `media_unknown` 404 */
  find(actor: Actor, id: string): Promise<MediaRow>;
  view(row: MediaRow): Promise<Media>;
  /** Makes rows of a release before findable. */
  foldOldRows(): Promise<void>;
}

export function createMediaLibrary(
  context: Context,
  deps: { tree: UnitsService['tree']; processing: Pick<MediaProcessing, 'progress' | 'retryAt'> },
): MediaLibrary {
  const { store, access, audit, events } = context;
  const { tree, processing } = deps;

  const toView = (row: MediaRow, tags: readonly string[]): Media => ({
    id: row.id,
    unitId: row.unit_id,
    name: row.name,
    tags: [...tags],
    state: row.state,
    errorCode: row.error_code,
    progress: row.state === 'processing' ? processing.progress(row.id) : null,
    retryAt: row.state === 'processing' ? processing.retryAt(row.id) : null,
    kind: row.kind,
    hash: row.hash,
    size: row.size,
    mediaType: row.media_type,
    width: row.width,
    height: row.height,
    durationMs: row.duration_ms,
    posterHash: row.poster_hash,
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
  });

  async function views(rows: readonly MediaRow[]): Promise<Media[]> {
    const tags = await libraryRepo.findTags(
      store.read,
      rows.map((row) => row.id),
    );
    return rows.map((row) => toView(row, tags.get(row.id) ?? []));
  }

  async function find(actor: Actor, id: string): Promise<MediaRow> {
    const row = await repo.findMedia(store.read, id);
    if (!row || !maySeeContent(actor, access, tree, row.unit_id))
      throw new AppError('media_unknown', 'There is no such file', { status: 404 });
    return row;
  }

  /** @throws AppError `tag_empty` */
  function cleanTags(tags: readonly string[]): Map<string, string> {
    const clean = new Map(tags.map((tag) => [foldedTag(tag), cleanLine(tag)]));
    if (clean.has('')) throw new AppError('tag_empty', 'A tag needs a letter or a figure', { field: 'addTags' });
    return clean;
  }

  return {
    find,
    view: async (row) => (await views([row]))[0]!,
    async list(actor, given = {}) {
      const query = mediaQuery.parse(given);
      const { sort, limit } = query;
      const bin = query.bin === 'true';
      const seen = bin ? access.unitsFor(actor, 'content.edit') : contentUnits(actor, access, tree);
      const below = query.unitId === undefined ? null : new Set(tree.subtreeOf(query.unitId));
      const filter: libraryRepo.MediaFilter = {
        unitIds: below === null ? seen : seen.filter((unitId) => below.has(unitId)),
        words: [...new Set(foldedWords(query.q))].slice(0, 12),
        kind: query.kind ?? null,
        pages: query.pages ?? null,
        tag: query.tag === undefined ? null : foldedTag(query.tag),
        hash: query.hash ?? null,
        bin,
      };
      const after = readCursor(query.cursor, sort);
      const [found, total] = await Promise.all([
        libraryRepo.findPage(store.read, filter, { sort, after, limit: limit + 1 }),
        libraryRepo.count(store.read, filter),
      ]);
      const page = inOrder(found, sort).slice(0, limit);
      const last = page.at(-1);
      return {
        media: await views(page),
        next: found.length > limit && last ? cursorOf(placeOf(last, sort)) : null,
        total,
      };
    },
    async get(actor, id) {
      return (await views([await find(actor, id)]))[0]!;
    },
    async edit(actor, id, change) {
      const seen = await find(actor, id);
      access.assert(actor, 'content.edit', seen.unit_id);
      const added = cleanTags(change.addTags ?? []);
      const removed = (change.removeTags ?? []).map(foldedTag);
      const given = change.name === undefined ? null : cleanLine(change.name);
      if (given === '') throw new AppError('name_empty', 'A file needs a name', { field: 'name' });
      await store.transaction(async (tx) => {
        // Held, so that name, tags and the words of both stay those of one moment.
        const before = await repo.holdMedia(tx, id);
        if (!before) throw new AppError('media_unknown', 'There is no such file', { status: 404 });
        const name = given ?? before.name;
        const had = (await libraryRepo.findTags(tx, [id])).get(id) ?? [];
        await libraryRepo.removeTags(tx, id, removed);
        await libraryRepo.addTags(tx, id, added);
        const tags = (await libraryRepo.findTags(tx, [id])).get(id) ?? [];
        if (tags.length > maxMediaTags)
          throw new AppError('tags_too_many', `A file has ${maxMediaTags} tags at most`, {
            field: 'addTags',
            params: { max: maxMediaTags },
          });
        await libraryRepo.setName(tx, id, { name, folded: foldedOf(name, tags) });
        await audit(tx, {
          actor,
          action: 'media.changed',
          subjectType: 'media',
          subjectId: id,
          unitId: before.unit_id,
          detail: { name, tags, before: { name: before.name, tags: had } },
        });
      });
      events.emit('mediaChanged', { mediaId: id });
      const row = await repo.findMedia(store.write, id);
      if (!row) throw new AppError('media_unknown', 'There is no such file', { status: 404 });
      return (await views([row]))[0]!;
    },
    async uses(actor, id) {
      const row = await find(actor, id);
      if (row.hash === null) return { notices: [], playlists: [], obligations: [], hidden: 0, copies: 0 };
      const seen = new Set(contentUnits(actor, access, tree));
      const found = await usesRepo.findUses(store.read, row.hash);
      const inSight = (uses: readonly usesRepo.Use[]) => uses.filter((use) => seen.has(use.unitId));
      const all = [...found.notices, ...found.playlists, ...found.obligations];
      const holders = await repo.unitsHolding(store.read, row.hash);
      return {
        notices: inSight(found.notices),
        playlists: inSight(found.playlists),
        obligations: inSight(found.obligations),
        hidden: all.length - inSight(all).length,
        copies: Math.max(0, holders.length - 1),
      };
    },
    tags: (actor) => libraryRepo.countTags(store.read, contentUnits(actor, access, tree)),
    async foldOldRows() {
      const rows = await libraryRepo.findUnfolded(store.write);
      if (rows.length === 0) return;
      await store.transaction((tx) =>
        libraryRepo.fold(
          tx,
          rows.map(({ id, name }) => ({ id, folded: foldedOf(name, []) })),
        ),
      );
    },
  };
}
