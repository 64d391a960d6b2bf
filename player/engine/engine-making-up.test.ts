import { expect, test } from 'vitest';
import { noticeId, programme, useBoard } from './testing-board.ts';

const board = useBoard();

/** One notice, and another that falls due once an hour, at the beginning of an hour that began twenty minutes ago. */
function withRequired() {
  const [given, required] = [programme([1, null]), programme([2, null])];
  const minute = (Math.floor(Date.now() / 60_000) + 40) % 60;
  return {
    ...given,
    parts: [
      ...given.parts,
      ...required.parts.filter(({ kind }) => kind === 'notice'),
      {
        ...{ kind: 'obligation' as const, obligationId: '00000000-0000-4000-8000-000000000000', noticeId: noticeId(2) },
        ...{ perHour: 1, order: 0, cron: `${minute} * * * *`, durationMs: 3_600_000, validFrom: null, validTo: null },
      },
    ],
  };
}

test('required content that fell due while the board was away comes at the end of an item, once, also after a restart', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  await cms.publish(withRequired());
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

test('nothing is made up beneath the technician’s page; it is when the page has gone', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  stage.technicianSays({ what: 'ask' });
  await stage.until(() => stage.technician?.state === 'code');
  await cms.publish(withRequired());
  const plays = () => cms.bodies('playEnded');
  await cms.until(() => plays().length >= 4);
  expect(new Set(plays().map(({ outcome, why }) => `${outcome} ${why.kind}`))).toEqual(new Set(['dark loop']));
  stage.technicianSays({ what: 'close' });
  await cms.until(() => plays().some(({ why, outcome }) => why.kind === 'obligation' && outcome === 'completed'));
});
