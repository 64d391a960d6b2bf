/** Real notice texts and videos from ../shared/data where they are, else a small set of our own. Says which. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const shared = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

export interface NoticeText {
  title: string;
  body: string;
}

export function noticeTexts(): NoticeText[] {
  const folder = join(shared, 'notices');
  if (!existsSync(folder)) {
    console.log('notice texts: our own (no ../shared/data here)');
    return [
      { title: 'Lịch cắt điện ngày 25/11', body: 'Tạm ngừng cấp điện từ 07:30 đến 11:00 tại thôn Đông và thôn Đoài để thay máy biến áp.\nBà con chủ động sắp xếp sinh hoạt.' },
      { title: 'Tiêm phòng cho đàn gia súc', body: 'Đối tượng: trâu, bò, lợn trên 2 tháng tuổi.\nThời gian: từ 01/12 đến 05/12.' },
    ];
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => {
      const [first = '', ...rest] = readFileSync(join(folder, name), 'utf8').split('\n');
      return { title: first.replace(/^#\s*/, '').trim(), body: rest.join('\n').trim() };
    });
}

/** H.264, HEVC, VP9 and a rotated video. */
export function videoFiles(): string[] {
  const folder = join(shared, 'media');
  if (existsSync(folder)) return ['video.mp4', 'video-h265.mp4', 'frames.webm', 'rotate-buck-bunny.mp4'].map((name) => join(folder, name));
  console.log('videos: our own (no ../shared/data here)');
  return ['tiny-h264.mp4', 'tiny-vp9.webm'].map((name) => join(fixtures, name)).filter((path) => existsSync(path));
}
