import { mkdtempSync, rmSync } from 'node:fs';
import { getEventListeners } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { maxSampleBytes, type SampleAbout, type SamplePlaying } from '../../shared/protocol/samples.ts';
import { AppError } from '../../shared/util/errors.ts';
import { CmsError } from './cms-http.ts';
import { samplesQueued, thinnest } from './sample-queue.ts';
import { Sampler, type SamplerOptions } from './sampler.ts';
import { openStore, type Store } from './store.ts';

const minute = 60_000;
const jpeg = Buffer.from([0xff, 0xd8, 1, 2, 3]);
const playing = (title: string): SamplePlaying => ({ noticeId: null, title, why: 'loop', exercise: false });
const screenOf = (width: number, height: number) => ({ x: 0, y: 0, width, height, rotation: 0 }) as const;

let folder: string;
let store: Store;
let now: number;
let every: number;
let brought: { id: string; about: SampleAbout; picture: Uint8Array | null }[];
let asked: [number, number | undefined][];
let refuses: Error | null;
let o: { -readonly [K in keyof SamplerOptions]: SamplerOptions[K] };
let sampler: Sampler;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bang-tin-sampler-'));
  store = openStore(
    join(folder, 'player.db'),
    () => now,
    () => undefined,
  );
  [now, every, brought, asked, refuses] = [1_795_000_000_000, 15, [], [], null];
  o = {
    store,
    clock: { now: () => now, state: () => 'synced' },
    system: { uuid: () => crypto.randomUUID() },
    everyMinutes: () => every,
    ask: (maxBytes, longSide) => {
      asked.push([maxBytes, longSide]);
      return Promise.resolve(jpeg);
    },
    hasStage: () => true,
    unseen: () => null,
    output: () => null,
    window: () => ({ width: 1920, height: 1080 }),
    playing: () => ({ key: 'a', playing: playing('Lịch tiêm chủng') }),
    mayBring: () => true,
    http: {
      putSample: (id, about, picture) => {
        if (refuses) return Promise.reject(refuses);
        brought.push({ id, about, picture });
        return Promise.resolve();
      },
    },
    credentials: () => ({ boardId: 'b1', key: undefined as never }),
    signal: new AbortController().signal,
    log: pino({ level: 'silent' }),
  };
  sampler = new Sampler(o);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const settle = () => sampler.idle();
/** So many minutes go by, each with its look. */
async function pass(minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i++) {
    now += minute;
    sampler.look();
    await settle();
  }
}
const titles = () => brought.map(({ about }) => about.missing ?? about.playing?.title);

test('one picture in each of its times, with when it was and what was on; over a restart too', async () => {
  await pass(60);
  expect(brought).toHaveLength(4);
  const gaps = brought.slice(1).map(({ about }, index) => about.at - brought[index]!.about.at);
  expect(gaps).toEqual([15 * minute, 15 * minute, 15 * minute]);
  expect(brought[0]).toMatchObject({
    about: { output: null, window: { width: 1920, height: 1080 }, playing: playing('Lịch tiêm chủng'), missing: null },
  });
  expect(Buffer.from(brought[0]!.picture!)).toEqual(jpeg);
  // Small in pixels and bytes.
  expect(asked[0]).toEqual([maxSampleBytes, 640]);
  // Each start takes none of its own: a player that is started again and again does not send one each time.
  for (let starts = 0; starts < 10; starts++) {
    sampler = new Sampler(o);
    sampler.look();
    await settle();
  }
  expect(brought).toHaveLength(4);
  await pass(15);
  expect(brought).toHaveLength(5);
  every = 0;
  await pass(60);
  expect(brought).toHaveLength(5);
  // The player's own signal, which lives as long as it does, holds none of them.
  expect(getEventListeners(o.signal, 'abort')).toEqual([]);
});

test('after the first, which each takes when it is given the order, boards do not take their pictures at once', async () => {
  const minutes = new Set<number>();
  for (const boardId of ['b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8']) {
    o.credentials = () => ({ boardId, key: undefined as never });
    sampler = new Sampler(o);
    brought.length = 0;
    await pass(15);
    expect(brought).toHaveLength(1);
    minutes.add(Math.floor(brought[0]!.about.at / minute) % 15);
  }
  expect(minutes.size).toBeGreaterThan(3);
});

test('of a small region of a large window as many pixels are taken as it has', async () => {
  o.output = () => screenOf(192, 96);
  sampler.ordered();
  await settle();
  o.output = () => screenOf(1280, 640);
  sampler.ordered();
  await settle();
  o.window = () => null;
  sampler.ordered();
  await settle();
  expect(asked.map(([, longSide]) => longSide)).toEqual([1920, 960, 640]);
  expect(brought.map(({ about }) => about.output?.width)).toEqual([192, 1280, undefined]);
});

test('in the dark, without a stage, or when it fails, it says so once, until there is one again', async () => {
  o.unseen = () => 'screen_off';
  await pass(60);
  o.unseen = () => null;
  o.hasStage = () => false;
  await pass(30);
  o.hasStage = () => true;
  o.ask = () => Promise.reject(new AppError('capture_failed', 'The browser hangs'));
  await pass(30);
  o.ask = () => Promise.resolve(jpeg);
  await pass(15);
  o.unseen = () => 'screen_off';
  await pass(30);
  expect(titles()).toEqual(['screen_off', 'no_stage', 'capture_failed', 'Lịch tiêm chủng', 'screen_off']);
  expect(brought.map(({ picture }) => picture !== null)).toEqual([false, false, false, true, false]);
  // By a clock that nobody ever set nothing can be said.
  o.clock = { now: () => now, state: () => 'unknown' };
  brought.length = 0;
  o.unseen = () => null;
  await pass(30);
  expect(brought).toEqual([]);
});

test('a window that hangs does not keep the player from its end, and nothing is said of it', async () => {
  const ending = new AbortController();
  o.signal = ending.signal;
  o.ask = () => new Promise(() => undefined);
  sampler = new Sampler(o);
  sampler.ordered();
  ending.abort();
  await settle();
  o.signal = new AbortController().signal;
  sampler = new Sampler(o);
  await pass(1);
  expect(brought).toEqual([]);
});

test('what changed while the picture was taken is not said of it', async () => {
  let shown = 0;
  o.playing = () => ({ key: String(shown), playing: playing(`Tin ${shown}`) });
  const changes = (times: number): void => {
    o.ask = () => {
      if (times-- > 0) shown++;
      return Promise.resolve(jpeg);
    };
  };
  changes(1);
  sampler.ordered();
  await settle();
  changes(100);
  sampler.ordered();
  await settle();
  expect(brought.map(({ about }) => about.playing?.title)).toEqual(['Tin 1', undefined]);
});

test('weeks without the CMS are a few pictures, spread over all of them; the newest is brought first', async () => {
  let away = true;
  o.mayBring = () => !away;
  const begin = now;
  for (let hour = 0; hour < 21 * 24; hour++) {
    now += 60 * minute;
    sampler.look();
    await settle();
  }
  expect(brought).toEqual([]);
  // Also after the power was away.
  sampler = new Sampler(o);
  away = false;
  sampler.look();
  await settle();
  expect(brought).toHaveLength(samplesQueued);
  const at = brought.map(({ about }) => about.at);
  expect(at).toEqual([...at].sort((a, b) => b - a));
  const gaps = at.slice(1).map((time, index) => at[index]! - time);
  expect(at.at(-1)! - begin).toBeLessThan(2 * 60 * minute);
  expect(Math.max(...gaps)).toBeLessThan((21 * 86_400_000) / 16);
});

test('a CMS that cannot take it just now is given it later, one that refuses it is not', async () => {
  refuses = new CmsError('server_busy', 'Later', 503);
  sampler.ordered();
  await settle();
  refuses = new CmsError('token_invalid', 'No', 401);
  await pass(1);
  refuses = null;
  await pass(1);
  expect(brought).toHaveLength(1);
  refuses = new CmsError('samples_unwanted', 'Nobody asked', 409);
  sampler.ordered();
  await settle();
  refuses = null;
  await pass(1);
  expect(brought).toHaveLength(1);
  // Whoever wants no more pictures pays for none that still wait.
  o.mayBring = () => false;
  sampler.ordered();
  await settle();
  every = 0;
  sampler.ordered();
  o.mayBring = () => true;
  await pass(5);
  expect(brought).toHaveLength(1);
});

test('what is let go is in the thick of it, and never the first or the last', () => {
  expect(thinnest([0, 10, 20, 30])).toBe(1);
  expect(thinnest([0, 20, 30, 40, 50])).toBe(2);
  expect(thinnest([0, 1, 2])).toBe(1);
});
