import {
  pageRows,
  type Playlist,
  type PlaylistInput,
  type PlaylistCreate,
  type PlaylistList,
  type PlaylistsQuery,
} from '../../../../shared/protocol/api/content.ts';
import { binMs } from '../../../../shared/protocol/api/bin.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { putIntoBin, takeOutOfBin } from '../../store/bin.ts';
import type { Db, Tx } from '../../store/store.ts';
import { cutPage, foldOldRows, mapInTurns, readCursor, wordGroups } from '../../listing.ts';
import { cleanLine } from '../../text.ts';
import { assertIdFree, madeOnce } from '../chosen-id.ts';
import type { MourningsService } from '../mournings/service.ts';
import type { NoticesService } from '../notices/service.ts';
import { contentUnits, maySeeContent } from '../notices/sight.ts';
import { assertUnused, assertUsesWithin } from '../notices/uses.ts';
import type { UnitsService } from '../units/service.ts';
import * as repo from './repo.ts';
import type { PlaylistConditions, PlaylistRecord, PlaylistSummary, PlaylistValues } from './repo.ts';

export type { PlaylistRecord } from './repo.ts';

export interface PlaylistsService {
  /** One page of what this person may see. @throws AppError `invalid_input` (field cursor) */
  list(actor: Actor, query?: Partial<PlaylistsQuery>): Promise<PlaylistList>;
  /** @throws AppError `playlist_unknown` 404 */
  get(actor: Actor, id: string): Promise<Playlist>;
  /** @throws AppError `notice_unknown` (field items.N.noticeId), `validity_reversed` (items.N.validTo), `item_repeated` (items.N.itemId), `name_empty`, `forbidden` */
  create(actor: Actor, input: PlaylistCreate): Promise<Playlist>;
  /** @throws AppError as `create`, `revision_conflict` 409, and `used_outside_unit` 409 when it would be moved away from its uses */
  edit(actor: Actor, id: string, revision: number, input: PlaylistInput): Promise<Playlist>;
  /** Deletes it, as it was at `revision` if one is named. @throws AppError `revision_conflict` 409, `in_use` 409 with params.where */
  remove(actor: Actor, id: string, revision?: number): Promise<void>;
  /**
   * Takes it out of the recycle bin; of one that is not in it nothing changes. Items whose notice this person cannot use (any more)
   * stay behind. @throws AppError `playlist_unknown` 404, `forbidden`
   */
  restore(actor: Actor, id: string): Promise<Playlist>;
  /** The playlist if this person may use it, else null. It is held: until the transaction ends nobody changes or deletes it. */
  usable(actor: Actor, id: string, tx: Tx): Promise<PlaylistRecord | null>;
  /** The playlist if there is one, held as by `usable`; without rights. */
  held(id: string, tx: Tx): Promise<PlaylistRecord | null>;
  /** For the system's own use, without rights. Deleted ones are not there. */
  records(ids: readonly string[], tx?: Tx): Promise<PlaylistRecord[]>;
  /** What playlists are called and whose they are, also deleted ones. */
  names(ids: readonly string[]): Promise<Map<string, Pick<PlaylistRecord, 'name' | 'unitId'>>>;
  /** Makes rows of a release before findable. */
  foldOldRows(): Promise<void>;
}

export function createPlaylistsService(
  context: Context,
  deps: {
    units: Pick<UnitsService, 'tree' | 'get'>;
    notices: Pick<NoticesService, 'usable' | 'held' | 'lengths'>;
    mournings: Pick<MourningsService, 'standing'>;
  },
): PlaylistsService {
  const { store, sources, access, audit, events } = context;
  const { notices, mournings } = deps;
  const { tree } = deps.units;
  const nameOf = (unitId: string): string => deps.units.get(unitId)?.name ?? '';

  /** Units that mourn now. */
  async function mourningNow(): Promise<ReadonlySet<string>> {
    const now = sources.now();
    return new Set(
      (await mournings.standing()).filter(({ from, to }) => from <= now && now < to).map((at) => at.unitId),
    );
  }

  /** What boards show of a playlist, and how many items they do not show, and why. */
  function shownOf({ unitId, sums }: Pick<PlaylistSummary, 'unitId' | 'sums'>, mourning: ReadonlySet<string>) {
    const rests = tree.pathOf(unitId).some((id) => mourning.has(id));
    const parts = rests ? [sums.other] : [sums.other, sums.entertaining];
    return {
      noticeIds: parts.flatMap((part) => part.noticeIds),
      ownMs: parts.reduce((ms, part) => ms + part.ownMs, 0),
      counts: {
        itemCount: parts.reduce((n, part) => n + part.count, 0),
        takenDown: sums.takenDown.count,
        unapproved: sums.unapproved.count,
        resting: rests ? sums.entertaining.count : 0,
      },
    };
  }
  const lengthOf = ({ ownMs, noticeIds }: ReturnType<typeof shownOf>, lengths: ReadonlyMap<string, number>): number =>
    noticeIds.reduce((ms, id) => ms + (lengths.get(id) ?? 0), ownMs);

  async function counted(record: PlaylistRecord, db: Db): Promise<Playlist> {
    const sums = await repo.findSums(store.dialect, db, record.id);
    const shown = shownOf({ unitId: record.unitId, sums }, await mourningNow());
    const lengths = await notices.lengths([...new Set(shown.noticeIds)]);
    return { ...record, ...shown.counts, totalMs: lengthOf(shown, lengths) };
  }

  const unknown = (): AppError => new AppError('playlist_unknown', 'There is no such playlist', { status: 404 });

  const conflict = (current: PlaylistRecord): AppError =>
    new AppError('revision_conflict', 'Somebody else has changed it meanwhile', {
      status: 409,
      params: { revision: current.revision },
    });

  async function find(actor: Actor, id: string): Promise<PlaylistRecord> {
    const record = await repo.findPlaylist(store.read, id);
    if (!record || !maySeeContent(actor, access, tree, record.unitId)) throw unknown();
    return record;
  }

  /** In the transaction, which holds the notices: none is deleted between the check and the write. */
  async function clean(
    tx: Tx,
    actor: Actor,
    input: PlaylistInput,
    before: PlaylistRecord | null,
  ): Promise<PlaylistValues> {
    const name = cleanLine(input.name);
    if (name === '') throw new AppError('name_empty', 'A playlist needs a name', { field: 'name' });
    const wanted = [...new Set(input.items.map((item) => item.noticeId))];
    // What was in it may stay, whoever put it there, unless it has been deleted.
    const kept = new Set(before?.items.map((item) => item.noticeId));
    const known = new Set([
      ...(await notices.usable(actor, wanted, tx)).map((notice) => notice.id),
      ...(
        await notices.held(
          wanted.filter((id) => kept.has(id)),
          tx,
        )
      ).map((notice) => notice.id),
    ]);
    const itemIds = new Set<string>();
    for (const [i, item] of input.items.entries()) {
      if (!known.has(item.noticeId))
        throw new AppError('notice_unknown', 'There is no such notice', { field: `items.${i}.noticeId` });
      if (itemIds.has(item.itemId))
        throw new AppError('item_repeated', 'Two items have one id', { field: `items.${i}.itemId` });
      itemIds.add(item.itemId);
      if (item.validFrom !== null && item.validTo !== null && item.validFrom >= item.validTo)
        throw new AppError('validity_reversed', 'It ends before it begins', { field: `items.${i}.validTo` });
    }
    return { unitId: input.unitId, name, items: input.items };
  }

  async function view(id: string): Promise<Playlist> {
    const record = await repo.findPlaylist(store.write, id);
    if (!record) throw unknown();
    return counted(record, store.write);
  }

  return {
    async list(actor, { q = '', unitId, noticeId, cursor, limit = pageRows } = {}) {
      const filter = {
        statements: wordGroups(contentUnits(actor, access, tree, unitId), q, nameOf),
        also: (eb: PlaylistConditions) => (noticeId === undefined ? [] : [repo.holdsNotice(eb, noticeId)]),
      };
      const [found, total] = await Promise.all([
        repo.findPage(store, filter, { after: readCursor(cursor), limit: limit + 1 }),
        repo.count(store.read, filter),
      ]);
      const { page, next } = cutPage(found, limit);
      const mourning = await mourningNow();
      const asked = new Set<string>();
      await mapInTurns(page, (row) => shownOf(row, mourning).noticeIds.forEach((id) => asked.add(id)));
      const lengths = await notices.lengths([...asked]);
      const playlists = await mapInTurns(page, (row) => {
        const { sums, ...playlist } = row;
        const shown = shownOf({ unitId: row.unitId, sums }, mourning);
        return { ...playlist, ...shown.counts, totalMs: lengthOf(shown, lengths) };
      });
      return { playlists, next, total };
    },
    async get(actor, id) {
      return counted(await find(actor, id), store.read);
    },
    async create(actor, { id = sources.newId(), ...input }) {
      access.assert(actor, 'content.edit', input.unitId);
      await madeOnce(
        store.transaction(async (tx) => {
          await assertIdFree(tx, 'playlists', id);
          const values = await clean(tx, actor, input, null);
          await repo.insertPlaylist(tx, id, values, actor.userId, sources.now());
          const detail = { name: values.name, items: values.items.length };
          await audit(tx, {
            actor,
            action: 'playlist.created',
            subjectType: 'playlist',
            subjectId: id,
            unitId: values.unitId,
            detail,
          });
        }),
      );
      return view(id);
    },
    async edit(actor, id, revision, input) {
      const before = await find(actor, id);
      if (before.revision !== revision) throw conflict(before);
      access.assert(actor, 'content.edit', before.unitId);
      access.assert(actor, 'content.edit', input.unitId);
      await store.transaction(async (tx) => {
        const values = await clean(tx, actor, input, before);
        if (!(await repo.updatePlaylist(tx, id, revision, values, actor.userId, sources.now()))) throw conflict(before);
        // When it is written, so that whoever begins to use it waits, and is asked for the right again.
        if (values.unitId !== before.unitId) assertUsesWithin(await repo.usesOf(tx, id), values.unitId, tree);
        const detail = {
          ...{ unitId: values.unitId, name: values.name, items: values.items, revision: revision + 1 },
          before: { unitId: before.unitId, name: before.name, items: before.items, revision },
        };
        await audit(tx, {
          actor,
          action: 'playlist.changed',
          subjectType: 'playlist',
          subjectId: id,
          unitId: values.unitId,
          detail,
        });
      });
      events.emit('contentSaved', { kind: 'playlist', id });
      return view(id);
    },
    async remove(actor, id, revision) {
      const record = await find(actor, id);
      if (revision !== undefined && record.revision !== revision) throw conflict(record);
      access.assert(actor, 'content.edit', record.unitId);
      await store.transaction(async (tx) => {
        // First, so that whoever begins to use it waits, and finds it gone; who used it before is seen.
        if (!(await putIntoBin(tx, 'playlists', id, { revision, by: actor.userId, now: sources.now() })))
          throw (await repo.findPlaylist(tx, id)) ? conflict(record) : unknown();
        assertUnused(await repo.usesOf(tx, id));
        await audit(tx, {
          actor,
          action: 'playlist.deleted',
          subjectType: 'playlist',
          subjectId: id,
          unitId: record.unitId,
          detail: { name: record.name },
        });
      });
      events.emit('contentSaved', { kind: 'playlist', id });
    },
    async restore(actor, id) {
      const record = (await repo.findInBin(store.read, id, sources.now() - binMs)) ?? (await find(actor, id));
      if (!maySeeContent(actor, access, tree, record.unitId)) throw unknown();
      access.assert(actor, 'content.edit', record.unitId);
      await store.transaction(async (tx) => {
        const ids = [...new Set(record.items.map((item) => item.noticeId))];
        // Moved meanwhile, a notice may be none to use here any more: whoever restores puts together what they could.
        const there = new Set((await notices.usable(actor, ids, tx)).map((notice) => notice.id));
        if (!(await takeOutOfBin(tx, 'playlists', id))) return;
        const items = record.items.filter((item) => there.has(item.noticeId));
        const gone = record.items.length - items.length;
        if (gone > 0)
          await repo.updatePlaylist(tx, id, record.revision, { ...record, items }, actor.userId, sources.now());
        await audit(tx, {
          actor,
          action: 'playlist.restored',
          subjectType: 'playlist',
          subjectId: id,
          unitId: record.unitId,
          detail: { name: record.name, ...(gone > 0 ? { gone, before: { items: record.items } } : {}) },
        });
      });
      events.emit('contentSaved', { kind: 'playlist', id });
      return view(id);
    },
    async usable(actor, id, tx) {
      const [record] = await repo.holdPlaylists(tx, [id]);
      return record && maySeeContent(actor, access, tree, record.unitId) ? record : null;
    },
    held: async (id, tx) => (await repo.holdPlaylists(tx, [id]))[0] ?? null,
    records: (ids, tx) => repo.findPlaylists(tx ?? store.read, ids),
    names: (ids) => repo.findNames(store.read, ids),
    foldOldRows: () => foldOldRows(store, 'playlists'),
  };
}
