/** What is counted inside a page, looked up for a moment: whoever stays connected adds to it. */
import { chromium } from 'playwright';

export interface PageCounts {
  readonly mediaElements: number;
  readonly listeners: number;
  readonly nodes: number;
  /** Of the clip that plays. */
  readonly droppedFrames: number;
  readonly frames: number;
}

/** @param port where the browser answers (`--remote-debugging-port`) */
export async function countPage(port: number): Promise<PageCounts> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  try {
    const page = browser.contexts()[0]?.pages()[0];
    if (page === undefined) throw new Error('The browser has no page.');
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('HeapProfiler.collectGarbage');
    const { jsEventListeners, nodes } = await cdp.send('Memory.getDOMCounters');
    const { result } = await cdp.send('Runtime.evaluate', { expression: 'HTMLMediaElement.prototype' });
    const { objects } = await cdp.send('Runtime.queryObjects', { prototypeObjectId: result.objectId! });
    const count = { objectId: objects.objectId!, functionDeclaration: 'function () { return this.length }' };
    const media = (await cdp.send('Runtime.callFunctionOn', count)).result.value as number;
    const [droppedFrames, frames] = await page.evaluate(() => {
      const playing = [...document.querySelectorAll('video')].find((video) => !video.paused);
      const quality = playing?.getVideoPlaybackQuality();
      return [quality?.droppedVideoFrames ?? 0, quality?.totalVideoFrames ?? 0] as const;
    });
    return { mediaElements: media, listeners: jsEventListeners, nodes, droppedFrames, frames };
  } finally {
    await browser.close();
  }
}
