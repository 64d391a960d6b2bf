/**
 * `npm run screenshots [-- Board BoardScreen …]`: the pictures in docs/screenshots, taken of a fresh sample province and its real player:
 * the cover, and every page in both languages as an administrator sees it; or those that are named alone.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, errors, type Page } from 'playwright';
import { see } from './e2e/lib/see.ts';
import sharp from 'sharp';
import { ensureBrowser } from '../scripts/lib/browser.ts';
import { runBuild } from '../scripts/lib/fresh.ts';
import { front, lookAt } from './e2e/lib/board.ts';
import { doors, studioPages } from './e2e/lib/pages.ts';
import { startCms, startPlayer } from './e2e/lib/processes.ts';
import { Studio } from './e2e/lib/studio.ts';

const out = 'docs/screenshots';
/** Of one picture of a page: there are many, and a repository keeps each of them for ever. */
const mostBytes = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'bang-tin-screenshots-'));
mkdirSync(out, { recursive: true });
const named = process.argv.slice(2);
const isWanted = (name: string): boolean => named.length === 0 || named.includes(name);
/** As files are called: without what all names of pages end in. */
const short = (name: string): string => name.replace(/Page$/, '');
// A screen that does as it is told: the card of a board's screen has something to say.
const screenProgram = join(folder, 'screen.sh');
writeFileSync(screenProgram, `#!/bin/sh\ncase "$1" in state) echo on 80 ;; esac\n`, { mode: 0o755 });
process.env.BANG_TIN_SCREEN = screenProgram;
await runBuild(['web', 'stage']);
const browserPath = await ensureBrowser();
const cms = await startCms(join(folder, 'cms'));
const browser = await chromium.launch({
  executablePath: browserPath,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const account = cms.sample?.accounts?.find((a) => a.role === 'administrator');
if (!cms.sample || !account) throw new Error('The first start made no sample');
const player = await startPlayer(cms.url, join(folder, 'player'), browserPath);

/** The board with what it plays over the list of boards. */
async function cover(page: Page): Promise<void> {
  const glass = await lookAt(player.debugUrl);
  await see(front(glass.page)).toHaveAttribute('data-kind', 'notice', { timeout: 60_000 });
  // A notice with words reads best on a small picture; on Sunday mornings the sample shows pictures only.
  await front(glass.page)
    .getByRole('heading')
    .first()
    .waitFor({ timeout: 60_000 })
    .catch((error: unknown) => {
      if (!(error instanceof errors.TimeoutError)) throw error;
      console.log('cover: the board shows no notice with a heading now, so it is taken with a picture');
    });
  // The live state follows within a second; the toast of the pairing goes.
  await page.waitForTimeout(2_000);
  const board = await glass.page.screenshot();
  await page.goto(new URL('/boards', cms.url).href);
  await see(page.getByText('Đang phát').first()).toBeVisible();
  await page.waitForTimeout(1_000);
  const boards = await page.screenshot();
  await glass.close();
  const small = await sharp(board)
    .resize({ width: 620 })
    .extend({ top: 8, bottom: 8, left: 8, right: 8, background: '#15181c' })
    .png()
    .toBuffer();
  await sharp({ create: { width: 1480, height: 980, channels: 3, background: '#dfe5ea' } })
    .composite([
      { input: boards, left: 30, top: 30 },
      { input: small, left: 820, top: 590 },
    ])
    .png({ palette: true, quality: 90 })
    .toFile(join(out, 'cover.png'));
}

/** WebP, as good as it can be in `mostBytes`. */
async function write(picture: Buffer, file: string): Promise<void> {
  for (const quality of [80, 65, 50, 35]) {
    const bytes = await sharp(picture).webp({ quality, effort: 6 }).toBuffer();
    if (bytes.length > mostBytes && quality > 35) continue;
    writeFileSync(file, bytes);
    console.log(`${file} ${bytes.length}`);
    return;
  }
}

async function takeAll(
  page: Page,
  locale: 'vi' | 'en',
  pages: readonly { name: string; path: string }[],
): Promise<void> {
  mkdirSync(join(out, locale), { recursive: true });
  await page.evaluate((chosen) => localStorage.setItem('bang-tin-locale', chosen), locale);
  for (const { name, path } of pages.filter(({ name }) => isWanted(short(name)))) {
    await page.goto(new URL(path, cms.url).href);
    await take(page, locale, name);
  }
}

async function take(page: Page, locale: 'vi' | 'en', name: string): Promise<void> {
  await see(page.getByRole('heading', { level: 1 })).toBeVisible({ timeout: 30_000 });
  await page.waitForLoadState('networkidle');
  // The stage in a preview draws its first picture.
  await page.waitForTimeout(1_500);
  await write(await page.screenshot(), join(out, locale, `${short(name)}.webp`));
}

/** Of the page of the board that plays what lies below its first screen, by the name of the file and the card's own. */
const cards = {
  BoardScreen: { vi: 'Màn hình', en: 'Screen' },
  BoardCare: { vi: 'Vận hành từ xa', en: 'Care from afar' },
  BoardDownloads: { vi: 'Dữ liệu di động', en: 'Mobile data' },
};
async function takeCards(page: Page, boardId: string): Promise<void> {
  for (const locale of ['vi', 'en'] as const) {
    await page.evaluate((chosen) => localStorage.setItem('bang-tin-locale', chosen), locale);
    await page.goto(new URL(`/boards/${boardId}`, cms.url).href);
    for (const [name, titles] of Object.entries(cards).filter(([name]) => isWanted(name))) {
      const card = page.getByRole('region', { name: titles[locale], exact: true });
      await card.waitFor({ timeout: 60_000 });
      await page.waitForLoadState('networkidle');
      await write(await card.screenshot(), join(out, locale, `${name}.webp`));
    }
  }
}

/** Of the board that plays. */
async function takeLog(studio: Studio, boardId: string): Promise<void> {
  const { page } = studio;
  await page.evaluate(() => localStorage.setItem('bang-tin-locale', 'vi'));
  await studio.open(`/boards/${boardId}`);
  await studio.openLog();
  await takeAll(page, 'vi', [{ name: 'BoardLogPage', path: page.url() }]);
  await takeAll(page, 'en', [{ name: 'BoardLogPage', path: page.url() }]);
}

/** The sample province asks nobody for a second factor: it stands over every page of a CMS that began with nothing. */
async function takeSecondFactor(page: Page): Promise<void> {
  const empty = await startCms(join(folder, 'empty'), { empty: true });
  try {
    await page.goto(empty.firstAdminLink!);
    await page.getByLabel('Tên tỉnh').fill('Tỉnh Mẫu');
    await page.getByLabel('Mã', { exact: false }).first().fill('99');
    await page.getByLabel('Họ và tên').fill('Lý Thị Chi');
    await page.getByLabel('Thư điện tử').fill('chi@tinhmau.example.vn');
    const password = randomUUID();
    for (const field of await page.locator('input[autocomplete=new-password]').all()) await field.fill(password);
    await page.locator('button[type=submit]').click();
    await see(page.getByRole('img', { name: 'Mã QR cho ứng dụng xác thực' })).toBeVisible({ timeout: 30_000 });
    for (const locale of ['vi', 'en'] as const) {
      await page.evaluate((chosen) => localStorage.setItem('bang-tin-locale', chosen), locale);
      await page.reload();
      await take(page, locale, 'SecondFactorPage');
    }
  } finally {
    await empty.child.stop();
  }
}

const newPage = async (): Promise<Page> =>
  (await browser.newContext({ locale: 'vi-VN', viewport: { width: 1360, height: 860 } })).newPage();

try {
  const outside = await newPage();
  await outside.goto(cms.url);
  for (const locale of ['vi', 'en'] as const)
    await takeAll(
      outside,
      locale,
      Object.entries(doors).map(([name, path]) => ({ name, path })),
    );

  const page = await newPage();
  const studio = new Studio(page, cms.url);
  await studio.signIn(account.email, account.password);
  const { code } = await player.child.message('pairingCode');
  await studio.pair(cms.sample.firstBoardId, String(code));
  if (isWanted('cover')) await cover(page);
  await studio.raiseExercise('Lũ quét', 'Diễn tập: sơ tán khỏi vùng thấp', 60);
  await studio.endExercise();
  await studio.orderMourning('Quốc tang');
  const over = 'Lịch cắt điện ngày 25 tháng 11';
  await studio.writeNotice(over, 'Cắt điện từ 7 giờ đến 11 giờ ở thôn Phú Lộc để sửa đường dây.');
  await studio.deleteNotice(over);
  for (const locale of ['vi', 'en'] as const) await takeAll(page, locale, await studioPages(page));
  await takeCards(page, cms.sample.firstBoardId);
  if (isWanted('BoardLog')) await takeLog(studio, cms.sample.firstBoardId);
  if (isWanted('SecondFactor')) await takeSecondFactor(await newPage());
} finally {
  await browser.close();
  await player.child.stop();
  await cms.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
