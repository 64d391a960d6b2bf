/** The week calendar by keyboard and by mouse, and a form whose server goes away. A real CMS with the sample. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { startSampleCms, type SampleCms } from './lib/sample.ts';
import { see } from './lib/see.ts';
import { Studio } from './lib/studio.ts';

const folder = mkdtempSync(join(tmpdir(), 'bang-tin-e2e-calendar-'));
let cms: SampleCms;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const executablePath = await ensureBrowser();
  cms = await startSampleCms(join(folder, 'cms'));
  browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const context = await browser.newContext({
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
    viewport: { width: 1366, height: 900 },
  });
  page = await context.newPage();
  const { email, password } = cms.accounts.find(({ role }) => role === 'approver')!;
  await new Studio(page, cms.url).signIn(email, password);
});
afterAll(async () => {
  await browser?.close();
  await cms?.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const openings = (name: string): Locator => page.locator('.ec-event').filter({ hasText: name });
const grid = (): Locator => page.locator('.ec-main');

/** The week after this one: all of it is to come. */
async function openNextWeek(): Promise<void> {
  await page.goto(new URL('/schedules/calendar', cms.url).href);
  await see(grid()).toBeVisible({ timeout: 30_000 });
  const week = page.getByText(/^\d\d\/\d\d\/\d{4} – \d\d\/\d\d\/\d{4}$/);
  const before = await week.textContent();
  await page.getByRole('button', { name: 'Sau', exact: true }).click();
  await see(week).not.toHaveText(before!);
  await see(openings('Bản tin sáng').first()).toBeVisible();
}

test('an opening is changed by keyboard, every time, and taken back; the focus stays in the calendar', async () => {
  await openNextWeek();
  const hours = (words: string) => openings('Bản tin sáng').filter({ hasText: words });
  const days = await hours('06:00–08:00').count();
  expect(days).toBeGreaterThan(3);
  await hours('06:00–08:00').nth(1).focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('dialog', { name: 'Bản tin sáng' });
  await panel.getByLabel('Từ', { exact: true }).fill('07:00');
  await panel.getByRole('button', { name: 'Đổi mọi lần' }).press('Enter');
  await see(panel).toBeHidden();
  await see(hours('07:00–08:00')).toHaveCount(days);
  await see(grid()).toBeFocused();
  await page.getByRole('button', { name: 'Hoàn tác' }).click();
  await see(hours('06:00–08:00')).toHaveCount(days);

  // Nothing was changed: back where one came from.
  const opening = hours('06:00–08:00').first();
  await opening.press('Enter');
  await see(panel).toBeVisible();
  await page.keyboard.press('Escape');
  await see(opening).toBeFocused();
});

test('what is drawn becomes a schedule of one day, and is dragged to another hour', async () => {
  await openNextWeek();
  const column = page.locator('.ec-body .ec-day').nth(2);
  await column.scrollIntoViewIfNeeded();
  // From 10:00 to 11:30: a slot of half an hour is 32 px high.
  await grid().evaluate((element) => (element.scrollTop = 20 * 32 - 60));
  const box = (await column.boundingBox())!;
  const at = async (slot: number): Promise<void> => page.mouse.move(box.x + box.width / 2, box.y + slot * 32 + 4);
  await at(20);
  await page.mouse.down();
  await at(21);
  await at(22.5);
  await page.mouse.up();
  const panel = page.getByRole('dialog');
  await see(panel.getByLabel('Từ', { exact: true })).toHaveValue('10:00');
  await panel.getByLabel('Tên lịch phát').fill('Họp thôn');
  await panel.getByLabel('Danh sách phát').selectOption({ index: 1 });
  await panel.getByLabel('Lặp lại').selectOption({ label: 'Chỉ ngày này' });
  await panel.getByRole('button', { name: 'Lưu lịch' }).click();
  await see(panel).toBeHidden();
  await see(openings('Họp thôn')).toHaveText(/10:00–11:15/);

  const drawn = (await openings('Họp thôn').boundingBox())!;
  await page.mouse.move(drawn.x + drawn.width / 2, drawn.y + 10);
  await page.mouse.down();
  await page.mouse.move(drawn.x + drawn.width / 2, drawn.y + 10 + 32);
  await page.mouse.move(drawn.x + drawn.width / 2, drawn.y + 10 + 64);
  await page.mouse.up();
  await see(panel.getByLabel('Từ', { exact: true })).toHaveValue('11:00');
  await panel.getByRole('button', { name: 'Lưu', exact: true }).click();
  await see(panel).toBeHidden();
  await see(openings('Họp thôn')).toHaveText(/11:00–12:15/);
});

test('a form says that its server is away, and when it is back; nothing written is lost', async () => {
  await page.goto(new URL('/schedules', cms.url).href);
  await page.getByRole('link', { name: 'Bản tin sáng' }).first().click();
  const name = page.getByLabel('Tên lịch phát');
  await name.fill('Bản tin sáng sớm');
  const said = page.getByRole('main').getByRole('alert');
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Lưu', exact: true }).click();
  await see(said.filter({ hasText: 'Không liên lạc được với máy chủ' }).first()).toBeVisible();
  await page.context().setOffline(false);
  await see(said.filter({ hasText: 'Đã liên lạc lại được với máy chủ' })).toBeVisible({ timeout: 60_000 });
  await see(name).toHaveValue('Bản tin sáng sớm');
  await page.getByRole('button', { name: 'Lưu', exact: true }).click();
  await see(page.getByText('Đã lưu «Bản tin sáng sớm»')).toBeVisible();
  await see(said).toHaveCount(0);
});
