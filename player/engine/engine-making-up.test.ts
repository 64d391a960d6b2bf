import { expect, test } from 'vitest';
import { noticeId, programme, useBoard } from './testing-board.ts';

const board = useBoard();

test('required content that fell due while the board was away comes at the end of an item, once, also after a restart', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  const [given, required] = [programme([1, null]), programme([2, null])];
  // Once an hour, at the beginning of an hour that began twenty minutes ago.
  const minute = (Math.floor(Date.now() / 60_000) + 40) % 60;
  await cms.publish({
    ...given,
    parts: [
      ...given.parts,
      ...required.parts.filter(({ kind }) => kind === 'notice'),
      {
        ...{ kind: 'obligation', obligationId: '00000000-0000-4000-8000-000000000000', noticeId: noticeId(2) },
        ...{ perHour: 1, order: 0, cron: `${minute} * * * *`, durationMs: 3_600_000, validFrom: null, validTo: null },
      },
    ],
  });
  const plays = () => cms.bodies('playEnded').filter(({ why }) => why.kind === 'obligation');
  await cms.until(() => plays().length === 1);
  expect(plays()[0]).toMatchObject({ noticeId: noticeId(2), outcome: 'completed' });
  await stage.untilFront('notice');
  await b.stop();
  await b.start();
  await b.openStage();
  const before = cms.bodies('playEnded').length;
  await cms.until(() => cms.bodies('playEnded').length >= before + 4);
  expect(plays()).toHaveLength(1);
});
