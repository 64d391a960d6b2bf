import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EngineLog, withoutSecrets } from './engine-log.ts';

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
