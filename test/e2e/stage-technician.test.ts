/** The technician's page on the stage, in a real browser, on glass of every shape: how it is asked for, typed into, read and left. */
import { describe, expect, test } from 'vitest';
import type { TechnicianFacts, TechnicianView } from '../../shared/protocol/technician.ts';
import { director, newPage, open, page, plainImage, shapes, startDirector } from './lib/stage.ts';
import { takeoverScene } from './stage-harness.ts';

const field: TechnicianView = {
  state: 'code',
  challenge: '7KQ20XWM',
  link: 'https://bangtin.hagiang.example/boards/01912345-6789-7abc-8def-0123456789ab?technician=7KQ20XWM',
  wrong: false,
  changed: false,
  waitMs: 0,
};
const facts: TechnicianFacts = {
  network: {
    interfaces: [
      { name: 'wwan0', addresses: ['10.64.12.7/30', '2402:800:6174:9a3b:5054:ff:fe12:3456/64'] },
      { name: 'eth0', addresses: ['192.168.1.20/24'] },
    ],
    net: 'mobile',
    operator: 'Viettel',
    radio: 'lte',
    signal: 38,
    mb: 412,
  },
  link: { connected: false, sinceMs: 7_500_000, trouble: 'dns', detail: 'EAI_AGAIN' },
  pairing: {
    cms: 'https://bangtin.hagiang.example',
    app: '0.1.0',
    os: 'Debian GNU/Linux 13 (trixie)',
    board: {
      boardId: '01912345-6789-7abc-8def-0123456789ab',
      boardName: 'Bảng tin cổng Ủy ban nhân dân xã Nghĩa Thuận',
      unitName: 'Xã Nghĩa Thuận',
      place: 'Cổng Ủy ban nhân dân xã, đường Nguyễn Trãi',
    },
    programme: '1.128',
  },
  disk: { freeMb: 5_210, mediaBytes: 3_912_000_000, journalBytes: 48_300_000 },
  clock: { state: 'held', now: Date.UTC(2026, 10, 22, 7, 5, 9), zone: 'Asia/Ho_Chi_Minh', offsetMs: -312_000 },
  faults: [
    { code: 'decode_stalled', at: Date.UTC(2026, 10, 22, 6, 58, 0) },
    { code: 'screen_differs', at: Date.UTC(2026, 10, 22, 3, 0, 0) },
    { code: 'data_budget_low', at: Date.UTC(2026, 10, 20, 3, 0, 0) },
    { code: 'window_ended', at: Date.UTC(2026, 10, 19, 3, 0, 0) },
  ],
  downloads: { missing: 3, errorCode: 'media_waits_hours' },
  screen: { driver: 'ddcutil', on: true, off: false, why: 'hours' },
  speed: { state: 'done', downKbps: 4_312, upKbps: 918, bytes: 2_500_000 },
};
const opened: TechnicianView = {
  state: 'open',
  facts,
  acts: ['speed', 'testPattern', 'reload', 'restart'],
};

const panel = () => page.locator('[data-technician]');
const shots = process.env.TECHNICIAN_SHOTS;
const shoot = async (name: string): Promise<void> => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
};

/** Opens the stage with a picture on it. */
async function playing(viewport = { width: 1280, height: 720 }): Promise<void> {
  await open(viewport);
  await director.present('one', await plainImage('#d62828'));
}

async function show(view: TechnicianView | null): Promise<void> {
  director.send({ type: 'technician', view });
  if (view)
    await panel()
      .and(page.locator(`[data-technician="${view.state}"]`))
      .waitFor();
  else await panel().waitFor({ state: 'detached' });
}

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}
const heard = (said: object) => expect.poll(() => director.technician).toContainEqual(said);

describe('asked for', () => {
  test('Enter five times asks for it; four times, or with something else between, does not', async () => {
    await playing();
    await press('Enter', 'Enter', 'Enter', 'Enter', 'a', 'Enter');
    expect(director.technician).toEqual([]);
    await press('Enter', 'Enter', 'Enter', 'Enter');
    await heard({ what: 'ask' });
    expect(director.technician).toHaveLength(1);
  });

  test('a finger that is held for five seconds asks for it, one that strays does not', async () => {
    await playing();
    // It stands still but for what is asked of it: a slow machine's own seconds are not held ones.
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(60_000);
    await page.mouse.move(100, 100);
    await page.mouse.down();
    await page.mouse.move(300, 100);
    await page.clock.runFor(6_000);
    await page.mouse.up();
    await page.mouse.down();
    await page.clock.runFor(4_900);
    expect(director.technician).toEqual([]);
    await page.clock.runFor(200);
    await heard({ what: 'ask' });
    await page.mouse.up();
  });

  test('a page that somebody opened by hand has none', async () => {
    await playing();
    director.send({ type: 'configure', output: null, assetBase: '/assets/', locale: 'vi', byHand: true });
    await page.locator('.mark').waitFor();
    await press('Enter', 'Enter', 'Enter', 'Enter', 'Enter');
    await director.next('alive');
    expect(director.technician).toEqual([]);
  });

  test('the studio’s preview shows none, whoever asks', async () => {
    await director.stop();
    await startDirector({
      shell:
        '<link rel="icon" href="data:," /><iframe src="/stage/index.html?carrier=parent" style="width:640px;height:360px"></iframe>',
    });
    await newPage({ width: 800, height: 600 });
    await page.goto(new URL('/shell.html', director.url).href);
    const frame = page.frameLocator('iframe');
    await frame.locator('.picture').waitFor();
    await page.evaluate((view) => {
      document.querySelector('iframe')!.contentWindow!.postMessage({ type: 'technician', view }, location.origin);
    }, field);
    expect(await frame.locator('[data-technician]').count()).toBe(0);
  });
});

test('the digits are typed, mended and sent, with keys as with a finger', async () => {
  await playing();
  await show(field);
  expect(await page.locator('[data-challenge]').textContent()).toBe('7KQ2 0XWM');
  await press('1', '2', '3', '4', '5', '6', '7', 'Enter');
  expect(director.technician.filter(({ what }) => what === 'code')).toEqual([]);
  await press('Backspace', '8', '9', '5');
  // No more than eight.
  expect(await page.locator('[data-typed]').textContent()).toBe('1234 5689');
  await press('Enter');
  await heard({ what: 'code', code: '12345689' });

  await show({ ...field, wrong: true });
  await expect.poll(() => page.locator('[role=status]').textContent()).toBe('Mã không đúng.');
  expect(await page.locator('[data-typed]').textContent()).toBe('···· ····');
  for (const digit of '00000000') await page.getByRole('button', { name: digit, exact: true }).click();
  await page.getByRole('button', { name: 'Gửi' }).click();
  await heard({ what: 'code', code: '00000000' });

  await show({ ...field, changed: true });
  await expect.poll(() => page.locator('[role=status]').textContent()).toContain('đã đổi');

  await show({ ...field, waitMs: 120_000 });
  await expect.poll(() => page.locator('[role=status]').textContent()).toContain('chờ 2 phút');
  await press('Escape');
  await heard({ what: 'close' });
});

test('what can be done is done by its number; what takes the picture away is asked for twice', async () => {
  await playing();
  await show(opened);
  await press('1');
  await heard({ what: 'act', act: 'speed' });
  await press('4');
  await page.getByText('Bấm lần nữa để xác nhận').waitFor();
  expect(director.technician).not.toContainEqual({ what: 'act', act: 'restart' });
  // Neither what was pressed before pages were turned, nor what was pressed long ago.
  await press('+');
  await press('4');
  await page.getByText('Bấm lần nữa để xác nhận').waitFor();
  await page.getByText('Bấm lần nữa để xác nhận').waitFor({ state: 'detached', timeout: 10_000 });
  await press('4');
  await page.getByText('Bấm lần nữa để xác nhận').waitFor();
  expect(director.technician).not.toContainEqual({ what: 'act', act: 'restart' });
  await press('4');
  await heard({ what: 'act', act: 'restart' });
  await press('0');
  await heard({ what: 'close' });
});

test('the content goes on beneath, and an alert stands over it at once', async () => {
  await playing();
  await show(opened);
  await director.present('two', await plainImage('#1e3cc8'));
  expect(await panel().count()).toBe(1);
  await director.present('alert', takeoverScene(4));
  await panel().waitFor({ state: 'detached' });
});

describe.each(Object.entries(shapes))('on %s', (name, viewport) => {
  test.each([
    ['field', field],
    ['wrong', { ...field, wrong: true, waitMs: 90_000 }],
    ['page', opened],
  ] as const)('%s: nothing is cut off', async (state, view) => {
    await playing(viewport);
    for (const locale of ['en', 'vi'] as const) {
      director.configure(null, locale);
      await show(view);
      await page.evaluate(() => document.fonts.ready);
      const cut = () =>
        panel().evaluate((root) =>
          [...root.querySelectorAll('p, h1, h2, button, footer, svg')].flatMap((element) => {
            const box = element.getBoundingClientRect();
            const frame = (element.closest('.window') ?? root).getBoundingClientRect();
            // Of another page of the columns.
            if (box.left >= frame.right || box.right <= frame.left) return [];
            const over = Math.max(
              frame.top - box.top,
              box.bottom - frame.bottom,
              box.right - frame.right,
              frame.left - box.left,
            );
            return over > 1 ? [`${element.textContent?.slice(0, 40)} by ${Math.round(over)} px`] : [];
          }),
        );
      expect(await cut()).toEqual([]);
      await shoot(`${state}-${name.replace(/[:×]/, 'x')}-${locale}`);
      if (state !== 'page') continue;
      // Every section is on some page.
      const seen = new Set<string>();
      for (let turn = 0; turn < 40; turn++) {
        const titles = await panel().evaluate((root) => {
          const frame = root.querySelector('.window')!.getBoundingClientRect();
          return [...root.querySelectorAll('h2')]
            .filter((title) => {
              const { left, right } = title.getBoundingClientRect();
              return left >= frame.left - 1 && right <= frame.right + 1;
            })
            .map((title) => title.textContent ?? '');
        });
        for (const title of titles) seen.add(title);
        expect(await cut()).toEqual([]);
        if (turn === 2) await shoot(`${state}-${name.replace(/[:×]/, 'x')}-${locale}-2`);
        await press('+');
      }
      expect(seen.size).toBe(9);
    }
  });
});
