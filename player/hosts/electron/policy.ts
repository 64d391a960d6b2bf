/** What the Electron host decides, apart from doing it: how the window is made, where it may go, what ends a page that hangs. */
import type { BrowserWindowConstructorOptions, Session, WebContents } from 'electron';

/** A window that covers its screen and gives the page nothing but the web. */
export function windowOptions(preload: string): BrowserWindowConstructorOptions {
  return {
    kiosk: true,
    fullscreen: true,
    frame: false,
    autoHideMenuBar: true,
    skipTaskbar: true,
    // The page is dark until it paints: never a white flash.
    backgroundColor: '#000000',
    show: false,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      backgroundThrottling: false,
      spellcheck: false,
      devTools: false,
      safeDialogs: true,
      disableDialogs: true,
    },
  };
}

/** Whether the window may load this address: the stage's own page, and nothing else ever. */
export function mayNavigate(url: string, stageUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const [to, own] = [new URL(url), new URL(stageUrl)];
  return to.origin === own.origin && to.pathname === own.pathname;
}

/** Whether anything that the page loads may be fetched: from the engine, or made by the page itself. */
export function mayRequest(url: string, stageUrl: string): boolean {
  if (!URL.canParse(url)) return false;
  const [to, own] = [new URL(url), new URL(stageUrl)];
  if (to.protocol === 'data:' || to.protocol === 'blob:') return true;
  return (to.protocol === 'http:' || to.protocol === 'ws:') && to.host === own.host;
}

/** What a page asks of the machine is refused, and whatever it loads comes from the engine. @param stageUrl null until there is one */
export function confineSession(session: Session, stageUrl: () => string | null): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => event.preventDefault());
  session.webRequest.onBeforeRequest(({ url }, answer) => {
    const own = stageUrl();
    answer({ cancel: own === null || !mayRequest(url, own) });
  });
}

/** Nothing leads away from the stage: no navigation, no window, no embedded page. */
export function confineContents(contents: WebContents, stageUrl: () => string | null): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  const check = (event: { preventDefault(): void; url: string }) => {
    const own = stageUrl();
    if (own === null || !mayNavigate(event.url, own)) event.preventDefault();
  };
  contents.on('will-navigate', check);
  contents.on('will-redirect', check);
  contents.on('will-frame-navigate', check);
}

/** What of a window's page `endPage` needs. */
export interface Page {
  isDestroyed(): boolean;
  isCrashed(): boolean;
  forcefullyCrashRenderer(): void;
}

/**
 * Ends the process of a page that hangs: it would never commit a navigation, and a kiosk, which nobody touches, never hears that it
 * is unresponsive. One that is gone already is left alone.
 */
export function endPage(page: Page | undefined): void {
  if (page === undefined || page.isDestroyed() || page.isCrashed()) return;
  page.forcefullyCrashRenderer();
}
