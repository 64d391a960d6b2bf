/** Content that is deleted while somebody begins to use it: one of the two is told, on both databases. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScheduleInput } from '../../../../shared/protocol/api/content.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';

const rounds = 15;

describeStores('content used and deleted at once', (under) => {
  let test: TestContent;
  beforeAll(async () => {
    test = await createTestContent(under.store);
  });
  afterAll(() => test.close());

  /** Runs both at once, many times. @returns what went through, by round, and the codes of what did not */
  async function atOnce(make: () => Promise<readonly [use: () => Promise<unknown>, remove: () => Promise<unknown>]>) {
    const outcomes: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const [use, remove] = await make();
      // In turn the one and the other begins.
      const [first, second] = round % 2 === 0 ? [use(), remove()] : [remove(), use()];
      const ends = await Promise.allSettled(round % 2 === 0 ? [first, second] : [second, first]);
      outcomes.push(
        ends.map((end) => (end.status === 'fulfilled' ? 'done' : (end.reason as { code: string }).code)).join(', '),
      );
    }
    return outcomes;
  }
  /** Either it is used and stays, or it goes and is not used. */
  const either = (unknown: string) => (outcome: string) => ['done, in_use', `${unknown}, done`].includes(outcome);
  const others = (outcomes: string[], unknown: string): string[] =>
    outcomes.filter((outcome) => !either(unknown)(outcome));

  it('a notice, and a playlist that takes it up', async () => {
    const outcomes = await atOnce(async () => {
      const { id } = await test.text(test.admin);
      return [() => test.playlist(test.admin, [id]), () => test.notices.remove(test.admin, id)];
    });
    expect(others(outcomes, 'notice_unknown')).toEqual([]);
  });

  it('a notice, and a playlist that is edited to hold it', async () => {
    const outcomes = await atOnce(async () => {
      const { id } = await test.text(test.admin);
      const { id: playlist, unitId, name } = await test.playlist(test.admin, []);
      const item = { itemId: test.sources.newId(), noticeId: id, durationMs: null, validFrom: null, validTo: null };
      return [
        () => test.playlists.edit(test.admin, playlist, 1, { unitId, name, items: [item] }),
        () => test.notices.remove(test.admin, id),
      ];
    });
    expect(others(outcomes, 'notice_unknown')).toEqual([]);
  });

  it('a notice, and an obligation to show it', async () => {
    const outcomes = await atOnce(async () => {
      const { id } = await test.text(test.admin, 'Phòng cháy', test.ids.province);
      const obligation = {
        unitId: test.ids.province,
        noticeId: id,
        perHour: 2,
        cron: '0 0 * * *',
        durationMs: 86_400_000,
        validFrom: null,
        validTo: null,
        targets: { unitIds: [test.ids.province], boardIds: [] },
      };
      return [() => test.obligations.create(test.admin, obligation), () => test.notices.remove(test.admin, id)];
    });
    expect(others(outcomes, 'notice_unknown')).toEqual([]);
  });

  const entry = (playlistId: string, boardId: string): ScheduleInput => ({
    unitId: test.ids.commune,
    playlistId,
    name: 'Buổi sáng',
    cron: '0 6 * * *',
    durationMs: 3_600_000,
    priority: 0,
    validFrom: null,
    validTo: null,
    targets: { unitIds: [], boardIds: [boardId] },
  });

  it('a playlist, and a schedule entry that plays it', async () => {
    const board = await test.board(test.admin);
    const outcomes = await atOnce(async () => {
      const { id } = await test.playlist(test.admin, []);
      return [
        () => test.schedules.create(test.admin, entry(id, board.id)),
        () => test.playlists.remove(test.admin, id),
      ];
    });
    expect(others(outcomes, 'playlist_unknown')).toEqual([]);
  });

  it('a playlist, and a board that plays it by default', async () => {
    const outcomes = await atOnce(async () => {
      const board = await test.board(test.admin);
      const { id } = await test.playlist(test.admin, []);
      return [
        () => test.boards.patch(test.admin, board.id, { defaultPlaylistId: id }),
        () => test.playlists.remove(test.admin, id),
      ];
    });
    expect(others(outcomes, 'playlist_unknown')).toEqual([]);
  });

  it('what is edited and deleted as it was before: the one or the other', async () => {
    const board = await test.board(test.admin);
    const make = {
      notice: async () => {
        const { id, unitId, title, content } = await test.text(test.admin);
        const input = { unitId, title: `${title} (sửa)`, content, category: 'local' as const, durationMs: null };
        return [
          () => test.notices.edit(test.admin, id, 1, input),
          () => test.notices.remove(test.admin, id, 1),
        ] as const;
      },
      playlist: async () => {
        const { id, unitId, name } = await test.playlist(test.admin, []);
        return [
          () => test.playlists.edit(test.admin, id, 1, { unitId, name, items: [] }),
          () => test.playlists.remove(test.admin, id, 1),
        ] as const;
      },
      schedule: async () => {
        const input = entry((await test.playlist(test.admin, [])).id, board.id);
        const { id } = await test.schedules.create(test.admin, input);
        return [
          () => test.schedules.edit(test.admin, id, 1, input),
          () => test.schedules.remove(test.admin, id, 1),
        ] as const;
      },
    };
    for (const [noun, both] of Object.entries(make)) {
      const wanted = ['done, revision_conflict', 'revision_conflict, done', `${noun}_unknown, done`];
      expect((await atOnce(both)).filter((outcome) => !wanted.includes(outcome))).toEqual([]);
    }
  });

  it('a notice is deleted once', async () => {
    for (let round = 0; round < rounds; round++) {
      const { id } = await test.text(test.admin);
      const ends = await Promise.allSettled([test.notices.remove(test.admin, id), test.notices.remove(test.admin, id)]);
      expect(ends.map((end) => end.status).sort()).toEqual(['fulfilled', 'rejected']);
    }
  });
});
