import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { EngineMessage } from './main.ts';
import { programme, useBoard } from './testing-board.ts';
import { TestStage } from './testing-stage.ts';

const board = useBoard();
let child: ChildProcess | null = null;
let stage: TestStage | null = null;

afterEach(async () => {
  await stage?.close();
  await kill();
});

async function kill(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** The engine as a process, as a host starts it; resolves with the stage's address. */
async function spawn(): Promise<string> {
  const { cms, dataDir, stageDir } = board().options;
  const args = [
    '--cms',
    cms ?? '',
    '--data',
    dataDir,
    '--stage',
    stageDir,
    '--host',
    'chromium',
    '--log-level',
    'error',
  ];
  const started = fork(new URL('main.ts', import.meta.url), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  child = started;
  return new Promise((resolve, reject) => {
    started.on('message', (message: EngineMessage) => {
      if (message.type === 'listening') resolve(message.url);
    });
    started.once('exit', () => reject(new Error('the engine ended')));
  });
}

test('an engine that is killed loses no play and no takeover, and repeats none', async () => {
  const { cms } = board();
  stage = await TestStage.open(await spawn());
  await cms.enterCode(await stage.untilCode());
  await cms.until(() => cms.told.some(({ name }) => name === 'helloV1'));
  await cms.publish(programme([1, null], [2, null]));
  await cms.until(() => cms.bodies('playEnded').length >= 1);
  const alert = await cms.raise();
  const shown = await stage.untilFront('takeover');
  await cms.until(() => board().takeoverStates(alert.takeoverId).includes('displayed'));
  // A second on the glass is in the checkpoint.
  const since = stage.said('alive');
  await stage.until(() => (stage?.said('alive') ?? 0) >= since + 2);
  await cms.stop();
  await kill();

  stage = await TestStage.open(await spawn());
  expect(await stage.untilFront('takeover')).toEqual(shown);
  expect(stage.shown[0]).toEqual(shown);
  await cms.listen();
  await cms.until(() => cms.bodies('booted').length === 2);
  const interrupted = cms.bodies('playEnded').filter(({ outcome }) => outcome === 'interrupted');
  expect(interrupted).toEqual([expect.objectContaining({ takeoverId: alert.takeoverId, host: 'chromium' })]);
  expect(interrupted[0]!.paintedMs).toBeGreaterThanOrEqual(1_000);
  expect(cms.journals.size).toBe(1);
  expect(cms.records.map(({ seq }) => seq)).toEqual(cms.records.map((_, index) => index + 1));
});

test('a command line that cannot be obeyed ends with its own code and one sentence', async () => {
  const started = fork(new URL('main.ts', import.meta.url), ['--data', board().dataDir], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  let said = '';
  started.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  expect((await once(started, 'exit'))[0]).toBe(64);
  expect(said).toContain('stage');
});
