import { expect, test } from 'vitest';
import { noticeId, picture, programme, unitId, useBoard } from './testing-board.ts';
import { sha256 } from './testing-cms.ts';

const board = useBoard();

test('a programme plays when all of it is here, and every play arrives once', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  const { version } = await cms.publish(programme([1, picture(1)], [2, null]));
  await stage.untilFront('notice');
  expect(b.progress('active')).toMatchObject({ version, missing: 0 });
  const plays = await cms.until(() => cms.bodies('playEnded').length >= 3 && cms.bodies('playEnded'));
  expect(plays.map((play) => play.noticeId).slice(0, 3)).toEqual(expect.arrayContaining([noticeId(1), noticeId(2)]));
  for (const play of plays.slice(1, 3)) {
    expect(play).toMatchObject({ outcome: 'completed', host: 'chromium', programme: version });
    expect(play.paintedMs).toBeGreaterThanOrEqual(1_000);
  }
  expect(plays.find((play) => play.noticeId === noticeId(1))).toMatchObject({ asset: sha256(picture(1)) });
  expect(cms.bodies('programmeSwitched')).toEqual([{ type: 'programmeSwitched', version }]);
  expect(cms.told.filter(({ name }) => name === 'stateChangedV1').at(-1)?.request).toMatchObject({
    host: 'chromium',
    programme: version,
  });
});

test('playing goes on without the CMS and over a restart, and everything arrives once afterwards', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null], [2, null]);
  await cms.stop();
  const before = stage.shown.length;
  await stage.until(() => stage.shown.length >= before + 2);
  await b.stop();
  await b.start();
  const again = await b.openStage();
  await again.until(() => again.shown.filter(({ kind }) => kind === 'notice').length >= 2);
  await cms.listen();
  await cms.until(() => cms.bodies('booted').length === 2 && cms.bodies('playEnded').length >= before + 3);
  const [journal] = [...cms.journals.values()];
  expect(cms.journals.size).toBe(1);
  expect(journal?.records.map(({ seq }) => seq)).toEqual(journal?.records.map((_, index) => index + 1));
  // The restart cut the play that was on the glass.
  expect(cms.bodies('playEnded').some(({ outcome }) => outcome === 'interrupted')).toBe(true);
});

test('an interrupted download goes on where it stopped', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired();
  cms.cutAfter = 10_000;
  await cms.publish(programme([1, picture(1)]));
  await cms.until(() => cms.asked.some(({ path, from }) => path.includes('assets') && from > 0));
  cms.cutAfter = null;
  await cms.until(() => b.progress('active'));
  expect(cms.asked.find(({ path, from }) => path.includes('assets') && from > 0)?.from).toBeGreaterThan(0);
});

test('a takeover is shown at once, survives a restart without the CMS, and ends by all clear', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const alert = await cms.raise();
  await stage.untilFront('takeover');
  await cms.until(() => b.takeoverStates(alert.takeoverId).at(-1) === 'displayed');
  await cms.stop();
  await b.stop();
  await b.start();
  const again = await b.openStage();
  await again.untilFront('takeover');
  await cms.listen();
  await cms.until(() => cms.bodies('booted').length === 2);
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await again.untilFront('notice');
  await cms.until(
    () => cms.bodies('takeoverEnded').length === 1 && b.takeoverStates(alert.takeoverId).at(-1) === 'ended',
  );
  expect(cms.bodies('takeoverEnded')[0]).toMatchObject({ takeoverId: alert.takeoverId, reason: 'allClear' });
  // Shown once, although two runs showed it.
  expect(cms.bodies('takeoverShown')).toHaveLength(1);
});

test('a takeover expires by itself while the CMS is away', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  await cms.raise({ expiresAt: cms.now() + 2_500 });
  await stage.untilFront('takeover');
  await cms.stop();
  await stage.untilFront('notice');
  await cms.listen();
  expect(await cms.until(() => cms.bodies('takeoverEnded')[0])).toMatchObject({ reason: 'expired' });
});

test('an alert from a CMS whose clock is ahead of the board is shown at once', async () => {
  const b = board();
  const stage = await b.startPlaying([1, null]);
  b.cms.clockOffsetMs = 60_000;
  await b.cms.raise();
  await stage.untilFront('takeover');
  const moved = await b.cms.until(() => b.cms.bodies('clockStepped').at(-1));
  expect(moved.toOffsetMs - moved.fromOffsetMs).toBeGreaterThan(55_000);
  // The minute that the clock was behind was no minute on the glass.
  const play = await b.cms.until(() => b.cms.bodies('playEnded').at(-1));
  expect(play.paintedMs).toBeLessThan(30_000);
});

test('a CMS clock that is wrong for a while ends no alert for good', async () => {
  const b = board();
  let stage = await b.startPlaying([1, null]);
  const restartCms = async (clockOffsetMs: number) => {
    await b.cms.stop();
    b.cms.told.length = 0;
    b.cms.clockOffsetMs = clockOffsetMs;
    await b.cms.listen();
    // Its state is the last thing that a board says when it has greeted.
    await b.cms.until(() => b.cms.told.some(({ name }) => name === 'stateChangedV1'));
  };
  await b.cms.raise();
  await stage.untilFront('takeover');
  await restartCms(30 * 86_400_000);
  await stage.untilFront('notice');
  await b.stop();
  await b.start();
  stage = await b.openStage();
  await restartCms(0);
  await stage.untilFront('takeover');
});

test('a lost takeover message is asked for when the next one leaves a gap', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  await cms.raise();
  await stage.untilFront('takeover');
  const lost = await cms.signTakeover({ status: 'exercise' });
  cms.takeovers.push(lost);
  await cms.raise({ status: 'exercise' });
  await cms.until(() => b.takeoverStates(lost.takeover.takeoverId).includes('received'));
});

test('commands are run once, by this board only, and not after their time', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const command = (changes: object) => cms.signCommand(changes);
  const pattern = await command({});
  expect(await cms.ask('runCommandV1', { command: pattern })).toEqual({ ok: true });
  await stage.untilFront('testPattern');
  expect(await cms.ask('runCommandV1', { command: await command({ name: 'endTest' }) })).toEqual({ ok: true });
  await stage.untilFront('notice');
  expect(await cms.ask('runCommandV1', { command: pattern })).toEqual({ ok: true });
  expect(await cms.ask('runCommandV1', { command: await command({ expiresAt: 1 }) })).toMatchObject({
    error: { code: 'command_expired' },
  });
  expect(await cms.ask('runCommandV1', { command: await command({ boardId: unitId }) })).toMatchObject({
    error: { code: 'board_wrong' },
  });
  expect(await cms.ask('runCommandV1', { command: await command({ name: 'identify', durationMs: 1_000 }) })).toEqual({
    ok: true,
  });
  await stage.untilFront('identify');
  await stage.untilFront('notice');
  expect(stage.shown.filter(({ kind }) => kind === 'testPattern')).toHaveLength(1);
});

test('the journal follows the CMS: a gap is sent again, a fork starts another journal', async () => {
  const b = board();
  const { cms } = b;
  await b.startPlaying([1, null]);
  await cms.until(() => cms.bodies('playEnded').length >= 1);
  const [first] = [...cms.journals.keys()];
  cms.journals.clear();
  // The chain begins anew at a CMS that lost everything: 'journal_gap' asks for 1.
  await cms.until(() => (cms.journals.get(first!)?.records[0]?.seq ?? 0) === 1);
  cms.refuseJournal = { code: 'journal_fork', params: { seq: 3 } };
  await cms.until(() => cms.journals.size === 2 && cms.faults().some((fault) => fault.startsWith('journal_fork')));
});
