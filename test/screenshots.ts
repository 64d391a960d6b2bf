/** `npm run screenshots`: the pictures in docs/screenshots, taken of a fresh sample province and its real player. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { expect as see } from 'playwright/test';
import sharp from 'sharp';
import { ensureBrowser } from '../scripts/lib/browser.ts';
import { front, lookAt } from './e2e/lib/board.ts';
import { startCms, startPlayer } from './e2e/lib/processes.ts';
import { Studio } from './e2e/lib/studio.ts';

const out = 'docs/screenshots';
const folder = mkdtempSync(join(tmpdir(), 'bang-tin-screenshots-'));
mkdirSync(out, { recursive: true });
const browserPath = await ensureBrowser();
const cms = await startCms(join(folder, 'cms'));
const browser = await chromium.launch({ executablePath: browserPath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
const account = cms.sample?.accounts?.find((a) => a.role === 'province');
if (!cms.sample || !account) throw new Error('The first start made no sample');
const player = await startPlayer(cms.url, join(folder, 'player'), browserPath);
try {
  const page = await browser.newPage({ locale: 'vi-VN', viewport: { width: 1360, height: 860 } });
  const studio = new Studio(page, cms.url);
  await studio.signIn(account.email, account.password);
  const { code } = await player.child.message('pairingCode');
  await studio.pair(cms.sample.firstBoardId, String(code));
  const glass = await lookAt(player.debugUrl);
  await see(front(glass.page)).toHaveAttribute('data-kind', 'notice', { timeout: 60_000 });
  await see(front(glass.page).getByRole('heading').first()).toBeVisible({ timeout: 90_000 });
  // The live state follows within a second; the toast of the pairing goes.
  await page.waitForTimeout(2_000);
  const board = await glass.page.screenshot();
  await studio.open('/boards');
  await see(page.getByText('Trực tuyến').first()).toBeVisible();
  await page.waitForTimeout(1_000);
  const boards = await page.screenshot();
  await glass.close();
  const small = await sharp(board).resize({ width: 620 }).extend({ top: 8, bottom: 8, left: 8, right: 8, background: '#15181c' }).png().toBuffer();
  await sharp({ create: { width: 1480, height: 980, channels: 3, background: '#dfe5ea' } })
    .composite([
      { input: boards, left: 30, top: 30 },
      { input: small, left: 820, top: 590 },
    ])
    .png({ palette: true, quality: 90 })
    .toFile(join(out, 'cover.png'));
  console.log(`${out}/cover.png`);
} finally {
  await browser.close();
  await player.child.stop();
  await cms.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
