/** The Electron host, wherever its binary and a display are. Tests are tagged rather than left out: they say why they are skipped. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { programme } from '../../player/engine/testing-board.ts';
import { TestCms } from '../../player/engine/testing-cms.ts';
import { findElectron, hasDisplay } from '../../scripts/lib/hosts.ts';
import { buildTarget } from '../../scripts/lib/vite-targets.ts';
import { isFresh } from '../../scripts/lib/targets.ts';
import { bridgeContract } from './lib/bridge-contract.ts';
import { Child } from './lib/processes.ts';

const binary = findElectron();
const obstacle =
  binary === null
    ? 'no Electron binary'
    : !hasDisplay(process.platform, process.env)
      ? 'no display'
      : process.getuid?.() === 0
        ? 'root'
        : null;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bang-tin-electron-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const args = (cms: TestCms) => [
  'dist/electron/main.js',
  '--cms',
  cms.url,
  '--data',
  join(folder, 'data'),
  '--stage',
  'dist/stage',
];

describe.skipIf(obstacle !== null)(`Electron host${obstacle === null ? '' : ` (skipped: ${obstacle})`}`, () => {
  beforeAll(async () => {
    for (const target of ['electron', 'engine'] as const) if (!isFresh(target)) await buildTarget(target);
  });

  bridgeContract('Electron host', (cms) =>
    Promise.resolve({ child: new Child(args(cms)[0]!, args(cms).slice(1), {}, binary!), kind: 'electron' }),
  );

  async function launch(cms: TestCms): Promise<ElectronApplication> {
    return _electron.launch({ executablePath: binary!, args: args(cms) });
  }

  async function codeOn(page: Page): Promise<string> {
    const text = await page.locator('[data-kind="pairing"]').first().textContent();
    return /[0-9A-HJKMNP-TV-Z]{4}[-\s]?[0-9A-HJKMNP-TV-Z]{4}/.exec(text ?? '')?.[0].replace(/[-\s]/g, '') ?? '';
  }

  test('the window is a kiosk that nothing leads out of, and the page has nothing of Node', async () => {
    const cms = await TestCms.start();
    const app = await launch(cms);
    try {
      const page = await app.firstWindow();
      const stageUrl = page.url();
      expect(
        await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isKiosk())),
      ).toEqual([true]);
      expect(
        await page.evaluate(() => [
          typeof (globalThis as { require?: unknown }).require,
          typeof (globalThis as { process?: unknown }).process,
        ]),
      ).toEqual(['undefined', 'undefined']);
      await page.evaluate(() => {
        window.open('https://elsewhere.example/');
        location.href = 'https://elsewhere.example/';
      });
      expect(app.windows()).toHaveLength(1);
      expect(page.url()).toBe(stageUrl);
      expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied');
      expect(await app.evaluate(({ powerSaveBlocker }) => powerSaveBlocker.isStarted(0))).toBe(true);
    } finally {
      await app.close();
      await cms.stop();
    }
  });

  test('a page that crashes is loaded again, and what played is closed as interrupted', async () => {
    const cms = await TestCms.start();
    const app = await launch(cms);
    try {
      const page = await app.firstWindow();
      await cms.enterCode(await codeOn(page));
      await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
      await cms.publish(programme([1, null]));
      await cms.until(() =>
        cms.bodies('playEnded').some(({ outcome, host }) => outcome === 'completed' && host === 'electron'),
      );
      const before = cms.bodies('playEnded').length;
      await app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
      );
      await cms.until(() =>
        cms
          .bodies('playEnded')
          .slice(before)
          .some(({ outcome }) => outcome === 'interrupted'),
      );
      const interrupted = cms.bodies('playEnded').length;
      await cms.until(() =>
        cms
          .bodies('playEnded')
          .slice(interrupted)
          .some(({ outcome }) => outcome === 'completed'),
      );
    } finally {
      await app.close();
      await cms.stop();
    }
  });

  test('a page that hangs, with nobody to touch it, is ended and loaded again', async () => {
    const cms = await TestCms.start();
    const app = await launch(cms);
    try {
      const page = await app.firstWindow();
      await cms.enterCode(await codeOn(page));
      await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
      await cms.publish(programme([1, null]));
      await cms.until(() => cms.bodies('playEnded').some(({ outcome }) => outcome === 'completed'));
      // It never answers: its process ends under it.
      void page
        .evaluate(() => {
          for (;;);
        })
        .catch(() => undefined);
      const outcomes = () => cms.bodies('playEnded').map(({ outcome }) => outcome);
      await cms.until(() => outcomes().includes('interrupted'));
      await cms.until(() => outcomes().slice(outcomes().lastIndexOf('interrupted')).includes('completed'));
    } finally {
      await app.close();
      await cms.stop();
    }
  });

  test('a second player on the same folder leaves at once', async () => {
    const cms = await TestCms.start();
    const app = await launch(cms);
    try {
      await app.firstWindow();
      const second = new Child(args(cms)[0]!, args(cms).slice(1), {}, binary!);
      await new Promise((resolve) => second.process.once('exit', resolve));
      expect(second.output).toContain('running already');
    } finally {
      await app.close();
      await cms.stop();
    }
  });
});
