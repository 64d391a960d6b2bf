import { expect, it } from 'vitest';
import { refusedMedia } from './refused.ts';

const refused = async (name: string, begin: string): Promise<string | undefined> =>
  (await refusedMedia(new File([Uint8Array.from(begin, (sign) => sign.charCodeAt(0))], name)))?.code;

it.each([
  ['trình chiếu.exe', 'MZ\x90\0'],
  ['ảnh.jpg', 'MZ\x90\0'],
  ['phim.mp4', 'PK\x03\x04'],
  ['công văn.png', '%PDF-1.7'],
  ['ghi chú.TXT', 'Kính gửi'],
  ['bảng.jpg', 'thôn;giờ\r\nthôn 1;7:30'],
  ['trang.png', '\xef\xbb\xbf\n<!DOCTYPE html><title>x</title>'],
])('«%s» is refused by what it is, whatever its name', async (name, begin) => {
  expect(await refused(name, begin)).toBe('file_unrecognized');
});

it.each([
  ['ảnh.jpg', '\xff\xd8\xff\xe0\0\x10JFIF'],
  ['ảnh.xml', '\xff\xd8\xff\xe1\0\x18Exif'],
  ['ảnh', '\x89PNG\r\n\x1a\n'],
  ['phim.mp4', '\0\0\0\x18ftypmp42'],
  // The CMS says better why it takes none.
  ['biểu trưng.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['biểu trưng.svg', '\xef\xbb\xbf<!-- Biểu trưng của xã --><svg/>'],
])('«%s» is sent', async (name, begin) => {
  expect(await refused(name, begin)).toBeUndefined();
});
