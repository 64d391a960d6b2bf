/**
 * Somebody pastes 10,000 letters into a field of one line: the form says at that field how many it takes, keeps what was pasted, and sends
 * nothing. A real CMS with the sample.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { see } from './lib/see.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { overflow } from './lib/axe.ts';
import { startSampleCms, type SampleCms } from './lib/sample.ts';
import { Studio } from './lib/studio.ts';

const pasted = 'Thông báo họp thôn '.repeat(600).slice(0, 10_000);
const folder = mkdtempSync(join(tmpdir(), 'bang-tin-e2e-long-'));
let cms: SampleCms;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const executablePath = await ensureBrowser();
  cms = await startSampleCms(join(folder, 'cms'));
  browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  page = await (await browser.newContext({ locale: 'vi-VN', viewport: { width: 360, height: 800 } })).newPage();
  const account = cms.accounts.find(({ role }) => role === 'administrator');
  await new Studio(page, cms.url).signIn(account!.email, account!.password);
});
afterAll(async () => {
  await browser?.close();
  await cms?.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test.each([
  { path: '/notices/new', field: 'Tiêu đề trên bảng', save: 'Lưu tin', most: 160 },
  { path: '/notices/new', field: 'Tên tin', save: 'Lưu tin', most: 300 },
  { path: '/playlists/new', field: 'Tên danh sách phát', save: 'Lưu danh sách', most: 200 },
  { path: '/schedules/new', field: 'Tên lịch phát', save: 'Lưu lịch', most: 200 },
  { path: '/boards/new', field: 'Tên bảng', save: 'Thêm bảng tin', most: 200 },
])('$field of $path', async ({ path, field, save, most }) => {
  await page.goto(new URL(path, cms.url).href);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  const input = page.getByRole('textbox', { name: field, exact: true });
  await input.focus();
  // As pasting does: at once, and as long as it is.
  await page.keyboard.insertText(pasted);
  await page.getByRole('button', { name: save, exact: true }).click();
  await see(input).toHaveAttribute('aria-invalid', 'true');
  await see(input).toHaveAccessibleDescription(new RegExp(`Quá dài: nhiều nhất ${most} ký tự\\.`));
  await see(page.getByText(`Quá dài: nhiều nhất ${most} ký tự.`, { exact: true }).first()).toBeVisible();
  await see(input).toHaveValue(pasted);
  expect(await overflow(page)).toBe(0);
  expect(new URL(page.url()).pathname).toBe(path);
  expect(sent.filter((line) => !line.includes('/preview'))).toEqual([]);
  page.removeAllListeners('request');
});
