/** The systemd units of CMS and player: systemd reads them, and what they start is what is built. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { repoRoot } from './paths.ts';

const units = ['cms/deploy/bang-tin-cms.service', 'player/deploy/bang-tin-player.service'];
const obstacle = spawnSync('systemd-analyze', ['--version']).status === 0 ? '' : ' (skipped: no systemd-analyze)';
const read = (unit: string): string => readFileSync(join(repoRoot, unit), 'utf8');
const dropIn = read('player/deploy/electron.conf');

test.skipIf(obstacle !== '').each(units)(`systemd finds nothing wrong with %s${obstacle}`, (unit) => {
  const folder = mkdtempSync(join(tmpdir(), 'bang-tin-units-'));
  try {
    const copy = join(folder, basename(unit));
    // The program is not installed here; everything after it is read as it stands.
    writeFileSync(copy, read(unit).replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', copy], { encoding: 'utf8' });
    const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes(basename(unit)));
    expect(about).toEqual([]);
    expect(status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.skipIf(obstacle !== '')(
  `systemd finds nothing wrong with the player's unit where Electron runs${obstacle}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'bang-tin-units-'));
    try {
      const copy = join(folder, basename(units[1]!));
      writeFileSync(copy, read(units[1]!).replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
      mkdirSync(`${copy}.d`);
      writeFileSync(join(`${copy}.d`, 'electron.conf'), dropIn.replace(/^ExecStart=\/\S+/m, 'ExecStart=/bin/true'));
      const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', copy], {
        encoding: 'utf8',
      });
      expect(`${stdout}${stderr}`.split('\n').filter((line) => /bang-tin-player|electron\.conf/.test(line))).toEqual(
        [],
      );
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test('where Electron runs, the unit starts the program of the package with options of its host', () => {
  // The first takes back what the unit itself starts.
  const [none, start] = [...dropIn.matchAll(/^ExecStart=(.*)$/gm)].map(([, line]) => line!);
  expect(none).toBe('');
  const packageFile = read('electron-builder.yml');
  expect(start).toContain(`/usr/bin/${/executableName: (\S+)/.exec(packageFile)![1]} `);
  const options = [...start!.matchAll(/ --([a-z]+) /g)].map(([, name]) => name!);
  expect(options).toEqual(['cms', 'data']);
  for (const name of options)
    expect(read('player/hosts/electron/main.ts')).toMatch(new RegExp(`\\b${name}: \\{ type: 'string' \\}`));
});

test('the player is tried for ever, without giving up the sandbox of its browser', () => {
  const lines = read(units[1]!).split('\n');
  expect(lines).toContain('Restart=always');
  expect(lines).toContain('StartLimitIntervalSec=0');
  // Each of them is, or brings about, NoNewPrivileges, under which Debian's set-uid sandbox cannot start; or hides /run/user.
  const never =
    /^(NoNewPrivileges|Restrict\w+|PrivateDevices|ProtectKernel\w+|ProtectHome|SystemCall\w+|LockPersonality)=/;
  expect(lines.filter((line) => never.test(line))).toEqual([]);
  expect(lines.join('\n')).not.toContain('no-sandbox');
});

test('the options that the unit gives are those of the Chromium host', () => {
  const start = /^ExecStart=.*$/m.exec(read(units[1]!))![0];
  const host = read('player/hosts/chromium/main.ts');
  const options = [...start.matchAll(/ --([a-z-]+) /g)].map(([, name]) => name!);
  expect(options).toEqual(['cms', 'data', 'stage', 'browser']);
  for (const name of options) expect(host).toMatch(new RegExp(`\\b${name}: \\{ type: 'string' \\}`));
});
