import { afterAll, beforeAll, expect, it } from 'vitest';
import { unknownStatus } from '../../../../shared/protocol/status.ts';
import { createStatusIntake } from '../../realtime/status-intake.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent } from '../../testing-content.ts';
import { createBoardStatuses, type BoardStatuses } from './status.ts';

describeStores('what players say of themselves', (under) => {
  let test: Awaited<ReturnType<typeof createTestContent>>;
  let read: BoardStatuses;
  let [board, other, talker] = ['', '', ''];
  beforeAll(async () => {
    test = await createTestContent(under.store);
    [board, other, talker] = (await Promise.all([1, 2, 3].map(async () => (await test.board(test.admin)).id))) as [
      string,
      string,
      string,
    ];
    await test.pair([board, other, talker]);
    read = createBoardStatuses(test.context, { boards: test.boards });
  });
  afterAll(() => test.discard());

  /** As long as the CMS runs; what was said is there after. */
  async function run(say: (statuses: ReturnType<typeof createStatusIntake>) => void): Promise<string[]> {
    const told: string[] = [];
    const end = test.context.events.on('boardStatusChanged', ({ boardId }) => void told.push(boardId));
    const statuses = createStatusIntake(test.context);
    say(statuses);
    await statuses.close();
    end();
    return told;
  }
  const statusOf = async (id: string) => (await read.of(test.admin, id)).status;

  it('is kept with what has changed since, also what no database takes, and of a board that is gone nothing', async () => {
    const gone = test.context.sources.newId();
    const told = await run((statuses) => {
      statuses.reported(board, { full: true, status: { cpu: 10, os: 'Deb\0ian', operator: 'Viettel' } });
      statuses.reported(gone, { full: true, status: { cpu: 10 } });
      statuses.reported(other, { full: true, status: { temp: 50 } });
      statuses.reported(board, { full: false, status: { cpu: 90, operator: null } });
    });
    expect(await statusOf(board)).toEqual({ ...unknownStatus, cpu: 90, os: 'Debian' });
    expect(await statusOf(other)).toEqual({ ...unknownStatus, temp: 50 });
    expect(told.sort()).toEqual([board, other].sort());
  });

  it('is written once, the last, of a board that talks without end', async () => {
    const told = await run((statuses) => {
      for (let cpu = 0; cpu <= 100; cpu++) statuses.reported(talker, { full: true, status: { cpu } });
    });
    expect(told).toEqual([talker]);
    expect((await statusOf(talker))?.cpu).toBe(100);
  });

  it('is written once more when it changes while the transaction before is run again', async () => {
    const { store } = test.context;
    const again = (between: () => void, after: () => void): typeof store.transaction => {
      let first = true;
      return (work) =>
        store.transaction(async (tx) => {
          const answer = await work(tx);
          if (!first) return answer;
          first = false;
          between();
          await work(tx);
          after();
          return answer;
        });
    };
    const say = (cpu: number) => statuses.reported(talker, { full: true, status: { cpu } });
    const transaction = again(
      () => say(2),
      () => say(3),
    );
    const statuses = createStatusIntake({ ...test.context, store: { ...store, transaction } });
    const told: string[] = [];
    const end = test.context.events.on('boardStatusChanged', ({ boardId }) => void told.push(boardId));
    say(1);
    await statuses.close();
    end();
    // Twice; three times where the second write takes so long that the third report finds it begun.
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(new Set(told)).toEqual(new Set([talker]));
    expect((await statusOf(talker))?.cpu).toBe(3);
  });

  it('is another one after the next start', async () => {
    await run((statuses) => statuses.reported(board, { full: true, status: { mem: 40 } }));
    expect(await statusOf(board)).toEqual({ ...unknownStatus, mem: 40 });
  });
});
