import { describe, expect, test, vi } from 'vitest';
import { CrashPolicy, endPage, mayNavigate, mayRequest, windowOptions } from './policy.ts';

const stage = 'http://127.0.0.1:4000/?token=abc';

test('the window is a kiosk, and the page in it has nothing of Node or Electron', () => {
  expect(windowOptions('/preload.cjs')).toMatchObject({
    kiosk: true,
    show: false,
    webPreferences: {
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      devTools: false,
      preload: '/preload.cjs',
    },
  });
});

test.each([
  [stage, true],
  ['http://127.0.0.1:4000/?token=other', true],
  ['http://127.0.0.1:4000/library/aa', false],
  ['http://127.0.0.1:4001/', false],
  ['https://127.0.0.1:4000/', false],
  ['http://127.0.0.1.evil.example:4000/', false],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['nonsense', false],
])('may go to %s: %s', (url, allowed) => {
  expect(mayNavigate(url, stage)).toBe(allowed);
});

test.each([
  ['http://127.0.0.1:4000/library/aa', true],
  ['ws://127.0.0.1:4000/bridge?token=abc', true],
  ['blob:http://127.0.0.1:4000/1', true],
  ['https://fonts.example/a.woff2', false],
  ['http://localhost:4000/', false],
  ['file:///etc/passwd', false],
])('may load %s: %s', (url, allowed) => {
  expect(mayRequest(url, stage)).toBe(allowed);
});

describe('after a crash', () => {
  test('the page comes back soon, then ever later, up to half a minute', () => {
    const policy = new CrashPolicy(0);
    const waits = Array.from({ length: 10 }, (_, i) => policy.died(i * 100));
    expect(waits.slice(0, 3)).toEqual([200, 400, 800]);
    expect(waits.at(-1)).toBe(30_000);
  });

  test('a page that had lived for a while starts over', () => {
    const policy = new CrashPolicy(0);
    policy.died(10);
    policy.died(20);
    policy.loaded(1_000);
    expect(policy.died(100_000)).toBe(200);
  });
});

test('a page that hangs is ended; one that is gone already is left alone', () => {
  const page = (destroyed: boolean, crashed: boolean) => ({
    isDestroyed: () => destroyed,
    isCrashed: () => crashed,
    forcefullyCrashRenderer: vi.fn(),
  });
  const [hung, crashed, closed] = [page(false, false), page(false, true), page(true, false)];
  for (const each of [hung, crashed, closed, undefined]) endPage(each);
  expect(hung.forcefullyCrashRenderer).toHaveBeenCalledOnce();
  expect(crashed.forcefullyCrashRenderer).not.toHaveBeenCalled();
  expect(closed.forcefullyCrashRenderer).not.toHaveBeenCalled();
});
