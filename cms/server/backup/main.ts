/** npm run backup -- FILE [--data DIR], npm run restore -- FILE [--data DIR]; --help says so in both languages. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../../../shared/util/errors.ts';
import { usesPostgres } from '../config.ts';
import { BackupError } from './archive.ts';
import { backUp } from './backup.ts';
import { restore } from './restore.ts';

const EXIT_USAGE = 2;
const EXIT_FAILED = 1;

/** Who stands at this terminal may read Vietnamese first; the English sentence that follows names paths and details. */
const inVietnamese: Record<string, string> = {
  backup_exists: 'Đã có tệp trùng tên; hãy chọn tên khác.',
  backup_no_data: 'Thư mục này không có dữ liệu Bảng Tin; chỉ rõ bằng --data.',
  backup_postgres: 'Dữ liệu nằm trong PostgreSQL: dùng pg_dump và pg_restore (docs/deploy.md).',
  backup_unreadable: 'Không đọc được tệp sao lưu.',
  backup_damaged: 'Tệp sao lưu bị hỏng; chưa khôi phục gì. Hãy dùng bản sao khác.',
  backup_newer: 'Tệp sao lưu của phiên bản mới hơn; hãy cài phiên bản đó trước.',
  restore_no_place: 'Không thể tạo thư mục đích trong một bước; hãy chọn một thư mục mới bằng --data.',
  restore_not_empty: 'Thư mục đích không trống; hãy chuyển đi hoặc chọn thư mục khác bằng --data.',
};

/** As the sentence that it stands in: «5,4 MB» or «5.4 MB». */
const megabytes = (bytes: number, language: 'vi' | 'en'): string =>
  `${new Intl.NumberFormat(language, { maximumFractionDigits: 1, minimumFractionDigits: 1 }).format(bytes / 1e6)} MB`;

/** One line that is written over on a terminal; nothing elsewhere, where it would fill a log. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** As the studio writes it: 09:20 22/11/2026. */
const inVietnam = new Intl.DateTimeFormat('vi-VN', {
  timeZone: 'Asia/Ho_Chi_Minh',
  dateStyle: 'short',
  timeStyle: 'short',
});

const help = (task: 'backup' | 'restore'): string =>
  [
    `npm run ${task} -- FILE [--data DIR]`,
    '',
    ...(task === 'backup'
      ? [
          'Sao lưu thư mục dữ liệu vào một tệp; CMS vẫn chạy được trong lúc đó.',
          'Backs the data folder up into one file; the CMS may run meanwhile.',
        ]
      : [
          'Khôi phục một tệp sao lưu vào một thư mục mới hoặc trống.',
          'Restores a backup into a folder that is new or empty.',
        ]),
    '',
    '  FILE         tệp sao lưu / the backup',
    '  --data DIR   thư mục dữ liệu / data folder (data)',
  ].join('\n');

async function run(argv: readonly string[]): Promise<void> {
  const [task, ...rest] = argv;
  const { values, positionals } = parseArgs({
    args: rest,
    options: { data: { type: 'string', default: 'data' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help && (task === 'backup' || task === 'restore')) {
    console.log(help(task));
    return;
  }
  const [name, ...more] = positionals;
  if ((task !== 'backup' && task !== 'restore') || name === undefined || more.length > 0)
    throw new AppError(
      'usage',
      `Cách dùng / Usage: npm run ${task === 'restore' ? 'restore' : 'backup'} -- FILE [--data DIR]`,
    );
  const file = resolve(name);
  const data = resolve(values.data);
  if (usesPostgres())
    throw new BackupError(
      'backup_postgres',
      'With DATABASE_URL the database is not in the data folder: use pg_dump and pg_restore, copy the data folder, and start with --restored',
    );
  if (task === 'backup') {
    const { files, bytes, missing } = await backUp({
      data,
      file,
      now: Date.now,
      onProgress: (done, of) => progress(`Đang sao lưu … Backing up … ${done}/${of}`),
    });
    progress('');
    console.log(
      `Đã sao lưu ${files} tệp, ${megabytes(bytes, 'vi')} / Backed up ${files} files, ${megabytes(bytes, 'en')}: ${file}`,
    );
    console.log('Tệp này chứa khóa bí mật: cất nơi an toàn. It holds private keys: keep it in a safe place.');
    if (missing.length === 0) return;
    console.error(
      `Thiếu hoặc hỏng ${missing.length} tệp phương tiện trên đĩa / The disk lacks or has damaged ${missing.length} media files: ${missing.slice(0, 5).join(', ')}`,
    );
    process.exitCode = EXIT_FAILED;
    return;
  }
  const { entries, createdAt } = await restore({
    file,
    data,
    onProgress: (done) => progress(`Đang khôi phục … Restoring … ${done}`),
  });
  progress('');
  console.log(
    `Đã khôi phục ${entries.length} tệp của ${inVietnam.format(createdAt)} / Restored ${entries.length} files to ${data}`,
  );
  console.log('Khởi động CMS với thư mục này. Start the CMS on this folder.');
}

// What is restored holds password hashes and keys.
process.umask(0o077);
run(process.argv.slice(2)).catch((error: unknown) => {
  progress('');
  const { code } = error as { code?: unknown };
  const foreseen = error instanceof AppError || (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'));
  if (typeof code === 'string' && inVietnamese[code] !== undefined) console.error(inVietnamese[code]);
  console.error(foreseen ? (error as Error).message : error);
  process.exitCode = code === 'usage' ? EXIT_USAGE : EXIT_FAILED;
});
