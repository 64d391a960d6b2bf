/**
 * What boards will play, for those who plan it: the programme of one board as it is or would be published, and which schedule has
 * which of many boards when. Reads only; boards that play alike are worked out once.
 */
import {
  longestCoverageMs,
  mostCoveredBoards,
  type BoardProgramme,
  type CoverageAnswer,
  type CoverageRequest,
  type ProgrammeQuery,
} from '../../../../shared/protocol/api/plans.ts';
import { compareVersions, type Version } from '../../../../shared/protocol/common.ts';
import {
  part as partSchema,
  type Part,
  type Programme,
  type Suspension,
} from '../../../../shared/protocol/programme.ts';
import { hoursKey } from '../../../../shared/protocol/screen.ts';
import { indexParts } from '../../../../shared/protocol/read-programme.ts';
import { parseCron, type ParsedCron } from '../../../../shared/schedule/cron.ts';
import { addStretch, createCoverage, type Coverage } from '../../../../shared/schedule/coverage.ts';
import { dateOf, localDayOn, Zone } from '../../../../shared/schedule/zone.ts';
import { AppError } from '../../../../shared/util/errors.ts';
import { spansWithin, type Span } from '../../../../shared/util/spans.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { takeTurns } from '../../turns.ts';
import type { BoardRecord, BoardsService } from '../boards/service.ts';
import { darkIn, type DarkHoursService } from '../commands/dark-hours.ts';
import type { PlaylistsService } from '../playlists/service.ts';
import type { EntryRecord, SchedulesService } from '../schedules/service.ts';
import { assertValidity } from '../schedules/targets.ts';
import type { UnitsService } from '../units/service.ts';
import { Compiler, type BoardToCompile, type Common, type EncodedPart } from './compile.ts';
import { Findings } from './findings.ts';
import { readLibrary, type LibraryDeps } from './library.ts';
import * as repo from './repo.ts';
import { boardUnknown } from './publish.ts';
import { readCertificate, readManifest, waitingSchema } from './published.ts';
import { createSuspender, type Content, type SuspenderDeps } from './suspended.ts';
import { usedAt } from './used.ts';

export interface PlansService {
  /** @throws AppError `board_unknown` 404 */
  programme(actor: Actor, boardId: string, query: ProgrammeQuery): Promise<BoardProgramme>;
  /** @throws AppError `board_unknown` 404, `invalid_input`; for a draft `forbidden`, `playlist_unknown`, `cron_invalid`, `validity_reversed` */
  coverage(actor: Actor, request: CoverageRequest): Promise<CoverageAnswer>;
}

/** Clocks of pages go a little ahead: what is asked for so soon is asked for now, ms. */
const nowMs = 60_000;
/** The longest time for which hours by the week keep a screen off, and more: it is always off, ms. */
const darkAroundMs = 9 * 24 * 3_600_000;
const neverDark: readonly Span[] = [];
/** So much is worked out at a time: twenty entries that open every minute cost about 25 ms. */
const coveragePieceMs = 12 * 3_600_000;

export interface PlansDeps extends LibraryDeps {
  readonly notices: LibraryDeps['notices'] & SuspenderDeps['notices'];
  readonly mournings: SuspenderDeps['mournings'];
  readonly units: Pick<UnitsService, 'tree' | 'nameOf'>;
  readonly boards: Pick<BoardsService, 'records' | 'recordsOfUnits'>;
  readonly schedules: Pick<SchedulesService, 'ofUnits' | 'names'>;
  readonly playlists: Pick<PlaylistsService, 'records' | 'get'>;
  readonly darkHours: Pick<DarkHoursService, 'of' | 'standing'>;
}

export function createPlansService(context: Context, deps: PlansDeps): PlansService {
  const { store, sources, access } = context;
  const { units, boards, schedules, playlists, darkHours } = deps;
  const suspender = createSuspender(store, deps);

  async function inSight(actor: Actor, boardIds: readonly string[]): Promise<BoardRecord[]> {
    const ids = [...new Set(boardIds)];
    const records = await boards.records(ids);
    if (records.length < ids.length || records.some(({ unitId }) => !access.canReach(actor, 'board.read', unitId)))
      throw boardUnknown();
    return records;
  }

  async function inSightOf(actor: Actor, unitId: string): Promise<BoardRecord[]> {
    const below = new Set(units.tree.subtreeOf(unitId));
    const found = await boards.recordsOfUnits(access.unitsFor(actor, 'board.read').filter((id) => below.has(id)));
    return found.slice(0, mostCoveredBoards);
  }

  async function compilerOf(records: readonly BoardRecord[], draft?: EntryRecord): Promise<Compiler> {
    const withDraft: LibraryDeps['schedules'] = {
      async ofUnits(unitIds) {
        const saved = await schedules.ofUnits(unitIds);
        if (!draft) return saved;
        const others = saved.filter(({ id }) => id !== draft.id);
        return unitIds.includes(draft.unitId) ? [...others, draft] : others;
      },
    };
    const library = await readLibrary(records, units.tree, { ...deps, schedules: withDraft });
    return new Compiler(library, sources.now());
  }
  const toCompile = (board: BoardRecord): BoardToCompile => ({
    board,
    unitPath: units.tree.pathOf(board.unitId),
    unitName: units.nameOf(board.unitId),
  });

  /** Boards that are covered alike, each kind with one of them as it is compiled. Notices in another size make no difference. */
  async function* kindsOf(records: readonly BoardRecord[], compiler: Compiler) {
    const read = partReader();
    const keys = new Map<Common, string>();
    const kinds = new Map<string, BoardRecord[]>();
    const turn = takeTurns();
    for (const board of records) {
      const common = compiler.common(toCompile(board));
      let key = keys.get(common);
      if (key === undefined) keys.set(common, (key = decidingParts(common, read)));
      const inZone = `${board.zone} ${key}`;
      const alike = kinds.get(inZone);
      if (alike) alike.push(board);
      else kinds.set(inZone, [board]);
      await turn();
    }
    for (const boards of kinds.values()) {
      const { content, parts } = compiler.compile(toCompile(boards[0]!));
      const programme: Programme = {
        boardId: boards[0]!.id,
        version: { epoch: 1, counter: 0 },
        zone: boards[0]!.zone,
        defaultPlaylistId: content.defaultPlaylistId,
        ...indexParts([...parts.values()].map((part) => [part.hash, read(part)])),
      };
      yield { boards, programme };
    }
  }

  /** When screens are off by the hours that stand, ms UTC, ascending, by board; boards with the same hours have the same list. */
  async function darkBetween(
    records: readonly BoardRecord[],
    from: number,
    to: number,
  ): Promise<ReadonlyMap<string, readonly Span[]>> {
    const standing = await darkHours.standing(records.map(({ id }) => id));
    const turn = takeTurns();
    const known = new Map<string, readonly Span[]>();
    const darkOf = new Map<string, readonly Span[]>();
    for (const { id, zone } of records) {
      const on = standing.get(id)?.on;
      if (!on) continue;
      const hours = { on, light: null };
      const key = `${zone} ${hoursKey(hours)}`;
      const dark = known.get(key) ?? darkIn([{ from, to, hours }], new Zone(zone), from, to);
      known.set(key, dark);
      darkOf.set(id, dark);
      await turn();
    }
    return darkOf;
  }

  /** An entry as it would be saved. What it may be for is checked when it is. */
  async function draftOf(actor: Actor, draft: CoverageRequest['draft']): Promise<EntryRecord | undefined> {
    if (!draft) return undefined;
    access.assert(actor, 'schedule.edit', draft.unitId);
    parseCron(draft.cron);
    assertValidity(draft);
    await playlists.get(actor, draft.playlistId);
    return { ...draft, exceptions: draft.exceptions ?? [], revision: 0, updatedAt: 0 };
  }

  /** What a board would suspend of this, if it were signed now. */
  const suspensionsOf = async (board: BoardRecord, content: Content): Promise<readonly Suspension[]> =>
    (await suspender.suspensions([board], new Map([[board.id, content]]))).get(board.id) ?? [];

  /** What was published last: signed for a player, or waiting for one. */
  async function published(board: BoardRecord) {
    const [newest, waiting] = await Promise.all([
      repo.findNewest(store.read, [board.id]),
      repo.findWaiting(store.read, [board.id]),
    ]);
    const signed = newest.get(board.id);
    const waits = waiting.get(board.id);
    if (waits !== undefined) {
      const content = waitingSchema.parse(JSON.parse(waits));
      const suspensions = await suspensionsOf(board, { content, parts: [] });
      return { ...content, suspensions, zone: board.zone, version: null };
    }
    return signed ? saidBy(signed) : null;
  }

  /** Whole spans, unless they never end. */
  async function darkOn({ id, zone }: BoardRecord, at: number): Promise<BoardProgramme['dark']> {
    const { start, end } = localDayOn(zone, dateOf(zone, at));
    const kept = (await darkHours.of([id])).get(id) ?? [];
    return darkIn(kept, new Zone(zone), start - darkAroundMs, end + darkAroundMs).filter(
      (dark) => dark.start < end && dark.end > start,
    );
  }

  /**
   * What is published for a moment: what the board used then, for one that has passed; for now too, as far as it has told; what was
   * published last for any other.
   */
  async function publishedFor(board: BoardRecord, at: number) {
    const now = sources.now();
    const [newest, used] = await Promise.all([published(board), usedAt(store.read, board.id, Math.min(at, now))]);
    const isNewest = used !== null && newest !== null && isSame(newest.version, used.version);
    const pending = isNewest ? null : (newest?.version ?? null);
    if (used && (isNewest || at <= now + nowMs))
      return { found: isNewest ? newest : saidBy(used), used: { from: used.from, until: used.until }, pending };
    return { found: at >= now - nowMs ? newest : null, used: null, pending };
  }

  return {
    async programme(actor, boardId, { state, at = sources.now() }) {
      const [board] = await inSight(actor, [boardId]);
      let programme: BoardProgramme['programme'];
      let told: Pick<BoardProgramme, 'used' | 'pending'> = { used: null, pending: null };
      if (state === 'draft') {
        const { content, parts } = (await compilerOf([board!])).compile(toCompile(board!));
        const said = {
          zone: board!.zone,
          version: null,
          defaultPlaylistId: content.defaultPlaylistId,
          suspensions: await suspensionsOf(board!, { content, parts: parts.values() }),
        };
        programme = shown(said, [...parts.values()]);
      } else {
        const { found, ...rest } = await publishedFor(board!, at);
        told = rest;
        const bodies =
          found &&
          (await repo.findParts(
            store.read,
            found.parts.map(({ hash }) => hash),
          ));
        programme = bodies && shown(found, bodies);
      }
      const ids = (programme?.parts ?? []).flatMap(({ part }) => (part.kind === 'entry' ? [part.entryId] : []));
      const dark = await darkOn(board!, at);
      return { programme, ...told, dark, entries: await schedules.names(ids) };
    },

    async coverage(actor, { boardIds, unitId, from, to, draft, darkOf }) {
      if (to <= from || to - from > longestCoverageMs)
        throw new AppError('invalid_input', 'At most 9 days, and the end after the beginning', { field: 'to' });
      const records = boardIds ? await inSight(actor, boardIds) : await inSightOf(actor, unitId!);
      const draftRecord = await draftOf(actor, draft);
      const compiler = await compilerOf(records, draftRecord);
      const found = new Findings();
      const inTheDark = new Map<string, { zone: string; boards: number; spans: Span[] }>();
      const crons = new Map<string, ParsedCron>();
      const turn = takeTurns();
      const darkOn = await darkBetween(records, from, to);
      for await (const { boards: alike, programme } of kindsOf(records, compiler)) {
        const { zone } = programme;
        const coverage = createCoverage(programme, crons);
        const stretches: ReturnType<Coverage> = [];
        for (let at = from; at < to; at += coveragePieceMs) {
          for (const stretch of coverage(at, Math.min(to, at + coveragePieceMs))) addStretch(stretches, stretch);
          await turn();
        }
        const byHours = Map.groupBy(alike, ({ id }) => darkOn.get(id) ?? neverDark);
        found.add(alike.length, zone, stretches, commonOf([...byHours.keys()]));
        await turn();
        const own =
          darkOf === undefined ? [] : stretches.filter(({ by }) => by.kind === 'schedule' && by.id === darkOf);
        if (own.length === 0) continue;
        for (const [dark, { length }] of byHours) {
          const spans = spansWithin(
            own.flatMap((stretch) => spansWithin(dark, stretch)),
            { start: from, end: to },
          );
          await turn();
          if (spans.length === 0) continue;
          const key = `${zone} ${JSON.stringify(spans)}`;
          const known = inTheDark.get(key) ?? { zone, boards: 0, spans };
          inTheDark.set(key, { ...known, boards: known.boards + length });
        }
      }
      const { findings, seen } = found.answer();
      const named = new Set([...findings, ...seen].flatMap(({ entryId }) => entryId ?? []));
      const saved = (await schedules.names([...named])).filter(({ id }) => id !== draftRecord?.id);
      const unsaved = draftRecord ? [{ id: draftRecord.id, name: draftRecord.name }] : [];
      const dark = [...inTheDark.values()].toSorted((a, b) => b.boards - a.boards);
      return { from, to, findings, seen, dark, entries: [...saved, ...unsaved] };
    },
  };
}

/** What lies in all of the lists. */
const commonOf = (lists: readonly (readonly Span[])[]): readonly Span[] =>
  lists.reduce((common, list) => common.flatMap((span) => spansWithin(list, span)));

/** Reads parts, each once however many boards share it. */
function partReader(): (encoded: Pick<EncodedPart, 'hash' | 'body'>) => Part {
  const known = new Map<string, Part>();
  return ({ hash, body }) => {
    let part = known.get(hash);
    if (!part) known.set(hash, (part = partSchema.parse(JSON.parse(body))));
    return part;
  };
}

/** Names what of a programme decides when what plays. */
function decidingParts({ content, parts }: Common, read: (part: EncodedPart) => Part): string {
  const deciding = [...parts.values()].filter((part) => read(part).kind !== 'notice').map(({ hash }) => hash);
  return [content.defaultPlaylistId, ...deciding.sort()].join(' ');
}

interface Said {
  readonly zone: string;
  readonly version: Version | null;
  readonly defaultPlaylistId: string | null;
  readonly suspensions: readonly Suspension[];
}

function saidBy({ manifest: signed, version }: { manifest: string; version: Version }) {
  const manifest = readManifest(signed);
  const { suspensions = [] } = manifest;
  return { ...manifest, suspensions, zone: readCertificate(signed).zone, version };
}

const isSame = (a: Version | null, b: Version): boolean => a !== null && compareVersions(a, b) === 0;

function shown(
  { zone, version, defaultPlaylistId, suspensions }: Said,
  parts: readonly { hash: string; body: string }[],
): NonNullable<BoardProgramme['programme']> {
  const read = partReader();
  return {
    zone,
    version,
    defaultPlaylistId,
    parts: parts.map((each) => ({ hash: each.hash, part: read(each) })),
    suspensions: [...suspensions],
  };
}
