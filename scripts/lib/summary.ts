/** What `npm start` says on the screen, in Vietnamese and English. Pure text, so that a test can read it. */
import { relative } from 'node:path';
import type { CmsReady, StageMessage } from './ipc.ts';

/** Lines of `label   value`, the labels padded to one width. */
function table(rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}   ${value}`);
}

/** A path as a person at this terminal would type it. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') ? path : short;
}

/** The summary once the CMS listens. */
export function readyLines(ready: CmsReady, options: { data: string; cwd: string }): string[] {
  const rows: [string, string][] = [
    ['Địa chỉ / Address', ready.url],
    ['Dữ liệu / Data', shortPath(options.data, options.cwd)],
  ];
  if (ready.firstAdminLink !== null)
    rows.push(['Quản trị viên đầu tiên (một lần) / First administrator (once)', ready.firstAdminLink]);
  const { sample } = ready;
  if (sample?.accounts == null && sample?.passwordFile != null) {
    rows.push(['Tài khoản mẫu / Sample accounts', shortPath(sample.passwordFile, options.cwd)]);
  }
  const lines = ['', 'Bảng Tin đang chạy. Bảng Tin is running.', '', ...table(rows)];
  if (sample?.accounts != null && sample.accounts.length > 0) {
    const width = (key: 'role' | 'email') => Math.max(...(sample.accounts ?? []).map((account) => account[key].length));
    lines.push('', '  Tài khoản mẫu, chỉ hiện lần này / Sample accounts, shown only now');
    for (const { role, email, password } of sample.accounts) {
      lines.push(`    ${role.padEnd(width('role'))}   ${email.padEnd(width('email'))}   ${password}`);
    }
  }
  lines.push('', '  Dừng / Stop: Ctrl-C', '');
  return lines;
}

const HOSTS: Record<StageMessage['host'], string> = {
  electron: 'cửa sổ Electron / Electron window',
  chromium: 'cửa sổ Chromium / Chromium window',
  headless: 'Chromium không cửa sổ / headless Chromium',
  standIn:
    'Chromium không cửa sổ, chạy thay: lượt phát không được tính / headless Chromium as a stand-in: plays do not count',
  none: 'không có trình duyệt / no browser',
};

/** With --empty or --no-player. */
export const noPlayerLines = (cms: string): string[] => [
  `Không khởi động máy phát nào; muốn có, mở một cửa sổ dòng lệnh khác. No player is started; for one, in another terminal:`,
  `  npm run player -- --cms ${cms}`,
  '',
];

export const dismissedLine =
  'Máy phát này không còn được ghép nối: nó bỏ nội dung của bảng và hiện mã ghép nối mới. This player is paired no more: it shows a new code.';

/** One line about the player's stage. The address is there in any case. */
export function stageLine({ url, host, reason }: StageMessage): string {
  return `Máy phát / Player: ${HOSTS[host]}${reason ? ` (${reason})` : ''}. Màn hình / Stage: ${url}`;
}
