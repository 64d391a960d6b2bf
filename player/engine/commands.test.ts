import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { expect, test } from 'vitest';
import type { BoardCommand } from '../../shared/protocol/commands.ts';
import { Commands } from './commands.ts';
import { codeOf } from './programmes.ts';
import { rebootCommandOf } from './reboot.ts';
import { openStore } from './store.ts';
import { machineSystem } from './system.ts';
import { noticeId, programme, useBoard } from './testing-board.ts';
import type { TestCms } from './testing-cms.ts';

const board = useBoard();
const ends = (cms: TestCms, commandId: string) =>
  cms.told.filter(({ name, request }) => name === 'commandEndedV1' && request.commandId === commandId);
const send = async (cms: TestCms, changes: object) =>
  cms.ask('runCommandV1', { command: await cms.signCommand(changes) });

test('the end of a command is told, also of one that comes again, which is not carried out again', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  const commandId = crypto.randomUUID();
  const command = await cms.signCommand({ commandId, name: 'identify', durationMs: 600_000 });
  expect(await cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  await cms.until(() => ends(cms, commandId)[0]);
  expect(ends(cms, commandId)[0]!.request).toMatchObject({ outcome: 'done', errorCode: null });
  const shown = stage.shown.length;
  expect(await cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  await cms.until(() => ends(cms, commandId)[1]);
  expect(stage.shown).toHaveLength(shown);
});

test('a command that the power took in the middle is told as such after the start, and not begun again', async () => {
  const b = board();
  const { cms } = b;
  // A host that never answers: the picture is on its way for good.
  await b.startPaired({ askForPicture: () => new Promise(() => undefined) });
  const { commandId } = await cms.askForPicture();
  await b.stop();
  let asked = 0;
  await b.start({ askForPicture: () => (asked++, Promise.reject(new Error('not again'))) });
  await cms.until(() => ends(cms, commandId)[0]);
  expect(ends(cms, commandId)[0]!.request).toMatchObject({ outcome: 'failed', errorCode: 'command_interrupted' });
  expect(asked).toBe(0);
});

test('a refusal is the same the next time, also where it could be done by then', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired();
  const asked = { commandId: crypto.randomUUID(), name: 'screenshot', durationMs: undefined };
  const refused = { ok: false, error: { code: 'capture_unsupported' } };
  expect(await send(cms, asked)).toMatchObject(refused);
  await b.stop();
  await b.start({ askForPicture: () => Promise.resolve(Buffer.from('x')) });
  await b.openStage();
  await cms.until(() => cms.told.filter(({ name }) => name === 'helloV1').length === 2);
  expect(await send(cms, asked)).toMatchObject(refused);
});

test('nothing is called to a glass that is not there', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  await stage.close();
  await expect
    .poll(async () => await send(cms, { commandId: crypto.randomUUID(), name: 'identify', durationMs: 600_000 }))
    .toMatchObject({ error: { code: 'no_stage' } });
});

test('two reloads at once are one, and both are done when the page is back', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const [one, two] = [plain('reload'), plain('reload')];
  await send(cms, one);
  await send(cms, two);
  await stage.until(() => stage.commands.some(({ type }) => type === 'reload'));
  await stage.close();
  await b.openStage();
  for (const { commandId } of [one, two])
    expect((await cms.until(() => ends(cms, commandId)[0])).request).toMatchObject({ outcome: 'done' });
});

test('the end of a command is told again to a CMS that could not take it', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired();
  cms.failsAt = ['commandEndedV1'];
  const command = plain('setVolume', { percent: 50 });
  expect(await send(cms, command)).toEqual({ ok: true });
  await b.stop();
  expect(ends(cms, command.commandId)).toEqual([]);
  cms.failsAt = [];
  await b.start();
  expect((await cms.until(() => ends(cms, command.commandId)[0])).request).toMatchObject({ outcome: 'done' });
});

test('nothing is begun of a command that could not be written down, and it may come again', async () => {
  const b = board();
  const store = openStore(join(b.folder, 'commands.db'), Date.now, () => undefined);
  const command = { v: 1, commandId: 'c', boardId: 'b', name: 'reboot', issuedAt: 1, expiresAt: 2 } as BoardCommand;
  let begun = 0;
  const commands = new Commands({
    store,
    documents: { verifyCommand: () => Promise.resolve(command) },
    clock: { now: () => 1 },
    carryOut() {
      store.afterCommit(() => begun++);
      return new Promise(() => undefined);
    },
    onEnded: () => undefined,
    log: pino({ level: 'silent' }),
  });
  // A file that may not grow is what a full disk is to SQLite.
  store.db.exec('CREATE TABLE filler (x BLOB); PRAGMA max_page_count = 1');
  const fill = store.db.prepare('INSERT INTO filler VALUES (zeroblob(3000))');
  expect(() => {
    for (;;) fill.run();
  }).toThrow();
  store.db.exec(`CREATE TRIGGER full AFTER INSERT ON commands BEGIN INSERT INTO filler VALUES (zeroblob(100000)); END`);
  const refused = await commands.take('x').catch((error: unknown) => error);
  expect([codeOf(refused), begun]).toEqual(['disk_full', 0]);
  store.db.exec('DROP TRIGGER full');
  store.db.exec('DELETE FROM filler');
  await commands.take('x');
  expect(begun).toBe(1);
  store.close();
});

test('a CMS from before is told of a failure as it knows it', async () => {
  const b = board();
  const { cms } = b;
  cms.knowsNot = ['commandEndedV1'];
  await b.startPaired({ askForPicture: () => Promise.reject(new Error('no')) });
  const { commandId } = await cms.askForPicture();
  const told = await cms.until(() => cms.told.find(({ name }) => name === 'commandFailedV1'));
  expect(told.request).toEqual({ commandId, errorCode: 'internal_error' });
});

/** Of a kind that says nothing beside its name, or what `says` says. */
const plain = (name: string, says: object = {}) => ({
  commandId: crypto.randomUUID(),
  name,
  durationMs: undefined,
  ...says,
});

test('reload: the page is told to load itself again, and done is when it is back', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const command = plain('reload');
  expect(await send(cms, command)).toEqual({ ok: true });
  await stage.until(() => stage.commands.some(({ type }) => type === 'reload'));
  expect(ends(cms, command.commandId)).toEqual([]);
  await stage.close();
  await b.openStage();
  const end = await cms.until(() => ends(cms, command.commandId)[0]);
  expect(end.request).toMatchObject({ outcome: 'done' });
  await b.stop();
  await b.start();
  await cms.until(() => cms.told.filter(({ name }) => name === 'helloV1').length === 2);
  expect(await send(cms, plain('reload'))).toMatchObject({ error: { code: 'no_stage' } });
});

test('restart: the engine asks to be ended, and the next one says that it was done', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired({ supervised: true });
  const command = plain('restart');
  expect(await send(cms, command)).toEqual({ ok: true });
  await expect.poll(() => b.messages.some(({ type }) => type === 'restart')).toBe(true);
  await b.stop();
  expect(ends(cms, command.commandId)).toEqual([]);
  await b.start();
  expect((await cms.until(() => ends(cms, command.commandId)[0])).request).toMatchObject({ outcome: 'done' });
  // Nobody would start this one again.
  expect(await send(cms, plain('restart'))).toMatchObject({ error: { code: 'restart_unsupported' } });
});

test('reboot: its command runs once, whatever comes again; the next boot says that it was done', async () => {
  const b = board();
  const { cms } = b;
  const file = join(b.folder, 'rebooted');
  const changes = { rebootCommand: `echo down >> "${file}"` };
  await b.startPaired({ ...changes, system: { ...machineSystem(), jitter: () => 0, bootId: 'one' } });
  const command = await cms.signCommand({ ...plain('reboot'), commandId: '00000000-0000-4000-8000-00000000c001' });
  const id = '00000000-0000-4000-8000-00000000c001';
  expect(await cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  const downs = () => {
    try {
      return readFileSync(file, 'utf8').trim().split('\n').length;
    } catch {
      return 0;
    }
  };
  await expect.poll(downs).toBe(1);
  await b.stop();
  // The power went before the CMS had the answer: it sends the same again.
  await b.start({ ...changes, system: { ...machineSystem(), jitter: () => 0, bootId: 'two' } });
  expect((await cms.until(() => ends(cms, id)[0])).request).toMatchObject({ outcome: 'done' });
  expect(await cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  await cms.until(() => ends(cms, id)[1]);
  expect(downs()).toBe(1);
});

test('reboot: where it is not allowed the board says so, at once or when the machine has not gone down', async () => {
  const b = board();
  const { cms } = b;
  const system = { ...machineSystem(), jitter: () => 0, bootId: 'one' };
  await b.startPaired({ rebootCommand: 'echo not allowed >&2; exit 1', system });
  const failing = plain('reboot');
  await send(cms, failing);
  const end = await cms.until(() => ends(cms, failing.commandId)[0]);
  expect(end.request).toMatchObject({ outcome: 'failed', errorCode: 'reboot_failed' });
  await b.stop();
  await b.start({ rebootCommand: 'true', system });
  await cms.until(() => cms.told.filter(({ name }) => name === 'helloV1').length === 2);
  const idle = plain('reboot');
  expect(await send(cms, idle)).toEqual({ ok: true });
  await b.stop();
  await b.start({ rebootCommand: null, system });
  expect((await cms.until(() => ends(cms, idle.commandId)[0])).request).toMatchObject({ errorCode: 'reboot_failed' });
  expect(await send(cms, plain('reboot'))).toMatchObject({ error: { code: 'reboot_unsupported' } });
  expect(['none', '', 'sudo reboot'].map(rebootCommandOf)).toEqual([null, null, 'sudo reboot']);
});

test('reboot: where boots have no names, an engine that was started anew has not rebooted the machine', async () => {
  const b = board();
  const { cms } = b;
  let up = 900_000;
  const system = { ...machineSystem(), jitter: () => 0, bootId: null, monotonic: () => (up += 1) };
  await b.startPaired({ rebootCommand: 'true', system });
  for (const [sinceBoot, errorCode] of [
    [950_000, 'reboot_failed'],
    [20_000, null],
  ] as const) {
    const command = plain('reboot');
    expect(await send(cms, command)).toEqual({ ok: true });
    await b.stop();
    up = sinceBoot;
    await b.start({ rebootCommand: 'true', system });
    expect((await cms.until(() => ends(cms, command.commandId)[0])).request).toMatchObject({ errorCode });
  }
});

test('a cut source leaves the standby slide alone, also after a restart; an alert is shown over it; restored, the newest plays', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPlaying([1, null]);
  const issuedAt = cms.now();
  const cut = plain('setSource', { cut: true, issuedAt });
  expect(await send(cms, cut)).toEqual({ ok: true });
  await stage.untilFront('fallback');
  expect((await cms.until(() => ends(cms, cut.commandId)[0])).request).toMatchObject({ outcome: 'done' });
  await b.stop();
  await stage.close();
  await b.start();
  const after = await b.openStage();
  await after.untilFront('fallback');
  const alert = await cms.raise();
  await after.untilFront('takeover');
  // Counted as what it is.
  await cms.until(() =>
    cms.bodies('playEnded').some(({ why, noticeId: id }) => why.kind === 'fallback' && id === null),
  );
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await after.untilFront('fallback');
  // What came meanwhile waits behind it.
  await cms.publish(programme([2, null]));
  await cms.until(() => b.progress('active')?.version && cms.manifest?.manifest.version.counter === 2);
  // Who holds an older order back undoes nothing.
  expect(await send(cms, plain('setSource', { cut: false, issuedAt: issuedAt - 1 }))).toMatchObject({
    error: { code: 'command_old' },
  });
  expect(after.front?.kind).toBe('fallback');
  expect(await send(cms, plain('setSource', { cut: false }))).toEqual({ ok: true });
  await after.untilNotice(noticeId(2));
});

test('the volume is the stage’s, and stays over a restart', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  await send(cms, plain('setVolume', { percent: 35 }));
  await stage.until(() => stage.commands.some((said) => said.type === 'configure' && said.volume === 35));
  await b.stop();
  await stage.close();
  await b.start();
  const after = await b.openStage();
  await after.until(() => after.commands.some((said) => said.type === 'configure' && said.volume === 35));
  await cms.until(() =>
    cms.told.some(
      ({ name, request }) => name === 'statusReportedV1' && (request.status as { volume?: number }).volume === 35,
    ),
  );
});

test('the log is brought to the CMS; a player without one says so', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired({ readLog: (maxBytes) => `the last ${maxBytes} bytes` });
  const command = plain('sendLogs');
  expect(await send(cms, command)).toEqual({ ok: true });
  const end = await cms.until(() => ends(cms, command.commandId)[0]);
  expect(end.request).toMatchObject({ outcome: 'done' });
  expect(cms.logs.get(command.commandId)).toBe('the last 64000 bytes');
  await b.stop();
  await b.start();
  const none = plain('sendLogs');
  await cms.until(() => cms.told.filter(({ name }) => name === 'helloV1').length === 2);
  await send(cms, none);
  const failed = await cms.until(() => ends(cms, none.commandId)[0]);
  expect(failed.request).toMatchObject({ errorCode: 'log_unsupported' });
});

test('the log says which version is ordered, and not by which document', async () => {
  const release = `${Buffer.from('{"alg":"EdDSA"}').toString('base64url')}.${Buffer.from('{"version":"1.4.2"}').toString('base64url')}.AAAA`;
  const command = {
    v: 1,
    commandId: 'c',
    boardId: 'b',
    name: 'setVersion',
    release,
    issuedAt: 1,
    expiresAt: 2,
  } as const;
  const said: string[] = [];
  const commands = new Commands({
    store: openStore(join(board().folder, 'commands.db'), Date.now, () => undefined),
    documents: { verifyCommand: () => Promise.resolve(command) },
    clock: { now: () => 1 },
    carryOut: () => Promise.reject(new Error('not now')),
    onEnded: () => undefined,
    log: pino({}, { write: (line) => said.push(line) }),
  });
  await commands.take('');
  await expect.poll(() => said).toHaveLength(2);
  for (const line of said) expect(line).toContain('"payload":{"back":false,"version":"1.4.2"}');
  expect(said.join()).not.toContain(release);
});
