import { expect, test } from 'vitest';
import { maxScreenshotBytes } from '../../shared/protocol/link.ts';
import { AppError } from '../../shared/util/errors.ts';
import { HostPictures, type AskForPicture } from './host-pictures.ts';
import { useBoard } from './testing-board.ts';

const board = useBoard();
const webp = Buffer.from('RIFF and the rest of a picture');
const gives: AskForPicture = () => Promise.resolve(webp);

test('a picture is asked of the host and brought to the CMS, once, with when and where', async () => {
  const b = board();
  const { cms } = b;
  const limits: number[] = [];
  await b.startPaired({
    askForPicture: (maxBytes) => {
      limits.push(maxBytes);
      return gives(maxBytes);
    },
  });
  const before = cms.now();
  const { commandId, ok } = await cms.askForPicture();
  expect(ok).toBe(true);
  const picture = await cms.until(() => cms.pictures[0]);
  expect(picture).toMatchObject({
    commandId,
    mediaType: 'image/webp',
    output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 },
  });
  expect(picture.bytes.equals(webp)).toBe(true);
  expect(picture.takenAt).toBeGreaterThanOrEqual(before - 1_000);
  expect(limits).toEqual([maxScreenshotBytes]);
  expect(cms.pictures).toHaveLength(1);
  // No record of any kind: a picture proves nothing.
  expect(cms.records.map(({ body }) => body.type)).not.toContain('faultRaised');
});

test('without a host, without its stage, or while another is on its way, the board says so', async () => {
  const b = board();
  const { cms } = b;
  const stage = await b.startPaired();
  expect((await cms.askForPicture()).error?.code).toBe('capture_unsupported');
  await b.stop();
  await stage.close();

  const { promise, resolve } = Promise.withResolvers<Buffer>();
  await b.start({ askForPicture: () => promise });
  await cms.until(() => cms.told.filter(({ name }) => name === 'helloV1').length === 2);
  expect((await cms.askForPicture()).error?.code).toBe('no_stage');
  // A page that somebody opened is not what the host sees.
  await b.openStage('open');
  expect((await cms.askForPicture()).error?.code).toBe('no_stage');
  const own = await b.openStage('host');
  await own.untilFront('identify');
  const first = await cms.askForPicture();
  expect(first.ok).toBe(true);
  expect((await cms.askForPicture()).error?.code).toBe('capture_busy');
  resolve(webp);
  expect((await cms.until(() => cms.pictures[0])).commandId).toBe(first.commandId);
});

test('an engine whose stage is opened in some browser takes none, whatever started it', async () => {
  const b = board();
  await b.startPaired({ host: 'browser', askForPicture: gives });
  expect((await b.cms.askForPicture()).error?.code).toBe('capture_unsupported');
});

test('what comes to nothing is told, and the next one is taken', async () => {
  const b = board();
  const { cms } = b;
  let fails = true;
  await b.startPaired({
    askForPicture: (maxBytes) =>
      fails ? Promise.reject(new AppError('capture_failed', 'The browser hangs')) : gives(maxBytes),
  });
  const told = (commandId: string) =>
    cms.until(
      () => cms.told.find(({ name, request }) => name === 'commandEndedV1' && request.commandId === commandId)?.request,
    );
  const { commandId } = await cms.askForPicture();
  expect(await told(commandId)).toMatchObject({ commandId, outcome: 'failed', errorCode: 'capture_failed' });
  fails = false;
  cms.pictureAnswer = { status: 422, code: 'screenshot_invalid' };
  const refused = await cms.askForPicture();
  expect(await told(refused.commandId)).toMatchObject({ errorCode: 'screenshot_invalid' });
  // Brought once, and not again.
  expect(cms.pictures).toHaveLength(1);
});

test('a line that fails is tried again; a picture that had arrived is enough', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired({ askForPicture: gives });
  cms.pictureAnswer = { status: 503, code: 'server_busy' };
  const { commandId } = await cms.askForPicture();
  await cms.until(() => cms.pictures[0]);
  cms.pictureAnswer = { status: 409, code: 'screenshot_taken' };
  await cms.until(() => cms.pictures[1]);
  expect(cms.pictures.map((picture) => picture.commandId)).toEqual([commandId, commandId]);
  expect((await cms.askForPicture()).ok).toBe(true);
  await cms.until(() => cms.pictures[2]);
  expect(cms.told.some(({ name, request }) => name === 'commandEndedV1' && request.outcome === 'failed')).toBe(false);
});

test('a refused token is made anew, once; a CMS that asks to wait is waited for', async () => {
  const b = board();
  const { cms } = b;
  await b.startPaired({ askForPicture: gives });
  cms.pictureAnswer = { status: 401, code: 'token_invalid' };
  await cms.askForPicture();
  await cms.until(() => cms.pictures[0]);
  cms.pictureAnswer = { status: 429, code: 'rate_limited' };
  await cms.until(() => cms.pictures[1]);
  cms.pictureAnswer = { status: 401, code: 'token_invalid' };
  const failed = () => cms.told.find(({ name, request }) => name === 'commandEndedV1' && request.outcome === 'failed');
  expect((await cms.until(failed)).request.errorCode).toBe('token_invalid');
  expect(cms.pictures).toHaveLength(3);
});

test('answers of the host belong to their questions', async () => {
  const sent: number[] = [];
  const pictures = new HostPictures(({ id }) => sent.push(id));
  const [one, two] = [pictures.ask(10), pictures.ask(10)];
  pictures.hear({ type: 'picture', id: sent[1]!, base64: webp.toString('base64') });
  pictures.hear({ type: 'noPicture', id: sent[0]!, code: 'capture_too_large' });
  // One that nobody waits for.
  pictures.hear({ type: 'noPicture', id: 99, code: 'capture_failed' });
  await expect(one).rejects.toMatchObject({ code: 'capture_too_large' });
  expect(Buffer.from(await two).equals(webp)).toBe(true);
});
