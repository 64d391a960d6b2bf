/**
 * Every message of the sockets × every role × own, below, above and beside, as access-matrix.test.ts does for routes. What a message
 * needs stands once, in a table with a row per name of the protocol: one that nobody has thought about does not compile.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roles } from '../../../shared/protocol/api/accounts.ts';
import {
  consoleMessages,
  editedKinds,
  type consoleRequests,
  type EditedKind,
  type Editing,
} from '../../../shared/protocol/api/console.ts';
import { openConsole, type ConsolePage } from '../../../test/fleet/console-page.ts';
import { seedBoards, seedPerson } from '../../../test/fleet/seed.ts';
import { roleAllows, type Action, type Actor } from '../access.ts';
import type { EventMap } from '../context.ts';
import type { Role } from '../store/schema.ts';
import { createTestApp, seedUnits, testActor, withAccount } from '../testing.ts';

/** Where the thing lies, seen from the unit that the role was granted on. */
const places = ['own', 'below', 'above', 'beside'] as const;
type Place = (typeof places)[number];
type Who = Role | 'nobody';
type News = keyof typeof consoleMessages;

interface NewsRule {
  /** `self`: the person themselves; `anybody`: every page; otherwise whoever may do it at the thing's unit. */
  readonly needs: Action | 'self' | 'anybody';
  /** Makes it happen. @returns the id that the message carries */
  readonly happens?: (unitId: string) => Promise<string>;
  /** It concerns whoever is below the thing's unit, too. */
  readonly downward?: true;
  /** Told only to those who have it open. */
  readonly toOpen?: true;
}

let test: Awaited<ReturnType<typeof createTestApp>>;
let units: Awaited<ReturnType<typeof seedUnits>>;
let root: Actor;
let url: string;
const pages = new Map<Who, ConsolePage & { userId: string }>();
/** Hears of everything. */
let witness: ConsolePage;

const unitAt = (place: Place): string =>
  ({ own: units.commune, below: units.village, above: units.province, beside: units.sister })[place];
const emit = <K extends keyof EventMap>(name: K, payload: EventMap[K]): void =>
  test.app.context.events.emit(name, payload);

async function open(role: Role, unitId: string): Promise<ConsolePage & { userId: string }> {
  const person = await seedPerson(test.app.context.store, unitId, role, test.app.context.sources.now());
  return { ...(await openConsole(url, person)), userId: person.userId };
}

beforeAll(async () => {
  test = await createTestApp();
  const { features, context } = test.app;
  units = await seedUnits({ context, units: features.units });
  root = await withAccount(context.store, testActor({ unitId: units.province, role: 'administrator' }));
  url = await test.app.listen();
  for (const role of roles) pages.set(role, await open(role, units.commune));
  const nobody = await open('viewer', units.commune);
  await context.store.write.deleteFrom('grants').where('user_id', '=', nobody.userId).execute();
  emit('accountChanged', { userId: nobody.userId });
  await nobody.until('accountChangedV1');
  pages.set('nobody', nobody);
  witness = await open('administrator', units.province);
});
afterAll(async () => {
  for (const page of [...pages.values(), witness]) page.socket.disconnect();
  await test.discard();
});

/** What was on its way to these pages has arrived. */
async function arrived(): Promise<void> {
  const id = test.app.context.sources.newId();
  await Promise.all([...pages.values()].map((page) => page.ask('closeEditorV1', { kind: 'notice', id })));
}
const carries = (id: string) => (body: object) => Object.values(body).includes(id);

async function makeBoard(unitId: string): Promise<string> {
  const [board] = await seedBoards(test.app.context.store, { count: 1, unitId, now: 0, groups: [] });
  return board!.boardId;
}
async function ofBoard(unitId: string, tell: (boardId: string) => unknown): Promise<string> {
  const boardId = await makeBoard(unitId);
  await tell(boardId);
  return boardId;
}
const noticeInput = (unitId: string) => ({
  unitId,
  title: 'Tin',
  category: 'local' as const,
  durationMs: null,
  content: { type: 'layout' as const, layout: 'notice', fields: { title: 'Tin', body: 'Nội dung' } },
});
const targets = (unitId: string) => ({ unitIds: [unitId], boardIds: [] });
const hours = { cron: '0 6 * * *', durationMs: 3_600_000, validFrom: null, validTo: null };
const listInput = (unitId: string) => ({ unitId, name: 'Danh sách', items: [] });
async function scheduleInput(unitId: string) {
  const playlistId = await make.playlist(units.province);
  return { unitId, playlistId, name: 'Lịch', priority: 1, ...hours, targets: targets(unitId) };
}
async function obligationInput(unitId: string) {
  const { notices, approvals } = test.app.features;
  const { id: noticeId } = await notices.create(root, noticeInput(units.province));
  await approvals.submit(root, noticeId, { revision: 1, approve: false });
  await approvals.approve(testActor({ unitId: units.province, role: 'administrator' }), noticeId, 1);
  return { unitId, noticeId, perHour: 1, ...hours, targets: targets(unitId) };
}
const make: Record<EditedKind, (unitId: string) => Promise<string>> = {
  notice: async (unitId) => (await test.app.features.notices.create(root, noticeInput(unitId))).id,
  playlist: async (unitId) => (await test.app.features.playlists.create(root, listInput(unitId))).id,
  schedule: async (unitId) => (await test.app.features.schedules.create(root, await scheduleInput(unitId))).id,
  obligation: async (unitId) => (await test.app.features.obligations.create(root, await obligationInput(unitId))).id,
};
/** Saves another revision of what is there in its first, then deletes it or ends it. */
const change: Record<EditedKind, { save: (id: string) => Promise<unknown>; end: (id: string) => Promise<unknown> }> = {
  notice: {
    save: (id) => test.app.features.notices.edit(root, id, 1, { ...noticeInput(units.commune), title: 'Khác' }),
    end: (id) => test.app.features.notices.remove(root, id, 2),
  },
  playlist: {
    save: (id) => test.app.features.playlists.edit(root, id, 1, listInput(units.commune)),
    end: (id) => test.app.features.playlists.remove(root, id, 2),
  },
  schedule: {
    save: async (id) => test.app.features.schedules.edit(root, id, 1, await scheduleInput(units.commune)),
    end: (id) => test.app.features.schedules.remove(root, id, 2),
  },
  obligation: {
    save: async (id) => test.app.features.obligations.edit(root, id, 1, await obligationInput(units.commune)),
    end: (id) => test.app.features.obligations.end(root, id, 2, 'Xong'),
  },
};
async function makeMedia(unitId: string): Promise<string> {
  const { store, sources } = test.app.context;
  const id = sources.newId();
  const unknown = { hash: null, size: null, media_type: null, width: null, height: null, duration_ms: null };
  await store.write
    .insertInto('media')
    .values({
      id,
      unit_id: unitId,
      name: 'ảnh.png',
      state: 'failed',
      error_code: 'file_empty',
      kind: 'image',
      ...unknown,
      poster_hash: null,
      created_at: sources.now(),
      created_by: root.userId,
      deleted_at: null,
    })
    .execute();
  return id;
}

const news: Record<News, NewsRule> = {
  boardChangedV1: {
    needs: 'board.read',
    happens: (unitId) => ofBoard(unitId, (boardId) => emit('boardChanged', { boardId })),
  },
  programmeProgressedV1: {
    needs: 'board.read',
    happens: async (unitId) => {
      const boardId = await makeBoard(unitId);
      await test.app.features.programmes.publish(root, [boardId]);
      return boardId;
    },
  },
  playsRecordedV1: {
    needs: 'proof.read',
    happens: (unitId) => ofBoard(unitId, (boardId) => emit('playsRecorded', { boardId, count: 1 })),
  },
  screenshotsChangedV1: {
    needs: 'screenshot.read',
    happens: (unitId) => ofBoard(unitId, (boardId) => emit('screenshotsChanged', { boardId })),
  },
  commandsChangedV1: {
    needs: 'board.cut',
    happens: (unitId) => ofBoard(unitId, (boardId) => emit('commandsChanged', { boardId })),
  },
  boardStatusChangedV1: {
    needs: 'board.read',
    toOpen: true,
    happens: (unitId) =>
      ofBoard(unitId, async (boardId) => {
        await Promise.all([...pages.values(), witness].map((page) => page.ask('watchBoardV1', { boardId })));
        emit('boardStatusChanged', { boardId });
      }),
  },
  mediaChangedV1: {
    needs: 'content.read',
    happens: async (unitId) => {
      const mediaId = await makeMedia(unitId);
      emit('mediaChanged', { mediaId });
      return mediaId;
    },
  },
  approvalsChangedV1: {
    needs: 'content.read',
    happens: async (unitId) => {
      await test.app.features.approvals.submit(root, await make.notice(unitId), { revision: 1, approve: false });
      return unitId;
    },
  },
  obligationsChangedV1: {
    needs: 'content.read',
    downward: true,
    happens: (unitId) => make.obligation(unitId),
  },
  mourningsChangedV1: {
    needs: 'content.read',
    downward: true,
    happens: async (unitId) => {
      const { sources } = test.app.context;
      await test.app.features.mournings.order(root, {
        unitId,
        reason: 'Quốc tang',
        reference: '',
        startsAt: sources.now(),
        endsAt: sources.now() + 3_600_000,
      });
      return unitId;
    },
  },
  incidentsChangedV1: {
    needs: 'board.read',
    happens: (unitId) => {
      const id = test.app.context.sources.newId();
      emit('incidentsChanged', { id, unitIds: [unitId] });
      return Promise.resolve(id);
    },
  },
  takeoverProgressedV1: {
    needs: 'takeover.read',
    happens: async (unitId) => {
      const raised = await test.app.features.takeovers.raise(root, {
        clientId: test.app.context.sources.newId(),
        status: 'exercise',
        content: { event: 'Lũ', level: 3, headline: 'Lũ lên nhanh', instruction: '', senderName: 'Tỉnh' },
        selectors: { all: false, unitIds: [], groups: [], boardIds: [await makeBoard(unitId)] },
        durationMs: 60_000,
      });
      return raised.id;
    },
  },
  categoriesChangedV1: { needs: 'anybody' },
  accountChangedV1: { needs: 'self' },
  editingChangedV1: {
    needs: 'content.read',
    toOpen: true,
    happens: async (unitId) => {
      const id = await make.playlist(unitId);
      const request = { kind: 'playlist', id, editingMs: null } as const;
      await Promise.all([...pages.values(), witness].map((page) => page.ask('openEditorV1', request)));
      await test.app.features.playlists.edit(root, id, 1, listInput(unitId));
      return id;
    },
  },
};

const expected = (who: Who, action: Action, place: Place, downward = false): boolean =>
  who !== 'nobody' &&
  roleAllows(who, action) &&
  (place === 'own' || place === 'below' || (downward && place === 'above'));

describe('what pages are told', () => {
  const rules = (Object.entries(news) as [News, NewsRule][]).filter(([, rule]) => rule.happens);
  it.each(rules)('%s', async (name, { needs, downward, happens }) => {
    for (const page of [...pages.values(), witness]) page.told.length = 0;
    const ids: Partial<Record<Place, string>> = {};
    for (const place of places) {
      ids[place] = await happens!(unitAt(place));
      await witness.until(name, carries(ids[place]));
    }
    await arrived();
    for (const [who, page] of pages) {
      const told = page.told.filter((one) => one.name === name);
      for (const place of places)
        expect([who, place, told.some(({ body }) => carries(ids[place]!)(body as object))]).toEqual([
          who,
          place,
          expected(who, needs as Action, place, downward),
        ]);
    }
  });

  it('categoriesChangedV1, to every page', async () => {
    emit('categoriesChanged', { revision: 7 });
    for (const page of [...pages.values(), witness])
      expect(await page.until('categoriesChangedV1')).toEqual({ revision: 7 });
  });

  it('accountChangedV1, to the person alone', async () => {
    for (const [who, page] of pages) {
      for (const other of pages.values()) other.told.length = 0;
      emit('accountChanged', { userId: page.userId });
      await page.until('accountChangedV1');
      await arrived();
      const told = [...pages].filter(([, other]) => other.told.some(({ name }) => name === 'accountChangedV1'));
      expect(told.map(([other]) => other)).toEqual([who]);
    }
  });

  it('editingChangedV1, to nobody who does not have it open', async () => {
    const id = await make.playlist(units.commune);
    await witness.ask('openEditorV1', { kind: 'playlist', id, editingMs: null });
    await change.playlist.save(id);
    await witness.until('editingChangedV1', carries(id));
    await arrived();
    for (const page of pages.values()) expect(JSON.stringify(page.told)).not.toContain(id);
  });

  it.each(editedKinds)('editingChangedV1 when a %s is saved, and when it is deleted or ended', async (kind) => {
    const id = await make[kind](units.commune);
    await witness.ask('openEditorV1', { kind, id, editingMs: null });
    const told = (revision: number | null) =>
      witness.until('editingChangedV1', (body: Editing) => body.id === id && body.revision === revision);
    await change[kind].save(id);
    await told(2);
    await change[kind].end(id);
    expect(await told(null)).toMatchObject({ savedBy: { id: root.userId } });
    await witness.ask('closeEditorV1', { kind, id });
  });

  it('has a row for each', () => {
    expect(Object.keys(news).toSorted()).toEqual(Object.keys(consoleMessages).toSorted());
  });
});

/** What pages say: the right at the thing's unit to have it open, and to say that it is being changed. */
const requests: Record<
  // Watching is for anybody and tells nothing by itself; what who watches is told stands above.
  Exclude<keyof typeof consoleRequests, 'watchBoardV1' | 'unwatchBoardV1'>,
  Record<EditedKind, { open: Action; change: Action } | 'anybody'>
> = {
  openEditorV1: {
    notice: { open: 'content.read', change: 'content.edit' },
    playlist: { open: 'content.read', change: 'content.edit' },
    schedule: { open: 'content.read', change: 'schedule.edit' },
    obligation: { open: 'content.read', change: 'obligation.edit' },
  },
  // Closing tells nothing, and changes nothing but what the page itself has said.
  closeEditorV1: { notice: 'anybody', playlist: 'anybody', schedule: 'anybody', obligation: 'anybody' },
};

describe('what pages say', () => {
  it.each(editedKinds)('openEditorV1 of a %s', async (kind) => {
    const needs = requests.openEditorV1[kind];
    if (needs === 'anybody') throw new Error('Opening needs a right');
    for (const place of places) {
      const id = await make[kind](unitAt(place));
      for (const [who, page] of pages) {
        const may = async (editingMs: number | null): Promise<boolean> => {
          const answer = await page.ask('openEditorV1', { kind, id, editingMs });
          if (!answer.ok) expect(answer.error.code).toBe('forbidden');
          return answer.ok;
        };
        expect([who, place, await may(null), await may(0)]).toEqual([
          who,
          place,
          expected(who, needs.open, place),
          expected(who, needs.change, place),
        ]);
        await page.ask('closeEditorV1', { kind, id });
      }
    }
  });

  it.each(editedKinds)('closeEditorV1 of a %s', async (kind) => {
    expect(requests.closeEditorV1[kind]).toBe('anybody');
    const id = await make[kind](units.province);
    for (const page of pages.values()) expect(await page.ask('closeEditorV1', { kind, id })).toEqual({ ok: true });
  });
});
