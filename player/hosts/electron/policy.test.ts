import { EventEmitter } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session, WebContents } from 'electron';
import { describe, expect, test, vi } from 'vitest';
import { confineContents, confineSession, endPage, mayNavigate, mayRequest, windowOptions } from './policy.ts';

const stage = 'http://127.0.0.1:4000/?token=abc';

test('the window is a kiosk, and the page in it has nothing of Node or Electron', () => {
  expect(windowOptions('/preload.cjs')).toMatchObject({
    kiosk: true,
    show: false,
    webPreferences: {
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
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

test('no web feature is on trial in it', () => {
  expect(windowOptions('/preload.cjs').webPreferences).not.toHaveProperty('experimentalFeatures');
  expect(windowOptions('/preload.cjs').webPreferences).not.toHaveProperty('enableBlinkFeatures');
});

describe('a page is confined', () => {
  /** What Electron would call: the handlers that are set, by the name of their setter, and events. */
  function confined(own: string | null) {
    const handlers = new Map<string, (...args: unknown[]) => unknown>();
    const setter = (name: string) => (handler: (...args: unknown[]) => unknown) => void handlers.set(name, handler);
    const session = Object.assign(new EventEmitter(), {
      setPermissionRequestHandler: setter('request'),
      setPermissionCheckHandler: setter('check'),
      setDevicePermissionHandler: setter('device'),
      webRequest: { onBeforeRequest: setter('load') },
    });
    const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: setter('open') });
    confineSession(session as unknown as Session, () => own);
    confineContents(contents as unknown as WebContents, () => own);
    const prevented = (from: EventEmitter, name: string, url = ''): boolean => {
      const event = { url, preventDefault: vi.fn() };
      from.emit(name, event);
      return event.preventDefault.mock.calls.length > 0;
    };
    const cancelled = (url: string): unknown => {
      const answer = vi.fn();
      handlers.get('load')!({ url }, answer);
      return (answer.mock.calls[0]![0] as { cancel: boolean }).cancel;
    };
    return { session, contents, handlers, prevented, cancelled };
  }

  test('it is granted no permission, no device, no download, no window and no embedded page', () => {
    const { session, contents, handlers, prevented } = confined(stage);
    const answer = vi.fn();
    for (const permission of ['media', 'notifications', 'fullscreen', 'openExternal', 'geolocation'])
      handlers.get('request')!(contents, permission, answer);
    expect(answer.mock.calls).toEqual(Array(5).fill([false]));
    expect(handlers.get('check')!()).toBe(false);
    expect(handlers.get('device')!()).toBe(false);
    expect(handlers.get('open')!({ url: stage })).toEqual({ action: 'deny' });
    expect(prevented(session, 'will-download')).toBe(true);
    expect(prevented(contents, 'will-attach-webview')).toBe(true);
  });

  test.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('%s leads to the stage or nowhere', (name) => {
    const { contents, prevented } = confined(stage);
    expect(prevented(contents, name, stage)).toBe(false);
    expect(prevented(contents, name, 'https://elsewhere.example/')).toBe(true);
  });

  test('it loads from the engine alone, and nothing before there is one', () => {
    expect(confined(stage).cancelled('http://127.0.0.1:4000/library/aa')).toBe(false);
    expect(confined(stage).cancelled('https://elsewhere.example/a.js')).toBe(true);
    expect(confined(null).cancelled(stage)).toBe(true);
    const early = confined(null);
    expect(early.prevented(early.contents, 'will-navigate', stage)).toBe(true);
  });
});

test('nothing of Electron is handed to the page, and no program of the system is opened for it', () => {
  const sources = globSync('*.ts', { cwd: import.meta.dirname })
    .filter((name) => !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));
  expect(sources.length).toBeGreaterThan(2);
  for (const source of sources)
    expect(source).not.toMatch(
      /\b(ipcMain|ipcRenderer|contextBridge|openExternal|openPath|executeJavaScript|loadFile)\b/,
    );
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
