/** The stage alone, in a real browser, driven by a scripted director: what it says and what is on the glass. */
import { expect, test, describe } from 'vitest';
import { layouts } from '../../layouts/schemas.ts';
import type { Scene } from '../../shared/protocol/bridge.ts';
import type { OutputRegion } from '../../shared/protocol/common.ts';
import {
  BLUE,
  GREEN,
  PAPER,
  RED,
  complaints,
  director,
  everyKind,
  greenVideo,
  near,
  newPage,
  open,
  page,
  pixels,
  plainImage,
  startDirector,
  type Rgb,
} from './lib/stage.ts';
import { layoutScene, noticeScene, takeoverScene } from './stage-harness.ts';

describe('prepare and show', () => {
  test('the glass is black until the first scene is shown, though it is prepared behind', async () => {
    await open();
    await director.prepare('a', await plainImage('#d62828'));
    expect((await pixels(await page.screenshot()))(320, 180)).toEqual([0, 0, 0]);
    await director.show('a');
    expect(near((await pixels(await page.screenshot()))(320, 180), RED)).toBe(true);
  });

  test.each(Object.keys(everyKind))('%s is prepared, shown and reported as painted', async (kind) => {
    await open();
    const { agoMs } = await director.present('one', (await everyKind[kind]?.())!);
    expect(agoMs).toBeGreaterThanOrEqual(0);
    expect(director.events.map((event) => event.type)).toEqual(['ready', 'prepared', 'painted']);
    expect(await page.locator('.layer').count()).toBe(1);
    const alive = await director.next('alive', 'one');
    expect(alive.sceneId).toBe('one');
  });

  test('between scenes of every kind no frame shows anything but the one or the other', async () => {
    await open({ width: 960, height: 540 });
    const colours = [RED, BLUE, GREEN, PAPER];
    const scenes = [
      await plainImage('#d62828'),
      await greenVideo(),
      await plainImage('#1e3cc8'),
      layoutScene('notice', { title: 'a', body: 'b' }),
      await greenVideo(),
      layoutScene('infographic', { title: 'a', rows: [{ value: '1', label: 'b' }] }),
      await plainImage('#d62828'),
    ];
    await director.present('s0', scenes[0]!);
    const frames: Promise<Rgb>[] = [];
    const session = await page.context().newCDPSession(page);
    session.on('Page.screencastFrame', ({ data, sessionId }) => {
      void session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
      // Upper right: no text there in any of the scenes.
      frames.push(pixels(Buffer.from(data, 'base64')).then((at) => at(900, 60)));
    });
    await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
    for (const [index, scene] of scenes.entries()) await director.present(`s${index + 1}`, scene);
    await session.send('Page.stopScreencast');
    const seen = await Promise.all(frames);
    expect(seen.length).toBeGreaterThan(scenes.length);
    expect(seen.filter((pixel) => !colours.some((colour) => near(pixel, colour)))).toEqual([]);
    // The frames were really looked at: every kind of picture is among them.
    for (const colour of colours) expect(seen.some((pixel) => near(pixel, colour))).toBe(true);
  });

  test('a video that gives way to another before it has moved leaves the picture before it on the glass', async () => {
    await open();
    await director.present('red', await plainImage('#d62828'));
    // The first of them never moves and draws nothing; the second begins when it is told to.
    await page.evaluate(() => {
      const { prototype } = HTMLVideoElement;
      const play = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'play')!.value as () => Promise<void>;
      let videos = 0;
      prototype.play = async function (this: HTMLVideoElement) {
        videos += 1;
        if (videos === 1) {
          this.style.visibility = 'hidden';
          return new Promise<void>(() => undefined);
        }
        await new Promise((resolve) => addEventListener('go', resolve, { once: true }));
        return play.call(this);
      };
    });
    await director.prepare('a', await greenVideo());
    director.send({ type: 'show', sceneId: 'a', offsetMs: 0 });
    await director.next('alive', 'a');
    await director.prepare('b', await greenVideo());
    const painted = director.next('painted', 'b');
    director.send({ type: 'show', sceneId: 'b', offsetMs: 0 });
    await director.next('alive', 'b');
    expect(near((await pixels(await page.screenshot()))(320, 60), RED)).toBe(true);
    await page.evaluate(() => dispatchEvent(new Event('go')));
    await painted;
    expect(near((await pixels(await page.screenshot()))(320, 60), GREEN)).toBe(true);
    expect(await page.locator('.layer').count()).toBe(1);
    // The next one does not bring back what was there before.
    await director.present('blue', await plainImage('#1e3cc8'));
    expect(near((await pixels(await page.screenshot()))(320, 60), BLUE)).toBe(true);
    expect(await page.locator('.layer').count()).toBe(1);
  });

  test('a video that follows when a slot ends is drawn behind it, and runs from the frame in which it is seen', async () => {
    await open();
    await director.present('red', await plainImage('#d62828'), { durationMs: 1_000 });
    await director.prepare('a', await greenVideo());
    // The picture in front covers it to the last, though it lets it be drawn.
    await page.waitForSelector('.layer.veil[data-scene-id=red]');
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect(near((await pixels(await page.screenshot()))(320, 60), RED)).toBe(true);
    // It looks before the scene is shown.
    const first = await page.evaluateHandle(() => ({
      seen: new Promise<{ veiled: boolean; paused: boolean; at: number }>((resolve) => {
        const look = () => {
          const video = document.querySelector<HTMLVideoElement>('.layer[data-scene-id=a][data-front=true] video');
          if (!video) return requestAnimationFrame(look);
          resolve({ veiled: document.querySelector('.veil') !== null, paused: video.paused, at: video.currentTime });
        };
        look();
      }),
    }));
    await director.show('a');
    expect(await first.evaluate(({ seen }) => seen)).toEqual({ veiled: false, paused: true, at: 0 });
    expect(near((await pixels(await page.screenshot()))(320, 60), GREEN)).toBe(true);
    await page.waitForFunction(() => document.querySelector('video')!.currentTime > 0.2);
  });

  test('a picture that lets a video be drawn behind it covers everything again when that video is not to follow', async () => {
    await open();
    await director.present('red', await plainImage('#d62828'), { durationMs: 1_000 });
    await director.prepare('a', await greenVideo());
    await page.waitForSelector('.layer.veil[data-scene-id=red]');
    await director.prepare('b', await plainImage('#1e3cc8'));
    expect(await page.locator('.veil').count()).toBe(0);
    await director.show('b');
    expect(near((await pixels(await page.screenshot()))(320, 60), BLUE)).toBe(true);
    expect(await page.locator('.layer').count()).toBe(1);
  });

  test('a picture that replaces a video that has not moved is seen at once', async () => {
    await open();
    await director.present('red', await plainImage('#d62828'));
    await page.evaluate(() => (HTMLVideoElement.prototype.play = () => new Promise<void>(() => undefined)));
    await director.prepare('a', await greenVideo());
    director.send({ type: 'show', sceneId: 'a', offsetMs: 0 });
    await director.next('alive', 'a');
    await director.present('blue', await plainImage('#1e3cc8'));
    expect(near((await pixels(await page.screenshot()))(320, 60), BLUE)).toBe(true);
    expect(await page.locator('.layer').count()).toBe(1);
  });

  test('what was shown before is torn down, so that memory stays as it is', async () => {
    await open();
    const [video, image] = [await greenVideo(), await plainImage('#1e3cc8')];
    await director.present('v0', video);
    const first = await page.locator('video').elementHandle();
    for (let i = 1; i <= 5; i += 1) {
      await director.present(`i${i}`, image);
      await director.present(`v${i}`, video);
    }
    expect(await page.locator('.layer').count()).toBe(1);
    expect(await page.locator('video').count()).toBe(1);
    expect(
      await first?.evaluate((element: HTMLVideoElement) => [element.hasAttribute('src'), element.readyState]),
    ).toEqual([false, 0]);
  });

  test('a newer prepare replaces an older one, which is never heard of again', async () => {
    await open();
    const [video, image] = [await greenVideo(), await plainImage('#1e3cc8')];
    director.send({
      type: 'prepare',
      sceneId: 'old',
      scene: video,
      durationMs: 10_000,
      offsetMs: 0,
      nowMs: 0,
      paused: false,
    });
    await director.present('new', image);
    expect(director.events).not.toContainEqual(expect.objectContaining({ sceneId: 'old' }));
    expect(await page.locator('.layer').count()).toBe(1);
  });

  test('a show that comes before the scene is prepared is carried out when it is', async () => {
    await open();
    const painted = director.next('painted', 'a').catch(() => director.next('painted', 'a'));
    director.send({
      type: 'prepare',
      sceneId: 'a',
      scene: await greenVideo(),
      durationMs: 10_000,
      offsetMs: 0,
      nowMs: 0,
      paused: false,
    });
    director.send({ type: 'show', sceneId: 'a', offsetMs: 0 });
    await painted;
    expect(near((await pixels(await page.screenshot()))(320, 60), GREEN)).toBe(true);
  });

  test('a video begins where the slot is and repeats when it is shorter', async () => {
    await open();
    await director.present('v', await greenVideo(), { durationMs: 60_000, offsetMs: 4_000 });
    const times = await page.locator('video').evaluate(async (video: HTMLVideoElement) => {
      const before = video.currentTime;
      const until = (late: (time: number) => boolean) =>
        new Promise<number>((resolve) => {
          const look = () =>
            late(video.currentTime) ? resolve(video.currentTime) : video.requestVideoFrameCallback(look);
          look();
        });
      const late = await until((time) => time > 2.5);
      return { before, late, again: await until((time) => time < 1) };
    });
    // The video is three seconds long: four seconds into the slot it is in its second round.
    expect(times.before).toBeGreaterThanOrEqual(1);
    expect(times.before).toBeLessThan(2.5);
    expect(times.again).toBeLessThan(1);
  });

  test('a preview whose clock stands still shows the frame of that moment', async () => {
    await open();
    await director.present('v', await greenVideo(), { durationMs: 60_000, offsetMs: 1_500, paused: true });
    const state = await page.locator('video').evaluate((video: HTMLVideoElement) => [video.paused, video.currentTime]);
    expect(state).toEqual([true, 1.5]);
    await director.show('v', 2_000);
    expect(await page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime)).toBe(2);
  });
});

describe('what cannot be shown', () => {
  const failing: [string, string, () => Scene][] = [
    ['a video that is none', 'asset_unreadable', () => video(Buffer.from('Đây không phải là video.'.repeat(50)))],
    ['a video that is empty', 'asset_unreadable', () => video(Buffer.alloc(0))],
    [
      'a video that is not there',
      'asset_unreadable',
      () => noticeScene({ type: 'video', asset: '0'.repeat(64), alt: '', fit: 'cover', muted: true }),
    ],
    [
      'an image that is none',
      'asset_unreadable',
      () =>
        noticeScene({ type: 'image', asset: director.addAsset(Buffer.from('x'), 'image/png'), alt: '', fit: 'cover' }),
    ],
    ['a layout that nobody knows', 'layout_unknown', () => layoutScene('toString', {})],
    ['fields that do not fit', 'layout_failed', () => layoutScene('notice', { title: '' })],
  ];
  const video = (bytes: Buffer) =>
    noticeScene({ type: 'video', asset: director.addAsset(bytes, 'video/mp4'), alt: '', fit: 'cover', muted: true });

  test.each(failing)('%s is reported as such, and the picture stays', async (_name, code, scene) => {
    await open();
    await director.present('good', await plainImage('#1e3cc8'));
    const failed = director.next('failed', 'bad');
    director.send({
      type: 'prepare',
      sceneId: 'bad',
      scene: scene(),
      durationMs: 10_000,
      offsetMs: 0,
      nowMs: 0,
      paused: false,
    });
    expect((await failed).code).toBe(code);
    expect(near((await pixels(await page.screenshot()))(320, 180), BLUE)).toBe(true);
    expect(await page.locator('.layer').count()).toBe(1);
    const others = complaints.splice(0).filter((text) => !/404|Failed to load resource/.test(text));
    expect(others).toEqual([]);
  });

  test('showing what was not prepared is refused', async () => {
    await open();
    const failed = director.next('failed', 'never');
    director.send({ type: 'show', sceneId: 'never', offsetMs: 0 });
    expect((await failed).code).toBe('layout_failed');
  });

  test('a scene that the stage cannot read is refused by its name, and the picture stays', async () => {
    await open();
    await director.present('a', await plainImage('#1e3cc8'));
    const failed = director.next('failed', 'newer');
    director.sendRaw('{"type":"prepare","sceneId":"newer","scene":{"kind":"hologram"},"durationMs":1000}');
    expect(await failed).toMatchObject({ code: 'layout_failed', detail: expect.stringContaining('scene') });
    expect(near((await pixels(await page.screenshot()))(320, 180), BLUE)).toBe(true);
  });

  test('a font or a layout that never comes is not waited for', async () => {
    await open();
    // Neither answered nor refused.
    await page.route(/\.(woff2?|js)$/, () => undefined);
    await director.present('alert', takeoverScene(4));
    const failed = director.next('failed', 'layout');
    director.prepare('layout', layoutScene('notice', layouts.notice.sample)).catch(() => undefined);
    expect(await failed).toMatchObject({ code: 'layout_failed', detail: expect.stringContaining('in time') });
  });

  test('messages that are no commands change nothing', async () => {
    await open();
    await director.present('a', await plainImage('#1e3cc8'));
    director.sendRaw('{"type":"show"');
    director.sendRaw('{"type":"burn"}');
    director.sendRaw('{"type":"configure","output":{"x":-1},"assetBase":"/","locale":"vi"}');
    await director.present('b', await plainImage('#d62828'));
    expect(near((await pixels(await page.screenshot()))(320, 180), RED)).toBe(true);
  });
});

test('the picture stays while the engine is away, and the new one begins anew without a gap', async () => {
  await open();
  await director.present('a', await plainImage('#1e3cc8'));
  const { port } = director;
  await director.stop();
  await page.waitForFunction(() => performance.getEntriesByType('resource').length > 0);
  expect(near((await pixels(await page.screenshot()))(320, 180), BLUE)).toBe(true);
  await startDirector({ port });
  await director.next('ready');
  expect((await director.next('alive')).sceneId).toBeNull();
  expect(near((await pixels(await page.screenshot()))(320, 180), BLUE)).toBe(true);
  director.configure();
  await director.present('b', await plainImage('#d62828'));
  expect(near((await pixels(await page.screenshot()))(320, 180), RED)).toBe(true);
  expect(await page.locator('.layer').count()).toBe(1);
});

describe('an alert', () => {
  const alert = takeoverScene(4, {
    after: {
      fallback: { kind: 'fallback', unitName: 'Xã Mường Mùn', boardName: 'Cổng chợ' },
      zone: 'Asia/Ho_Chi_Minh',
    },
  });
  /** It expires at 3,600,000. */
  const nowMs = 3_598_500;

  test('that expires while the engine is away gives way to the name of the unit and the clock, and to the engine when it is back', async () => {
    await open();
    await director.present('alert', alert, { nowMs });
    const { port } = director;
    await director.stop();
    await page.locator('.takeover').waitFor();
    await page.locator('.takeover').waitFor({ state: 'detached' });
    expect(await page.locator('.fallback').innerText()).toMatch(/Xã Mường Mùn[^]*Cổng chợ[^]*09:00/);
    await startDirector({ port });
    await director.next('ready');
    director.configure();
    await director.present('b', await plainImage('#d62828'));
    expect(near((await pixels(await page.screenshot()))(320, 180), RED)).toBe(true);
  });

  test('stands for as long as the engine says, which may have set its clock', async () => {
    await open();
    await director.present('alert', alert, { nowMs });
    for (let i = 0; i < 4; i++) await director.next('alive');
    expect(await page.locator('.takeover').count()).toBe(1);
  });
});

test('a video plays on while the engine is away', async () => {
  await open();
  await director.present('v', await greenVideo(), { durationMs: 60_000 });
  const { port } = director;
  await director.stop();
  const time = () => page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime);
  const at = await time();
  await page.waitForFunction((before) => document.querySelector('video')!.currentTime !== before, at);
  expect(near((await pixels(await page.screenshot()))(320, 180), BLUE)).toBe(false);
  await startDirector({ port });
});

test('a video that stops is said to have stalled; a new layer takes its place without anything else between', async () => {
  await open();
  const video = await greenVideo();
  const stalled = director.next('failed', 'first');
  await director.present('first', video, { durationMs: 60_000 });
  const [r, g, b] = (await pixels(await page.screenshot()))(320, 180);
  // A decoder that gives nothing any more: no frame is counted, the picture stands.
  await page.locator('video').evaluate((element: HTMLVideoElement) => {
    element.getVideoPlaybackQuality = () => ({ totalVideoFrames: 7 }) as VideoPlaybackQuality;
  });
  expect((await stalled).code).toBe('decode_stalled');
  expect(near((await pixels(await page.screenshot()))(320, 180), [r!, g!, b!])).toBe(true);
  await director.present('second', video, { durationMs: 60_000, offsetMs: 1_000 });
  expect(near((await pixels(await page.screenshot()))(320, 180), [r!, g!, b!])).toBe(true);
  expect(await page.locator('video').count()).toBe(1);
});

test('a stage that is told to load itself again comes back and is ready', async () => {
  await open();
  await director.present('a', await plainImage('#1e3cc8'));
  const ready = director.next('ready');
  director.send({ type: 'reload' });
  await ready;
  director.configure();
  await director.present('b', await plainImage('#d62828'));
  expect(near((await pixels(await page.screenshot()))(320, 180), RED)).toBe(true);
});

describe('the clock of the fallback slide', () => {
  const clock = () => page.locator('.fallback .time, .fallback .date').allInnerTexts();
  const nowMs = Date.UTC(2031, 1, 3, 0, 8, 9, 400);

  test('shows trusted time in the board’s zone, whatever the machine’s clock says', async () => {
    await open();
    await director.present('a', await everyKind.fallback!(), { nowMs, paused: true });
    expect((await clock()).join(' ').replace(/\s+/g, ' ')).toBe('07:08 09 Thứ Hai, 03/02/2031');
  });

  test('runs on from there', async () => {
    await open();
    await director.present('a', await everyKind.fallback!(), { nowMs });
    await page.waitForFunction(() => document.querySelector('.fallback .time')?.textContent === '07:0811');
    expect((await clock()).join(' ')).toContain('03/02/2031');
  });
});

test('a page opened by hand shows the whole picture to scale, and says above it and in its title that it is no board', async () => {
  await open({ width: 800, height: 600 });
  const scene = layoutScene('notice', layouts.notice.sample);
  expect(await page.locator('.mark').count()).toBe(0);
  expect(await page.title()).toBe('Bảng Tin');
  const byHand = (output: OutputRegion | null, locale: 'vi' | 'en') =>
    director.send({ type: 'configure', output, assetBase: '/assets/', locale, byHand: true });
  const box = async () => {
    const { x, y, width, height } = (await page.locator('.picture').boundingBox())!;
    return [x, y, width, height].map(Math.round);
  };
  byHand({ x: 0, y: 0, width: 1920, height: 1080, rotation: 0 }, 'vi');
  await director.present('wide', scene);
  const mark = 'Bản xem trong trình duyệt – không phải bảng tin, không được tính';
  expect(await page.locator('.mark').innerText()).toBe(mark);
  expect(await page.title()).toContain(mark);
  const { height: above } = (await page.locator('.mark').boundingBox())!;
  expect(await box()).toEqual([0, Math.round(above + (600 - above - 450) / 2), 800, 450]);
  expect(await page.locator('[data-layout]').getAttribute('data-scale')).toBe('full');
  // An LED wall on its side is seen upright, below the mark.
  byHand({ x: 40, y: 20, width: 320, height: 192, rotation: 90 }, 'en');
  await director.present('tall', scene);
  expect(await page.locator('.mark').innerText()).toContain('not a board, not counted');
  const [, top, width, height] = await box();
  expect([top, height]).toEqual([Math.round(above), Math.round(600 - above)]);
  expect(width).toBe(Math.round((192 * (600 - above)) / 320));
  byHand(null, 'vi');
  await director.present('window', scene);
  expect(await box()).toEqual([0, above, 800, 600 - above]);
});

test('a preview in a page of the same origin is driven by that page alone, upright and to scale', async () => {
  const shell = `<!doctype html><link rel="icon" href="data:,"><body style="margin:0"><iframe id="stage" style="border:0;width:400px;height:400px"></iframe><iframe id="other"></iframe></body>`;
  await director.stop();
  await startDirector({ shell });
  await newPage({ width: 800, height: 600 });
  await page.goto(`http://127.0.0.1:${director.port}/shell.html`);
  const events = await page.evaluate(
    async (json) => {
      const scene: unknown = JSON.parse(json);
      const frame = document.querySelector<HTMLIFrameElement>('#stage')!;
      const heard: { type: string; sceneId?: string }[] = [];
      const next = (type: string) =>
        new Promise<void>((resolve) => {
          const listen = ({ data, source }: MessageEvent) => {
            if (source !== frame.contentWindow || data.type !== type) return;
            removeEventListener('message', listen);
            resolve();
          };
          addEventListener('message', listen);
        });
      addEventListener('message', ({ data }) => {
        if (data.type !== 'alive') heard.push({ type: data.type, sceneId: data.sceneId });
      });
      const post = (command: unknown) => frame.contentWindow!.postMessage(command, location.origin);
      const ready = next('ready');
      frame.src = '/stage/index.html?carrier=parent';
      await ready;
      // Another window of the same origin is not the page around the stage.
      const other = document.querySelector<HTMLIFrameElement>('#other')!.contentWindow as Window & typeof globalThis;
      other.eval(
        `parent.document.querySelector('#stage').contentWindow.postMessage({type:'show',sceneId:'intruder',offsetMs:0}, '${location.origin}')`,
      );
      post({
        type: 'configure',
        output: { x: 7, y: 9, width: 320, height: 640, rotation: 90 },
        assetBase: '/assets/',
        locale: 'en',
      });
      const prepared = next('prepared');
      post({ type: 'prepare', sceneId: 'p', scene, durationMs: 10000, offsetMs: 0, nowMs: 0, paused: true });
      await prepared;
      const painted = next('painted');
      post({ type: 'show', sceneId: 'p', offsetMs: 0 });
      await painted;
      return heard;
    },
    JSON.stringify(await everyKind.pairing!()),
  );
  expect(events).toEqual([{ type: 'ready' }, { type: 'prepared', sceneId: 'p' }, { type: 'painted', sceneId: 'p' }]);
  const picture = page.frameLocator('#stage').locator('.picture');
  expect(await picture.evaluate((element: HTMLElement) => [element.offsetWidth, element.offsetHeight])).toEqual([
    640, 320,
  ]);
  // 640×320 in 400×400: scaled by 0.625, in the middle.
  expect(await picture.evaluate((element) => ({ ...element.getBoundingClientRect().toJSON() }))).toMatchObject({
    x: 0,
    y: 100,
    width: 400,
    height: 200,
  });
  expect(await page.frameLocator('#stage').locator('.pairing').innerText()).toContain('Pairing code');
  expect(await page.frameLocator('#stage').locator('.mark').count()).toBe(0);
});
