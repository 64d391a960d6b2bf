import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], { encoding: 'utf8' });

it.each(['backup', 'restore'])('%s --help says in both languages what it does, and does nothing', (task) => {
  const { status, stdout, stderr } = run(task, '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^npm run ${task} -- FILE \\[--data DIR\\]\n`));
  expect(stdout).toMatch(task === 'backup' ? /Sao lưu .*\nBacks / : /Khôi phục .*\nRestores /);
});
