/** What the Electron host decides, apart from doing it: how the window is made, where it may go, what ends a page that hangs. */
import type { BrowserWindowConstructorOptions } from 'electron';

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
