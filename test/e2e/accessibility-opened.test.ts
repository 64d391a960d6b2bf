/**
 * What opens over a page of the studio after a click, or comes to be said in it, by the same rules as the pages (accessibility.test.ts): as
 * an administrator of the sample province.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright';
import { me } from '../../shared/protocol/api/accounts.ts';
import { users } from '../../shared/protocol/api/users.ts';
import { see } from './lib/see.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { repoRoot } from '../../scripts/lib/paths.ts';
import { faults, overflow, speak } from './lib/axe.ts';
import { startSampleCms, type SampleCms } from './lib/sample.ts';
import { Studio } from './lib/studio.ts';

type Locale = 'vi' | 'en';
/** `npm test` looks at one on a phone in Vietnamese and at the next on a desk in English; this at each in both languages on both. */
const all = process.env.EVERY_PAGE === '1';
const looks: readonly { locale: Locale; width: number }[] = [
  { locale: 'vi', width: 360 },
  { locale: 'en', width: 1280 },
  ...(all
    ? ([
        { locale: 'vi', width: 1280 },
        { locale: 'en', width: 360 },
      ] as const)
    : []),
];
const folder = mkdtempSync(join(tmpdir(), 'bang-tin-e2e-opened-'));
let cms: SampleCms;
let browser: Browser;
let page: Page;
/** Of the notice that an editor submitted. */
let submitted: string;

const sentences = (locale: Locale) =>
  JSON.parse(readFileSync(join(repoRoot, `cms/web/messages/${locale}.json`), 'utf8')) as Record<string, unknown>;
const words = { vi: sentences('vi'), en: sentences('en') };

/** What the studio says of this name; whatever stands for what is filled in. */
function say(locale: Locale, name: string): RegExp {
  const sentence = words[locale][name];
  if (typeof sentence !== 'string') throw new Error(`No plain sentence is called ${name}`);
  const parts = sentence.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.+')}$`);
}

interface Opened {
  readonly name: string;
  readonly path: () => string;
  /** Brings up what is looked at. @param say what the studio says in the language of the page */
  readonly open: (say: (name: string) => RegExp) => Promise<void>;
}
const dialog = (): Locator => page.getByRole('dialog').or(page.getByRole('alertdialog'));
const button = (name: RegExp): Locator => page.getByRole('button', { name }).first();
/** Presses it, and waits for what opens. */
async function opens(name: RegExp): Promise<void> {
  await button(name).click();
  await see(dialog()).toBeVisible();
}
/** At least one field says what is wrong with it. */
const wrongField = (): Promise<void> => see(page.locator('[aria-invalid=true]').first()).toBeVisible();

const list: readonly Opened[] = [
  { name: 'invitation', path: () => '/users', open: (say) => opens(say('users_invite')) },
  {
    name: 'invitation that lacks everything',
    path: () => '/users',
    open: async (say) => {
      await opens(say('users_invite'));
      await dialog()
        .getByRole('button', { name: say('invite_submit') })
        .click();
      await wrongField();
    },
  },
  {
    name: 'drawer of a media file',
    path: () => '/media',
    open: async (say) => {
      await page
        .getByRole('list', { name: say('media_title') })
        .getByRole('heading')
        .getByRole('button')
        .first()
        .click();
      await see(dialog()).toBeVisible();
    },
  },
  { name: 'taking a notice down', path: () => '/notices', open: (say) => opens(say('takedown_action_of')) },
  {
    name: 'deleting a notice that playlists hold',
    path: () => '/notices',
    open: async (say) => {
      await page
        .getByRole('list', { name: say('notices_title') })
        .getByRole('link')
        .first()
        .click();
      await opens(say('action_delete'));
    },
  },
  {
    name: 'returning a notice',
    path: () => `/notices/${submitted}/review`,
    open: (say) => opens(say('notice_return')),
  },
  {
    name: 'notice that lacks everything',
    path: () => '/notices/new',
    open: async (say) => {
      await button(say('notice_create')).click();
      await wrongField();
    },
  },
  {
    name: 'choosing a picture',
    path: () => '/notices/new',
    open: async (say) => {
      await page.getByLabel(say('notice_type_image')).check();
      await opens(say('media_pick_image'));
    },
  },
  {
    name: 'opening in the calendar',
    path: () => '/schedules/calendar',
    open: async (say) => {
      await button(say('calendar_after')).click();
      await page.locator('.opening').first().click();
      await see(dialog()).toBeVisible();
    },
  },
  { name: 'new schedule', path: () => '/schedules/calendar', open: (say) => opens(say('schedule_new')) },
  {
    name: 'new schedule that lacks everything',
    path: () => '/schedules/calendar',
    open: async (say) => {
      await opens(say('schedule_new'));
      await dialog()
        .getByRole('button', { name: say('schedule_create') })
        .click();
      await wrongField();
    },
  },
  {
    name: 'notices for a playlist',
    path: () => '/playlists/new',
    open: (say) => opens(say('playlist_add')),
  },
  {
    name: 'board that lacks everything',
    path: () => '/boards/new',
    open: async (say) => {
      await button(say('board_create')).click();
      await wrongField();
    },
  },
  { name: 'pairing', path: () => `/boards/${cms.firstBoardId}`, open: (say) => opens(say('pairing_open')) },
  {
    name: 'pairing by a code that is none',
    path: () => `/boards/${cms.firstBoardId}`,
    open: async (say) => {
      await opens(say('pairing_open'));
      await page.keyboard.type('AB');
      await page.keyboard.press('Enter');
      await wrongField();
    },
  },
  {
    name: 'alert that lacks everything',
    path: () => '/takeovers/new',
    open: async (say) => {
      await button(say('takeover_to_confirm')).click();
      await wrongField();
    },
  },
  {
    name: 'confirming an exercise',
    path: () => '/takeovers/new',
    open: async (say) => {
      await page.getByRole('checkbox', { name: say('takeover_exercise') }).check();
      await page.getByRole('textbox', { name: say('takeover_event') }).fill('Lũ quét');
      await page
        .getByRole('textbox', { name: say('takeover_headline') })
        .fill('Lũ quét đang về. Rời ngay vùng ven suối.');
      await opens(say('takeover_to_confirm'));
    },
  },
  {
    name: 'confirming mourning',
    path: () => '/mournings/new',
    open: async (say) => {
      await page.getByRole('textbox', { name: say('mourning_reason') }).fill('Quốc tang');
      await opens(say('mourning_to_confirm'));
    },
  },
  { name: 'retiring a board', path: () => `/boards/${cms.firstBoardId}`, open: (say) => opens(say('board_retire')) },
  { name: 'upkeep of a board', path: () => `/boards/${cms.firstBoardId}`, open: (say) => opens(say('upkeep_edit')) },
  {
    name: 'category that lacks everything',
    path: () => '/notices/categories',
    open: async (say) => {
      await opens(say('category_new'));
      await dialog()
        .getByRole('button', { name: say('action_save') })
        .click();
      await wrongField();
    },
  },
  {
    name: 'template that lacks everything',
    path: () => '/takeovers/templates',
    open: async (say) => {
      await opens(say('takeover_template_new'));
      await dialog()
        .getByRole('button', { name: say('action_save') })
        .click();
      await wrongField();
    },
  },
  {
    name: 'name of somebody, taken out',
    path: () => '/users',
    open: async (say) => {
      await page.getByRole('link', { name: 'Đỗ Thị Biên' }).first().click();
      await opens(say('user_edit'));
      await dialog().getByRole('textbox').first().fill('');
      await dialog()
        .getByRole('button', { name: say('action_save') })
        .click();
      await wrongField();
    },
  },
  {
    name: 'standing in that lacks everything',
    path: () => '/account',
    open: async (say) => {
      await opens(say('delegation_give'));
      await see(dialog().getByRole('combobox', { name: say('delegation_person') })).toBeVisible();
      await dialog()
        .getByRole('button', { name: say('delegation_give_submit') })
        .click();
      await wrongField();
    },
  },
  {
    name: 'bin in which nothing is found',
    path: () => '/bin/notice',
    open: async (say) => {
      await page.getByRole('searchbox', { name: say('bin_search') }).fill('không có tin nào tên như thế');
      await see(page.getByText(say('list_nothing_found'))).toBeVisible();
    },
  },
  {
    name: 'audit log, filtered, the wrong way round',
    path: () => `/audit?from=${Date.UTC(2026, 10, 22)}&to=${Date.UTC(2026, 10, 21)}`,
    open: async (say) => {
      await page.getByLabel(say('audit_who')).fill('Trần Minh Quản');
      await see(button(say('audit_clear'))).toBeVisible();
      await wrongField();
    },
  },
];

/** What of a dialog has to be scrolled sideways. */
const sideways = (): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('[role=dialog], [role=dialog] *, [role=alertdialog], [role=alertdialog] *')]
      .filter((element) => /auto|scroll/.test(getComputedStyle(element).overflowX))
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => `sideways: ${element.className}: ${element.scrollWidth - element.clientWidth} px`),
  );

beforeAll(async () => {
  const executablePath = await ensureBrowser();
  cms = await startSampleCms(join(folder, 'cms'));
  browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  const editor = await signedIn('editor');
  const write = async (title: string, then: string): Promise<string> => {
    await editor.goto(new URL('/notices/new', cms.url).href);
    await editor.getByLabel('Tiêu đề trên bảng').fill(title);
    await editor.getByRole('textbox', { name: 'Nội dung' }).fill('Sáu giờ sáng Chủ nhật');
    await editor.getByRole('button', { name: then, exact: true }).click();
    await see(editor).toHaveURL(/\/notices\/[0-9a-f-]{36}$/);
    return editor.url().split('/').at(-1)!;
  };
  submitted = await write('Vệ sinh ngõ xóm', 'Lưu và trình duyệt');
  await write('Họp thôn', 'Lưu tin');
  await new Studio(editor, cms.url).deleteNotice('Họp thôn');
  await editor.context().close();
  page = await signedIn('administrator');
  await haveColleague();
});
afterAll(async () => {
  await browser?.close();
  await cms?.child.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The technician writes at the province too: somebody there may stand in for the administrator. */
async function haveColleague(): Promise<void> {
  const read = async (path: string) => (await page.request.get(new URL(path, cms.url).href)).json();
  const own = me.parse(await read('/api/session'));
  const email = cms.accounts.find(({ role }) => role === 'technician')!.email;
  const list = users.parse(await read('/api/users'));
  const given = await page.request.post(
    new URL(`/api/users/${list.users.find((one) => one.email === email)!.id}/grants`, cms.url).href,
    {
      headers: { 'x-csrf-token': own.csrfToken, origin: new URL(cms.url).origin },
      data: { unitId: own.grants[0]!.unitId, role: 'editor' },
    },
  );
  expect(given.status()).toBe(200);
}

async function signedIn(role: string): Promise<Page> {
  const account = cms.accounts.find((one) => one.role === role);
  if (!account) throw new Error(`The sample has no ${role}`);
  const own = await (await browser.newContext({ locale: 'vi-VN', reducedMotion: 'reduce' })).newPage();
  await new Studio(own, cms.url).signIn(account.email, account.password);
  return own;
}

const looked = looks.flatMap((look, n) =>
  list.filter((_, index) => all || index % looks.length === n).map((opened) => ({ ...look, ...opened })),
);
test.each(looked)('$name, $locale, $width px', async ({ path, open, locale, width }) => {
  await speak(page, locale);
  await page.setViewportSize({ width, height: 800 });
  await page.goto(new URL(path(), cms.url).href);
  await see(page.getByRole('heading', { level: 1 })).toBeVisible({ timeout: 30_000 });
  await see(page.locator('[aria-busy=true]')).toHaveCount(0);
  await open((name) => say(locale, name));
  await see(page.locator('[aria-busy=true]')).toHaveCount(0);
  await page.waitForLoadState('networkidle');
  // Of a page that lies beneath a dialog nothing can be reached until that is closed.
  const isOver = (await dialog().count()) > 0;
  if (isOver) expect(await dialog().getAttribute('aria-modal')).toBe('true');
  const within = isOver ? '[role=dialog], [role=alertdialog]' : 'html';
  const wrong = [...(await faults(page, within)), ...(await sideways())];
  const over = await overflow(page);
  if (over > 0) wrong.push(`overflow: ${over} px`);
  // A draft that is left is offered again, and asks whether it may be left.
  await page.evaluate(() => sessionStorage.clear());
  expect(wrong).toEqual([]);
});
