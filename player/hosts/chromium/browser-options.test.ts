import { describe, expect, test } from 'vitest';
import { browserArgs, browserEnv, browserUser, windowKind, windowRaster, type BrowserCall } from './browser-options.ts';

const call: BrowserCall = {
  kind: 'chromium',
  url: 'http://127.0.0.1:1/?token=t',
  profile: '/home/board/profile',
  raster: { width: 640, height: 320 },
  smallSharedMemory: false,
  waylandOnly: false,
  extra: [],
};

describe('the command line', () => {
  test('a window is a kiosk without anything to click on, and never gives up the sandbox by itself', () => {
    const args = browserArgs(call);
    expect(args).toContain('--kiosk');
    expect(args).toContain(`--app=${call.url}`);
    expect(args).toContain('--autoplay-policy=no-user-gesture-required');
    expect(
      args.some((arg) => arg.startsWith('--headless') || arg === '--no-sandbox' || arg.startsWith('--window-size')),
    ).toBe(false);
  });

  test('under a Wayland compositor alone, such as cage, the window does not look for an X server', () => {
    expect(browserArgs({ ...call, waylandOnly: true })).toContain('--ozone-platform=wayland');
    expect(browserArgs({ ...call, waylandOnly: true, kind: 'headless' })).not.toContain('--ozone-platform=wayland');
    expect(browserArgs(call)).not.toContain('--ozone-platform=wayland');
  });

  test('a headless window has the size of the raster, and what the operator adds comes last', () => {
    const args = browserArgs({ ...call, kind: 'headless', extra: ['--no-sandbox'] });
    expect(args).toContain('--screen-info={640x320}');
    expect(args).toContain('--kiosk');
    expect(args.slice(-2)).toEqual(['--no-sandbox', `--app=${call.url}`]);
  });

  test('a size that the operator gives is not changed by the raster', () => {
    expect(windowRaster({ width: 192, height: 96 }, ['--window-size=800,600'])).toBeNull();
    expect(windowRaster({ width: 192, height: 96 }, [])).toEqual({ width: 192, height: 96 });
    expect(windowRaster(null, [])).toEqual({ width: 1920, height: 1080 });
  });
});

describe('whose browser it is', () => {
  const root = { uid: 0, gid: 0 };
  const owner = { uid: 1000, gid: 1001 };

  test('as root it runs as the owner of the data, else as nobody', () => {
    expect(browserUser(0, owner, [])).toEqual(owner);
    expect(browserUser(0, root, [])).toEqual({ uid: 65_534, gid: 65_534 });
  });

  test('others run it as themselves, and so does root without the sandbox', () => {
    expect(browserUser(1000, owner, [])).toBeNull();
    expect(browserUser(null, root, [])).toBeNull();
    expect(browserUser(0, root, ['--no-sandbox'])).toBeNull();
  });

  test('it is handed nothing that it could leak', () => {
    const env = browserEnv({ PATH: '/bin', DISPLAY: ':0', HOME: '/root', BANG_TIN_HOST_TOKEN: 'secret' }, '/tmp/home');
    expect(env).toEqual({
      PATH: '/bin',
      DISPLAY: ':0',
      HOME: '/tmp/home',
      XDG_CONFIG_HOME: '/tmp/home/config',
      XDG_CACHE_HOME: '/tmp/home/cache',
    });
    expect(browserEnv({ HOME: '/home/board', SECRET: 'x' }, null)).toEqual({ HOME: '/home/board' });
  });
});

test('a window where there is a display, else headless, else none', () => {
  expect(windowKind({ headless: false, browser: '/usr/bin/chromium', display: true })).toBe('chromium');
  expect(windowKind({ headless: true, browser: '/usr/bin/chromium', display: true })).toBe('headless');
  expect(windowKind({ headless: false, browser: '/usr/bin/chromium', display: false })).toBe('headless');
  expect(windowKind({ headless: false, browser: null, display: true })).toBe('none');
});
