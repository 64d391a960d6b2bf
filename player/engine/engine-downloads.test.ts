/** When media come to a board, and what does not wait for them. */
import { rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { noDownloadLimits, type DownloadLimits } from '../../shared/protocol/downloads.ts';
import { unknownStatus, type BoardStatus } from '../../shared/protocol/status.ts';
import { dateOf, minuteOf } from '../../shared/schedule/zone.ts';
import { Library } from './library.ts';
import { noticeId, picture, programme, useBoard } from './testing-board.ts';
import { sha256 } from './testing-cms.ts';

const board = useBoard();
const zone = 'Asia/Ho_Chi_Minh';

/** Hours that are over, or that it is now. */
function hours(open: boolean): DownloadLimits['hours'] {
  const minute = minuteOf(zone, Date.now());
  const at = (later: number): number => (minute + later + 1_440) % 1_440;
  return open ? [at(-60), at(60)] : [at(60), at(120)];
}
const order = async (limits: Partial<DownloadLimits>) => {
  const { cms } = board();
  const sent = {
    commandId: crypto.randomUUID(),
    name: 'setDownloads',
    durationMs: undefined,
    ...noDownloadLimits,
    ...limits,
  };
  expect(await cms.ask('runCommandV1', { command: await cms.signCommand(sent) })).toEqual({ ok: true });
};
const asked = (bytes: Buffer) => board().cms.asked.filter(({ path }) => path.endsWith(sha256(bytes)));
/** What the board says of the programme that was published last. */
const waits = (code: string) =>
  board().cms.until(() => {
    const said = board().progress('fetching');
    const { version } = board().cms.manifest!.manifest;
    return said?.errorCode === code && JSON.stringify(said.version) === JSON.stringify(version) && said;
  });
const restart = async () => {
  const b = board();
  await b.stop();
  b.cms.told.length = 0;
  await b.start();
  await b.cms.until(() => b.cms.told.some(({ name }) => name === 'helloV1'));
  return b.openStage();
};
const active = (counter: number) =>
  board().cms.until(
    () => (board().progress('active')?.version as { counter: number } | undefined)?.counter === counter,
  );

test('media wait for their hours and say so, over a restart too; texts do not, and alerts neither', async () => {
  const b = board();
  let stage = await b.startPlaying([1, null]);
  await order({ hours: hours(false) });
  const withPicture = await b.cms.publish(programme([1, null], [2, picture(2)]));
  expect(await waits('media_waits_hours')).toMatchObject({ version: withPicture.version, missing: 1 });
  expect(asked(picture(2))).toEqual([]);

  const alert = await b.cms.raise();
  await b.cms.until(() => b.takeoverStates(alert.takeoverId).includes('displayed'));
  await b.cms.raise({ type: 'cancel', supersedes: alert.takeoverId });

  stage = await restart();
  await waits('media_waits_hours');

  const text = await b.cms.publish(programme([1, null], [3, null]));
  await active(text.version.counter);
  await stage.untilNotice(noticeId(3));
  await b.cms.publish(programme([1, null], [2, picture(2)]));
  await waits('media_waits_hours');
  expect(asked(picture(2))).toEqual([]);

  await order({ hours: hours(true) });
  await stage.untilNotice(noticeId(2));
  expect(asked(picture(2))).toHaveLength(1);
});

test('that many media wait is found out with one look at what is here', async () => {
  const b = board();
  const stage = await b.startPaired();
  await b.cms.publish(programme([1, picture(1)]));
  await stage.untilNotice(noticeId(1));
  await order({ hours: hours(false) });
  const has = vi.spyOn(Library.prototype, 'has');
  onTestFinished(() => has.mockRestore());
  const lacking = Array.from({ length: 30 }, (_, i) => [2 + i, picture(2 + i)] as [number, Buffer]);
  await b.cms.publish(programme([1, picture(1)], ...lacking));
  expect(await waits('media_waits_hours')).toMatchObject({ missing: 30 });
  const looks = has.mock.calls.filter(([{ hash }]) => hash === sha256(picture(1)));
  expect(looks.length).toBeLessThan(15);
});

test('a file that cannot be had keeps none of the others back', async () => {
  const b = board();
  const stage = await b.startPlaying([1, null]);
  const next = programme([2, picture(2)], [3, picture(3)], [4, picture(4)]);
  await b.cms.publish(next).then(() => b.cms.content.delete(sha256(picture(2))));
  expect(await waits('content_unknown')).toMatchObject({ missing: 1 });
  for (const n of [3, 4]) expect(asked(picture(n))).toHaveLength(1);
  b.cms.content.set(sha256(picture(2)), picture(2));
  await stage.untilNotice(noticeId(4));
});

test('a board that has nothing to show waits for no hours', async () => {
  const b = board();
  const stage = await b.startPaired();
  await order({ hours: hours(false) });
  await b.cms.publish(programme([1, picture(1)]));
  await stage.untilNotice(noticeId(1));
  await b.stop();
  // Nor does one whose media are gone.
  rmSync(`${b.dataDir}/assets/${sha256(picture(1))}`);
  await b.start();
  await (await b.openStage()).untilNotice(noticeId(1));
});

test('what is half here when the hours end stays, and goes on from there', async () => {
  const b = board();
  const large = Buffer.alloc(3_000_000, 7);
  const stage = await b.startPlaying([1, null]);
  // So slow that it cannot be done while the test lasts.
  await order({ maxKbps: 64 });
  await b.cms.publish(programme([2, large]));
  await b.cms.until(() => asked(large).length === 1);
  await order({ hours: hours(false), maxKbps: 64 });
  await waits('media_waits_hours');
  expect(b.progress('active')?.version).not.toEqual(b.cms.manifest?.manifest.version);
  const again = await restart();
  await order({});
  await again.untilNotice(noticeId(2));
  expect(asked(large)).toHaveLength(2);
  expect(asked(large)[1]!.from).toBeGreaterThan(0);
  await stage.close();
});

test('what waits is fetched when somebody wants it now, past a spent budget only if that was said; what comes later waits again', async () => {
  const b = board();
  let counted = 0;
  const machine = {
    read: () => Promise.resolve({ ...unknownStatus, net: 'mobile' as const }),
    readNetworkKind: () => Promise.resolve('mobile' as const),
    readCounters: () => Promise.resolve({ name: 'wwan0', bytes: { wwan0: counted } }),
  };
  const fetchNow = async (overBudget: boolean) => {
    const command = await b.cms.signCommand({ name: 'fetchNow', durationMs: undefined, overBudget });
    expect(await b.cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  };
  const stage = await b.startPaired({ machine });
  await b.cms.publish(programme([1, null]));
  await stage.untilNotice(noticeId(1));
  await order({ hours: hours(false), maxKbps: 64 });
  await b.cms.publish(programme([1, null], [2, picture(2)]));
  await waits('media_waits_hours');
  await fetchNow(false);
  await stage.untilNotice(noticeId(2));
  await b.cms.publish(programme([1, null], [3, picture(3)]));
  await waits('media_waits_hours');

  counted = 120_000_000;
  await order({ monthlyMb: 100 });
  await waits('media_waits_budget');
  await fetchNow(false);
  await b.cms.until(() => b.cms.told.filter(({ name }) => name === 'commandEndedV1').length === 4);
  expect(asked(picture(3))).toEqual([]);
  await fetchNow(true);
  await stage.untilNotice(noticeId(3));
});

test('what is wanted now and never comes lifts nothing else, is wanted after a restart too, and does not hold up what came to be wanted', async () => {
  const b = board();
  await b.startPlaying([1, null]);
  await order({ hours: hours(false) });
  await b.cms.publish(programme([1, null], [2, picture(2)]));
  await waits('media_waits_hours');
  const spoil = () => b.cms.content.set(sha256(picture(2)), Buffer.alloc(picture(2).length));
  spoil();
  const command = await b.cms.signCommand({ name: 'fetchNow', durationMs: undefined, overBudget: false });
  expect(await b.cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  await b.cms.until(() => asked(picture(2)).length > 0);

  await b.cms.publish(programme([1, null], [3, picture(3)], [2, picture(2)]));
  spoil();
  const tries = asked(picture(2)).length;
  await b.cms.until(() => asked(picture(2)).length > tries);
  const again = asked(picture(2)).length;
  const stage = await restart();
  await b.cms.until(() => asked(picture(2)).length > again);
  expect(asked(picture(3))).toEqual([]);

  b.cms.content.set(sha256(picture(2)), picture(2));
  // Has it look again at once.
  await order({ hours: hours(false) });
  expect(await waits('media_waits_hours')).toMatchObject({ missing: 1 });
  expect(asked(picture(3))).toEqual([]);
  await order({});
  await stage.untilNotice(noticeId(3));
});

test('a file that what plays has lost comes before a new programme that takes long', async () => {
  const b = board();
  const large = Buffer.alloc(3_000_000, 7);
  const stage = await b.startPlaying([1, picture(1)]);
  await order({ maxKbps: 500 });
  const { version } = await b.cms.publish(programme([2, large]));
  await b.cms.until(() => asked(large).length === 1);
  writeFileSync(`${b.dataDir}/assets/${sha256(picture(1))}`, Buffer.alloc(picture(1).length));
  await b.fault('asset_damaged');
  await b.cms.until(() => asked(picture(1)).length === 2);
  // What had come of the new one is gone on with.
  await b.cms.until(() => asked(large).length === 2);
  expect(asked(large)[1]!.from).toBeGreaterThan(0);
  await stage.untilNotice(noticeId(1));
  expect(b.progress('active')?.version).not.toEqual(version);
});

test('a month’s budget is told of before it is spent; then media wait for the next month, and nothing else', async () => {
  const b = board();
  const counter = { bytes: 0 };
  const machine = {
    read: () => Promise.resolve({ ...unknownStatus, net: 'mobile' as const, tx: 0, rx: counter.bytes }),
    readNetworkKind: () => Promise.resolve('mobile' as const),
    readCounters: () => Promise.resolve({ name: 'wwan0', bytes: { wwan0: counter.bytes } }),
  };
  const stage = await b.startPaired({ machine });
  await b.cms.publish(programme([1, null]));
  await stage.untilNotice(noticeId(1));
  counter.bytes = 85_000_000;
  await order({ monthlyMb: 100 });
  await b.fault('data_budget_low 85 MB of 100 MB');
  counter.bytes = 120_000_000;
  await order({ monthlyMb: 100 });
  await b.fault(`data_budget_spent 120 MB of 100 MB in ${dateOf(zone, Date.now()).slice(0, 7)}`);
  await b.cms.publish(programme([1, null], [2, picture(2)]));
  await waits('media_waits_budget');
  await b.cms.publish(programme([1, null], [3, null]));
  await stage.untilNotice(noticeId(3));
  await b.stop();
  await b.start({ machine });
  const status = await b.cms.until(() =>
    b.cms.told.findLast(({ name, request }) => name === 'statusReportedV1' && (request.status as BoardStatus).dl),
  );
  expect(status.request.status).toMatchObject({ dl: '...2s', mb: 120 });
});
