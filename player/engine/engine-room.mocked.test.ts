/** A disk with room for so much media and no more. */
import type * as Fs from 'node:fs';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { reservedBytes } from './library.ts';
import { noticeId, picture, programme, useBoard } from './testing-board.ts';
import { sha256 } from './testing-cms.ts';

const disk = vi.hoisted(() => ({ room: Infinity, size: 1e12, used: (_folder: string): number => 0 }));
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof Fs>()),
  statfsSync: (folder: string) => ({
    bsize: 1,
    blocks: disk.size,
    bavail: Math.min(1e12, disk.room) - disk.used(folder),
  }),
}));
disk.used = (folder) => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

const board = useBoard();
afterEach(() => Object.assign(disk, { room: Infinity, size: 1e12 }));
const large = (n: number) => Buffer.alloc(300_000, n);
const roomFor = (bytes: number) => (disk.room = reservedBytes + bytes);

test('a programme that has no room beside the two before it gets that of the older one', async () => {
  roomFor(700_000);
  const b = board();
  const stage = await b.startPlaying([1, large(1)]);
  for (const n of [2, 3, 4]) {
    await b.cms.publish(programme([n, large(n)]));
    await stage.untilNotice(noticeId(n));
  }
  expect(b.cms.faults().filter((fault) => fault.startsWith('disk_full'))).toEqual([]);
});

test('one that has no room at all does not keep from the one that plays a file that it has lost', async () => {
  roomFor(400_000);
  const b = board();
  await b.startPlaying([1, picture(1)]);
  await b.cms.publish(programme([2, Buffer.alloc(500_000)]));
  await b.cms.until(() => b.progress('fetching')?.errorCode === 'disk_full');
  await b.stop();
  rmSync(join(b.dataDir, 'assets', sha256(picture(1))));
  await b.start();
  await (await b.openStage()).untilNotice(noticeId(1));
});

test('a disk that leaves the journal little room is told of while there is some', async () => {
  roomFor(-0.6 * reservedBytes);
  const b = board();
  await b.startPlaying([1, null]);
  await b.fault('disk_low');
  const said = () =>
    b.cms.told.flatMap(({ name, request }) =>
      name === 'statusReportedV1' ? [(request as { status: { diskFails?: number } }).status.diskFails] : [],
    );
  await expect.poll(() => said().find((at) => at !== undefined)).toEqual(expect.any(Number));
});

/** Publishes pictures one after another. @returns those that were fetched, by number */
async function showInTurn(numbers: number[]): Promise<number[]> {
  const b = board();
  const [first, ...rest] = numbers as [number, ...number[]];
  const stage = await b.startPlaying([first, large(first)]);
  for (const n of rest) {
    await b.cms.publish(programme([n, large(n)]));
    await stage.untilNotice(noticeId(n));
  }
  const numberOf = new Map([1, 2, 3, 4, 5].map((n) => [sha256(large(n)), n]));
  return b.cms.asked.flatMap(({ path }) => numberOf.get(path.split('/').at(-1)!) ?? []);
}

test('playlists that are shown in turn are downloaded once', async () => {
  roomFor(1_600_000);
  expect(await showInTurn([1, 2, 3, 4, 1, 3, 2, 4])).toEqual([1, 2, 3, 4]);
  const parts = board().cms.asked.filter(({ path }) => path.includes('/parts/'));
  expect(new Set(parts.map(({ path }) => path)).size).toBe(parts.length);
});

test('where there is room for one spare, what was needed longest ago goes', async () => {
  roomFor(1_000_000);
  expect(await showInTurn([1, 2, 3, 4])).toEqual([1, 2, 3, 4]);
  const left = readdirSync(join(board().dataDir, 'assets'));
  expect(left.toSorted()).toEqual([2, 3, 4].map((n) => sha256(large(n))).toSorted());
});

test('spares get a quarter of the disk and no more', async () => {
  disk.size = 1_600_000;
  await showInTurn([1, 2, 3, 4, 5]);
  const left = readdirSync(join(board().dataDir, 'assets'));
  expect(left.toSorted()).toEqual([3, 4, 5].map((n) => sha256(large(n))).toSorted());
});
