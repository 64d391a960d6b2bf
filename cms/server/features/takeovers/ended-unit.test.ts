/** A unit that ended without another in its place must not keep an alert standing, nor its boards from whoever looks after the rest. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import type { SeededPerson } from '../../../../test/fleet/seed.ts';
import { startTestCms, type TestCms } from '../../../../test/fleet/testing-cms.ts';

let cms: TestCms;
let root: SeededPerson;
let below: SeededPerson;
let lost: string;

const nobody = { all: false, unitIds: [], groups: [], boardIds: [] };
const raise = (who: SeededPerson, selectors: object) =>
  cms.request(who, 'POST', '/api/takeovers', {
    clientId: uuidv7(),
    status: 'actual',
    content: { event: 'Lũ', level: 3, headline: 'Lũ lên nhanh', instruction: '', senderName: 'Tỉnh' },
    selectors: { ...nobody, ...selectors },
    durationMs: 3_600_000,
  });
const clear = (who: SeededPerson, id: string) => cms.request(who, 'POST', `/api/takeovers/${id}/all-clear`);
const refused = { status: 403, body: { error: { code: 'forbidden' } } };

beforeAll(async () => {
  cms = await startTestCms();
  root = await cms.person('province');
  below = await cms.person('province', cms.units.commune);
  await cms.board(cms.units.commune, ['chợ']);
  lost = (await cms.board(cms.units.sister, ['chợ'])).identity.boardId;
});
afterAll(() => cms.stop());

const end = async (unitId: string) => {
  await cms.store.write
    .updateTable('unit_versions')
    .set({ valid_to: cms.sources.now() })
    .where('unit_id', '=', unitId)
    .execute();
  await cms.reloadUnits();
};

it('an alert that stood when a unit ended is still seen and ended from above', async () => {
  const { body: own } = await raise(root, { unitIds: [cms.units.sister] });
  const { body: all } = await raise(root, { all: true });
  await end(cms.units.sister);
  const listed = (await cms.request(root, 'GET', '/api/takeovers')).body.takeovers.map((row: { id: string }) => row.id);
  expect(listed).toEqual([all.id, own.id]);
  expect((await cms.request(root, 'GET', `/api/takeovers/${own.id}`)).body.deliveries).toMatchObject([
    { boardId: lost },
  ]);
  expect(await clear(below, own.id)).toMatchObject({ status: 404 });
  expect(await clear(below, all.id)).toMatchObject(refused);
  expect(await clear(root, own.id)).toMatchObject({ status: 200, body: { state: 'allClear' } });
  expect(await clear(root, all.id)).toMatchObject({ status: 200, body: { state: 'allClear' } });
});

it.each([
  ['all', () => ({ all: true }), 2],
  ['a group', () => ({ groups: ['chợ'] }), 2],
  ['the board itself', () => ({ boardIds: [lost] }), 1],
])('its boards are alerted by %s, by the root alone', async (_, selectors, targets) => {
  expect(await raise(below, selectors())).toMatchObject(refused);
  const raised = await raise(root, selectors());
  expect(raised).toMatchObject({ status: 200, body: { state: 'active', targets } });
  const listed = (await cms.request(root, 'GET', '/api/takeovers')).body.takeovers;
  expect(listed[0]).toMatchObject({ id: raised.body.id });
  expect(await clear(root, raised.body.id)).toMatchObject({ status: 200, body: { state: 'allClear' } });
});

it('it cannot be named any more', async () => {
  expect(await raise(root, { unitIds: [cms.units.sister] })).toMatchObject(refused);
});
