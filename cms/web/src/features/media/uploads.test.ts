import { DetailedError, type UploadOptions } from 'tus-js-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UnfinishedUpload } from '../../../../../shared/protocol/api/media.ts';
import { ApiError } from '../../lib/api.ts';
import { isRefused, Uploads, type Sender, type UploadsOptions } from './uploads.svelte.ts';

const file = (name: string, lastModified = 1): File => new File(['12345678'], name, { lastModified });
const uploadId = '00000000-0000-7000-8000-000000000001';
const left: UnfinishedUpload = {
  id: uploadId,
  unitId: 'unit',
  name: 'phim dài.mp4',
  size: 8,
  offset: 2,
  lastModified: 1,
  changedAt: 5,
};

/** A transfer that does what the test says. */
class FakeSender implements Sender {
  url: string | null = null;
  started = 0;
  aborted: boolean | null = null;
  readonly file: File;
  readonly options: UploadOptions;
  constructor(data: File, options: UploadOptions) {
    this.file = data;
    this.options = options;
    this.url = options.uploadUrl ?? null;
  }
  start(): void {
    this.started++;
  }
  abort(terminate = false): Promise<void> {
    this.aborted = terminate;
    return Promise.resolve();
  }
  take(id: string): void {
    this.url = `/api/uploads/${id}`;
    this.options.onUploadUrlAvailable?.();
  }
  fail(status: number, body = ''): void {
    const response = { getStatus: () => status, getBody: () => body };
    const originalResponse = status === 0 ? null : response;
    this.options.onError?.(Object.assign(new DetailedError('no'), { originalResponse }));
  }
}

let senders: FakeSender[];
let terminated: string[];
let held: Set<string>;
let sent: string[];
let unfinished: UnfinishedUpload[];

function make(options: Partial<UploadsOptions> = {}): Uploads {
  return new Uploads({
    endpoint: '/api/uploads',
    csrfToken: () => 'token',
    onSent: (id) => sent.push(id),
    onSignedOut: () => {},
    unfinished: () => Promise.resolve(unfinished),
    createSender: (data, options) => {
      const sender = new FakeSender(data, options);
      senders.push(sender);
      return sender;
    },
    terminate: (url) => Promise.resolve(void terminated.push(url)),
    hold: (id) => {
      held.add(id);
      return () => void held.delete(id);
    },
    held: () => Promise.resolve(held),
    ...options,
  });
}
const states = (uploads: Uploads) => Object.fromEntries(uploads.items.map(({ name, state }) => [name, state]));

beforeEach(() => {
  [senders, terminated, held, sent, unfinished] = [[], [], new Set(), [], []];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('several uploads', () => {
  it('go two at a time, in the order in which they were added', () => {
    const uploads = make();
    for (const name of ['a', 'b', 'c', 'd']) uploads.add(file(name), 'unit');
    expect(states(uploads)).toEqual({ a: 'sending', b: 'sending', c: 'waiting', d: 'waiting' });
    senders[0]!.take(uploadId);
    senders[0]!.options.onSuccess?.({} as never);
    expect([sent, states(uploads)]).toEqual([[uploadId], { a: 'sent', b: 'sending', c: 'sending', d: 'waiting' }]);
  });

  it('do not wait for one that is refused, nor for one that is taken out', async () => {
    const uploads = make();
    for (const name of ['a', 'b', 'c', 'd']) uploads.add(file(name), 'unit');
    senders[0]!.fail(413, '{"error":{"code":"too_large","message":"no","field":null,"params":{}}}');
    await vi.waitFor(() => expect(states(uploads)).toMatchObject({ a: 'failed', c: 'sending' }));
    expect(uploads.items.find(({ name }) => name === 'a')?.error?.code).toBe('too_large');
    senders[1]!.take(uploadId);
    await uploads.dismiss(uploads.items.find(({ name }) => name === 'b')!.id);
    expect([senders[1]!.aborted, states(uploads)]).toEqual([true, { a: 'failed', c: 'sending', d: 'sending' }]);
  });

  it('what the CMS would refuse is never sent', async () => {
    const no = new ApiError('file_unrecognized', 'No');
    const uploads = make({ refused: ({ name }) => Promise.resolve(name.endsWith('.exe') ? no : null) });
    for (const name of ['a.exe', 'b.png', 'c.exe']) uploads.add(file(name), 'unit');
    await vi.waitFor(() =>
      expect(states(uploads)).toEqual({ 'a.exe': 'failed', 'b.png': 'sending', 'c.exe': 'failed' }),
    );
    expect([senders.length, uploads.items[0]?.error?.code]).toEqual([1, 'file_unrecognized']);
    expect(uploads.items.filter(isRefused).map(({ name }) => name)).toEqual(['c.exe', 'a.exe']);
  });

  it.each([
    [413, 'too_large', false, true],
    // The file is as good as it was: it can be sent again.
    [401, 'not_signed_in', false, false],
    [507, 'storage_full', false, false],
    // The CMS has some of it, which a page that is opened anew offers to go on with.
    [413, 'too_large', true, false],
  ])('one that is answered %i %s (begun: %s) counts as refused: %s', async (status, code, begun, refused) => {
    const uploads = make();
    uploads.add(file('a'), 'unit');
    if (begun) senders[0]!.take(uploadId);
    senders[0]!.fail(status, JSON.stringify({ error: { code, message: 'no', field: null, params: {} } }));
    await vi.waitFor(() => expect(states(uploads)).toEqual({ a: 'failed' }));
    expect(uploads.items.map(isRefused)).toEqual([refused]);
  });

  it('one that is still being read when the page goes is not sent', async () => {
    const read = Promise.withResolvers<null>();
    const uploads = make({ refused: () => read.promise });
    uploads.add(file('a'), 'unit');
    uploads.stop();
    read.resolve(null);
    await vi.advanceTimersByTimeAsync(0);
    expect([senders, uploads.sending]).toEqual([[], false]);
  });

  it('an empty one is refused without being sent', () => {
    const uploads = make();
    uploads.add(new File([], 'rỗng.png'), 'unit');
    expect([uploads.items[0]!.error?.code, senders, uploads.sending]).toEqual(['file_empty', [], false]);
  });
});

describe('a line that stays away', () => {
  it.each([0, 502])('fails no upload: it goes on where it was, when the line is back (%s)', (status) => {
    const uploads = make();
    uploads.add(file('a'), 'unit');
    senders[0]!.take(uploadId);
    senders[0]!.options.onProgress?.(4, 8);
    senders[0]!.fail(status);
    expect([uploads.items[0]!.state, uploads.items[0]!.progress, uploads.sending]).toEqual(['offline', 0.5, true]);
    uploads.wake();
    expect(senders[1]!.options.uploadUrl).toBe(`/api/uploads/${uploadId}`);
    senders[1]!.fail(status);
    vi.advanceTimersByTime(60_000);
    expect([senders.length, uploads.items[0]!.state]).toEqual([3, 'sending']);
  });
});

describe('what a closed page has left', () => {
  it('is offered, goes on with its file, and belongs where it was begun', async () => {
    unfinished = [left];
    const uploads = make();
    await uploads.offerUnfinished();
    expect(uploads.items).toMatchObject([{ name: 'phim dài.mp4', state: 'interrupted', progress: 0.25 }]);
    expect(uploads.sending).toBe(false);
    uploads.add(file('phim dài.mp4'.normalize('NFD')), 'other unit');
    expect(uploads.items).toHaveLength(1);
    expect(senders[0]!.options).toMatchObject({ uploadUrl: `/api/uploads/${uploadId}`, metadata: { unitId: 'unit' } });
  });

  it.each([
    ['another name', () => file('khác.mp4')],
    ['another length', () => new File(['1'], left.name, { lastModified: 1 })],
    ['another time', () => file(left.name, 2)],
  ])('takes no other file: %s', async (_name, other) => {
    unfinished = [left];
    const uploads = make();
    await uploads.offerUnfinished();
    uploads.resume(uploads.items[0]!.id, other());
    expect(uploads.items[0]).toMatchObject({ state: 'interrupted', error: { code: 'upload_other_file' } });
    expect(senders).toEqual([]);
    uploads.resume(uploads.items[0]!.id, file(left.name));
    expect(uploads.items[0]).toMatchObject({ state: 'sending', error: null });
  });

  it('is not offered twice, nor while another page sends it', async () => {
    unfinished = [left];
    held.add(uploadId);
    const uploads = make();
    await uploads.offerUnfinished();
    expect(uploads.items).toEqual([]);
    held.clear();
    await uploads.offerUnfinished();
    await uploads.offerUnfinished();
    expect(uploads.items).toHaveLength(1);
  });

  it('is deleted at the CMS when nobody wants it', async () => {
    unfinished = [left];
    const uploads = make();
    await uploads.offerUnfinished();
    await uploads.dismiss(uploads.items[0]!.id);
    expect([uploads.items, terminated]).toEqual([[], [`/api/uploads/${uploadId}`]]);
  });

  it('tells other pages what is under way here, until it ends', () => {
    const uploads = make();
    uploads.add(file('a'), 'unit');
    senders[0]!.take(uploadId);
    expect([...held]).toEqual([uploadId]);
    uploads.stop();
    expect([...held, senders[0]!.aborted]).toEqual([false]);
  });
});
