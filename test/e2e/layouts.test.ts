/** Every layout on glass of every shape: nothing cut, nothing too small, every line on one page, composed and decomposed text alike. */
import { expect, test } from 'vitest';
import { layoutNames } from '../../layouts/schemas.ts';
import { caseNames, layoutCase } from './lib/layout-cases.ts';
import { changeOfLook, looksAlike, sheetOf } from './lib/kept-pictures.ts';
import { inspect, pageCount, pagedLines, shownText } from './lib/inspect-stage.ts';
import { director, keepPages, open, page, shapes } from './lib/stage.ts';
import { layoutScene, noticeScene } from './stage-harness.ts';

keepPages();

/** 21 November 2026, 14:30:45 in Vietnam. */
const nowMs = Date.UTC(2026, 10, 21, 7, 30, 45);
const durationMs = 1_000_000;

/** More pages than these are not all looked at: half a minute by itself. */
const mostPages = 60;

/**
 * Shows a layout page by page, each in the middle of its time; of very many the first, the last and some between.
 * @returns how many were looked at, and of how many
 */
async function turn(layout: string, fields: Record<string, unknown>, look: (index: number) => Promise<void>) {
  const scene = layoutScene(layout, fields);
  await director.present('first', scene, { durationMs, nowMs, paused: true });
  const count = await page.evaluate(pageCount);
  const looked = everything || count <= mostPages ? count : 12;
  for (let turned = 0; turned < looked; turned += 1) {
    const index = looked === count ? turned : Math.round((turned * (count - 1)) / (looked - 1));
    const offsetMs = Math.floor(((index + 0.5) * durationMs) / count);
    await director.present(`page${index}`, scene, { durationMs, offsetMs, nowMs, paused: true });
    await look(index);
  }
  return { looked, count };
}

/** `npm test` tries samples on every shape, the longest texts on the largest and the smallest, the rest on one; this tries all. */
const everything = process.env.EVERY_LAYOUT === '1';
const tried = ([shape, name]: readonly [string, string]): boolean =>
  everything ||
  name.endsWith(', sample') ||
  (name.endsWith(', longest') ? shape === '16:9' || shape === '192×96' : shape === '2:1');

const onEveryShape = Object.keys(shapes).flatMap((shape) => caseNames.map((name) => [shape, name] as const));

test.skip.each(onEveryShape.filter((at) => !tried(at)))('%s: «%s», tried with EVERY_LAYOUT=1', () => undefined);

test.each(onEveryShape.filter(tried))('%s: «%s» is whole on its pages, NFC and NFD alike', async (shape, name) => {
  await open(shapes[shape]!);
  const { layout, fields } = await layoutCase(name, director);
  const decomposed = JSON.parse(JSON.stringify(fields).normalize('NFD')) as Record<string, unknown>;
  const sample = name.endsWith(', sample');
  const pages: Buffer[] = [];
  let lines = 0;
  const { looked, count } = await turn(layout, fields, async (index) => {
    const found = await page.evaluate(inspect);
    expect(found.problems).toEqual([]);
    lines += found.paged;
    // Later pages of what is decomposed follow from the same text.
    if (index > 0 && !sample) return;
    const composed = await page.screenshot();
    pages.push(composed);
    if (index > 0) return;
    await director.present('nfd', layoutScene(layout, decomposed), {
      durationMs,
      offsetMs: Math.floor(durationMs / (2 * (await page.evaluate(pageCount)))),
      nowMs,
      paused: true,
    });
    expect((await page.screenshot()).equals(composed)).toBe(true);
  });
  // Every line of every paged text was on one page.
  if (looked === count) expect(lines).toBe(await page.evaluate(pagedLines));
  // It looks as it did when it was last looked at.
  if (sample) expect(await changeOfLook(`${layout}-${shape.replace(/[:×]/, 'x')}`, pages)).toBe(null);
});

const faults = [
  ['a line that moved', 'translate', '0 0.4em'],
  ['a line that vanished', 'visibility', 'hidden'],
  ['letters that are cut', 'clip-path', 'inset(50% 0 0 0)'],
] as const;

test.each(faults)('the comparison tells %s', async (_, property, value) => {
  const lines = { '16:9': ['header', 'footer'], '192×96': ['.flow'] };
  for (const [shape, selectors] of Object.entries(lines)) {
    await open(shapes[shape]!);
    const { layout, fields } = await layoutCase('notice, sample', director);
    await director.present('sample', layoutScene(layout, fields), { durationMs, nowMs, paused: true });
    const look = async () => sheetOf([await page.screenshot()]);
    const whole = await look();
    for (const selector of selectors) {
      const line = page.locator(`[data-layout] ${selector}`).filter({ visible: true }).first();
      const element = (await line.elementHandle())!;
      const set = (to: string) =>
        element.evaluate(
          (element, [name, to]) => (element as HTMLElement).style.setProperty(name!, to!),
          [property, to],
        );
      await set(value);
      expect(await looksAlike(whole, await look()), selector).toBe(false);
      await set('');
      expect(await looksAlike(whole, await look()), selector).toBe(true);
    }
    await page.context().close();
  }
});

const enlarged = Object.keys(shapes).flatMap((shape) =>
  [
    'notice, longest',
    'infographic, longest',
    'chart, sample',
    'timetable, sample',
    'poster, sample',
    'clock, sample',
  ].map((name) => [shape, name] as const),
);

test.each(enlarged)('%s: «%s» is whole when it is drawn larger', async (shape, name) => {
  const glass = shapes[shape]!;
  await open(glass);
  const { layout, fields } = await layoutCase(name, director);
  const enlarge = 2.58;
  await director.present(
    'larger',
    noticeScene({ type: 'layout', layout, fields: fields as Record<string, string>, enlarge }),
    { durationMs, nowMs, paused: true },
  );
  expect((await page.evaluate(inspect)).problems).toEqual([]);
  const laidOut = await page.locator('[data-layout]').evaluate((element) => (element as HTMLElement).clientWidth);
  // A strip is not drawn larger than it is.
  expect(laidOut).toBe(shape === '192×96' ? 192 : Math.ceil(glass.width / enlarge));
});

/** The texts that people wrote into the fields, not the names of choices or files. */
function writtenIn(fields: unknown, key = ''): string[] {
  if (typeof fields === 'string') return ['kind', 'fit', 'tone', 'view', 'asset', 'alt'].includes(key) ? [] : [fields];
  if (typeof fields !== 'object' || fields === null) return [];
  return Object.entries(fields).flatMap(([name, value]) => writtenIn(value, Array.isArray(fields) ? key : name));
}

test.each(layoutNames)('on fine glass «%s» says everything that was written', async (layout) => {
  await open(shapes['16:9']!);
  const { fields } = await layoutCase(`${layout}, sample`, director);
  let said = '';
  await turn(layout, fields, async () => {
    said += ` ${await page.evaluate(shownText)}`;
  });
  const words = (text: string) =>
    text
      .normalize('NFC')
      .toLowerCase()
      .split(/[\s|]+/u)
      .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const known = new Set(words(said));
  expect(
    writtenIn(fields)
      .flatMap(words)
      .filter((word) => !known.has(word)),
  ).toEqual([]);
});
