/** A folder of `layouts/`, copied under another name in a checkout of its own: the server takes it, the studio names it, the stage draws it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type * as Schemas from '../../layouts/schemas.ts';
import type * as Thumbnails from '../../layouts/thumbnails.ts';
import type * as Words from '../../layouts/words.ts';
import { ensureBrowser } from '../../scripts/lib/browser.ts';
import { writeLayoutList } from '../../scripts/lib/layout-list.ts';
import { inspect, shownText } from './lib/inspect-stage.ts';
import { layoutScene, ScriptedDirector } from './stage-harness.ts';

const repo = join(import.meta.dirname, '../..');
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bang-tin-copied-layout-'));
  for (const folder of ['layouts', 'shared', 'player/stage'])
    cpSync(join(repo, folder), join(root, folder), { recursive: true });
  cpSync(join(repo, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(repo, 'node_modules'), join(root, 'node_modules'));
  // What a designer does.
  cpSync(join(root, 'layouts/urgent'), join(root, 'layouts/cho-phien'), { recursive: true });
  const words = join(root, 'layouts/cho-phien/words.ts');
  writeFileSync(
    words,
    readFileSync(words, 'utf8')
      .replace("name: 'Tin khẩn'", "name: 'Chợ phiên'")
      .replace(/name: 'Urg[^']*'/, "name: 'Market day'"),
  );
  writeLayoutList(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a copied folder is checked, named in both languages, pictured and drawn', async () => {
  const read = (file: string): Promise<unknown> => import(join(root, 'layouts', file));
  const { isLayoutName, layouts } = (await read('schemas.ts')) as typeof Schemas;
  expect(isLayoutName('cho-phien')).toBe(true);
  const copy = (layouts as Record<string, Schemas.LayoutDefinition>)['cho-phien']!;
  expect(copy.schema.parse(copy.sample)).toEqual(copy.sample);
  expect(copy.schema.safeParse({ headline: '' }).success).toBe(false);

  const { wordsOf } = (await read('words.ts')) as typeof Words;
  expect(wordsOf('cho-phien', 'vi')).toMatchObject({ name: 'Chợ phiên', fields: { headline: 'Câu chính' } });
  expect(wordsOf('cho-phien', 'en')).toMatchObject({ name: 'Market day', fields: { headline: 'Main sentence' } });
  const { thumbnails } = (await read('thumbnails.ts')) as typeof Thumbnails;
  expect(thumbnails.get('cho-phien')).toContain('svg');

  const stage = join(root, 'dist');
  await build({
    configFile: join(root, 'player/stage/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: stage, emptyOutDir: true },
  });
  const director = await ScriptedDirector.start(stage);
  const browser = await chromium.launch({
    executablePath: await ensureBrowser(),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 640, height: 320 } });
    const ready = director.next('ready');
    await page.goto(director.url);
    await ready;
    director.configure();
    await director.present('copy', layoutScene('cho-phien', copy.sample), {
      durationMs: 10_000,
      nowMs: 0,
      paused: true,
    });
    expect((await page.evaluate(inspect)).problems).toEqual([]);
    expect(await page.evaluate(shownText)).toContain(copy.sample['contact']);
  } finally {
    await browser.close();
    await director.stop();
  }
});
