/**
 * Two people at the same: of what both change each is told of the other, and nothing is lost; who decides on what the other wrote is
 * told where it would be shown. A real CMS with the sample.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { see } from './lib/see.ts';
import { afterAll, beforeAll, test } from 'vitest';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { startSampleCms, type SampleCms } from './lib/sample.ts';
import { Studio } from './lib/studio.ts';

const folder = mkdtempSync(join(tmpdir(), 'bang-tin-e2e-two-'));
let cms: SampleCms;
let browser: Browser;

beforeAll(async () => {
  const executablePath = await ensureBrowser();
  cms = await startSampleCms(join(folder, 'cms'));
  browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
});
afterAll(async () => {
  await browser?.close();
  await cms?.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function pageOf(role: string): Promise<Page> {
  const account = cms.accounts.find((one) => one.role === role);
  if (!account) throw new Error(`The sample has no ${role}`);
  const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await new Studio(page, cms.url).signIn(account.email, account.password);
  return page;
}

test('two editors of one notice', async () => {
  const [editor, approver] = [await pageOf('editor'), await pageOf('approver')];
  await editor.goto(new URL('/notices/new', cms.url).href);
  await editor.getByLabel('Tiêu đề trên bảng').fill('Họp thôn');
  await editor.getByRole('textbox', { name: 'Nội dung' }).fill('Bảy giờ tối');
  await editor.getByRole('button', { name: 'Lưu tin', exact: true }).click();
  await see(editor).toHaveURL(/\/notices\/[0-9a-f-]{36}$/);
  await approver.goto(editor.url());

  const text = (page: Page) => page.getByRole('textbox', { name: 'Nội dung' });
  await text(editor).fill('Tám giờ tối');
  await see(approver.getByText(/ đang sửa tin này từ \d\d:\d\d, chưa lưu$/).first()).toBeVisible();
  await text(approver).fill('Chín giờ tối');
  await see(editor.getByText(/ đang sửa tin này từ \d\d:\d\d, chưa lưu$/).first()).toBeVisible();

  await editor.getByRole('button', { name: 'Lưu', exact: true }).click();
  await see(approver.getByText(/ đã lưu bản mới lúc \d\d:\d\d$/).first()).toBeVisible();
  await approver.getByText('1 chỗ khác nhau').click();
  const difference = approver.locator('dl dd');
  await see(difference.filter({ hasText: 'Tám giờ tối' })).toBeVisible();
  await see(difference.filter({ hasText: 'Chín giờ tối' })).toBeVisible();

  await approver.getByRole('button', { name: 'Ghi đè, giữ bản kia làm bản nháp' }).click();
  await see(approver.getByText(/^Bản của .*, giữ lại lúc /)).toBeVisible();
  await editor.getByRole('button', { name: 'Tải bản mới' }).click();
  await see(text(editor)).toHaveValue('Chín giờ tối');
  for (const page of [editor, approver]) {
    await page.getByRole('button', { name: 'Khôi phục' }).click();
    await see(text(page)).toHaveValue('Tám giờ tối');
  }
});

test('two who change the categories', async () => {
  const [one, other] = [await pageOf('province'), await pageOf('administrator')];
  for (const page of [one, other]) await page.goto(new URL('/notices/categories', cms.url).href);
  const titles = one.getByRole('list', { name: 'Nhóm tin' }).getByRole('heading');
  await see(titles.nth(1)).toHaveText('Quy định, sự kiện địa phương');

  // What is moved to the first place, or to the last, keeps the focus; so does what goes down.
  const up = one.getByRole('button', { name: 'Đưa Quy định, sự kiện địa phương lên' });
  const down = one.getByRole('button', { name: 'Đưa Quy định, sự kiện địa phương xuống' });
  await up.press('Enter');
  await see(titles.first()).toHaveText('Quy định, sự kiện địa phương');
  await see(up).toBeFocused();
  await down.press('Enter');
  await see(titles.nth(1)).toHaveText('Quy định, sự kiện địa phương');
  await see(down).toBeFocused();

  const rename = { name: 'Đổi tên Quy định, sự kiện địa phương' };
  await one.getByRole('button', rename).click();
  const dialog = one.getByRole('dialog');
  await dialog.getByLabel('Tên tiếng Việt').fill('Tin địa phương');
  await other.getByRole('button', { name: 'Ngừng dùng Quy định, sự kiện địa phương' }).click();
  await other.getByRole('alertdialog').getByRole('button', { name: 'Ngừng dùng' }).click();
  await see(titles.nth(1)).toHaveText(/Không còn dùng$/);
  await other.getByRole('button', rename).click();
  await other.getByRole('dialog').getByLabel('Tên tiếng Anh').fill('Local');
  await other.getByRole('dialog').getByRole('button', { name: 'Lưu', exact: true }).click();
  await see(dialog.getByText('Nhóm này nay là «Quy định, sự kiện địa phương» / «Local».')).toBeVisible();
  await dialog.getByRole('button', { name: 'Lưu', exact: true }).click();
  await see(other.getByRole('heading', { name: /^Quy định, sự kiện địa phương/ })).toBeVisible();
  await dialog.getByRole('button', { name: 'Lưu tên tôi viết' }).click();
  await see(dialog).toBeHidden();
  await see(titles.nth(1)).toHaveText(/^Tin địa phương\s*Không còn dùng$/);
  await see(one.getByText(/^Tiếng Anh: Local · /)).toBeVisible();
});

test('who decides on a notice sees where it would be shown', async () => {
  const [editor, approver] = [await pageOf('editor'), await pageOf('approver')];
  await editor.goto(new URL('/notices/new', cms.url).href);
  await editor.getByLabel('Tiêu đề trên bảng').fill('Vệ sinh ngõ xóm');
  await editor.getByRole('textbox', { name: 'Nội dung' }).fill('Sáu giờ sáng Chủ nhật');
  await editor.getByRole('button', { name: 'Lưu và trình duyệt' }).click();
  await see(editor).toHaveURL(/\/notices\/[0-9a-f-]{36}$/);
  await approver.goto(`${editor.url()}/review`);
  await see(approver.getByText('Tin chưa ở danh sách phát nào')).toBeVisible();

  await new Studio(editor, cms.url).makePlaylist('Cuối tuần', ['Vệ sinh ngõ xóm'], 10);
  await approver.reload();
  await see(approver.getByRole('listitem').filter({ hasText: 'Cuối tuần' })).toContainText('Chưa dùng cho bảng nào');
});
