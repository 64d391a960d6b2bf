/** Writing a notice, with what is made of a document, by keyboard as well. A real CMS with the sample. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright';
import { see } from './lib/see.ts';
import { afterAll, beforeAll, test } from 'vitest';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { startSampleCms, type SampleCms } from './lib/sample.ts';
import { Studio } from './lib/studio.ts';

const folder = mkdtempSync(join(tmpdir(), 'bang-tin-e2e-notice-'));
const documents = fileURLToPath(new URL('../fixtures/documents', import.meta.url));
let cms: SampleCms;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const executablePath = await ensureBrowser();
  cms = await startSampleCms(join(folder, 'cms'));
  browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  page = await signedIn('editor');
});
afterAll(async () => {
  await browser?.close();
  await cms?.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A page of somebody of the sample. */
async function signedIn(wanted: string): Promise<Page> {
  const account = cms.accounts.find(({ role }) => role === wanted);
  if (!account) throw new Error(`The sample has no ${wanted}`);
  const own = await (await browser.newContext({ locale: 'vi-VN', viewport: { width: 1280, height: 900 } })).newPage();
  await new Studio(own, cms.url).signIn(account.email, account.password);
  return own;
}
const open = (path: string) => page.goto(new URL(path, cms.url).href);

/** A new notice of this file. */
async function openDocument(name: string): Promise<void> {
  await open('/notices');
  await page.locator('input[type=file]').setInputFiles(join(documents, name));
  await see(page).toHaveURL(/\/notices\/new\?document=/, { timeout: 60_000 });
}

test('the text of a document instead of its pages, and back', async () => {
  await openDocument('notice.pdf');
  await page.getByRole('button', { name: 'Lưu tin', exact: true }).click();
  await see(page).toHaveURL(/\/notices\/[0-9a-f-]{36}$/);
  const pages = page.getByRole('group', { name: 'Trang được chiếu' });
  const read = page.getByText('Đã đọc từ tài liệu; xin kiểm tra');
  const anyRead = read.first();
  await see(pages).toBeVisible();
  await see(anyRead).toBeHidden();

  const typed = page.getByRole('button', { name: 'Dùng chữ thay cho trang' }).first();
  await typed.focus();
  await page.keyboard.press('Enter');
  const title = page.getByLabel('Tiêu đề trên bảng');
  await see(title).toBeFocused();
  await see(pages).toBeHidden();
  const marks = await read.count();
  see(marks).toBeGreaterThan(1);
  await title.press('End');
  await title.pressSequentially(' (sửa)');
  await see(read).toHaveCount(marks - 1);

  await page.getByRole('button', { name: 'Hoàn tác' }).click();
  await see(pages).toBeVisible();
  await see(anyRead).toBeHidden();
  await typed.click();
  await see(title).toHaveValue(/ \(sửa\)$/);
  await page.getByRole('button', { name: 'Lưu', exact: true }).click();
  await see(page.getByText(/^Đã lưu/).first()).toBeVisible();
  await see(read).toHaveCount(0);
  // The way back lasts.
  await page.reload();
  const back = page.getByRole('button', { name: 'Dùng trang thay cho chữ' });
  await back.click();
  await see(pages).toBeVisible();
  await see(back).toBeHidden();
});

test('the focus stays where a button was that goes', async () => {
  await openDocument('sparse.pdf');
  const leave = page.getByRole('button', { name: 'Bỏ trang gần trống' });
  await leave.focus();
  await page.keyboard.press('Enter');
  await see(leave).toBeHidden();
  await see(page.getByRole('group', { name: 'Trang được chiếu' }).locator(':focus')).toHaveCount(1);
});

test('without the categories nothing is written, and they can be asked for again', async () => {
  const path = '**/api/categories';
  await page.route(path, (route) => route.fulfill({ status: 503, json: { error: 'unavailable' } }));
  await open('/notices/new');
  const again = page.getByRole('button', { name: 'Thử lại' });
  await see(again).toBeVisible();
  await see(page.getByLabel('Tiêu đề trên bảng')).toBeHidden();
  await page.unroute(path);
  await again.click();
  await see(page.getByLabel('Tiêu đề trên bảng')).toBeVisible();
});

test('of a table that is typed from left to right nothing is said before a row is left', async () => {
  await open('/notices/new');
  await page.getByRole('radio', { name: /^Biểu đồ/ }).check();
  const wrong = page.locator('td input[aria-invalid="true"]');
  const unseen = page.getByText(/^Chưa xem trước được/);
  await page.getByLabel('Hàng 1, cột 1', { exact: true }).focus();
  for (const key of ['Thôn', 'Tab', 'Số hộ'])
    await (key === 'Tab' ? page.keyboard.press(key) : page.keyboard.type(key));
  await see(unseen).toBeHidden();
  await page.getByLabel('Hàng 2, cột 1', { exact: true }).focus();
  await page.keyboard.type('Đông');
  await see(page.getByText('Trong bảng chưa có số nào.')).toBeHidden();
  await see(unseen).toBeHidden();
  await page.getByLabel('Hàng 2, cột 2', { exact: true }).focus();
  await page.keyboard.type('12');
  await page.getByLabel('Hàng 3, cột 2', { exact: true }).focus();
  await page.keyboard.type('7');
  await see(wrong).toHaveCount(0);
  await see(unseen).toBeHidden();
  await page.getByLabel('Hàng 3, cột 1', { exact: true }).focus();
  await see(wrong).toHaveCount(0);
  await page.getByLabel('Tiêu đề trên bảng').focus();
  await see(wrong).toHaveCount(1);
  await see(page.getByText('Chưa xem trước được: 1 ô trong bảng chưa đúng, đã được đánh dấu.')).toBeVisible();
  await page.getByLabel('Hàng 3, cột 1', { exact: true }).fill('Tây');
  await see(unseen).toBeHidden();
});

test('a pasted table says at each cell what is wrong with it, at once', async () => {
  await open('/notices/new');
  await page.getByRole('radio', { name: /^Biểu đồ/ }).check();
  const lines = [
    ...['Chỉ tiêu\tNăm 2025', 'Thuế sử dụng đất phi nông nghiệp\t1.250', 'Phí\tnhiều', `${'Lệ phí '.repeat(10)}\tít`],
    ...Array.from({ length: 70 }, (_, i) => `Khoản ${i}\t${i}`),
  ];
  const paste = (rows: number) =>
    page.getByLabel('Hàng 1, cột 1', { exact: true }).evaluate((cell, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', text);
      cell.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, lines.slice(0, rows).join('\n'));
  const wrong = page.locator('td input[aria-invalid="true"]');
  await paste(4);
  await see(wrong).toHaveCount(3);
  await see(page.getByText('Chưa xem trước được: 3 ô trong bảng chưa đúng, đã được đánh dấu.')).toBeVisible();
  await see(page.getByLabel('Hàng 2, cột 1', { exact: true })).toHaveAttribute('aria-invalid', 'false');
  await page.getByLabel('Hàng 3, cột 2', { exact: true }).fill('12');
  await see(wrong).toHaveCount(2);
  await paste(74);
  await see(page.getByText(/14 hàng/)).toBeVisible();
  await see(page.getByText(/nhiều nhất 13/i).first()).toBeVisible();
});

test.each(['Space', 'Enter', 'Tab'])(
  'a row of a playlist moved by keys and let go with %s is where it is saved',
  async (key) => {
    await open('/playlists');
    await page.getByRole('link', { name: 'Phát hằng ngày' }).first().click();
    const rows = page.getByRole('list', { name: 'Các mục', exact: true }).getByRole('listitem');
    const grip = rows.first().getByRole('button', { name: /^Kéo để đổi chỗ / });
    const name = (await grip.getAttribute('aria-label'))!;
    await grip.focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await see(rows.nth(1).getByRole('button', { name, exact: true })).toBeVisible();
    await page.keyboard.press(key);
    if (key !== 'Tab') await see(rows.nth(1).getByRole('button', { name, exact: true })).toBeFocused();
    // What is done next is seen at once.
    await rows
      .nth(1)
      .getByRole('button', { name: /^Đưa .* xuống$/ })
      .click();
    await see(rows.nth(2).getByRole('button', { name, exact: true })).toBeVisible();
    const saved = page.waitForResponse((answer) => answer.request().method() === 'PUT' && answer.ok());
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    await saved;
    await page.reload();
    await see(rows.nth(2).getByRole('button', { name, exact: true })).toBeVisible();
  },
);

test('Esc while the step before it is still being saved puts the row back, and says so only then', async () => {
  const officer = await signedIn('province');
  await officer.goto(new URL('/notices/categories', cms.url).href);
  const rows = officer.getByRole('list', { name: 'Nhóm tin', exact: true }).getByRole('listitem');
  const grip = rows.first().getByRole('button', { name: /^Kéo để đổi chỗ / });
  const name = (await grip.getAttribute('aria-label'))!;
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  let puts = 0;
  await officer.route('**/api/categories', async (route) => {
    if (route.request().method() === 'PUT' && puts++ === 0) await answered;
    await route.continue();
  });
  await grip.focus();
  await officer.keyboard.press('Space');
  await officer.keyboard.press('ArrowDown');
  await see(rows.nth(1).getByRole('button', { name, exact: true })).toBeVisible();
  await officer.keyboard.press('Escape');
  await see(officer.getByText(/^Thôi chuyển: /)).not.toBeAttached();
  answer();
  await see(officer.getByText(/^Thôi chuyển: .* ở lại vị trí 1 trên /)).toBeAttached();
  await see(rows.first().getByRole('button', { name, exact: true })).toBeVisible();
  await officer.unroute('**/api/categories');
  await officer.reload();
  await see(rows.first().getByRole('button', { name, exact: true })).toBeVisible();
  await officer.context().close();
});

test('a row of a playlist moved by keys is back where it was with Esc, and says so', async () => {
  await open('/playlists');
  await page.getByRole('link', { name: 'Phát hằng ngày' }).first().click();
  const rows = page.getByRole('list', { name: 'Các mục', exact: true }).getByRole('listitem');
  const grip = rows.first().getByRole('button', { name: /^Kéo để đổi chỗ / });
  const name = (await grip.getAttribute('aria-label'))!;
  await grip.focus();
  await page.keyboard.press('Space');
  await see(page.getByText(/^Đã nhấc .*, vị trí 1 trên /)).toBeAttached();
  await page.keyboard.press('ArrowDown');
  await see(rows.nth(1).getByRole('button', { name, exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await see(rows.first().getByRole('button', { name, exact: true })).toBeFocused();
  await see(page.getByText(/^Thôi chuyển: .* ở lại vị trí 1 trên /)).toBeAttached();
});
