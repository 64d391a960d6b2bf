/** What the first start has to do before the CMS listens: the sample province, or a link for the first administrator. */
import { join } from 'node:path';
import type { App } from './app.ts';
import type { Config } from './config.ts';
import { discardUnfinishedSample, sampleFirstBoard, seedSample, type SampleAccount } from './demo/seed.ts';
import { writeFileDurably } from './files.ts';
import type { SampleReport } from './parent.ts';
import type { Role } from './store/schema.ts';

export interface FirstStart {
  /** null: this CMS has no sample province. */
  readonly sample: SampleReport | null;
  /** Secret of the link for the first administrator, while there is none. */
  readonly adminToken: string | null;
}

/** Whoever opens the file has not seen the pages yet: a role by the name that it has there, and by its code. */
const roleNames: Readonly<Record<Role, string>> = {
  administrator: 'Quản trị',
  province: 'Cán bộ tỉnh',
  approver: 'Người duyệt',
  editor: 'Biên tập viên',
  technician: 'Kỹ thuật viên',
  viewer: 'Người xem',
  auditor: 'Thanh tra',
};

function passwordText(accounts: readonly SampleAccount[]): string {
  const width = Math.max(...accounts.map(({ email }) => email.length));
  return [
    'Tài khoản mẫu của Bảng Tin. Đăng nhập xong hãy xóa tệp này.',
    'Sample accounts of Bảng Tin. Delete this file when you have signed in.',
    '',
    ...accounts.map(({ email, password, role }) => `${email.padEnd(width)}  ${password}  ${roleNames[role]} / ${role}`),
    '',
  ].join('\n');
}

/** @param onProgress told what it is busy with */
export async function prepareFirstStart(
  { context, features }: App,
  config: Config,
  onProgress: (text: string) => void,
): Promise<FirstStart> {
  const held = await sampleFirstBoard(context);
  if (held !== null) return { sample: { firstBoardId: held, accounts: null, passwordFile: null }, adminToken: null };
  if (await features.accounts.hasUsers()) return { sample: null, adminToken: null };
  await discardUnfinishedSample(context, features.units);
  if (config.empty) return { sample: null, adminToken: await features.accounts.inviteFirstAdministrator() };

  const passwordFile = config.tty ? null : join(config.data, 'passwords.txt');
  let accounts: readonly SampleAccount[] = [];
  const firstBoardId = await seedSample(context, features, {
    onProgress,
    async keepPasswords(made) {
      accounts = made;
      if (passwordFile !== null) await writeFileDurably(passwordFile, passwordText(made), 0o600);
    },
  });
  return { sample: { firstBoardId, accounts: config.tty ? accounts : null, passwordFile }, adminToken: null };
}
