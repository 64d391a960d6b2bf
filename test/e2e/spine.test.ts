/**
 * The whole main job once, as its users do it: pair a board, upload, write, list, schedule, publish, see plays arrive, take the
 * screen over. A real CMS, a real player with a real Chromium stage, the studio driven by roles and labels.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium, type Browser, type Request, type WebSocket } from 'playwright';
import { see } from './lib/see.ts';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { plays as playsAnswer, type Play } from '../../shared/protocol/api/proof.ts';
import { difference, front, liveliness, lookAt, watchGlass, type Glass } from './lib/board.ts';
import { noticeTexts, videoFiles } from './lib/notices.ts';
import { freePort, startCms, startPlayer, type Cms, type Player } from './lib/processes.ts';
import { startSampleCms } from './lib/sample.ts';
import { Studio } from './lib/studio.ts';

const folder = mkdtempSync(join(tmpdir(), 'bang-tin-e2e-'));
const cmsData = join(folder, 'cms');
const playerData = join(folder, 'player');
const pictures = 'test-results/spine';
const texts = noticeTexts();
const videos = videoFiles();
/** What the sample requires, as the glass names it: a picture is named by what it shows. */
const requiredLabels = ['Đồi thông lúc hoàng hôn. Mùa khô: giữ rừng, không để lửa đến gần. Thấy khói lửa gọi 114.'];
const titles = [...texts.map((t) => t.title), ...videos.map((path) => `Phim ${basename(path)}`)];

let browserPath: string;
let browser: Browser;
let port: number;
let cms: Cms;
let player: Player;
let glass: Glass;
let studio: Studio;
let boardId: string;
let boardName: string;

async function openGlass(): Promise<void> {
  await glass?.close().catch(() => undefined);
  glass = await lookAt(player.debugUrl);
}

async function restartPlayer(): Promise<void> {
  player = await startPlayer(cms.url, playerData, browserPath);
  await openGlass();
}

async function startCmsAgain(): Promise<void> {
  cms = await startCms(cmsData, { port });
}

async function picture(name: string): Promise<Buffer> {
  const png = await glass.page.screenshot();
  writeFileSync(join(pictures, `${name}.png`), png);
  return png;
}

async function allPlays(): Promise<Play[]> {
  const all: Play[] = [];
  for (let cursor = ''; ;) {
    const answer = await studio.page.request.get(`${cms.url}/api/plays?boardId=${boardId}&limit=500${cursor}`);
    expect(answer.status()).toBe(200);
    const { plays, next } = playsAnswer.parse(await answer.json());
    all.push(...plays);
    if (next === null) return all;
    cursor = `&cursor=${next}`;
  }
}

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  browserPath = await ensureBrowser();
  port = await freePort();
  const sample = await startSampleCms(cmsData, { port });
  cms = sample;
  boardId = sample.firstBoardId;
  browser = await chromium.launch({
    executablePath: browserPath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  const page = await browser.newPage({ locale: 'vi-VN', viewport: { width: 1360, height: 900 } });
  studio = new Studio(page, cms.url);
  const account = sample.accounts.find((a) => a.role === 'province');
  if (!account) throw new Error('No province account in the sample');
  await studio.signIn(account.email, account.password);
});

afterAll(async () => {
  await glass?.close().catch(() => undefined);
  await browser?.close();
  await player?.child.stop();
  await cms?.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/**
 * How often a page that is opened next asks for something of the board, and how often it is told by the CMS that this has changed, or
 * may have: its line was away. @returns ends the counting
 */
function countOf(what: string, news: string): () => { asked: number; told: number } {
  const { page } = studio;
  const counts = { asked: 0, told: 0 };
  let lines = 0;
  const request = (request: Request): void => {
    if (request.method() === 'GET' && request.url().endsWith(`/api/boards/${boardId}/${what}`)) counts.asked++;
  };
  const socket = (socket: WebSocket): void => {
    if (++lines > 1) counts.told++;
    socket.on('framereceived', ({ payload }) => {
      if (payload.toString().includes(news)) counts.told++;
    });
  };
  page.on('request', request).on('websocket', socket);
  return () => {
    page.off('request', request).off('websocket', socket);
    return counts;
  };
}

function keepPictureOnFailure(): void {
  onTestFailed(async () => {
    await studio.page.screenshot({ path: join(pictures, 'failed-studio.png'), fullPage: true }).catch(() => undefined);
    await glass?.page.screenshot({ path: join(pictures, 'failed-glass.png') }).catch(() => undefined);
  });
}

test('a player shows a code, the code pairs the board, the sample comes on', async () => {
  keepPictureOnFailure();
  player = await startPlayer(cms.url, playerData, browserPath);
  const { code } = await player.child.message('pairingCode');
  await openGlass();
  await see(front(glass.page)).toHaveAttribute('data-kind', 'pairing', { timeout: 30_000 });
  await picture('pairing');
  await studio.pair(boardId, String(code));
  boardName = await studio.page.getByRole('heading', { level: 1 }).innerText();
  await see(front(glass.page)).toHaveAttribute('data-kind', 'notice', { timeout: 60_000 });
  expect((await liveliness(await picture('sample'))).colours).toBeGreaterThan(8);
  // The window is the board's raster to the pixel: nothing of the picture is cut off.
  expect(await glass.page.evaluate(() => [innerWidth, innerHeight])).toEqual([1920, 1080]);
});

test('whoever scanned the code of the technician’s page has its characters filled in, once', async () => {
  keepPictureOnFailure();
  await studio.open(`/boards/${boardId}?technician=01234567`);
  await see(studio.page.getByLabel('Mã trên màn hình của bảng')).toHaveValue('01234567');
  expect(studio.page.url()).toContain('technician=01234567');
  await studio.page.keyboard.press('Escape');
  await expect.poll(() => new URL(studio.page.url()).search).toBe('');
});

test('a picture of the screen, asked for in the studio, shows what is on the glass', async () => {
  keepPictureOnFailure();
  const sample = await picture('before-test');
  await studio.open(`/boards/${boardId}`);
  await studio.page.getByRole('button', { name: 'Hình thử' }).click();
  await see(front(glass.page)).toHaveAttribute('data-kind', 'testPattern', { timeout: 10_000 });
  const pattern = await picture('test-pattern');
  const taken = await studio.takePicture();
  writeFileSync(join(pictures, 'studio-screenshot.webp'), taken);
  expect(await difference(taken, pattern)).toBeLessThan(6);
  expect(await difference(taken, sample)).toBeGreaterThan(20);
  await studio.page.getByRole('button', { name: 'Dừng' }).click();
  await see(front(glass.page)).toHaveAttribute('data-kind', 'notice', { timeout: 10_000 });
});

test('the log of the player, asked for in the studio, tells in words what became of it', async () => {
  keepPictureOnFailure();
  const { page } = studio;
  // The page before may still hear what became of «Dừng», on a line that is not looked at.
  await page.goto('about:blank');
  const [commands, status] = [countOf('commands', 'commandsChangedV1'), countOf('status', 'boardStatusChangedV1')];
  await studio.open(`/boards/${boardId}`);
  await studio.openLog();
  // Whatever stands on the board's page: once when it opens, once for each change, and once more for who made it.
  for (const { asked, told } of [commands(), status()]) {
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(told + 2);
  }
  const today = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Ho_Chi_Minh' }).format(Date.now());
  const line = page.getByRole('listitem').filter({ hasText: 'Chuyển sang chương trình' });
  await see(line.first()).toContainText(today);
  await see(page.getByText('Đã kết nối với CMS').first()).toBeVisible();
  await page.getByText('Chỉ lỗi').click();
  await see(page.getByText('Không có dòng nào ở mức này')).toBeVisible();
});

test('uploads, notices, a playlist and a schedule reach the glass', async () => {
  keepPictureOnFailure();
  await studio.upload(
    videos,
    videos.map((path) => basename(path)),
  );
  for (const { title, body } of texts) await studio.writeNotice(title, body);
  for (const path of videos) await studio.noticeOfVideo(`Phim ${basename(path)}`, basename(path));
  await studio.makePlaylist('Chạy thử', titles, 3);
  await studio.scheduleNow('Chạy thử cả ngày', 'Chạy thử', boardName);
  await studio.publish(boardName);
  // A text notice of ours with all its words, and a video that moves.
  const first = texts[0]!;
  await see(front(glass.page)).toContainText(first.title, { timeout: 60_000 });
  await see(front(glass.page)).toContainText(first.body.split(/\s+/).slice(0, 4).join(' '));
  expect((await liveliness(await picture('text'))).colours).toBeGreaterThan(8);
  for (const path of videos) {
    const video = front(glass.page).locator(`video[aria-label="Phim ${basename(path)}"]`);
    await see(video).toBeVisible({ timeout: 90_000 });
    const start = await video.evaluate((element: HTMLVideoElement) => element.currentTime);
    await see
      .poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime).catch(() => start), {
        timeout: 2_500,
      })
      .not.toBe(start);
    // Some begin in the dark.
    await see
      .poll(async () => (await liveliness(await picture(`video-${basename(path)}`))).lit, {
        timeout: 2_500,
        intervals: [300],
      })
      .toBeGreaterThan(0.05);
  }
});

test('the plays on the page are those that were on the glass', async () => {
  keepPictureOnFailure();
  const from = Date.now();
  const watched = await expectPlayed(from, await watchOurs(titles.length + 2));
  await studio.open(`/plays?board=${boardId}`);
  await see(studio.page.getByText(watched[0] ?? '').first()).toBeVisible();
  await studio.page.screenshot({ path: join(pictures, 'studio-plays.png') });
});

test('with the CMS away the board plays on, and every play arrives once', async () => {
  keepPictureOnFailure();
  await cms.child.stop('SIGKILL');
  const away = Date.now();
  const watched = await watchOurs(6);
  await startCmsAgain();
  await expectPlayed(away, watched);
  expectOnce(await allPlays());
});

/** The next scenes of our playlist on the glass, by title. The sample's required content may come between at any time: it is left out. */
async function watchOurs(count: number): Promise<string[]> {
  const seen = await watchGlass(glass.page);
  const ours = async (): Promise<string[]> =>
    (await seen()).map((line) => line.split('|')[1] ?? '').filter((title) => !requiredLabels.includes(title));
  await see
    .poll(async () => (await ours()).length, { timeout: 120_000, intervals: [500] })
    .toBeGreaterThanOrEqual(count);
  return ours();
}

/**
 * Waits until the plays that began after `from` hold, whole and in order, what the glass showed of our playlist; the first
 * scene may have begun before we looked and the last is still on, so neither is asked for. Returns the titles.
 */
async function expectPlayed(from: number, scenes: readonly string[]): Promise<string[]> {
  const watched = scenes.slice(1, -1);
  expect(watched.length).toBeGreaterThan(1);
  const since = async () =>
    (await allPlays()).filter((p) => p.startAt >= from && p.why !== 'obligation').sort((a, b) => a.startAt - b.startAt);
  await see
    .poll(async () => (await since()).map((p) => p.title).join(' / '), { timeout: 60_000 })
    .toContain(watched.join(' / '));
  const plays = await since();
  const at = plays.findIndex((_, i) => watched.every((title, k) => plays[i + k]?.title === title));
  const ours = plays.slice(at, at + watched.length);
  for (const play of ours) {
    expect(play).toMatchObject({ outcome: play.paintedMs < 2_500 ? 'cut' : 'completed', why: 'schedule' });
  }
  // A busy machine paints one late: what that takes from it, the one before has.
  expect(ours.filter(({ outcome }) => outcome === 'completed').length).toBeGreaterThan(ours.length / 2);
  expect(Math.abs(ours.reduce((sum, { paintedMs }) => sum + paintedMs, 0) / ours.length - 3_000)).toBeLessThan(1_000);
  return watched;
}

/** No play twice, none of a player over another of its own. */
function expectOnce(plays: readonly Play[]): void {
  const keys = plays.map((p) => `${p.journalId}/${p.seq}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const own of Map.groupBy(plays, (p) => p.journalId).values()) {
    const ordered = own.toSorted((a, b) => a.startAt - b.startAt);
    for (const [i, play] of ordered.entries()) {
      const next = ordered[i + 1];
      if (next) expect(play.startAt + play.paintedMs).toBeLessThanOrEqual(next.startAt + 50);
    }
  }
}

test('a takeover comes at once, survives power cut and loss of the CMS, and ends by the all clear', async () => {
  keepPictureOnFailure();
  await studio.raiseExercise('Lũ quét', 'Lũ quét đang về. Rời ngay vùng ven suối.', 30);
  await see(front(glass.page)).toHaveAttribute('data-kind', 'takeover', { timeout: 10_000 });
  await see(front(glass.page)).toContainText('Lũ quét đang về');
  await see(front(glass.page)).toContainText(/diễn tập/i);
  await see(
    studio.page.getByRole('listitem').filter({ hasText: boardName }).getByText('Đang hiện', { exact: true }),
  ).toBeVisible({ timeout: 15_000 });
  await picture('takeover');
  await studio.page.screenshot({ path: join(pictures, 'studio-takeover.png') });
  const takeoverPage = studio.page.url();

  await player.child.stop('SIGKILL');
  await cms.child.stop('SIGKILL');
  await restartPlayer();
  await see(front(glass.page)).toHaveAttribute('data-kind', 'takeover', { timeout: 30_000 });
  await see(front(glass.page)).toContainText('Lũ quét đang về');

  await startCmsAgain();
  await studio.open(takeoverPage);
  await studio.endExercise();
  await see(front(glass.page)).toHaveAttribute('data-kind', 'notice', { timeout: 30_000 });
});

test('a takeover ends by itself when it expires, with the CMS away', async () => {
  keepPictureOnFailure();
  await studio.raiseExercise('Bão', 'Bão số 9 sắp vào. Ở yên trong nhà.', 1);
  await see(front(glass.page)).toContainText('Bão số 9 sắp vào', { timeout: 10_000 });
  await cms.child.stop('SIGKILL');
  await see(front(glass.page)).toHaveAttribute('data-kind', 'notice', { timeout: 90_000 });
  await startCmsAgain();
  await see
    .poll(async () => (await allPlays()).filter((p) => p.takeoverId !== null).length, { timeout: 60_000 })
    .toBeGreaterThanOrEqual(2);
  expectOnce(await allPlays());
});

test('a player that was replaced leaves the board to the new one, and is free for another', async () => {
  keepPictureOnFailure();
  const former = (await allPlays()).toSorted((a, b) => b.startAt - a.startAt)[0]!.journalId;
  const ofFormer = async () => (await allPlays()).filter((p) => p.journalId === former).length;
  const second = await startPlayer(cms.url, join(folder, 'second'), browserPath);
  try {
    const { code } = await second.child.message('pairingCode');
    await studio.pair(boardId, String(code));
    await player.child.message('dismissed', 60_000);
    const delivered = await ofFormer();
    // By itself: its engine is started anew, and the same page shows the code.
    await see(front(glass.page)).toHaveAttribute('data-kind', 'pairing', { timeout: 60_000 });
    await see(studio.page.getByText('Ảnh của máy phát trước')).toBeVisible();
    const { code: next } = await player.child.message('pairingCode');
    expect(next).not.toBe(code);
    await picture('replaced');
    // What was on when it left is closed, and arrives under the old key, beside what the new one plays.
    await see.poll(ofFormer, { timeout: 60_000 }).toBeGreaterThan(delivered);
    expectOnce(await allPlays());
  } finally {
    await second.child.stop();
  }
});
