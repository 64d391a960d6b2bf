/** The Chromium host as a process: its bridge, and a real browser under it that is killed and comes back. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from 'playwright';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { programme } from '../../player/engine/testing-board.ts';
import { TestCms } from '../../player/engine/testing-cms.ts';
import { faults } from '../../shared/faults/table.ts';
import { maxScreenshotBytes } from '../../shared/protocol/link.ts';
import { ensureBrowser, findBrowser } from '../../scripts/lib/browser.ts';
import { bridgeContract, killEngine } from './lib/bridge-contract.ts';
import { Child } from './lib/processes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bang-tin-host-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function startHost(cms: TestCms, env: Record<string, string> = {}, ...args: string[]): Child {
  const always = ['--cms', cms.url, '--data', join(folder, 'data'), '--stage', 'dist/stage'];
  return new Child('player/hosts/chromium/main.ts', [...always, ...args], env);
}

bridgeContract('Chromium host', (cms) => Promise.resolve({ child: startHost(cms), kind: 'none' }));

test('the glass keeps its picture while the engine is killed and comes back', async () => {
  const cms = await TestCms.start();
  const host = startHost(cms);
  const browser = await chromium.launch({
    executablePath: await ensureBrowser(),
    // Chromium refuses its sandbox to root; tests may run as root, players never do.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const url = String((await host.message('stage'))['url']);
    const page = await browser.newPage({ viewport: { width: 640, height: 320 } });
    await page.goto(url);
    await cms.enterCode(String((await host.message('pairingCode'))['code']));
    await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
    await cms.publish(programme([1, null], [2, null]));
    await page.waitForSelector('[data-front=true][data-kind=notice]');
    // Each frame from now on: something opaque is in front, in whole.
    await page.evaluate(() => {
      const seen = { frames: 0, blank: 0 };
      Object.assign(window, { seen });
      const look = () => {
        seen.frames++;
        const front = document.elementsFromPoint(innerWidth / 2, innerHeight / 2).some((e) => e.closest('.layer'));
        if (!front || !document.querySelector('.layer[data-front=true] h1')) seen.blank++;
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    for (let kill = 1; kill <= 2; kill++) {
      await killEngine(host);
      let back = false;
      const returned = cms.until(() => cms.bodies('booted').length === 1 + kill).then(() => (back = true));
      while (!back) expect(await lit(await page.screenshot())).toBeGreaterThan(0.02);
      await returned;
      const ended = cms.bodies('playEnded').length;
      await cms.until(() =>
        cms
          .bodies('playEnded')
          .slice(ended)
          .some(({ outcome }) => outcome === 'completed'),
      );
    }
    const seen = await page.evaluate(() => (window as unknown as { seen: { frames: number; blank: number } }).seen);
    expect(seen.blank).toBe(0);
    expect(seen.frames).toBeGreaterThan(100);
    await page.waitForSelector('[data-front=true][data-kind=notice]');
  } finally {
    await browser.close();
    await host.stop();
    await cms.stop();
  }
});

/** Share of a picture that is bright: its letters. */
async function lit(png: Buffer): Promise<number> {
  const data = await sharp(png).greyscale().raw().toBuffer();
  return data.filter((value) => value > 128).length / data.length;
}

test('a display that comes late gets its window; until then a headless browser plays, and says why', async () => {
  const browser = join(folder, 'browser.sh');
  const script = resolve(import.meta.dirname, 'lib/fake-browser.ts');
  await writeFile(browser, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`, { mode: 0o755 });
  const display = join(folder, 'wayland-0');
  const server = createServer();
  const cms = await TestCms.start();
  // Paired beforehand: an engine that changes its stage meanwhile would ask for another code.
  const before = startHost(cms);
  await cms.enterCode(String((await before.message('pairingCode'))['code']));
  await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
  await cms.publish(programme([1, null], [2, null]));
  await before.stop();
  const env = { DISPLAY: '', WAYLAND_DISPLAY: display };
  // Runs as whoever runs the test.
  const host = startHost(cms, env, '--browser', browser, '--browser-arg', '--no-sandbox');
  try {
    const said = await host.message('stage');
    expect(said['host']).toBe('standIn');
    expect(said['reason']).toContain('no window: code 1: Failed to connect to Wayland display');
    await playOn(cms, 'standIn');
    await once(server.listen(display), 'listening');
    const late = await host.message('stage');
    expect(late['host']).toBe('chromium');
    expect(late).not.toHaveProperty('reason');
    await playOn(cms, 'chromium');
  } finally {
    await host.stop();
    await cms.stop();
    server.close();
  }
});

function playOn(cms: TestCms, kind: string): Promise<unknown> {
  return cms.until(() => cms.bodies('playEnded').some(({ outcome, host }) => outcome === 'completed' && host === kind));
}

test('a kiosk window covers its screen, also where no window manager does it', async (context) => {
  const browser = findBrowser({ forOthers: process.getuid?.() === 0 });
  if (browser === null) return context.skip('no browser that the stage may run in');
  const x = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1600x900x24', '-nolisten', 'tcp']);
  const display = await new Promise<string | null>((resolve) => {
    x.once('error', () => resolve(null));
    x.stdout.once('data', (text: Buffer) => resolve(`:${text.toString().trim()}`));
  });
  if (display === null) return context.skip('no Xvfb to open a window on');
  const cms = await TestCms.start();
  const host = startHost(cms, { DISPLAY: display, WAYLAND_DISPLAY: '' }, '--browser', browser);
  try {
    const said = await host.message('stage');
    expect(said).toMatchObject({ host: 'chromium' });
    // The first offer may have been made before there was a window; the next one tells its size.
    await cms.until(() => [...cms.offers.values()].some(({ reveal }) => reveal));
    for (const offer of cms.offers.values()) if (!offer.reveal?.screen) offer.expiresAt = 0;
    const { reveal } = await cms.until(() => [...cms.offers.values()].find((offer) => offer.reveal?.screen));
    expect(reveal?.screen).toEqual({ width: 1600, height: 900 });
  } finally {
    await host.stop();
    await cms.stop();
    x.kill();
  }
});

test('a real browser shows the board; engine and browser are killed and come back by themselves', async (context) => {
  const browser = findBrowser({ forOthers: process.getuid?.() === 0 });
  if (browser === null) return context.skip('no browser that the stage may run in');
  const cms = await TestCms.start();
  // Nothing that a player would not be given either: as root the browser runs as another user, in its sandbox.
  const host = startHost(cms, {}, '--browser', browser, '--headless');
  try {
    const said = await host.message('stage');
    expect(said).toMatchObject({ host: 'headless' });
    await cms.enterCode(String((await host.message('pairingCode'))['code']));
    await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
    await cms.publish(programme([1, null], [2, null]));
    await cms.until(() =>
      cms.bodies('playEnded').some(({ outcome, host: kind }) => outcome === 'completed' && kind === 'headless'),
    );

    // Pictures of the glass show what is on it: first the notice, then the bars of the test pattern, where they are.
    const colours = ['ffffff', 'ffff00', '00ffff', '00ff00', 'ff00ff', 'ff0000', '0000ff', '000000'];
    expect(await barsIn(await pictureOf(cms))).not.toEqual(colours);
    expect(await cms.ask('runCommandV1', { command: await cms.signCommand() })).toEqual({ ok: true });
    await vi.waitFor(async () => expect(await barsIn(await pictureOf(cms))).toEqual(colours), { timeout: 20_000 });
    const plays = cms.bodies('playEnded').length;
    await cms.ask('runCommandV1', { command: await cms.signCommand({ name: 'endTest' }) });
    await cms.until(() => cms.bodies('playEnded').length > plays);

    // The page stays where it is and finds the engine again: the browser is not started anew.
    const browserFile = join(folder, 'data/browser.json');
    const { pid } = JSON.parse(await readFile(browserFile, 'utf8')) as { pid: number };
    await killEngine(host);
    await cms.until(() => cms.bodies('booted').length === 2);
    const ended = cms.bodies('playEnded').length;
    await cms.until(() =>
      cms
        .bodies('playEnded')
        .slice(ended)
        .some(({ outcome }) => outcome === 'completed'),
    );
    expect(JSON.parse(await readFile(browserFile, 'utf8'))).toMatchObject({ pid });

    const before = cms.bodies('playEnded').length;
    process.kill(pid, 'SIGKILL');
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
    expect((JSON.parse(await readFile(browserFile, 'utf8')) as { pid: number }).pid).not.toBe(pid);
  } finally {
    await host.stop();
    await cms.stop();
  }
  // Nothing of it is left.
  await expect(readFile(join(folder, 'data/browser.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test.for([
  ['crashes', 'SIGKILL', 'page_ended'],
  ['hangs', 'SIGSTOP', 'stage_silent'],
] as const)(
  'a page that %s in a browser that goes on is shown anew within 2 s of being noticed, where the programme is by then',
  // A machine that is busy with something else may be late once.
  { retry: 2 },
  async ([how, signal, code], context) => {
    const browser = findBrowser({ forOthers: process.getuid?.() === 0 });
    if (browser === null) return context.skip('no browser that the stage may run in');
    if (process.platform !== 'linux') return context.skip('processes are looked up in /proc');
    const cms = await TestCms.start();
    const host = startHost(cms, {}, '--browser', browser, '--headless');
    let pages: number[] = [];
    try {
      const said = await host.message('stage');
      expect(said).toMatchObject({ host: 'headless' });
      await cms.enterCode(String((await host.message('pairingCode'))['code']));
      await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
      await cms.publish(programme([1, null], [2, null]));
      await cms.until(() => cms.bodies('playEnded').filter(({ outcome }) => outcome === 'completed').length >= 2);
      const { pid } = JSON.parse(await readFile(join(folder, 'data/browser.json'), 'utf8')) as { pid: number };
      pages = await pagesOf(pid);
      expect(pages).not.toEqual([]);
      const before = cms.bodies('playEnded').length;
      const brokenAt = Date.now();
      for (const each of pages) process.kill(each, signal);
      const since = () => cms.bodies('playEnded').slice(before);
      await cms.until(() => since().some(({ outcome }) => outcome === 'interrupted'));
      const back = await cms.until(() => since().find(({ start }) => start > brokenAt + 10));
      const { at, body } = await cms.until(() =>
        cms.records.find((r) => r.body.type === 'faultRaised' && r.body.code === code),
      );
      expect(body).toMatchObject({ detail: expect.stringContaining('→ newPage') as string });
      // What the host has seen reaches the journal when the engine hears of it; a hang is written down when it is noticed.
      const noticedMs = how === 'hangs' ? at - brokenAt : 0;
      const afterNoticeMs = back.start - brokenAt - noticedMs;
      process.stdout.write(
        `${JSON.stringify({ page: how, noticedMs, paintedMs: back.start - brokenAt, afterNoticeMs })}\n`,
      );
      expect(noticedMs).toBeLessThan(faults.stage_silent.afterMs + 2_000);
      expect(afterNoticeMs).toBeLessThan(2_000);
      // The loop has not moved: each notice begins where it began before.
      await cms.until(() => since().filter(({ outcome }) => outcome === 'completed').length >= 2);
      const phases = cms
        .bodies('playEnded')
        .filter(({ outcome }) => outcome === 'completed')
        .map(({ noticeId, start }) => (start - (noticeId?.endsWith('1') ? 0 : 1_500)) % 3_000);
      for (const phase of phases) expect(Math.abs(phase - phases[0]!)).toBeLessThan(1_000);
      expect(cms.bodies('booted')).toHaveLength(1);
      // The browser is the same.
      expect(JSON.parse(await readFile(join(folder, 'data/browser.json'), 'utf8'))).toMatchObject({ pid });
    } finally {
      await host.stop();
      await cms.stop();
      // A process that stands still does not hear that its browser has gone.
      for (const each of signal === 'SIGSTOP' ? pages : []) {
        try {
          process.kill(each, 'SIGKILL');
        } catch {
          // It has gone all the same.
        }
      }
    }
  },
);

/** What a board brings when it is asked for a picture. */
async function pictureOf(cms: TestCms): Promise<Buffer> {
  const { commandId, error } = await cms.askForPicture();
  expect(error).toBeUndefined();
  const { bytes } = await cms.until(() => cms.pictures.find((picture) => picture.commandId === commandId));
  expect(bytes.length).toBeLessThanOrEqual(maxScreenshotBytes);
  return bytes;
}

/** Colours in the middle of where the test pattern of 640×320 has its eight bars, each channel full or none. */
async function barsIn(picture: Buffer): Promise<string[]> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([640, 320]);
  return Array.from({ length: 8 }, (_, bar) => {
    const at = (211 * info.width + Math.round(77 + (bar + 0.5) * 60.75)) * info.channels;
    return [...data.subarray(at, at + 3)]
      .map((channel) => (channel < 48 ? '00' : channel > 207 ? 'ff' : '..'))
      .join('');
  });
}

/** The processes in which a browser draws its pages. */
async function pagesOf(browser: number): Promise<number[]> {
  const parents = new Map<number, number>();
  const renderers: number[] = [];
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    // What ends meanwhile is none of ours.
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')),
    );
    parents.set(Number(name), Number(/^.*\) \S (\d+)/s.exec(stat ?? '')?.[1]));
    if (command?.includes('--type=renderer')) renderers.push(Number(name));
  }
  const under = (pid: number | undefined): boolean => pid === browser || (pid !== undefined && under(parents.get(pid)));
  return renderers.filter(under);
}
