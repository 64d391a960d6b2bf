import {
  pageRows,
  type ScheduleEntry,
  type ScheduleInput,
  type ScheduleCreate,
  type ScheduleList,
  type ScheduleTerms,
  type ScheduleTermsQuery,
  type SchedulesQuery,
} from '../../../../shared/protocol/api/content.ts';
import { binMs } from '../../../../shared/protocol/api/bin.ts';
import { parseCron } from '../../../../shared/schedule/cron.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { cutPage, foldOldRows, readCursor, wordGroups } from '../../listing.ts';
import { cleanLine } from '../../text.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { putIntoBin, takeOutOfBin } from '../../store/bin.ts';
import type { Tx } from '../../store/store.ts';
import { assertIdFree, madeOnce } from '../chosen-id.ts';
import type { BoardsService } from '../boards/service.ts';
import { contentUnits, maySeeContent } from '../notices/sight.ts';
import type { PlaylistsService } from '../playlists/service.ts';
import type { UnitsService } from '../units/service.ts';
import { longestCoverageMs } from '../../../../shared/protocol/api/plans.ts';
import * as repo from './repo.ts';
import type { EntryRecord, EntryValues } from './repo.ts';
import { assertValidity, cleanTargets, Reach } from './targets.ts';
import { beginTerm, endTerm, findTerms } from './terms-repo.ts';

export type { EntryRecord } from './repo.ts';

export interface SchedulesService {
  /** One page of what this person may see. @throws AppError `invalid_input` (field cursor) */
  list(actor: Actor, query?: Partial<SchedulesQuery>): Promise<ScheduleList>;
  /** What entries said when, of what this person may see. @throws AppError `invalid_input` (field to) */
  terms(actor: Actor, query: ScheduleTermsQuery): Promise<ScheduleTerms>;
  /** @throws AppError `schedule_unknown` 404 */
  get(actor: Actor, id: string): Promise<ScheduleEntry>;
  /** @throws AppError `cron_invalid`, `validity_reversed`, `target_outside_unit`, `targets_gone`, `playlist_unknown`, `name_empty`, `forbidden` */
  create(actor: Actor, input: ScheduleCreate): Promise<ScheduleEntry>;
  /** @throws AppError as `create`, and `revision_conflict` 409 */
  edit(actor: Actor, id: string, revision: number, input: ScheduleInput): Promise<ScheduleEntry>;
  /** Deletes it, as it was at `revision` if one is named. @throws AppError `revision_conflict` 409 */
  remove(actor: Actor, id: string, revision?: number): Promise<void>;
  /**
   * Takes it out of the recycle bin; of one that is not in it nothing changes.
   * @throws AppError `schedule_unknown` 404, `forbidden`, `playlist_deleted`, `revision_conflict` 409, `targets_gone`
   */
  restore(actor: Actor, id: string): Promise<ScheduleEntry>;
  /** Entries that these units own, for the system's own use. An entry applies to boards of its own unit and below only. */
  ofUnits(unitIds: readonly string[], tx?: Tx): Promise<EntryRecord[]>;
  /** What they are called, of deleted ones too. */
  names(ids: readonly string[]): Promise<{ id: string; name: string }[]>;
  /** Makes rows of a release before findable. */
  foldOldRows(): Promise<void>;
}

/** Terms of one answer. */
const mostTerms = 2000;

export interface SchedulesDeps {
  readonly units: Pick<UnitsService, 'tree' | 'get'>;
  readonly boards: Pick<BoardsService, 'held' | 'places'>;
  readonly playlists: Pick<PlaylistsService, 'usable' | 'held' | 'names'>;
}

export function createSchedulesService(context: Context, deps: SchedulesDeps): SchedulesService {
  const { store, sources, access, audit, events } = context;
  const { boards, playlists } = deps;
  const { tree } = deps.units;
  const nameOf = (id: string): string => deps.units.get(id)?.name ?? '';

  const unknown = (): AppError => new AppError('schedule_unknown', 'There is no such schedule entry', { status: 404 });
  const conflict = (current: EntryRecord): AppError =>
    new AppError('revision_conflict', 'Somebody else has changed it meanwhile', {
      status: 409,
      params: { revision: current.revision },
    });

  function inSight(actor: Actor, record: EntryRecord | null): EntryRecord {
    if (!record || !maySeeContent(actor, access, tree, record.unitId)) throw unknown();
    return record;
  }

  const find = async (actor: Actor, id: string): Promise<EntryRecord> =>
    inSight(actor, await repo.findEntry(store.read, id));

  /** In the transaction, which holds playlist and boards: none is deleted or moved between the check and the write. */
  async function clean(tx: Tx, actor: Actor, input: ScheduleInput, before: EntryRecord | null): Promise<EntryValues> {
    const name = cleanLine(input.name);
    if (name === '') throw new AppError('name_empty', 'An entry needs a name', { field: 'name' });
    const cron = parseCron(input.cron).expression;
    assertValidity(input);
    const kept = before?.playlistId === input.playlistId;
    const playlist = kept
      ? await playlists.held(input.playlistId, tx)
      : await playlists.usable(actor, input.playlistId, tx);
    if (!playlist) throw new AppError('playlist_unknown', 'There is no such playlist', { field: 'playlistId' });
    const targets = await cleanTargets(tx, input, before, { tree, boards });
    const exceptions = (input.exceptions ?? before?.exceptions ?? []).toSorted((a, b) => (a.date < b.date ? -1 : 1));
    return { ...input, name, cron, exceptions, targets };
  }

  const shown = (record: EntryRecord): ScheduleEntry => ({ ...record, unitName: nameOf(record.unitId) });

  async function view(id: string): Promise<ScheduleEntry> {
    const record = await repo.findEntry(store.write, id);
    if (!record) throw unknown();
    return shown(record);
  }

  return {
    async list(actor, { q = '', unitId, playlistId, cursor, limit = pageRows } = {}) {
      const filter: repo.EntryFilter = {
        statements: wordGroups(contentUnits(actor, access, tree, unitId), q, nameOf),
        playlistId: playlistId ?? null,
      };
      const [found, total] = await Promise.all([
        repo.findPage(store.read, filter, { after: readCursor(cursor), limit: limit + 1 }),
        repo.count(store.read, filter),
      ]);
      const { page, next } = cutPage(found, limit);
      const [played, reach] = await Promise.all([
        playlists.names([...new Set(page.map((entry) => entry.playlistId))]),
        boards.places(access.unitsFor(actor, 'board.read')).then((places) => new Reach(places, tree)),
      ]);
      const entries = page.map((entry) => {
        const playlist = played.get(entry.playlistId);
        return {
          ...shown(entry),
          playlistName: playlist?.name ?? '',
          playlistUnitId: playlist?.unitId ?? entry.unitId,
          boards: reach.count(entry),
        };
      });
      return { entries, next, total };
    },
    async terms(actor, { from, to, unitId, below }) {
      if (to <= from || to - from > longestCoverageMs)
        throw new AppError('invalid_input', 'At most 9 days, and the end after the beginning', { field: 'to' });
      const meant = new Set([unitId, ...tree.pathOf(unitId), ...(below === 'true' ? tree.subtreeOf(unitId) : [])]);
      const unitIds = contentUnits(actor, access, tree).filter((id) => meant.has(id));
      const found = await findTerms(store.read, unitIds, { from, to, limit: mostTerms + 1 });
      return { terms: found.slice(0, mostTerms), more: found.length > mostTerms };
    },
    get: async (actor, id) => shown(await find(actor, id)),
    async create(actor, { id = sources.newId(), ...input }) {
      access.assert(actor, 'schedule.edit', input.unitId);
      await madeOnce(
        store.transaction(async (tx) => {
          await assertIdFree(tx, 'schedule_entries', id);
          const values = await clean(tx, actor, input, null);
          const now = sources.now();
          await repo.insertEntry(tx, id, values, actor.userId, now);
          await beginTerm(tx, { id, revision: 1 }, repo.termOf(values), now);
          await audit(tx, {
            actor,
            action: 'schedule.created',
            subjectType: 'schedule',
            subjectId: id,
            unitId: values.unitId,
            detail: { ...values },
          });
        }),
      );
      return view(id);
    },
    async edit(actor, id, revision, input) {
      const before = await find(actor, id);
      access.assert(actor, 'schedule.edit', before.unitId);
      access.assert(actor, 'schedule.edit', input.unitId);
      await store.transaction(async (tx) => {
        const values = await clean(tx, actor, input, before);
        const now = sources.now();
        if (!(await repo.updateEntry(tx, id, revision, values, actor.userId, now))) throw conflict(before);
        const term = repo.termOf(values);
        if (JSON.stringify(term) !== JSON.stringify(repo.termOf(before)))
          await beginTerm(tx, { id, revision: revision + 1 }, term, now);
        const { id: _id, updatedAt: _at, ...was } = before;
        const detail = { ...values, revision: revision + 1, before: was };
        await audit(tx, {
          actor,
          action: 'schedule.changed',
          subjectType: 'schedule',
          subjectId: id,
          unitId: values.unitId,
          detail,
        });
      });
      events.emit('contentSaved', { kind: 'schedule', id });
      return view(id);
    },
    async remove(actor, id, revision) {
      const record = await find(actor, id);
      if (revision !== undefined && record.revision !== revision) throw conflict(record);
      access.assert(actor, 'schedule.edit', record.unitId);
      await store.transaction(async (tx) => {
        const now = sources.now();
        if (!(await putIntoBin(tx, 'schedule_entries', id, { revision, by: actor.userId, now })))
          throw (await repo.findEntry(tx, id)) ? conflict(record) : unknown();
        await endTerm(tx, id, now);
        await audit(tx, {
          actor,
          action: 'schedule.deleted',
          subjectType: 'schedule',
          subjectId: id,
          unitId: record.unitId,
          detail: { name: record.name },
        });
      });
      events.emit('contentSaved', { kind: 'schedule', id });
    },
    async restore(actor, id) {
      const binned = await repo.findInBin(store.read, id, sources.now() - binMs);
      const record = inSight(actor, binned ?? (await repo.findEntry(store.read, id)));
      access.assert(actor, 'schedule.edit', record.unitId);
      if (!binned) return shown(record);
      const back = await store.transaction(async (tx) => {
        const { id: _id, revision: _revision, updatedAt: _updatedAt, ...input } = record;
        if (!(await playlists.held(record.playlistId, tx)))
          throw new AppError('playlist_deleted', 'Its playlist is deleted, and has to be restored first', {
            status: 409,
          });
        const values = await clean(tx, actor, input, record);
        const now = sources.now();
        if (!(await takeOutOfBin(tx, 'schedule_entries', id))) return false;
        if (!(await repo.updateEntry(tx, id, record.revision, values, actor.userId, now))) throw conflict(record);
        await beginTerm(tx, { id, revision: record.revision + 1 }, repo.termOf(values), now);
        await audit(tx, {
          actor,
          action: 'schedule.restored',
          subjectType: 'schedule',
          subjectId: id,
          unitId: values.unitId,
          detail: { ...values },
        });
        return true;
      });
      if (back) events.emit('contentSaved', { kind: 'schedule', id });
      return view(id);
    },
    ofUnits: (unitIds, tx) => repo.findEntriesOfUnits(tx ?? store.read, unitIds),
    names: (ids) => repo.findNames(store.read, ids),
    foldOldRows: () => foldOldRows(store, 'schedule_entries'),
  };
}
