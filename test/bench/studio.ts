/**
 * npm run bench -- studio
 *
 * How much crosses the line, in kB (1,000 bytes), until a person who is signed in can do the first thing in the studio: a real
 * Chromium that holds nothing yet, a real CMS with 50 boards. Its details are times in ms: of a search over 20,000 notices as the
 * HTTP request of somebody of the province and of a commune sees it (p95), of publishing to 1,000 boards from the request until the last has its manifest (median), of the
 * week calendar of 200 boards (median) and of the overview of 10,000 (p95).
 *
 * needs: build, browser
 */
import { join } from 'node:path';
import { chromium } from 'playwright';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { repoRoot } from '../../scripts/lib/paths.ts';
import type { NoticeList, Playlist } from '../../shared/protocol/api/content.ts';
import { startFleet, type Receipts } from '../fleet/messages.ts';
import type { SeededPerson } from '../fleet/seed.ts';
import { median, runBench } from './lib/bench.ts';
import { calendarTimes } from './lib/calendar.ts';
import { startBenchCms } from './lib/cms-child.ts';
import { firstLoad, type FirstLoad } from './lib/first-load.ts';
import { overviewP95 } from './lib/overview.ts';
import { searches, seedCommunePerson, seedDefaultPlaylist, seedNotices } from './lib/studio-seed.ts';

const sizes = { boardsShown: 50, notices: 20_000, boardsPublished: 1_000, noticesPlayed: 20 };
const receiveWithinMs = 60_000;

const nowAcross = (): number => performance.timeOrigin + performance.now();
const ms = (value: number): number => Number(value.toPrecision(4));
const p95 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(0.95 * values.length) - 1]!;

/** p95 of finding notices, ms: every search 20 times, in turns, the first page of each. */
async function searchNotices(cms: Awaited<ReturnType<typeof startBenchCms>>, by?: SeededPerson): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= 20; round++) {
    for (const q of searches) {
      const started = performance.now();
      const found = (await cms.request('GET', `/api/notices?q=${encodeURIComponent(q)}`, undefined, by)) as NoticeList;
      // In the first round nothing is warm.
      if (round > 0) times.push(performance.now() - started);
      if (found.total === 0) throw new Error(`«${q}» found nothing`);
    }
  }
  return p95(times);
}

/** Median of three publications to all boards, each of a playlist that has changed, ms. */
async function publishToAll(cms: Awaited<ReturnType<typeof startBenchCms>>, playlistId: string): Promise<number> {
  const boardIds = cms.boards.map(({ boardId }) => boardId);
  const fleet = startFleet();
  try {
    await fleet.ask({ do: 'connectBoards', cms: cms.url, identities: cms.boards });
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const { unitId, name, revision, items } = (await cms.request('GET', `/api/playlists/${playlistId}`)) as Playlist;
      const turned = [...items.slice(1), items[0]!];
      await cms.request('PUT', `/api/playlists/${playlistId}`, { unitId, name, revision, items: turned });
      await fleet.ask({ do: 'arm' });
      const receipts = fleet.ask<Receipts>({
        do: 'receipts',
        expected: boardIds.length,
        withinMs: receiveWithinMs,
      });
      const started = nowAcross();
      await cms.request('POST', '/api/programmes/publish', { boardIds });
      const { times: received } = await receipts;
      if (received.length !== boardIds.length)
        throw new Error(`${received.length} of ${boardIds.length} boards have their manifest`);
      times.push(Math.max(...received) - started);
    }
    return median(times);
  } finally {
    await fleet.stop();
  }
}

/** What is asked of the server, on a CMS with much in it. */
async function serverTimes(): Promise<Record<string, unknown>> {
  let playlistId = '';
  let commune: SeededPerson | undefined;
  const cms = await startBenchCms(sizes.boardsPublished, {
    async seed(store, place) {
      commune = await seedCommunePerson(store, place);
      const noticeIds = await seedNotices(store, { ...place, count: sizes.notices });
      playlistId = await seedDefaultPlaylist(store, { ...place, noticeIds: noticeIds.slice(0, sizes.noticesPlayed) });
    },
  });
  try {
    return {
      searchP95Ms: ms(await searchNotices(cms)),
      searchOfCommuneP95Ms: ms(await searchNotices(cms, commune)),
      publishMs: ms(await publishToAll(cms, playlistId)),
    };
  } finally {
    await cms.stop();
  }
}

const web = ['--web', join(repoRoot, 'dist/web'), '--stage', join(repoRoot, 'dist/stage')];
const cms = await startBenchCms(sizes.boardsShown, { args: web });
const browser = await chromium.launch({
  executablePath: await ensureBrowser({ print: console.error }),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const loads: FirstLoad[] = [];
try {
  await runBench({
    name: 'studio',
    unit: 'kB',
    async figure() {
      const load = await firstLoad(browser, cms);
      loads.push(load);
      return load.bytes / 1000;
    },
    async details() {
      const calendar = await calendarTimes(browser, web);
      await browser.close();
      return {
        ...sizes,
        byKind: loads.at(-1)!.byKind,
        firstBoardMs: ms(median(loads.map((load) => load.ms))),
        ...(await serverTimes()),
        calendarMs: ms(calendar.addressMs),
        calendarByClickMs: ms(calendar.clickMs),
        overviewP95Ms: ms(await overviewP95()),
      };
    },
  });
} finally {
  await browser.close();
  await cms.stop();
}
