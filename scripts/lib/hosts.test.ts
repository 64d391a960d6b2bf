import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseHost, findElectron, hasDisplay } from './hosts.ts';

const auto = { host: 'auto', headless: false } as const;
const able = { electron: '/e', display: true, isRoot: false };

test('Electron where its binary and a display exist, else Chromium with the reason', () => {
  expect(chooseHost(auto, able)).toEqual({ host: 'electron', reason: '' });
  expect(chooseHost(auto, { ...able, electron: null })).toEqual({ host: 'chromium', reason: 'no Electron binary' });
  expect(chooseHost(auto, { ...able, display: false })).toEqual({ host: 'chromium', reason: 'no display' });
  expect(chooseHost(auto, { ...able, isRoot: true }).reason).toContain('root');
  expect(chooseHost({ ...auto, headless: true }, able).host).toBe('chromium');
  expect(chooseHost({ ...auto, host: 'chromium' }, able).host).toBe('chromium');
});

test('a display is X11 or Wayland; macOS and Windows have one', () => {
  expect(hasDisplay('linux', {})).toBe(false);
  expect(hasDisplay('linux', { DISPLAY: ':0' })).toBe(true);
  expect(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
  expect(hasDisplay('darwin', {})).toBe(true);
});

test('Electron counts as there only with its binary', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bang-tin-hosts-'));
  try {
    expect(findElectron(folder)).toBeNull();
    writeFileSync(join(folder, 'path.txt'), 'electron');
    expect(findElectron(folder)).toBeNull();
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist/electron'), '');
    expect(findElectron(folder)).toBe(join(folder, 'dist/electron'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
