/**
 * Sums up plays behind the ingest, exactly once: a journal's numbers have no gaps and its records never change, so how far it has been
 * summed up is one number, which moves in the transaction that adds to the sums. Plays that come weeks late go to the hour in which
 * they were shown. Gives way: what plays, and what takes plays in, comes first.
 */
import { setTimeout } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { Context } from '../../context.ts';
import type { Database, PlaySums } from '../../store/schema.ts';
import { piecesOf } from '../../turns.ts';
import { startOfDay } from '../units/days.ts';
import { proofRepo, type JournalRange } from './repo.ts';
import * as repo from './tally-repo.ts';

/** Records per transaction: what holds a writer up for a few milliseconds. */
const recordsPerPiece = 4000;
/** Journals looked up at a time. */
const journalsPerRound = 10_000;
/** Work takes one part of the time, the pause after it this many. */
const restParts = 3;

export interface TallyOptions {
  readonly recordsPerPiece?: number;
  /** Waits this long, ms; ends early, and quietly, with the signal. */
  readonly rest?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export type Tally = ReturnType<typeof createTally>;

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);

export function createTally(
  { store, sources }: Pick<Context, 'store' | 'sources'>,
  { recordsPerPiece: most = recordsPerPiece, rest: pause = rest }: TallyOptions = {},
) {
  let running: Promise<void> | null = null;
  let talliedAt: number | null = null;
  let version = 0;

  async function addPiece(ranges: readonly JournalRange[]): Promise<void> {
    const sums = sumsByTable(await proofRepo.sumsOf(store.report, ranges));
    await store.transaction(async (tx) => {
      if ((await repo.moveTallies(tx, ranges)) !== ranges.length)
        throw new Error('The same plays are being summed up by somebody else');
      await repo.addSums(store, tx, 'play_hours', sums.hours);
      await repo.addSums(store, tx, 'board_days', sums.boards);
      await repo.addSums(store, tx, 'content_days', sums.contents);
    });
    version++;
  }

  async function run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const began = sources.now();
      const found = await repo.untallied(store.report, journalsPerRound);
      const ranges = found.map((range) => ({ ...range, toSeq: Math.min(range.toSeq, range.fromSeq + most) }));
      for (const piece of piecesOf(ranges, most, ({ fromSeq, toSeq }) => toSeq - fromSeq)) {
        if (signal.aborted) return;
        const start = performance.now();
        await addPiece(piece);
        await pause((performance.now() - start) * restParts, signal);
      }
      if (found.length < journalsPerRound && ranges.every((range, i) => range.toSeq === found[i]!.toSeq)) {
        talliedAt = began;
        return;
      }
    }
  }

  return {
    /** Sums up what has come since the last time. Ends early with the signal, between two transactions. */
    run(signal: AbortSignal): Promise<void> {
      running ??= run(signal).finally(() => (running = null));
      return running;
    },

    /** Every play that was held at this time (ms UTC) is in the sums; null: not since this process began. */
    talliedAt: () => talliedAt,

    /** Another one whenever this process has added to the sums. */
    version: () => version,
  };
}

type Sums = Awaited<ReturnType<typeof proofRepo.sumsOf>>;

/** The finest sums, added up by the key of each table. */
function sumsByTable(rows: Sums) {
  const hours = new Map<string, Selectable<Database['play_hours']>>();
  const boards = new Map<string, Selectable<Database['board_days']>>();
  const contents = new Map<string, Selectable<Database['content_days']>>();
  const days = new Map<number, number>();
  for (const row of rows) {
    const { hour, unit_id, board_id } = row;
    const day = days.get(hour) ?? startOfDay(hour);
    days.set(hour, day);
    const kind = row.takeover_id === null ? 'notice' : 'takeover';
    const content_id = (row.takeover_id ?? row.notice_id)!;
    // How long an exercise was on is said of it alone.
    const real = Number(row.exercise) > 0 ? { ...row, painted_ms: 0 } : row;
    add(hours, `${hour} ${unit_id}`, { hour, unit_id }, real);
    add(boards, `${day} ${board_id} ${unit_id}`, { day, board_id, unit_id }, real);
    const key = { day, kind, content_id, unit_id, board_id } as const;
    add(contents, `${day} ${kind} ${content_id} ${unit_id} ${board_id}`, key, row);
  }
  return { hours: [...hours.values()], boards: [...boards.values()], contents: [...contents.values()] };
}

function add<K extends object>(
  to: Map<string, K & PlaySums>,
  key: string,
  keys: K,
  row: Record<keyof PlaySums, number | string>,
): void {
  const held = to.get(key);
  to.set(key, {
    ...keys,
    completed: (held?.completed ?? 0) + Number(row.completed),
    partial: (held?.partial ?? 0) + Number(row.partial),
    exercise: (held?.exercise ?? 0) + Number(row.exercise),
    uncounted: (held?.uncounted ?? 0) + Number(row.uncounted),
    painted_ms: (held?.painted_ms ?? 0) + Number(row.painted_ms),
  });
}
