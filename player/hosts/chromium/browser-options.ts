/** How Chromium is called for a board: which flags, whose user, which environment. Pure decisions, tested beside. */

import { boardSwitches } from '../switches.ts';

export type WindowKind = 'chromium' | 'headless';

export interface Raster {
  readonly width: number;
  readonly height: number;
}

/** Chromium features that a board has no use for and that would reach out, pop up or take keys. */
const unwanted = [
  'Translate',
  'MediaRouter',
  'DialMediaRouteProvider',
  'OptimizationHints',
  'GlobalMediaControls',
  'HardwareMediaKeyHandling',
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'InterestFeedContentSuggestions',
  'CalculateNativeWinOcclusion',
];

export interface BrowserCall {
  readonly kind: WindowKind;
  readonly url: string;
  readonly profile: string;
  /** Size of a headless window; a kiosk window fills its screen. */
  readonly raster: Raster | null;
  /** Shared memory is too small for video frames (some containers). */
  readonly smallSharedMemory: boolean;
  /** The only display is a Wayland compositor: Chromium, left to itself, may look for an X server and end. */
  readonly waylandOnly: boolean;
  /** From the command line. */
  readonly extra: readonly string[];
}

/** Until the board's own raster is known. */
const usualRaster: Raster = { width: 1920, height: 1080 };

/** Size that a headless window is to have; null when the command line says it. */
export function windowRaster(raster: Raster | null, extra: readonly string[]): Raster | null {
  return extra.some((arg) => arg.startsWith('--window-size=')) ? null : (raster ?? usualRaster);
}

/** Chromium's command line. */
export function browserArgs({
  kind,
  url,
  profile,
  raster,
  smallSharedMemory,
  waylandOnly,
  extra,
}: BrowserCall): string[] {
  const size = raster ?? usualRaster;
  return [
    `--user-data-dir=${profile}`,
    ...boardSwitches(process.platform).map(([name, value]) =>
      value === undefined ? `--${name}` : `--${name}=${value}`,
    ),
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-infobars',
    '--disable-session-crashed-bubble',
    '--hide-crash-restore-bubble',
    '--disable-search-engine-choice-screen',
    `--disable-features=${unwanted.join(',')}`,
    // What only a whole browser has and would reach out for.
    '--disable-sync',
    '--disable-default-apps',
    '--disable-extensions',
    '--disable-domain-reliability',
    '--disable-client-side-phishing-detection',
    '--metrics-recording-only',
    '--no-pings',
    '--password-store=basic',
    '--use-mock-keychain',
    // For pictures of the glass, over two pipes that only the host holds: nothing listens (devtools.ts).
    '--remote-debugging-pipe',
    ...(smallSharedMemory ? ['--disable-dev-shm-usage'] : []),
    '--kiosk',
    // What a window shows before its page does, and for a moment after that has crashed, is dark and not white.
    '--force-dark-mode',
    // Without a screen one is described (Chromium 137 and later), which the kiosk window then fills to the pixel.
    ...(kind === 'headless'
      ? ['--headless=new', `--screen-info={${size.width}x${size.height}}`, `--window-size=${size.width},${size.height}`]
      : ['--start-fullscreen', '--window-position=0,0', ...(waylandOnly ? ['--ozone-platform=wayland'] : [])]),
    ...extra,
    `--app=${url}`,
  ];
}

/** What of this process's environment the browser gets: what it needs to open a window, and nothing that it could leak. */
export function browserEnv(env: NodeJS.ProcessEnv, home: string | null): NodeJS.ProcessEnv {
  const passed = [
    'PATH',
    'LANG',
    'LC_ALL',
    'TZ',
    'DISPLAY',
    'WAYLAND_DISPLAY',
    'XAUTHORITY',
    'XDG_RUNTIME_DIR',
    'SystemRoot',
    'LOCALAPPDATA',
    'TEMP',
  ];
  const chosen: NodeJS.ProcessEnv = {};
  for (const name of passed) if (env[name] !== undefined) chosen[name] = env[name];
  if (home === null) return { ...chosen, ...(env.HOME === undefined ? {} : { HOME: env.HOME }) };
  return { ...chosen, HOME: home, XDG_CONFIG_HOME: `${home}/config`, XDG_CACHE_HOME: `${home}/cache` };
}

/** Unix user «nobody» of Debian. */
const nobody = { uid: 65_534, gid: 65_534 };

/**
 * Whom the browser runs as. Chromium's sandbox is refused to root, and giving it up is no answer on a public screen: as root it
 * runs as the data folder's owner, or else as nobody. null: as the user of this process.
 */
export function browserUser(
  processUid: number | null,
  owner: { uid: number; gid: number },
  extra: readonly string[],
): { uid: number; gid: number } | null {
  if (processUid !== 0 || extra.includes('--no-sandbox')) return null;
  return owner.uid === 0 ? nobody : owner;
}

/** Which window this machine can show. */
export function windowKind(options: {
  headless: boolean;
  browser: string | null;
  display: boolean;
}): WindowKind | 'none' {
  if (options.browser === null) return 'none';
  return options.headless || !options.display ? 'headless' : 'chromium';
}
