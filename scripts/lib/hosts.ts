/** Which host shows the stage on this machine: Electron where it can run, else a Chromium. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repoRoot } from './paths.ts';

export interface HostChoice {
  host: 'electron' | 'chromium';
  /** Why not Electron, for the person who expected its window; empty when it is Electron. */
  reason: string;
}

/**
 * Electron's program if npm's package has it; it is downloaded apart, and never by this project.
 * @param packageDir folder of npm's electron package
 */
export function findElectron(packageDir: string = join(repoRoot, 'node_modules/electron')): string | null {
  const pathFile = join(packageDir, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const program = join(packageDir, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(program) ? program : null;
}

/** True when a window can be opened. */
export function hasDisplay(platform: NodeJS.Platform, env: Record<string, string | undefined>): boolean {
  if (platform === 'win32' || platform === 'darwin') return true;
  return Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
}

/** @param machine.isRoot Electron keeps its sandbox, and as root it would have to give it up */
export function chooseHost(
  wanted: { host: 'auto' | 'electron' | 'chromium'; headless: boolean },
  machine: { electron: string | null; display: boolean; isRoot: boolean },
): HostChoice {
  if (wanted.host === 'chromium') return { host: 'chromium', reason: '--host chromium was given' };
  const obstacle =
    machine.electron === null
      ? 'no Electron binary'
      : wanted.headless
        ? '--headless was given'
        : !machine.display
          ? 'no display'
          : machine.isRoot
            ? 'Electron does not run as root with its sandbox'
            : '';
  return obstacle === '' ? { host: 'electron', reason: '' } : { host: 'chromium', reason: obstacle };
}
