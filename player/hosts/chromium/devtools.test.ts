import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { DevTools } from './devtools.ts';

const origin = 'http://127.0.0.1:4711';
type Call = { id: number; method: string; params: Record<string, unknown>; sessionId?: string };

/** A browser at the other end of the pipes that answers like this. */
function browser(answers: Record<string, object>) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const calls: Call[] = [];
  input.setEncoding('utf8').on('data', (text: string) => {
    for (const one of text.split('\0').filter((message) => message !== '')) {
      const call = JSON.parse(one) as Call;
      if (call.method !== 'Target.setDiscoverTargets') calls.push(call);
      // One that hangs.
      if (!(call.method in answers)) continue;
      const answer = Buffer.from(
        `{"method":"Target.news"}\0${JSON.stringify({ id: call.id, ...answers[call.method] })}\0`,
      );
      // In pieces, as pipes bring it.
      const middle = Math.floor(answer.length / 2);
      output.write(answer.subarray(0, middle));
      output.write(answer.subarray(middle));
    }
  });
  const onCrash = vi.fn();
  return { devTools: new DevTools(input, output, onCrash), calls, output, onCrash };
}

const targets = (...urls: string[]) => ({
  result: { targetInfos: urls.map((url, n) => ({ type: 'page', url, targetId: `t${n}` })) },
});
const attached = { result: { sessionId: 's1' } };

test('takes what the stage’s page shows, and nothing stays attached to it', async () => {
  const { devTools, calls } = browser({
    'Target.getTargets': targets('chrome://newtab/', `${origin}/?token=x`),
    'Target.attachToTarget': attached,
    'Page.captureScreenshot': { result: { data: Buffer.from('pixels').toString('base64') } },
    'Target.detachFromTarget': { result: {} },
  });
  {
    using page = await devTools.pageAt(origin, new AbortController().signal);
    expect(Buffer.from(await page.capture(75)).toString()).toBe('pixels');
  }
  expect(calls).toMatchObject([
    { method: 'Target.getTargets' },
    { method: 'Target.attachToTarget', params: { targetId: 't1' } },
    // Nothing that would lay the page out anew.
    { method: 'Page.captureScreenshot', params: { format: 'webp', quality: 75 }, sessionId: 's1' },
    { method: 'Target.detachFromTarget', params: { sessionId: 's1' } },
  ]);
  expect(Object.keys(calls[2]!.params)).toEqual(['format', 'quality']);
});

test('takes a small one from the first frame that whoever draws the window makes of it', async () => {
  const { devTools, calls, output } = browser({
    'Target.getTargets': targets(`${origin}/`),
    'Target.attachToTarget': attached,
    'Page.startScreencast': { result: {} },
  });
  {
    using page = await devTools.pageAt(origin, new AbortController().signal);
    const picture = page.captureSmall(45, 640);
    const frame = (sessionId: string, text: string) =>
      output.write(
        `${JSON.stringify({ method: 'Page.screencastFrame', sessionId, params: { data: Buffer.from(text).toString('base64'), sessionId: 1 } })}\0`,
      );
    await vi.waitFor(() => expect(calls).toHaveLength(3));
    frame('another', 'not this one');
    frame('s1', 'pixels');
    frame('s1', 'the next frame');
    expect(Buffer.from(await picture).toString()).toBe('pixels');
  }
  expect(calls.slice(2)).toMatchObject([
    {
      method: 'Page.startScreencast',
      params: { format: 'jpeg', quality: 45, maxWidth: 640, maxHeight: 640 },
      sessionId: 's1',
    },
    { method: 'Page.stopScreencast', sessionId: 's1' },
    { method: 'Target.detachFromTarget', params: { sessionId: 's1' } },
  ]);
  // One whose frame does not come ends with the picture's time.
  const time = new AbortController();
  const page = await devTools.pageAt(origin, time.signal);
  const late = page.captureSmall(45, 640);
  time.abort();
  await expect(late).rejects.toMatchObject({ code: 'capture_failed' });
});

test('says that a page has crashed', async () => {
  const { output, onCrash } = browser({});
  output.write(
    '{"method":"Target.targetInfoChanged","params":{}}\0{"method":"Target.targetCrashed","params":{"targetId":"t7"}}\0',
  );
  await vi.waitFor(() => expect(onCrash.mock.calls).toEqual([['t7']]));
});

test('opens an address in a page that has crashed, and lets it go', async () => {
  const { devTools, calls } = browser({
    'Target.attachToTarget': attached,
    'Page.navigate': { result: { frameId: 'f1' } },
    'Target.detachFromTarget': { result: {} },
  });
  await devTools.openIn('t7', `${origin}/?token=x`, new AbortController().signal);
  await vi.waitFor(() =>
    expect(calls).toMatchObject([
      { method: 'Target.attachToTarget', params: { targetId: 't7' } },
      { method: 'Page.navigate', params: { url: `${origin}/?token=x` }, sessionId: 's1' },
      { method: 'Target.detachFromTarget', params: { sessionId: 's1' } },
    ]),
  );
});

test('knows the processes of its pages', async () => {
  const { devTools } = browser({
    'SystemInfo.getProcessInfo': {
      result: {
        processInfo: [
          { type: 'browser', id: 1 },
          { type: 'renderer', id: 2 },
          { type: 'GPU', id: 3 },
          { type: 'renderer', id: 4 },
        ],
      },
    },
  });
  expect(await devTools.pageProcesses(new AbortController().signal)).toEqual([2, 4]);
});

test('says when there is no stage, and when the browser cannot', async () => {
  const other = browser({ 'Target.getTargets': targets('http://127.0.0.1:9/') });
  await expect(other.devTools.pageAt(origin, new AbortController().signal)).rejects.toMatchObject({ code: 'no_stage' });
  const failing = browser({
    'Target.getTargets': targets(`${origin}/`),
    'Target.attachToTarget': attached,
    'Page.captureScreenshot': { error: { message: 'Unable to capture screenshot' } },
  });
  const page = await failing.devTools.pageAt(origin, new AbortController().signal);
  await expect(page.capture(75)).rejects.toMatchObject({ code: 'capture_failed' });
});

test('what cannot be read ends the wait, and the next picture is taken', async () => {
  const { devTools, output } = browser({ 'Target.attachToTarget': attached, 'Page.captureScreenshot': { result: {} } });
  const { signal } = new AbortController();
  for (const words of ['{"id":1,', 'null']) {
    const page = devTools.pageAt(origin, signal);
    output.write(`${words}\0`);
    await expect(page).rejects.toMatchObject({ code: 'capture_failed' });
  }
  const page = devTools.pageAt(origin, signal);
  output.write(`${JSON.stringify({ id: 4, ...targets(`${origin}/`) })}\0`);
  await (await page).capture(75);
  const last = devTools.pageAt(origin, signal);
  output.destroy();
  await expect(last).rejects.toMatchObject({ code: 'capture_failed' });
});

test('one time for the whole picture; what attaches after it is detached again', async () => {
  const { devTools, calls, output } = browser({ 'Target.getTargets': targets(`${origin}/`) });
  const time = new AbortController();
  const page = devTools.pageAt(origin, time.signal);
  await vi.waitFor(() => expect(calls).toHaveLength(2));
  time.abort();
  await expect(page).rejects.toMatchObject({ code: 'capture_failed' });
  output.write(`${JSON.stringify({ id: 3, ...attached })}\0`);
  await vi.waitFor(() =>
    expect(calls[2]).toMatchObject({ method: 'Target.detachFromTarget', params: { sessionId: 's1' } }),
  );

  const slow = browser({ 'Target.getTargets': targets(`${origin}/`), 'Target.attachToTarget': attached });
  const soon = new AbortController();
  const picture = (await slow.devTools.pageAt(origin, soon.signal)).capture(75);
  soon.abort();
  await expect(picture).rejects.toMatchObject({ code: 'capture_failed' });
});
