/** Obligations from sender to board and back, on both databases. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { certificate as certificateSchema, manifest as manifestSchema } from '../../../../shared/protocol/programme.ts';
import { readProgramme } from '../../../../shared/protocol/read-programme.ts';
import { decodeJwt } from 'jose';
import type { Obligation, ObligationInput } from '../../../../shared/protocol/api/obligations.ts';
import type { Actor } from '../../access.ts';
import { createEvents } from '../../events.ts';
import { insertJournal } from '../../store/new-journal.ts';
import type { AppError } from '../../../../shared/util/errors.ts';
import { describeStores } from '../../store/testing.ts';
import { testActor } from '../../testing.ts';
import { createTestContent, type TestContent } from '../../testing-content.ts';
import { createObliged } from '../proof/obliged.ts';
import { createTakeoverService, type TakeoverService } from '../takeovers/service.ts';
import { createObligationInbox, type InboxDeps, type ObligationInbox } from './inbox.ts';
import { createCuts } from '../commands/cuts.ts';
import { createDarkHours } from '../commands/dark-hours.ts';
import { createObligationMatrix, type ObligationMatrixService } from './matrix.ts';
import { createObligationsService } from './service.ts';

const hour = 3_600_000;

describeStores('obligations', (under) => {
  let test: TestContent;
  let inbox: ObligationInbox;
  let inboxDeps: InboxDeps;
  let tables: ObligationMatrixService;
  let takeovers: TakeoverService;
  let admin: Actor;
  let editor: Actor;

  beforeAll(async () => {
    test = await createTestContent(under.store);
    const { context, units, boards, notices, obligations } = test;
    const accounts = { names: (ids: readonly string[]) => Promise.resolve(new Map(ids.map((id) => [id, 'Chị Lan']))) };
    inboxDeps = { units, boards, notices, accounts, obligations };
    inbox = createObligationInbox(context, inboxDeps);
    const presence = { stateOf: () => 'online' as const, hostOf: () => null, saidOf: () => null };
    takeovers = createTakeoverService(context, {
      keys: test.keys,
      units,
      boards,
      presence,
      accounts: { ...accounts, called: () => Promise.resolve([]) },
    });
    tables = createObligationMatrix(context, {
      units,
      boards,
      notices,
      mournings: test.mournings,
      takedowns: test.takedowns,
      takeovers,
      cuts: createCuts(context, { accounts: { names: () => Promise.resolve(new Map()) }, boards }),
      darkHours: createDarkHours(context),
      proof: { obliged: createObliged(under.store) },
    });
    admin = test.admin;
    editor = testActor({ unitId: test.ids.commune, role: 'editor' });
  });
  afterEach(() => void vi.restoreAllMocks());
  afterAll(() => test.close());

  const input = (noticeId: string, over: Partial<ObligationInput> = {}): ObligationInput => ({
    unitId: test.ids.province,
    noticeId,
    perHour: 6,
    cron: '0 0 * * *',
    durationMs: 24 * hour,
    validFrom: null,
    validTo: null,
    targets: { unitIds: [test.ids.commune], boardIds: [] },
    ...over,
  });
  async function send(over: Partial<ObligationInput> = {}, title = 'Phòng cháy rừng'): Promise<Obligation> {
    const notice = await test.text(admin, title, test.ids.province);
    return test.obligations.create(admin, input(notice.id, over));
  }
  const end = async ({ id }: Obligation): Promise<void> => {
    const { revision } = await test.obligations.get(admin, id);
    await test.obligations.end(admin, id, revision, 'Xong');
  };

  /** What a board's newest programme says, when everything under way has come to it. */
  async function programmeOf(boardId: string) {
    await test.programmes.idle();
    const { manifest: jws } = (await test.programmes.newestManifest(boardId))!;
    const manifest = manifestSchema.parse(decodeJwt(jws));
    const parts = new Map<string, string>();
    for (const { hash } of manifest.parts) parts.set(hash, (await test.programmes.part(hash))!);
    const certificate = certificateSchema.parse(decodeJwt(manifest.certificate));
    const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
    return readProgramme(manifest, certificate, parts, sha256);
  }

  async function playing(unitId = test.ids.commune) {
    const notice = await test.text(admin, 'Họp thôn', unitId);
    const playlist = await test.playlist(admin, [notice.id], unitId);
    const board = await test.board(admin, { unitId, defaultPlaylistId: playlist.id });
    await test.pair([board.id]);
    await test.programmes.publish(admin, [board.id]);
    return { board, notice, playlist };
  }
  const edited = (noticeId: string, title: string) =>
    test.notices.edit(admin, noticeId, 1, {
      unitId: test.ids.commune,
      title,
      category: 'local',
      content: { type: 'layout', layout: 'notice', fields: { title, body: 'Nháp' } },
      durationMs: null,
    });

  it('reach boards at once, take no draft along, change and end there', async () => {
    const { board, notice } = await playing();
    await edited(notice.id, 'Bản nháp của xã');
    const sent = await send();
    const given = await programmeOf(board.id);
    expect(given.obligations).toMatchObject([{ obligationId: sent.id, noticeId: sent.noticeId, perHour: 6 }]);
    expect([...given.notices.values()].map(({ title }) => title).sort()).toEqual(['Họp thôn', 'Phòng cháy rừng']);
    expect(await test.obligations.get(admin, sent.id)).toMatchObject({ sending: false, boards: 1 });

    await test.obligations.edit(admin, sent.id, 1, input(sent.noticeId, { perHour: 2 }));
    expect((await programmeOf(board.id)).obligations).toMatchObject([{ perHour: 2 }]);
    // Elsewhere now: what it left is given back.
    const sister = { unitIds: [test.ids.sister], boardIds: [] };
    await test.obligations.edit(admin, sent.id, 2, input(sent.noticeId, { targets: sister }));
    const without = await programmeOf(board.id);
    expect(without.obligations).toEqual([]);
    expect([...without.notices.values()].map(({ title }) => title)).toEqual(['Họp thôn']);
    await test.obligations.edit(admin, sent.id, 3, input(sent.noticeId));
    await test.obligations.end(admin, sent.id, 4, 'Hết mùa khô');
    expect((await programmeOf(board.id)).obligations).toEqual([]);
    expect(await test.obligations.get(admin, sent.id)).toMatchObject({ endReason: 'Hết mùa khô', sending: false });
    expect((await test.obligations.list(admin)).obligations.map(({ id }) => id)).not.toContain(sent.id);
    expect((await test.obligations.list(admin, { state: 'ended' })).obligations.map(({ id }) => id)).toContain(sent.id);
  });

  it('come to a board that was never published, and to one that was paired or moved later', async () => {
    const sent = await send();
    const board = await test.board(admin, { unitId: test.ids.village });
    await test.pair([board.id]);
    await test.programmes.signAnew(board.id);
    expect((await programmeOf(board.id)).obligations).toMatchObject([{ obligationId: sent.id }]);
    await test.boards.patch(admin, board.id, { unitId: test.ids.sister });
    expect((await programmeOf(board.id)).obligations).toEqual([]);
    await end(sent);
  });

  it('are no change for anybody to publish where a board waits for its player, beside what is', async () => {
    const notice = await test.text(admin, 'Họp thôn');
    const playlist = await test.playlist(admin, [notice.id]);
    const board = await test.board(admin, { defaultPlaylistId: playlist.id });
    await test.programmes.publish(admin, [board.id]);
    const preview = async () => (await test.programmes.preview(admin, [board.id])).boards[0]!.changes;
    const sent = await send();
    await test.programmes.idle();
    expect(await preview()).toBeNull();
    await test.approved(await edited(notice.id, 'Họp thôn Đông'));
    expect(await preview()).toMatchObject({ notices: { changed: 1, added: 0 }, required: { added: 0 } });
    await test.pair([board.id]);
    await test.programmes.signAnew(board.id);
    expect((await programmeOf(board.id)).obligations).toMatchObject([{ obligationId: sent.id }]);
    await end(sent);
  });

  it('show a notice once that the commune plays too, as its sender has it', async () => {
    const notice = await test.text(admin, 'Của tỉnh', test.ids.province);
    const playlist = await test.playlist(admin, [notice.id]);
    const board = await test.board(admin, { defaultPlaylistId: playlist.id });
    await test.pair([board.id]);
    await test.programmes.publish(admin, [board.id]);
    const sent = await test.obligations.create(admin, input(notice.id));
    const given = await programmeOf(board.id);
    expect(given.notices.size).toBe(1);
    await end(sent);
    // The commune's own playlist still plays it.
    expect((await programmeOf(board.id)).notices.size).toBe(1);
  });

  it('are brought to boards after a stop in between', async () => {
    const { board } = await playing();
    const sent = await send();
    await programmeOf(board.id);
    const { updatedAt } = await test.obligations.get(admin, sent.id);
    await under.store.write
      .updateTable('obligations')
      .set({ unsent_since: updatedAt })
      .where('id', '=', sent.id)
      .execute();
    expect(await test.obligations.get(admin, sent.id)).toMatchObject({ sending: true });
    await test.obligations.announceUnsent(updatedAt - 1);
    await test.programmes.idle();
    expect(await test.obligations.get(admin, sent.id)).toMatchObject({ sending: true });
    await test.obligations.announceUnsent(updatedAt);
    await programmeOf(board.id);
    expect(await test.obligations.get(admin, sent.id)).toMatchObject({ sending: false });
    await end(sent);
  });

  it('bring what is approved later to boards by themselves, also where it is approved as it is submitted', async () => {
    const { board } = await playing();
    const { board: other } = await playing(test.ids.sister);
    const sent = await send({}, 'Bản một');
    const titles = async (boardId: string): Promise<string[]> =>
      [...(await programmeOf(boardId)).notices.values()].map(({ title }) => title).sort();
    expect(await titles(board.id)).toEqual(['Bản một', 'Họp thôn']);
    const write = async (title: string, revision: number, by: Actor) =>
      test.notices.edit(by, sent.noticeId, revision, {
        unitId: test.ids.province,
        title,
        category: 'local',
        content: { type: 'layout', layout: 'notice', fields: { title, body: 'Mới' } },
        durationMs: null,
      });
    const second = await write('Bản hai', 1, admin);
    expect(await titles(board.id)).toEqual(['Bản một', 'Họp thôn']);
    await test.approved(second);
    expect(await titles(board.id)).toEqual(['Bản hai', 'Họp thôn']);
    expect(await test.obligations.get(admin, sent.id)).toMatchObject({ sending: false, revision: 1 });

    const third = await write('Bản ba', second.revision, testActor({ unitId: test.ids.province, role: 'editor' }));
    await test.approvals.submit(admin, sent.noticeId, { revision: third.revision, approve: true });
    expect(await titles(board.id)).toEqual(['Bản ba', 'Họp thôn']);
    expect(await titles(other.id)).toEqual(['Họp thôn']);
    await end(sent);
  });

  it('that boards lack a change of come to all of them when a commune orders its list', async () => {
    const { board } = await playing(test.ids.sister);
    const targets = { unitIds: [test.ids.province], boardIds: [] };
    const [first, second] = [await send({ targets }, 'Một'), await send({ targets }, 'Hai')];
    await programmeOf(board.id);
    const here = async (): Promise<string[]> =>
      (await programmeOf(board.id)).obligations.map(({ obligationId }) => obligationId).sort();
    test.sources.advance(1000);
    // For the commune alone from now on, by a process that ends before any board is given it.
    const events = createEvents(() => {});
    const ending = createObligationsService({ ...test.context, events }, test.deps);
    await ending.edit(admin, first.id, 1, input(first.noticeId, { unitId: test.ids.commune }));
    test.sources.advance(1000);
    await inbox.order(editor, test.ids.commune, [second.id, first.id]);
    expect(await here()).toEqual([second.id]);
    for (const one of [first, second])
      expect(await test.obligations.get(admin, one.id)).toMatchObject({ sending: false });
    for (const one of [first, second]) await end(one);
  });

  it('leave the boards that they mean no more with the next change, where the one before did not come through', async () => {
    for (const change of ['edit', 'end'] as const) {
      const { board } = await playing();
      const sister = { targets: { unitIds: [test.ids.sister], boardIds: [] } };
      const sent = await send();
      expect((await programmeOf(board.id)).obligations).toHaveLength(1);
      const broken = vi.spyOn(test.boards, 'recordsOfUnits').mockRejectedValueOnce(new Error('database is locked'));
      await test.obligations.edit(admin, sent.id, 1, input(sent.noticeId, sister));
      expect((await programmeOf(board.id)).obligations).toHaveLength(1);
      expect(await test.obligations.get(admin, sent.id)).toMatchObject({ sending: true });
      broken.mockRestore();
      test.sources.advance(1000);
      if (change === 'edit')
        await test.obligations.edit(admin, sent.id, 2, input(sent.noticeId, { ...sister, perHour: 3 }));
      else await test.obligations.end(admin, sent.id, 2, 'Xong');
      expect((await programmeOf(board.id)).obligations).toEqual([]);
      expect(await test.obligations.get(admin, sent.id)).toMatchObject({ sending: false });
      if (change === 'edit') await end(sent);
    }
  });

  it('are marked again where an order did not come to boards though the change before it did', async () => {
    const { board } = await playing();
    const [first, second] = [await send({}, 'Một'), await send({}, 'Hai')];
    await programmeOf(board.id);
    test.sources.advance(1000);
    const { recordsOfUnits } = test.boards;
    const ordered = Promise.withResolvers<void>();
    vi.spyOn(test.boards, 'recordsOfUnits')
      .mockImplementationOnce(async (...asked) => {
        await ordered.promise;
        return recordsOfUnits(...asked);
      })
      .mockRejectedValueOnce(new Error('database is locked'));
    await test.obligations.edit(admin, first.id, 1, input(first.noticeId, { perHour: 2 }));
    test.sources.advance(1000);
    await inbox.order(editor, test.ids.commune, [second.id, first.id]);
    ordered.resolve();
    const inOrder = async () =>
      (await programmeOf(board.id)).obligations.toSorted((a, b) => a.order - b.order).map((one) => one.obligationId);
    await programmeOf(board.id);
    expect(await test.obligations.get(admin, first.id)).toMatchObject({ sending: true });
    expect(await test.obligations.get(admin, second.id)).toMatchObject({ sending: true });
    await test.obligations.announceUnsent(test.sources.now());
    expect(await inOrder()).toEqual([second.id, first.id]);
    expect(await test.obligations.get(admin, first.id)).toMatchObject({ sending: false });
    for (const one of [first, second]) await end(one);
  });

  it('keep the mark of an order where the process ends after the change before it has come to boards', async () => {
    const { board } = await playing();
    const sent = [await send({}, 'Một'), await send({}, 'Hai')];
    await programmeOf(board.id);
    const inOrder = async () =>
      (await programmeOf(board.id)).obligations.toSorted((a, b) => a.order - b.order).map((one) => one.obligationId);
    const ending = { ...test.context, events: createEvents(() => {}) };
    test.sources.advance(1000);
    const at = test.sources.now();
    for (const one of sent)
      await createObligationsService(ending, test.deps).edit(admin, one.id, 1, input(one.noticeId, { perHour: 2 }));
    // In the same millisecond, too.
    const ids = (await inbox.list(editor, test.ids.commune)).obligations.map(({ id }) => id).toReversed();
    await createObligationInbox(ending, inboxDeps).order(editor, test.ids.commune, ids);
    await test.obligations.markSent(sent.map(({ id }) => ({ id, at })));
    for (const one of sent) expect(await test.obligations.get(admin, one.id)).toMatchObject({ sending: true });
    await test.obligations.announceUnsent(at + 1000);
    expect(await inOrder()).toEqual(ids);
    for (const one of sent) expect(await test.obligations.get(admin, one.id)).toMatchObject({ sending: false });
    for (const one of sent) await end(one);
  });

  it('are changed as they were read, and not once they have ended', async () => {
    const sent = await send();
    await test.obligations.edit(admin, sent.id, 1, input(sent.noticeId, { perHour: 3 }));
    await expect(test.obligations.edit(admin, sent.id, 1, input(sent.noticeId))).rejects.toMatchObject({
      code: 'revision_conflict',
      params: { revision: 2 },
    });
    await expect(test.obligations.end(admin, sent.id, 1, 'x')).rejects.toMatchObject({ code: 'revision_conflict' });
    await end(sent);
    await expect(test.obligations.edit(admin, sent.id, 3, input(sent.noticeId))).rejects.toMatchObject({
      code: 'obligation_ended',
    });
  });

  it('of a notice that nobody approved are refused, since boards would not show it', async () => {
    const { province } = test.ids;
    const draft = await test.notices.create(admin, {
      unitId: province,
      title: 'Nháp',
      category: 'local',
      content: { type: 'layout', layout: 'notice', fields: { title: 'Nháp', body: 'Nháp' } },
      durationMs: null,
    });
    await expect(test.obligations.create(admin, input(draft.id))).rejects.toMatchObject({
      code: 'obligation_notice_not_approved',
      field: 'noticeId',
    });
  });

  it('are refused where no hour is sure to hold them, also when the notice is made longer later', async () => {
    const lasting = (durationMs: number) => async (id: string, revision: number) => {
      const { unitId, title, category, content } = await test.notices.get(admin, id);
      return test.notices.edit(admin, id, revision, { unitId, title, category, content, durationMs });
    };
    const notice = await test.text(admin, 'Dài', test.ids.province);
    await test.approved(await lasting(1_800_000)(notice.id, notice.revision));
    await expect(test.obligations.create(admin, input(notice.id, { perHour: 1 }))).rejects.toMatchObject({
      code: 'obligation_notice_too_long',
      field: 'noticeId',
    });
    const { revision } = await test.notices.get(admin, notice.id);
    const shorter = await test.approved(await lasting(60_000)(notice.id, revision));
    const refused = await test.obligations
      .create(admin, input(notice.id, { perHour: 60 }))
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'obligation_rate_impossible', field: 'perHour' });
    const { most } = (refused as AppError).params as { most: number };
    expect(most).toBeGreaterThan(30);
    expect(most).toBeLessThan(60);
    const sent = await test.obligations.create(admin, input(notice.id, { perHour: most }));
    const longer = await lasting(600_000)(notice.id, shorter.revision);
    await expect(test.approved(longer)).rejects.toMatchObject({
      code: 'obliged_notice_too_long',
      status: 409,
      params: { perHour: most },
    });
    // Sent before anybody asked whether it fits: what makes it no worse is let through.
    await under.store.write.updateTable('obligations').set({ per_hour: 60 }).where('id', '=', sent.id).execute();
    await test.approved(await lasting(59_000)(notice.id, longer.revision));
    const fewer = await test.obligations.edit(admin, sent.id, sent.revision, input(notice.id, { perHour: 59 }));
    const more = test.obligations.edit(admin, sent.id, fewer.revision, input(notice.id, { perHour: 60 }));
    await expect(more).rejects.toMatchObject({ code: 'obligation_rate_impossible' });
    await end(sent);
  });

  it('say on how many boards all of them together are more than an hour holds', async () => {
    const { board } = await playing(test.ids.sister);
    const notice = await test.text(admin, 'Một phút', test.ids.province);
    const { unitId, title, category, content } = notice;
    const values = { unitId, title, category, content, durationMs: 60_000 };
    await test.approved(await test.notices.edit(admin, notice.id, notice.revision, values));
    const half = { perHour: 30, targets: { unitIds: [], boardIds: [board.id] } };
    const first = await test.obligations.create(admin, input(notice.id, half));
    expect(first.crowded).toBe(0);
    const second = await test.obligations.create(admin, input(notice.id, half));
    expect(second.crowded).toBe(1);
    expect(await test.obligations.get(admin, first.id)).toMatchObject({ crowded: 1 });
    await end(first);
    expect(await test.obligations.get(admin, second.id)).toMatchObject({ crowded: 0 });
    await end(second);
  });

  it('are seen to arrive, accepted by the receiving unit, and by nobody who sent them', async () => {
    const sent = await send();
    const [arrived] = (await inbox.list(editor, test.ids.commune)).obligations;
    expect(arrived).toMatchObject({ id: sent.id, receivedAt: null, acceptedAt: null, mayAccept: true });
    // The sender looks in: that is not the commune receiving it.
    await inbox.received(admin, test.ids.commune, [sent.id]);
    expect((await inbox.list(admin, test.ids.commune)).obligations[0]).toMatchObject({
      receivedAt: null,
      mayAccept: false,
    });
    await inbox.received(editor, test.ids.commune, [sent.id]);
    expect(await test.obligations.get(admin, sent.id)).toMatchObject({ receivers: 1, received: 1, accepted: 0 });
    await expect(inbox.accept(admin, test.ids.commune, sent.id)).rejects.toMatchObject({ code: 'obligation_own' });
    const { obligations } = await inbox.accept(editor, test.ids.commune, sent.id);
    expect(obligations[0]).toMatchObject({ acceptedAt: test.sources.now(), acceptedBy: 'Chị Lan' });
    test.sources.advance(1000);
    expect((await inbox.accept(editor, test.ids.commune, sent.id)).obligations[0]!.acceptedAt).toBe(
      test.sources.now() - 1000,
    );
    const log = await under.store.read
      .selectFrom('audit_log')
      .select(['action', 'unit_id'])
      .where('subject_id', '=', sent.id)
      .orderBy('id')
      .execute();
    expect(log).toEqual([
      { action: 'obligation.created', unit_id: test.ids.province },
      { action: 'obligation.received', unit_id: test.ids.commune },
      { action: 'obligation.accepted', unit_id: test.ids.commune },
    ]);
    await end(sent);
  });

  it('wait for whoever has a role at the receiving unit itself, until they are accepted or over', async () => {
    const waiting = (actor: Actor) => inbox.waiting(actor);
    await test.board(admin);
    const [first, second] = [await send(), await send({ validTo: test.sources.now() + hour })];
    // Another unit's, and the sender's people.
    await send({ targets: { unitIds: [test.ids.sister], boardIds: [] } });
    expect(await waiting(admin)).toEqual([]);
    const own = { unitId: test.ids.commune, unitName: test.units.nameOf(test.ids.commune) };
    expect(await waiting(editor)).toEqual([{ ...own, count: 2 }]);
    expect(await waiting(testActor({ unitId: test.ids.commune, role: 'viewer' }))).toEqual([]);
    // The commune answers for its villages, whose people do not answer for it.
    expect(await waiting(testActor({ unitId: test.ids.village, role: 'editor' }))).toEqual([]);
    await inbox.received(editor, test.ids.commune, [first.id, second.id]);
    expect(await waiting(editor)).toEqual([{ ...own, count: 2 }]);
    await inbox.accept(editor, test.ids.commune, first.id);
    expect(await waiting(editor)).toEqual([{ ...own, count: 1 }]);
    test.sources.advance(hour);
    expect(await waiting(editor)).toEqual([]);
    for (const one of (await test.obligations.list(admin)).obligations) await end(one);
  });

  it('are told of as they come to boards, are seen and accepted', async () => {
    await test.board(admin);
    // What was ended before is on its way to boards.
    await test.programmes.idle();
    const told: unknown[] = [];
    const stop = test.context.events.on('obligationsProgressed', (event) => void told.push(event));
    const sent = await send();
    await vi.waitFor(() => expect(told).toEqual([{ ids: [sent.id], unitId: test.ids.province }]));
    await inbox.received(editor, test.ids.commune, [sent.id]);
    await inbox.accept(editor, test.ids.commune, sent.id);
    const answer = { ids: [sent.id], unitId: test.ids.commune };
    expect(told.slice(1)).toEqual([answer, answer]);
    stop();
    await end(sent);
  });

  it('for the own villages nobody accepts', async () => {
    const approver = testActor({ unitId: test.ids.commune, role: 'approver' });
    const notice = await test.text(approver, 'Của xã');
    const targets = { unitIds: [test.ids.village], boardIds: [] };
    const sent = await test.obligations.create(approver, input(notice.id, { unitId: test.ids.commune, targets }));
    expect(sent).toMatchObject({ receivers: 0 });
    const villager = testActor({ unitId: test.ids.village, role: 'editor' });
    await expect(inbox.accept(villager, test.ids.village, sent.id)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(inbox.accept(approver, test.ids.commune, sent.id)).rejects.toMatchObject({ code: 'obligation_own' });
    await expect(inbox.accept(editor, test.ids.commune, sent.id)).rejects.toMatchObject({ code: 'obligation_own' });
    await test.obligations.end(approver, sent.id, 1, 'Xong');
  });

  it('stand on boards in the order that the receiving unit gives them', async () => {
    const { board } = await playing();
    const { board: beside } = await playing(test.ids.sister);
    const targets = { unitIds: [test.ids.province], boardIds: [] };
    const sent = [await send({ targets }, 'Một'), await send({ targets }, 'Hai'), await send({ targets }, 'Ba')];
    const ids = sent.map(({ id }) => id);
    const turned = ids.toReversed();
    expect((await inbox.list(editor, test.ids.commune)).obligations.map(({ id }) => id)).toEqual(ids);
    await expect(inbox.order(editor, test.ids.commune, ids.slice(1))).rejects.toMatchObject({
      code: 'obligations_changed',
    });
    await expect(inbox.order(editor, test.ids.commune, [ids[0]!, ids[0]!, ids[1]!])).rejects.toMatchObject({
      code: 'obligations_changed',
    });
    const { obligations } = await inbox.order(editor, test.ids.commune, turned);
    expect(obligations.map(({ id }) => id)).toEqual(turned);
    const inOrder = async (boardId: string) =>
      (await programmeOf(boardId)).obligations
        .toSorted((a, b) => a.order - b.order || (a.obligationId < b.obligationId ? -1 : 1))
        .map(({ obligationId }) => obligationId);
    expect(await inOrder(board.id)).toEqual(turned);
    expect(await inOrder(beside.id)).toEqual(ids);
    // What comes later stands behind what has a place.
    const late = await send({ targets }, 'Bốn');
    expect((await inbox.list(editor, test.ids.commune)).obligations.at(-1)!.id).toBe(late.id);
    for (const one of [...sent, late]) await end(one);
  });

  /** One after another, the last of each hour up to its end. */
  async function plays(boardId: string, obligation: Obligation | null, ...starts: number[]): Promise<void> {
    const journalId = test.sources.newId();
    const device = await under.store.read
      .selectFrom('devices')
      .select('id')
      .where('board_id', '=', boardId)
      .executeTakeFirstOrThrow();
    await under.store.transaction(async (tx) => {
      await insertJournal(tx, { id: journalId, boardId, deviceId: device.id, now: test.sources.now() });
      const journal = await tx
        .selectFrom('journals')
        .select(['no', 'board_no'])
        .where('id', '=', journalId)
        .executeTakeFirstOrThrow();
      for (const [seq, start_at] of starts.entries())
        await tx
          .insertInto('plays')
          .values({
            journal_no: journal.no,
            seq,
            board_no: journal.board_no,
            start_at,
            painted_ms: Math.min(starts[seq + 1] ?? Infinity, Math.floor(start_at / hour + 1) * hour) - start_at,
            notice_id: obligation?.noticeId ?? null,
            takeover_id: null,
            why: obligation ? 'obligation' : 'loop',
            why_id: obligation?.id ?? null,
            outcome: 'completed',
            host: 'chromium',
            clock: 'synced',
            offset_ms: 0,
          })
          .execute();
    });
  }
  const every = (from: number, count: number, minutes: number): number[] =>
    Array.from({ length: count }, (_, i) => from + i * minutes * 60_000);

  it('are counted hour by hour: shown, missing, and not known', async () => {
    const { board } = await playing();
    const { board: silent } = await playing(test.ids.sister);
    const start = Math.ceil(test.sources.now() / hour) * hour;
    test.sources.advance(start - test.sources.now());
    const sent = await send({ targets: { unitIds: [test.ids.province], boardIds: [] } });
    test.sources.advance(4 * hour);
    // First hour: seven of six. Second: four. Third: the board was off. Fourth: six, and it was heard of after.
    await plays(
      board.id,
      sent,
      ...every(start, 7, 8),
      ...every(start + hour, 4, 10),
      ...every(start + 3 * hour, 6, 10),
    );
    await plays(board.id, null, start + 4 * hour + 1);
    const query = { unitId: test.ids.province, from: start, to: start + 24 * hour };
    const { until, items, rows } = await tables.matrix(admin, query);
    expect(until).toBe(start + 4 * hour);
    const place = items.findIndex(({ id }) => id === sent.id);
    const cell = (unitId: string) => rows.find((row) => row.unitId === unitId)!.cells[place];
    const mine = (await test.boards.list(admin)).filter(({ unitId }) =>
      [test.ids.commune, test.ids.village].includes(unitId),
    ).length;
    expect(cell(test.ids.commune)).toMatchObject({
      boards: mine,
      firstShownAt: start,
      required: 24 * mine,
      met: 16,
      missing: 2,
      unknown: 24 * mine - 18,
      shown: 17,
    });
    expect(cell(test.ids.sister)).toMatchObject({ firstShownAt: null, met: 0, missing: 0, shown: 0 });
    expect(cell(test.ids.sister)!.unknown).toBe(cell(test.ids.sister)!.required);

    // A commune sees its own row, and what is changed later asks nothing of hours before.
    await test.obligations.edit(admin, sent.id, 1, input(sent.noticeId, { perHour: 60 }));
    const own = await tables.matrix(editor, { ...query, unitId: test.ids.commune, ids: [sent.id] });
    expect(own.rows.map(({ unitId }) => unitId)).toEqual([test.ids.commune]);
    expect(own.rows[0]!.cells[0]).toMatchObject({ required: 24 * mine, met: 16 });
    await expect(tables.matrix(editor, query)).rejects.toMatchObject({ code: 'forbidden' });

    const first = await tables.plays(editor, sent.id, { ...query, unitId: test.ids.commune, limit: 10 });
    const rest = await tables.plays(editor, sent.id, {
      ...query,
      unitId: test.ids.commune,
      limit: 10,
      cursor: first.next!,
    });
    expect([...first.plays, ...rest.plays].map(({ startAt }) => startAt)).toHaveLength(17);
    expect(first.plays[0]).toMatchObject({ boardId: board.id, boardName: board.name, notCounted: null });
    expect(rest.next).toBeNull();
    expect((await tables.plays(admin, sent.id, { ...query, unitId: test.ids.sister, limit: 10 })).plays).toEqual([]);
    expect(silent.id).not.toBe(board.id);
    await end(sent);
  });

  it('say how much is missing because the source of boards was cut', async () => {
    const { board } = await playing();
    const start = Math.ceil(test.sources.now() / hour) * hour;
    test.sources.advance(start - test.sources.now());
    const sent = await send({ targets: { unitIds: [], boardIds: [board.id] } });
    test.sources.advance(5 * hour);
    // Six an hour. Cut within the second hour and restored at the end of the third: five were shown before it in the second.
    await plays(
      board.id,
      sent,
      ...every(start, 4, 10),
      ...every(start + hour, 5, 5),
      ...every(start + 3 * hour, 6, 10),
      ...every(start + 4 * hour, 6, 10),
    );
    for (const at of [start, start + hour, start + 2 * hour, start + 3 * hour, start + 4 * hour, start + 5 * hour])
      await plays(board.id, null, at + 1);
    const order = async (cut: boolean, at: number, state: 'done' | 'refused' = 'done') => {
      const id = test.sources.newId();
      const payload = JSON.stringify({ cut });
      const given = {
        issued_by: admin.userId,
        issued_at: at - 1,
        expires_at: at + hour,
        state_at: at,
        error_code: null,
      };
      await under.store.write
        .insertInto('commands')
        .values({ id, board_id: board.id, name: 'setSource', payload, state, ...given })
        .execute();
    };
    await order(true, start + 1.5 * hour);
    // Ordered anew, and one that the board refused.
    await order(true, start + 2 * hour);
    await order(false, start + 2.5 * hour, 'refused');
    await order(false, start + 3 * hour);
    const query = { unitId: test.ids.commune, from: start, to: start + 24 * hour, ids: [sent.id] };
    const [cell] = (await tables.matrix(admin, query)).rows[0]!.cells;
    expect(cell).toMatchObject({ required: 30, met: 21, missing: 9, unknown: 0, cut: 7 });
    await end(sent);
  });

  it('ask a unit for no hours in which a board was not made yet, or hung in another commune', async () => {
    const start = Math.ceil(test.sources.now() / hour) * hour;
    test.sources.advance(start - test.sources.now());
    const targets = { unitIds: [test.ids.province], boardIds: [] };
    const before = await test.board(admin, { unitId: test.ids.sister });
    const sent = await send({ targets });
    const required = async (unitId: string): Promise<number> => {
      const query = { unitId: test.ids.province, from: start, to: start + 24 * hour, ids: [sent.id] };
      return (await tables.matrix(admin, query)).rows.find((row) => row.unitId === unitId)!.cells[0]!.required;
    };
    const [commune, sister] = [
      (await test.boards.places([test.ids.commune, test.ids.village])).length,
      (await test.boards.places([test.ids.sister])).length,
    ];
    test.sources.advance(2 * hour);
    await test.board(admin);
    await test.boards.patch(admin, before.id, { unitId: test.ids.commune });
    test.sources.advance(hour);
    // Within the commune it stays the commune's.
    await test.boards.patch(admin, before.id, { unitId: test.ids.village });
    test.sources.advance(hour);
    expect(await required(test.ids.commune)).toBe(6 * (4 * commune + 2 + 2));
    expect(await required(test.ids.sister)).toBe(6 * 4 * (sister - 1));
    await end(sent);
  });

  it('ask for nothing in hours in which nobody could show it: its notice was taken down, or an alert was on the board', async () => {
    const unitId = await under.store.transaction((tx) =>
      test.units.edit(tx, null, (draft) =>
        draft.add({
          code: '99005',
          name: 'Xã Báo Động',
          level: 'commune',
          parentId: test.ids.province,
          validFrom: 0,
          validTo: null,
        }),
      ),
    );
    await test.units.reload();
    const { board, playlist } = await playing(unitId);
    await test.board(admin, { unitId, defaultPlaylistId: playlist.id });
    const start = Math.ceil(test.sources.now() / hour) * hour;
    const goTo = (hours: number): void => test.sources.advance(start + hours * hour - test.sources.now());
    goTo(0);
    const sent = await send({ targets: { unitIds: [unitId], boardIds: [] } });
    const hoursAsked = async (): Promise<number> => {
      const query = { unitId, from: start, to: test.sources.now(), ids: [sent.id] };
      return (await tables.matrix(admin, query)).rows[0]!.cells[0]!.required / sent.perHour;
    };
    goTo(1.5);
    await test.takedowns.takeDown(admin, sent.noticeId, 'Sai');
    goTo(2.5);
    await test.takedowns.putBack(admin, sent.noticeId);
    goTo(4);
    // The first hour and the fourth, on two boards.
    expect(await hoursAsked()).toBe(4);

    const alert = async (durationMs: number): Promise<(state: 'received' | 'displayed' | 'ended') => Promise<void>> => {
      const { id: takeoverId } = await takeovers.raise(admin, {
        clientId: test.sources.newId(),
        status: 'actual',
        content: { event: 'Lũ', level: 3, headline: 'Lũ lên nhanh', instruction: '', senderName: 'Tỉnh' },
        selectors: { all: false, unitIds: [], boardIds: [board.id], groups: [] },
        durationMs,
      });
      return (state) =>
        takeovers.recordProgress(board.id, { takeoverId, state, at: test.sources.now(), errorCode: null });
    };
    goTo(5.2);
    const cleared = await alert(5 * hour);
    await cleared('displayed');
    goTo(6.3);
    await cleared('ended');
    goTo(7);
    await (
      await alert(hour)
    )('received');
    goTo(9.5);
    await (
      await alert(hour)
    )('displayed');
    goTo(12);
    // Of the eight hours since, all on one board, and on the other those without the first alert and the last, which ran out.
    expect(await hoursAsked()).toBe(4 + 8 + 4);
    await end(sent);
  });

  it('ask for nothing that entertains while there is mourning at the board or above', async () => {
    const { board } = await playing(test.ids.village);
    const start = Math.ceil(test.sources.now() / hour) * hour;
    const goTo = (hours: number): void => test.sources.advance(start + hours * hour - test.sources.now());
    goTo(0);
    const targets = { unitIds: [], boardIds: [board.id] };
    const news = await send({ targets });
    const song = await test.approved(
      await test.notices.create(admin, {
        unitId: test.ids.province,
        title: 'Văn nghệ',
        category: 'economy',
        content: { type: 'layout', layout: 'notice', fields: { title: 'Văn nghệ', body: 'Hội diễn' } },
        durationMs: null,
        entertainment: true,
      }),
    );
    const sung = await test.obligations.create(admin, input(song.id, { targets }));
    const mourn = (unitId: string, from: number, to: number) =>
      test.mournings.order(admin, {
        unitId,
        reason: 'Quốc tang',
        reference: '',
        startsAt: start + from * hour,
        endsAt: start + to * hour,
      });
    await mourn(test.ids.province, 2.5, 4);
    await mourn(test.ids.sister, 0, 12);
    const lifted = await mourn(test.ids.village, 6, 12);
    const calledOff = await mourn(test.ids.village, 20, 22);
    goTo(8);
    await test.mournings.lift(admin, lifted.id, 1);
    await test.mournings.lift(admin, calledOff.id, 1);
    goTo(10);
    const query = { unitId: test.ids.commune, from: start, to: test.sources.now(), ids: [news.id, sung.id] };
    const { items, rows } = await tables.matrix(admin, query);
    const hoursOf = (id: string): number =>
      rows.find(({ unitId }) => unitId === test.ids.commune)!.cells[items.findIndex((item) => item.id === id)]!
        .required / 6;
    expect(hoursOf(news.id)).toBe(10);
    // Hours 0, 1, 4, 5, 8 and 9.
    expect(hoursOf(sung.id)).toBe(6);
    await end(news);
    await end(sung);
  });

  it('are received by the commune into which another was merged, for the boards of both', async () => {
    const [former, commune] = await under.store.transaction((tx) =>
      test.units.edit(tx, null, (draft) => {
        const add = (code: string, name: string) => {
          const validity = { validFrom: 0, validTo: null };
          return draft.add({ code, name, level: 'commune', parentId: test.ids.province, ...validity });
        };
        return [add('99003', 'Xã Cũ'), add('99004', 'Xã Mới')];
      }),
    );
    await test.units.reload();
    for (const unitId of [former!, commune!]) await test.board(admin, { unitId });
    await test.units.merge(admin, former!, { intoId: commune!, from: '2026-06-02', reason: '' });
    test.sources.advance(24 * hour);
    const start = test.sources.now();
    const targets = { unitIds: [former!, commune!], boardIds: [] };
    const sent = await send({ targets });
    expect(sent).toMatchObject({ receivers: 1, boards: 2 });
    test.sources.advance(2 * hour);
    const query = { unitId: test.ids.province, from: start, to: test.sources.now(), ids: [sent.id] };
    const { rows } = await tables.matrix(admin, query);
    expect(rows).toMatchObject([{ unitId: commune, unitName: 'Xã Mới', cells: [{ boards: 2 }] }]);
    const people = testActor({ unitId: commune!, role: 'approver' });
    const { obligations } = await inbox.list(people, commune!);
    expect(obligations).toMatchObject([{ id: sent.id, boards: 2 }]);
    await end(sent);
  });

  it('are not asked of communes without boards, which are counted apart', async () => {
    const [bare] = await under.store.transaction((tx) =>
      test.units.edit(tx, null, (draft) => [
        draft.add({
          ...{ code: '99006', name: 'Xã Trắng', level: 'commune', parentId: test.ids.province },
          ...{ validFrom: 0, validTo: null },
        }),
      ]),
    );
    await test.units.reload();
    const sent = await send({ targets: { unitIds: [test.ids.commune, bare!], boardIds: [] } });
    expect(sent).toMatchObject({ receivers: 1, withoutBoards: 1 });
    // Whoever looks there has looked; nobody waits for it.
    const people = testActor({ unitId: bare!, role: 'approver' });
    await inbox.received(people, bare!, [sent.id]);
    expect(await inbox.list(people, bare!)).toMatchObject({
      obligations: [{ id: sent.id, boards: 0, mayAccept: false }],
    });
    await expect(inbox.accept(people, bare!, sent.id)).rejects.toMatchObject({ code: 'obligation_without_boards' });
    expect(await test.obligations.get(admin, sent.id)).toMatchObject({ receivers: 1, received: 0, withoutBoards: 1 });
    await end(sent);
  });

  it('ask for nothing in hours that a board keeps its screen off by, from when it said that it does', async () => {
    const { board } = await playing();
    const start = Math.ceil(test.sources.now() / hour) * hour;
    test.sources.advance(start - test.sources.now());
    const sent = await send({ targets: { unitIds: [], boardIds: [board.id] } });
    test.sources.advance(5 * hour);
    // In the dark for all hours but the third.
    const minute = (at: number): number => Math.floor(at / 60_000 + 420) % 1440;
    const hours = { on: { from: minute(start + 2 * hour), to: minute(start + 3 * hour) }, light: null };
    const order = async (at: number, state: 'done' | 'received' | 'refused', issuedBy = admin.userId) => {
      const given = { issued_by: issuedBy, issued_at: at - 1, expires_at: at + hour, state_at: at, error_code: null };
      const payload = JSON.stringify({ hours });
      await under.store.write
        .insertInto('commands')
        .values({ id: test.sources.newId(), board_id: board.id, name: 'setScreenHours', payload, state, ...given })
        .execute();
    };
    const query = { unitId: test.ids.commune, from: start, to: start + 24 * hour, ids: [sent.id] };
    const asked = async () => {
      const { required, darkHours } = (await tables.matrix(admin, query)).rows[0]!.cells[0]!;
      return { required, darkHours };
    };
    // Not with the board yet.
    await order(start - 2, 'received');
    expect(await asked()).toEqual({ required: 30, darkHours: 0 });
    // It keeps them from the end of the first hour on.
    await order(start + hour, 'done');
    expect(await asked()).toEqual({ required: 12, darkHours: 3 });
    // Another player refused them at the end of the fourth.
    await order(start + 4 * hour, 'refused', '');
    expect(await asked()).toEqual({ required: 18, darkHours: 2 });
    await end(sent);
  });

  it('are not missing in the share of an hour of which nothing is on record', async () => {
    const { board } = await playing();
    const start = Math.ceil(test.sources.now() / hour) * hour;
    test.sources.advance(start - test.sources.now());
    const sent = await send({ targets: { unitIds: [], boardIds: [board.id] } });
    const minute = 60_000;
    const figuresAfter = async (from: number) => {
      const query = { unitId: test.ids.commune, from, to: from + hour, ids: [sent.id] };
      const { required, met, missing, unknown } = (await tables.matrix(admin, query)).rows[0]!.cells[0]!;
      return { required, met, missing, unknown };
    };
    /** Shown so often from the beginning of an hour, minute after minute, and something else until the board went off. */
    const hourWith = async (from: number, shown: number, offAt: number): Promise<void> => {
      await plays(board.id, sent, ...every(from, shown, 1));
      await plays(board.id, null, from + shown * minute);
      await under.store.write
        .updateTable('plays')
        .set({ painted_ms: (offAt - shown) * minute })
        .where('start_at', '=', from + shown * minute)
        .execute();
      await under.store.write
        .updateTable('plays')
        .set({ painted_ms: minute })
        .where('start_at', '=', from + (shown - 1) * minute)
        .where('why', '=', 'obligation')
        .execute();
    };
    test.sources.advance(5 * hour);
    // Off for half of it; for five minutes; for the minute of a restart.
    await hourWith(start, 3, 30);
    await hourWith(start + hour, 3, 55);
    await hourWith(start + 2 * hour, 3, 59);
    expect(await figuresAfter(start)).toEqual({ required: 6, met: 3, missing: 0, unknown: 3 });
    expect(await figuresAfter(start + hour)).toEqual({ required: 6, met: 3, missing: 2, unknown: 1 });
    expect(await figuresAfter(start + 2 * hour)).toEqual({ required: 6, met: 3, missing: 3, unknown: 0 });
    // What began before an hour and went on into it is on record in it.
    expect(await figuresAfter(start + 3 * hour)).toEqual({ required: 6, met: 0, missing: 0, unknown: 6 });
    await under.store.write
      .updateTable('plays')
      .set({ painted_ms: 100 * minute })
      .where('start_at', '=', start + 2 * hour + 3 * minute)
      .execute();
    expect(await figuresAfter(start + 3 * hour)).toEqual({ required: 6, met: 0, missing: 4, unknown: 2 });
    await end(sent);
  });
});
