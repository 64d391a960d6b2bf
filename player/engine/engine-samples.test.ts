/** Pictures of the glass as a signed order has them taken, by a whole engine. */
import { expect, test } from 'vitest';
import { unknownStatus, type BoardStatus } from '../../shared/protocol/status.ts';
import { noticeId, programme, useBoard } from './testing-board.ts';

const board = useBoard();
const jpeg = Buffer.from([0xff, 0xd8, 1, 2, 3]);
const askForPicture = () => Promise.resolve(jpeg);

const order = async (everyMinutes: number, changes: object = {}) => {
  const { cms } = board();
  const sent = {
    commandId: crypto.randomUUID(),
    name: 'setScreenshots',
    durationMs: undefined,
    everyMinutes,
    ...changes,
  };
  return cms.ask('runCommandV1', { command: await cms.signCommand(sent) });
};
const told = () =>
  board()
    .cms.told.filter(({ name }) => name === 'statusReportedV1')
    .map(({ request }) => (request as { status: Partial<BoardStatus> }).status.shots);

test('the order takes a picture of what plays at once, is told, and is kept over a restart', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired({ askForPicture });
  await cms.publish(programme([1, null]));
  await stage.untilNotice(noticeId(1));
  await stage.heard();
  const before = cms.now();
  expect(await order(15)).toEqual({ ok: true });
  const { about, bytes } = await cms.until(() => cms.samples[0]);
  expect(bytes.equals(jpeg)).toBe(true);
  expect(about).toMatchObject({
    output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 },
    window: { width: 640, height: 320 },
    playing: { noticeId: noticeId(1), title: 'Tin số 1', why: 'loop', exercise: false },
    missing: null,
  });
  expect(about.at).toBeGreaterThanOrEqual(before - 1_000);
  await b.stop();
  cms.told.length = 0;
  await b.start({ askForPicture });
  await cms.until(() => told().at(-1) === 15);
  expect(await order(0)).toEqual({ ok: true });
  await b.stop();
  cms.told.length = 0;
  await b.start({ askForPicture });
  await cms.until(() => told().length > 0);
  expect(told()).toEqual([null]);
  expect(cms.samples).toHaveLength(1);
});

test('an order that is past its time, or not signed for this, takes none; nor does a player without a window of its own', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired({ askForPicture });
  expect((await order(15, { expiresAt: cms.now() - 1 })).error?.code).toBe('command_expired');
  expect((await order(4)).error?.code).toBe('document_invalid');
  await b.stop();
  await b.start();
  await cms.until(() => cms.told.filter(({ name }) => name === 'helloV1').length === 2);
  expect((await order(15)).error?.code).toBe('capture_unsupported');
  expect(cms.samples).toEqual([]);
});

test('a spent month keeps them here; what is paired with another board keeps none', async () => {
  const b = board();
  const { cms } = b;
  const counter = { bytes: 0 };
  const machine = {
    read: () => Promise.resolve({ ...unknownStatus, net: 'mobile' as const }),
    readNetworkKind: () => Promise.resolve('mobile' as const),
    readCounters: () => Promise.resolve({ name: 'wwan0', bytes: { wwan0: counter.bytes } }),
  };
  await b.startPaired({ askForPicture, machine });
  const limits = async (monthlyMb: number | null) => {
    const sent = { commandId: crypto.randomUUID(), name: 'setDownloads', durationMs: undefined };
    const payload = { hours: null, maxKbps: null, monthlyMb };
    expect(await cms.ask('runCommandV1', { command: await cms.signCommand({ ...sent, ...payload }) })).toEqual({
      ok: true,
    });
  };
  await limits(50);
  await cms.until(() => cms.told.some(({ name }) => name === 'statusReportedV1'));
  counter.bytes = 60_000_000;
  await limits(50);
  await b.fault('data_budget_spent');
  expect(await order(15)).toEqual({ ok: true });
  await b.stop();
  expect(cms.samples).toEqual([]);
  await b.start({ askForPicture, machine, pairAnew: true });
  const stage = await b.openStage();
  await stage.untilCode();
  await b.stop();
  const [kept] = b.rows('SELECT count(*) AS n FROM samples');
  expect(kept).toEqual({ n: 0 });
});
