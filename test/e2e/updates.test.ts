/** A real player with a real browser is given other versions of itself: one that paints stays, one that does not goes back by itself. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { programme } from '../../player/engine/testing-board.ts';
import { TestCms } from '../../player/engine/testing-cms.ts';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { runBuild } from '../../scripts/lib/fresh.ts';
import { aboutBuilt, builtFiles, makeRelease, newReleaseKey, type ReleaseFile } from '../../scripts/lib/release.ts';
import type { UpdateTold } from '../../shared/protocol/release.ts';
import { Child } from './lib/processes.ts';

const key = await newReleaseKey();
let folder: string;
let cms: TestCms;
let host: Child;

async function start(): Promise<void> {
  const sandbox = process.getuid?.() === 0 ? ['--browser-arg', '--no-sandbox'] : [];
  host = new Child(
    'player/hosts/chromium/main.ts',
    [
      ...['--cms', cms.url, '--data', join(folder, 'data'), '--stage', 'dist/stage', '--trial-ms', '30000'],
      ...['--browser', await ensureBrowser(), '--headless', ...sandbox],
    ],
    { BANG_TIN_RELEASE_KEY: key.x },
  );
}

beforeAll(async () => {
  await runBuild(['engine']);
  folder = await mkdtemp(join(tmpdir(), 'bang-tin-updates-'));
  cms = await TestCms.start();
  await start();
  await cms.enterCode(String((await host.message('pairingCode'))['code']));
  await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
  await cms.publish(programme([1, null], [2, null]));
  await completed();
});
afterAll(async () => {
  await host.stop();
  await cms.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Another play came to its end on the glass. */
async function completed(): Promise<void> {
  const ended = cms.bodies('playEnded').length;
  await until(() =>
    cms
      .bodies('playEnded')
      .slice(ended)
      .some(({ outcome, host }) => outcome === 'completed' && host === 'headless'),
  );
}
/** Longer than one wait of the small CMS. */
async function until<T>(condition: () => T | undefined | null | false): Promise<T> {
  const signal = AbortSignal.timeout(120_000);
  for (;;) {
    const found = condition();
    if (found) return found;
    if (signal.aborted) throw new Error(`It did not come: ${JSON.stringify(told())}\n${host.output.slice(-3_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
const statuses = () =>
  cms.told
    .filter(({ name }) => name === 'statusReportedV1')
    .map(({ request }) => request.status as { app?: string; upd?: UpdateTold });
const told = () => statuses().findLast(({ upd }) => upd)?.upd;
const runs = () => statuses().findLast(({ app }) => app)?.app;

/** The built player as a release of this number. */
async function release(version: string, change: (file: ReleaseFile) => string | null = () => null, by = key) {
  const about = aboutBuilt();
  const files = builtFiles().map((file) => {
    const text =
      file.name === 'engine/main.cjs' ? file.bytes.toString().replaceAll(`"${about.version}"`, `"${version}"`) : null;
    const changed = change(file) ?? text;
    return changed === null ? file : { ...file, bytes: Buffer.from(changed) };
  });
  const made = await makeRelease(files, { ...about, version, issuedAt: Date.now(), notes: '' }, by);
  cms.content.set(made.release.archive.hash, made.archive);
  return made.jws;
}
async function order(jws: string | null): Promise<string> {
  const commandId = crypto.randomUUID();
  const command = await cms.signCommand({ commandId, durationMs: undefined, name: 'setVersion', release: jws });
  expect(await cms.ask('runCommandV1', { command })).toEqual({ ok: true });
  return commandId;
}
const became = (of: string, state: UpdateTold['state'], code: string | null = null) =>
  until(() => told()?.of === of && told()?.state === state && told()?.code === code);

test('a release of another key is refused, and nothing of it is fetched', async () => {
  const id = await order(await release('0.2.0', () => null, await newReleaseKey()));
  const end = await until(() =>
    cms.told.find(({ name, request }) => name === 'commandEndedV1' && request.commandId === id),
  );
  expect(end.request).toMatchObject({ outcome: 'failed', errorCode: 'update_signature_wrong' });
  expect(cms.asked.some(({ path }) => path.includes('/releases/'))).toBe(false);
});

test('a signed version is brought, paints, and stays, over the end of the whole player', async () => {
  await became(await order(await release('0.2.0')), 'runs');
  expect(runs()).toBe('0.2.0');
  await completed();
  await host.stop('SIGKILL');
  cms.told.length = 0;
  await start();
  await until(() => runs() === '0.2.0');
  await completed();
});

test('one whose stage shows nothing goes back by itself, and the board goes on', async () => {
  const blank = (file: ReleaseFile) =>
    file.name === 'stage/index.html' ? '<!doctype html><title>blank</title>' : null;
  await became(await order(await release('0.3.0', blank)), 'wentBack', 'update_no_picture');
  expect(runs()).toBe('0.2.0');
  await completed();
});

test('one that ends again and again goes back by itself, and the board goes on', async () => {
  const crash = (file: ReleaseFile) => (file.name === 'engine/main.cjs' ? 'process.exit(3);' : null);
  await became(await order(await release('0.4.0', crash)), 'wentBack', 'update_crashed');
  await completed();
  const pointer = JSON.parse(readFileSync(join(folder, 'data/versions/state.json'), 'utf8')) as { current: string };
  expect(pointer.current).toMatch(/^0\.2\.0-/);
});

test('the version before comes back by order', async () => {
  await became(await order(null), 'runs');
  expect(runs()).toBe('0.1.0');
  await completed();
});
