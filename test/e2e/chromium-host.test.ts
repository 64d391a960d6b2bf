/** The Chromium host as a process: its bridge, and a real browser under it that is killed and comes back. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { programme } from '../../player/engine/testing-board.ts';
import { TestCms } from '../../player/engine/testing-cms.ts';
import { findBrowser } from '../../scripts/lib/browser.ts';
import { bridgeContract, killEngine } from './lib/bridge-contract.ts';
import { Child } from './lib/processes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bang-tin-host-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function startHost(cms: TestCms, ...args: string[]): Child {
  return new Child('player/hosts/chromium/main.ts', [
    '--cms',
    cms.url,
    '--data',
    join(folder, 'data'),
    '--stage',
    'dist/stage',
    ...args,
  ]);
}

bridgeContract('Chromium host', (cms) => Promise.resolve({ child: startHost(cms), kind: 'none' }));

test('a real browser shows the board; engine and browser are killed and come back by themselves', async (context) => {
  const browser = findBrowser({ forOthers: process.getuid?.() === 0 });
  if (browser === null) return context.skip('no browser that the stage may run in');
  const cms = await TestCms.start();
  // Nothing that a player would not be given either: as root the browser runs as another user, in its sandbox.
  const host = startHost(cms, '--browser', browser, '--headless');
  try {
    const said = await host.message('stage');
    if (said['host'] === 'none') return context.skip(`the browser does not run here: ${String(said['reason'])}`);
    expect(said['host']).toBe('headless');
    await cms.enterCode(String((await host.message('pairingCode'))['code']));
    await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
    await cms.publish(programme([1, null], [2, null]));
    await cms.until(() =>
      cms.bodies('playEnded').some(({ outcome, host: kind }) => outcome === 'completed' && kind === 'headless'),
    );

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
