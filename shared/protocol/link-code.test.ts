import { expect, test } from 'vitest';
import { maxLinkLength, placeCode, scanDistance, webLink } from './link-code.ts';
import { noticeContent } from './programme.ts';

test.each([
  ['https://phuan.gov.vn/tiem-chung', 'https://phuan.gov.vn/tiem-chung'],
  ['  phuan.gov.vn/tin?id=5#2 ', 'https://phuan.gov.vn/tin?id=5#2'],
  ['HTTP://PhuAn.gov.VN', 'http://phuan.gov.vn/'],
  ['phuan.gov.vn:8443', 'https://phuan.gov.vn:8443/'],
  // What a code holds is ASCII, and the same for composed and decomposed text.
  ['https://xã.example.vn/tiêm', 'https://xn--x-yfa.example.vn/ti%C3%AAm'],
])('«%s» is a link', (text, stored) => {
  const link = webLink.parse(text);
  expect(link).toBe(stored);
  expect(webLink.parse(text.normalize('NFD'))).toBe(link);
  expect(webLink.parse(link)).toBe(link);
});

test.each([
  '',
  ' ',
  'tiêm chủng',
  'javascript:alert(1)',
  'data:text/html,<b>',
  'ftp://phuan.gov.vn/',
  'mailto:vp@phuan.gov.vn',
  'vp@phuan.gov.vn',
  'https://vp:matkhau@phuan.gov.vn/',
  'https://phuan.gov.vn@evil.example/',
  'http://localhost/',
  'http://10.0.0.1/',
  'http://[::1]/',
])('«%s» is none', (text) => {
  expect(webLink.safeParse(text).error?.issues[0]).toMatchObject({ params: { reason: 'link_invalid' } });
});

test('a link is measured as its code holds it', () => {
  const of = (length: number): string => 'https://phuan.gov.vn/'.padEnd(length, 'a');
  expect(webLink.safeParse(of(maxLinkLength)).success).toBe(true);
  expect(webLink.safeParse(of(maxLinkLength + 1)).error?.issues[0]).toMatchObject({ code: 'too_big' });
  // Each «ế» takes nine characters.
  expect(webLink.safeParse(`https://phuan.gov.vn/${'ế'.repeat(20)}`).success).toBe(false);
});

test('content without a link is what it always was', () => {
  const content = { type: 'layout', layout: 'notice', fields: {} };
  expect(noticeContent.parse(content)).toEqual(content);
  expect('link' in noticeContent.parse(content)).toBe(false);
});

const shortest = 'http://a.vn/';
const short = 'https://phuan.gov.vn/tiem-chung';
const longest = 'https://phuan.gov.vn/'.padEnd(maxLinkLength, 'a');

test.each([
  [1920, 1080, 'right'],
  [1080, 1920, 'below'],
  [640, 320, 'right'],
  [320, 640, 'below'],
  [3840, 2160, 'right'],
])(
  'on %d×%d even the longest link has modules of three pixels or more, and takes no more than a quarter',
  (width, height, side) => {
    for (const link of [shortest, short, longest]) {
      const place = placeCode({ width, height }, link)!;
      expect(place.side).toBe(side);
      expect(place.code).toBeGreaterThanOrEqual(3 * 29);
      expect(place.strip).toBeLessThanOrEqual(Math.max(width, height) / 4);
      expect(place.content.width * place.content.height).toBeGreaterThanOrEqual(width * height * 0.75);
    }
  },
);

test('where a module would have fewer than three pixels there is no code', () => {
  for (const link of [shortest, short, longest]) expect(placeCode({ width: 192, height: 96 }, link)).toBeNull();
  expect(placeCode({ width: 384, height: 128 }, short)).toMatchObject({ code: 3 * 33, strip: 3 * 33 });
  expect(placeCode({ width: 384, height: 128 }, longest)).toBeNull();
});

test('a code is scanned from ten times its width', () => {
  expect(scanDistance(60)).toBe(600);
});
