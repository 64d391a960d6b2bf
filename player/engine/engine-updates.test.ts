/** An order to run another version: who may give it, what it waits for, and what is told of it. The host's part: hosts/versions.mocked.test.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRelease, newReleaseKey, type MadeRelease, type ReleaseKey } from '../../scripts/lib/release.ts';
import { noDownloadLimits } from '../../shared/protocol/downloads.ts';
import { releaseFolder, type Release, type UpdateTold } from '../../shared/protocol/release.ts';
import type { EngineOptions } from './engine.ts';
import { launchAgreement, packaged, type VersionsHere } from './launch.ts';
import { dataSchema } from './store.ts';
import { programme, useBoard } from './testing-board.ts';

const board = useBoard();
const key = await newReleaseKey();
const here: VersionsHere = {
  launch: launchAgreement,
  package: '0.1.0',
  running: packaged,
  previous: null,
  trial: null,
  failed: null,
  pageOfBefore: false,
};
const files = [
  { name: 'engine/main.cjs', bytes: Buffer.from('engine '.repeat(9_000)) },
  { name: 'stage/index.html', bytes: Buffer.from('<!doctype html>') },
];

/** Made, and on the CMS. */
async function release(changes: Partial<Release> = {}, by: ReleaseKey = key): Promise<MadeRelease> {
  const said = { version: '0.2.0', launch: launchAgreement, node: 24, data: dataSchema, issuedAt: 1, notes: '' };
  const made = await makeRelease(files, { ...said, ...changes }, by);
  board().cms.content.set(made.release.archive.hash, made.archive);
  return made;
}
async function play(changes: Partial<EngineOptions> = {}) {
  const b = board();
  const stage = await b.startPaired({ app: '0.1.0', releaseKey: key.x, versions: here, ...changes });
  await b.cms.publish(programme([1, null]));
  await stage.untilFront('notice');
  await b.cms.until(() => b.progress('active'));
  return stage;
}
/** The engine once more, with its page, as a host starts it. */
async function again(changes: Partial<EngineOptions> = {}) {
  const b = board();
  await b.stop();
  b.cms.told.length = 0;
  await b.start({ app: '0.1.0', releaseKey: key.x, versions: here, ...changes });
  return b.openStage();
}
async function command(said: object): Promise<string> {
  const { cms } = board();
  const commandId = crypto.randomUUID();
  const answer = await cms.ask('runCommandV1', {
    command: await cms.signCommand({ commandId, durationMs: undefined, ...said }),
  });
  expect(answer).toEqual({ ok: true });
  return commandId;
}
const order = (made: MadeRelease | null) => command({ name: 'setVersion', release: made?.jws ?? null });
/** Orders, and waits for the end of the command. @returns the code of its failure; null: taken */
async function outcome(made: MadeRelease | null): Promise<unknown> {
  const id = await order(made);
  const end = await board().cms.until(() =>
    board().cms.told.find(({ name, request }) => name === 'commandEndedV1' && request.commandId === id),
  );
  return end.request.errorCode;
}
const told = (): UpdateTold | undefined =>
  board()
    .cms.told.filter(({ name }) => name === 'statusReportedV1')
    .map(({ request }) => (request.status as { upd?: UpdateTold }).upd)
    .findLast((upd) => upd);
const untilTold = (state: UpdateTold['state'], code: string | null = null) =>
  board().cms.until(() => told()?.state === state && told()?.code === code && told());
const tried = () => board().messages.filter(({ type }) => type === 'tryVersion');

test('a signed version is fetched, unpacked and tried; what came of the trial is told, over starts', async () => {
  const made = await release();
  const folder = releaseFolder(made.release);
  await play();
  const of = await order(made);
  expect(await untilTold('ready')).toEqual({ of, version: '0.2.0', state: 'ready', code: null });
  expect(tried()).toEqual([{ type: 'tryVersion', id: folder, order: of }]);
  const file = join(board().dataDir, 'versions', folder, 'engine/main.cjs');
  expect(readFileSync(file)).toEqual(files[0]!.bytes);
  expect(existsSync(join(board().dataDir, 'versions/.archives'))).toBe(false);

  const trial = { ...here, running: folder, previous: null, trial: of };
  await again({ app: '0.2.0', versions: trial });
  expect(await untilTold('trying')).toMatchObject({ of });
  board().engine.hearKept({ type: 'versionKept', previous: packaged });
  await untilTold('runs');

  await again({ app: '0.2.0', versions: { ...here, running: folder, previous: packaged } });
  await untilTold('runs');
  expect(await outcome(made)).toBeNull();
  expect(tried()).toHaveLength(1);
  const back = await order(null);
  await board().cms.until(() => tried().length === 2);
  expect(tried()[1]).toEqual({ type: 'tryVersion', id: packaged, order: back });
  await board().cms.until(() => told()?.version === '0.1.0');
});

test('a version that went back is told with why, journalled, and not tried again without another order', async () => {
  const made = await release();
  const id = releaseFolder(made.release);
  await play();
  const of = await order(made);
  await board().cms.until(() => tried().length === 1);
  const failed = { id, order: of, why: 'update_no_picture' } as const;
  await again({ versions: { ...here, failed } });
  await untilTold('wentBack', 'update_no_picture');
  expect(await board().fault('update_failed')).toContain('0.2.0');
  // The disk may have spoiled it: another order fetches it anew.
  expect(existsSync(join(board().dataDir, 'versions', id))).toBe(false);
  await again({ versions: { ...here, failed } });
  await untilTold('wentBack', 'update_no_picture');
  expect(tried()).toHaveLength(1);
  await order(made);
  await board().cms.until(() => tried().length === 2);
});

test('nothing is ordered while a version is on trial: what it would go back to, and its key, are needed', async () => {
  const made = await release();
  const trial = { ...here, running: '0.1.5-0123456789abcdef', trial: crypto.randomUUID() };
  await play({ app: '0.1.5', versions: trial });
  expect(await outcome(made)).toBe('update_on_trial');
  board().engine.hearKept({ type: 'versionKept', previous: packaged });
  expect(await outcome(made)).toBeNull();
});

test('an order that waits is not done with because its version was given up before, but is where a newer package came', async () => {
  const made = await release();
  const id = releaseFolder(made.release);
  await play();
  const alert = await board().cms.raise();
  await order(made);
  await untilTold('ready', 'update_waits_alert');
  const failed = { id, order: null, why: 'update_crashed' } as const;
  await again({ versions: { ...here, failed } });
  await untilTold('ready', 'update_waits_alert');
  await again({ app: '0.5.0', versions: { ...here, package: '0.5.0' } });
  await untilTold('refused', 'update_not_newer');
  await board().cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  expect(tried()).toEqual([]);
});

test('a page of the version before is loaded anew, and what it paints does not count', async () => {
  await play();
  board().messages.length = 0;
  const old = await again({ versions: { ...here, pageOfBefore: true } });
  await old.until(() => old.commands.some(({ type }) => type === 'reload'));
  expect(old.commands.map(({ type }) => type)).toEqual(['reload']);
  const page = await board().openStage();
  await page.untilFront('notice');
  await board().cms.until(() => board().messages.some(({ type }) => type === 'playing'));
  expect(page.commands.map(({ type }) => type)).not.toContain('reload');
});

test.each<[string, () => Promise<MadeRelease | null>, Partial<EngineOptions>]>([
  ['update_signature_wrong', async () => release({}, await newReleaseKey()), {}],
  [
    'update_signature_wrong',
    async () => {
      const [made, other] = [await release(), await release({ version: '0.3.0' })];
      const [head, , signature] = made.jws.split('.');
      return { ...made, jws: [head, other.jws.split('.')[1], signature].join('.') };
    },
    {},
  ],
  ['update_no_key', () => release(), { releaseKey: null }],
  ['update_unsupported', () => release(), { versions: null }],
  ['update_not_newer', () => release({ version: '0.1.0' }), {}],
  ['update_not_newer', () => release({ version: '0.9.9' }), { app: '0.10.0' }],
  ['update_needs_package', () => release({ launch: launchAgreement + 1 }), {}],
  ['update_needs_package', () => release({ node: 99 }), {}],
  ['update_data_unreadable', () => release({ data: { schema: 99, readableBy: 98 } }), {}],
  ['update_none_kept', () => Promise.resolve(null), {}],
])('refuses: %s', async (code, make, changes) => {
  const made = await make();
  await play(changes);
  expect(await outcome(made)).toBe(code);
  expect(board().cms.asked.filter(({ path }) => path.includes('/releases/'))).toEqual([]);
  expect(tried()).toEqual([]);
});

test('bytes that were not signed are refused and not asked for without end', async () => {
  const made = await release();
  board().cms.content.set(made.release.archive.hash, Buffer.alloc(made.archive.length));
  await play();
  await order(made);
  await untilTold('refused', 'update_archive_wrong');
  expect(board().cms.asked.filter(({ path }) => path.includes('/releases/'))).toHaveLength(3);
  expect(tried()).toEqual([]);
});

test('it waits for its hours, goes on where a line broke, and for the end of an alert', async () => {
  const made = await release();
  await play();
  const { cms } = board();
  const now = new Date(Date.now() + 7 * 3_600_000);
  const minute = now.getUTCHours() * 60 + now.getUTCMinutes();
  const later = [(minute + 60) % 1_440, (minute + 120) % 1_440] as const;
  await command({ name: 'setDownloads', ...noDownloadLimits, hours: later });
  await order(made);
  await untilTold('waits', 'media_waits_hours');
  const alert = await cms.raise();
  await cms.until(() => board().takeoverStates(alert.takeoverId).includes('displayed'));
  cms.cutAfter = 20;
  await command({ name: 'setDownloads', ...noDownloadLimits });
  await cms.until(() => cms.asked.filter(({ path }) => path.includes('/releases/')).length > 1);
  cms.cutAfter = null;
  await untilTold('ready', 'update_waits_alert');
  expect(cms.asked.findLast(({ path }) => path.includes('/releases/'))!.from).toBeGreaterThan(0);
  expect(tried()).toEqual([]);
  await cms.raise({ type: 'cancel', supersedes: alert.takeoverId });
  await cms.until(() => tried().length === 1);
});

test('a release may name the key of those after it; the old one counts no more then', async () => {
  const next = await newReleaseKey();
  const made = await release({ nextKey: next.x });
  const running = releaseFolder(made.release);
  await play();
  const of = await order(made);
  await board().cms.until(() => tried().length === 1);
  expect(await outcome(await release({ version: '0.3.0' }, next))).toBe('update_signature_wrong');
  await order(made);
  await again({ app: '0.2.0', versions: { ...here, running, trial: of } });
  board().engine.hearKept({ type: 'versionKept', previous: packaged });
  await untilTold('runs');
  expect(await outcome(await release({ version: '0.3.0' }))).toBe('update_signature_wrong');
  expect(await outcome(await release({ version: '0.3.0' }, next))).toBeNull();
});
