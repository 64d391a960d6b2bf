import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import type { PlayBody } from '../../shared/protocol/journal.ts';
import { machineSystem } from './system.ts';
import { noticeId, programme, useBoard } from './testing-board.ts';
import type { TestStage } from './testing-stage.ts';

const board = useBoard();

/** The field for the code, as it stands on this glass. */
async function field(stage: TestStage) {
  stage.technicianSays({ what: 'ask' });
  return stage.until(() => stage.technician?.state === 'code' && stage.technician);
}
const opened = (stage: TestStage) => stage.until(() => stage.technician?.state === 'open' && stage.technician);
const refused = (stage: TestStage) =>
  stage.until(() => stage.technician?.state === 'code' && (stage.technician.wrong || stage.technician.waitMs > 0));
const plays = () => board().cms.bodies('playEnded');

it('opens with the code of the CMS; what plays beneath goes on and does not count until it is closed', async () => {
  const b = board();
  const stage = await b.startPlaying([1, null], [2, null]);
  const { challenge, link } = await field(stage);
  expect(link).toBe(`${b.cms.url}/boards/${b.cms.boardId}?technician=${challenge}`);
  const shown = stage.shown.length;
  stage.technicianSays({ what: 'code', code: await b.cms.technicianCode(challenge!) });
  const { facts, acts } = await opened(stage);
  expect(facts).toMatchObject({
    link: { connected: true, trouble: null },
    pairing: { board: { boardId: b.cms.boardId }, app: 'test' },
    clock: { state: 'synced' },
  });
  expect(acts).toEqual(['speed', 'testPattern', 'reload']);
  // Nothing that opens anything.
  expect(JSON.stringify(facts)).not.toMatch(/token|secret|"d"/i);
  await stage.until(() => stage.shown.length > shown + 2);
  stage.technicianSays({ what: 'close' });
  await stage.until(() => stage.technician === null);
  await b.fault('technician_closed');
  await b.cms.until(() => plays().some(({ outcome }) => outcome === 'dark'));
  const after = plays().length;
  await b.cms.until(() => plays().length > after + 2);
  expect(plays().at(-1)!.outcome).toBe('completed');
  for (const note of ['technician_asked', 'technician_opened Opened with the code']) await b.fault(note);
});

it('a code opens once; wrong ones are counted and told, and a restart wins nothing', async () => {
  const b = board();
  const stage = await b.startPlaying([1, null], [2, null]);
  const { challenge } = await field(stage);
  const right = await b.cms.technicianCode(challenge!);
  const wrong = right === '00000000' ? '00000001' : '00000000';
  for (let n = 1; n <= 5; n++) {
    stage.technicianSays({ what: 'code', code: wrong });
    await refused(stage);
    await b.fault(`technician_refused Wrong code number ${n}`);
  }
  const locked = await stage.until(
    () => stage.technician?.state === 'code' && stage.technician.waitMs > 0 && stage.technician,
  );
  expect(locked.waitMs).toBeGreaterThan(50_000);
  // The right one is not looked at now, nor after a restart.
  stage.technicianSays({ what: 'code', code: right });
  await stage.heard();
  expect(stage.technician?.state).toBe('code');
  await b.stop();
  await b.start();
  const again = await b.openStage();
  await again.untilFront('notice');
  const { challenge: another, waitMs } = await field(again);
  expect(waitMs).toBeGreaterThan(50_000);
  again.technicianSays({ what: 'code', code: await b.cms.technicianCode(another!) });
  await again.heard();
  expect(again.technician?.state).toBe('code');
});

it('needs no network and no clock', async () => {
  const b = board();
  await b.startPlaying([1, null]);
  await b.stop();
  await b.cms.stop();
  // A flat battery: the machine believes that it is 2099.
  await b.start({
    system: { ...machineSystem(), jitter: () => 0, bootId: 'another', now: () => Date.UTC(2099, 0, 1) },
  });
  const stage = await b.openStage();
  await stage.untilFront('notice');
  const { challenge } = await field(stage);
  stage.technicianSays({ what: 'code', code: await b.cms.technicianCode(challenge!) });
  await opened(stage);
  const facts = await stage.until(
    () => stage.technician?.state === 'open' && stage.technician.facts.link.trouble && stage.technician.facts,
  );
  expect(facts.link).toMatchObject({ connected: false, trouble: 'refused' });
  expect(facts.clock.state).toBe('held');
  // Once: the next one needs another.
  stage.technicianSays({ what: 'close' });
  await stage.until(() => stage.technician === null);
}, 60_000);

it.each([
  ['device', 'token_invalid', { refusesBoards: 'token_invalid' }],
  ['cms', 'server_busy', { refusesBoards: 'server_busy' }],
  ['socket', 'socket_blocked', { blocksSockets: true }],
])('says why a CMS that answers does not let the board in: %s, %s', async (trouble, detail, cms) => {
  const b = board();
  await b.startPlaying([1, null]);
  await b.stop();
  Object.assign(b.cms, cms);
  await b.start();
  const stage = await b.openStage();
  const { challenge } = await field(stage);
  stage.technicianSays({ what: 'code', code: await b.cms.technicianCode(challenge!) });
  await opened(stage);
  const facts = await stage.until(
    () => stage.technician?.state === 'open' && stage.technician.facts.link.trouble && stage.technician.facts,
  );
  expect(facts.link).toMatchObject({ connected: false, trouble, detail });
});

it('a stage that outlives its engine shows neither the page nor its field any more', async () => {
  const b = board();
  await field(await b.startPlaying([1, null]));
  await b.stop();
  await b.start();
  const stage = await b.openStage();
  await stage.until(() => stage.technicianTold);
  expect(stage.technician).toBeNull();
});

it('a picture that falls due beneath it is said to be covered, not one of a dark screen', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired({ askForPicture: () => Promise.resolve(Buffer.from([0xff, 0xd8])) });
  await cms.publish(programme([1, null]));
  await stage.untilNotice(noticeId(1));
  await field(stage);
  const order = { commandId: crypto.randomUUID(), name: 'setScreenshots', durationMs: undefined, everyMinutes: 15 };
  expect(await cms.ask('runCommandV1', { command: await cms.signCommand(order) })).toEqual({ ok: true });
  const { about } = await cms.until(() => cms.samples[0]);
  expect(about).toMatchObject({ missing: 'covered', playing: null });
});

it('an alert ends it at once, is displayed and not dark, and keeps it away', async () => {
  const b = board();
  const stage = await b.startPlaying([1, null], [2, null]);
  await field(stage);
  const alert = await b.cms.raise();
  await stage.until(() => stage.technician === null);
  await b.cms.until(() => b.takeoverStates(alert.takeoverId).includes('displayed'));
  expect(b.takeoverStates(alert.takeoverId)).not.toContain('dark');
  stage.technicianSays({ what: 'ask' });
  await stage.heard();
  expect(stage.technician).toBeNull();
});

it('what an alert uncovers is what a crash then would interrupt, and not once more what was covered', async () => {
  const b = board();
  const stage = await b.startPlaying([1, null], [2, null]);
  await field(stage);
  await b.cms.raise();
  await stage.until(() => stage.technician === null);
  // The disk as a crash would leave it now: the alert has not been painted.
  const left = join(b.folder, 'left.db');
  for (const end of ['', '-wal']) copyFileSync(join(b.dataDir, `player.db${end}`), `${left}${end}`);
  const db = new DatabaseSync(left);
  const { value } = db.prepare("SELECT value FROM meta WHERE key = 'openPlay'").get() as { value: string };
  db.close();
  const { play } = JSON.parse(value) as { play: PlayBody };
  expect(play).toMatchObject({ takeoverId: null });
  expect(play.outcome).not.toBe('dark');
});

it('a page that somebody opened beside the board asks for nothing', async () => {
  const b = board();
  await b.startPlaying([1, null]);
  const mirror = await b.openStage('open');
  await mirror.untilFront('notice');
  mirror.technicianSays({ what: 'ask' });
  await mirror.heard();
  expect(mirror.technician).toBeNull();
  expect(b.cms.faults().filter((fault) => fault.startsWith('technician'))).toEqual([]);
});

it('a player that is not paired opens it without a code and can do nothing to the CMS', async () => {
  const b = board();
  await b.start();
  const stage = await b.openStage();
  await stage.untilCode();
  stage.technicianSays({ what: 'ask' });
  const { facts, acts } = await opened(stage);
  expect(facts.pairing.board).toBeNull();
  expect(acts).toEqual(['reload']);
  for (const act of ['speed', 'testPattern'] as const) stage.technicianSays({ what: 'act', act });
  await stage.heard();
  expect(stage.technician).toMatchObject({ state: 'open', facts: { speed: { state: 'idle' } } });
});

it('measures the line, and has the test pattern shown without itself', async () => {
  const b = board();
  const stage = await b.startPlaying([1, null], [2, null]);
  const { challenge } = await field(stage);
  stage.technicianSays({ what: 'code', code: await b.cms.technicianCode(challenge!) });
  await opened(stage);
  stage.technicianSays({ what: 'act', act: 'speed' });
  const speed = await stage.until(() => {
    const said = stage.technician?.state === 'open' && stage.technician.facts.speed;
    return said && (said.state === 'done' || said.state === 'failed') && said;
  });
  expect(speed).toMatchObject({ state: 'done', bytes: expect.any(Number) as number });
  stage.technicianSays({ what: 'act', act: 'testPattern' });
  await stage.untilFront('testPattern');
  expect(stage.technician).toBeNull();
  await b.fault('technician_acted speed');
  await b.fault('technician_acted testPattern');
});
