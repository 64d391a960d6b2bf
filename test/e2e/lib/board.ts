/** A look at the glass of a running player, as a resident would have it: through its browser's debugging port. */
import { chromium, type Browser, type Page } from 'playwright';

export interface Glass {
  page: Page;
  close(): Promise<void>;
}

/** Connects to the stage's page of a player started by `startPlayer`, waiting until its browser is up. */
export async function lookAt(debugUrl: string, within = 60_000): Promise<Glass> {
  const until = Date.now() + within;
  for (;;) {
    let browser: Browser | null = null;
    try {
      browser = await chromium.connectOverCDP(debugUrl, { timeout: 5_000 });
      const page = browser.contexts().flatMap((context) => context.pages()).find((p) => p.url().includes('token='));
      if (page) {
        const connected = browser;
        return { page, close: () => connected.close() };
      }
      await browser.close();
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    if (Date.now() > until) throw new Error('The stage did not open');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What is in front, in the order of appearing, each change once; runs in the page. */
export async function watchGlass(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const seen: string[] = [];
    let last = '';
    const look = (): void => {
      const layers = [...document.querySelectorAll<HTMLElement>('.layer[data-front="true"]')];
      const front = layers.sort((a, b) => Number(b.style.zIndex) - Number(a.style.zIndex))[0];
      const id = front?.dataset['sceneId'] ?? '';
      if (front && id !== last) {
        last = id;
        const label = front.querySelector('h1, h2, [aria-label], img[alt]');
        seen.push(`${front.dataset['kind']}|${label?.textContent?.replace(/\s+/g, ' ').trim() || label?.getAttribute('aria-label') || label?.getAttribute('alt') || ''}`);
      }
      requestAnimationFrame(look);
    };
    look();
    (window as unknown as { seenScenes: string[] }).seenScenes = seen;
  });
  return () => page.evaluate(() => (window as unknown as { seenScenes: string[] }).seenScenes);
}

/** The scene in front. */
export function front(page: Page) {
  return page.locator('.layer[data-front="true"]').last();
}

/** Share of pixels of a PNG that are not nearly black, and how many different colours there are; a blank glass has few of both. */
export async function liveliness(png: Buffer): Promise<{ lit: number; colours: number }> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(png).removeAlpha().resize(160).raw().toBuffer({ resolveWithObject: true });
  let lit = 0;
  const colours = new Set<number>();
  for (let i = 0; i < data.length; i += 3) {
    const [r, g, b] = [data[i]!, data[i + 1]!, data[i + 2]!];
    if (r + g + b > 60) lit++;
    colours.add(((r >> 4) << 8) | ((g >> 4) << 4) | (b >> 4));
  }
  return { lit: lit / (info.width * info.height), colours: colours.size };
}

/** How far two pictures differ on average, in their colours from 0 to 255; their sizes may differ. */
export async function difference(a: Buffer, b: Buffer): Promise<number> {
  const { default: sharp } = await import('sharp');
  const [one, other] = await Promise.all(
    [a, b].map((picture) => sharp(picture).removeAlpha().resize(160, 90, { fit: 'fill' }).raw().toBuffer()),
  );
  return one!.reduce((sum, value, at) => sum + Math.abs(value - other![at]!), 0) / one!.length;
}
