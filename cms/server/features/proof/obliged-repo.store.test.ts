import { CompiledQuery, createQueryId, type KyselyPlugin, type RootOperationNode } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { insertJournal } from '../../store/new-journal.ts';
import { describeStores } from '../../store/testing.ts';
import { hoursPerCount, obligedRepo } from './obliged-repo.ts';

const hour = 3_600_000;
const begin = 500_000 * hour;
const startsOf = (n: number): number[] => Array.from({ length: n }, (_, i) => begin + i * hour);

describeStores('what boards lack of an obligation', (under) => {
  const boardIds = ['a', 'b', 'c'];

  beforeAll(async () => {
    const { store } = under;
    await store.transaction(async (tx) => {
      for (const boardId of boardIds) {
        await insertJournal(tx, { id: `journal ${boardId}`, boardId, deviceId: `device ${boardId}`, now: begin });
      }
    });
    const journals = await store.read.selectFrom('journals').select(['no', 'board_no', 'board_id']).execute();
    const rest = { notice_id: null, takeover_id: null, why_id: null, outcome: 'completed', host: 'chromium' } as const;
    const made = { ...rest, why: 'loop', clock: 'synced', offset_ms: 0, painted_ms: hour } as const;
    const rows = journals.flatMap(({ no, board_no, board_id }) =>
      // The first and the last hour of many are on record; c has nothing.
      (board_id === 'c' ? [] : [0, hoursPerCount]).map((i) => ({
        ...made,
        journal_no: no,
        seq: i + 1,
        board_no,
        start_at: begin + i * hour,
      })),
    );
    await store.transaction((tx) => tx.insertInto('plays').values(rows).execute());
  });

  /** Statements of what is done, without those that look up numbers of boards. */
  async function statementsOf(work: (db: typeof under.store.report) => Promise<unknown>): Promise<RootOperationNode[]> {
    const nodes: RootOperationNode[] = [];
    const made = new WeakMap<object, RootOperationNode>();
    const plugin: KyselyPlugin = {
      transformQuery: ({ node, queryId }) => {
        made.set(queryId, node);
        return node;
      },
      transformResult: ({ result, queryId }) => {
        const node = made.get(queryId)!;
        if (under.store.report.getExecutor().compileQuery(node, queryId).sql.includes('plays')) nodes.push(node);
        return Promise.resolve(result);
      },
    };
    await work(under.store.report.withPlugin(plugin));
    return nodes;
  }
  const asked = { obligationId: 'o', boardIds, perHour: 6, phaseMs: 0 };

  it('is added up over pieces that hold no reader for long', async () => {
    const starts = startsOf(hoursPerCount + 1);
    expect(await obligedRepo.missing(under.store.report, { ...asked, starts })).toEqual(
      new Map([
        ['a', 12],
        ['b', 12],
      ]),
    );
    // A piece of hours that fills a statement for each board, and the hour that is left for all of them.
    expect(await statementsOf((db) => obligedRepo.missing(db, { ...asked, starts }))).toHaveLength(4);
    for (const count of [obligedRepo.missing, obligedRepo.counts]) {
      expect(await statementsOf((db) => count(db, { ...asked, starts: startsOf(3) }))).toHaveLength(1);
      const half = startsOf(hoursPerCount / 2);
      expect(await statementsOf((db) => count(db, { ...asked, starts: half }))).toHaveLength(2);
      expect(await statementsOf((db) => count(db, { ...asked, starts: [] }))).toEqual([]);
    }
  });

  it('is read from the index alone, and once', async () => {
    const { report, dialect } = under.store;
    if (dialect !== 'sqlite') return;
    const [node] = await statementsOf((db) => obligedRepo.missing(db, { ...asked, starts: startsOf(3) }));
    const { sql, parameters } = report.getExecutor().compileQuery(node!, createQueryId());
    const plan = await report.executeQuery<{ detail: string }>(
      CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
    );
    const steps = plan.rows.map(({ detail }) => detail).filter((detail) => detail.includes('plays_board'));
    expect(steps).toHaveLength(2);
    for (const step of steps) expect(step).toContain('COVERING INDEX plays_board');
  });
});
