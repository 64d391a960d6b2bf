/**
 * A PDF that lies on an approver's desk is on the board after few clicks, from the studio's door on: sign in, choose the file, save and
 * approve, put it into the list that the board plays, publish. A real CMS with the sample and a real player.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright';
import { see } from './lib/see.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { me } from '../../shared/protocol/api/accounts.ts';
import { notice as noticeAnswer } from '../../shared/protocol/api/content.ts';
import { front, lookAt, type Glass } from './lib/board.ts';
import { startPlayer, type Player } from './lib/processes.ts';
import { startSampleCms, type SampleCms } from './lib/sample.ts';
import { Studio } from './lib/studio.ts';

const most = 15;
/** In the window that the computer shows, which no page sees: the file, and «Open». */
const clicksInFileWindow = 2;
const pdf = fileURLToPath(new URL('../fixtures/documents/notice.pdf', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bang-tin-e2e-pdf-'));
let cms: SampleCms;
let browser: Browser;
let player: Player;
let glass: Glass;
let boardName: string;

async function newPage(): Promise<Page> {
  const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 1280, height: 900 } });
  return context.newPage();
}

/** Whatever the hour, a board plays its everyday list: nothing else is scheduled. */
async function removeEntries(page: Page): Promise<void> {
  const answer = async (path: string): Promise<unknown> => (await page.request.get(`${cms.url}${path}`)).json();
  const { csrfToken } = me.parse(await answer('/api/session'));
  const { entries } = (await answer('/api/schedule-entries')) as { entries: { id: string; revision: number }[] };
  for (const { id, revision } of entries) {
    const removed = await page.request.delete(`${cms.url}/api/schedule-entries/${id}?revision=${revision}`, {
      headers: { 'x-csrf-token': csrfToken, origin: new URL(cms.url).origin },
    });
    expect(removed.status()).toBe(204);
  }
}

function accountOf(role: string): { email: string; password: string } {
  const account = cms.accounts.find((one) => one.role === role);
  if (!account) throw new Error(`The sample has no ${role}`);
  return account;
}

beforeAll(async () => {
  const executablePath = await ensureBrowser();
  cms = await startSampleCms(join(folder, 'cms'));
  browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  player = await startPlayer(cms.url, join(folder, 'player'), executablePath);
  const page = await newPage();
  const technician = new Studio(page, cms.url);
  const { email, password } = accountOf('administrator');
  await technician.signIn(email, password);
  await removeEntries(page);
  await technician.pair(cms.firstBoardId, String((await player.child.message('pairingCode'))['code']));
  boardName = await page.getByRole('heading', { level: 1 }).innerText();
  await page.context().close();
  glass = await lookAt(player.debugUrl);
  await see(front(glass.page)).toHaveAttribute('data-kind', 'notice', { timeout: 60_000 });
});
afterAll(async () => {
  await glass?.close().catch(() => undefined);
  await browser?.close();
  await player?.child.stop();
  await cms?.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Counts what a person presses on this page and on those that it leads to. @returns what was pressed so far */
async function countClicks(page: Page): Promise<() => readonly string[]> {
  const clicked: string[] = [];
  await page.exposeBinding('tellOfClick', (_, on: string) => void clicked.push(on));
  await page.addInitScript(() => {
    const tell = (event: PointerEvent): void => {
      const on = event.target as HTMLElement;
      const text = on.closest('a, button, label')?.textContent ?? on.getAttribute('type') ?? on.tagName;
      const { tellOfClick } = window as unknown as { tellOfClick: (on: string) => void };
      if (event.isTrusted) tellOfClick(text.trim());
    };
    // A click on a label is two events «click», and one pressing.
    document.addEventListener('pointerdown', tell, true);
  });
  return () => clicked;
}

test(`from a PDF on the desk to the board in at most ${most} clicks`, async () => {
  const page = await newPage();
  const clicked = await countClicks(page);
  await page.goto(cms.url);
  const { email, password } = accountOf('approver');
  await page.getByLabel('Thư điện tử').click();
  await page.keyboard.type(email);
  await page.getByRole('textbox', { name: 'Mật khẩu' }).click();
  await page.keyboard.type(password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();

  await page.getByRole('link', { name: 'Tin, thông báo' }).first().click();
  const chosen = page.waitForEvent('filechooser');
  await page.getByText('Từ tệp PDF/Word').click();
  await (await chosen).setFiles(pdf);
  await page.getByRole('button', { name: 'Lưu và duyệt' }).click({ timeout: 60_000 });
  await see(page).toHaveURL(/\/notices\/[0-9a-f-]{36}$/);
  const { content } = noticeAnswer.parse(
    await (await page.request.get(page.url().replace('/notices/', '/api/notices/'))).json(),
  );
  if (content.type !== 'layout') throw new Error('The pages of a document are a layout');
  const { title } = content.fields as { title: string };
  expect(title).toContain('ngừng cung cấp nước sạch');

  await page.getByRole('button', { name: 'Thêm vào «Phát hằng ngày»' }).click();
  await page.getByRole('link', { name: 'Phát hành tới 1 bảng…' }).click();
  await page.getByRole('button', { name: 'Phát hành tới 1 bảng', exact: true }).click();
  const row = page.getByRole('listitem').filter({ hasText: boardName });
  await see(row.getByText('Đang dùng').first()).toBeVisible({ timeout: 120_000 });

  const sheet = front(glass.page).locator('[data-layout="document"]').filter({ hasText: title });
  await see(sheet.getByRole('img', { name: 'Trang 1' })).toBeVisible({ timeout: 200_000 });
  const clicks = clicked().length + clicksInFileWindow;
  console.log(
    `from a PDF to the board: ${clicks} clicks (${clicked().join(' · ')}; ${clicksInFileWindow} for the file)`,
  );
  expect(clicked().length).toBeGreaterThanOrEqual(8);
  expect(clicks).toBeLessThanOrEqual(most);
});
