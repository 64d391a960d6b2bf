/** How much crosses the line until a person can do the first thing in the studio. */
import type { Browser } from 'playwright';
import { see } from '../../e2e/lib/see.ts';
import type { BenchCms } from './cms-child.ts';

export interface FirstLoad {
  /** As they cross the line, headers included; what the browser holds counts as nothing, and it holds nothing. */
  readonly bytes: number;
  /** From the address being opened to the first board on the page. */
  readonly ms: number;
  /** Bytes by what they are. */
  readonly byKind: Readonly<Record<string, number>>;
}

/** Opens the studio in a fresh browser, signed in, and counts until it is quiet; then does the first thing. */
export async function firstLoad(browser: Browser, cms: BenchCms): Promise<FirstLoad> {
  const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 1366, height: 768 } });
  try {
    await context.addCookies([{ name: 'bt_session', value: cms.person.sessionToken, url: cms.url }]);
    const page = await context.newPage();
    const network = await context.newCDPSession(page);
    const kinds = new Map<string, string>();
    const byKind: Record<string, number> = {};
    const add = (kind: string, bytes: number): void => void (byKind[kind] = (byKind[kind] ?? 0) + bytes);
    network.on('Network.responseReceived', ({ requestId, type }) => void kinds.set(requestId, type));
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      add(kinds.get(requestId) ?? 'Other', encodedDataLength),
    );
    network.on('Network.webSocketFrameReceived', ({ response }) => add('WebSocket', response.payloadData.length));
    await network.send('Network.enable');

    const openedAt = performance.now();
    await page.goto(cms.url);
    // The boards of this CMS have never connected.
    const unknown = page.getByRole('link', { name: /Không rõ/ });
    await see(unknown).toBeVisible({ timeout: 30_000 });
    const ms = performance.now() - openedAt;
    await page.waitForLoadState('networkidle');
    const counted = { ...byKind };

    // It is there: it can be used.
    await unknown.click();
    await see(page.getByRole('link', { name: 'Bảng 1', exact: true })).toBeVisible();
    return { bytes: Object.values(counted).reduce((sum, bytes) => sum + bytes, 0), ms, byKind: counted };
  } finally {
    await context.close();
  }
}
