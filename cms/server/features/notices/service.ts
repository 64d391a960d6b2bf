import {
  pageRows,
  type Notice,
  type NoticeInput,
  type NoticeCreate,
  type NoticeList,
  type NoticeLook,
  type NoticesQuery,
} from '../../../../shared/protocol/api/content.ts';
import { assetsOf, type NoticeContent } from '../../../../shared/protocol/programme.ts';
import { canonicalJson } from '../../../../shared/util/canonical-json.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { Tx } from '../../store/store.ts';
import { mapInTurns, wordGroups } from '../../listing.ts';
import { cleanLine } from '../../text.ts';
import { assertIdFree, madeOnce } from '../chosen-id.ts';
import type { Asset, MediaService } from '../media/service.ts';
import type { CategoriesService } from '../categories/service.ts';
import type { UnitsService } from '../units/service.ts';
import { createNoticeBin, type NoticeBin } from './bin.ts';
import { assertLength, cleanContent, effectiveDurationMs } from './content.ts';
import * as repo from './repo.ts';
import type { NoticeRecord, NoticeValues } from './repo.ts';
import * as versions from './versions-repo.ts';
import { foundBeside, searchPage, wordOldRows } from './search.ts';
import { maySelfApprove } from './self-approval.ts';
import { contentUnits, maySeeContent } from './sight.ts';
import { assertUsesWithin } from './uses.ts';

/** Which field of a notice shows the file. */
function assetField(content: NoticeContent, hash: string): string {
  if (content.type !== 'layout') return 'content.asset';
  const key = Object.keys(content.fields).find((name) =>
    assetsOf({ ...content, fields: { [name]: content.fields[name]! } }).includes(hash),
  );
  return `content.fields.${key ?? ''}`;
}

/** Equal for equal values. */
const textOf = ({ unitId, title, category, content, durationMs, entertainment }: NoticeValues): string =>
  canonicalJson([unitId, title, category, content, durationMs, entertainment]);

/** Notices whose content is read at a time, between two turns of the event loop. */
const noticesPerTurn = 40;

/** With the length that boards will use. */
type Timed<T> = T & { readonly effectiveDurationMs: number };
/** What boards are given of a notice: the version that was approved last. */
export type ApprovedNotice = Timed<NoticeValues & { readonly id: string }>;

export interface NoticesService extends Pick<NoticeBin, 'remove'> {
  /** One page of what this person may see; of units above what was approved. @throws AppError `invalid_input` (field cursor) */
  list(actor: Actor, query?: Partial<NoticesQuery>): Promise<NoticeList>;
  /** Of a unit above what was approved. @throws AppError `notice_unknown` 404 */
  get(actor: Actor, id: string): Promise<Notice>;
  /** @throws AppError `layout_unknown`, `layout_field_invalid`, `asset_unknown`, `asset_of_other_kind`, `title_empty`, `category_unknown`, `category_out_of_use`, `document_unknown`, `forbidden` */
  create(actor: Actor, input: NoticeCreate): Promise<Notice>;
  /** Writes nothing where nothing differs. @throws AppError as `create`, `revision_conflict` 409, and `used_outside_unit` 409 when it would be moved away from its uses */
  edit(actor: Actor, id: string, revision: number, input: NoticeInput): Promise<Notice>;
  /** Takes it out of the recycle bin: see NoticeBin. @throws AppError `notice_unknown` 404, `forbidden` */
  restore(actor: Actor, id: string): Promise<Notice>;
  /** Those of the ids that this person may use. They are held: until the transaction ends nobody changes or deletes them. */
  usable(actor: Actor, ids: readonly string[], tx: Tx): Promise<NoticeRecord[]>;
  /** Those of the ids that there are, held as by `usable`; without rights. */
  held(ids: readonly string[], tx: Tx): Promise<NoticeRecord[]>;
  /** What there is of it, for who may see it. @throws AppError `notice_unknown` 404 */
  find(actor: Actor, id: string): Promise<NoticeRecord>;
  /** As `find`, a deleted one too: boards may have it still. @throws AppError `notice_unknown` 404 */
  findEver(actor: Actor, id: string): Promise<NoticeRecord>;
  /** What boards may show of those of the ids that there are, without rights. Deleted ones and those taken down are not there. */
  approved(ids: readonly string[]): Promise<ApprovedNotice[]>;
  /** Those of the ids that entertain, as approved last: boards do not show them while there is mourning. Without rights; deleted ones too. */
  entertaining(ids: readonly string[]): Promise<string[]>;
  /** Those of the ids of which nothing was ever approved. */
  unapproved(ids: readonly string[]): Promise<string[]>;
  /** With the lengths that boards will use. */
  timed<T extends Pick<NoticeValues, 'content' | 'durationMs'>>(
    values: readonly T[],
  ): Promise<(T & { readonly effectiveDurationMs: number })[]>;
  /** What notices are called, deleted ones too. */
  headings(ids: readonly string[]): Promise<Map<string, repo.Heading>>;
  /** How long boards show those of the ids that they show, as approved last, ms. */
  lengths(ids: readonly string[]): Promise<Map<string, number>>;
  /** Makes rows of a release before findable; takes its time, beside people's work. @param signal ends it */
  foldOldRows(signal?: AbortSignal): Promise<void>;
}

function lookOf(content: NoticeContent): NoticeLook {
  return content.type === 'layout'
    ? { type: 'layout', layout: content.layout }
    : { type: content.type, asset: content.asset };
}

/** A layout without a smaller picture is known by the first that it shows; other looks name theirs. */
function posterOf(content: NoticeContent, posters: ReadonlyMap<string, string>): string | null {
  const [asset] = assetsOf(content);
  if (asset === undefined) return null;
  return posters.get(asset) ?? (content.type === 'layout' ? asset : null);
}

export function createNoticesService(
  context: Context,
  deps: {
    units: Pick<UnitsService, 'tree' | 'get'>;
    media: Pick<MediaService, 'assets' | 'posters' | 'usableAsset'>;
    categories: Pick<CategoriesService, 'assertOffered'>;
  },
): NoticesService {
  const { store, sources, access, audit, events } = context;
  const { categories, media } = deps;
  const { tree } = deps.units;
  const nameOf = (unitId: string): string => deps.units.get(unitId)?.name ?? '';

  async function timed<T extends Pick<NoticeValues, 'content' | 'durationMs'>>(
    records: readonly T[],
  ): Promise<Timed<T>[]> {
    const hashes = new Set(records.flatMap(({ content }) => (content.type === 'video' ? [content.asset] : [])));
    const videos = new Map((await media.assets([...hashes])).map((asset) => [asset.hash, asset.duration_ms]));
    return records.map((record) => ({
      ...record,
      effectiveDurationMs: effectiveDurationMs(
        record,
        (record.content.type === 'video' && videos.get(record.content.asset)) || null,
      ),
    }));
  }

  const unknown = (): AppError => new AppError('notice_unknown', 'There is no such notice', { status: 404 });

  const conflict = (current: NoticeRecord): AppError =>
    new AppError('revision_conflict', 'Somebody else has changed it meanwhile', {
      status: 409,
      params: { revision: current.revision },
    });

  function inSight(actor: Actor, record: NoticeRecord | null): NoticeRecord {
    if (!record || !maySeeContent(actor, access, tree, record.unitId)) throw unknown();
    return record;
  }
  const find = async (actor: Actor, id: string): Promise<NoticeRecord> =>
    inSight(actor, await repo.findNotice(store.read, id));
  const bin = createNoticeBin(context, { inSight, conflict });

  /** Where the person may approve, and whose own work they may not. */
  async function whatToDecide(actor: Actor): Promise<{ unitIds: ReadonlySet<string>; notBy: string | null }> {
    const unitIds = access.unitsFor(actor, 'content.approve');
    const provinces = new Set(unitIds.flatMap((id) => tree.pathOf(id)[0] ?? []));
    const own = await Promise.all([...provinces].map((id) => maySelfApprove(store.read, id)));
    return { unitIds: new Set(unitIds), notBy: own.includes(true) ? null : actor.userId };
  }

  async function clean(actor: Actor, input: NoticeInput, before: NoticeRecord | null): Promise<NoticeValues> {
    const content = cleanContent(input.content);
    // A layout shows pictures only.
    const kind = content.type === 'video' ? 'video' : 'image';
    const shown = before === null ? [] : assetsOf(before.content);
    for (const hash of assetsOf(content)) {
      const field = assetField(content, hash);
      // What a notice shows already may stay, whoever brought it.
      const asset: Asset | null = shown.includes(hash)
        ? ((await media.assets([hash]))[0] ?? null)
        : await media.usableAsset(actor, hash);
      if (!asset) throw new AppError('asset_unknown', 'There is no such file', { field });
      if (!asset.media_type.startsWith(`${kind}/`))
        throw new AppError('asset_of_other_kind', `This file is no ${kind}`, { field });
    }
    const title = cleanLine(input.title);
    if (title === '') throw new AppError('title_empty', 'A notice needs a title', { field: 'title' });
    const { unitId, category, durationMs } = input;
    // A notice may stay where it is.
    if (category !== before?.category) await categories.assertOffered(category);
    const [next, now] = await timed<Pick<NoticeValues, 'content' | 'durationMs'>>([
      { content, durationMs },
      ...(before ? [before] : []),
    ]);
    assertLength(next!.effectiveDurationMs, now?.effectiveDurationMs ?? 0);
    const entertainment = input.entertainment ?? before?.entertainment ?? false;
    return { unitId, title, category, content, durationMs, entertainment };
  }

  /** Who uses them from below is told what was approved last, not what is being written, nor what it was made of. */
  async function asTold(actor: Actor, records: readonly NoticeRecord[]): Promise<NoticeRecord[]> {
    const above = records.filter(({ unitId }) => !access.can(actor, 'content.read', unitId));
    if (above.length === 0) return [...records];
    const ids = above.map(({ id }) => id);
    const approved = new Map((await versions.findApproved(store.read, ids, true)).map((values) => [values.id, values]));
    const hidden = new Set(ids.filter((id) => !approved.has(id)));
    return records
      .filter(({ id }) => !hidden.has(id))
      .map((record) => {
        const values = approved.get(record.id);
        return values ? { ...record, ...values, unitId: record.unitId, state: 'approved', documentId: null } : record;
      });
  }

  async function assertSeen(actor: Actor, documentId: string | null): Promise<void> {
    if (documentId === null) return;
    const unitId = await repo.unitOfDocument(store.read, documentId);
    if (unitId === null || !access.can(actor, 'content.read', unitId))
      throw new AppError('document_unknown', 'There is no such document', { field: 'documentId' });
  }

  async function view(id: string): Promise<Notice> {
    const record = await repo.findNotice(store.write, id);
    if (!record) throw unknown();
    return (await timed([record]))[0]!;
  }

  return {
    async list(actor, query = {}) {
      const { q = '', unitId, category, ids, state, toDecide, takenDown, cursor, limit = pageRows } = query;
      const units = contentUnits(actor, access, tree, unitId);
      const waiting = toDecide === 'true' ? await whatToDecide(actor) : null;
      const own = new Set(access.unitsFor(actor, 'content.read'));
      const asked = waiting ? units.filter((id) => waiting.unitIds.has(id)) : units;
      // Of units above only what was approved is told, and that it was.
      const told = state === undefined || state === 'approved' ? asked : asked.filter((id) => own.has(id));
      const filter = {
        statements: wordGroups(told, q, nameOf),
        approvedOnly: told.filter((id) => !own.has(id)),
        category: category ?? null,
        ids: ids ?? null,
        state: waiting ? 'submitted' : (state ?? null),
        takenDown: takenDown === undefined ? null : takenDown === 'true',
        notBy: waiting?.notBy ?? null,
      };
      const { page: rows, next, total } = await searchPage(store, filter, { q, cursor, limit });
      const page = await asTold(actor, rows);
      const shown = page.flatMap(({ content }) => assetsOf(content).slice(0, 1));
      const posters = await media.posters([...new Set(shown)]);
      const resting = new Set(
        await versions.findEntertaining(
          store.read,
          page.map(({ id }) => id),
        ),
      );
      const documents = new Map(rows.map(({ id, documentId }) => [id, documentId]));
      // Whoever is not told of the document is shown its pages.
      const paged = page.map((notice) => ({ ...notice, documentId: documents.get(notice.id) ?? null }));
      const beside = await foundBeside(store, q, paged, nameOf);
      const notices = await mapInTurns(await timed(page), ({ content, ...notice }) => {
        const found = beside.get(notice.id);
        return {
          ...notice,
          look: lookOf(content),
          poster: posterOf(content, posters),
          rests: resting.has(notice.id),
          ...(found && { found }),
        };
      });
      return { notices, next, total };
    },
    find,
    findEver: async (actor, id) => inSight(actor, await repo.findNoticeEver(store.read, id)),
    async get(actor, id) {
      const [told] = await asTold(actor, [await find(actor, id)]);
      if (!told) throw unknown();
      return (await timed([told]))[0]!;
    },
    async create(actor, { id = sources.newId(), ...input }) {
      access.assert(actor, 'content.edit', input.unitId);
      const values = await clean(actor, input, null);
      const documentId = input.documentId ?? null;
      await assertSeen(actor, documentId);
      await madeOnce(
        store.transaction(async (tx) => {
          await assertIdFree(tx, 'notices', id);
          await repo.insertNotice(tx, id, values, documentId, actor.userId, sources.now());
          await audit(tx, {
            actor,
            action: 'notice.created',
            subjectType: 'notice',
            subjectId: id,
            unitId: values.unitId,
            detail: { title: values.title },
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
      const values = await clean(actor, input, before);
      // Who wrote it last, and what waits for a decision, stays.
      if (textOf(values) === textOf(before)) return (await timed([before]))[0]!;
      await store.transaction(async (tx) => {
        if (!(await repo.updateNotice(tx, id, revision, values, actor.userId, sources.now()))) throw conflict(before);
        // When it is written, so that whoever begins to use it waits, and is asked for the right again.
        if (values.unitId !== before.unitId) assertUsesWithin(await repo.usesOf(tx, id), values.unitId, tree);
        await audit(tx, {
          actor,
          action: 'notice.changed',
          subjectType: 'notice',
          subjectId: id,
          unitId: values.unitId,
          detail: {
            revision: revision + 1,
            before: {
              title: before.title,
              content: before.content,
              durationMs: before.durationMs,
              ...(before.entertainment === values.entertainment ? {} : { entertainment: before.entertainment }),
            },
          },
        });
      });
      events.emit('contentSaved', { kind: 'notice', id });
      if (before.state === 'submitted' || before.state === 'returned')
        events.emit('approvalsChanged', { unitId: before.unitId });
      return view(id);
    },
    remove: (actor, id, revision) => bin.remove(actor, id, revision),
    async restore(actor, id) {
      await bin.restore(actor, id);
      return view(id);
    },
    async usable(actor, ids, tx) {
      const seen = new Set(contentUnits(actor, access, tree));
      return (await repo.holdNotices(tx, ids)).filter((record) => seen.has(record.unitId));
    },
    held: (ids, tx) => repo.holdNotices(tx, ids),
    approved: async (ids) => timed(await versions.findApproved(store.read, ids)),
    entertaining: (ids) => versions.findEntertaining(store.read, ids),
    unapproved: (ids) => versions.findUnapproved(store.read, ids),
    timed,
    headings: (ids) => repo.findHeadings(store.read, ids),
    async lengths(ids) {
      const lengths = new Map<string, number>();
      // Some at a time: lists of long playlists ask for the lengths of thousands.
      for (let i = 0; i < ids.length; i += noticesPerTurn) {
        const some = await timed(await versions.findApproved(store.read, ids.slice(i, i + noticesPerTurn)));
        for (const notice of some) lengths.set(notice.id, notice.effectiveDurationMs);
      }
      return lengths;
    },
    foldOldRows: (signal) => wordOldRows(context, signal),
  };
}
