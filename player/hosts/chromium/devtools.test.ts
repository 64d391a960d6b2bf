import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
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
      calls.push(call);
      const answer = Buffer.from(
        `{"method":"Target.news"}\0${JSON.stringify({ id: call.id, ...answers[call.method] })}\0`,
      );
      // In pieces, as pipes bring it.
      const middle = Math.floor(answer.length / 2);
      output.write(answer.subarray(0, middle));
      output.write(answer.subarray(middle));
    }
  });
  return { devTools: new DevTools(input, output), calls, output };
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
    using page = await devTools.pageAt(origin);
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

test('says when there is no stage, and when the browser cannot', async () => {
  const other = browser({ 'Target.getTargets': targets('http://127.0.0.1:9/') });
  await expect(other.devTools.pageAt(origin)).rejects.toMatchObject({ code: 'no_stage' });
  const failing = browser({
    'Target.getTargets': targets(`${origin}/`),
    'Target.attachToTarget': attached,
    'Page.captureScreenshot': { error: { message: 'Unable to capture screenshot' } },
  });
  const page = await failing.devTools.pageAt(origin);
  await expect(page.capture(75)).rejects.toMatchObject({ code: 'capture_failed' });
});
