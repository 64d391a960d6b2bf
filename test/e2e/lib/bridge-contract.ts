/**
 * What every host of the stage must keep, whatever its window: the bridge as a scripted stage sees it, and what the host says to the
 * program that started it.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { programme } from '../../../player/engine/testing-board.ts';
import { TestCms } from '../../../player/engine/testing-cms.ts';
import { maxScreenshotBytes } from '../../../shared/protocol/link.ts';
import { TestStage } from '../../../player/engine/testing-stage.ts';
import type { Child } from './processes.ts';

export interface HostUnderTest {
  readonly child: Child;
  /** What `host` the stage message is to say; `none` has no window to take a picture of. */
  readonly kind: string;
}

/** Registers the contract for a host; `start` runs it against a CMS that is there. */
export function bridgeContract(name: string, start: (cms: TestCms) => Promise<HostUnderTest>): void {
  test(`bridge contract: ${name}`, async () => {
    const cms = await TestCms.start();
    const { child, kind } = await start(cms);
    const stages: TestStage[] = [];
    const open = async (url: string) => {
      const stage = await TestStage.open(url);
      stages.push(stage);
      return stage;
    };
    try {
      const message = await child.message('stage');
      expect(message).toMatchObject({ host: kind });
      const url = String(message['url']);

      // Only the page of this launch is let in.
      const { host, origin, searchParams } = new URL(url);
      expect(await knock(`ws://${host}/bridge?token=guess`, origin)).toBe(403);
      expect(await knock(`ws://${host}/bridge?token=${searchParams.get('token')}`, 'http://elsewhere.example')).toBe(
        403,
      );

      // The order of things: configured first, prepared before shown; the code is on the glass and said to whoever started the host.
      const stage = await open(url);
      const code = await stage.untilCode();
      expect((await child.message('pairingCode'))['code']).toBe(code);
      expect(stage.commands[0]).toMatchObject({ type: 'configure' });
      expect(stage.commands.findIndex(({ type }) => type === 'show')).toBeGreaterThan(
        stage.commands.findIndex(({ type }) => type === 'prepare'),
      );

      // A message that is none ends the connection.
      const rude = await open(url);
      rude.send({ type: 'painted' } as never);
      await rude.until(() => rude.closeCode === 4002);

      await cms.enterCode(code);
      expect((await child.message('paired'))['boardId']).toBe(cms.boardId);
      await cms.until(() => cms.told.some(({ name: said }) => said === 'helloV1'));
      await cms.publish(programme([1, null], [2, null]));
      await stage.untilFront('notice');
      // The region of the certificate.
      expect(stage.commands.findLast(({ type }) => type === 'configure')).toMatchObject({
        output: { width: 640, height: 320 },
      });

      // A picture of the window, or a plain word that there is none; never one of the scripted stage, which only looks on.
      const { ok, error, commandId } = await cms.askForPicture();
      if (kind === 'none') expect([ok, error?.code]).toEqual([false, 'capture_unsupported']);
      else {
        expect(error).toBeUndefined();
        const picture = await cms.until(() => cms.pictures[0]);
        expect(picture).toMatchObject({ commandId, output: { width: 640, height: 320 } });
        expect(picture.bytes.length).toBeLessThanOrEqual(maxScreenshotBytes);
        expect((await sharp(picture.bytes).stats()).entropy).toBeGreaterThan(0.1);
      }

      // The engine dies: it comes back at the same address with the same token, and plays on.
      await killEngine(child);
      await stage.until(() => stage.closeCode !== null);
      const again = await reopen(url, open);
      await again.untilFront('notice');
      await cms.until(() => cms.bodies('booted').length === 2);
    } finally {
      for (const stage of stages) await stage.close();
      await child.stop();
      await cms.stop();
    }
    expect(child.process.exitCode).toBe(0);
  });
}

/** HTTP status of a refused WebSocket. */
function knock(url: string, origin: string): Promise<number> {
  return new Promise((resolve, reject) => {
    new WebSocket(url, { origin })
      .once('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
      .once('open', () => reject(new Error(`${url} was let in`)))
      .once('error', reject);
  });
}

/** Kills the engine under a host as a crash would. Linux only: the engine is the child whose command line names it. */
export async function killEngine(host: Child): Promise<void> {
  const pid = host.process.pid!;
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  for (const one of children) {
    const command = await readFile(`/proc/${one}/cmdline`, 'utf8').catch(() => '');
    if (/engine\/main\.c?[jt]s/.test(command)) return void process.kill(Number(one), 'SIGKILL');
  }
  throw new Error(`No engine under ${pid}: ${children.join(' ')}`);
}

async function reopen(url: string, open: (url: string) => Promise<TestStage>): Promise<TestStage> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await open(url);
    } catch (error) {
      if (attempt === 100) throw error;
      // The engine says to its host only when it listens again; a page tries, like this.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
