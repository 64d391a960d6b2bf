/**
 * Records how this release's player and CMS talk, for the releases to come: `npm run record-protocol -- NAME` writes
 * test/fixtures/protocol/NAME. Both ends are real, in this process, with keys made for the recording; people act over HTTP.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import sharp from 'sharp';
import { createApp, type App } from '../../cms/server/app.ts';
import { readConfig } from '../../cms/server/config.ts';
import { setSecondFactorRequired } from '../../cms/server/features/accounts/second-factor-policy.ts';
import { machineSources } from '../../cms/server/machine-sources.ts';
import { testActor, withAccount } from '../../cms/server/testing.ts';
import { startEngine } from '../../player/engine/engine.ts';
import { TestStage } from '../../player/engine/testing-stage.ts';
import { seedPerson } from '../fleet/seed.ts';
import { readFolder, recordingsFolder, writeRecording } from './files.ts';
import { personAt } from './person.ts';
import { startRecorder, type Line } from './recorder.ts';
import { schemasOfNow } from './schemas.ts';

const log = pino({ level: 'silent' });
/** Nothing takes longer than this, ms. */
const patienceMs = 30_000;
/** Two items, or an alert, have been on for long enough to count, ms. */
const seenMs = 3_500;

/** A unit, a board, two playlists: a text and a picture; the same and another text. */
async function furnish(app: App, folder: string): Promise<{ unitId: string; boardId: string; playlistIds: string[] }> {
  const { context, features } = app;
  await setSecondFactorRequired(context.store.write, false);
  const unitId = await context.store.transaction((tx) =>
    features.units.edit(tx, null, (draft) =>
      draft.add({ code: '99', name: 'Tỉnh Mẫu', level: 'province', parentId: null, validFrom: 0, validTo: null }),
    ),
  );
  await features.units.reload();
  const person = () => withAccount(context.store, testActor({ unitId, role: 'administrator' }));
  const [author, approver] = [await person(), await person()];
  const picture = join(folder, 'picture.png');
  await sharp({ create: { width: 64, height: 32, channels: 3, background: '#1b5e20' } })
    .png()
    .toFile(picture);
  const { hash } = await features.media.importMedia({ unitId, file: picture, name: 'la.png', userId: author.userId });
  const text = (title: string) =>
    ({ type: 'layout', layout: 'notice', fields: { title, body: 'Tối nay, 19 giờ.' } }) as const;
  const contents = [
    ['Họp thôn', text('Họp thôn')],
    ['Lá', { type: 'image', asset: hash!, alt: 'Lá cây', fit: 'contain' }],
    ['Tiêm chủng', text('Tiêm chủng')],
  ] as const;
  const noticeIds: string[] = [];
  for (const [title, content] of contents) {
    const made = await features.notices.create(author, {
      unitId,
      title,
      category: 'local',
      content,
      durationMs: 1_500,
      entertainment: false,
    });
    await features.approvals.submit(author, made.id, { revision: made.revision, approve: false });
    await features.approvals.approve(approver, made.id, 1);
    noticeIds.push(made.id);
  }
  const playlistIds: string[] = [];
  for (const count of [2, 3]) {
    const items = noticeIds.slice(0, count).map((noticeId) => ({
      itemId: context.sources.newId(),
      noticeId,
      durationMs: null,
      validFrom: null,
      validTo: null,
    }));
    playlistIds.push((await features.playlists.create(author, { unitId, name: `${count} tin`, items })).id);
  }
  const { id: boardId } = await features.boards.create(author, {
    unitId,
    name: 'Bảng thôn Đông',
    place: 'Nhà văn hóa',
    kind: 'led',
    width: 640,
    height: 320,
    output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 },
    pitchUm: null,
    readingDistanceCm: null,
    zone: 'Asia/Ho_Chi_Minh',
    groups: [],
    defaultPlaylistId: playlistIds[0]!,
  });
  await features.programmes.publish(author, [boardId]);
  return { unitId, boardId, playlistIds };
}

async function record(folder: string) {
  const data = join(folder, 'cms');
  const config = readConfig(['--port', '0', '--data', data, '--empty'], {}, folder);
  const furnishing = await createApp(config, machineSources, log);
  const { unitId, boardId, playlistIds } = await furnish(furnishing, folder);
  await furnishing.close();
  const cms = readFolder(data, (path) => !path.endsWith('.lock'));

  const app = await createApp(config, machineSources, log);
  const url = await app.listen();
  const who = await seedPerson(app.context.store, unitId, 'administrator', Date.now());
  const person = personAt(() => url, who, boardId);
  const lines: Line[] = [];
  const recorder = await startRecorder(url, (line) => lines.push(line));
  /** Resolves when such a line has been recorded after the first `from`. */
  async function until(what: string, isIt: (line: Line) => boolean, from = 0): Promise<number> {
    for (const end = Date.now() + patienceMs; Date.now() < end; await pause(20)) {
      const found = lines.findIndex((line, i) => i >= from && isIt(line));
      if (found >= 0) return found + 1;
    }
    throw new Error(`Nothing said ${what}: ${JSON.stringify(lines.slice(-4))}`);
  }
  const says =
    (name: string, of: object = {}) =>
    (line: Line) =>
      line.kind === 'message' &&
      line.name === name &&
      Object.entries(of).every(([key, value]) => (line.body as Record<string, unknown>)[key] === value);
  async function act<Name extends keyof typeof person.acts>(
    name: Name,
    detail: Parameters<(typeof person.acts)[Name]>[0],
    result: (line: Line) => boolean,
  ): Promise<void> {
    const from = lines.length;
    recorder.person(name, detail ?? {});
    await (person.acts[name] as (detail: unknown) => Promise<unknown>)(detail);
    await until(`what comes of ${name}`, result, from);
  }

  const dataDir = join(folder, 'player');
  const stageDir = join(folder, 'stage');
  await mkdir(stageDir);
  await writeFile(join(stageDir, 'index.html'), '<!doctype html>');
  const picture = await sharp({ create: { width: 640, height: 320, channels: 3, background: '#123456' } })
    .webp()
    .toBuffer();
  const engine = await startEngine({
    cms: recorder.url,
    dataDir,
    stageDir,
    host: 'chromium',
    app: '0.1.0',
    log,
    supervised: false,
    askForPicture: () => Promise.resolve(picture),
    readLog: () => 'nothing happened\n',
  });
  const player = readFolder(dataDir, (path) => path === 'identity.json');
  const stage = await TestStage.open(engine.url('host'));
  try {
    await act('pair', { code: await stage.untilCode() }, says('programmeProgressedV1', { state: 'active' }));
    await act('publish', { playlistId: playlistIds[1]! }, says('programmeProgressedV1', { state: 'active' }));
    await pause(seenMs);
    const takeoverId = machineSources.newId();
    await act('raise', { takeoverId }, says('takeoverProgressedV1', { state: 'displayed' }));
    await pause(seenMs);
    await act('allClear', { takeoverId }, says('takeoverProgressedV1', { state: 'ended' }));
    const ended = says('commandEndedV1', { outcome: 'done' });
    await act('screenshot', undefined as never, ended);
    const hours = { on: { from: 300, to: 1320 }, light: null };
    for (const command of [
      { name: 'identify', durationMs: 30_000 },
      { name: 'endTest' },
      { name: 'sendLogs' },
      { name: 'setVolume', percent: 40 },
      { name: 'setSource', cut: true },
      { name: 'setSource', cut: false },
      { name: 'setDownloads', hours: null, maxKbps: null, monthlyMb: 5_000 },
    ])
      await act('command', { command }, ended);
    const refused = (line: Line) =>
      line.kind === 'answer' && line.by === 'player' && !(line.body as { ok: boolean }).ok;
    await act('command', { command: { name: 'setScreenHours', hours } }, refused);
    const before = lines.length;
    recorder.cut();
    await until('hello again', says('helloV1'), before);
    await until('how it is doing', says('statusReportedV1'), before);
    await until('more plays', says('appendJournalV1'), before);
    await until('their receipt', (line) => line.kind === 'answer' && line.by === 'cms', lines.length - 1);
  } finally {
    await stage.close();
    await engine.close();
    await recorder.close();
    await app.close();
  }
  return { lines, cms, player, boardId, unitId };
}

const name = process.argv[2];
if (name === undefined || name.startsWith('-') || !/^[\w.-]+$/.test(name)) {
  process.stdout.write('npm run record-protocol -- NAME\nNAME: of the release, or the day, such as 2026-11-22\n');
  process.exit(name === '--help' ? 0 : 2);
}
const folder = await mkdtemp(join(tmpdir(), 'bang-tin-recording-'));
try {
  const { boardId, unitId, ...recorded } = await record(folder);
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const about = { recordedAt: new Date(recorded.lines[0]!.at).toISOString(), commit, boardId, unitId };
  writeRecording(join(recordingsFolder, name), { about, schemas: schemasOfNow(), ...recorded });
  process.stdout.write(`${recorded.lines.length} lines in ${join(recordingsFolder, name)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit();
