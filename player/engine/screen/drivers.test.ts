import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runProgram } from './run-program.ts';
import { screenDriver, type Run } from './drivers.ts';

const never = new AbortController().signal;

/** Whether a process runs; one that ended and that nobody has asked after does not. */
const isThere = (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (stat) => !/\) Z /.test(stat),
    () => false,
  );

/** Programs by what they are called with; whatever else is called fails. */
function programs(answers: Record<string, string | Error | (string | Error)[]>) {
  const calls: string[] = [];
  const run: Run = (file, args) => {
    const call = [file, ...args].join(' ');
    calls.push(call);
    const known = answers[call];
    const answer = Array.isArray(known) ? known.shift() : known;
    return typeof answer === 'string' ? Promise.resolve(answer) : Promise.reject(answer ?? new Error(`No ${call}`));
  };
  return { run, calls };
}

test('nothing switches the screen unless somebody said what', () => {
  expect([screenDriver(undefined), screenDriver(''), screenDriver('none')]).toEqual([null, null, null]);
});

describe('DPMS', () => {
  const off = 'xset s off dpms 0 0 0 dpms force off';
  test.each([
    ['DPMS is Enabled\n  Monitor is On', true],
    ['DPMS is Enabled\n  Monitor is Off', false],
    ['DPMS is Enabled\n  Monitor is in Standby', false],
    // Nobody asked anything of the screen yet.
    ['DPMS is Disabled', null],
  ])('reads %j', async (said, on) => {
    expect(await screenDriver('dpms', programs({ 'xset q': said }).run)!.read(never)).toEqual({ on, light: null });
  });
  test('switches, and says so where the X server cannot', async () => {
    const { run, calls } = programs({ [off]: '' });
    await screenDriver('dpms', run)!.set({ on: false, light: 20 }, never);
    expect(calls).toEqual([off]);
    const without = programs({ [off]: 'server does not have extension for dpms option\nxset: unknown option 0' });
    await expect(screenDriver('dpms', without.run)!.set({ on: false, light: null }, never)).rejects.toMatchObject({
      code: 'screen_failed',
    });
  });
});

describe('ddcutil', () => {
  const read = 'ddcutil --terse getvcp d6 10';
  test.each([
    ['VCP D6 SNC x01\nVCP 10 C 50 100\n', { on: true, light: 50 }],
    ['VCP D6 SNC x04\nVCP 10 C 128 255\n', { on: false, light: 50 }],
    ['VCP D6 ERR\nVCP 10 C 7 0\n', { on: null, light: null }],
  ])('reads %j', async (said, state) => {
    expect(await screenDriver('ddcutil', programs({ [read]: said }).run)!.read(never)).toEqual(state);
  });
  test('asks again when an answer is lost, three times and no more', async () => {
    const lost = new Error('DDC communication failed');
    const { run } = programs({ [read]: [lost, lost, 'VCP D6 SNC x01\n'] });
    expect((await screenDriver('ddcutil', run)!.read(never)).on).toBe(true);
    const dead = programs({ [read]: lost });
    await expect(screenDriver('ddcutil', dead.run)!.read(never)).rejects.toBe(lost);
    expect(dead.calls).toHaveLength(3);
  });
  test('counts brightness as the screen does, and sets none on one that is off', async () => {
    const set = (to: string) => `ddcutil --noverify setvcp ${to}`;
    const { run, calls } = programs({
      [read]: 'VCP D6 SNC x01\nVCP 10 C 255 255\n',
      [set('d6 1')]: '',
      [set('d6 4')]: '',
      [set('10 102')]: '',
    });
    const driver = screenDriver('ddcutil', run)!;
    await driver.read(never);
    await driver.set({ on: true, light: 40 }, never);
    await driver.set({ on: false, light: 40 }, never);
    expect(calls.slice(1)).toEqual([set('d6 1'), set('10 102'), set('d6 4')]);
  });
});

describe('a program of the operator’s', () => {
  let folder: string;
  let program: string;
  const log = () => readFile(join(folder, 'log'), 'utf8').catch(() => '');
  const write = async (script: string) => {
    await writeFile(program, `#!/bin/sh\necho "$@" >> '${folder}/log'\n${script}\n`);
    await chmod(program, 0o700);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bang-tin-screen-'));
    program = join(folder, 'a screen');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is told what to do, one word after another, by no shell', async () => {
    await write('[ "$1" = state ] && echo "on 40"; exit 0');
    const driver = screenDriver(program)!;
    await driver.set({ on: true, light: 40 }, never);
    expect(await driver.read(never)).toEqual({ on: true, light: 40 });
    expect((await log()).trim().split('\n')).toEqual(['on', 'brightness 40', 'state']);
  });
  test.each([
    ['echo off', { on: false, light: null }],
    ['echo I do not know', { on: null, light: null }],
    ['true', { on: null, light: null }],
  ])('that says %j', async (script, state) => {
    await write(script);
    expect(await screenDriver(program)!.read(never)).toEqual(state);
  });
  test('that fails, or is not there, says why', async () => {
    await write('echo the relay is stuck >&2; exit 3');
    const failure = { code: 'screen_failed' };
    await expect(screenDriver(program)!.set({ on: true, light: null }, never)).rejects.toMatchObject(failure);
    await expect(screenDriver(program)!.read(never)).rejects.toThrow(/ended with 3: the relay is stuck/);
    await expect(screenDriver(join(folder, 'no such'))!.read(never)).rejects.toThrow(/ENOENT/);
  });
  test('that hangs is killed, with what it started holding its output', async () => {
    await write(`sleep 300 & echo $! > '${folder}/started'; wait`);
    await expect(runProgram(program, ['on'], { timeoutMs: 500, signal: never })).rejects.toThrow(/no end after 500 ms/);
    const started = Number(await readFile(join(folder, 'started'), 'utf8'));
    await expect.poll(() => isThere(started)).toBe(false);
    const ends = new AbortController();
    const running = runProgram(program, ['on'], { timeoutMs: 60_000, signal: ends.signal });
    await expect.poll(log).toBe('on\non\n');
    ends.abort(new Error('Something else is wanted'));
    await expect(running).rejects.toThrow('Something else is wanted');
  });
  test('is refused, and nothing else ends, where no more files can be opened', async () => {
    await write('echo on');
    const script = `
      import { openSync } from 'node:fs';
      import { runProgram } from '${import.meta.dirname}/run-program.ts';
      try { for (;;) openSync('/dev/null'); } catch {}
      const asked = runProgram('${program}', ['state'], { timeoutMs: 5000, signal: new AbortController().signal });
      asked.catch((error) => setTimeout(() => process.exit(/EMFILE/.test(error.message) ? 42 : 43), 50));
    `;
    await writeFile(join(folder, 'few.ts'), script);
    const few = spawn('sh', ['-c', 'ulimit -n 60; exec "$0" "$1"', process.execPath, join(folder, 'few.ts')]);
    expect(await once(few, 'exit')).toEqual([42, null]);
  });
});
