/** What the layouts are tried with: their samples, the longest and the shortest that their schemas take, and every mark there is. */
import sharp from 'sharp';
import { layouts } from '../../../layouts/schemas.ts';
import type { ScriptedDirector } from '../stage-harness.ts';

export interface LayoutCase {
  readonly layout: string;
  readonly fields: Record<string, unknown>;
}

export const marks = 'Ể Ộ Ữ Ẳ Ẵ ngoằn ngoèo – ẾỆỄ ƯỚC MUỐN ĐẦY ỤC, Ặng ợ g';
const marked = (length: number): string => `${marks} `.repeat(20).slice(0, length).trim();
const long = Array.from(
  { length: 12 },
  (_, i) =>
    `${i % 3 === 1 ? '- ' : ''}Đoạn ${i + 1}: ${marks}; cán bộ phụ trách và cán bộ làm công tác thông tin cơ sở ở xã, phường (mỗi đơn vị tối thiểu 02 người).`,
).join('\n');

type Make = (director: ScriptedDirector) => LayoutCase | Promise<LayoutCase>;
const of =
  (layout: string, fields: Record<string, unknown>): Make =>
  () => ({ layout, fields });

/** With a picture of that many px. */
const pictured =
  (layout: string, fields: Record<string, unknown>, width: number, height: number): Make =>
  async (director) => {
    const plain = sharp({ create: { width, height, channels: 3, background: '#5d7f6a' } });
    const asset = director.addAsset(await plain.png().toBuffer(), 'image/png');
    return { layout, fields: { ...fields, picture: { asset, alt: 'Một bức ảnh' } } };
  };

/** With that many pages of a document, upright A4. */
const paged =
  (fields: Record<string, unknown>, count: number): Make =>
  async (director) => {
    const page = sharp({ create: { width: 763, height: 1080, channels: 3, background: '#f4f1ea' } });
    const asset = director.addAsset(await page.png().toBuffer(), 'image/png');
    return {
      layout: 'document',
      fields: { ...fields, pages: Array.from({ length: count }, () => ({ asset, alt: '' })) },
    };
  };

/** By «layout, what about it»; each layout has a «sample». */
export const layoutCases: Readonly<Record<string, Make>> = {
  'notice, sample': of('notice', layouts.notice.sample),
  'notice, short': of('notice', { title: marks, body: marks }),
  'notice, long': of('notice', {
    ...layouts.notice.sample,
    title: marked(160),
    body: long,
    issuingUnit: `Ủy ban nhân dân ${marks}`,
    signer: marks,
  }),
  'notice, one endless word': of('notice', {
    title: 'Ể'.repeat(60),
    body: `https://bangtin.example/${'ộ'.repeat(200)}`,
  }),

  'urgent, sample': of('urgent', layouts.urgent.sample),
  'urgent, headline alone': of('urgent', { kind: 'warning', headline: 'ẨN Ễ Ộ lụt: không qua ngầm Nậm Mức' }),
  'urgent, longest': of('urgent', {
    kind: 'search',
    headline: 'Ểnghường '.repeat(7).trim(),
    details: long.slice(0, 500),
    contact: marked(60),
    issuingUnit: marked(120),
  }),
  'urgent, one endless word': of('urgent', { kind: 'urgent', headline: 'Ộ'.repeat(70), details: 'Ễ'.repeat(200) }),

  'infographic, sample': of('infographic', layouts.infographic.sample),
  'infographic, longest': of('infographic', {
    title: marked(100),
    rows: Array.from({ length: 6 }, () => ({
      value: '123.456.789,',
      unit: 'Ểượng nghìn m³',
      label: `${marks} ${marks}`.slice(0, 60),
    })),
    source: marked(120),
  }),
  'infographic, one': of('infographic', { title: marks, rows: [{ value: '98,2', unit: '%', label: marks }] }),

  'chart, sample': of('chart', layouts.chart.sample),
  'chart, lines': of('chart', {
    title: marks,
    kind: 'lines',
    unit: 'lượt',
    table: [
      ['', '2024', '2025'],
      ...Array.from({ length: 12 }, (_, i) => [`Tháng ${i + 1}`, `${90 + ((i * 37) % 80)}`, i === 5 ? '' : `${i}`]),
    ],
  }),
  'chart, one line': of('chart', {
    title: 'Ể',
    kind: 'lines',
    table: ['71,5', '78', '84,2', '91', '96,8'].map((value, i) => [`${2021 + i}`, value]),
  }),
  'chart, shares': of('chart', {
    title: 'Chi ngân sách xã năm 2025',
    kind: 'shares',
    unit: 'triệu đồng',
    table: [
      ['Xây dựng cơ bản', '6.450'],
      ['Giáo dục', '2.100'],
      ['Văn hóa, thông tin', '480'],
      ['Khác', '12'],
    ],
  }),
  'chart, twelve rows': of('chart', {
    title: marks,
    table: Array.from({ length: 12 }, (_, i) => [marked(8 + i), `${50 + ((i * 37) % 200)}`]),
  }),
  'chart, longest': of('chart', {
    title: marked(100),
    unit: 'Ể'.repeat(20),
    source: marked(120),
    table: [
      ['Thôn', marked(30), 'Ộ'.repeat(30), marked(28)],
      ...Array.from({ length: 12 }, (_, i) => [
        i % 2 === 1 ? marked(30) : 'Ể'.repeat(30),
        '-123.456.789',
        '1.234.567,25',
        '0',
      ]),
    ],
  }),

  'document, sample': paged(layouts.document.sample, 2),
  'document, in parts': paged({ ...layouts.document.sample, view: 'parts' }, 2),
  'document, longest': paged(
    { title: marked(160), documentNumber: marked(40), issuingUnit: marked(120), signer: marked(120) },
    9,
  ),
  'document, one endless word': paged({ title: 'Ể'.repeat(160) }, 1),

  'picture, sample': pictured('picture', layouts.picture.sample, 1600, 900),
  'picture, upright': pictured('picture', { ...layouts.picture.sample, fit: 'fill' }, 900, 1600),
  'picture, longest': pictured('picture', { caption: marked(160), credit: marked(60) }, 1200, 1000),
  'picture, one endless word': pictured('picture', { caption: 'Ể'.repeat(160) }, 100, 1000),

  'poster, sample': of('poster', layouts.poster.sample),
  'poster, pictured': pictured('poster', { ...layouts.poster.sample, tone: 'green' }, 1200, 900),
  'poster, title alone': of('poster', { title: 'Ể Ẳ', tone: 'blue' }),
  'poster, longest': pictured(
    'poster',
    {
      kicker: marked(60),
      title: marked(80),
      lead: marked(160),
      when: marked(80),
      where: marked(120),
      organizer: marked(120),
    },
    900,
    1600,
  ),
  'poster, one endless word': of('poster', { title: 'Ộ'.repeat(80), where: 'Ể'.repeat(120) }),

  'timetable, sample': of('timetable', layouts.timetable.sample),
  'timetable, month': of('timetable', {
    title: marks,
    table: [
      ['Ngày', 'Người trực', 'Điện thoại'],
      ...Array.from({ length: 31 }, (_, i) => [
        `${i + 1}/11`,
        i % 2 === 1 ? 'Ông Ẳng Ệ' : marks,
        `0912 345 ${100 + i}`,
      ]),
    ],
  }),
  'timetable, five columns': of('timetable', {
    title: 'Lịch phát thanh',
    table: [
      ['Giờ', 'Thứ Hai', 'Thứ Tư', 'Thứ Sáu', 'Chủ nhật'],
      ['5:00', 'Thời sự', 'Nông nghiệp', 'Thời sự', 'Ca nhạc'],
      ['16:30', 'Tin xã', 'Sức khỏe', 'Pháp luật', 'Tin xã'],
    ],
  }),
  'timetable, longest': of('timetable', {
    title: marked(100),
    note: marked(160),
    table: Array.from({ length: 32 }, (_, i) => [
      marked(80),
      i % 5 === 0 ? 'Ể'.repeat(80) : marked(40),
      marked(80),
      '',
      marked(20),
    ]),
  }),

  'clock, sample': of('clock', layouts.clock.sample),
  'clock, of the board’s own unit': of('clock', {}),
  'clock, longest': of('clock', { unitName: marked(120), message: marked(120) }),
};
