/** Text on the stage: whole on its pages, marks and all, in every shape, and every page in its turn. */
import { expect, test } from 'vitest';
import type { Scene } from '../../shared/protocol/bridge.ts';
import { inspect, marksBeyond, pageCount, pagedLines } from './lib/inspect-stage.ts';
import { director, keepPages, open, page, shapes } from './lib/stage.ts';
import { boardId, layoutScene, takeoverScene } from './stage-harness.ts';

keepPages();

const aDayMs = 86_400_000;
const marks = 'Ể Ộ Ữ Ẵ ngoằn ngoèo – ẾỆỄ ƯỚC MUỐN ĐẦY ỤC, Ặng ợ g';
const long = Array.from(
  { length: 12 },
  (_, i) =>
    `${i % 3 === 1 ? '- ' : ''}Đoạn ${i + 1}: ${marks}; cán bộ phụ trách và cán bộ làm công tác thông tin cơ sở ở xã, phường (mỗi đơn vị tối thiểu 02 người).`,
).join('\n');
const texts: Record<string, Scene> = {
  takeover: takeoverScene(5, { exercise: true, instruction: long.slice(0, 700) }),
  fallback: {
    kind: 'fallback',
    fallback: { kind: 'fallback', unitName: `Ủy ban nhân dân ${marks}`, boardName: marks },
    zone: 'Asia/Ho_Chi_Minh',
  },
  identify: { kind: 'identify', boardName: marks, place: marks, boardId },
  pairing: { kind: 'pairing', code: 'WMWMWMWM', cms: 'https://bang-tin-dien-tu.tinh-dai-nhat.example' },
};
const cases = Object.keys(shapes).flatMap((shape) => Object.keys(texts).map((text) => [shape, text] as const));

test.each(cases)('%s: «%s» is whole on its pages, NFC and NFD alike', async (shape, name) => {
  await open(shapes[shape]);
  const scene = texts[name]!;
  const decomposed = JSON.parse(JSON.stringify(scene).normalize('NFD')) as Scene;
  const durationMs = scene.kind === 'takeover' ? aDayMs : 1_000_000;
  await director.present('first', scene, { durationMs, paused: true });
  const count = await page.evaluate(pageCount);
  const shares = Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * durationMs) / count));
  const offsets = scene.kind === 'takeover' ? await turnsOf('first') : shares;
  expect(offsets).toHaveLength(count);
  let lines = 0;
  for (const [index, offsetMs] of offsets.entries()) {
    await director.present(`nfc${index}`, scene, { durationMs, offsetMs, paused: true });
    const found = await page.evaluate(inspect);
    expect(found.problems).toEqual([]);
    lines += found.paged;
    // Later pages follow from the same text.
    if (index > 0) continue;
    const composed = name === 'fallback' ? null : await page.screenshot();
    await director.present(`nfd${index}`, decomposed, { durationMs, offsetMs, paused: true });
    if (composed !== null) expect((await page.screenshot()).equals(composed)).toBe(true);
  }
  // Every line of every paged text was on one page.
  expect(lines).toBe(await page.evaluate(pagedLines));
});

test.each(Object.keys(shapes))('%s: the band of an exercise shows the marks of «DIỄN TẬP» whole', async (shape) => {
  await open(shapes[shape]);
  await director.present('exercise', takeoverScene(3, { exercise: true }), { durationMs: aDayMs, paused: true });
  expect(await page.locator('.band:visible').first().innerText()).toBe('DIỄN TẬP');
  expect(await page.evaluate(marksBeyond, '.band')).toEqual([]);
});

test.each(Object.keys(shapes))('%s: the level shows the marks of «CẤP» whole', async (shape) => {
  await open(shapes[shape]);
  await director.present('level', takeoverScene(3), { durationMs: aDayMs, paused: true });
  expect(await page.locator('.level').innerText()).toMatch(/^CẤP\s*3$/);
  expect(await page.evaluate(marksBeyond, '.level span')).toEqual([]);
});

/** Offsets at which the pages of a standing alert have turned, until the first one comes round again. */
async function turnsOf(sceneId: string): Promise<number[]> {
  const offsets: number[] = [];
  const pages: string[] = [];
  if ((await page.evaluate(pageCount)) === 1) return [0];
  // Nobody stays before a board for longer.
  for (let offsetMs = 0; offsetMs <= 240_000; offsetMs += 1_000) {
    await director.show(sceneId, offsetMs);
    const now = await page.evaluate(pageOn, sceneId);
    if (now === pages.at(-1)) continue;
    if (now === pages[0]) return offsets;
    pages.push(now);
    offsets.push(offsetMs);
  }
  throw new Error(`${pages.length} pages, and the first has not come again`);
}

test.each(Object.keys(shapes))(
  '%s: an alert that stands for hours has shown all its pages within a minute, in every round',
  async (shape) => {
    await open(shapes[shape]);
    await director.present('a', takeoverScene(4), { durationMs: 6 * 3_600_000, paused: true });
    const offsets = await turnsOf('a');
    expect(offsets).toHaveLength(await page.evaluate(pageCount));
    expect(offsets.at(-1)).toBeLessThan(60_000);
  },
);

test('equal alerts have 15 s in turn: each turn shows whole pages, and the next turn those that follow', async () => {
  await open(shapes['192×96']);
  await director.present('alone', takeoverScene(4), { durationMs: aDayMs, paused: true });
  const count = (await turnsOf('alone')).length;
  const heldMs = new Map<string, number>();
  for (let turn = 0; heldMs.size < count; turn += 1) {
    expect(turn).toBeLessThan(count);
    await director.present(`t${turn}`, takeoverScene(4, { turn }), { durationMs: 15_000, paused: true });
    const inTurn = new Set<string>();
    for (let offsetMs = 0; offsetMs < 15_000; offsetMs += 250) {
      await director.show(`t${turn}`, offsetMs);
      const now = await page.evaluate(pageOn, `t${turn}`);
      // No page is cut by the other alert and taken up again.
      if (!inTurn.has(now)) expect(heldMs.has(now)).toBe(false);
      inTurn.add(now);
      heldMs.set(now, (heldMs.get(now) ?? 0) + 250);
    }
  }
  for (const held of heldMs.values()) expect(held).toBeGreaterThanOrEqual(4_000 - 250);
  // Then the first ones again.
  await director.present('again', takeoverScene(4, { turn: 50 }), { durationMs: 15_000, paused: true });
  expect(heldMs.has(await page.evaluate(pageOn, 'again'))).toBe(true);
});

test('a clipped mark would be noticed: text looks the same without its windows', async () => {
  await open(shapes['192×96']);
  await director.present('a', layoutScene('notice', { title: 'Ể', body: 'ỂỘỮẴẲ' }), {
    paused: true,
    offsetMs: 9_000,
  });
  const clipped = await page.screenshot();
  await page.addStyleTag({ url: await director.addStyle('.window { overflow: visible !important; }') });
  expect((await page.screenshot()).equals(clipped)).toBe(true);
  await page.context().close();
});

test('the page follows from the offset, and turns while the slot runs', async () => {
  await open(shapes['192×96']);
  const scene = layoutScene('notice', { title: 'Một', body: 'Hai\n'.repeat(40) });
  const durationMs = 100_000;
  await director.present('a', scene, { durationMs, offsetMs: 55_000, paused: true });
  const count = await page.evaluate(pageCount);
  expect(count).toBeGreaterThan(8);
  expect(await page.evaluate(pageOnBar, 'a')).toBe(Math.floor(count * 0.55));
  // A tenth of a second before the third page.
  await director.present('b', scene, { durationMs, offsetMs: Math.floor((2 * durationMs) / count) - 100 });
  await page.waitForFunction(pageOnBarIs, ['b', 2] as const);
});

/** In the page: what is seen of the paged text, in so far as it tells one page from another. */
function pageOn(sceneId: string): string {
  const windows = document.querySelectorAll<HTMLElement>(`[data-scene-id="${sceneId}"] .window`);
  return [...windows].map((each) => (each.matches('.on') ? each.getAttribute('style') : '-')).join('|');
}

/** In the page: which page the hairline of a strip says is on. */
function pageOnBar(sceneId: string): number {
  const { left, width } = document.querySelector<HTMLElement>(`[data-scene-id=${sceneId}] .bar`)!.style;
  return Math.round(parseFloat(left) / parseFloat(width));
}

function pageOnBarIs([sceneId, wanted]: readonly [string, number]): boolean {
  const { left, width } = document.querySelector<HTMLElement>(`[data-scene-id=${sceneId}] .bar`)!.style;
  return Math.round(parseFloat(left) / parseFloat(width)) === wanted;
}
