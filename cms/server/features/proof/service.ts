/** Proof-of-play: journals come in, plays can be asked for. */
import type { z } from 'zod';
import type {
  boardEvents,
  play as playSchema,
  playCounts,
  plays as playsSchema,
  PlaysQuery,
} from '../../../../shared/protocol/api/proof.ts';
import { journalBody, type JournalBatch } from '../../../../shared/protocol/journal.ts';
import { JournalError } from '../../../../shared/proof/chain.ts';
import type { Actor } from '../../access.ts';
import type { Context } from '../../context.ts';
import { insertJournal } from '../../store/new-journal.ts';
import type { BoardsService } from '../boards/service.ts';
import type { UnitsService } from '../units/service.ts';
import type { BoardIdentity } from '../pairing/service.ts';
import { whyRowNotCounted } from './counting.ts';
import { createIngest, type IngestDeps } from './ingest.ts';
import { createObliged } from './obliged.ts';
import { cursorAt, placeOf } from './places.ts';
import * as tallies from './tally-repo.ts';
import type { TallySpan } from './tally-repo.ts';
import { createTally } from './tally.ts';
import { proofRepo as repo, type EventPlace } from './repo.ts';

type Play = z.infer<typeof playSchema>;

export interface ProofDeps extends Omit<IngestDeps, 'begin'> {
  readonly boards: Pick<BoardsService, 'require' | 'belonging'>;
  readonly units: Pick<UnitsService, 'nameAt'>;
}

export type ProofService = ReturnType<typeof createProofService>;

/** Where a board says it is in its journal. */
interface JournalCursor {
  readonly journalId: string;
  readonly seq: number;
  readonly hash: string;
}

/** Journals that one player may begin: one per lost disk or fork, not one per message. */
const journalsPerDevice = 200;

export function createProofService(context: Context, deps: ProofDeps) {
  const { store, sources, audit, log } = context;
  const ingest = createIngest(context, { ...deps, begin });
  const tally = createTally(context);

  /** What a board's players wrote down besides plays, the newest first; for the system's own use, without rights. */
  async function eventsOf(
    boardId: string,
    query: { cursor?: string | undefined; limit: number },
  ): Promise<z.infer<typeof boardEvents>> {
    const found = await repo.events(store.read, boardId, eventPlaceOf(query.cursor), query.limit + 1);
    const rows = found.slice(0, query.limit);
    const last = found.length > query.limit ? rows.at(-1) : undefined;
    return {
      events: rows.map((row) => ({
        journalId: row.journal_id,
        seq: row.seq,
        at: row.at,
        body: journalBody.safeParse(JSON.parse(row.body)).data ?? null,
      })),
      next: last ? `${last.at}_${last.journal_id}_${last.seq}` : null,
    };
  }

  /** The player on a board begins a journal that the CMS has not met: a new one after a fork or a lost disk. */
  async function begin(identity: BoardIdentity, journalId: string): Promise<void> {
    await store.transaction(async (tx) => {
      if ((await repo.countJournals(tx, identity.deviceId)) >= journalsPerDevice) {
        throw new JournalError('journal_limit', 'This player has begun too many journals; pair it anew', {
          status: 409,
        });
      }
      if (
        !(await insertJournal(tx, {
          id: journalId,
          boardId: identity.boardId,
          deviceId: identity.deviceId,
          now: sources.now(),
        }))
      )
        return;
      await audit(tx, {
        actor: null,
        action: 'journal.begun',
        subjectType: 'board',
        subjectId: identity.boardId,
        unitId: (await repo.boardUnit(tx, identity.boardId)) ?? null,
        detail: { journalId, deviceId: identity.deviceId },
      });
    });
  }

  /** As it was when it happened. */
  const unitOf = (unitId: string, at: number) => ({ unitId, unitName: deps.units.nameAt(unitId, at) });

  return {
    /**
     * The last number of a journal that the CMS holds; begins the journal if it is new.
     * @throws JournalError `journal_unknown` when it is another player's, `journal_limit`
     */
    async cursor(identity: BoardIdentity, at: JournalCursor): Promise<number> {
      let row = await repo.journal(store.read, at.journalId);
      if (!row) {
        await begin(identity, at.journalId);
        row = await repo.journal(store.write, at.journalId);
      }
      if (!row || row.board_id !== identity.boardId || row.device_id !== identity.deviceId) {
        throw new JournalError('journal_unknown', 'This player has no such journal', { status: 404 });
      }
      const lost = at.seq < row.last_seq || (at.seq === row.last_seq && at.hash !== row.last_hash);
      if (lost)
        log.warn(
          { boardId: identity.boardId, journalId: at.journalId, held: row.last_seq, has: at.seq },
          'a player does not know its own records',
        );
      return row.last_seq;
    },

    /** @returns the last number that is durably held. See ingest.ts for what it throws. */
    async append(identity: BoardIdentity, batch: JournalBatch): Promise<number> {
      return ingest.append(identity, batch);
    },

    /** Newest first. @throws AppError `board_unknown`, `forbidden` */
    async plays(actor: Actor, query: PlaysQuery): Promise<z.infer<typeof playsSchema>> {
      await deps.boards.require(actor, 'proof.read', query.boardId);
      const [found, incidents, belonging] = await Promise.all([
        // One more than asked for tells whether any follow.
        repo.plays(store.read, query, placeOf(query.cursor), query.limit + 1),
        repo.incidents(store.read, query.boardId),
        deps.boards.belonging([query.boardId]),
      ]);
      const rows = found.slice(0, query.limit);
      const last = found.length > query.limit ? rows.at(-1) : undefined;
      return {
        incidents,
        next: last ? cursorAt(last) : null,
        plays: rows.map((row) => ({
          journalId: row.journal_id,
          seq: row.seq,
          boardId: row.board_id,
          ...unitOf(belonging(row.board_id, row.start_at)!, row.start_at),
          issuerName: row.issuer_id === null ? null : deps.units.nameAt(row.issuer_id, row.start_at),
          startAt: row.start_at,
          paintedMs: row.painted_ms,
          noticeId: row.notice_id,
          title: row.title,
          takeoverId: row.takeover_id,
          exercise: row.takeover_status === 'exercise',
          // Written by ingest from parsed records.
          why: row.why as Play['why'],
          outcome: row.outcome as Play['outcome'],
          host: row.host as Play['host'],
          clock: row.clock as Play['clock'],
          notCounted: whyRowNotCounted(row),
        })),
      };
    },

    /** Newest first. @throws AppError `board_unknown`, `forbidden` */
    async events(
      actor: Actor,
      boardId: string,
      query: { cursor?: string | undefined; limit: number },
    ): Promise<z.infer<typeof boardEvents>> {
      await deps.boards.require(actor, 'board.read', boardId);
      return eventsOf(boardId, query);
    },

    eventsOf,
    /** How often the player of each of the boards has started since a time (ms UTC), without rights; those that did not are left out. */
    startsSince: (boardIds: readonly string[], since: number) => repo.startsSince(store.report, boardIds, since),

    /** Per notice and per takeover, in [from, to). @throws AppError `board_unknown`, `forbidden` */
    async counts(
      actor: Actor,
      query: { boardId: string; from: number; to: number },
    ): Promise<z.infer<typeof playCounts>> {
      await deps.boards.require(actor, 'proof.read', query.boardId);
      return { counts: await repo.counts(store.report, query.boardId, query.from, query.to) };
    },

    /** What boards have shown of obligations, for the feature that asks for it: without rights. */
    obliged: createObliged(store),

    /** Sums up what has come in, behind the ingest; see tally.ts. */
    sumUp: (signal: AbortSignal) => tally.run(signal),

    /** The sums, without rights. */
    sums: {
      talliedAt: () => tally.talliedAt(),
      /** As long as it is the same, so are the sums. */
      version: () => tally.version(),
      byHour: (span: TallySpan) => tallies.byHour(store.report, span),
      byUnit: (span: TallySpan) => tallies.byUnit(store.report, span),
      byBoard: (span: TallySpan, content: tallies.Content | null, limit: number | null) =>
        tallies.byBoard(store.report, span, content, limit),
      byContent: (span: TallySpan, limit: number | null) => tallies.byContent(store.report, span, limit),
      boardsSeen: (span: TallySpan) => tallies.boardsSeen(store.report, span),
      anythingShown: (unitIds: readonly string[] | null) => tallies.anythingShown(store.report, unitIds),
    },

    /** When everything that was taken is durable or refused. */
    idle: () => ingest.idle(),
  };
}

function eventPlaceOf(cursor: string | undefined): EventPlace | null {
  if (cursor === undefined) return null;
  const [at, journalId, seq] = cursor.split('_');
  return { at: Number(at), journalId: journalId!, seq: Number(seq) };
}
