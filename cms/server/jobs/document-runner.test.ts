/** What is read of documents as offices write them: real files, the real child process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadDocument } from './document-messages.ts';
import { createDocumentRunner, defaultDocumentLimits } from './document-runner.ts';

const run = createDocumentRunner(defaultDocumentLimits);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bang-tin-documents-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(name: string): Promise<ReadDocument> {
  const result = await run(
    {
      source: fileURLToPath(new URL(`../../../test/fixtures/documents/${name}`, import.meta.url)),
      folder: await mkdtemp(join(folder, 'pages-')),
      range: null,
      mostPages: 60,
    },
    { signal: new AbortController().signal, onProgress: () => {} },
  );
  if (result.kind === 'tooLong') throw new Error(`${name} has ${result.pageCount} pages`);
  return result;
}

describe('documents', () => {
  test.each([
    [
      'notice.pdf',
      '48/TB-UBND',
      'Phó Chủ tịch Nguyễn Thị Hường',
      'Tạm ngừng cung cấp nước sạch để súc rửa đường ống trên địa bàn xã',
    ],
    [
      'notice.docx',
      '48/TB-UBND',
      'Phó Chủ tịch Nguyễn Thị Hường',
      'Tạm ngừng cung cấp nước sạch để súc rửa đường ống trên địa bàn xã',
    ],
    [
      'sparse.pdf',
      '52/TB-UBND',
      'Chủ tịch Trần Văn Bình',
      'Tạm ngừng cấp nước sinh hoạt để sửa chữa tuyến ống cũ qua chợ',
    ],
    ['letter.pdf', '215/UBND-VHXH', 'Chủ tịch Lê Hoàng Phúc', 'Treo cờ Tổ quốc và vệ sinh đường làng dịp 02/9'],
  ])('%s is read by its form', async (name, documentNumber, signer, title) => {
    const { fields, notes } = await read(name);
    expect({ notes, fields }).toMatchObject({
      notes: [],
      fields: { documentNumber, signer, title },
    });
    expect(fields.body).not.toMatch(/Nơi nhận|CỘNG HÒA|CHỦ TỊCH/u);
  });

  test('with a table have each of its rows on a line, and say so', async () => {
    const { fields, notes } = await read('schedule.pdf');
    expect(notes).toEqual(['table']);
    expect(fields.title).toBe('Tiêm phòng lở mồm long móng cho trâu, bò đợt 2 năm 2026');
    expect(fields.body.split('\n')).toEqual([
      'Ủy ban nhân dân xã Bình An thông báo lịch tiêm phòng lở mồm long móng cho trâu, bò tại các thôn trên địa bàn xã như sau:',
      'Thôn – Ngày – Giờ – Địa điểm',
      'Thôn Bình Hải – 24/11/2026 – 7h30 – Nhà văn hóa thôn',
      'Thôn Bình Minh – 24/11/2026 – 13h30 – Nhà sinh hoạt cộng đồng thôn Bình Minh, cạnh trường mầm non',
      'Thôn Bình Thắng – 25/11/2026 – 7h30 – Sân Ủy ban nhân dân xã',
      'Thôn Đông – 25/11/2026 – … – Nhà văn hóa thôn',
      'Thôn Đoài và khu vực chợ trung tâm – 26/11/2026 – 7h30 – Chợ trung tâm xã',
      'Đề nghị các hộ chăn nuôi đưa gia súc đến đúng giờ.',
      'Mọi thắc mắc xin liên hệ cán bộ thú y xã trong giờ hành chính.',
    ]);
  });

  test('of Word with pictures or charts have their text, and say that nothing else was taken', async () => {
    for (const name of ['pictures.docx', 'chart.docx']) {
      const { fields, notes } = await read(name);
      expect({ name, notes, number: fields.documentNumber }).toEqual({
        name,
        notes: ['pictures'],
        number: '48/TB-UBND',
      });
    }
    expect(await read('scan.docx')).toMatchObject({ notes: ['pictures'], fields: { title: '', body: '' }, pages: [] });
  });

  test('are told how full their pages are, and how large their letters', async () => {
    const { pages } = await read('sparse.pdf');
    expect(pages.map(({ filled }) => filled < 0.1)).toEqual([false, true]);
    // What is empty at their foot is left out, as far as a wide board would show it.
    const pictures = pages.map(({ picture }) => picture.rendition);
    expect(pictures.map(({ width, height }) => [width, height < 1000])).toEqual([
      [1526, true],
      [1526, true],
    ]);
    expect(pictures[1]!.height).toBe(Math.round((1526 * 9) / 16));
    // The heads of so short a page are more than a fifth of it; an A4 page of 842 points would be 2160 px high.
    const points = pages.map(({ letters }, at) => Math.round((letters! * pictures[at]!.height * 842) / 2160));
    expect(points).toEqual([13, 14]);
    const [scanned] = (await read('scanned.pdf')).pages;
    expect([scanned!.letters, scanned!.filled > 0.1]).toEqual([null, true]);
  });

  test('lose nothing of a poster: neither light letters on a coloured ground nor a bright foot on white paper', async () => {
    const { pages } = await read('posters.pdf');
    const pictures = pages.map(({ picture }) => picture.rendition);
    expect(pictures.map(({ height }) => height)).toEqual([2160, 2160, 2160]);
    expect(pages.map(({ filled }) => filled > 0.06)).toEqual([true, true, true]);
  });

  test('from a scanner have pages and say that they have no text', async () => {
    const scanned = await read('scanned.pdf');
    expect(scanned).toMatchObject({ notes: ['no_text'], fields: { title: '', documentNumber: '' } });
    expect(scanned.pages.length).toBeGreaterThan(0);
  });
});
