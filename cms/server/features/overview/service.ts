/** What a person's boards do and have shown, at a glance. Asks the other services; keeps nothing of its own. */
import { nameIn } from '../../../../shared/protocol/api/categories.ts';
import type { z } from 'zod';
import type {
  Breakdown,
  breakdown as breakdownSchema,
  breakdownQuery,
  BoardCondition,
  conditionPage,
  conditionQuery,
  exportQuery,
  Overview,
  overviewQuery,
  OverviewRange,
  PlayLine,
  PlaySums,
  start as startSchema,
} from '../../../../shared/protocol/api/overview.ts';
import { boardCondition, conditionReason } from '../../../../shared/protocol/api/overview.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import type { BoardConditions } from '../boards/conditions.ts';
import type { CategoriesService } from '../categories/service.ts';
import type { NoticesService } from '../notices/service.ts';
import type { PlaylistsService } from '../playlists/service.ts';
import type { ProofService } from '../proof/service.ts';
import type { SchedulesService } from '../schedules/service.ts';
import { startOfDay } from '../units/days.ts';
import type { UnitsService } from '../units/service.ts';
import { breakdownOf, lineOf, noPlays, plus, sumsOf } from './lines.ts';
import { csvName, csvOf } from './csv.ts';
import { scopeOf, type Scope } from './scope.ts';

export interface OverviewDeps {
  readonly units: Pick<UnitsService, 'tree' | 'nameOf' | 'get' | 'list'>;
  readonly conditions: BoardConditions;
  readonly proof: Pick<ProofService, 'sums'>;
  readonly categories: Pick<CategoriesService, 'read'>;
  readonly notices: Pick<NoticesService, 'list'>;
  readonly playlists: Pick<PlaylistsService, 'list'>;
  readonly schedules: Pick<SchedulesService, 'list'>;
}

export type OverviewService = ReturnType<typeof createOverview>;

/** One for all: to make it takes longer than to compare thousands of names. */
const byName = new Intl.Collator('vi');
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Lines of a ranking: more is a list, which has a page of its own. */
const topLines = 8;
/** Sums of so many scopes are kept in memory, for as long: what things are called may change meanwhile. */
const mostRemembered = 50;
const rememberedMs = 60_000;

export function createOverview(
  { store, sources, access, audit }: Pick<Context, 'store' | 'sources' | 'access' | 'audit'>,
  deps: OverviewDeps,
) {
  const { units, conditions, proof } = deps;
  const { sums } = proof;
  const memory = new Map<string, { version: number; until: number; sums: ReturnType<typeof sumUp> }>();
  const scopeFor = (actor: Actor, unitId: string | undefined): Scope => scopeOf(access, units.tree, actor, unitId);

  function timesOf(range: OverviewRange) {
    const today = startOfDay(sources.now());
    return { from: range === 'today' ? today : startOfDay(today - 6 * dayMs), to: today + dayMs };
  }

  /** Every hour or day up to now, also those in which nothing was shown. */
  async function series(range: OverviewRange, span: { unitIds: readonly string[] | null; from: number; to: number }) {
    const step = range === 'today' ? hourMs : dayMs;
    const found = new Map<number, PlaySums>();
    for (const row of await sums.byHour(span)) {
      const at = span.from + Math.floor((row.hour - span.from) / step) * step;
      found.set(at, plus(found.get(at), sumsOf(row)));
    }
    const count = Math.floor((sources.now() - span.from) / step) + 1;
    return Array.from({ length: count }, (_, i) => {
      const at = span.from + i * step;
      return { at, ...(found.get(at) ?? noPlays) };
    });
  }

  async function sumUp(scope: Scope, range: OverviewRange) {
    const { from, to } = timesOf(range);
    const span = { unitIds: scope.unitIds, from, to };
    const [ofUnits, boards, topBoards, { contents, categories, origins }, points] = await Promise.all([
      sums.byUnit(span),
      sums.boardsSeen(span),
      sums.byBoard(span, null, topLines),
      sums.byContent(span, topLines),
      series(range, span),
    ]);
    const plays: Omit<Overview['plays'], 'talliedAt'> = {
      totals: ofUnits.map(sumsOf).reduce(plus, noPlays),
      boards,
      series: points,
      topBoards: topBoards.map((row) => lineOf(row, units)),
      topContents: contents.map((row) => lineOf(row, units)),
      categories: categories.map((row) => lineOf(row, units)),
      origins: breakdownOf(origins, units).slice(0, topLines),
    };
    return { from, to, ofUnits, plays };
  }

  /** What was summed up stays true until more has been; many people look at the same. */
  function remembered(scope: Scope, range: OverviewRange): ReturnType<typeof sumUp> {
    const key = `${range} ${timesOf(range).from} ${scope.unitIds?.join() ?? ''}`;
    const version = sums.version();
    const now = sources.now();
    const held = memory.get(key);
    if (held?.version === version && now < held.until) return held.sums;
    const made = { version, until: now + rememberedMs, sums: sumUp(scope, range) };
    memory.delete(key);
    memory.set(key, made);
    if (memory.size > mostRemembered) memory.delete(memory.keys().next().value!);
    made.sums.catch(() => memory.delete(key));
    return made.sums;
  }

  const sum = (rows: readonly { count: number }[]): number => rows.reduce((count, row) => count + row.count, 0);

  function byCondition(counts: Awaited<ReturnType<BoardConditions['count']>>): Overview['boards'] {
    const rows = boardCondition.options.flatMap((condition: BoardCondition) => {
      const of = counts.filter((row) => row.condition === condition);
      const times = of.flatMap(({ since }) => since ?? []);
      const oldestSince = times.length === 0 ? null : Math.min(...times);
      const reasons = conditionReason.options.flatMap((reason) => {
        const count = sum(of.filter((row) => row.reason === reason));
        return count === 0 ? [] : [{ reason, count }];
      });
      return of.length === 0 ? [] : [{ condition, count: sum(of), oldestSince, reasons }];
    });
    return { total: sum(rows), conditions: rows };
  }

  function byHead(
    { headOf }: Scope,
    counts: Awaited<ReturnType<BoardConditions['count']>>,
    plays: Awaited<ReturnType<typeof sums.byUnit>>,
  ): Overview['units'] {
    const heads = new Map<string, Overview['units'][number]>();
    const lineFor = (unitId: string) => {
      const id = headOf(unitId);
      if (id === null) return null;
      const line = heads.get(id) ?? { id, name: units.nameOf(id), boards: 0, offline: 0, incidents: 0, plays: noPlays };
      heads.set(id, line);
      return line;
    };
    for (const { unit_id, condition, count } of counts) {
      const line = lineFor(unit_id);
      if (!line) continue;
      line.boards += count;
      if (condition === 'offline') line.offline += count;
      if (condition === 'incident') line.incidents += count;
    }
    for (const row of plays) {
      const line = lineFor(row.unit_id);
      if (line) line.plays = plus(line.plays, sumsOf(row));
    }
    return [...heads.values()].toSorted((a, b) => byName.compare(a.name, b.name));
  }

  /** In the province's order, which may have changed since they were summed up. */
  async function inOrder(lines: readonly PlayLine[]): Promise<PlayLine[]> {
    const { categories } = await deps.categories.read();
    const place = new Map(categories.map(({ key }, at) => [key, at]));
    return lines.toSorted((a, b) => (place.get(a.id) ?? place.size) - (place.get(b.id) ?? place.size));
  }

  async function breakdown(
    actor: Actor,
    { unitId, range, by, kind, contentId }: z.infer<typeof breakdownQuery>,
  ): Promise<z.infer<typeof breakdownSchema>> {
    const { from, to } = timesOf(range);
    const span = { unitIds: scopeFor(actor, unitId).unitIds, from, to };
    const content = kind === undefined ? null : { kind, id: contentId ?? '' };
    const readers: Record<Breakdown, () => Promise<PlayLine[]>> = {
      unit: async () => breakdownOf(await sums.byUnit(span), units),
      board: async () => breakdownOf(await sums.byBoard(span, content, null), units),
      content: async () => breakdownOf((await sums.byContent(span, null)).contents, units),
      origin: async () => breakdownOf((await sums.byContent(span, 0)).origins, units),
      category: async () => inOrder(breakdownOf((await sums.byContent(span, 0)).categories, units)),
    };
    return { talliedAt: wholeUntil(await conditions.restoredFrom(span.unitIds)), from, to, lines: await readers[by]() };
  }

  /** Nothing has come in since a backup that nobody was heard after. */
  function wholeUntil(backupAt: number | null): number | null {
    const talliedAt = sums.talliedAt();
    return talliedAt === null ? null : (backupAt ?? talliedAt);
  }

  return {
    /** @throws AppError `forbidden` */
    async overview(actor: Actor, { unitId, range }: z.infer<typeof overviewQuery>): Promise<Overview> {
      const scope = scopeFor(actor, unitId);
      const [counts, { from, to, ofUnits, plays }, backupAt] = await Promise.all([
        conditions.count(scope.unitIds),
        remembered(scope, range),
        conditions.restoredFrom(scope.unitIds),
      ]);
      return {
        at: sources.now(),
        from,
        to,
        restoredFrom: backupAt,
        boards: byCondition(counts),
        units: byHead(scope, counts, ofUnits),
        plays: { talliedAt: wholeUntil(backupAt), ...plays, categories: await inOrder(plays.categories) },
      };
    },

    /** All lines of one breakdown, the most shown first; categories in their order. @throws AppError `forbidden` */
    breakdown,

    /**
     * The same as a file; no file without its entry in the audit log, and none of sums that are still being made.
     * @throws AppError `forbidden`, `plays_tallying` 409
     */
    async exported(actor: Actor, { language, ...query }: z.infer<typeof exportQuery>) {
      const { talliedAt, ...answer } = await breakdown(actor, query);
      if (talliedAt === null) throw new AppError('plays_tallying', 'Plays are still being summed up', { status: 409 });
      const name = csvName(query.by, language, sources.now());
      await store.transaction((tx) =>
        audit(tx, {
          actor,
          action: 'plays.exported',
          subjectType: 'plays',
          subjectId: null,
          unitId: scopeFor(actor, query.unitId).top,
          detail: { name, count: answer.lines.length },
        }),
      );
      const { categories } = query.by === 'category' ? await deps.categories.read() : { categories: [] };
      const names = new Map(categories.map((one) => [one.key, nameIn(language, one)]));
      return { name, text: csvOf({ ...answer, talliedAt }, query.by, language, names) };
    },

    /** The boards in one condition, in it the longest first. @throws AppError `forbidden` */
    async boardsIn(
      actor: Actor,
      { unitId, condition, cursor, limit }: z.infer<typeof conditionQuery>,
    ): Promise<z.infer<typeof conditionPage>> {
      const { unitIds } = scopeFor(actor, unitId);
      const { boards, next } = await conditions.page(unitIds, { condition, cursor, limit });
      return {
        boards: boards.map(({ unit_id, ...board }) => ({ ...board, unitName: units.nameOf(unit_id) })),
        next,
      };
    },

    /** How far the first steps have come. */
    async start(actor: Actor): Promise<z.infer<typeof startSchema>> {
      const { unitIds } = scopeFor(actor, undefined);
      const one = { limit: 1 };
      const [boards, notices, approved, playlists, entries, shown, showing] = await Promise.all([
        conditions.count(unitIds),
        deps.notices.list(actor, one),
        deps.notices.list(actor, { ...one, state: 'approved' }),
        deps.playlists.list(actor, one),
        deps.schedules.list(actor, one),
        sums.anythingShown(unitIds),
        conditions.showContent(unitIds),
      ]);
      const onBoards = shown || showing;
      return {
        steps: [
          { step: 'unit', done: units.list(actor).some(({ level }) => level !== 'province') },
          { step: 'board', done: boards.some(({ condition }) => condition !== 'unpaired') },
          { step: 'notice', done: notices.total > 0 },
          { step: 'approval', done: approved.total > 0 },
          { step: 'playlist', done: playlists.total > 0 },
          // A default playlist is on the board without a schedule: what it shows says so.
          { step: 'schedule', done: entries.total > 0 || onBoards },
          // Pairing publishes too, with nothing in it yet.
          { step: 'publish', done: onBoards },
          { step: 'play', done: shown },
        ],
      };
    },
  };
}
