/**
 * Every page of the studio by the rules of WCAG 2.2 AA that a program can check (axe), in both languages, on a desk and on a phone:
 * as an administrator of the sample province, with an exercise and mourning that are on.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { see } from './lib/see.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { faults, overflow, speak } from './lib/axe.ts';
import { doors, studioPages, unlistedPages } from './lib/pages.ts';
import { startSampleCms, type SampleCms } from './lib/sample.ts';
import { Studio } from './lib/studio.ts';

/** `npm test` looks at every page in Vietnamese on a phone, where there is least room; this at both languages and widths. */
const all = process.env.EVERY_PAGE === '1';
const widths = all ? [1280, 360] : [360];
const folder = mkdtempSync(join(tmpdir(), 'bang-tin-e2e-accessibility-'));
let cms: SampleCms;
let browser: Browser;
let page: Page;

/** Opens a page and waits until it shows what it has loaded. */
async function open(on: Page, path: string): Promise<void> {
  await on.goto(new URL(path, cms.url).href);
  await see(on.getByRole('heading', { level: 1 })).toBeVisible({ timeout: 30_000 });
  await see(on.locator('[aria-busy=true]')).toHaveCount(0);
  await on.waitForLoadState('networkidle');
}

async function look(on: Page, pages: readonly { name: string; path: string }[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const { name, path } of pages)
    for (const width of widths) {
      await on.setViewportSize({ width, height: 800 });
      await open(on, path);
      const wrong = await faults(on);
      const over = await overflow(on);
      if (over > 0) wrong.push(`overflow: ${over} px`);
      if (wrong.length > 0) found[`${name} ${width}`] = wrong;
    }
  return found;
}

beforeAll(async () => {
  const executablePath = await ensureBrowser();
  cms = await startSampleCms(join(folder, 'cms'));
  browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  page = await (await browser.newContext({ locale: 'vi-VN', reducedMotion: 'reduce' })).newPage();
});
afterAll(async () => {
  await browser?.close();
  await cms?.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('every page has an address here', () => {
  expect(unlistedPages()).toEqual([]);
});

test.each(['vi', 'en'] as const)('the doors, in %s', async (locale) => {
  await open(page, '/');
  await speak(page, locale);
  expect(
    await look(
      page,
      Object.entries(doors).map(([name, path]) => ({ name, path })),
    ),
  ).toEqual({});
});

test('an administrator signs in, starts an exercise and orders mourning', async () => {
  await open(page, '/');
  await speak(page, 'vi');
  const account = cms.accounts.find(({ role }) => role === 'administrator');
  const studio = new Studio(page, cms.url);
  await studio.signIn(account!.email, account!.password);
  await studio.raiseExercise('Lũ quét', 'Diễn tập: sơ tán khỏi vùng thấp', 60);
  await studio.orderMourning(`Quốc tang ${'nguyên lãnh đạo '.repeat(10).trim()}`);
  await open(page, '/boards');
  const banner = page.getByRole('link', { name: /^Để tang · .* nội dung giải trí tạm ngừng đến/ });
  await see(banner).toBeVisible();
  // However long its reason: the page is in sight on a phone.
  await page.setViewportSize({ width: 360, height: 740 });
  expect((await banner.boundingBox())!.height).toBeLessThan(64);
});

test.each(['boards', 'mournings', 'notices', 'obligations', 'playlists', 'schedules', 'takeovers', 'users'])(
  'an address under /%s that holds no id is no page',
  async (noun) => {
    await open(page, `/${noun}/nothing-of-ours`);
    await see(page.getByRole('heading', { level: 1 })).toHaveText('Không có trang này');
    await see(page.getByRole('alert')).toHaveCount(0);
  },
);

test('the audit log of days the wrong way round says that they are', async () => {
  await open(page, `/audit?from=${Date.UTC(2026, 10, 22)}&to=${Date.UTC(2026, 10, 21)}`);
  await see(page.getByText('Ngày kết thúc phải sau ngày bắt đầu.')).toBeVisible();
});

test.each(all ? (['vi', 'en'] as const) : (['vi'] as const))(
  'every page, in %s',
  async (locale) => {
    await speak(page, locale);
    expect(await look(page, await studioPages(page))).toEqual({});
  },
  900_000,
);
