/** Documents over HTTP as a browser sends them: real tus client, real child process, both databases. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Upload } from 'tus-js-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from '../../../../shared/protocol/api/documents.ts';
import { binMs } from '../../../../shared/protocol/api/bin.ts';
import { unfinishedUploads } from '../../../../shared/protocol/api/media.ts';
import type { Actor } from '../../access.ts';
import { createHttp, type Http } from '../../http.ts';
import { createDocumentRunner, defaultDocumentLimits, type RunDocument } from '../../jobs/document-runner.ts';
import { makingOnce } from '../../jobs/testing.ts';
import { describeStores } from '../../store/testing.ts';
import { createTestContext, seedUnits, testActor, type TestContext } from '../../testing.ts';
import { createCategoriesService } from '../categories/service.ts';
import { createMediaService, type MediaService } from '../media/service.ts';
import { createUploadServer, type UploadServer } from '../media/uploads.ts';
import { createNoticesService } from '../notices/service.ts';
import { documentRoutes, documentUploadsPath } from './routes.ts';
import { createDocumentsService, type DocumentsService } from './service.ts';

const fixture = (name: string): Promise<Buffer> =>
  readFile(fileURLToPath(new URL(`../../../../test/fixtures/documents/${name}`, import.meta.url)));
// What a page becomes is no matter of the database: each document is read once for both.
const read = makingOnce(createDocumentRunner(defaultDocumentLimits));
const realRun: RunDocument = read.run;
afterAll(() => read.discard());
const untilClosed: RunDocument = async (_job, { signal }) => {
  signal.throwIfAborted();
  const [aborted] = (await once(signal, 'abort')) as [Event];
  throw new Error(aborted.type);
};

/** A PDF of empty pages. @param size of each, points */
function emptyPdf(pages: number, size: [number, number] = [595, 842], trailer = ''): Buffer {
  const kids = Array.from({ length: pages }, (_, at) => `${at + 3} 0 R`).join(' ');
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    `<</Type/Pages/Count ${pages}/Kids[${kids}]>>`,
    ...Array.from({ length: pages }, () => `<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${size.join(' ')}]>>`),
  ];
  const body = objects.map((object, at) => `${at + 1} 0 obj${object}endobj\n`).join('');
  return Buffer.from(`%PDF-1.4\n${body}trailer<</Root 1 0 R/Size ${objects.length + 1}${trailer}>>\n%%EOF`, 'latin1');
}
const secret = `<${'41'.repeat(32)}>`;
const encrypted = emptyPdf(
  1,
  [595, 842],
  `/ID[<01><01>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O${secret}/U${secret}>>`,
);

describeStores('documents', (under) => {
  let test: TestContext;
  let units: Awaited<ReturnType<typeof seedUnits>>;
  let editor: Actor;
  let sister: Actor;
  let media: MediaService;
  let service: DocumentsService;
  let uploads: UploadServer;
  let http: Http;
  let address: string;
  let run: RunDocument = realRun;

  beforeAll(async () => {
    test = await createTestContext(under.store);
    units = await seedUnits(test);
    editor = testActor({ unitId: units.commune, role: 'editor' });
    sister = testActor({ unitId: units.sister, role: 'editor' });
    media = createMediaService(test.context, { units: test.units });
    service = createDocumentsService(test.context, {
      media,
      run: (job, options) => run(job, options),
      freeBytes: () => Promise.resolve(1e12),
    });
    uploads = createUploadServer(service, {
      newId: test.sources.newId,
      directory: test.context.folders.documents,
      path: documentUploadsPath,
    });
    http = await createHttp({
      log: pino({ level: 'silent' }),
      trustProxy: false,
      monitorToken: null,
      tls: null,
      resolveSession: () => Promise.resolve(editor),
      verifyBoardToken: () => Promise.reject(new Error('no board')),
    });
    await http.app.register(documentRoutes(service, uploads));
    address = await http.app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    await service.idle();
    run = realRun;
  });
  afterAll(async () => {
    await http.app.close();
    await service.close();
    await media.close();
    await test.discard();
  });

  /** Sends a file as the page does. @returns what was read of it */
  async function sent(data: Buffer, name: string): Promise<Document> {
    const id = await new Promise<string>((resolve, reject) => {
      const upload: Upload = new Upload(data, {
        endpoint: address + documentUploadsPath,
        metadata: { filename: name, unitId: units.commune },
        headers: { cookie: 'bt_session=editor', 'x-csrf-token': 'csrf' },
        retryDelays: null,
        onSuccess: () => resolve(upload.url!.split('/').at(-1)!),
        onError: reject,
      });
      upload.start();
    });
    await service.idle();
    return service.get(editor, id);
  }
  const filesLeft = async (): Promise<string[]> => [
    ...(await readdir(test.context.folders.documents)),
    ...(await readdir(join(test.context.folders.media, 'tmp')).catch(() => [])),
  ];

  it('of pages become pictures of the library and fields, and are kept as they were sent', async () => {
    const data = await fixture('plan.pdf');
    const read = await sent(data, 'Kế hoạch.pdf');
    expect(read).toMatchObject({
      unitId: units.commune,
      name: 'Kế hoạch.pdf',
      hash: createHash('sha256').update(data).digest('hex'),
      state: 'ready',
      kind: 'pdf',
      pageCount: 3,
      notes: ['body_cut'],
      fields: {
        title: 'Thiết lập bảng tin điện tử công cộng của Ủy ban nhân dân cấp xã năm 2027',
        documentNumber: '1207/KH-SVHTTDL',
        date: '18/11/2026',
        issuingUnit: 'Sở Văn hóa, Thể thao và Du lịch',
        signer: 'Giám đốc Trần Văn Bảy',
      },
    });
    expect(read.pages.map(({ number }) => number)).toEqual([1, 2, 3]);
    const first = (await media.usableAsset(editor, read.pages[0]!.asset))!;
    expect([first.width, first.height]).toEqual([1526, 2160]);
    // An LED wall of 192×96 has its own size.
    expect(Math.min(...(await media.smaller([first.hash])).map(({ height }) => height))).toBe(240);
    expect(await filesLeft()).toEqual([]);
    const answer = await fetch(`${address}/api/documents/${read.id}/file`, {
      headers: { cookie: 'bt_session=editor' },
    });
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch.pdf`,
    );
    expect(Buffer.from(await answer.arrayBuffer()).equals(data)).toBe(true);
    await expect(service.file(sister, read.id)).rejects.toMatchObject({ code: 'document_unknown' });
    const notices = createNoticesService(test.context, {
      units: test.units,
      media,
      categories: createCategoriesService(test.context),
    });
    const content = { type: 'image' as const, asset: first.hash, alt: '', fit: 'contain' as const };
    const input = { unitId: units.commune, title: 'Kế hoạch', category: 'local' as const, content, durationMs: null };
    expect(await notices.create(editor, { ...input, documentId: read.id })).toMatchObject({ documentId: read.id });
    await expect(notices.create(sister, { ...input, unitId: units.sister })).rejects.toMatchObject({
      code: 'asset_unknown',
    });
  });

  it('have their notices found by words of the pages that these show', async () => {
    const { id: documentId, pages } = await sent(await fixture('plan.pdf'), 'Kế hoạch tìm.pdf');
    const notices = createNoticesService(test.context, {
      units: test.units,
      media,
      categories: createCategoriesService(test.context),
    });
    const shows = (page: number) => ({
      ...{ unitId: units.commune, title: 'Tờ trình', category: 'local' as const, durationMs: null },
      content: { type: 'image' as const, asset: pages[page]!.asset, alt: 'Bản chụp', fit: 'contain' as const },
    });
    const made = await notices.create(editor, { ...shows(0), documentId });
    const found = async (q: string) =>
      (await notices.list(editor, { q, ids: [made.id] })).notices.map((notice) => notice.found);
    const onPage = { in: 'document', text: expect.stringContaining('CỘNG HÒA XÃ HỘI') as string };
    expect(await found('cộng hòa')).toEqual([onPage]);
    // Some of the words in its title, or beside the picture.
    expect(await found('tờ trình cong hoa')).toEqual([onPage]);
    expect(await found('chup')).toEqual([{ in: 'text', text: 'Bản chụp' }]);
    // The signer is on the last page.
    expect(await found('Bảy')).toEqual([]);
    await notices.edit(editor, made.id, made.revision, shows(2));
    expect(await found('Bảy')).toMatchObject([{ in: 'document' }]);
    expect(await found('cộng hòa')).toEqual([]);

    // Of one that was read before pages were kept there is what was offered then.
    const { write } = under.store;
    await write.updateTable('document_pages').set({ said: null }).where('document_id', '=', documentId).execute();
    const { no } = await write.selectFrom('notices').select('no').where('id', '=', made.id).executeTakeFirstOrThrow();
    await write.deleteFrom('notice_words').where('rowid', '=', no!).execute();
    await write.updateTable('notices').set({ no: null }).where('id', '=', made.id).execute();
    await notices.foldOldRows();
    expect(await found('1207/KH')).toMatchObject([{ in: 'document' }]);
    expect(await found('hạnh phúc')).toEqual([]);
  });

  it('of scans, and what is written in old letters, say nothing that is found', async () => {
    const said = async (name: string): Promise<(string | null)[]> => {
      const { id } = await sent(await fixture(name), name);
      const pages = under.store.read.selectFrom('document_pages').select('said').where('document_id', '=', id);
      return (await pages.execute()).map((page) => page.said);
    };
    expect(new Set(await said('scanned.pdf'))).toEqual(new Set(['']));
    expect((await said('plan.pdf')).map((text) => text!.length > 1_000)).toEqual([true, true, true]);
    // Its font turns one of its letters into a zero, which PostgreSQL takes in no text.
    expect(await said('zero.pdf')).toEqual(['AAAẠẠAAAAẠ']);
  });

  it('that were sent in part are named to whoever began them, and go on', async () => {
    const data = await fixture('notice.docx');
    const headers = { cookie: 'bt_session=editor', 'x-csrf-token': 'csrf', 'tus-resumable': '1.0.0' };
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    const begun = await fetch(address + documentUploadsPath, {
      method: 'POST',
      headers: {
        ...headers,
        'upload-length': String(data.length),
        'upload-metadata': `filename ${encoded('dở.docx')},unitId ${encoded(units.commune)}`,
      },
    });
    const url = new URL(begun.headers.get('location')!, address + documentUploadsPath);
    const patch = (offset: number, body: Buffer): Promise<Response> =>
      fetch(url, {
        method: 'PATCH',
        headers: { ...headers, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' },
        body: new Uint8Array(body),
      });
    await patch(0, data.subarray(0, 500));
    const named = await fetch(address + documentUploadsPath, { headers });
    const { uploads: left } = unfinishedUploads.parse(await named.json());
    expect(left).toMatchObject([{ name: 'dở.docx', size: data.length, offset: 500, unitId: units.commune }]);
    expect(await uploads.unfinished(sister)).toEqual([]);
    expect((await patch(500, data.subarray(500))).status).toBe(204);
    await service.idle();
    expect(await service.get(editor, left[0]!.id)).toMatchObject({ state: 'ready', size: data.length });
    expect(await uploads.unfinished(editor)).toEqual([]);
  });

  it('are asked for each time, whole, and each time it is written who took them', async () => {
    const data = await fixture('notice.docx');
    const { id } = await sent(data, 'thông báo.docx');
    const taken = async (): Promise<number> => {
      const entries = under.store.read.selectFrom('audit_log').select('id').where('subject_id', '=', id);
      return (await entries.where('action', '=', 'document.downloaded').execute()).length;
    };
    const get = (headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
      fetch(`${address}/api/documents/${id}/file`, { method, headers: { cookie: 'bt_session=editor', ...headers } });
    const first = await get();
    expect(Buffer.from(await first.arrayBuffer()).equals(data)).toBe(true);
    // Whoever sits at this browser next finds nothing there.
    expect(first.headers.get('cache-control')).toBe('private, no-store');
    expect(first.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(await taken()).toBe(1);
    for (const headers of [{ range: 'bytes=10-19' }, { 'if-none-match': '*' }]) {
      const answer = await get(headers);
      expect([answer.status, (await answer.arrayBuffer()).byteLength]).toEqual([200, data.length]);
    }
    expect(await taken()).toBe(3);
    expect((await get({}, 'HEAD')).status).toBe(404);
    expect(await taken()).toBe(3);
  });

  it('go with the last notice that was made of them, as much later as files do from the recycle bin', async () => {
    const data = await fixture('notice.docx');
    const { id, hash } = await sent(data, 'công văn.docx');
    const twin = await sent(data, 'công văn (1).docx');
    const notices = createNoticesService(test.context, {
      units: test.units,
      media,
      categories: createCategoriesService(test.context),
    });
    const content = { type: 'layout' as const, layout: 'notice', fields: { title: 'Họp', body: 'Họp' } };
    const input = { unitId: units.commune, title: 'Họp', category: 'local' as const, content, durationMs: null };
    const made = await notices.create(editor, { ...input, documentId: id });
    const kept = async (): Promise<boolean[]> => {
      await service.tidy(uploads.find);
      const files = await readdir(join(test.context.folders.media, hash.slice(0, 2))).catch((): string[] => []);
      const [a, b] = [await service.get(editor, id), await service.get(editor, twin.id)];
      return [a.original, b.original, files.includes(hash)];
    };
    test.sources.advance(binMs + 1);
    expect(await kept()).toEqual([true, false, true]);
    await notices.remove(editor, made.id);
    test.sources.advance(binMs - 1000);
    expect(await kept()).toEqual([true, false, true]);
    test.sources.advance(2000);
    expect(await kept()).toEqual([false, false, false]);
    await expect(service.file(editor, id)).rejects.toMatchObject({ code: 'document_file_gone' });
  });

  it('are recorded as gone when their file is, and one that cannot be removed keeps no other', async () => {
    const stuck = await sent(Buffer.concat([await fixture('notice.docx'), Buffer.from('\n')]), 'kẹt.docx');
    const other = await sent(Buffer.concat([await fixture('notice.docx'), Buffer.from('\n\n')]), 'khác.docx');
    const file = join(test.context.folders.media, stuck.hash.slice(0, 2), stuck.hash);
    const told = async (): Promise<unknown[]> => {
      await service.tidy(uploads.find);
      const purged = await under.store.read
        .selectFrom('audit_log')
        .select('subject_id')
        .where('action', '=', 'document.purged')
        .where('subject_id', 'in', [stuck.id, other.id])
        .execute();
      const originals = await Promise.all(
        [stuck, other].map(async ({ id }) => (await service.get(editor, id)).original),
      );
      return [...originals, purged.map((row) => row.subject_id).sort()];
    };
    // A folder in its place is not removed as a file is.
    await rm(file);
    await mkdir(file);
    test.sources.advance(binMs + 1);
    expect(await told()).toEqual([true, false, [other.id]]);
    await rmdir(file);
    expect(await told()).toEqual([false, false, [stuck.id, other.id].sort()]);
  });

  describe('that cannot be read leave nothing behind:', () => {
    it.each([
      ['text.pdf', () => Buffer.from('Đây không phải là PDF'), 'document_unrecognized'],
      ['damaged.pdf', () => Buffer.from('%PDF-1.7\nhỏng'), 'document_damaged'],
      ['encrypted.pdf', () => encrypted, 'document_encrypted'],
      ['roll.pdf', () => emptyPdf(1, [100, 14_400]), 'document_page_shape'],
      ['old.doc', () => Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'document_old_word'],
      ['cut.docx', () => Buffer.from('PK\u0003\u0004 cut'), 'document_damaged'],
      ['macros.docm', () => fixture('macros.docm'), 'document_macros'],
      ['bomb.docx', () => fixture('bomb.docx'), 'document_unpacked_too_large'],
    ] as const)('%s', async (name, data, code) => {
      const before = await media.list(editor);
      expect(await sent(await data(), name)).toMatchObject({ state: 'failed', errorCode: code, pages: [] });
      expect(await filesLeft()).toEqual([]);
      expect((await media.list(editor)).total).toBe(before.total);
    });

    it('one that stops the reader', async () => {
      run = createDocumentRunner({ ...defaultDocumentLimits, stallMs: 1 });
      expect(await sent(await fixture('notice.pdf'), 'chậm.pdf')).toMatchObject({
        state: 'failed',
        errorCode: 'document_too_slow',
      });
      expect(await filesLeft()).toEqual([]);
    });
  });

  describe('of 400 pages', () => {
    it('wait to be told which, and read those', async () => {
      const waiting = await sent(emptyPdf(400), 'dài.pdf');
      expect(waiting).toMatchObject({ state: 'tooLong', pageCount: 400, pages: [] });
      for (const range of [
        { from: 5, to: 4 },
        { from: 1, to: 61 },
        { from: 400, to: 401 },
      ])
        await expect(service.readPages(editor, waiting.id, range)).rejects.toMatchObject({
          code: 'document_range_invalid',
        });
      expect(await service.readPages(editor, waiting.id, { from: 399, to: 400 })).toMatchObject({ state: 'reading' });
      await service.idle();
      const read = await service.get(editor, waiting.id);
      expect([read.state, read.pages.map(({ number }) => number)]).toEqual(['ready', [399, 400]]);
      expect(await filesLeft()).toEqual([]);
      await expect(service.readPages(editor, waiting.id, { from: 1, to: 1 })).rejects.toMatchObject({
        code: 'document_not_waiting',
      });
      await expect(service.remove(editor, waiting.id)).rejects.toMatchObject({ code: 'document_ready' });
    });

    it('are given up with all that there is of them, and after a week by themselves', async () => {
      const given = await sent(emptyPdf(61), 'a.pdf');
      await service.remove(editor, given.id);
      await expect(service.get(editor, given.id)).rejects.toMatchObject({ code: 'document_unknown' });
      expect(await filesLeft()).toEqual([]);
      const left = await sent(emptyPdf(61), 'b.pdf');
      test.sources.advance(8 * 86_400_000);
      await service.tidy(uploads.find);
      expect(await service.get(editor, left.id)).toMatchObject({ state: 'failed', errorCode: 'upload_lost' });
      expect(await filesLeft()).toEqual([]);
    });
  });

  it('are out of sight of other units', async () => {
    const { id } = await sent(Buffer.from('x'), 'x.pdf');
    const notices = createNoticesService(test.context, {
      units: test.units,
      media,
      categories: createCategoriesService(test.context),
    });
    const content = { type: 'layout' as const, layout: 'notice', fields: { title: 'Họp', body: 'Họp' } };
    for (const unitId of [units.sister, units.village]) {
      const actor = testActor({ unitId, role: 'editor' });
      await expect(service.get(actor, id)).rejects.toMatchObject({ code: 'document_unknown' });
      const input = { unitId, title: 'Họp', category: 'local' as const, content, durationMs: null, documentId: id };
      await expect(notices.create(actor, input)).rejects.toMatchObject({ code: 'document_unknown' });
    }
    const above = testActor({ unitId: units.province, role: 'viewer' });
    expect(await service.get(above, id)).toMatchObject({ id });
  });

  it.each(['cannot be read', 'are given up'])('that were kept when the power failed, and then %s, go', async (end) => {
    run = untilClosed;
    const data = Buffer.from(`${end} ${under.store.dialect}`);
    const id = test.sources.newId();
    await writeFile(join(test.context.folders.documents, id), data);
    await service.accept({ id, unitId: units.commune, name: 'a.pdf', userId: editor.userId });
    await service.close();
    const { hash } = await service.get(editor, id);
    const folder = join(test.context.folders.media, hash.slice(0, 2));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, hash), data);
    if (end === 'are given up') await service.remove(editor, id);
    else {
      run = realRun;
      await service.start(() => Promise.resolve(null));
      await service.idle();
      expect(await service.get(editor, id)).toMatchObject({ state: 'failed' });
    }
    expect(await readdir(folder)).not.toContain(hash);
    expect(await filesLeft()).toEqual([]);
  });

  it('that were being read when the CMS ended are read at the next start', async () => {
    run = untilClosed;
    const data = await fixture('notice.docx');
    const id = test.sources.newId();
    await writeFile(join(test.context.folders.documents, id), data);
    const upload = { id, unitId: units.commune, name: 'a.docx', userId: editor.userId };
    await service.accept(upload);
    await service.close();
    expect(await service.get(editor, id)).toMatchObject({ state: 'reading' });
    run = realRun;
    await service.start(() => Promise.resolve(null));
    await service.idle();
    expect(await service.get(editor, id)).toMatchObject({ state: 'ready', fields: { documentNumber: '48/TB-UBND' } });
  });
});
