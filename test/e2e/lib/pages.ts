/** Every page of the studio with an address at which the sample province shows it. A page that is not here fails the tests. */
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright';
import { repoRoot } from '../../../scripts/lib/paths.ts';

/** `first.boards` is the id of the first board of the list, and so on; `first.units` of the first commune. */
type First = Readonly<Record<keyof typeof lists, string>>;

const lists = {
  boards: '/api/boards',
  notices: '/api/notices',
  playlists: '/api/playlists',
  entries: '/api/schedule-entries',
  mournings: '/api/mournings',
  takeovers: '/api/takeovers',
  units: '/api/units',
  users: '/api/users',
} as const;

/** By the name of the component in cms/web/src/pages, for somebody who is signed in. */
const addresses: Readonly<Record<string, (first: First) => string>> = {
  AccountPage: () => '/account',
  AuditPage: () => '/audit',
  BinPage: () => '/bin/notice',
  BoardEditPage: (first) => `/boards/${first.boards}/edit`,
  BoardNewPage: () => '/boards/new',
  BoardPage: (first) => `/boards/${first.boards}`,
  BoardPlanPage: (first) => `/boards/${first.boards}/plan`,
  BoardsPage: () => '/boards',
  CategoriesPage: () => '/notices/categories',
  IncidentsPage: () => '/incidents',
  MediaBinPage: () => '/media/bin',
  MediaPage: () => '/media',
  MourningNewPage: () => '/mournings/new',
  MourningPage: (first) => `/mournings/${first.mournings}`,
  MourningsPage: () => '/mournings',
  NotFoundPage: () => '/khong-co-trang-nay',
  NoticePage: (first) => `/notices/${first.notices}`,
  NoticeReviewPage: (first) => `/notices/${first.notices}/review`,
  NoticesPage: () => '/notices',
  ObligationMatrixPage: () => '/obligations/matrix',
  ObligationPage: () => '/obligations/new',
  // Without a unit the province comes to what it has sent.
  ObligationsPage: (first) => `/obligations?unit=${first.units}`,
  ObligationsSentPage: () => '/obligations/sent',
  OverviewPage: () => '/',
  PlaylistPage: (first) => `/playlists/${first.playlists}`,
  PlaylistsPage: () => '/playlists',
  PlaysPage: () => '/plays',
  PublishPage: () => '/publish',
  ScheduleCalendarPage: () => '/schedules/calendar',
  SchedulePage: (first) => `/schedules/${first.entries}`,
  SchedulesPage: () => '/schedules',
  TakeoverNewPage: () => '/takeovers/new',
  TakeoverPage: (first) => `/takeovers/${first.takeovers}`,
  TakeoverTemplatesPage: () => '/takeovers/templates',
  TakeoversPage: () => '/takeovers',
  UnitsImportPage: () => '/units/import',
  UnitsPage: () => '/units',
  UpdatesPage: () => '/updates',
  UserPage: (first) => `/users/${first.users}`,
  UsersPage: () => '/users',
};

/** For whom is not signed in. */
export const doors: Readonly<Record<string, string>> = {
  JoinPage: '/join#token=da-dung-roi',
  SetupPage: '/setup#token=da-dung-roi',
  SignInPage: '/',
};

/**
 * What no address of the sample shows: the second factor stands over every page while it is asked for (accounts.test.ts); the log is a
 * player's, and the sample has none (spine.test.ts).
 */
const elsewhere = ['SecondFactorPage', 'BoardLogPage'];

/** Pages of cms/web/src/pages that nothing here opens. */
export function unlistedPages(): string[] {
  const all = globSync('*.svelte', { cwd: join(repoRoot, 'cms/web/src/pages') }).map((file) =>
    basename(file, '.svelte'),
  );
  const listed = new Set([...Object.keys(addresses), ...Object.keys(doors), ...elsewhere]);
  return all.filter((name) => !listed.has(name)).sort();
}

/** Name and address of every page, for whoever is signed in on this one. @throws when a list of the sample is empty */
export async function studioPages(page: Page): Promise<{ name: string; path: string }[]> {
  const ids = Object.entries(lists).map(async ([key, path]) => {
    const answer = (await (await page.request.get(new URL(path, page.url()).href)).json()) as Record<
      string,
      { id: string; level?: string }[]
    >;
    const id = answer[key]?.find(({ level }) => key !== 'units' || level === 'commune')?.id;
    if (id === undefined) throw new Error(`${path} is empty`);
    return [key, id] as const;
  });
  const first = Object.fromEntries(await Promise.all(ids)) as First;
  return Object.entries(addresses).map(([name, address]) => ({ name, path: address(first) }));
}
