/** What people type into boards and alerts, as the CMS takes it. */
import { describe, expect, it } from 'vitest';
import { boardPatch } from './boards.ts';
import { takeoverPreviewRequest, takeoverRequest } from './takeovers.ts';

const selectors = { all: false, unitIds: [], groups: ['chợ'], boardIds: [] };
const request = (content: object) => ({
  clientId: '01890a5d-ac96-7000-8000-000000000000',
  status: 'actual',
  content: {
    event: 'Lũ quét',
    level: 4,
    headline: 'Sơ tán ngay',
    instruction: '',
    senderName: 'Ban Chỉ huy PCTT',
    ...content,
  },
  selectors,
  durationMs: 60_000,
});

describe('an alert', () => {
  it.each(['event', 'headline', 'senderName'])('without words is none: %s', (field) => {
    for (const blank of [' ', ' \u200b', '\u00ad\ufeff'])
      expect(takeoverRequest.safeParse(request({ [field]: blank })).error?.issues[0]?.path).toEqual(['content', field]);
  });

  it('is signed in NFC, its instruction line by line', () => {
    const { content } = takeoverRequest.parse(
      request({
        headline: ' Sơ tán\u00a0ngay\u200b '.normalize('NFD'),
        instruction: ' Lên chỗ cao \r\n\r\nKhông qua ngầm'.normalize('NFD'),
      }),
    );
    expect(content).toMatchObject({ headline: 'Sơ tán ngay', instruction: 'Lên chỗ cao\nKhông qua ngầm' });
  });

  it('is measured as it is signed', () => {
    expect(takeoverRequest.safeParse(request({ headline: '\u0958'.repeat(101) })).success).toBe(false);
    expect(takeoverRequest.safeParse(request({ headline: 'ế'.repeat(200).normalize('NFD') })).success).toBe(true);
  });
});

it('a group is the same word for boards and for alerts, however it was typed', () => {
  const typed = ['chợ'.normalize('NFD'), ' chợ ', 'chợ\u200b'];
  for (const group of typed) {
    expect(boardPatch.parse({ groups: [group] }).groups).toEqual(['chợ']);
    expect(takeoverPreviewRequest.parse({ selectors: { ...selectors, groups: [group] } }).selectors.groups).toEqual([
      'chợ',
    ]);
  }
  expect(boardPatch.safeParse({ groups: ['\u200b'] }).success).toBe(false);
  expect(boardPatch.safeParse({ name: '\u200b' }).success).toBe(false);
  expect(boardPatch.safeParse({ place: '\u0958'.repeat(300) }).success).toBe(false);
});
