import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logLine, type LogLine } from '../../shared/protocol/log.ts';
import { AppError } from '../../shared/util/errors.ts';
import { EngineLog, withoutSecrets } from './engine-log.ts';
import { programme, useBoard } from './testing-board.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the last whole lines are given, also of a player before, and the files stay small', () => {
  for (let i = 0; i < 400; i++) new EngineLog(folder).write(`${i} ${'x'.repeat(2_000)}\n`);
  const log = new EngineLog(folder);
  log.write('the last one, in Vietnamese: máy phát\n');
  const lines = log.tail(5_000).split('\n');
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['398', '399', 'the', '']);
  expect(Buffer.byteLength(log.tail(64_000))).toBeLessThanOrEqual(64_000);
  for (const name of ['engine.log', 'engine.log.1'])
    expect(readFileSync(join(folder, name)).length).toBeLessThan(270_000);
});

test('what was written for another CMS is forgotten, also what was put aside', () => {
  const log = new EngineLog(folder);
  for (let i = 0; i < 200; i++) log.write(`${i} ${'x'.repeat(2_000)}\n`);
  log.forget();
  expect(log.tail(64_000)).toBe('');
  log.write('anew\n');
  expect(log.tail(64_000)).toBe('anew\n');
});

test('nothing that opens anything is written', () => {
  const jws = 'eyJhbGciOiJFZERTQSJ9.eyJib2FyZElkIjoiMSJ9.c2lnbmF0dXJl';
  const line = JSON.stringify({
    msg: `GET http://127.0.0.1:1/?token=abcdef&x=1 Authorization: Bearer ${jws}`,
    token: 'abcdef',
    key: { d: 'k'.repeat(43) },
    cms: 'https://user:hunter2@example.vn/',
    document: jws,
    answer: JSON.stringify({
      token: 'SECRET-1',
      jwk: { d: 'e'.repeat(43) },
      why: JSON.stringify({ password: 'SECRET-2' }),
    }),
  });
  const safe = withoutSecrets(line);
  for (const secret of [jws, 'abcdef', 'k'.repeat(43), 'e'.repeat(43), 'SECRET', 'hunter2', 'c2lnbmF0dXJl'])
    expect(safe).not.toContain(secret);
  expect(safe).toContain('127.0.0.1:1/');
  expect(withoutSecrets('{"code":"asset_damaged"} code=engine_ended')).toContain('asset_damaged');
});

test('a folder that takes nothing costs the line, nothing else', () => {
  const log = new EngineLog(join(folder, 'gone'));
  log.write('lost\n');
  expect(log.tail(100)).toBe('');
});

const board = useBoard();

test('the log tells what became of the board, each thing once, in a form that the studio has words for', async () => {
  const b = board();
  const lines: LogLine[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(logLine.parse(JSON.parse(line))) });
  const { cms } = b;
  const stage = await b.startPaired({ log });
  await cms.publish(programme([1, null]));
  await stage.untilFront('notice');
  const command = async (changes: object) => cms.ask('runCommandV1', { command: await cms.signCommand(changes) });
  const cut = { commandId: crypto.randomUUID(), name: 'setSource', cut: true, durationMs: undefined };
  await command(cut);
  await command(cut);
  await command({ commandId: crypto.randomUUID(), name: 'setScreen', on: true, until: null, durationMs: undefined });
  const alert = await cms.raise();
  await cms.until(() => b.takeoverStates(alert.takeoverId).at(-1) === 'displayed');
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await cms.until(() => b.takeoverStates(alert.takeoverId).at(-1) === 'ended');
  b.engine.hearFault({ type: 'fault', code: 'window_ended', detail: 'it went → newWindow in 50 ms' });
  await b.stop();
  expect(lines.map(({ event, code }) => event?.type ?? code)).toEqual([
    'booted',
    'stageConnected',
    'paired',
    'linkUp',
    'programmeSwitched',
    'commandTaken',
    'command_refused',
    'takeoverShown',
    'takeoverEnded',
    'window_ended',
    'linkLost',
    'ended',
  ]);
  expect(lines[5]?.event).toEqual({ type: 'commandTaken', name: 'setSource', payload: { cut: true } });
});

test('a CMS that is away is told once, until it is back', async () => {
  const b = board();
  const said: string[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line) => void said.push(logLine.parse(JSON.parse(line)).event?.type ?? '') },
  );
  await b.startPaired();
  await b.stop();
  const { port } = new URL(b.cms.url);
  await b.start({ log, cms: `http://127.0.0.2:${port}` });
  await expect.poll(() => said).toContain('linkFailed');
  await b.stop();
  expect(said.filter((type) => type.startsWith('link'))).toEqual(['linkFailed']);
});

test('a command that came to nothing says which and why', async () => {
  const b = board();
  const lines: LogLine[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(logLine.parse(JSON.parse(line))) });
  await b.startPaired({ log, askForPicture: () => Promise.reject(new AppError('capture_failed', 'No window')) });
  await b.cms.askForPicture();
  await expect
    .poll(() => lines.at(-1)?.event)
    .toEqual({ type: 'commandFailed', name: 'screenshot', payload: {}, code: 'capture_failed' });
});
