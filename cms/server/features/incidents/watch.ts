/**
 * Looks now and then at all boards that have a player, opens incidents and ends them. What is open stands in the database, so that a
 * restart forgets none and tells of none twice. See shared/protocol/incident.ts for what belongs together and what it may come from.
 */
import type { ConditionReason } from '../../../../shared/protocol/api/overview.ts';
import {
  budgetTrouble,
  incidentKindOf,
  planIncidents,
  watchedFor,
  type IncidentAbout,
  type IncidentEvidence,
} from '../../../../shared/protocol/incident.ts';
import type { IncidentPolicy } from '../../../../shared/protocol/api/incidents.ts';
import { budgetOfKey } from '../../../../shared/protocol/downloads.ts';
import { isSaidOf, readEveryMs } from '../../../../shared/protocol/status.ts';
import { dateOf, localMonthOf } from '../../../../shared/schedule/zone.ts';
import type { Context } from '../../context.ts';
import { takeTurns } from '../../turns.ts';
import type { BoardAbsence } from '../boards/absence.ts';
import type { BoardConditions } from '../boards/conditions.ts';
import type { BoardStatuses } from '../boards/status.ts';
import type { DarkHoursService } from '../commands/dark-hours.ts';
import type { ProofService } from '../proof/service.ts';
import type { UnitsService } from '../units/service.ts';
import { readPolicy } from './policy.ts';
import * as repo from './repo.ts';
import type { IncidentBoardRow, IncidentRow, StandingRow } from './repo.ts';

export interface WatchDeps {
  readonly units: Pick<UnitsService, 'tree'>;
  readonly absence: Pick<BoardAbsence, 'known'>;
  readonly conditions: Pick<BoardConditions, 'page'>;
  readonly statuses: Pick<BoardStatuses, 'said' | 'ofConcern'>;
  readonly proof: Pick<ProofService, 'startsSince' | 'eventsOf'>;
  readonly darkHours: Pick<DarkHoursService, 'of'>;
}

const [minuteMs, hourMs] = [60_000, 3_600_000];
/** So many starts of a player in an hour are no accident; fewer than `calmStarts`, and it is over. */
const manyStarts = 4;
const calmStarts = 2;
/** A board that is back is asked about after so long, when its player has said how it is and delivered its journal, ms. */
const settledMs = 30_000;
/** Boards that are looked into at a time: each takes some queries. */
const mostLooks = 50;
const conditionsPerPage = 1000;
/** Of a board's last events as many are looked through for what the driver of its screen said. */
const eventsRead = 50;
/** An incident is kept for as long after its end, ms. */
const keptMs = 2 * 365 * 86_400_000;
/** Which boards are in trouble, and since when (ms UTC), by what is wrong with them. */
type Troubles = Map<IncidentAbout, Map<string, number>>;

/** What one look goes by. */
interface Look {
  readonly now: number;
  readonly policy: IncidentPolicy;
  readonly rows: readonly StandingRow[];
  readonly rowOf: ReadonlyMap<string, StandingRow>;
  readonly incidents: readonly IncidentRow[];
  /** Boards in trouble by them. */
  readonly troubled: readonly IncidentBoardRow[];
  readonly isOpen: ReadonlyMap<IncidentAbout, ReadonlySet<string>>;
  readonly troubles: Troubles;
  /** What boards in trouble with their month's data have used of it. */
  readonly dataOf: ReadonlyMap<string, NonNullable<IncidentEvidence['data']>>;
  /** Something of the board's incidents is other than before. */
  touch(boardId: string): void;
}

const none: IncidentEvidence = {
  there: 0,
  gone: 0,
  spanMs: 0,
  nobody: false,
  absence: null,
  back: { started: 0, ranOn: 0, playerStarted: 0 },
  machineUpMs: null,
  data: null,
  screen: null,
};

/** Known at once for certain: nobody has to wait whether it goes away, at no hour. */
const isCertain = (about: IncidentAbout): boolean => about === 'data_low' || about === 'data_spent';

export function createIncidentWatch(
  { store, sources, events }: Pick<Context, 'store' | 'sources' | 'events'>,
  { units, absence, conditions, statuses, proof, darkHours }: WatchDeps,
) {
  /** After a start boards are given as long to come back as at any other time. */
  const startedAt = sources.now();

  async function troublesOf(
    rows: readonly StandingRow[],
    rowOf: Look['rowOf'],
    isOpen: Look['isOpen'],
    now: number,
  ): Promise<Pick<Look, 'troubles' | 'dataOf'>> {
    const troubles: Troubles = new Map();
    const note = (about: IncidentAbout, boardId: string, since: number) => {
      const of = troubles.get(about) ?? new Map<string, number>();
      troubles.set(about, of.set(boardId, since));
    };
    for (const { id, online, since } of rows) if (online === 0) note('away', id, since);
    for (const condition of ['incident', 'dark'] as const) {
      let cursor: string | undefined;
      do {
        const page = await conditions.page(null, { condition, cursor, limit: conditionsPerPage });
        for (const { id, reason, since } of page.boards) {
          const about = condition === 'dark' ? condition : reason;
          if (about !== null && isAbout(about)) note(about, id, since ?? now);
        }
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
    }
    const dataOf = new Map<string, NonNullable<IncidentEvidence['data']>>();
    const monthOf = createMonths(now);
    const failing = isOpen.get('screen_failed');
    for (const { boardId, at, dl, mb, off, fails, diskFails } of await statuses.ofConcern()) {
      const row = rowOf.get(boardId);
      if (!row) continue;
      // One that has gone is away, whatever it said last; what was open stays so until it says otherwise.
      if (diskFails !== null && (row.online === 1 || isOpen.get('disk_failed')?.has(boardId)))
        note('disk_failed', boardId, diskFails);
      const limitMb = budgetOfKey(dl);
      const month = monthOf(row.zone);
      if (limitMb !== null && mb !== null && isSaidOf(month, at)) {
        const about = budgetTrouble(mb, limitMb);
        if (about) note(about, boardId, now);
        dataOf.set(boardId, { usedMb: mb, limitMb, month: month.name, until: month.end });
      }
      // Neither a line that breaks nor hours in which it is off mend a screen that is known to fail.
      const isMissed = off === null && row.online === 1 && !troubles.get('dark')?.has(boardId);
      if (fails !== null && (isMissed || failing?.has(boardId))) note('screen_failed', boardId, fails);
    }
    // Whoever has been there, or away, for longer has not restarted.
    const restarting = isOpen.get('restarting') ?? new Set<string>();
    const recent = rows.filter(({ id, since }) => since > now - hourMs || restarting.has(id)).map(({ id }) => id);
    for (const [boardId, count] of await proof.startsSince(recent, now - hourMs))
      if (count >= (restarting.has(boardId) ? calmStarts : manyStarts)) note('restarting', boardId, now);
    return { troubles, dataOf };
  }

  /** What the machine of a board that is back says of the time between; null: nothing that can be told. */
  async function backOf(boardId: string, goneAt: number): Promise<keyof IncidentEvidence['back'] | null> {
    const said = await statuses.said(boardId);
    if (!said || said.status.up === null || said.at < goneAt) return null;
    const machineStartedAt = said.at - said.status.up * 1000;
    if (machineStartedAt > goneAt) return machineStartedAt > goneAt + readEveryMs ? 'started' : null;
    return (await proof.startsSince([boardId], goneAt)).has(boardId) ? 'playerStarted' : 'ranOn';
  }

  async function endWell({ now, incidents, troubled, troubles, rowOf, touch }: Look): Promise<void> {
    const incidentOf = new Map(incidents.map((row) => [row.id, row]));
    for (const [incidentId, boards] of Map.groupBy(troubled, (one) => one.incident_id)) {
      const incident = incidentOf.get(incidentId)!;
      const well = boards.filter(({ board_id }) => {
        if (troubles.get(incident.about)?.has(board_id)) return false;
        const row = rowOf.get(board_id);
        // Its player was taken from it, it went out of use, or it has been back for a moment.
        return !row || incident.about !== 'away' || row.since <= now - settledMs;
      });
      if (well.length === 0) continue;
      const back = { ...incident.evidence.back };
      for (const { board_id, since } of incident.about === 'away' ? well.slice(0, mostLooks) : []) {
        const how = rowOf.has(board_id) ? await backOf(board_id, since) : null;
        if (how === 'playerStarted') back.ranOn++;
        if (how !== null) back[how]++;
      }
      const evidence = { ...incident.evidence, back };
      const isOver = well.length === boards.length;
      const ended = { evidence, kind: incidentKindOf(incident.about, evidence, now), ended_at: isOver ? now : null };
      const ids = well.map(({ board_id }) => board_id);
      await store.transaction(async (tx) => {
        await repo.endBoards(tx, incidentId, ids, now);
        await repo.updateIncident(tx, incidentId, { ...incident, ...ended });
        // What has become worse is told of by that.
        const isWorse = incident.about === 'data_low' && ids.every((id) => troubles.get('data_spent')?.has(id));
        if (isOver && !isWorse) await repo.insertNews(tx, [{ at: now, what: 'ended', incident_id: incidentId }]);
      });
      ids.forEach(touch);
    }
  }

  async function open({ now, policy, rows, rowOf, incidents, isOpen, troubles, dataOf, touch }: Look): Promise<void> {
    const nobody = rows.every(({ online }) => online === 0);
    const minutes = new Map<string, number>();
    const minuteOf = (zone: string): number => {
      const minute = minutes.get(zone) ?? minuteOfDay(now, zone);
      minutes.set(zone, minute);
      return minute;
    };
    const turn = takeTurns();
    for (const [about, sinceOf] of troubles) {
      await turn();
      const of = incidents.filter((row) => row.about === about);
      const plan = planIncidents(
        rows.map(({ id, unit_id }) => ({ boardId: id, unitId: unit_id, since: sinceOf.get(id) ?? null })),
        of.map(({ id, unit_id, since }) => ({ id, unitId: unit_id, since })),
        {
          isTaken: (boardId) => isOpen.get(about)?.has(boardId) === true,
          isDue: ({ boardId, since }) => {
            if (isCertain(about)) return true;
            const from = about === 'away' ? Math.max(since, startedAt) : since;
            const watched = watchedFor(from, now, minuteOf(rowOf.get(boardId)!.zone), policy.watch);
            // Starts are counted over an hour: that is long enough.
            return watched !== null && (about === 'restarting' || watched >= policy.afterMinutes * minuteMs);
          },
          pathOf: (unitId) => units.tree.pathOf(unitId),
        },
      );
      for (const { unitId, boards, there, gone, spanMs } of plan.opened) {
        const evidence = {
          ...none,
          there,
          gone,
          spanMs,
          nobody: about === 'away' && nobody,
          data: isCertain(about) ? dataOf.get(boards[0]!.boardId)! : null,
        };
        const id = sources.newId();
        await store.transaction(async (tx) => {
          const row = { id, about, kind: incidentKindOf(about, evidence, now), unit_id: unitId, evidence };
          const times = { since: boards[0]!.since, opened_at: now, looked_at: null, ended_at: null };
          await repo.insertIncident(store, tx, { ...row, ...times }, boards);
          await repo.insertNews(tx, [{ at: now, what: 'opened', incident_id: id }]);
        });
        for (const { boardId } of boards) touch(boardId);
      }
      for (const [incidentId, more] of Map.groupBy(plan.joined, (one) => one.incidentId)) {
        const incident = of.find(({ id }) => id === incidentId)!;
        const boards = more.map(({ board }) => board);
        await store.transaction(async (tx) => {
          const gone = incident.evidence.gone + (await repo.joinBoards(store, tx, incidentId, boards));
          const evidence = { ...incident.evidence, gone, there: Math.max(incident.evidence.there, gone) };
          const kind = incidentKindOf(about, evidence, now);
          await repo.updateIncident(tx, incidentId, { ...incident, evidence, kind });
        });
        for (const { boardId } of boards) touch(boardId);
      }
    }
  }

  /** What is known of the screen of a board: what its driver says, and what it was ordered. */
  async function screenOf({ board_id, since }: IncidentBoardRow): Promise<IncidentEvidence['screen']> {
    const [said, kept, { events }] = await Promise.all([
      statuses.said(board_id),
      darkHours.of([board_id]),
      proof.eventsOf(board_id, { limit: eventsRead }),
    ]);
    const fault = events
      .flatMap(({ at, body }) => (body?.type === 'faultRaised' && at >= since - minuteMs ? body : []))
      .find(({ code }) => code === 'screen_failed');
    return {
      driver: said?.status.driver ?? null,
      why: said?.status.why ?? null,
      hours: kept.get(board_id)?.find(({ to }) => to === Infinity)?.hours ?? null,
      // Without what the player does about it.
      said: fault?.detail.split(' → ')[0] ?? null,
    };
  }

  /** What is known of the board itself, where what it has in common with others says nothing. */
  async function lookInto({ now, touch }: Pick<Look, 'now' | 'touch'>): Promise<void> {
    const fresh = (await repo.openIncidents(store.write))
      .filter(
        ({ about, looked_at, kind }) =>
          looked_at === null && (about === 'restarting' || isOfScreen(about) || kind === 'unknown'),
      )
      .slice(0, mostLooks);
    if (fresh.length === 0) return;
    const troubled = (await repo.troubledBoards(store.write)).toSorted((a, b) => a.since - b.since);
    for (const incident of fresh) {
      const first = troubled.find(({ incident_id }) => incident_id === incident.id);
      if (!first) continue;
      let { evidence } = incident;
      if (incident.about === 'away') evidence = { ...evidence, absence: await absence.known(first.board_id) };
      else if (isOfScreen(incident.about)) evidence = { ...evidence, screen: await screenOf(first) };
      else {
        const up = (await statuses.said(first.board_id))?.status.up ?? null;
        evidence = { ...evidence, machineUpMs: up === null ? null : up * 1000 };
      }
      const kind = incidentKindOf(incident.about, evidence, now);
      await store.transaction((tx) =>
        repo.updateIncident(tx, incident.id, { ...incident, evidence, kind, looked_at: now }),
      );
      touch(first.board_id);
    }
  }

  return {
    /** One look at all boards; looks do not overlap. */
    async look(): Promise<void> {
      const now = sources.now();
      const [policy, rows, before, troubled] = await Promise.all([
        readPolicy(store.read),
        repo.standings(store.report),
        repo.openIncidents(store.read),
        repo.troubledBoards(store.read),
      ]);
      const rowOf = new Map(rows.map((row) => [row.id, row]));
      const aboutOf = new Map(before.map(({ id, about }) => [id, about]));
      const isOpen = new Map(
        [...Map.groupBy(troubled, ({ incident_id }) => aboutOf.get(incident_id)!)].map(([about, boards]) => [
          about,
          new Set(boards.map(({ board_id }) => board_id)),
        ]),
      );
      const found = await troublesOf(rows, rowOf, isOpen, now);
      const changed = new Set<string>();
      const touch = (boardId: string): void => {
        const row = rowOf.get(boardId);
        if (row) changed.add(row.unit_id);
      };
      const look = { now, policy, rows, rowOf, troubled, isOpen, ...found, touch };
      await endWell({ ...look, incidents: before });
      await open({ ...look, incidents: await repo.openIncidents(store.write) });
      await lookInto(look);
      if (changed.size > 0) events.emit('incidentsChanged', { id: sources.newId(), unitIds: [...changed] });
    },

    tidy: () => repo.deleteEnded(store, sources.now() - keptMs),
  };
}

const abouts = { journal_fork: true, programme_refused: true, unproved: true, dark: true } as const;
const isAbout = (reason: ConditionReason | 'dark'): reason is keyof typeof abouts => reason in abouts;

const isOfScreen = (about: IncidentAbout): boolean => about === 'dark' || about === 'screen_failed';

/** The month that holds an instant in each zone. */
function createMonths(now: number): (zone: string) => { name: string; start: number; end: number } {
  const known = new Map<string, { name: string; start: number; end: number }>();
  return (zone) => {
    const month = known.get(zone) ?? { ...localMonthOf(zone, now), name: dateOf(zone, now).slice(0, 7) };
    known.set(zone, month);
    return month;
  };
}

function minuteOfDay(now: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hour, minute] = format.format(now).split(':');
  return Number(hour) * 60 + Number(minute);
}
