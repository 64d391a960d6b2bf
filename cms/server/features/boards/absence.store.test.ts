import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BoardEvent } from '../../../../shared/protocol/api/proof.ts';
import { absenceEvidence } from '../../../../shared/protocol/board-absence.ts';
import { limitsKey, noDownloadLimits } from '../../../../shared/protocol/downloads.ts';
import { unknownStatus } from '../../../../shared/protocol/status.ts';
import { localMonthOf } from '../../../../shared/schedule/zone.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent } from '../../testing-content.ts';
import { testActor } from '../../testing.ts';
import { createUpkeepService } from '../upkeep/service.ts';
import { createBoardAbsence, type BoardAbsence } from './absence.ts';
import { createBoardConditions } from './conditions.ts';
import { statusRepo } from './status-repo.ts';
import { createBoardStatuses } from './status.ts';

describeStores('what is known of a board that is away', (under) => {
  let test: Awaited<ReturnType<typeof createTestContent>>;
  let absence: BoardAbsence;
  let away: number;
  let [board, neighbour, far] = ['', '', ''];
  const events: BoardEvent[] = [];
  const said = (at: number, body: BoardEvent['body']) =>
    events.unshift({ journalId: board, seq: events.length + 1, at, body });

  async function put(boardId: string, online: 0 | 1, since: number, lastSeenAt = since): Promise<void> {
    const values = { online, since, last_seen_at: lastSeenAt };
    await under.store.write
      .insertInto('board_states')
      .values({ board_id: boardId, host: null, app: null, state: null, ...values })
      .onConflict((conflict) => conflict.column('board_id').doUpdateSet(values))
      .execute();
  }

  beforeAll(async () => {
    test = await createTestContent(under.store);
    const { admin, ids, boards, context } = test;
    board = (await test.board(admin)).id;
    neighbour = (await test.board(admin)).id;
    far = (await test.board(admin, { unitId: ids.sister })).id;
    await test.board(admin);
    await test.pair([board, neighbour, far]);
    const upkeep = createUpkeepService(context, { boards });
    absence = createBoardAbsence({
      boards,
      upkeep,
      conditions: createBoardConditions(context),
      proof: { eventsOf: () => Promise.resolve({ events, next: null }) },
      statuses: createBoardStatuses(context, { boards }),
    });
    away = test.sources.now();
    test.sources.advance(3_600_000);
    await upkeep.put(admin, board, {
      responsibleName: '',
      responsiblePhone: '',
      latitude: null,
      longitude: null,
      simNumber: '',
      simPaidUntil: away - 1000,
      warrantyUntil: null,
      note: '',
      revision: 0,
    });
  });
  afterAll(() => test.discard());

  it('is nothing of one that is there, or never was', async () => {
    expect(await absence.of(test.admin, board)).toBeNull();
    await put(board, 1, away);
    expect(await absence.of(test.admin, board)).toBeNull();
  });

  it('counts who left with it, and who is heard of anywhere since', async () => {
    await put(board, 0, away);
    await put(neighbour, 0, away - 60_000);
    await put(far, 0, away + 60_000);
    const alone = await absence.of(test.admin, board);
    expect(absenceEvidence.parse(alone)).toMatchObject({
      since: away,
      others: { there: 1, online: 0, together: 1 },
      everywhere: { there: true, heard: false },
      fault: null,
      restarts: 0,
      clockOffMs: null,
    });
    // Dead long before, it says nothing.
    await put(far, 0, away - 60 * 86_400_000);
    await put(neighbour, 0, away - 60 * 86_400_000);
    expect(await absence.of(test.admin, board)).toMatchObject({ others: { there: 0 }, everywhere: { there: false } });
    await put(far, 0, away + 1_800_000);
    expect(await absence.of(test.admin, board)).toMatchObject({ everywhere: { heard: true } });
    await put(far, 0, away);
    await put(neighbour, 1, away);
    expect(await absence.of(test.admin, board)).toMatchObject({ others: { online: 1 }, everywhere: { heard: true } });
    // One that is connected all the while and has nothing to say.
    await put(neighbour, 0, away);
    await put(far, 1, away - 86_400_000);
    expect(await absence.of(test.admin, board)).toMatchObject({ others: { online: 0 }, everywhere: { heard: true } });
  });

  it('reads what the player wrote down before it left, and nothing after', async () => {
    const boot = { type: 'booted', bootId: board, host: 'chromium', app: '1' } as const;
    said(away - 2 * 86_400_000, boot);
    said(away - 7_200_000, boot);
    said(away - 7_000_000, { type: 'clockStepped', fromOffsetMs: 0, toOffsetMs: -86_400_000 });
    said(away - 60_000, { type: 'faultRaised', code: 'disk_full', detail: 'x' });
    said(away + 60_000, boot);
    // The player that it was replaced with.
    events.push({
      journalId: far,
      seq: 1,
      at: away - 10_000,
      body: { type: 'faultRaised', code: 'device_replaced', detail: '' },
    });
    expect(await absence.of(test.admin, board)).toMatchObject({
      restarts: 1,
      clockOffMs: -86_400_000,
      fault: { at: away - 60_000, code: 'disk_full' },
    });
  });

  it('tells of a clock that is wrong, not of one that was set right', async () => {
    said(away - 30_000, { type: 'clockStepped', fromOffsetMs: -86_400_000, toOffsetMs: 1000 });
    expect(await absence.of(test.admin, board)).toMatchObject({ clockOffMs: null });
  });

  it('tells of the SIM card to those who look after the board alone', async () => {
    const at = (role: 'technician' | 'viewer') => testActor({ unitId: test.ids.commune, role });
    expect(await absence.of(at('technician'), board)).toMatchObject({ simPaidUntil: away - 1000, readsSim: true });
    expect(await absence.of(at('viewer'), board)).toMatchObject({ simPaidUntil: null, readsSim: false });
    const stranger = testActor({ unitId: test.ids.sister, role: 'technician' });
    await expect(absence.of(stranger, board)).rejects.toMatchObject({ code: 'board_unknown' });
  });

  it('tells of a month’s data by what was said in the month in which it went', async () => {
    const month = localMonthOf('Asia/Ho_Chi_Minh', away);
    await under.store.write.updateTable('devices').set({ paired_at: 1 }).execute();
    const status = { ...unknownStatus, dl: limitsKey({ ...noDownloadLimits, monthlyMb: 500 }), mb: 500 };
    const dataOf = async (saidAt: number, since: number) => {
      await under.store.transaction((tx) => statusRepo.write(tx, [{ boardId: board, at: saidAt, status }]));
      await put(board, 0, since);
      return (await absence.of(test.admin, board))!.data;
    };
    const minute = 60_000;
    expect(await dataOf(month.end - minute, month.end - 1)).toEqual({ usedMb: 500, limitMb: 500 });
    expect(await dataOf(month.end - minute, month.end + minute)).toBeNull();
    expect(await dataOf(month.end + minute, month.end + 5 * minute)).toBeNull();
    expect(await dataOf(month.end + 2 * minute, month.end + 5 * minute)).toEqual({ usedMb: 500, limitMb: 500 });
  });
});
