/**
 * People come and go in an installation that begins empty: the first administrator sets up a second factor before anything else,
 * invites somebody by a one-time link, and finds all of it in the audit log. A real CMS, the studio driven by roles and labels.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { chromium, type Browser, type Page } from 'playwright';
import { see } from './lib/see.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { startCms, type Cms } from './lib/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'bang-tin-e2e-accounts-'));
const password = 'một câu đủ dài để nhớ';
const chief = 'chi@tinh.example.vn';
let cms: Cms;
let browser: Browser;
let page: Page;
let secret: string;
let usedCode: string;
let recovery: string[];
let invitation: string;

const open = (path: string, on = page) => on.goto(new URL(path, cms.url).href);
const heading = (name: string, on = page) => on.getByRole('heading', { level: 1, name });
async function newPage(width = 1280): Promise<Page> {
  const context = await browser.newContext({ locale: 'vi-VN', viewport: { width, height: 800 } });
  return context.newPage();
}
async function showPassword(on: Page, email: string): Promise<void> {
  await open('/', on);
  await on.getByLabel('Thư điện tử').fill(email);
  await on.getByRole('textbox', { name: 'Mật khẩu' }).fill(password);
  await on.getByRole('button', { name: 'Đăng nhập' }).click();
}
async function choosePassword(on: Page): Promise<void> {
  const fields = on.locator('input[autocomplete=new-password]');
  await fields.nth(0).fill(password);
  await fields.nth(1).fill(password);
}

beforeAll(async () => {
  const executablePath = await ensureBrowser();
  cms = await startCms(join(folder, 'cms'), { empty: true });
  browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  page = await newPage();
});
afterAll(async () => {
  await browser?.close();
  await cms?.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

test('the first administrator sets up a second factor before anything else opens', async () => {
  await page.goto(cms.firstAdminLink!);
  await page.getByLabel('Tên tỉnh').fill('Tỉnh Thử');
  await page.getByLabel('Mã', { exact: false }).first().fill('99');
  await page.getByLabel('Họ và tên').fill('Lý Thị Chi');
  await page.getByLabel('Thư điện tử').fill(chief);
  await choosePassword(page);
  await page.locator('button[type=submit]').click();
  await see(heading('Cài xác thực hai bước')).toBeVisible({ timeout: 30_000 });
  await open('/users');
  await see(heading('Cài xác thực hai bước')).toBeVisible();
  expect((await page.request.get(`${cms.url}/api/users`)).status()).toBe(403);

  await see(page.getByRole('img', { name: 'Mã QR cho ứng dụng xác thực' })).toBeVisible();
  await page.getByText('Không quét được?').click();
  secret = (await page.locator('details .select-all').innerText()).replaceAll(' ', '');
  usedCode = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  await page.getByLabel('Nhập 6 chữ số ứng dụng đang hiện').fill(usedCode);
  await page.getByRole('button', { name: 'Xác nhận' }).click();
  const codes = page.locator('ol > li.select-all');
  await see(codes).toHaveCount(10);
  recovery = await codes.allInnerTexts();
  await page.getByRole('button', { name: 'Tôi đã cất các mã' }).click();
  await see(heading('Tài khoản')).toBeVisible();
});

test('a password alone opens nothing; a used code is refused, a recovery code opens once', async () => {
  const other = await newPage(360);
  await showPassword(other, chief);
  await see(heading('Nhập mã xác thực', other)).toBeVisible({ timeout: 30_000 });
  expect((await other.request.get(`${cms.url}/api/boards`)).status()).toBe(403);
  const field = other.getByLabel('Mã 6 chữ số');
  await field.fill(usedCode);
  await field.press('Enter');
  await see(other.getByText('Mã này đã dùng').first()).toBeVisible();
  for (const outcome of ['in', 'refused']) {
    if (outcome === 'refused') await showPassword(other, chief);
    await other.getByRole('button', { name: 'Dùng mã khôi phục' }).click();
    const letters = other.getByLabel('Mã khôi phục');
    await letters.fill(recovery[0]!.toUpperCase());
    await letters.press('Enter');
    if (outcome === 'in') {
      await see(heading('Tổng quan', other)).toBeVisible({ timeout: 30_000 });
      await other.context().clearCookies();
    } else await see(other.getByText('Mã khôi phục này đã dùng rồi').first()).toBeVisible();
  }
  await other.context().close();
});

test('somebody is invited by a link that works once', async () => {
  await open('/users');
  await page.getByRole('button', { name: 'Mời người dùng' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Họ và tên').fill('Đỗ Văn Biên');
  await dialog.getByLabel('Thư điện tử').fill('bien@xa.example.vn');
  await dialog.getByLabel('Đơn vị').selectOption({ label: 'Tỉnh Thử' });
  await dialog.getByLabel('Vai trò').selectOption({ label: 'Biên tập viên' });
  await dialog.getByRole('button', { name: 'Tạo lời mời' }).click();
  invitation = await dialog.getByLabel('Liên kết dùng một lần').inputValue();
  await dialog.getByRole('button', { name: 'Tôi đã lưu liên kết' }).click();
  await see(page.getByRole('listitem').filter({ hasText: 'Đỗ Văn Biên' })).toContainText('Chờ nhận lời mời');

  const other = await newPage(360);
  await other.goto(invitation);
  await choosePassword(other);
  await other.getByRole('button', { name: 'Lưu mật khẩu và vào' }).click();
  await see(heading('Tổng quan', other)).toBeVisible({ timeout: 30_000 });
  // An editor has nothing to manage.
  await open('/users', other);
  await see(other.getByRole('button', { name: 'Mời người dùng' })).toHaveCount(0);
  await other.context().close();

  const late = await newPage();
  await late.goto(invitation);
  await see(late.getByText('Liên kết này đã được dùng.')).toBeVisible();
  await late.context().close();
});

test('an account that is closed is out at once', async () => {
  const other = await newPage();
  await showPassword(other, 'bien@xa.example.vn');
  await see(heading('Tổng quan', other)).toBeVisible({ timeout: 30_000 });
  await open('/users');
  await page.getByRole('link', { name: 'Đỗ Văn Biên' }).click();
  await page.getByRole('button', { name: 'Khóa tài khoản' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Khóa tài khoản' }).click();
  await see(other.getByRole('button', { name: 'Đăng nhập' })).toBeVisible({ timeout: 30_000 });
  await other.context().close();
});

test('the audit log holds all of it, by person, and as a file', async () => {
  await open(`/audit?who=${encodeURIComponent('do van bien')}`);
  for (const action of ['Mời người dùng', 'Nhận lời mời, đặt mật khẩu', 'Khóa tài khoản'])
    await see(page.locator('summary').filter({ hasText: action })).toHaveCount(1);
  await see(page.locator('summary').filter({ hasText: 'Bật xác thực hai bước' })).toHaveCount(0);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Tải về CSV' }).click(),
  ]);
  const text = readFileSync(await download.path(), 'utf8');
  expect(text.startsWith('\uFEFFThời điểm;Người liên quan;Mã người liên quan;')).toBe(true);
  expect(text).toMatch(/;Khóa tài khoản;Đỗ Văn Biên;[0-9a-f-]{36};Tỉnh Thử;[0-9a-f-]{36};/);
  for (const held of [password, secret, usedCode, invitation.split('#')[1]!]) expect(text).not.toContain(held);
  await open('/audit?who=0123');
  await see(page.getByLabel('Người liên quan', { exact: true })).toHaveValue('0123');
});
