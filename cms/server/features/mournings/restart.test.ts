/** A CMS that stopped after mourning was ordered, and before every board was told, tells them when it starts again. */
import { decodeJwt } from 'jose';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createApp, type App } from '../../app.ts';
import { createTestApp, seedUnits, testActor } from '../../testing.ts';
import { insertMourning } from './repo.ts';

const day = 86_400_000;

/** A board with a player that plays a song. */
async function playing({ context, features }: App, unitId: string): Promise<{ boardId: string; noticeId: string }> {
  const admin = testActor({ unitId, role: 'administrator' });
  const { id: noticeId } = await features.notices.create(admin, {
    unitId,
    title: 'Văn nghệ',
    category: 'economy',
    durationMs: null,
    content: { type: 'layout', layout: 'notice', fields: { title: 'Văn nghệ', body: 'Hội diễn' } },
    entertainment: true,
  });
  await features.approvals.submit(admin, noticeId, { revision: 1, approve: false });
  await features.approvals.approve(testActor({ unitId, role: 'administrator' }), noticeId, 1);
  const item = { itemId: context.sources.newId(), noticeId, durationMs: null, validFrom: null, validTo: null };
  const { id } = await features.playlists.create(admin, { unitId, name: 'Buổi tối', items: [item] });
  const board = await features.boards.create(admin, {
    unitId,
    name: 'Bảng',
    place: '',
    kind: 'lcd',
    width: 640,
    height: 320,
    output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 },
    pitchUm: null,
    readingDistanceCm: null,
    zone: 'Asia/Ho_Chi_Minh',
    groups: [],
    defaultPlaylistId: id,
  });
  const device = {
    id: context.sources.newId(),
    board_id: board.id,
    device_key: Buffer.from(context.sources.randomBytes(32)).toString('base64url'),
    paired_at: context.sources.now(),
    paired_by: null,
    ended_at: null,
  };
  await context.store.write.insertInto('devices').values(device).execute();
  await features.programmes.publish(admin, [board.id]);
  return { boardId: board.id, noticeId };
}

const suspendedOn = async ({ features }: App, boardId: string): Promise<unknown> => {
  await features.programmes.idle();
  return decodeJwt((await features.programmes.newestManifest(boardId))!.manifest)['suspensions'];
};

it('tells boards after a restart what they were not told before', async () => {
  const test = await createTestApp();
  try {
    const { context, features } = test.app;
    const units = await seedUnits({ context, units: features.units });
    const { boardId, noticeId } = await playing(test.app, units.province);
    const now = context.sources.now();
    const values = { unitId: units.province, reason: 'Quốc tang', reference: '', startsAt: now, endsAt: now + 2 * day };
    // The power goes after this.
    await context.store.transaction((tx) => insertMourning(tx, context.sources.newId(), values, 'tinh', now));
    expect(await suspendedOn(test.app, boardId)).toBeUndefined();
    await test.app.close();

    const again = await createApp(test.config, test.sources, pino({ level: 'silent' }));
    try {
      expect(await suspendedOn(again, boardId)).toEqual([{ from: now, to: now + 2 * day, noticeIds: [noticeId] }]);
      const { mournings } = await again.features.mournings.list(
        testActor({ unitId: units.province, role: 'province' }),
      );
      expect(mournings).toMatchObject([{ state: 'current', sendingSince: null }]);
    } finally {
      await again.close();
    }
  } finally {
    await test.discard();
  }
});
