/** How long the overview of a whole country takes: 10,000 boards in 3,300 communes, a day of plays summed up. For `bench studio`. */
import { v7 as uuidv7 } from 'uuid';
import { foldedName } from '../../../cms/server/listing.ts';
import { addWords } from '../../../cms/server/features/notices/words-repo.ts';
import { addSums } from '../../../cms/server/features/proof/tally-repo.ts';
import { startOfDay } from '../../../cms/server/features/units/days.ts';
import type { Store } from '../../../cms/server/store/store.ts';
import { piecesOf } from '../../../cms/server/turns.ts';
import type { BoardIdentityData } from '../../fleet/board.ts';
import { startBenchCms } from './cms-child.ts';

const boardCount = 10_000;
const communeCount = 3300;
/** What a board shows in a day: of its own and of the province's. */
const ownNotices = 5;
const sharedNotices = 15;
const requests = 100;
const hourMs = 3_600_000;

/** A slot of 15 seconds, an hour long: of this many plays few are cut. */
const hourOfPlays = { completed: 238, partial: 2, exercise: 0, uncounted: 0, painted_ms: hourMs };

async function seed(
  store: Store,
  { unitId, boards }: { unitId: string; boards: readonly BoardIdentityData[] },
): Promise<void> {
  const now = Date.now();
  const day = startOfDay(now);
  const communes = Array.from({ length: communeCount }, () => uuidv7());
  const shared = Array.from({ length: sharedNotices }, () => uuidv7());
  const own = communes.map(() => Array.from({ length: ownNotices }, () => uuidv7()));
  const of = boards.map(({ boardId: board_id }, i) => ({
    board_id,
    unit_id: communes[i % communeCount]!,
    notices: [...shared, ...own[i % communeCount]!],
  }));
  await store.transaction(async (tx) => {
    await store.insertMany(
      tx,
      'units',
      ['id', 'created_at'],
      communes.map((id) => [id, now]),
    );
    await store.insertMany(
      tx,
      'unit_versions',
      ['id', 'unit_id', 'code', 'name', 'level', 'parent_id', 'valid_from'],
      communes.map((id, i) => [uuidv7(), id, `C${i}`, `Xã ${i}`, 'commune', unitId, 0]),
    );
    for (const { board_id, unit_id } of of)
      await tx.updateTable('boards').set({ unit_id }).where('id', '=', board_id).execute();
    const content = JSON.stringify({ type: 'layout', layout: 'notice', fields: { title: 'Tin', body: 'Tin' } });
    await store.insertMany(
      tx,
      'notices',
      ['id', 'unit_id', 'title', 'category', 'content', 'revision', 'created_at', 'updated_at', 'updated_by'],
      [shared, ...own].flatMap((ids, i) =>
        ids.map((id) => [id, communes[i - 1] ?? unitId, `Tin ${id}`, 'local', content, 1, now, now, 'bench']),
      ),
    );
    // Else they would be made now, as after an upgrade.
    const words = (id: string) => ({ folded: foldedName(`Tin ${id}`), words: '' });
    for (const some of piecesOf([shared, ...own].flat(), 1000)) {
      const row = { revision: 1, approvedVersion: null, approved: null };
      await addWords(
        store,
        tx,
        some.map((noticeId) => ({ ...row, noticeId, written: words(noticeId) })),
      );
    }
    const hours = Array.from({ length: 24 }, (_, i) => day + i * hourMs);
    await addSums(
      store,
      tx,
      'play_hours',
      communes.flatMap((unit_id) => hours.map((hour) => ({ hour, unit_id, ...hourOfPlays }))),
    );
    await addSums(
      store,
      tx,
      'board_days',
      of.map(({ board_id, unit_id }) => ({ day, board_id, unit_id, ...hourOfPlays })),
    );
    for (const piece of piecesOf(of, 1000))
      await addSums(
        store,
        tx,
        'content_days',
        piece.flatMap(({ board_id, unit_id, notices }) =>
          notices.map((content_id) => ({
            day,
            kind: 'notice' as const,
            content_id,
            unit_id,
            board_id,
            ...hourOfPlays,
          })),
        ),
      );
  });
}

/** @returns p95 of GET /api/overview as the province sees it, ms */
export async function overviewP95(): Promise<number> {
  const cms = await startBenchCms(boardCount, { seed });
  try {
    const times: number[] = [];
    for (let i = 0; i < requests; i++) {
      const start = performance.now();
      const answer = (await cms.request('GET', '/api/overview')) as { boards: { total: number } };
      times.push(performance.now() - start);
      if (answer.boards.total !== boardCount) throw new Error(`${answer.boards.total} boards in the overview`);
    }
    return times.toSorted((a, b) => a - b)[Math.ceil(requests * 0.95) - 1]!;
  } finally {
    await cms.stop();
  }
}
