/** The week calendar by keyboard and by mouse, and a form whose server goes away. A real CMS with the sample. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page, type Route } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { me } from '../../shared/protocol/api/accounts.ts';
import { scheduleEntries } from '../../shared/protocol/api/content.ts';
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

test('the hours stand there before it is known what is in them, and each opening is drawn once', async () => {
  const coverage = new URL('/api/coverage', cms.url).href;
  const asked = Promise.withResolvers<Route>();
  await page.route(coverage, asked.resolve, { times: 1 });
  await page.addInitScript(() => {
    const drawnAnew = Object.assign(globalThis, { drawnAnew: 0 });
    const watch = new MutationObserver((changes) => {
      for (const { target, removedNodes } of changes)
        if (target instanceof Element && target.closest('.ec-event')) drawnAnew.drawnAnew += removedNodes.length;
    });
    watch.observe(document, { childList: true, subtree: true });
  });
  await page.goto(new URL('/schedules/calendar', cms.url).href);
  const route = await asked.promise;
  const week = page.getByRole('region', { name: 'Lịch tuần' });
  await see(week.getByText('06:00', { exact: true })).toBeVisible();
  await see(week.getByText('Đang tải…')).toBeVisible();
  expect(await page.locator('.opening').count()).toBe(0);
  await route.continue();
  await see(openings('Bản tin sáng').first()).toBeVisible();
  await see(week.getByText('Đang tải…')).toHaveCount(0);
  expect(await page.evaluate('drawnAnew')).toBe(0);
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

test('a schedule whose answer is lost on the way is there once, as it was saved last', async () => {
  await openNextWeek();
  await page.getByRole('button', { name: 'Lên lịch phát' }).click();
  const panel = page.getByRole('dialog');
  await panel.getByLabel('Tên lịch phát').fill('Loa sáng');
  await panel.getByLabel('Danh sách phát').selectOption({ index: 1 });
  const lose = async (route: Route): Promise<void> => {
    await route.fetch();
    await route.abort();
  };
  await page.route(new URL('/api/schedule-entries', cms.url).href, lose, { times: 1 });
  const save = panel.getByRole('button', { name: 'Lưu lịch' });
  await save.click();
  await see(panel.getByRole('alert').filter({ hasText: 'máy chủ' })).toBeVisible();
  await panel.getByLabel('Tên lịch phát').fill('Loa sáng sớm');
  await save.click();
  await see(panel).toBeHidden();
  await see(openings('Loa sáng sớm').first()).toBeVisible();
  const found = await page.request.get(new URL('/api/schedule-entries?q=Loa', cms.url).href);
  const { entries } = scheduleEntries.parse(await found.json());
  expect(entries.map(({ name, revision }) => [name, revision])).toEqual([['Loa sáng sớm', 2]]);
});

test('an opening over midnight says all that others hide of it, whichever of its days is shown', async () => {
  const read = async (path: string) => (await page.request.get(new URL(path, cms.url).href)).json();
  const { csrfToken } = me.parse(await read('/api/session'));
  const { entries } = scheduleEntries.parse(await read('/api/schedule-entries'));
  const { unitId, playlistId, targets } = entries.find(({ name }) => name === 'Bản tin sáng')!;
  for (const [name, priority, hours] of [
    ['Phát đêm', 20, 8],
    ['Trực bão', 50, 5],
  ] as const) {
    const data = { unitId, playlistId, targets, name, priority, cron: '0 22 * * *', durationMs: hours * 3_600_000 };
    const created = await page.request.post(new URL('/api/schedule-entries', cms.url).href, {
      headers: { 'x-csrf-token': csrfToken, origin: new URL(cms.url).origin },
      data: { ...data, validFrom: null, validTo: null, exceptions: [] },
    });
    expect(created.status()).toBe(201);
  }
  await page.goto(new URL('/schedules/calendar', cms.url).href);
  await page.getByText('Ngày', { exact: true }).click();
  // Neither of its nights has begun.
  for (let days = 0; days < 2; days++) await page.getByRole('button', { name: 'Sau', exact: true }).click();
  for (const part of [0, 1]) {
    await openings('Phát đêm').nth(part).click();
    const panel = page.getByRole('dialog', { name: 'Phát đêm' });
    await see(panel.getByText('22:00–03:00 hôm sau: có lịch khác ưu tiên hơn')).toBeVisible();
    await page.keyboard.press('Escape');
    await see(panel).toBeHidden();
  }
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
