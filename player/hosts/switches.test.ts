import { expect, test } from 'vitest';
import { browserArgs } from './chromium/browser-options.ts';
import { boardSwitches } from './switches.ts';

const named = (platform: NodeJS.Platform) => new Map(boardSwitches(platform).map(([name, value]) => [name, value]));

test('videos are decoded by the graphics processor where Chromium has to be asked for it', () => {
  expect(named('linux').get('enable-features')).toMatch(/^AcceleratedVideoDecodeLinuxGL,/);
  expect(named('win32').has('enable-features')).toBe(false);
});

test.each(['linux', 'win32', 'darwin'] as const)(
  'on %s no switch gives up a protection or overrides the list of bad drivers',
  (platform) => {
    for (const name of [
      'no-sandbox',
      'disable-web-security',
      'ignore-gpu-blocklist',
      'ignore-certificate-errors',
      'enable-blink-features',
    ])
      expect(named(platform).has(name)).toBe(false);
  },
);

test('the Chromium host gives them as arguments, each once', () => {
  const args = browserArgs({
    kind: 'chromium',
    url: 'file:///stage.html',
    profile: '/profile',
    raster: null,
    smallSharedMemory: false,
    waylandOnly: false,
    extra: [],
  });
  for (const [name, value] of boardSwitches(process.platform))
    expect(args).toContain(value === undefined ? `--${name}` : `--${name}=${value}`);
  const names = args.map((arg) => arg.split('=')[0]);
  expect(new Set(names).size).toBe(names.length);
});
