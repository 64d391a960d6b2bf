import { expect, test, vi } from 'vitest';
import { endPage, mayNavigate, mayRequest, windowOptions } from './policy.ts';

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
