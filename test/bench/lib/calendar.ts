/** How long the week calendar of 200 boards takes, as the person sees it. For `bench studio`. */
import type { Browser } from 'playwright';
import { median } from './bench.ts';
import { startBenchCms, type BenchCms } from './cms-child.ts';
import { seedDefaultPlaylist, seedNotices } from './studio-seed.ts';

const boardCount = 200;
/** Schedules of all boards, and of ten boards each: so boards differ in what they play when. */
const ofAll = 20;
const ofTen = 20;
/** The programs of a CMS that has just started are slow at first: it has been at work for a while. */
const warmUp = 5;
const rounds = 9;
const hourMs = 3_600_000;

async function addEntries(cms: BenchCms, unitId: string, playlistId: string): Promise<void> {
  for (let n = 0; n < ofAll + ofTen; n++) {
    const boardIds = cms.boards.slice((n - ofAll) * 10, (n - ofAll + 1) * 10).map(({ boardId }) => boardId);
    await cms.request('POST', '/api/schedule-entries', {
      unitId,
      name: `Lịch ${n}`,
      playlistId,
      priority: 50,
      cron: `${(n * 7) % 60} ${6 + (n % 14)} * * *`,
      // Two that are open all day: at any time of the week something is hidden.
      durationMs: n < 2 ? 24 * hourMs : hourMs,
      validFrom: null,
      validTo: null,
      targets: n < ofAll ? { unitIds: [unitId], boardIds: [] } : { unitIds: [], boardIds },
    });
  }
}

/** Whether the week is there with what others hide, and the findings beneath it. Runs in the page. */
function isDrawn(): boolean {
  const inGrid = '//*[contains(@class,"ec-event")]//*[text()="Bị lịch khác che"]';
  const beneath = '//*[text()="Bị che"]';
  return document.evaluate(`${inGrid} and ${beneath}`, document, null, XPathResult.BOOLEAN_TYPE).booleanValue;
}

export interface CalendarTimes {
  /** From the address being opened, by somebody who was here before, to the week with its conflicts and gaps; median, ms. */
  readonly addressMs: number;
  /** The same from a click on «Lịch tuần» among the schedules: how it is opened all day. */
  readonly clickMs: number;
}

export async function calendarTimes(browser: Browser, web: readonly string[]): Promise<CalendarTimes> {
  const place = { unitId: '', playlistId: '' };
  const cms = await startBenchCms(boardCount, {
    args: web,
    async seed(store, { unitId, by, now }) {
      const noticeIds = await seedNotices(store, { unitId, by, now, count: 20 });
      place.unitId = unitId;
      place.playlistId = await seedDefaultPlaylist(store, { unitId, by, now, noticeIds });
    },
  });
  const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 1366, height: 768 } });
  try {
    await addEntries(cms, place.unitId, place.playlistId);
    await context.addCookies([{ name: 'bt_session', value: cms.person.sessionToken, url: cms.url }]);
    const page = await context.newPage();
    const times = { address: [] as number[], click: [] as number[] };
    const drawnAfter = async (begin: () => Promise<unknown>): Promise<number> => {
      const begunAt = performance.now();
      await begin();
      // Looked for in every frame: a locator looks again after 500 ms, and an assertion that does not hold yet reads the whole page.
      await page.waitForFunction(isDrawn, undefined, { polling: 'raf' });
      return performance.now() - begunAt;
    };
    for (let round = 0; round < warmUp + rounds; round++) {
      await page.goto(new URL('/schedules', cms.url).href);
      const link = page.getByRole('link', { name: 'Lịch tuần' });
      await link.waitFor();
      const click = await drawnAfter(() => link.click());
      const address = await drawnAfter(() => page.goto(new URL('/schedules/calendar', cms.url).href));
      if (round < warmUp) continue;
      times.click.push(click);
      times.address.push(address);
    }
    return { addressMs: median(times.address), clickMs: median(times.click) };
  } finally {
    await context.close();
    await cms.stop();
  }
}
