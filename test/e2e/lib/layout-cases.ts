/** What the layouts are tried with: their samples, the longest and the shortest that their schemas take, and every mark there is. */
import { layouts } from '../../../layouts/schemas.ts';
import type { ScriptedDirector } from '../stage-harness.ts';

export interface LayoutCase {
  readonly layout: string;
  readonly fields: Record<string, unknown>;
}

export const marks = 'Ể Ộ Ữ Ẵ ngoằn ngoèo – ẾỆỄ ƯỚC MUỐN ĐẦY ỤC, Ặng ợ g';
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

  'clock, sample': of('clock', layouts.clock.sample),
  'clock, of the board’s own unit': of('clock', {}),
  'clock, longest': of('clock', { unitName: marked(120), message: marked(120) }),
};
